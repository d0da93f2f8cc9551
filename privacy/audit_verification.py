"""Looking for what was changed, removed or moved in the audit chain."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from privacy.audit_chain import THE_ANCHOR, AuditSeal, Head, Waiting, waiting_notes
from privacy.audit_models import AuditAnchor, AuditEntry
from storage.database import db

_BATCH = 1000
_COLUMNS = tuple(AuditEntry.__table__.columns)


class Fault(StrEnum):
    """What is wrong with an entry, or with the anchor."""

    ALTERED = "altered"
    """Its content and its hash disagree."""
    MISSING = "missing"
    """There is no entry of this number, but there are later ones."""
    MOVED = "moved"
    """It does not follow the one before it."""
    REPLACED = "replaced"
    """The anchor remembers another one of this number."""
    CUT_OFF = "cut off"
    """The chain was longer: this entry and those after it are gone."""
    ANCHOR_MISSING = "anchor missing"
    ANCHOR_ALTERED = "anchor altered"


@dataclass(frozen=True)
class ChainReport:
    """What a verification found; `fault` None: every entry is as it was written."""

    good: int
    head: Head
    """The last good entry."""
    fault: Fault | None
    bad_seq: int | None
    """The first bad entry; None when it is the anchor that is bad."""
    waiting: Waiting


def verify_audit(seal: AuditSeal, *, known_head: Head | None = None) -> ChainReport:
    """Return whether the chain is whole, from its first entry to its anchor and beyond; writes nothing.

    known_head: an end of the chain that was noted elsewhere (on paper, say); it finds even audit and anchor set back
    together.
    """
    # The anchor first: the chain may only grow while it is read.
    anchor = db.session.get(AuditAnchor, THE_ANCHOR, populate_existing=True)
    pins = {known_head.count: known_head.hash} if known_head else {}
    if anchor is not None and seal.made(anchor):
        pins[anchor.count] = anchor.head_hash if pins.get(anchor.count, anchor.head_hash) == anchor.head_hash else ""
    head, fault, bad_seq = _first_fault(seal, pins)
    if fault is None and anchor is None and head.count:
        fault = Fault.ANCHOR_MISSING
    if fault is None and anchor is not None and not seal.made(anchor):
        fault = Fault.ANCHOR_ALTERED
    report = ChainReport(head.count, head, fault, bad_seq, waiting_notes())
    db.session.rollback()
    return report


def _first_fault(seal: AuditSeal, pins: Mapping[int, str]) -> tuple[Head, Fault | None, int | None]:
    head = Head()
    for seq, entry in _entries():
        fault = Fault.MISSING if seq != head.count + 1 else _fault_of(entry, head, seal, pins)
        if fault:
            return head, fault, head.count + 1
        head = Head(seq, entry["hash"] if entry else "")
    if max(pins, default=0) > head.count:
        return head, Fault.CUT_OFF, head.count + 1
    return head, None, None


def _fault_of(entry: Mapping[str, Any] | None, head: Head, seal: AuditSeal, pins: Mapping[int, str]) -> Fault | None:
    if entry is None or not _is_as_written(entry, seal):
        return Fault.ALTERED
    if entry["previous_hash"] != head.hash:
        return Fault.MOVED
    if pins.get(entry["seq"], entry["hash"]) != entry["hash"]:
        return Fault.REPLACED
    return None


def _is_as_written(entry: Mapping[str, Any], seal: AuditSeal) -> bool:
    try:
        return hmac.compare_digest(entry["hash"].encode(), seal.of_entry(entry).encode())
    except (TypeError, AttributeError, ValueError):
        # A value of another kind than was written: bytes, a number, nothing.
        return False


def _entries() -> Iterator[tuple[int, Mapping[str, Any] | None]]:
    """Every entry by its number; None for one that cannot even be read (SQLite takes any text for a date)."""
    last: int | None = None
    numbers = select(AuditEntry.seq).order_by(AuditEntry.seq).limit(_BATCH)
    while found := db.session.scalars(numbers if last is None else numbers.where(AuditEntry.seq > last)).all():
        yield from _read(found)
        last = found[-1]


def _read(numbers: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
    try:
        wanted = select(*_COLUMNS).where(AuditEntry.seq.between(numbers[0], numbers[-1]))
        entries = {entry.seq: entry._asdict() for entry in db.session.execute(wanted)}
    except (TypeError, ValueError):
        if len(numbers) > 1:
            for number in numbers:
                yield from _read([number])
            return
        entries = {}
    for seq in numbers:
        yield seq, entries.get(seq)
