"""The audit as personal data: a person reads what was done about them; it stays when they go (Art. 17(3)(b), (e))."""

import json
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from privacy.audit_actions import ACTIONS
from privacy.audit_models import AuditEntry
from privacy.audit_notes import NOTE_TABLES
from privacy.consent import Purpose
from privacy.models import AuditNote
from privacy.sources import ErasureStep, Scope
from storage.database import db

_BY_THE_SHOP = ("system", "command line")


class AuditSource:
    """`PersonalDataSource` that only exports: entries about the person, without saying which of the staff acted."""

    name = "audit"
    step = ErasureStep.ROWS
    tables: frozenset[str] = frozenset()

    def export(self, scope: Scope) -> Mapping[str, object]:
        """Return the acts about the person, oldest first, those that still wait for the audit included."""
        if scope.photo_id is not None or scope.purpose is not None:
            return {}
        found = {entry.event_id: entry for entry in _about(scope.pseudonym)}
        acts = [_told(entry, scope.pseudonym) for entry in sorted(found.values(), key=lambda entry: entry.at)]
        return {"audit": acts} if acts else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Do nothing: what was done was done."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Do nothing: the audit is used for nothing but proof."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Do nothing, for the same reason."""

    def erase(self, scope: Scope) -> None:
        """Do nothing: the audit survives erasures, under a pseudonym that nothing leads back from any more."""

    def remains(self, scope: Scope) -> Sequence[str]:
        """Return nothing: what the audit keeps is stated in the receipt."""
        return ()


def _about(pseudonym: str) -> Iterator[AuditEntry | AuditNote]:
    yield from db.session.scalars(select(AuditEntry).filter_by(subject=pseudonym))
    for outbox in NOTE_TABLES:
        yield from db.session.scalars(select(outbox).filter_by(subject=pseudonym))


def _told(entry: AuditEntry | AuditNote, pseudonym: str) -> dict[str, object]:
    action = ACTIONS.get(entry.action)
    by = "you" if entry.actor == pseudonym else "system" if entry.actor in _BY_THE_SHOP else "staff"
    return {
        "at": entry.at.isoformat(),
        "action": entry.action,
        "words_fr": action.fr if action else entry.action,
        "words_en": action.en if action else entry.action,
        "by": by,
        "reason": entry.reason,
        "details": json.loads(entry.details),
    }
