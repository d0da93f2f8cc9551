"""The rows of a feed, one at a time: CSV, JSON lines or XML, by itself or in a ZIP; Google Merchant's shape too."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import IO, Any

from catalog.errors import FeedBeginsEmpty, FeedUnreadable, Problem
from catalog.feed_archive import FeedArchive, open_archive
from catalog.feed_bytes import UTF_8, FeedBytes, codec_of, encoding_of_beginning, look_over
from catalog.feed_cells import unmarked
from catalog.feed_google import GOOGLE_PREFIX, is_another_size, is_google, our_cells, our_columns, with_another_size
from catalog.feed_mapping import Cell
from catalog.feed_xml import xml_items

CSV_NAMES = (".csv", ".tsv", ".txt")
JSON_LINES_NAMES = (".jsonl", ".ndjson")
XML_NAMES = (".xml", ".rss", ".atom")
ARCHIVE_NAMES = (".zip",)
TABLE_NAMES = CSV_NAMES + JSON_LINES_NAMES + XML_NAMES
_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
_DELIMITERS = ",;\t|"
# A file that was converted twice has a byte order mark behind its own: as it is, the wrong way round, or misread.
_FURTHER_MARKS = re.compile(r"\A(?:\ufeff|\ufffe|\u00ef\u00bb\u00bf)+")
_MAX_CELL_CHARACTERS = 100_000
_MAX_LINE_CHARACTERS = 1_000_000
_SAMPLED_MEGABYTES = 4
"""A sample is taken while a browser waits: what has no row so far back is told so."""


@dataclass(frozen=True)
class RawRow:
    """One row as the feed has it, or what makes it unreadable."""

    number: int
    """As a spreadsheet or editor counts: from 1, a CSV's header included; of XML, the item's number."""
    cells: dict[str, Cell] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True)
class FeedFile:
    """A feed that was looked over once: it is text of one encoding, and a CSV has a header."""

    path: Path
    sha256: str
    rows: int
    columns: tuple[str, ...]
    """Of the CSV's header, and what Google's columns mean to us; none for JSON lines and XML, where rows differ."""
    encoding: str
    """UTF-8, UTF-16 … or Windows-1252, which is a guess."""
    table: FeedBytes
    archive: FeedArchive | None = None
    """Where the table and its pictures are, of a ZIP."""

    def read(self) -> Iterator[RawRow]:
        """Yield the rows in order, holding one at a time."""
        return _rows(self.table, codec_of(self.encoding))


@dataclass(frozen=True)
class FeedSample:
    """The beginning of a feed: its columns and first rows, to guess and show what they mean."""

    columns: tuple[str, ...]
    """Of the CSV's header, or every name that the first rows of another format use."""
    rows: tuple[RawRow, ...]
    encoding: str = UTF_8

    @property
    def is_google(self) -> bool:
        """Whether it is read as Google's product data: then its own values are there under Google's names."""
        return f"{GOOGLE_PREFIX}id" in self.columns


def sample_feed(path: Path, *, rows: int = 100) -> FeedSample:
    """Return the feed's beginning without reading the rest; fewer rows where they are long or far between.

    Raises FeedUnreadable, also where a long beginning holds no row.
    """
    try:
        whole, _ = _table_of(path)
        table = whole.up_to(_SAMPLED_MEGABYTES)
        encoding = UTF_8 if _ends(table, XML_NAMES) else encoding_of_beginning(table.beginning())
        codec = codec_of(encoding)
        first = _first_rows(_rows(table, codec, errors="replace"), rows)
        columns = _header(table, codec) if _ends(table, CSV_NAMES) else ()
    except OSError as error:
        raise FeedUnreadable(f"{path.name}: {error.strerror or error}") from error
    return FeedSample(columns or tuple(dict.fromkeys(name for row in first for name in row.cells)), first, encoding)


def _first_rows(rows: Iterator[RawRow], most: int) -> tuple[RawRow, ...]:
    """At most so many rows, as far as the beginning goes."""
    first: list[RawRow] = []
    try:
        first.extend(islice(rows, most))
    except FeedBeginsEmpty:
        if not first:
            raise
    return tuple(first)


def open_feed(path: Path) -> FeedFile:
    """Look the file over. Raises FeedUnreadable, whose words say how to export it."""
    try:
        table, archive = _table_of(path)
        # XML says its own encoding.
        sha256, encoding = (table.digest(), UTF_8) if _ends(table, XML_NAMES) else look_over(table)
        codec = codec_of(encoding)
        columns = _header(table, codec) if _ends(table, CSV_NAMES) else ()
        return FeedFile(path, sha256, sum(1 for _ in _rows(table, codec)), columns, encoding, table, archive)
    except OSError as error:
        raise FeedUnreadable(f"{path}: {error.strerror or error}") from error


def _table_of(path: Path) -> tuple[FeedBytes, FeedArchive | None]:
    if path.suffix.lower() in ARCHIVE_NAMES:
        archive = open_archive(path, is_table=lambda name: PurePath(name).suffix.lower() in TABLE_NAMES)
        return FeedBytes(archive.table.filename, archive.open_table), archive
    if path.suffix.lower() in _WORKBOOK_NAMES:
        raise FeedUnreadable(
            f"{path.name}: this is a workbook; save it as “CSV UTF-8” in its program, and send that file"
        )
    if path.suffix.lower() not in TABLE_NAMES:
        raise FeedUnreadable(f"{path.name}: a feed is a .csv, .tsv, .jsonl (JSON lines), .xml or .zip file")
    return FeedBytes(path.name, lambda: path.open("rb")), None


