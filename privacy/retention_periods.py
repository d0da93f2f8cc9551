"""The periods in force: the officer's where one was chosen, else the defaults."""

from collections.abc import Mapping

from sqlalchemy import select

from privacy.audit_notes import note
from privacy.retention import RULES, RetentionPolicy
from privacy.retention_models import RetentionPeriod
from privacy.rights_errors import ReasonMissing
from storage.database import db, now


def current_policy(defaults: Mapping[str, int]) -> RetentionPolicy:
    """Return the policy in force. Raises PeriodOutOfBounds for a row that was not written by `change_periods`."""
    rows = db.session.scalars(select(RetentionPeriod))
    chosen = {row.rule: row.amount for row in rows if row.rule in RULES}
    return RetentionPolicy.from_amounts({**defaults, **chosen})


def changes_between(old: RetentionPolicy, new: RetentionPolicy) -> dict[str, tuple[int, int]]:
    """Return the rules whose period differs: name -> (old, new)."""
    return {name: (old.amounts[name], new.amounts[name]) for name in RULES if old.amounts[name] != new.amounts[name]}


def change_periods(
    old: RetentionPolicy, new: RetentionPolicy, *, actor: str, reason: str
) -> dict[str, tuple[int, int]]:
    """Put the new policy in force; return what changed. Flushes. Raises ReasonMissing; nothing is written then."""
    changes = changes_between(old, new)
    if not reason.strip():
        raise ReasonMissing
    for name, (before, after) in changes.items():
        db.session.merge(RetentionPeriod(rule=name, amount=after, changed_at=now()))
        details: dict[str, str | int | bool] = {"rule": name, "from": before, "to": after, "unit": RULES[name].unit}
        note("retention.changed", actor=actor, reason=reason.strip(), details=details)
    db.session.flush()
    return changes
