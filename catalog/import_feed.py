"""A feed and a folder of pictures -> products. Idempotent by SKU, resumable, and never half a product.

Rows are taken in batches. A batch's pictures are stored first; then its products, its rejections and the run's place in
the feed are one transaction. So a killed import goes on behind its last batch, and a product never lacks its picture.

The feed speaks for the rows and fields it holds: a product that it does not name is left alone, and so is what a row
does not speak of. A row with pictures that did not change since the last import changes nothing (edits made in the shop
stay), a changed one overwrites them. A row without pictures (prices, pieces) is compared with the product: what it says
is so after the import, and the next feed with pictures finds its own rows as it left them.

A withdrawn product is brought up to date and stays withdrawn: a nightly feed must not undo what a merchandiser decided.
One whose import was undone comes back with the next row that has its pictures.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from catalog.editing import ProductDetails, details_of, replace_pictures, write_details
from catalog.errors import FeedUnreadable, ImportSuperseded, PictureNotUsable, Problem, RowRejected
from catalog.feed_intake import FetchLimits, PictureIntake
from catalog.feed_mapping import Cell, FeedMapping, missing_in
from catalog.feed_pictures import FeedPictures, FolderOfPictures, FoundPicture, NoPictures, PictureSource
from catalog.feed_reading import FeedFile, RawRow, open_feed
from catalog.feed_rows import FeedProduct, KnownPrice, brought_up_to_date, differences, parse_fields, sku_of
from catalog.feed_skus import SeenSkus
from catalog.import_report import REJECTIONS_IN_REPORT, ImportReport, reasons_by_field, rejections_of
from catalog.models import CREATION_UNDONE, ImportRejection, ImportRun, Product
from catalog.pictures import StoredPicture, StoredPictures, is_stored_as
from storage.blobs import BlobStore
from storage.database import begin_writing, db, now
from storage.errors import is_full

BATCH_ROWS = 100
_COLUMNS_NAMED = 30
# Part of every row's hash: raise it when pictures or rows are to be made anew from unchanged feeds.
_HOW_ROWS_BECOME_PRODUCTS = 1

Progress = Callable[[int, int], None]
"""Called with (rows done, rows in the feed)."""


def import_feed(
    path: Path,
    *,
    image_folder: Path | None = None,
    blobs: BlobStore,
    mapping: FeedMapping = FeedMapping(),
    web: PictureSource | None = None,
    limits: FetchLimits = FetchLimits(),
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Bring the catalogue up to date with a feed, and commit batch by batch.

    `should_stop` is asked before each batch and while a picture is fetched.
    image_folder: where the pictures are that are not in the feed's own archive. web: fetches those that have addresses.
    Raises FeedUnreadable before anything is written, ImportSuperseded when another import starts meanwhile.
    """
    feed = open_feed(path)
    _refuse_unmapped(feed, mapping, image_folder)
    run_id, first, resumed = _begin(feed, mapping, image_folder)
    watch = _Watch(on_progress, should_stop, feed.rows, first)
    intake = PictureIntake(blobs, limits=limits, heed=watch.heed)
    reader = _RowReader(mapping, _pictures(feed, image_folder, web, blobs), intake)
    end = "finished"
    for start, batch in _batches(feed.read(), reader, first):
        outcomes = [] if should_stop() else reader.outcomes(batch, start, on_row=watch.at)
        _write(run_id, start, outcomes)
        if len(outcomes) < len(batch):
            end = "stopped"
            break
    _leave(run_id, end)
    return _report(run_id, resumed=resumed)


@dataclass
class _Watch:
    """Tells how far an import is, and asks whether it shall stop."""

    on_progress: Progress
    should_stop: Callable[[], bool]
    rows: int
    done: int

    def at(self, done: int) -> None:
        self.done = done
        self.on_progress(done, self.rows)

    def heed(self) -> None:
        """Raise _Stopped when somebody asked to stop."""
        # Who asks is known to those who hear of the progress.
        self.on_progress(self.done, self.rows)
        if self.should_stop():
            raise _Stopped


