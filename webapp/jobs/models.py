"""The queue of background jobs, a table of the shop's store."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import JOBS
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import Model, UtcDateTime, now

SILENT_AFTER = timedelta(seconds=15)
Outcome = Mapping[str, Any]
"""What a job did, as JSON: counts, states and SKUs under names that belong to its task; a page says it in words."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Model):
    """One piece of background work and how far it is."""

    __tablename__ = "job"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=personal(JOBS, Protection.PSEUDONYM))
    """Ids and switches; a person is named by pseudonym only."""
    state: Mapped[str] = mapped_column(String(12), default=JobState.QUEUED.value, index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    """What it did; empty before its end, and where it failed."""
    result: Mapped[str] = mapped_column(Text, default="")
    """Why it failed; of a job that ended before outcomes were kept, its report in English."""
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    alive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def is_silent(self) -> bool:
        """Whether its process gave no sign of life for a while: it is at a long step, or was ended."""
        return self.state == JobState.RUNNING and self.alive_at is not None and self.alive_at < now() - SILENT_AFTER

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0
