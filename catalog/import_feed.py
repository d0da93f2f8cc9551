"""A feed and a folder of pictures -> products. Idempotent by SKU, resumable, and never half a product.

Rows are taken in batches. A batch's pictures are stored first; then its products, its rejections and the run's place in
the feed are one transaction. So a killed import goes on behind its last batch, and a product never lacks its picture.

The feed speaks for the rows it holds: a product that it does not name is left alone, a row that did not change since
the last import changes nothing (edits made in the shop stay), a changed row overwrites them. A withdrawn product is
brought up to date and stays withdrawn: a nightly feed must not undo what a merchandiser decided. One whose import was
undone comes back with the next.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from catalog.editing import ProductDetails, replace_pictures, write_details
from catalog.errors import FeedUnreadable, ImportSuperseded, PictureNotUsable, Problem, RowRejected
from catalog.feed_mapping import FeedMapping, place_of
from catalog.feed_pictures import FeedPictures, FolderOfPictures, FoundPicture, NoPictures, PictureSource
from catalog.feed_reading import FeedFile, RawRow, open_feed
from catalog.feed_rows import FeedProduct, parse_row, sku_in
from catalog.feed_skus import SeenSkus
from catalog.import_report import REJECTIONS_IN_REPORT, ImportReport, reasons_by_field, rejections_of
from catalog.models import CREATION_UNDONE, ImportRejection, ImportRun, Product
from catalog.pictures import StoredPicture, StoredPictures, store_picture
from storage.blobs import BlobStore
from storage.database import db, now
from storage.errors import BadImage, is_full

BATCH_ROWS = 100
# Part of every row's hash: raise it when pictures or rows are to be made anew from unchanged feeds.
_HOW_ROWS_BECOME_PRODUCTS = 1
_NEEDED_FIELDS = ("sku", "category", "price", "stock", "image")

Progress = Callable[[int, int], None]
"""Called with (rows done, rows in the feed)."""


def import_feed(
    path: Path,
    *,
    image_folder: Path | None = None,
    blobs: BlobStore,
    mapping: FeedMapping = FeedMapping(),
    web: PictureSource | None = None,
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Bring the catalogue up to date with a feed, and commit batch by batch; `should_stop` is asked before each.

    image_folder: where the pictures are that are not in the feed's own archive. web: fetches those that have addresses.
    Raises FeedUnreadable before anything is written, ImportSuperseded when another import starts meanwhile.
    """
    feed = open_feed(path)
    _refuse_unmapped(feed, mapping, image_folder)
    run_id, first, resumed = _begin(feed, mapping, image_folder)
    reader = _RowReader(mapping, _pictures(feed, image_folder, web, blobs), blobs)
    for start, batch in _batches(feed.read(), reader, first):
        if should_stop():
            _leave(run_id, "stopped")
            return _report(run_id, resumed=resumed)
        _write(run_id, start, reader.outcomes(batch, start, on_row=lambda done: on_progress(done, feed.rows)))
    _leave(run_id, "finished")
    return _report(run_id, resumed=resumed)


class RowFate(StrEnum):
    """What an import would do with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True)
class CheckedRow:
    """A row as an import would take it: `product` is None for a rejected one, which has `problems` instead."""

    number: int
    sku: str
    fate: RowFate
    product: ProductDetails | None = None
    image_names: tuple[str, ...] = ()
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
    reader = _RowReader(mapping, _pictures(feed, image_folder, web, blobs), blobs=None)
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
    row_hash: str
    is_withdrawn: bool


@dataclass(frozen=True)
class _Change:
    """What a row makes of its product."""

    details: ProductDetails
    row_hash: str
    pictures: tuple[StoredPicture, ...]


@dataclass(frozen=True)
class _Outcome:
    """A row that was looked at: rejected (problems), to be written (change), or unchanged (neither)."""

    row_number: int
    sku: str
    problems: tuple[Problem, ...] = ()
    change: _Change | None = None
    is_known: bool = False
    is_withdrawn: bool = False
    product: FeedProduct | None = None


class _RowReader:
    """Rows -> outcomes; stores the pictures of changed rows (not without `blobs`), and knows a SKU's first row."""

    def __init__(self, mapping: FeedMapping, pictures: FeedPictures, blobs: BlobStore | None) -> None:
        self._mapping = mapping
        self._pictures = pictures
        self._blobs = blobs
        self._seen = SeenSkus()

    def skip(self, row: RawRow) -> None:
        """Pass over a row that an earlier process did."""
        self._seen.first_row_of(sku_in(row.cells, self._mapping), row.number)

    def outcomes(self, rows: Sequence[RawRow], start: int, *, on_row: Callable[[int], None]) -> list[_Outcome]:
        """Return what to do with each row; `on_row` hears how many rows of the feed are done, from `start` on."""
        skus = [sku_in(row.cells, self._mapping) for row in rows]
        known = _known_products(skus)
        outcomes = []
        for done, (row, sku) in enumerate(zip(rows, skus, strict=True), start=start + 1):
            outcomes.append(self._outcome(row, sku, known.get(sku)))
            on_row(done)
        return outcomes

    def _outcome(self, row: RawRow, sku: str, known: _Known | None) -> _Outcome:
        try:
            if row.problem:
                raise RowRejected(row.problem)
            first = self._seen.first_row_of(sku, row.number)
            if sku and first != row.number:
                raise RowRejected(Problem("sku", f"row {first} has this SKU already: keep one of them"))
            product = parse_row(row.cells, self._mapping)
            change = self._change(product, known)
        except RowRejected as error:
            return _Outcome(row.number, sku, problems=error.problems)
        is_withdrawn = known is not None and known.is_withdrawn
        return _Outcome(
            row.number, sku, change=change, is_known=known is not None, is_withdrawn=is_withdrawn, product=product
        )

    def _change(self, product: FeedProduct, known: _Known | None) -> _Change | None:
        try:
            pictures = [self._pictures.find(name) for name in product.image_names]
            row_hash = _row_hash(product, pictures)
            if known and known.row_hash == row_hash:
                return None
            return _Change(product.details, row_hash, self._stored_all(pictures))
        except (PictureNotUsable, OSError) as error:
            if is_full(error):
                # No fault of the row: the import stops here, and goes on when there is room.
                raise
            raise RowRejected(Problem("image", str(error))) from error

    def _stored_all(self, pictures: Sequence[FoundPicture]) -> tuple[StoredPicture, ...]:
        if self._blobs is None:
            return ()
        return tuple(_stored(picture, self._blobs) for picture in pictures)


