"""The audit chain: notes are carried from the outboxes to a table where each entry's keyed hash covers the one before.

Whoever has the databases and not the key can change nothing unseen: an entry's hash is an HMAC, its number and the
hash before it are part of it, and how far the chain has come is kept in another store (`AuditAnchor`).
"""

import hashlib
import hmac
import json
import random
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from privacy.audit_models import AuditAnchor, AuditEntry
from privacy.audit_notes import COMMAND_LINE, NOTE_TABLES, without_addresses
from privacy.errors import AuditBusy, AuditChainBroken, AuditChainWhole
from storage.database import db, now

GENESIS = "0" * 64
"""The hash before the first entry."""

_BATCH = 500
_ATTEMPTS = 20
THE_ANCHOR = 1
_NOTED = ("event_id", "at", "action", "actor", "subject", "reason", "details")


class AuditSeal:
    """What makes and checks the hashes, under the key ring's `audit` key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_entry(self, entry: Mapping[str, Any]) -> str:
        """Return the hash of an entry: every column but the hash itself. Raises TypeError for a value of no text."""
        texts = [_text(entry[name]) for name in (*_NOTED, "previous_hash") if name != "at"]
        return self._digest("entry", int(entry["seq"]), _moment(entry["at"]), *texts)

    def of_anchor(self, count: int, head_hash: str, at: datetime) -> str:
        """Return the anchor's authentication code."""
        return self._digest("anchor", count, head_hash, _moment(at))

    def made(self, anchor: AuditAnchor) -> bool:
        """Say whether the anchor is as it was set."""
        expected = self.of_anchor(anchor.count, anchor.head_hash, anchor.at)
        return hmac.compare_digest(anchor.mac.encode(), expected.encode())

    def _digest(self, *values: str | int) -> str:
        # JSON with every string quoted: no two lists of values have the same encoding.
        return hmac.new(self._key, json.dumps(values).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Head:
    """Where the chain ends."""

    count: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Waiting:
    """Notes that have not reached the audit yet."""

    count: int
    since: datetime | None


def relay_notes(seal: AuditSeal) -> int:
    """Carry every waiting note to the audit, and return how many; commits. Raises AuditChainBroken, AuditBusy.

    A kill at any point is harmless: entries are committed before their notes are deleted, and a note whose event is
    in the audit already is only deleted. Several processes may run it at once.
    """
    carried = 0
    move_anchor(seal)
    while notes := _next_notes():
        _append([_noted(note) for note in notes], seal)
        move_anchor(seal)
        _delete_notes([note.event_id for note in notes])
        carried += len(notes)
    return carried


def waiting_notes() -> Waiting:
    """Return how many notes have not reached the audit, and since when; asks the outboxes only."""
    found = [
        db.session.execute(select(func.count(), func.min(table.at)).select_from(table)).one() for table in NOTE_TABLES
    ]
    since = [oldest for _, oldest in found if oldest is not None]
    return Waiting(sum(count for count, _ in found), min(since, default=None))


def move_anchor(seal: AuditSeal) -> Head:
    """Anchor the chain's present end in the shop's store, and return it; commits. Raises AuditChainBroken.

    The chain must still run through its old anchor: over a chain that was cut, no new anchor is set.
    """
    head, anchor = chain_head(), db.session.get(AuditAnchor, THE_ANCHOR, populate_existing=True)
    if anchor is None and head.count:
        raise AuditChainBroken(f"{head.count} entries and no anchor")
    if anchor is not None:
        _require_anchored(anchor, seal)
    if anchor is None or anchor.count < head.count:
        _set_anchor(head, seal, only_forwards=True)
    db.session.rollback()
    return head


def continue_chain(seal: AuditSeal, reason: str) -> Head:
    """Go on after a break that a person has looked into: an entry says what was missing; commits.

    Returns the new end. Raises AuditChainWhole when there is no break.
    """
    head, anchor = chain_head(), db.session.get(AuditAnchor, THE_ANCHOR, populate_existing=True)
    try:
        move_anchor(seal)
    except AuditChainBroken as error:
        details = {"found": str(error), "entries": head.count, "anchored": anchor.count if anchor else 0}
    else:
        raise AuditChainWhole
    note = {"action": "audit.continued", "actor": COMMAND_LINE, "subject": "", "reason": without_addresses(reason)}
    details_text = json.dumps(details, sort_keys=True)
    _append([{"event_id": uuid.uuid4().hex, "at": now(), **note, "details": details_text}], seal)
    head = chain_head()
    _set_anchor(head, seal, only_forwards=False)
    return head


def chain_head() -> Head:
    """Return where the chain ends."""
    last = select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    found = db.session.execute(last).one_or_none()
    return Head(*found) if found else Head()


def _next_notes() -> list[Row[Any]]:
    """The oldest notes of every outbox, as plain rows."""
    notes: list[Row[Any]] = []
    for table in NOTE_TABLES:
        columns = [getattr(table, name) for name in _NOTED]
        notes += db.session.execute(select(*columns).order_by(table.at, table.event_id).limit(_BATCH))
    db.session.rollback()
    return sorted(notes, key=lambda note: (note.at, note.event_id))[:_BATCH]


def _noted(note: Row[Any]) -> dict[str, Any]:
    return {name: getattr(note, name) for name in _NOTED}


def _append(notes: Sequence[Mapping[str, Any]], seal: AuditSeal) -> None:
    for _ in range(_ATTEMPTS):
        try:
            entries = list(_entries_of(notes, seal))
            if entries:
                db.session.execute(insert(AuditEntry), entries)
            db.session.commit()
        except IntegrityError:
            # Another process took the same numbers, or carried the same notes: look again.
            db.session.rollback()
            time.sleep(random.uniform(0.001, 0.05))
        else:
            return
    raise AuditBusy


def _entries_of(notes: Sequence[Mapping[str, Any]], seal: AuditSeal) -> Iterator[dict[str, Any]]:
    """The entries that these notes become at the chain's end; those that are in it already are left out."""
    event_ids = [note["event_id"] for note in notes]
    there = set(db.session.scalars(select(AuditEntry.event_id).where(AuditEntry.event_id.in_(event_ids))))
    head = chain_head()
    for note in notes:
        if note["event_id"] not in there:
            there.add(note["event_id"])
            entry = {**note, "seq": head.count + 1, "previous_hash": head.hash}
            entry["hash"] = seal.of_entry(entry)
            head = Head(entry["seq"], entry["hash"])
            yield entry


def _delete_notes(event_ids: Sequence[str]) -> None:
    for table in NOTE_TABLES:
        db.session.execute(delete(table).where(table.event_id.in_(event_ids)))
        db.session.commit()


def _require_anchored(anchor: AuditAnchor, seal: AuditSeal) -> None:
    if not seal.made(anchor):
        raise AuditChainBroken("its anchor was altered")
    if anchor.count and _hash_at(anchor.count) != anchor.head_hash:
        raise AuditChainBroken(f"entry {anchor.count} is gone, or is not the one that was anchored")


def _hash_at(seq: int) -> str | None:
    return db.session.scalar(select(AuditEntry.hash).filter_by(seq=seq))


def _set_anchor(head: Head, seal: AuditSeal, *, only_forwards: bool) -> None:
    at = now()
    values = {"count": head.count, "head_hash": head.hash, "at": at, "mac": seal.of_anchor(head.count, head.hash, at)}
    change = update(AuditAnchor).filter_by(id=THE_ANCHOR).values(values)
    # Another process may have seen more of the chain.
    change = change.where(AuditAnchor.count < head.count) if only_forwards else change
    changed = cast("CursorResult[Any]", db.session.execute(change)).rowcount
    try:
        if not changed and db.session.get(AuditAnchor, THE_ANCHOR) is None:
            db.session.execute(insert(AuditAnchor).values(id=THE_ANCHOR, **values))
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"no text: {value!r}")
    return value


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
