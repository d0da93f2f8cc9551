"""Tables of erasures: those under way and done (shop), and the list of what stays erased (audit)."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import ERASURES
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import AUDIT_BIND, Model, UtcDateTime, now


class Erasure(Model):
    """One erasure and how far it is. Once finished it holds a receipt and hashes, and nothing leads to the person."""

    __tablename__ = "erasure"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=NOT_PERSONAL)
    subject: Mapped[str] = mapped_column(String(64), index=True, info=personal(ERASURES, Protection.PSEUDONYM))
    """Hash of what is erased (`person/PSEUDONYM`, `photo/ID` …): it stays, and keeps the erased from coming back."""
    open_subject: Mapped[str | None] = mapped_column(
        String(64), unique=True, info=personal(ERASURES, Protection.PSEUDONYM)
    )
    """The same while the erasure is under way: of two at once, one wins and the other joins it."""
    person: Mapped[str] = mapped_column(String(64), index=True, info=personal(ERASURES, Protection.PSEUDONYM))
    """Hash of whose data it is, so that somebody with an account finds the receipts of their photos."""
    kind: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    purpose: Mapped[str] = mapped_column(String(40), default="", info=NOT_PERSONAL)
    asked_by: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    reason: Mapped[str] = mapped_column(String(100), default="", info=NOT_PERSONAL)
    """A code, never somebody's words."""
    language: Mapped[str] = mapped_column(String(5), info=NOT_PERSONAL)
    sealed_scope: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(ERASURES, Protection.SEALED))
    """Whose data, under the key of columns; empty once finished."""
    sealed_canaries: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(ERASURES, Protection.SEALED))
    """What the scan looks for, under a key of this erasure alone; empty once finished, and the key destroyed."""
    stage: Mapped[str] = mapped_column(String(12), index=True, info=NOT_PERSONAL)
    passed: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    """The stages behind it, each with its time."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    looked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    """What the last scan looked for and through, and where it found something."""
    attempts: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    last_error: Mapped[str] = mapped_column(String(100), default="", info=NOT_PERSONAL)
    """The name of what stopped it; messages may hold ids, names do not."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True, info=NOT_PERSONAL)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NOT_PERSONAL)
    """The last sign of life of whoever works on it."""
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NOT_PERSONAL)
    receipt: Mapped[str | None] = mapped_column(Text, info=NOT_PERSONAL)
    letter_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=NOT_PERSONAL)
    """Since when no letter is owed: it was sent, there is no address, or a day has passed."""


class ErasedEntry(Model):
    """One thing that was erased, by keyed hash: after a restored backup it is erased again."""

    __tablename__ = "erased"
    __bind_key__ = AUDIT_BIND

    digest: Mapped[str] = mapped_column(String(64), primary_key=True, info=personal(ERASURES, Protection.PSEUDONYM))
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(ERASURES, Protection.LINKED))


def fingerprint(name: str) -> str:
    """Return the hash under which an erasure knows its subject; pseudonyms and photo ids cannot be guessed from it."""
    return hashlib.sha256(name.encode()).hexdigest()