class RowFate(StrEnum):
    """What an import would do with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class CurrentProduct(NamedTuple):
    """What a product is before its row."""

    details: ProductDetails
    content_hashes: tuple[str, ...]
    """Of its pictures, in their order."""


@dataclass(frozen=True)
class CheckedRow:
    """A row as an import would take it: `product` is None for a rejected one, which has `problems` instead."""

    number: int
    sku: str
    fate: RowFate
    product: ProductDetails | None = None
    image_names: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    """Which of our fields a changed product gets anew; `state` where it comes back on sale."""
    before: CurrentProduct | None = None
    """What a changed product is now."""
    problems: tuple[Problem, ...] = ()


def check_feed(
    path: Path,
    *,
    image_folder: Path | None = None,
    mapping: FeedMapping = FeedMapping(),
    web: PictureSource | None = None,
    blobs: BlobStore | None = None,
    on_row: Callable[[CheckedRow], None],
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Go over a feed as an import would, writing nothing; say whether it came to its end.

    `on_row` hears of every row, in order. Pictures are looked for and not decoded; with `blobs` also among those that
    the shop has. Raises FeedUnreadable.
    """
    feed = open_feed(path)
    _refuse_unmapped(feed, mapping, image_folder)
    reader = _RowReader(mapping, _pictures(feed, image_folder, web, blobs), None)
    for start, batch in _batches(feed.read(), reader, 0):
        if should_stop():
            return False
        for outcome in reader.outcomes(batch, start, on_row=lambda done: on_progress(done, feed.rows)):
            on_row(_checked(outcome))
    return True


def has_ever_been_filled() -> bool:
    """Say whether any import came to its end: until then a catalogue's products may be a part of what was meant."""
    return db.session.scalar(select(ImportRun.id).filter_by(state="finished").limit(1)) is not None


class _Known(NamedTuple):
    """What the catalogue has under a SKU, as far as every row needs it."""

    row_hash: str
    is_withdrawn: bool
    price: KnownPrice


@dataclass(frozen=True)
class _Change:
    """What a row makes of its product; its pictures and hash where it speaks of pictures."""

    product: FeedProduct
    row_hash: str = ""
    pictures: tuple[StoredPicture, ...] = ()


@dataclass(frozen=True)
class _Outcome:
    """A row that was looked at: rejected (problems), to be written (change), or unchanged (neither)."""

    row_number: int
    sku: str
    problems: tuple[Problem, ...] = ()
    change: _Change | None = None
    is_known: bool = False
    is_withdrawn: bool = False
    details: ProductDetails | None = None
    """What the product is after the row; of a changed one only where it is looked for."""
    changes: tuple[str, ...] = ()
    """Which fields differ then; known where the product is looked for."""
    current: CurrentProduct | None = None
    image_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Read:
    """A row that was read and not compared yet: what it says, or what is wrong with it."""

    number: int
    sku: str
    known: _Known | None = None
    product: FeedProduct | None = None
    pictures: tuple[FoundPicture, ...] = ()
    row_hash: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def is_as_before(self) -> bool:
        """Whether the row with its pictures is the one that wrote the product last."""
        if self.known is None or not self.row_hash:
            return False
        # Before rows could leave fields out, a hash was its first part alone.
        return self.known.row_hash in (self.row_hash, self.row_hash.partition(":")[0])


class _Stopped(Exception):
    """The import was asked to stop while it waited for a picture."""