def _stored(picture: FoundPicture, blobs: BlobStore) -> StoredPicture:
    content = picture.read()
    try:
        return store_picture(content, blobs=blobs)
    except BadImage as error:
        raise PictureNotUsable(picture.name, str(error)) from error


def _pictures(
    feed: FeedFile, image_folder: Path | None, web: PictureSource | None, blobs: BlobStore | None
) -> FeedPictures:
    folder = FolderOfPictures(image_folder) if image_folder else NoPictures()
    return FeedPictures(feed.archive or folder, web, StoredPictures(blobs) if blobs else None)


def _checked(outcome: _Outcome) -> CheckedRow:
    if outcome.product is None:
        return CheckedRow(outcome.row_number, outcome.sku, RowFate.REJECTED, problems=outcome.problems)
    changes = RowFate.CHANGED if outcome.is_known else RowFate.NEW
    fate = RowFate.UNCHANGED if outcome.change is None else changes
    product = outcome.product
    return CheckedRow(outcome.row_number, outcome.sku, fate, product.details, product.image_names)


def _refuse_unmapped(feed: FeedFile, mapping: FeedMapping, image_folder: Path | None) -> None:
    """A fault of the whole feed is said once, not once a row."""
    if image_folder is not None and feed.archive is None and not image_folder.is_dir():
        raise FeedUnreadable(f"{image_folder}: this image folder does not exist")
    if not feed.columns:
        return
    found = ", ".join(feed.columns)
    if absent := sorted(mapping.columns() - set(feed.columns)):
        raise FeedUnreadable(
            f"{feed.path.name}: the mapping names columns that are missing: {', '.join(absent)}; the feed has {found}"
        )
    fields = mapping.fields_of(feed.columns)
    missing = [field for field in _NEEDED_FIELDS if field not in fields]
    if any(place_of(field) for field in fields):
        missing = [field for field in missing if field != "stock"]
    if not any(field.startswith("title") for field in fields):
        missing.append("title")
    if missing:
        raise FeedUnreadable(
            f"{feed.path.name}: nothing gives {', '.join(missing)}; the feed has the columns {found}. "
            "Name them as our fields, or give a mapping file."
        )


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
    rows = db.session.execute(
        select(Product.sku, Product.row_hash, Product.deleted_at).where(Product.sku.in_(skus))
    ).all()
    # Ends the reading transaction: none is held open while pictures are decoded.
    db.session.commit()
    return {
        sku: _Known(row_hash, deleted_at is not None and row_hash != CREATION_UNDONE)
        for sku, row_hash, deleted_at in rows
    }


def _row_hash(product: FeedProduct, pictures: Sequence[FoundPicture]) -> str:
    """Of all that a row says, and of each picture's state."""
    parts = (
        _HOW_ROWS_BECOME_PRODUCTS,
        asdict(product.details),
        [(picture.name, *picture.state) for picture in pictures],
    )
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _write(run_id: int, start: int, outcomes: Sequence[_Outcome]) -> None:
    """Write a batch's products, its rejections and the run's place in one transaction."""
    counts = Counter(withdrawn=sum(outcome.is_withdrawn for outcome in outcomes))
    products = _products([outcome.sku for outcome in outcomes if outcome.change])
    for outcome in outcomes:
        if outcome.problems:
            counts["rejected"] += 1
            db.session.add_all(_rejections(run_id, outcome))
        elif outcome.change is None:
            counts["unchanged"] += 1
        else:
            counts["updated" if outcome.sku in products else "created"] += 1
            _write_product(products.get(outcome.sku), outcome.change)
    db.session.flush()
    _advance(run_id, start, len(outcomes), counts)
    db.session.commit()


def _products(skus: Sequence[str]) -> dict[str, Product]:
    parts = (selectinload(Product.images), selectinload(Product.shop_stock))
    rows = db.session.scalars(select(Product).where(Product.sku.in_(skus)).options(*parts))
    return {product.sku: product for product in rows}


def _write_product(product: Product | None, change: _Change) -> None:
    if product is None:
        product = Product(sku=change.details.sku)
        db.session.add(product)
    elif product.row_hash == CREATION_UNDONE:
        # It was withdrawn with its import, not by somebody's choice.
        product.deleted_at = None
    write_details(product, change.details)
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
