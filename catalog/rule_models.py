"""Tables of the merchandising rules, and of what happened to each."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from privacy.declarations import NOT_PERSONAL
from storage.database import Model, UtcDateTime, now


class StoredRule(Model):
    """One merchandising rule as it stands; `catalog/merchandising.py` says what it does."""

    __tablename__ = "merchandising_rule"
    __table_args__ = (
        CheckConstraint("strength BETWEEN 1 AND 3", name="strength_known"),
        # The id of a rule that was removed names it in the history: it must not come back for another.
        {"sqlite_autoincrement": True, "info": NOT_PERSONAL},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    act: Mapped[str] = mapped_column(String(20))
    chooses: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What `Selection.said` returns."""
    strength: Mapped[int] = mapped_column(default=2)
    priority: Mapped[int] = mapped_column(default=50)
    starts_on: Mapped[date | None] = mapped_column(Date, default=None)
    ends_on: Mapped[date | None] = mapped_column(Date, default=None)
    """The last day, itself included."""
    is_on: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    """Counts the changes: who saves names the one that they looked at."""


class RuleChange(Model):
    """One change of a rule. Says what its author was, never who: that is in the audit alone."""

    __tablename__ = "merchandising_rule_change"
    # The highest id is the revision of all rules together: it must never fall.
    __table_args__ = ({"sqlite_autoincrement": True, "info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(index=True)
    """Stays when the rule goes."""
    title: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(20))
    """added, changed, turned_on, turned_off, removed."""
    changed_as: Mapped[str] = mapped_column(String(20))
    """The role of the person."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
