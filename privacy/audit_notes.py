"""Noting what was done: a row in the outbox of the store that the act itself is written to, in the same commit.

The relay (`privacy/audit_chain.py`) carries the rows to the audit store. No commit spans two databases, none is lost.
"""

import json
import re
import uuid
from collections.abc import Mapping

from privacy.audit_actions import ACTIONS
from privacy.errors import UnfitForAudit
from privacy.models import AccountsAuditNote, AuditNote, KeysAuditNote, ShopAuditNote
from storage.database import ACCOUNTS_BIND, KEYS_BIND, db, now

SYSTEM = "system"
"""The actor of what the server does by itself."""
COMMAND_LINE = "command line"

NOTE_TABLES: tuple[type[AuditNote], ...] = (ShopAuditNote, AccountsAuditNote, KeysAuditNote)
"""The outboxes."""

_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_E_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

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
    """Note an act for the audit; the caller's commit makes it certain. Raises UnfitForAudit.

    action: one of `privacy/audit_actions.py`; actor: a pseudonym, SYSTEM or COMMAND_LINE; subject: a pseudonym, a
    photo's id, or nothing; reason: why, in the officer's words or a code (an e-mail address in it is blanked); store:
    the bind that this commit writes to (None: the shop).
    """
    _refuse_personal_content(action, actor, subject)
    db.session.add(
        _NOTE_OF_STORE[store](
            event_id=uuid.uuid4().hex,
            at=now(),
            action=action,
            actor=actor,
            subject=subject,
            reason=without_addresses(reason),
            details=_as_json(details or {}),
        )
    )


def is_pseudonym(text: str) -> bool:
    """Say whether the text has the shape of a pseudonym (or of a photo's id): 32 hexadecimal digits."""
    return bool(_PSEUDONYM.fullmatch(text))


def without_addresses(text: str) -> str:
    """Return the text with e-mail addresses blanked and control characters dropped: an audit cannot be erased."""
    return _E_MAIL.sub("[e-mail]", _CONTROL.sub(" ", text))


def _as_json(details: Mapping[str, str | int | bool]) -> str:
    plain = {name: without_addresses(value) if isinstance(value, str) else value for name, value in details.items()}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _refuse_personal_content(action: str, actor: str, subject: str) -> None:
    if action not in ACTIONS:
        raise UnfitForAudit(f"the action {action!r} is not in privacy/audit_actions.py: add it there, with its words")
    if actor not in (SYSTEM, COMMAND_LINE) and not is_pseudonym(actor):
        raise UnfitForAudit(f"the actor of {action} is no pseudonym, nor SYSTEM or COMMAND_LINE")
    if subject and not is_pseudonym(subject):
        raise UnfitForAudit(f"the subject of {action} is no pseudonym and no photo's id")
