"""Tables of the audit: the chain and the alerts in the audit store, the chain's anchor in the shop's."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import AUDIT
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import AUDIT_BIND, Model, UtcDateTime

_LINKED = personal(AUDIT, Protection.LINKED)
_PSEUDONYM = personal(AUDIT, Protection.PSEUDONYM)


class AuditEntry(Model):
    """One act, for good: triggers refuse any change, and each entry's hash covers the one before it."""

    __tablename__ = "audit_entry"
    __bind_key__ = AUDIT_BIND

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=_LINKED)
    """From 1 without a gap: the order of the audit, whatever the clock said."""
    event_id: Mapped[str] = mapped_column(String(32), unique=True, info=_LINKED)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=_LINKED)
    action: Mapped[str] = mapped_column(String(60), info=_LINKED)
    actor: Mapped[str] = mapped_column(String(40), index=True, info=_PSEUDONYM)
    subject: Mapped[str] = mapped_column(String(40), index=True, info=_PSEUDONYM)
    reason: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    details: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    previous_hash: Mapped[str] = mapped_column(String(64), info=_LINKED)
    hash: Mapped[str] = mapped_column(String(64), info=_LINKED)


class AuditAnchor(Model):
    """How far the chain has come, kept away from it: entries cut off its end are missed (one row)."""

    __tablename__ = "audit_anchor"
    __table_args__ = {"info": NOT_PERSONAL}  # noqa: RUF012 - SQLAlchemy's own way

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    head_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    mac: Mapped[str] = mapped_column(String(64))


class AlertState(StrEnum):
    """What the officer did with an alert."""

    NEW = "new"
    SEEN = "seen"
    CLOSED = "closed"


class Alert(Model):
    """Something unusual in the audit: which rule noticed it, whose doing it is, and what the officer made of it."""

    __tablename__ = "alert"
    __bind_key__ = AUDIT_BIND

    id: Mapped[int] = mapped_column(primary_key=True, info=_LINKED)
    rule: Mapped[str] = mapped_column(String(20), info=_LINKED)
    actor: Mapped[str] = mapped_column(String(40), index=True, info=_PSEUDONYM)
    """Whom it is about: who did it, or for ATTACKED the person around whom it happened."""
    count: Mapped[int] = mapped_column(info=_LINKED)
    """What the rule counts: persons opened, refusals, acts."""
    first_seq: Mapped[int] = mapped_column(info=_LINKED)
    last_seq: Mapped[int] = mapped_column(info=_LINKED)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime, info=_LINKED)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime, info=_LINKED)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_LINKED)
    state: Mapped[str] = mapped_column(String(10), default=AlertState.NEW.value, index=True, info=_LINKED)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_LINKED)
    handled_by: Mapped[str] = mapped_column(String(40), default="", info=_PSEUDONYM)
    sealed_note: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(AUDIT, Protection.SEALED))


class AlertWatch(Model):
    """Up to which entry the rules have looked (one row)."""

    __tablename__ = "alert_watch"
    __bind_key__ = AUDIT_BIND
    __table_args__ = {"info": NOT_PERSONAL}  # noqa: RUF012 - SQLAlchemy's own way

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
