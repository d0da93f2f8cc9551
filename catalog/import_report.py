"""What an import did, for people."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from sqlalchemy import func, select

from catalog.feed_cells import harmless
from catalog.models import ImportRejection
from storage.database import db

REJECTIONS_IN_REPORT = 1000


@dataclass(frozen=True)
class Rejection:
    """One reason why a row was not taken; a row may have several."""

    row_number: int
    """As a spreadsheet or editor counts: a CSV's header is row 1."""
    sku: str
    field: str
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """Counts of rows. rows_read = created + updated + unchanged + rejected; of a resumed run, from its beginning."""

    run_id: int
    resumed: bool
    """Whether an interrupted import was gone on with."""
    finished: bool
    """False when it was asked to stop; the same import goes on from there."""
    rows_total: int
    rows_read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    withdrawn: int
    """Rows, also counted above, of withdrawn products: they stay withdrawn until they are restored."""
    rejections: tuple[Rejection, ...]
    """The first REJECTIONS_IN_REPORT; `rejections_of` gives all."""
    reasons_by_field: Mapping[str, int]
    """How many reasons there are in all, the most frequent field first."""


def reasons_by_field(run_id: int) -> dict[str, int]:
    """Return how many reasons against rows an import gave, field by field, the most frequent first."""
    count = func.count()
    counted = select(ImportRejection.field, count).where(ImportRejection.run_id == run_id)
    rows = db.session.execute(counted.group_by(ImportRejection.field).order_by(count.desc(), ImportRejection.field))
    return {row[0]: row[1] for row in rows}


def rejections_of(run_id: int, *, limit: int | None = None) -> Iterator[Rejection]:
    """Yield the reasons against rows of an import, all or the first, holding some at a time."""
    wanted = select(ImportRejection).where(ImportRejection.run_id == run_id).order_by(ImportRejection.id).limit(limit)
    for each in db.session.scalars(wanted.execution_options(yield_per=1000)):
        yield Rejection(each.row_number, each.sku, each.field, each.reason)


def write_rejections(report: ImportReport, file: TextIO) -> None:
    """Write one line for each reason, as CSV with a header, safe to open in a spreadsheet."""
    file.writelines(rejections_as_csv(rejections_of(report.run_id), ("row", "sku", "field", "reason")))


def rejections_as_csv(rejections: Iterable[Rejection], titles: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a CSV: the titles, then one line for each reason; safe to open in a spreadsheet."""
    return table_as_csv(titles, ((str(each.row_number), each.sku, each.field, each.reason) for each in rejections))


def table_as_csv(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a CSV: the titles, then the rows; safe to open in a spreadsheet."""
    yield _line(titles)
    for row in rows:
        yield _line(tuple(map(harmless, row)))


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
