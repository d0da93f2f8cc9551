"""The tables of the feeds that come through the desk: uploads, saved mappings, schedules.

Who did it is known to the products' history and to the audit; these tables speak of files.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from privacy.declarations import NOT_PERSONAL
from storage.database import Model, UtcDateTime, now


class FeedState(StrEnum):
    """Where an uploaded feed stands."""

    UPLOADED = "uploaded"
    """Nobody has said yet what its columns mean, or that could not be used (`problem`)."""
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


IN_WORK = frozenset((FeedState.CHECKING, FeedState.IMPORTING, FeedState.UNDOING))
"""A background job has it in hand."""
ENDED = frozenset((FeedState.FINISHED, FeedState.CANCELLED, FeedState.UNDOING, FeedState.UNDONE))
"""Its file is gone."""


class FeedUpload(Model):
    """One feed that somebody uploaded or a schedule fetched: from the file to the end of its import, and its undo."""

    __tablename__ = "feed_upload"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(String(32), unique=True)
    """Below the instance's `feeds`; it holds the file until the import's end."""
    file: Mapped[str] = mapped_column(Text)
    """What the file is called."""
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    schedule_id: Mapped[int | None] = mapped_column(
        ForeignKey("feed_schedule.id", ondelete="SET NULL"), index=True, default=None
    )
    """Which schedule fetched it; none for one that a person sent."""
    state: Mapped[str] = mapped_column(String(12), index=True, default=FeedState.UPLOADED.value)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The document of the mapping, as `feed_mapping.mapping_from` takes it; empty before it was chosen."""
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why the whole feed could not be taken."""
    job_id: Mapped[int | None] = mapped_column(default=None)
    """The background job that has it in hand, or had it last."""
    ends_as: Mapped[str] = mapped_column(String(12), default="", server_default="")
    """What a stopped import becomes: paused or cancelled."""
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_rejected: Mapped[int] = mapped_column(default=0)
    """Counts of the check."""
    run_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id", ondelete="SET NULL"), default=None)
    batch: Mapped[str] = mapped_column(String(32), default="")
    """Of the products' history: what the undo takes back."""
    put_back: Mapped[int] = mapped_column(default=0)
    left_alone: Mapped[int] = mapped_column(default=0)
    """Products that the undo put back, and those that were changed again since and stay."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    @property
    def is_in_work(self) -> bool:
        return self.state in IN_WORK

    @property
    def has_file(self) -> bool:
        return self.state not in ENDED


class SavedMapping(Model):
    """What the columns of a supplier's feeds mean, under a name, for the next upload and for schedules."""

    __tablename__ = "feed_mapping"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(60), unique=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class FeedSchedule(Model):
    """A feed that is fetched by its address, every few hours or once a day."""

    __tablename__ = "feed_schedule"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(60), unique=True)
    address: Mapped[str] = mapped_column(Text)
    mapping_id: Mapped[int | None] = mapped_column(ForeignKey("feed_mapping.id", ondelete="RESTRICT"), default=None)
    """None: the feed's columns are named as our fields."""
    every_hours: Mapped[int | None] = mapped_column(default=None)
    at_hour: Mapped[int | None] = mapped_column(default=None)
    """Once a day at this hour, in the shop's time zone; one of the two is set."""
    is_on: Mapped[bool] = mapped_column(default=True)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_problem: Mapped[str] = mapped_column(Text, default="")
    """Why the last fetch failed; empty when it went well."""