class _RowReader:
    """Rows -> outcomes; stores the pictures of changed rows (not without an intake), and knows a SKU's first row."""

    def __init__(self, mapping: FeedMapping, pictures: FeedPictures, intake: PictureIntake | None) -> None:
        self._mapping = mapping
        self._pictures = pictures
        self._intake = intake
        self._seen = SeenSkus()

    def skip(self, row: RawRow) -> None:
        """Pass over a row that an earlier process did."""
        self._seen.first_row_of(sku_of(self._mapping.read(row.cells)), row.number)

    def outcomes(self, rows: Sequence[RawRow], start: int, *, on_row: Callable[[int], None]) -> list[_Outcome]:
        """Return what to do with each row; `on_row` hears how many rows of the feed are done, from `start` on.

        Fewer come back when somebody asks to stop meanwhile.
        """
        fields = [self._mapping.read(row.cells) for row in rows]
        known = _known_products([sku_of(each) for each in fields])
        read = [self._read(row, each, known) for row, each in zip(rows, fields, strict=True)]
        current = _current_by_sku([each.sku for each in read if self._is_compared(each)])
        if self._intake:
            self._intake.expect(picture for each in read if not each.is_as_before for picture in each.pictures)
        outcomes: list[_Outcome] = []
        with suppress(_Stopped):
            for done, each in enumerate(read, start=start + 1):
                outcomes.append(self._outcome(each, current.get(each.sku)))
                on_row(done)
        return outcomes

    def _read(self, row: RawRow, fields: Mapping[str, Cell], known_products: Mapping[str, _Known]) -> _Read:
        sku = sku_of(fields)
        known = known_products.get(sku)
        try:
            if row.problem:
                raise RowRejected(row.problem)
            first = self._seen.first_row_of(sku, row.number)
            if sku and first != row.number:
                raise RowRejected(Problem("sku", f"row {first} has this SKU already: keep one of them"))
            product = parse_fields(fields, self._mapping, known=known.price if known else None)
            pictures = tuple(map(self._found, product.image_names))
        except RowRejected as error:
            return _Read(row.number, sku, problems=error.problems)
        row_hash = _row_hash(product, pictures) if product.says_pictures else ""
        return _Read(row.number, sku, known, product, pictures, row_hash)

    def _is_compared(self, row: _Read) -> bool:
        """A row without pictures is compared with the product itself; a check shows what the product will be."""
        return row.known is not None and (not row.row_hash or self._intake is None)

    def _outcome(self, row: _Read, current: CurrentProduct | None) -> _Outcome:
        product = row.product
        if product is None:
            return _Outcome(row.number, row.sku, problems=row.problems)
        details = brought_up_to_date(current.details, product) if current else product.details
        comes_back = row.known is not None and _comes_back(row.known.row_hash, product)
        try:
            changes = _changes(current, details, row) if current else ()
            is_unchanged = row.is_as_before or (current is not None and not changes and not comes_back)
            change = None if is_unchanged else _Change(product, row.row_hash, self._stored_all(row.pictures))
        except RowRejected as error:
            return _Outcome(row.number, row.sku, problems=error.problems)
        return _Outcome(
            row.number,
            row.sku,
            change=change,
            is_known=row.known is not None,
            is_withdrawn=row.known is not None and row.known.is_withdrawn and not comes_back,
            details=details,
            changes=(*changes, "state") if comes_back else changes,
            current=current,
            image_names=product.image_names,
        )

    def _found(self, name: str) -> FoundPicture:
        with _as_rejection():
            return self._pictures.find(name)

    def _stored_all(self, pictures: Sequence[FoundPicture]) -> tuple[StoredPicture, ...]:
        if self._intake is None:
            return ()
        with _as_rejection():
            return tuple(map(self._intake.stored, pictures))


def _comes_back(row_hash: str, product: FeedProduct) -> bool:
    """Whether a row brings a product back that is withdrawn because its creation was undone, by nobody's choice."""
    return row_hash == CREATION_UNDONE and product.says_pictures


def _changes(current: CurrentProduct, details: ProductDetails, row: _Read) -> tuple[str, ...]:
    """Return which fields a product gets anew. Raises RowRejected for pictures that cannot be read."""
    hashes = current.content_hashes
    with _as_rejection():
        has_other_pictures = bool(row.row_hash) and not (
            len(row.pictures) == len(hashes) and all(map(is_stored_as, row.pictures, hashes))
        )
    return differences(current.details, details) + (("image",) if has_other_pictures else ())


@contextmanager
def _as_rejection() -> Iterator[None]:
    try:
        yield
    except (PictureNotUsable, OSError) as error:
        if is_full(error):
            # No fault of the row: the import stops here, and goes on when there is room.
            raise
        raise RowRejected(Problem("image", str(error))) from error


def _pictures(
    feed: FeedFile, image_folder: Path | None, web: PictureSource | None, blobs: BlobStore | None
) -> FeedPictures:
    folder = FolderOfPictures(image_folder) if image_folder else NoPictures()
    return FeedPictures(feed.archive or folder, web, StoredPictures(blobs) if blobs else None)


