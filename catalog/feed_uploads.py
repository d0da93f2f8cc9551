"""A feed that came through the desk or a schedule: kept as a file, checked, imported, undone; then the file goes.

Each step is a job's: it may be killed and run again, and a pause is an import that was asked to stop.
"""

import json
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, or_, select, update

from catalog.errors import AnotherImportRuns, FeedMovedOn, FeedNotFound, FeedUnreadable, ImportSuperseded, MappingError
from catalog.feed_intake import FetchLimits
from catalog.feed_mapping import mapping_from
from catalog.feed_models import FeedState, FeedUpload
from catalog.feed_pictures import PictureSource
from catalog.feed_reading import FeedSample, sample_feed
from catalog.history import LeftAlone, changes_by, undo_batch
from catalog.history_models import ChangeBatch
from catalog.import_feed import CheckedRow, Progress, RowFate, check_feed, import_feed
from catalog.import_report import Rejection
from catalog.models import ImportRun
from catalog.products import Page
from storage.blobs import BlobStore
from storage.database import LARGEST_ID, db, now

FORGOTTEN_AFTER = timedelta(days=7)
"""A file that nobody imported is removed."""
COLUMNS_SHOWN = 200
ROWS_SHOWN = 20
PROBLEMS_SHOWN = 50
MOST_PROBLEMS_KEPT = 100_000
_CHUNK_BYTES = 1 << 20
_WAITING = (FeedState.UPLOADED, FeedState.CHECKED, FeedState.PAUSED)
"""No job has it in hand, and its file is there."""
_IN_IMPORT = select(FeedUpload).where(FeedUpload.state == FeedState.IMPORTING)


@dataclass(frozen=True)
class FeedFiles:
    """The files of one upload, below the folder of all."""

    folder: Path
    file: str

    @classmethod
    def of(cls, upload: FeedUpload, feeds_folder: Path) -> "FeedFiles":
        """Return an upload's files."""
        return cls(feeds_folder / upload.folder, upload.file)

    @property
    def feed(self) -> Path:
        return self.folder / "feed" / self.file

    @property
    def preview(self) -> Path:
        return self.folder / "preview.json"

    @property
    def problems(self) -> Path:
        return self.folder / "problems.jsonl"

    @property
    def left_alone(self) -> Path:
        return self.folder / "left-alone.jsonl"

    def sample(self) -> FeedSample:
        """Return the feed's beginning, of at most COLUMNS_SHOWN columns. Raises FeedUnreadable."""
        found = sample_feed(self.feed)
        return replace(found, columns=found.columns[:COLUMNS_SHOWN])

    def remove(self) -> None:
        """Delete them; nothing happens when they are gone."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class FeedPreview:
    """What a check found, for its page: its first rows as products, those ahead that change some; the first reasons."""

    rows: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[Rejection, ...] = ()
    more_problems_than_kept: bool = False
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How many reasons there are in all, the most frequent field first."""
    is_google: bool = False
    """Whether the feed was read as Google's product data."""


def receive_feed(stream: IO[bytes], name: str, *, feeds_folder: Path, schedule_id: int | None = None) -> FeedUpload:
    """Keep a feed's file and return its upload, flushed. Raises FeedUnreadable, and then nothing is kept.

    name: a plain file name, whose ending says what kind of feed it is.
    """
    upload = FeedUpload(folder=uuid.uuid4().hex, file=name, schedule_id=schedule_id)
    files = FeedFiles.of(upload, feeds_folder)
    try:
        files.feed.parent.mkdir(parents=True)
        with files.feed.open("wb") as file:
            shutil.copyfileobj(stream, file, _CHUNK_BYTES)
        upload.size_bytes = files.feed.stat().st_size
        _refuse_without_columns(files.sample(), name)
        db.session.add(upload)
        db.session.flush()
    except BaseException:
        files.remove()
        raise
    return upload


