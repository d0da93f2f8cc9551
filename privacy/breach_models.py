"""The breach register (Art. 33(5)), in the shop's store: its acts are noted for the audit in the same commit."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import BREACHES
from privacy.declarations import Protection, personal
from storage.database import Model, UtcDateTime, now

_LINKED = personal(BREACHES, Protection.LINKED)
_SEALED = personal(BREACHES, Protection.SEALED)


class BreachState(StrEnum):
    """Whether the officer still works on it."""

    OPEN = "open"
    CLOSED = "closed"


class Breach(Model):
    """One breach of personal data; what is written about it in words is sealed in one column."""

    __tablename__ = "breach"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=_LINKED)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=_LINKED)
    natures: Mapped[str] = mapped_column(String(60), info=_LINKED)
    """What was lost, of `privacy.breaches.Nature`, comma-separated."""
    persons: Mapped[int] = mapped_column(info=_LINKED)
    records: Mapped[int] = mapped_column(info=_LINKED)
    authority_notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_LINKED)
    persons_informed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_LINKED)
    sealed_texts: Mapped[bytes] = mapped_column(LargeBinary, info=_SEALED)
    state: Mapped[str] = mapped_column(String(10), default=BreachState.OPEN.value, index=True, info=_LINKED)
    recorded_by: Mapped[str] = mapped_column(String(40), info=personal(BREACHES, Protection.PSEUDONYM))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=_LINKED)
    version: Mapped[int] = mapped_column(info=_LINKED)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way
