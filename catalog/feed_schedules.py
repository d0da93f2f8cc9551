"""Feeds that are fetched by their address: when the next fetch is due, and what becomes of what was fetched."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from catalog.errors import AddressRefused, AnotherImportRuns, FeedUnreadable, FetchFailed, ScheduleNotFound
from catalog.feed_fetching import Fetcher
from catalog.feed_models import FeedSchedule, FeedState, FeedUpload, SavedMapping
from catalog.feed_reading import ARCHIVE_NAMES, TABLE_NAMES
from catalog.feed_uploads import begin_import, discard_waiting, receive_feed, refuse_beside_another_import
from storage.database import LARGEST_ID, db, now

HOURS_BETWEEN = (1, 2, 3, 6, 12)
_FETCH_SECONDS = 900.0
_ALL_COLUMNS_NAMED_AS_OURS = {"by_name": True}


def next_time(schedule: FeedSchedule, at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the schedule is due after `at`."""
    if schedule.every_hours is not None:
        return at + timedelta(hours=schedule.every_hours)
    local = at.astimezone(zone)
    today = local.replace(hour=schedule.at_hour or 0, minute=0, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)


def schedule_by_id(schedule_id: int) -> FeedSchedule:
    """Return the schedule. Raises ScheduleNotFound."""
    schedule = db.session.get(FeedSchedule, schedule_id) if schedule_id <= LARGEST_ID else None
    if schedule is None:
        raise ScheduleNotFound(schedule_id)
    return schedule


def all_schedules() -> Sequence[FeedSchedule]:
    """Return the schedules, by label."""
    return db.session.scalars(select(FeedSchedule).order_by(FeedSchedule.label)).all()


def failing_schedules() -> Sequence[FeedSchedule]:
    """Return the schedules that are on and whose last fetch failed, by label."""
    failing = select(FeedSchedule).where(FeedSchedule.is_on, FeedSchedule.last_problem != "")
    return db.session.scalars(failing.order_by(FeedSchedule.label)).all()


def schedule_called(label: str) -> FeedSchedule | None:
    """Return the schedule of this label, if there is one."""
    return db.session.scalar(select(FeedSchedule).filter_by(label=label))


def last_uploads() -> dict[int, FeedUpload]:
    """Return what each schedule fetched last: schedule id -> upload; none for one that has fetched nothing."""
    latest = select(func.max(FeedUpload.id)).where(FeedUpload.schedule_id.is_not(None)).group_by(FeedUpload.schedule_id)
    uploads = db.session.scalars(select(FeedUpload).where(FeedUpload.id.in_(latest)))
    return {upload.schedule_id: upload for upload in uploads if upload.schedule_id is not None}


def take_due_schedules(at: datetime, zone: ZoneInfo) -> Sequence[int]:
    """Return the schedules whose time has come, and set their next time; one process alone gets each. Commits."""
    due = db.session.scalars(select(FeedSchedule).where(FeedSchedule.is_on, FeedSchedule.next_at <= at)).all()
    taken = [schedule.id for schedule in due if _take(schedule, next_time(schedule, at, zone))]
    db.session.commit()
    return taken


def _take(schedule: FeedSchedule, next_at: datetime) -> bool:
    moved = db.session.execute(
        update(FeedSchedule)
        .where(FeedSchedule.id == schedule.id, FeedSchedule.next_at == schedule.next_at)
        .values(next_at=next_at)
        .returning(FeedSchedule.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


def fetch_scheduled(
    schedule: FeedSchedule,
    *,
    fetcher: Fetcher,
    feeds_folder: Path,
    max_bytes: int,
    on_bytes: Callable[[int], None] = lambda size: None,
) -> FeedUpload | None:
    """Fetch the schedule's feed and let its import begin; None when that failed, and the schedule says why.

    What was fetched but not understood waits for a person to look at its columns, until the next fetch. `on_bytes`
    hears how much has come. Flushes.
    """
    schedule.last_at, schedule.last_problem = now(), ""
    try:
        refuse_beside_another_import()
        feeds_folder.mkdir(parents=True, exist_ok=True)
        # In the folder of the feeds: /tmp may be memory. Without a name, so that nothing of it stays after a kill.
        with tempfile.TemporaryFile(dir=feeds_folder) as file:
            into = cast(IO[bytes], _Told(file, on_bytes))
            fetcher.fetch(schedule.address, into, max_bytes=max_bytes, seconds=_FETCH_SECONDS)
            name = file_name_of(schedule.address, file)
            file.seek(0)
            discard_waiting(schedule.id, feeds_folder=feeds_folder)
            upload = receive_feed(file, name, feeds_folder=feeds_folder, schedule_id=schedule.id)
    except (AddressRefused, FetchFailed, FeedUnreadable, AnotherImportRuns) as error:
        schedule.last_problem = str(error)
        db.session.flush()
        return None
    saved = db.session.get(SavedMapping, schedule.mapping_id) if schedule.mapping_id else None
    upload.mapping = dict(saved.document) if saved else _ALL_COLUMNS_NAMED_AS_OURS
    upload.state = FeedState.CHECKED
    db.session.flush()
    begin_import(upload)
    return upload


class _Told:
    """A file that says how many bytes were written to it."""

    def __init__(self, file: IO[bytes], on_bytes: Callable[[int], None]) -> None:
        self._file = file
        self._on_bytes = on_bytes

    def write(self, content: bytes) -> int:
        written = self._file.write(content)
        self._on_bytes(self._file.tell())
        return written


def file_name_of(address: str, content: IO[bytes]) -> str:
    """Return the file's name in an address; where its ending says no kind of feed, the content's beginning does."""
    name = PurePosixPath(urlsplit(address).path).name
    if PurePosixPath(name).suffix.lower() in TABLE_NAMES + ARCHIVE_NAMES:
        return name[-100:]
    content.seek(0)
    beginning = content.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    endings = {b"PK": ".zip", b"<": ".xml", b"{": ".jsonl"}
    return "feed" + next((ending for start, ending in endings.items() if beginning.startswith(start)), ".csv")
