"""Tables of the chosen periods, of the purges, of the warnings sent, and of why each thing went."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import ERASURES
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import Model, UtcDateTime, now


class RetentionPeriod(Model):
    """A period that the officer chose; without a row the rule's default holds."""

    __tablename__ = "retention_period"
    __table_args__ = ({"info": NOT_PERSONAL},)

    rule: Mapped[str] = mapped_column(String(40), primary_key=True)
    amount: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class PurgeRun(Model):
    """One purge of all categories; `finished_at` is empty while it runs, and for one that was interrupted."""

    __tablename__ = "purge_run"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Category -> how many things went."""


class Disposal(Model):
    """Why one thing went: its rule, and whose it was by a keyed hash that leads to nobody once the person is erased."""

    __tablename__ = "disposal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=personal(ERASURES, Protection.PSEUDONYM))
    """Keyed hash of the thing: noted again after an interruption, it is the same row."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=personal(ERASURES, Protection.LINKED))
    category: Mapped[str] = mapped_column(String(20), index=True, info=personal(ERASURES, Protection.LINKED))
    subject_hash: Mapped[str] = mapped_column(String(32), index=True, info=personal(ERASURES, Protection.PSEUDONYM))
    reason: Mapped[str] = mapped_column(String(20), info=personal(ERASURES, Protection.LINKED))
    """`time is up` or `inactive`."""
    rule: Mapped[str] = mapped_column(String(60), info=personal(ERASURES, Protection.LINKED))
    """As it stood: `account_photo_days=7`."""
