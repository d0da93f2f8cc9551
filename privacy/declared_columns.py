"""Reading the declarations back from the tables: what is personal, how it is protected, what was forgotten."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, LargeBinary, MetaData, Numeric, String, Text
from sqlalchemy.types import TypeDecorator

from privacy.declarations import Activity, Declaration, Protection
from storage.database import SHOP

# fmt: off
_TELLING_WORDS = frozenset({
    "account", "actor", "birth", "birthday", "email", "face", "firstname", "ip", "lastname", "mail", "password",
    "person", "phone", "photo", "pseudonym", "session", "subject", "surname", "token", "totp", "user", "visitor",
})
# fmt: on
_TELLING_NAMES = frozenset({"display_name", "first_name", "full_name", "last_name", "street", "postcode", "city"})
_LONGEST_FACT = 100
"""Characters of a LINKED text: a state, a version, a hash of words shown; anything longer is free text: seal it."""


@dataclass(frozen=True)
class DeclaredColumn:
    """A column of a store, and what was said of it (None: nothing)."""

    store: str
    column: Column[Any]
    declaration: Declaration | None

    @property
    def name(self) -> str:
        """`store.table.column`."""
        return f"{self.store}.{self.column.table.name}.{self.column.name}"

    @property
    def table(self) -> str:
        return self.column.table.name

    @property
    def activity(self) -> Activity | None:
        return self.declaration.activity if self.declaration else None

    @property
    def is_personal(self) -> bool:
        return self.activity is not None

    @property
    def is_protected(self) -> bool:
        """Say whether a protection is stated that the column's type can bear."""
        return self.declaration is not None and _fits(self.declaration.protection, self.column)


def declared_columns(stores: Mapping[str | None, MetaData]) -> list[DeclaredColumn]:
    """Return every column of every table, with its own declaration or its table's."""
    return [
        DeclaredColumn(bind or SHOP, column, column.info.get("data") or table.info.get("data"))
        for bind, metadata in stores.items()
        for table in metadata.sorted_tables
        for column in table.columns
    ]


def personal_columns(stores: Mapping[str | None, MetaData]) -> list[DeclaredColumn]:
    """Return the columns that speak of a person."""
    return [column for column in declared_columns(stores) if column.is_personal]


def protected_share(columns: Iterable[DeclaredColumn]) -> float:
    """Return the share (0 to 1) of personal columns that are encrypted or pseudonymised; 1 when there are none."""
    protected = [column.is_protected for column in columns if column.is_personal]
    return sum(protected) / len(protected) if protected else 1.0


def declaration_problems(stores: Mapping[str | None, MetaData]) -> list[str]:
    """Return what was forgotten or cannot be, a sentence each; empty when all is declared."""
    columns = declared_columns(stores)
    return [problem for column in columns for problem in _problems_of(column)] + list(_unlinked(columns))


def _problems_of(declared: DeclaredColumn) -> Iterator[str]:
    column, own = declared.column, declared.column.info.get("data")
    if declared.declaration is None:
        yield f"{declared.name} is not declared: give it personal(ACTIVITY, Protection.…), or NOT_PERSONAL"
    elif own is None and declared.is_personal:
        yield f"{declared.name} takes its table's word for it: each column of a personal table is declared itself"
    elif own is None and is_telling(column.name):
        yield f"{declared.name} sounds like a person: declare the column itself"
    elif declared.is_personal and not declared.is_protected:
        wanted = declared.declaration.protection
        yield f"{declared.name} is a {column.type!r}, which cannot be {wanted.name if wanted else 'unprotected'}"


def _unlinked(columns: Iterable[DeclaredColumn]) -> Iterator[str]:
    """A LINKED fact is somebody's only through a pseudonym beside it: without one, its declaration is wrong."""
    protections: dict[str, set[Protection]] = {}
    for column in columns:
        if column.is_personal and column.declaration and column.declaration.protection:
            protections.setdefault(f"{column.store}.{column.table}", set()).add(column.declaration.protection)
    for table, found in protections.items():
        if found == {Protection.LINKED}:
            yield f"{table} links facts to a pseudonym that it does not hold"


def is_telling(name: str) -> bool:
    """Say whether a column of this name may speak of a person."""
    return name in _TELLING_NAMES or not _TELLING_WORDS.isdisjoint(name.split("_"))


def _fits(protection: Protection | None, column: Column[Any]) -> bool:
    kind: Any = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    is_text = isinstance(kind, String) and not isinstance(kind, Text)
    match protection:
        case Protection.SEALED:
            return isinstance(kind, LargeBinary)
        case Protection.PSEUDONYM:
            return (is_text and _length(kind) <= _LONGEST_FACT) or isinstance(kind, JSON)
        case Protection.HASHED:
            return is_text or isinstance(kind, LargeBinary)
        case Protection.LINKED:
            return _is_fact(kind) or (is_text and _length(kind) <= _LONGEST_FACT)
    return False


def _is_fact(kind: Any) -> bool:
    return isinstance(kind, Boolean | Date | DateTime | Integer | Numeric)


def _length(kind: Any) -> float:
    return kind.length if kind.length is not None else float("inf")