def _refuse_without_columns(sample: FeedSample, name: str) -> None:
    if not sample.rows:
        raise FeedUnreadable(f"{name}: the feed has no rows")
    if not sample.columns:
        wrong = next((row.problem.reason for row in sample.rows if row.problem), "the feed has no rows")
        raise FeedUnreadable(f"{name}: {wrong}")


def upload_by_id(upload_id: int) -> FeedUpload:
    """Return the upload. Raises FeedNotFound."""
    upload = db.session.get(FeedUpload, upload_id) if upload_id <= LARGEST_ID else None
    if upload is None:
        raise FeedNotFound(upload_id)
    return upload


def uploads(*, page: int = 1, page_size: int = 50) -> Page[FeedUpload]:
    """Return one page of all uploads, the newest first."""
    total = db.session.scalar(select(func.count()).select_from(FeedUpload)) or 0
    rows = select(FeedUpload).order_by(FeedUpload.id.desc()).limit(page_size).offset((page - 1) * page_size)
    return Page(list(db.session.scalars(rows)), total, page, page_size)


def runs_of(uploads: Iterable[FeedUpload]) -> dict[int, ImportRun]:
    """Return the imports that were begun of these uploads, by their id."""
    run_ids = [upload.run_id for upload in uploads if upload.run_id]
    return {run.id: run for run in db.session.scalars(select(ImportRun).where(ImportRun.id.in_(run_ids)))}


def move(upload: FeedUpload, to: FeedState, *, out_of: Collection[FeedState], **values: Any) -> None:
    """Change the upload's state, unless somebody else did so meanwhile. Raises FeedMovedOn; does not commit."""
    moved = db.session.execute(
        update(FeedUpload)
        .where(FeedUpload.id == upload.id, FeedUpload.state.in_(out_of))
        .values(state=to, **values)
        .returning(FeedUpload.id)
        .execution_options(synchronize_session=False)
    ).first()
    db.session.refresh(upload)
    if moved is None:
        raise FeedMovedOn(upload.state)


def begin_check(upload: FeedUpload, document: Mapping[str, Any]) -> None:
    """Take what the columns mean; the check is a job's. Raises MappingError, FeedMovedOn; does not commit."""
    mapping_from(document)
    move(
        upload,
        FeedState.CHECKING,
        out_of=(FeedState.UPLOADED, FeedState.CHECKED),
        mapping=dict(document),
        problem="",
    )


def begin_import(upload: FeedUpload) -> None:
    """Let the import begin, or go on; it is a job's. Raises AnotherImportRuns, FeedMovedOn; does not commit."""
    refuse_beside_another_import(upload.id)
    move(
        upload,
        FeedState.IMPORTING,
        out_of=(FeedState.CHECKED, FeedState.PAUSED),
        problem="",
        ends_as=FeedState.PAUSED,
        batch=upload.batch or uuid.uuid4().hex,
    )


def refuse_beside_another_import(upload_id: int | None = None) -> None:
    """Raise AnotherImportRuns while a feed is imported, other than this one."""
    importing = db.session.scalars(_IN_IMPORT).all()
    if {each.id for each in importing} - {upload_id}:
        raise AnotherImportRuns


def upload_in_import() -> FeedUpload | None:
    """Return the feed that is being imported, if one is."""
    return db.session.scalars(_IN_IMPORT).first()


def begin_undo(upload: FeedUpload) -> None:
    """Let the import be undone; that is a job's. Raises FeedMovedOn; does not commit."""
    move(upload, FeedState.UNDOING, out_of=(FeedState.FINISHED, FeedState.CANCELLED))


def discard(upload: FeedUpload, *, feeds_folder: Path) -> None:
    """Let go of a feed that no job has in hand; what was imported of it stays. Commits. Raises FeedMovedOn."""
    move(upload, FeedState.CANCELLED, out_of=_WAITING, ended_at=now())
    db.session.commit()
    FeedFiles.of(upload, feeds_folder).remove()


