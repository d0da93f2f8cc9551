"""The purge: erase what has lapsed, say why each thing went, stop whole when the storage fails, go on later."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from privacy.audit_notes import note
from privacy.declarations import Category
from privacy.errors import ClockWentBackwards, PurgeInterrupted
from privacy.models import PersonStanding
from privacy.pseudonyms import Pseudonymiser
from privacy.retention import LapsedItem, Lapsing, RetentionPolicy, Unit
from privacy.retention_models import Disposal, PurgeRun
from storage.database import db, now
from storage.errors import StorageFull

_ERASED_TOGETHER = 20
_TROUBLE = (OperationalError, IntegrityError, StaleDataError, OSError, StorageFull)
"""A storage that fails, or a second purge at the same rows: the batch is undone, the next run does it."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LapsedCount:
    """What of a category has lapsed under a policy."""

    category: Category
    count: int
    oldest: datetime | None
    held: int
    """Also lapsed, but kept because the person asked to hold their data (Art. 18)."""


@dataclass(frozen=True)
class PurgeReport:
    """What a purge erased."""

    erased: dict[Category, int]

    @property
    def total(self) -> int:
        return sum(self.erased.values())


@dataclass(frozen=True)
class Purger:
    """Erases what has lapsed in the stores that it knows; each small batch is committed with its records."""

    lapsings: Sequence[Lapsing]
    pseudonyms: Pseudonymiser

    def preview(self, policy: RetentionPolicy, at: datetime) -> list[LapsedCount]:
        """Return what a purge at `at` would erase, by category; changes nothing."""
        held = people_on_hold()
        counts: dict[Category, list[LapsedItem]] = {}
        for lapsing in self.lapsings:
            counts.setdefault(lapsing.category, []).extend(lapsing.lapsed(policy, at))
        return [_count(category, items, held) for category, items in counts.items()]

    def purge(
        self, policy: RetentionPolicy, at: datetime, *, actor: str, on_progress: Progress = lambda done, total: None
    ) -> PurgeReport:
        """Erase all that has lapsed at `at`, and keep a record of the run; commits batch by batch.

        Raises ClockWentBackwards (noted in the audit, nothing erased) and PurgeInterrupted.
        """
        refuse_a_clock_that_went_back(at, actor=actor)
        run = PurgeRun(started_at=at)
        db.session.add(run)
        db.session.commit()
        run_id = run.id
        report = self.erase_lapsed(policy, at, on_progress=on_progress)
        erased = {category.value: count for category, count in report.erased.items()}
        finished = db.session.get_one(PurgeRun, run_id)
        finished.finished_at, finished.erased = now(), erased
        note("purge.finished", actor=actor, details={"total": report.total, **erased})
        db.session.commit()
        return report

    def erase_lapsed(
        self, policy: RetentionPolicy, at: datetime, *, on_progress: Progress = lambda done, total: None
    ) -> PurgeReport:
        """Erase all that has lapsed at `at`; commits batch by batch. Raises PurgeInterrupted."""
        held, erased = people_on_hold(), dict.fromkeys((lapsing.category for lapsing in self.lapsings), 0)
        for lapsing in self.lapsings:
            items = [item for item in lapsing.lapsed(policy, at) if item.pseudonym not in held]
            for batch in _batches(items):
                self._erase(lapsing, batch, policy, at, erased_before=sum(erased.values()))
                erased[lapsing.category] += len(batch)
                on_progress(erased[lapsing.category], len(items))
        return PurgeReport(erased)

    def _erase(
        self,
        lapsing: Lapsing,
        items: Sequence[LapsedItem],
        policy: RetentionPolicy,
        at: datetime,
        *,
        erased_before: int,
    ) -> None:
        try:
            if lapsing.store is not None:
                # Two stores cannot commit as one: the record first, so that nothing goes without one.
                self._record(lapsing.category, items, policy, at)
                db.session.commit()
                lapsing.erase_lapsed(items)
            else:
                lapsing.erase_lapsed(items)
                self._record(lapsing.category, items, policy, at)
            db.session.commit()
        except _TROUBLE as error:
            db.session.rollback()
            cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
            raise PurgeInterrupted(lapsing.category.value, erased_before, cause) from error

    def _record(self, category: Category, items: Iterable[LapsedItem], policy: RetentionPolicy, at: datetime) -> None:
        # A thing of nobody (a job, an old record itself) goes without one.
        for item in (item for item in items if item.pseudonym):
            disposal = Disposal(
                id=self.pseudonyms.of_disposed(f"{category.value}/{item.key}/{item.since.isoformat()}"),
                at=at,
                category=category.value,
                subject_hash=self.pseudonyms.of_disposed(item.pseudonym),
                reason="inactive" if item.rule.unit is Unit.MONTHS else "time is up",
                rule=policy.words_of(item.rule),
            )
            db.session.merge(disposal)


def refuse_a_clock_that_went_back(at: datetime, *, actor: str) -> None:
    """Raise ClockWentBackwards when `at` is before the last purge; the refusal is noted for the audit (commits)."""
    last = last_purge_at()
    if last is not None and at < last:
        note("purge.refused", actor=actor, reason="the clock went backwards", details={"last": last.isoformat()})
        db.session.commit()
        raise ClockWentBackwards(at, last)


def accept_the_clock(at: datetime, *, actor: str, reason: str) -> int:
    """Forget the purges that ran at a later time than `at` (a wrong clock); return how many. Flushes."""
    wrong = db.session.scalars(select(PurgeRun.id).where(PurgeRun.started_at > at)).all()
    db.session.execute(delete(PurgeRun).where(PurgeRun.id.in_(wrong)))
    note("purge.clock_accepted", actor=actor, reason=reason, details={"purges": len(wrong)})
    db.session.flush()
    return len(wrong)


def last_purge_at() -> datetime | None:
    """Return when the latest purge began, finished or not."""
    return db.session.scalar(select(func.max(PurgeRun.started_at)))


def next_purge_at(at: datetime, *, hour: int, zone: ZoneInfo) -> datetime:
    """Return when the nightly purge is due: `hour` o'clock in `zone`, or `at` itself when a night was missed."""
    finished = db.session.scalar(select(func.max(PurgeRun.started_at)).where(PurgeRun.finished_at.is_not(None)))
    last_night = latest_time(hour, at.astimezone(zone))
    if finished is None or finished < last_night:
        return at
    return latest_time(hour, at.astimezone(zone) + timedelta(days=1)).astimezone(at.tzinfo)


def latest_time(hour: int, local: datetime) -> datetime:
    """Return the last time before or at `local` when its clock showed `hour` o'clock."""
    tonight = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return tonight if tonight <= local else tonight - timedelta(days=1)


def people_on_hold() -> frozenset[str]:
    """Return the pseudonyms of those who asked to hold their data (Art. 18): nothing of theirs is erased by time."""
    return frozenset(
        db.session.scalars(select(PersonStanding.pseudonym).where(PersonStanding.restricted_at.is_not(None)))
    )


def _count(category: Category, items: Sequence[LapsedItem], held: frozenset[str]) -> LapsedCount:
    going = [item for item in items if item.pseudonym not in held]
    oldest = min((item.since for item in going), default=None)
    return LapsedCount(category, len(going), oldest, len(items) - len(going))


def _batches(items: Sequence[LapsedItem]) -> Iterator[list[LapsedItem]]:
    remaining = iter(items)
    while batch := list(islice(remaining, _ERASED_TOGETHER)):
        yield batch
