"""What an import did, for people."""

import csv
from dataclasses import dataclass
from typing import TextIO


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


def write_rejections(report: ImportReport, file: TextIO) -> None:
    """Write one line for each reason, as CSV with a header, safe to open in a spreadsheet."""
    writer = csv.writer(file)
    writer.writerow(("row", "sku", "field", "reason"))
    for each in report.rejections:
        writer.writerow((each.row_number, _no_formula(each.sku), each.field, each.reason))


def _no_formula(text: str) -> str:
    """A feed's text that a spreadsheet would run as a formula, marked as text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
