"""The rows of a feed file, one at a time: CSV with a header, or JSON lines; UTF-8."""

import codecs
import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from catalog.errors import FeedUnreadable, Problem
from catalog.feed_mapping import Cell

CSV_NAMES = (".csv", ".tsv", ".txt")
JSON_LINES_NAMES = (".jsonl", ".ndjson")
_DELIMITERS = ",;\t"
_CHUNK_BYTES = 1 << 20
_MAX_CELL_CHARACTERS = 100_000


@dataclass(frozen=True)
class RawRow:
    """One row as the feed has it, or what makes it unreadable."""

    number: int
    """As a spreadsheet or editor counts: from 1, a CSV's header included."""
    cells: dict[str, Cell] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True)
class FeedFile:
    """A feed that was looked over once: it is UTF-8, and a CSV has a header."""

    path: Path
    sha256: str
    rows: int
    columns: tuple[str, ...]
    """Of the CSV's header; none for JSON lines, where every row may have its own."""

    def read(self) -> Iterator[RawRow]:
        """Yield the rows in order, holding one at a time."""
        return _rows(self.path)


@dataclass(frozen=True)
class FeedSample:
    """The beginning of a feed: its columns and first rows, to guess and show what they mean."""

    columns: tuple[str, ...]
    """Of the CSV's header, or every name that the first JSON lines use."""
    rows: tuple[RawRow, ...]


def sample_feed(path: Path, *, rows: int = 100) -> FeedSample:
    """Return the feed's beginning without reading the rest. Raises FeedUnreadable."""
    _refuse_other_names(path)
    try:
        columns = () if _is_json_lines(path) else _header(path)
        first = tuple(islice(_rows(path), rows))
    except OSError as error:
        raise FeedUnreadable(f"{path.name}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise _not_utf8(path, 1) from error
    return FeedSample(columns or tuple(dict.fromkeys(name for row in first for name in row.cells)), first)


def open_feed(path: Path) -> FeedFile:
    """Look the file over. Raises FeedUnreadable, whose words say how to export it."""
    _refuse_other_names(path)
    try:
        sha256 = _digest_of_utf8(path)
        columns = () if _is_json_lines(path) else _header(path)
        return FeedFile(path, sha256, sum(1 for _ in _rows(path)), columns)
    except OSError as error:
        raise FeedUnreadable(f"{path}: {error.strerror or error}") from error


def _refuse_other_names(path: Path) -> None:
    if path.suffix.lower() not in CSV_NAMES + JSON_LINES_NAMES:
        raise FeedUnreadable(f"{path.name}: a feed is a .csv or a .jsonl (JSON lines) file")


def _digest_of_utf8(path: Path) -> str:
    digest, decoder, line = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 1
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(path, line + chunk[: error.start].count(b"\n")) from error
            if "\0" in text:
                raise _not_utf8(path, line + text[: text.index("\0")].count("\n"))
            line += chunk.count(b"\n")
    return digest.hexdigest()


def _not_utf8(path: Path, line: int) -> FeedUnreadable:
    return FeedUnreadable(
        f"{path.name}, line {line}: this is not UTF-8 text. Save the file again as “CSV UTF-8” (or JSON in UTF-8)."
    )


def _is_json_lines(path: Path) -> bool:
    return path.suffix.lower() in JSON_LINES_NAMES


def _open(path: Path) -> IO[str]:
    return path.open(encoding="utf-8-sig", newline="")


def _rows(path: Path) -> Iterator[RawRow]:
    return _json_rows(path) if _is_json_lines(path) else _csv_rows(path)


def _header(path: Path) -> tuple[str, ...]:
    with _open(path) as file:
        columns, _ = _columns(file, path)
    return columns


def _columns(file: IO[str], path: Path) -> tuple[tuple[str, ...], str]:
    """The header's names and the delimiter that splits it into most of them."""
    line = file.readline(_MAX_CELL_CHARACTERS)
    splits = {delimiter: next(csv.reader([line], delimiter=delimiter), []) for delimiter in _DELIMITERS}
    delimiter = max(splits, key=lambda each: len(splits[each]))
    columns = tuple(name.strip() for name in splits[delimiter])
    if len(columns) < 2:
        raise FeedUnreadable(
            f"{path.name}: the first line must name the columns, separated by commas, semicolons or tabs"
        )
    if twice := {name for name in columns if name and columns.count(name) > 1}:
        raise FeedUnreadable(f"{path.name}: two columns are named {sorted(twice)[0]!r}; rename one")
    return columns, delimiter


def _csv_rows(path: Path) -> Iterator[RawRow]:
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    with _open(path) as file:
        columns, delimiter = _columns(file, path)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number = 1
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield RawRow(number, problem=Problem("row", f"broken CSV, check its quotes: {error}"))
                continue
            if any(cell.strip() for cell in cells):
                yield _csv_row(number, columns, cells)


def _csv_row(number: int, columns: tuple[str, ...], cells: list[str]) -> RawRow:
    if len(cells) != len(columns):
        advice = f"{len(cells)} cells under {len(columns)} columns: put a text that holds the separator in quotes"
        return RawRow(number, problem=Problem("row", advice))
    return RawRow(number, dict(zip(columns, cells, strict=True)))


def _json_rows(path: Path) -> Iterator[RawRow]:
    with _open(path) as file:
        for number, line in enumerate(file, start=1):
            if number == 1 and line.lstrip().startswith("["):
                raise FeedUnreadable(f"{path.name}: this is one JSON list; write one object a line, without commas")
            if line.strip():
                yield _json_row(number, line)


def _json_row(number: int, line: str) -> RawRow:
    try:
        # Numbers stay as they are written: 19.90 is no binary fraction.
        found = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
        if not isinstance(found, dict):
            raise ValueError("an object in braces is needed")
        return RawRow(number, {name: _cell(name, value) for name, value in found.items()})
    except (ValueError, RecursionError) as error:
        return RawRow(number, problem=Problem("row", f"broken JSON: {error}"))


def _cell(name: str, value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ValueError(f"{name!r} must be a text, a number or a list of them")
