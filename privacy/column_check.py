"""What the tables really hold, against what their columns declare: a sample of rows, looked at as an intruder would.

A seal (nonce, ciphertext, tag) has no structure, a keyed hash spreads evenly over its digits: text, a picture, a
counter or a plain id do neither.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, func, select

from privacy.audit_notes import COMMAND_LINE, SYSTEM
from privacy.declarations import Protection
from privacy.declared_columns import DeclaredColumn, personal_columns
from storage.database import SHOP, db

_SEAL_BYTES = 12 + 16
"""Nonce and tag of AES-256-GCM: even an empty text takes so many."""
_NONCE_BYTES = 12
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_PASSWORD_HASH = re.compile(r"\$argon2id\$.+|[0-9a-f]{32,64}")
_E_MAIL = re.compile(r"[^\s@\"]+@[^\s@\"]+\.\w")
_NOBODY = re.compile(rf"|{SYSTEM}|{COMMAND_LINE}|ring/.+")
"""What stands for no person: acts of the server, keys of the whole shop."""
_FEWEST_FOR_A_SPREAD = 4096
_DEVIATIONS = 8
"""So many standard deviations of chi-square above its mean are no accident (less than one in 10^12)."""


@dataclass(frozen=True)
class ColumnCheck:
    """What a sample of one column showed; `problem` is empty when it is as declared."""

    column: DeclaredColumn
    rows: int
    problem: str


def check_columns(stores: Mapping[str | None, MetaData], *, sample: int) -> list[ColumnCheck]:
    """Return the check of every personal column, on at most `sample` of its rows (drawn at random)."""
    return [_check(column, _sample(column, sample)) for column in personal_columns(stores)]


def _sample(declared: DeclaredColumn, sample: int) -> list[Any]:
    column, bind = declared.column, None if declared.store == SHOP else declared.store
    drawn = select(column).where(column.is_not(None)).order_by(func.random()).limit(sample)
    with db.engines[bind].connect() as connection:
        return list(connection.scalars(drawn))


def _check(column: DeclaredColumn, values: Sequence[Any]) -> ColumnCheck:
    protection = column.declaration.protection if column.declaration else None
    looks = _LOOKS[protection](column, values) if protection else "has no protection"
    return ColumnCheck(column, len(values), looks)


def problem_of_seals(values: Sequence[bytes]) -> str:
    """Return why these bytes are no seals, or an empty text."""
    if any(len(value) < _SEAL_BYTES for value in values):
        return f"holds fewer than the {_SEAL_BYTES} bytes of an empty seal"
    if any(_is_text(value) for value in values):
        return "holds text that anybody can read"
    if len({value[:_NONCE_BYTES] for value in values}) < len(values):
        return "holds a nonce twice"
    if not _is_even(Counter(byte for value in values for byte in value), kinds=256):
        return "holds bytes with a pattern: that is no ciphertext"
    return ""


def problem_of_pseudonyms(values: Sequence[str]) -> str:
    """Return why these are no keyed hashes, or an empty text."""
    # `photo/ab12…` says what the hash is about.
    hashes = [value.rpartition("/")[2] for value in values if not _NOBODY.fullmatch(value)]
    if not all(_HASH.fullmatch(value) for value in hashes):
        return "holds something else than a keyed hash (32 or 64 hexadecimal digits)"
    if not _is_even(Counter(digit for value in set(hashes) for digit in value), kinds=16):
        return "holds digits with a pattern: that is no keyed hash"
    return ""


def problem_of_words(values: Iterable[Any]) -> str:
    """Return why these cannot stand in plain words, or an empty text."""
    return "holds an e-mail address" if any(_E_MAIL.search(str(value)) for value in values) else ""


def _of_pseudonyms(column: DeclaredColumn, values: Sequence[Any]) -> str:
    # A link to another row of the store, or a structure of ids: what they point at is checked at its own column.
    if column.column.foreign_keys or not all(isinstance(value, str) for value in values):
        return problem_of_words(values)
    return problem_of_pseudonyms(values)


def _of_hashes(_column: DeclaredColumn, values: Sequence[Any]) -> str:
    texts = [value.hex() if isinstance(value, bytes) else value for value in values]
    return "" if all(_PASSWORD_HASH.fullmatch(text) for text in texts) else "holds something else than a hash"


_LOOKS: Mapping[Protection, Callable[[DeclaredColumn, Sequence[Any]], str]] = {
    Protection.SEALED: lambda _column, values: problem_of_seals(values),
    Protection.PSEUDONYM: _of_pseudonyms,
    Protection.HASHED: _of_hashes,
    Protection.LINKED: lambda _column, values: problem_of_words(values),
}


def _is_text(value: bytes) -> bool:
    try:
        return value.decode().isprintable() or value.decode().strip().isascii()
    except UnicodeDecodeError:
        return False


def _is_even(counts: Counter[Any], *, kinds: int) -> bool:
    """Say whether the values spread as evenly as chance does (chi-square); too few to tell count as even."""
    total = counts.total()
    if total < _FEWEST_FOR_A_SPREAD:
        return True
    expected = total / kinds
    missing = (kinds - len(counts)) * expected
    chi_square = missing + sum((count - expected) ** 2 / expected for count in counts.values())
    freedom = kinds - 1
    return bool(chi_square < freedom + _DEVIATIONS * (2 * freedom) ** 0.5)