def _checked(outcome: _Outcome) -> CheckedRow:
    if outcome.details is None:
        return CheckedRow(outcome.row_number, outcome.sku, RowFate.REJECTED, problems=outcome.problems)
    changes = RowFate.CHANGED if outcome.is_known else RowFate.NEW
    fate = RowFate.UNCHANGED if outcome.change is None else changes
    return CheckedRow(
        outcome.row_number,
        outcome.sku,
        fate,
        outcome.details,
        outcome.image_names,
        outcome.changes,
        before=outcome.current if fate == RowFate.CHANGED else None,
    )


def _refuse_unmapped(feed: FeedFile, mapping: FeedMapping, image_folder: Path | None) -> None:
    """A fault of the whole feed is said once, not once a row."""
    if image_folder is not None and feed.archive is None and not image_folder.is_dir():
        raise FeedUnreadable(f"{image_folder}: this image folder does not exist")
    if not feed.columns:
        return
    found = _some(feed.columns)
    if absent := sorted(mapping.columns() - set(feed.columns)):
        raise FeedUnreadable(
            f"{feed.path.name}: the mapping names columns that are missing: {_some(absent)}; the feed has {found}"
        )
    fields = mapping.fields_of(feed.columns)
    missing = missing_in(fields)
    # Some fields are enough for products that are there already.
    is_of_use = "sku" in fields and len(fields - mapping.defaults.keys()) > 1 and _has_products()
    if missing and not is_of_use:
        raise FeedUnreadable(
            f"{feed.path.name}: nothing gives {', '.join(missing)}; the feed has the columns {found}. "
            "Name them as our fields, or give a mapping file."
        )


def _some(names: Sequence[str]) -> str:
    """The first names, for a message that can be read."""
    return ", ".join([*(name[:60] for name in names[:_COLUMNS_NAMED]), *(["…"] if len(names) > _COLUMNS_NAMED else [])])


def _has_products() -> bool:
    return db.session.scalar(select(Product.id).limit(1)) is not None


def _begin(feed: FeedFile, mapping: FeedMapping, image_folder: Path | None) -> tuple[int, int, bool]:
    """Return the run's id, the index of its first row to do, and whether it goes on with an interrupted one."""
    pictures_at = feed.path if feed.archive or not image_folder else image_folder
    parts = (feed.sha256, mapping.fingerprint(), str(pictures_at.resolve()))
    fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    # Only the latest: behind another feed's import, the rows before the cursor may be out of date again.
    run = db.session.scalar(select(ImportRun).order_by(ImportRun.id.desc()).limit(1))
    resumed = run is not None and run.state in ("running", "stopped") and run.fingerprint == fingerprint
    if run is None or not resumed:
        db.session.execute(
            update(ImportRun).where(ImportRun.state.in_(("running", "stopped"))).values(state="abandoned")
        )
        run = ImportRun(source=str(feed.path), fingerprint=fingerprint, rows_total=feed.rows, next_row=0)
        db.session.add(run)
    run.state = "running"
    db.session.commit()
    return run.id, run.next_row, resumed


def _batches(rows: Iterator[RawRow], reader: _RowReader, first: int) -> Iterator[tuple[int, list[RawRow]]]:
    for row in islice(rows, first):
        reader.skip(row)
    while batch := list(islice(rows, BATCH_ROWS)):
        yield first, batch
        first += len(batch)


def _known_products(skus: Sequence[str]) -> dict[str, _Known]:
    columns = (Product.sku, Product.row_hash, Product.deleted_at, Product.currency, Product.cost_minor_units)
    rows = db.session.execute(select(*columns).where(Product.sku.in_(skus))).all()
    # Ends the reading transaction: none is held open while pictures are decoded.
    db.session.commit()
    return {
        sku: _Known(row_hash, deleted_at is not None, KnownPrice(currency, cost is not None))
        for sku, row_hash, deleted_at, currency, cost in rows
    }


def _current_by_sku(skus: Sequence[str]) -> dict[str, CurrentProduct]:
    if not skus:
        return {}
    found = {sku: _as_it_is(product) for sku, product in _products(skus).items()}
    db.session.commit()
    return found


def _as_it_is(product: Product) -> CurrentProduct:
    return CurrentProduct(details_of(product), tuple(image.content_hash for image in product.images))