def check_upload(
    upload_id: int,
    *,
    feeds_folder: Path,
    blobs: BlobStore,
    web: PictureSource,
    on_progress: Progress,
    should_stop: Callable[[], bool],
) -> FeedUpload:
    """Go over the whole feed, and keep what an import would do for its page; commits.

    Without effect unless the upload waits for it. What makes the whole feed unusable is kept as the upload's problem.
    """
    upload = upload_by_id(upload_id)
    if upload.state != FeedState.CHECKING:
        return upload
    files, mapping = FeedFiles.of(upload, feeds_folder), mapping_from(upload.mapping)
    db.session.commit()
    with _ending_as(upload, FeedState.UPLOADED), files.problems.open("w", encoding="utf-8") as problems:
        seen = _Seen(problems)
        finished = check_feed(
            files.feed,
            mapping=mapping,
            web=web,
            blobs=blobs,
            on_row=seen.take,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        found = {**seen.preview, "is_google": files.sample().is_google}
        files.preview.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        counts = {f"rows_{fate}": seen.counts[fate] for fate in RowFate}
        state = FeedState.CHECKED if finished else FeedState.UPLOADED
        move(upload, state, out_of=(FeedState.CHECKING,), rows_total=seen.counts.total(), **counts)
    db.session.commit()
    return upload


def import_upload(
    upload_id: int,
    *,
    actor: str,
    role: str,
    feeds_folder: Path,
    blobs: BlobStore,
    web: PictureSource,
    limits: FetchLimits,
    on_progress: Progress,
    should_stop: Callable[[], bool],
) -> FeedUpload:
    """Import the feed, or go on with its import; the file goes with the last row. Commits batch by batch.

    web: fetches the pictures that have addresses.
    Without effect unless the upload waits for it. An import that fails is paused, with its problem: it can go on.
    """
    upload = upload_by_id(upload_id)
    if upload.state != FeedState.IMPORTING:
        return upload
    files, mapping = FeedFiles.of(upload, feeds_folder), mapping_from(upload.mapping)
    with _ending_as(upload, FeedState.PAUSED), changes_by(actor, kind="import", batch=upload.batch, role=role):
        report = import_feed(
            files.feed,
            blobs=blobs,
            mapping=mapping,
            web=web,
            limits=limits,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        upload.run_id, upload.rows_total = report.run_id, report.rows_total
        db.session.flush()
        _end_import(upload, is_finished=report.finished)
    db.session.commit()
    if not upload.has_file:
        files.remove()
    return upload


def _end_import(upload: FeedUpload, *, is_finished: bool) -> None:
    state = FeedState.FINISHED if is_finished else FeedState(upload.ends_as)
    ended_at = None if state == FeedState.PAUSED else now()
    move(upload, state, out_of=(FeedState.IMPORTING,), ended_at=ended_at)


def upload_of_batch(batch: str) -> int | None:
    """Return the number of the feed whose import is this act of the history; None for any other act."""
    return db.session.scalar(select(FeedUpload.id).filter_by(batch=batch))


def import_behind(batch: str) -> tuple[FeedUpload | None, int]:
    """Return the feed whose import is this act of the history, or is undone by it, or by an undo of that …

    With it, how many undos lie between: 0 for the import itself, 1 for its undo. None where no feed is behind it.
    """
    undos = 0
    while found := db.session.get(ChangeBatch, batch):
        upload = db.session.scalar(select(FeedUpload).filter_by(batch=batch))
        if upload is not None:
            return upload, undos
        batch, undos = found.undoes, undos + 1
    return None, undos


def undo_upload(
    upload_id: int, *, actor: str, role: str, feeds_folder: Path, on_progress: Progress, should_stop: Callable[[], bool]
) -> FeedUpload:
    """Put back what the import changed and nobody changed since; commits. Without effect unless it waits for it.

    What was changed since is kept by its SKUs, for `left_by_undo`. One that was asked to stop, or failed, can be undone
    again: it goes on.
    """
    upload = upload_by_id(upload_id)
    if upload.state != FeedState.UNDOING:
        return upload
    files = FeedFiles.of(upload, feeds_folder)
    with _ending_as(upload, FeedState.FINISHED), _keeping_left_alone(files) as on_left:
        report = undo_batch(
            upload.batch, actor=actor, role=role, on_left=on_left, on_progress=on_progress, should_stop=should_stop
        )
        move(
            upload,
            FeedState.UNDONE if report.finished else FeedState.FINISHED,
            out_of=(FeedState.UNDOING,),
            put_back=upload.put_back + report.put_back,
            left_alone=report.left_alone,
        )
    db.session.commit()
    if not upload.left_alone:
        files.remove()
    return upload


def keep_left_alone(upload: FeedUpload, left: Iterable[LeftAlone], *, feeds_folder: Path) -> None:
    """Keep which products an undo left alone, in place of those of an earlier one."""
    files = FeedFiles.of(upload, feeds_folder)
    files.left_alone.unlink(missing_ok=True)
    if named := list(left):
        with _keeping_left_alone(files) as on_left:
            for each in named:
                on_left(each)


def left_by_undo(upload: FeedUpload, *, feeds_folder: Path) -> Iterator[LeftAlone]:
    """Yield the products that the undo left alone, at most MOST_PROBLEMS_KEPT."""
    for line in _lines_of(FeedFiles.of(upload, feeds_folder).left_alone):
        kept = json.loads(line)
        yield LeftAlone(kept["sku"], tuple(kept["fields"]))


@contextmanager
def _keeping_left_alone(files: FeedFiles) -> Iterator[Callable[[LeftAlone], None]]:
    files.folder.mkdir(parents=True, exist_ok=True)
    with files.left_alone.open("w", encoding="utf-8") as file:
        numbers = count()

        def keep(left: LeftAlone) -> None:
            if next(numbers) < MOST_PROBLEMS_KEPT:
                file.write(json.dumps(asdict(left)) + "\n")

        yield keep


@contextmanager
def _ending_as(upload: FeedUpload, state: FeedState) -> Iterator[None]:
    """When the step fails, the upload is in this state, with what went wrong; a foreseen failure ends here.

    A feed that cannot be read with its mapping waits for another one.
    """
    upload_id = upload.id
    try:
        yield
    except Exception as error:
        db.session.rollback()
        failed = db.session.get_one(FeedUpload, upload_id)
        failed.state = FeedState.UPLOADED if isinstance(error, FeedUnreadable | MappingError) else state
        foreseen = isinstance(error, FeedUnreadable | MappingError | ImportSuperseded | FeedMovedOn)
        failed.problem = str(error) if foreseen else f"{type(error).__name__}: {str(error).splitlines()[0][:300]}"
        db.session.commit()
        if not foreseen:
            raise


def preview_of(upload: FeedUpload, *, feeds_folder: Path) -> FeedPreview:
    """Return what the check found; empty when its file is gone."""
    try:
        found = json.loads(FeedFiles.of(upload, feeds_folder).preview.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return FeedPreview()
    problems = tuple(Rejection(**problem) for problem in found["problems"])
    return FeedPreview(
        tuple(found["rows"]),
        problems,
        found["more_problems_than_kept"],
        found.get("reasons", {}),
        is_google=found.get("is_google", False),
    )


def problems_of_check(upload: FeedUpload, *, feeds_folder: Path) -> Iterator[Rejection]:
    """Yield the reasons that the check found against rows, at most MOST_PROBLEMS_KEPT."""
    for line in _lines_of(FeedFiles.of(upload, feeds_folder).problems):
        yield Rejection(**json.loads(line))


def _lines_of(path: Path) -> Iterator[str]:
    """The lines of a file; none when it is gone."""
    try:
        with path.open(encoding="utf-8") as file:
            yield from file
    except FileNotFoundError:
        return


def discard_waiting(schedule_id: int, *, feeds_folder: Path) -> None:
    """Let go of what a schedule fetched before and nobody took up: it is out of date. Commits."""
    waiting = select(FeedUpload).where(FeedUpload.schedule_id == schedule_id, FeedUpload.state.in_(_WAITING))
    for upload in db.session.scalars(waiting).all():
        discard(upload, feeds_folder=feeds_folder)


def remove_forgotten(*, feeds_folder: Path, at: datetime) -> int:
    """Discard the feeds that nobody imported in FORGOTTEN_AFTER, and files of none; return how many. Commits."""
    waiting = select(FeedUpload).where(
        FeedUpload.state.in_(_WAITING),
        FeedUpload.created_at < at - FORGOTTEN_AFTER,
    )
    forgotten = db.session.scalars(waiting).all()
    for upload in forgotten:
        discard(upload, feeds_folder=feeds_folder)
    return len(forgotten) + _remove_strays(feeds_folder, at)


def _remove_strays(feeds_folder: Path, at: datetime) -> int:
    """A process that was killed while a file came in, or before it went, leaves it."""
    if not feeds_folder.is_dir():
        return 0
    has_file = (FeedState.UPLOADED, FeedState.CHECKING, FeedState.CHECKED, FeedState.IMPORTING, FeedState.PAUSED)
    is_kept = or_(FeedUpload.state.in_(has_file), FeedUpload.left_alone > 0)
    kept = set(db.session.scalars(select(FeedUpload.folder).where(is_kept)))
    db.session.commit()
    oldest = (at - timedelta(days=1)).timestamp()
    strays = [each for each in feeds_folder.iterdir() if each.name not in kept and each.stat().st_mtime < oldest]
    for stray in strays:
        shutil.rmtree(stray, ignore_errors=True)
    return len(strays)


def _as_before(row: CheckedRow) -> Mapping[str, Any] | None:
    """What the row's product is now, with how many pictures it has; None unless the row changes it."""
    return {**asdict(row.before.details), "pictures": len(row.before.content_hashes)} if row.before else None


class _Seen:
    """Counts what a check finds, keeps the beginning for the page, and writes the reasons to a file."""

    def __init__(self, problems: IO[str]) -> None:
        self.counts: Counter[str] = Counter()
        self._file = problems
        self._reasons: Counter[str] = Counter()
        self._first_rows: list[Mapping[str, Any]] = []
        self._first_unchanged: list[Mapping[str, Any]] = []
        self._first_problems: list[Mapping[str, Any]] = []

    def take(self, row: CheckedRow) -> None:
        self.counts[row.fate] += 1
        rows = self._first_unchanged if row.fate == RowFate.UNCHANGED else self._first_rows
        if row.product and len(rows) < ROWS_SHOWN:
            said = {"number": row.number, "fate": row.fate, "images": row.image_names, "changes": row.changes}
            rows.append(said | asdict(row.product) | {"before": _as_before(row)})
        for problem in row.problems:
            self._write(Rejection(row.number, row.sku, problem.field, problem.reason))

    def _write(self, problem: Rejection) -> None:
        self._reasons[problem.field] += 1
        written = self._reasons.total()
        if written <= PROBLEMS_SHOWN:
            self._first_problems.append(asdict(problem))
        if written <= MOST_PROBLEMS_KEPT:
            self._file.write(json.dumps(asdict(problem)) + "\n")

    @property
    def preview(self) -> Mapping[str, Any]:
        return {
            "rows": [*self._first_rows, *self._first_unchanged][:ROWS_SHOWN],
            "problems": self._first_problems,
            "more_problems_than_kept": self._reasons.total() > MOST_PROBLEMS_KEPT,
            "reasons": dict(self._reasons.most_common()),
        }