def _ends(table: FeedBytes, names: tuple[str, ...]) -> bool:
    return PurePath(table.name).suffix.lower() in names


def _text(table: FeedBytes, codec: str, errors: str = "strict") -> IO[str]:
    return TextIOWrapper(table.open(), encoding=codec, errors=errors, newline="")


def _rows(table: FeedBytes, codec: str, *, errors: str = "strict") -> Iterator[RawRow]:
    if _ends(table, JSON_LINES_NAMES):
        return _json_rows(table, codec, errors)
    if _ends(table, CSV_NAMES):
        return _csv_rows(table, codec, errors)
    items = enumerate(xml_items(table), start=1)
    return _of_google(RawRow(number, cells) for number, cells in items)


def _of_google(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    """Google's items in our words; those that are sizes of one product, one after the other, as one row, the first."""
    before: RawRow | None = None
    for row in rows:
        cells = row.cells if row.problem or "sku" in row.cells else our_cells(row.cells)
        if before and is_another_size(before.cells, cells):
            before = replace(before, cells=with_another_size(before.cells, cells))
            continue
        if before:
            yield before
        before = replace(row, cells=cells)
    if before:
        yield before


def _header(table: FeedBytes, codec: str) -> tuple[str, ...]:
    with _text(table, codec, "replace") as file:
        columns, _, _ = _columns(file.read(_MAX_CELL_CHARACTERS), table.name)
    return our_columns(columns) if is_google(columns) else columns


def _columns(head: str, name: str) -> tuple[tuple[str, ...], str, int]:
    """The header's names, the delimiter that splits it into most of them, and how many lines come before it."""
    head = _without_marks(head)
    # Excel's own hint on the first line.
    before = 1 if head[:4].lower() == "sep=" else 0
    lines = head.splitlines(keepends=True)[before:]
    splits = {delimiter: _first_row(lines, delimiter) for delimiter in _DELIMITERS}
    delimiter = max(splits, key=lambda each: len(splits[each]))
    columns = tuple(column.strip() for column in splits[delimiter])
    if len(columns) < 2:
        raise FeedUnreadable(f"{name}: the first line must name the columns, separated by commas, semicolons or tabs")
    if twice := [column for column, times in Counter(columns).items() if column and times > 1]:
        raise FeedUnreadable(f"{name}: two columns are named {min(twice)[:60]!r}; rename one")
    return columns, delimiter, before


def _without_marks(beginning: str) -> str:
    return _FURTHER_MARKS.sub("", beginning)


def _first_row(lines: list[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:
        return []


def _csv_rows(table: FeedBytes, codec: str, errors: str) -> Iterator[RawRow]:
    with _text(table, codec, errors) as file:
        columns, delimiter, before = _columns(file.read(_MAX_CELL_CHARACTERS), table.name)
    rows = _lines_of_csv(table, _text(table, codec, errors), columns, delimiter, before)
    return _of_google(rows) if is_google(columns) else rows


def _lines_of_csv(
    table: FeedBytes, text: IO[str], columns: tuple[str, ...], delimiter: str, before: int
) -> Iterator[RawRow]:
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    with text as file:
        for _ in range(before):
            file.readline(_MAX_LINE_CHARACTERS)
        first = file.readline(_MAX_LINE_CHARACTERS)
        # Not the file itself: it would hold a line of any length.
        lines = chain(
            [first if before else _without_marks(first)], iter(lambda: file.readline(_MAX_LINE_CHARACTERS), "")
        )
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number = before
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if number == before + 1:
                    raise FeedUnreadable(f"{table.name}: the line of the columns is broken CSV: {error}") from error
                yield RawRow(number, problem=Problem("row", f"broken CSV, check its quotes: {error}"))
                continue
            if number > before + 1 and any(cell.strip() for cell in cells):
                yield _csv_row(number, columns, cells)


def _csv_row(number: int, columns: tuple[str, ...], cells: list[str]) -> RawRow:
    if len(cells) != len(columns):
        advice = f"{len(cells)} cells under {len(columns)} columns: put a text that holds the separator in quotes"
        return RawRow(number, problem=Problem("row", advice))
    return RawRow(number, {column: unmarked(cell) for column, cell in zip(columns, cells, strict=True)})


def _json_rows(table: FeedBytes, codec: str, errors: str) -> Iterator[RawRow]:
    with _text(table, codec, errors) as file:
        number = 0
        while line := file.readline(_MAX_LINE_CHARACTERS):
            number += 1
            line = _without_marks(line) if number == 1 else line
            if number == 1 and line.lstrip().startswith("["):
                raise FeedUnreadable(f"{table.name}: this is one JSON list; write one object a line, without commas")
            if len(line) == _MAX_LINE_CHARACTERS and not line.endswith("\n"):
                _pass_over_line(file)
                advice = f"the line has more than {_MAX_LINE_CHARACTERS} characters"
                yield RawRow(number, problem=Problem("row", advice))
            elif line.strip():
                yield _json_row(number, line)


def _pass_over_line(file: IO[str]) -> None:
    while (rest := file.readline(_MAX_LINE_CHARACTERS)) and not rest.endswith("\n"):
        continue


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