def _row_hash(product: FeedProduct, pictures: Sequence[FoundPicture]) -> str:
    """Of all that a row says, and of each picture's state; then of which fields it speaks."""
    parts = (
        _HOW_ROWS_BECOME_PRODUCTS,
        vars(product.details),
        [(picture.name, *picture.state) for picture in pictures],
    )
    said = hashlib.sha256(" ".join(sorted(product.said)).encode()).hexdigest()[:8]
    return f"{hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()}:{said}"


def _write(run_id: int, start: int, outcomes: Sequence[_Outcome]) -> None:
    """Write a batch's products, its rejections and the run's place in one transaction."""
    # Read and written as one: a change of a whole list may run beside it.
    begin_writing()
    counts = Counter(withdrawn=sum(outcome.is_withdrawn for outcome in outcomes))
    products = _products([outcome.sku for outcome in outcomes if outcome.change])
    for outcome in outcomes:
        if outcome.problems:
            counts["rejected"] += 1
            db.session.add_all(_rejections(run_id, outcome))
        elif outcome.change is None:
            counts["unchanged"] += 1
        else:
            counts[_write_product(products.get(outcome.sku), outcome.change)] += 1
    db.session.flush()
    _advance(run_id, start, len(outcomes), counts)
    db.session.commit()


def _products(skus: Sequence[str]) -> dict[str, Product]:
    parts = (selectinload(Product.images), selectinload(Product.shop_stock))
    wanted = select(Product).where(Product.sku.in_(skus)).order_by(Product.id).options(*parts)
    rows = db.session.scalars(wanted.with_for_update(of=Product))
    return {product.sku: product for product in rows}


def _write_product(product: Product | None, change: _Change) -> str:
    """Write what a row says; return as what it counts: created, updated, or unchanged when all was so already."""
    if product is None:
        product = Product(sku=change.product.details.sku)
        db.session.add(product)
        _write_change(product, change, change.product.details)
        return "created"
    before, was_withdrawn = _as_it_is(product), product.deleted_at
    # As it is by now, not as it was when the row was looked at: pictures take their time.
    _write_change(product, change, brought_up_to_date(before.details, change.product))
    is_same = (before, was_withdrawn) == (_as_it_is(product), product.deleted_at)
    return "unchanged" if is_same else "updated"


def _write_change(product: Product, change: _Change, details: ProductDetails) -> None:
    write_details(product, details)
    if change.product.says_pictures:
        if product.row_hash == CREATION_UNDONE:
            product.deleted_at = None
        replace_pictures(product, change.pictures)
        product.row_hash = change.row_hash


def _rejections(run_id: int, outcome: _Outcome) -> list[ImportRejection]:
    where = {"run_id": run_id, "row_number": outcome.row_number, "sku": outcome.sku}
    return [ImportRejection(**where, field=problem.field, reason=problem.reason) for problem in outcome.problems]


def _advance(run_id: int, start: int, rows: int, counts: Counter[str]) -> None:
    """Move the run's place, unless another process has moved it or begun another run."""
    added = {name: getattr(ImportRun, name) + count for name, count in counts.items()}
    moved = db.session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.next_row == start, ImportRun.state == "running")
        .values(next_row=start + rows, **added)
        .returning(ImportRun.id)
        .execution_options(synchronize_session=False)
    )
    if moved.first() is None:
        db.session.rollback()
        raise ImportSuperseded


def _leave(run_id: int, state: str) -> None:
    finished_at = now() if state == "finished" else None
    db.session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.state == "running")
        .values(state=state, finished_at=finished_at)
    )
    db.session.commit()


def _report(run_id: int, *, resumed: bool) -> ImportReport:
    run = db.session.get_one(ImportRun, run_id)
    return ImportReport(
        run_id=run_id,
        resumed=resumed,
        finished=run.state == "finished",
        rows_total=run.rows_total,
        rows_read=run.next_row,
        created=run.created,
        updated=run.updated,
        unchanged=run.unchanged,
        rejected=run.rejected,
        withdrawn=run.withdrawn,
        rejections=tuple(rejections_of(run_id, limit=REJECTIONS_IN_REPORT)),
        reasons_by_field=reasons_by_field(run_id),
    )
