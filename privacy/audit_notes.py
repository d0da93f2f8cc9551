"""Noting what was done: a row in the outbox of the store that the act itself is written to, in the same commit.

The relay (`privacy/audit_chain.py`) carries the rows to the audit store. No commit spans two databases, none is lost.
"""

import json
import uuid
from collections.abc import Mapping

from privacy.models import AccountsAuditNote, AuditNote, KeysAuditNote, ShopAuditNote
from storage.database import ACCOUNTS_BIND, KEYS_BIND, db, now

SYSTEM = "system"
"""The actor of what the server does by itself."""
COMMAND_LINE = "command line"

_NOTE_OF_STORE: Mapping[str | None, type[AuditNote]] = {
    None: ShopAuditNote,
    ACCOUNTS_BIND: AccountsAuditNote,
    KEYS_BIND: KeysAuditNote,
}


def note(
    action: str,
    *,
    actor: str,
    subject: str = "",
    reason: str = "",
    store: str | None = None,
    details: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Note an act for the audit; the caller's commit makes it certain.

    action: `photo.erased`, `account.logged_in` …; actor and subject: pseudonyms (or SYSTEM, COMMAND_LINE), never a
    name or an e-mail; reason: why, in the officer's words or a code, without personal content; store: the bind that
    this commit writes to (None: the shop).
    """
    db.session.add(
        _NOTE_OF_STORE[store](
            event_id=uuid.uuid4().hex,
            at=now(),
            action=action,
            actor=actor,
            subject=subject,
            reason=reason,
            details=json.dumps(dict(details or {}), sort_keys=True),
        )
    )
