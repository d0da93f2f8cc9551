import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.errors import FeedUnreadable
from catalog.feed_reading import FeedFile, open_feed

OpenFeed = Callable[..., FeedFile]


@pytest.fixture
def feed(tmp_path: Path) -> OpenFeed:
    def write(content: str | bytes, name: str = "products.csv") -> FeedFile:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_feed(path)

    return write


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_csv_is_read_with_either_delimiter_and_with_or_without_a_mark(
    feed: OpenFeed, delimiter: str, mark: str
) -> None:
    found = feed(mark + f"sku{delimiter}title\r\n1{delimiter}Été\r\n")
    assert found.columns == ("sku", "title")
    assert [row.cells for row in found.read()] == [{"sku": "1", "title": "Été"}]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(feed: OpenFeed) -> None:
    found = feed('sku,title\n1,"two\nlines"\n\n,\n2,b\n')
    assert [(row.number, row.cells["sku"]) for row in found.read()] == [(2, "1"), (5, "2")]
    assert found.rows == 2


def test_a_row_with_another_number_of_cells_is_a_problem_of_its_own(feed: OpenFeed) -> None:
    first, second = feed("sku,title\n1,a,b\n2,c\n").read()
    assert "3 cells under 2 columns" in first.problem.reason
    assert second.problem is None


def test_broken_quotes_are_a_problem_of_their_row(feed: OpenFeed) -> None:
    first, second = feed('sku,title\n1,"a"b\n2,c\n').read()
    assert "quotes" in first.problem.reason
    assert second.cells["sku"] == "2"


def test_json_lines_keep_numbers_as_they_are_written_and_lists_as_lists(feed: OpenFeed) -> None:
    (row,) = feed('{"sku": 12, "price": 19.90, "sizes": ["S", 38], "brand": null}\n', "p.jsonl").read()
    assert row.cells == {"sku": "12", "price": "19.90", "sizes": ("S", "38"), "brand": ""}


@pytest.mark.parametrize("line", ['{"sku": ', '["a"]', '{"sku": {"a": 1}}', '{"sku": true}', "[" * 100_000])
def test_a_line_that_is_no_flat_object_is_a_problem_of_its_own(feed: OpenFeed, line: str) -> None:
    first, second = feed('{"sku": "0"}\n' + line + "\n", "p.jsonl").read()
    assert first.problem is None
    assert second.number == 2
    assert second.problem is not None


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("sku,title\n1,Été\n".encode("latin-1"), "p.csv", "line 2: this is not UTF-8"),
        ("sku,title\n1,a\n".encode("utf-16"), "p.csv", "not UTF-8"),
        ("sku,title\n1,a\n".encode("utf-16-le"), "p.csv", "not UTF-8"),
        (b"", "p.csv", "must name the columns"),
        (b"sku\n1\n", "p.csv", "must name the columns"),
        (b"sku,title,sku\n", "p.csv", "two columns are named 'sku'"),
        (b'[{"sku": "1"}]', "p.jsonl", "one JSON list"),
        (b"PK", "p.xlsx", "a feed is a .csv or a .jsonl"),
    ],
)
def test_a_feed_that_cannot_be_read_says_how_to_export_it(
    feed: OpenFeed, content: bytes, name: str, words: str
) -> None:
    with pytest.raises(FeedUnreadable, match=words):
        feed(content, name)


@pytest.mark.parametrize("name", ["p.csv", "p.jsonl"])
def test_memory_stays_bounded_however_long_the_feed_is(feed: OpenFeed, name: str) -> None:
    row = {"sku": "1", "description": "wool " * 400}
    line = json.dumps(row) if name == "p.jsonl" else ",".join(row.values())
    content = ("" if name == "p.jsonl" else "sku,description\n") + f"{line}\n" * 10_000
    tracemalloc.start()
    try:
        found = feed(content, name)
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        assert sum(1 for _ in found.read()) == 10_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(content) > 20_000_000
    assert peak - before < 1_000_000
