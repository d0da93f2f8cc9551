"""What every package that stores anything about a person provides: a `PersonalDataSource`; wiring lists them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from privacy.consent import Purpose


class ErasureStep(StrEnum):
    """The steps of an erasure, in their order; a source is erased in one of them."""

    MARK = "mark"
    KEYS = "keys"
    BLOBS = "blobs"
    VECTORS = "vectors"
    ROWS = "rows"
    CACHES = "caches"
    JOBS = "jobs"
    EXPORTS = "exports"


@dataclass(frozen=True)
class Scope:
    """Whose data, and which part of it: a person (or visit), one photo of theirs, or what rests on one purpose."""

    pseudonym: str
    account_id: str | None = None
    """Known for a person with an account: the accounts store knows them by it."""
    photo_id: str | None = None
    """Only what rests on this photo."""
    purpose: Purpose | None = None
    """Only what rests on this purpose of the photo (a withdrawn consent)."""

    def concerns(self, purpose: Purpose) -> bool:
        """Say whether what rests on the purpose is in the scope."""
        return self.purpose in (None, purpose)

    @property
    def row_fields(self) -> dict[str, str]:
        """The fields by which a table with `pseudonym` and `photo_id` finds its rows of this person, or photo."""
        return {"pseudonym": self.pseudonym} | ({"photo_id": self.photo_id} if self.photo_id is not None else {})


class PersonalDataSource(Protocol):
    """One store of personal data. Methods are safe to run again; they flush (or act on files), the caller commits.

    `tables`: the names of its tables; a test fails for a personal table that no source names. A source writes to one
    database only. Each method does nothing for a scope that does not concern it.
    """

    name: str
    step: ErasureStep
    tables: frozenset[str]

    def export(self, scope: Scope) -> Mapping[str, object]:
        """Return what is kept, ready for JSON (bytes as `ExportedFile`); empty when nothing is."""
        ...

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Take over corrected values that this source keeps; other names are left to other sources."""
        ...

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Keep but do not use (Art. 18), or lift that."""
        ...

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Stop the use for a purpose (Art. 21)."""
        ...

    def erase(self, scope: Scope) -> None:
        """Remove all that is in the scope."""
        ...

    def remains(self, scope: Scope) -> Sequence[str]:
        """Return what is still there of the scope, in words for the officer; empty after `erase`."""
        ...


@runtime_checkable
class CountsWhatItKeeps(Protocol):
    """A source of something that is no row of a table that names the person; the receipt states its counts."""

    def kept(self, scope: Scope) -> Mapping[str, int]:
        """Return how many there are of what: `{"sealed files": 3}`."""
        ...


@dataclass(frozen=True)
class ExportedFile:
    """A file of an export: its name in the archive and its bytes."""

    name: str
    content: bytes
    media_type: str
