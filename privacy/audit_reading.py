"""Reading the audit: by act, by pseudonym, by day; and as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from privacy.audit_models import AuditEntry
from storage.database import db

_BATCH = 1000
_COLUMNS = ("seq", "at", "action", "actor", "subject", "reason", "details", "event_id", "previous_hash", "hash")
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class AuditFilter:
    """Which entries are meant; what is None does not narrow."""

    action: str | None = None
    actor: str | None = None
    subject: str | None = None
    since: datetime | None = None
    """From this moment on."""
    until: datetime | None = None
    """Before this moment."""

    def narrow(self, query: Select[Any]) -> Select[Any]:
        """Return the query for these entries alone."""
        named = {
            name: getattr(self, name) for name in ("action", "actor", "subject") if getattr(self, name) is not None
        }
        query = query.filter_by(**named)
        if self.since is not None:
            query = query.where(AuditEntry.at >= self.since)
        return query if self.until is None else query.where(AuditEntry.at < self.until)


def find_entries(wanted: AuditFilter, *, page: int, page_size: int) -> tuple[list[AuditEntry], int]:
    """Return one page of entries, the newest first, and how many there are on all pages; pages count from 1."""
    query = wanted.narrow(select(AuditEntry))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    shown = query.order_by(AuditEntry.seq.desc()).offset((page - 1) * page_size).limit(page_size)
    return list(db.session.scalars(shown)), total


def entries_as_csv(wanted: AuditFilter) -> Iterator[str]:
    """Yield the entries as lines of CSV (RFC 4180) with a heading, the oldest first; no cell is a formula."""
    yield "\ufeff" + as_csv_line(_COLUMNS)
    last = 0
    while True:
        query = wanted.narrow(select(AuditEntry)).where(AuditEntry.seq > last).order_by(AuditEntry.seq).limit(_BATCH)
        entries = db.session.scalars(query).all()
        for entry in entries:
            yield as_csv_line([getattr(entry, name) for name in _COLUMNS])
        if not entries:
            return
        last = entries[-1].seq
        db.session.rollback()


def as_csv_line(values: Sequence[object]) -> str:
    """Return one line of CSV; a cell that a spreadsheet program would take for a formula begins with an apostrophe."""
    line = io.StringIO()
    csv.writer(line).writerow([_cell(value) for value in values])
    return line.getvalue()


def _cell(value: object) -> str:
    text = value.isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_SIGNS) else text
