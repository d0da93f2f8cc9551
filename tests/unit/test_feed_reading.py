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


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_csv_is_read_with_either_delimiter_and_with_or_without_a_mark(
    feed: OpenFeed, delimiter: str, mark: str
) -> None:
    found = feed(mark + f"sku{delimiter}title\r\n1{delimiter}Été\r\n")
    assert found.columns == ("sku", "title")
    assert [row.cells for row in found.read()] == [{"sku": "1", "title": "Été"}]


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
        ("cp1252", "Windows-1252"),
    ],
)
@pytest.mark.parametrize(
    ("name", "text"), [("p.csv", "sku;prix\n1;12 €\n"), ("p.jsonl", '{"sku": "1", "prix": "12 €"}\n')]
)
def test_the_encodings_of_spreadsheets_are_recognised(
    feed: OpenFeed, codec: str, encoding: str, name: str, text: str
) -> None:
    found = feed(text.encode(codec), name)
    assert found.encoding == encoding
    assert [row.cells for row in found.read()] == [{"sku": "1", "prix": "12 €"}]


@pytest.mark.parametrize("place", [0, 1_048_575, 1_048_576])
def test_a_letter_on_the_border_of_two_chunks_is_one_letter(feed: OpenFeed, place: int) -> None:
    rows = b"sku,title\n"
    rows += b"1," + b"a" * 90_000 + b"\n"
    rows += b"2,b\n" * 3
    rows += (b"1," + b"a" * 90_000 + b"\n") * ((place - len(rows)) // 90_003 - 1)
    rows += b"2,b\n" * ((place - len(rows)) // 4)
    rows += b"3," + b"c" * max(0, place - len(rows) - 2)
    found = feed(rows + "é\n".encode())
    assert found.encoding == "UTF-8"
    assert list(found.read())[-1].cells["title"].endswith("é")


def test_excels_hint_on_the_first_line_is_passed_over(feed: OpenFeed) -> None:
    (row,) = feed("sep=;\nsku;title\n1;a\n").read()
    assert (row.number, row.cells) == (3, {"sku": "1", "title": "a"})


def test_a_header_may_hold_a_line_break_and_no_broken_quotes(feed: OpenFeed) -> None:
    assert feed('sku,"long\ntitle"\n1,a\n').columns == ("sku", "long\ntitle")
    with pytest.raises(FeedUnreadable, match="line of the columns"):
        feed('sku,"ti"tle\n1,a\n')


def test_an_endless_line_of_csv_is_problems_and_never_held(feed: OpenFeed) -> None:
    tracemalloc.start()
    try:
        found = feed("sku,title\n1," + "x" * 30_000_000 + "\n2,a\n")
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        rows = list(found.read())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert all(row.problem for row in rows[:-1])
    assert rows[-1].cells == {"sku": "2", "title": "a"}
    assert peak - before < 10_000_000


def test_an_endless_line_of_json_is_a_problem_of_its_own_and_never_held(feed: OpenFeed) -> None:
    rows = feed('{"sku": "0"}\n{"sku": "' + "x" * 3_000_000 + '"}\n{"sku": "2"}\n', "p.jsonl").read()
    first, second, third = rows
    assert (first.cells["sku"], third.number, third.cells["sku"]) == ("0", 3, "2")
    assert "characters" in second.problem.reason


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
        ("sku,title\n1,Été à la mer\n2,".encode() + b"\xe9\n", "p.csv", "line 3: this is not UTF-8"),
        (b"sku,title\n1,a\n2,\x81\n", "p.csv", "line 3: this is not UTF-8"),
        (b"sku,title\n1,a\0b\n", "p.csv", "line 2: this is no text"),
        ("sku,title\n1,a\n".encode("utf-16") + b"\x00\xd8\n\x00", "p.csv", "damaged UTF-16"),
        (b"", "p.csv", "must name the columns"),
        (b"sku\n1\n", "p.csv", "must name the columns"),
        (b"sku,title,sku\n", "p.csv", "two columns are named 'sku'"),
        (b'[{"sku": "1"}]', "p.jsonl", "one JSON list"),
        (b"PK", "p.xlsx", "this is a workbook"),
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


@pytest.mark.parametrize(
    ("encoding", "name", "text"),
    [
        ("utf-16-le", "f.csv", "sku,price\nA,9\n"),
        ("utf-16-le", "f.csv", '"sku","price"\n"A","9"\n'),
        ("utf-16-le", "f.csv", 'sep=,\n"sku","price"\n"A","9"\n'),
        ("utf-16-le", "f.csv", "\ufffesku,price\nA,9\n"),
        ("utf-8", "f.csv", '\u00ef\u00bb\u00bf"sku","price"\nA,9\n'),
        ("utf-8", "f.csv", "sku,price\nA,9\n"),
        ("utf-8", "f.jsonl", '{"sku": "A", "price": "9"}\n'),
    ],
)
def test_a_byte_order_mark_that_comes_twice_is_no_part_of_the_first_name(
    tmp_path: Path, encoding: str, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_bytes(("\ufeff\ufeff" + text).encode(encoding))
    assert [row.cells for row in open_feed(path).read()] == [{"sku": "A", "price": "9"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("sku,price,title\nA,9,Été à".encode()[:-1], "not UTF-8 text"),
        (b"sku,price\nA,9 \xe2\x81", "not UTF-8 text"),
        ("\ufeffsku,price\nA,9".encode("utf-16-le")[:-1], "damaged UTF-16 text"),
    ],
)
def test_a_file_that_was_cut_within_a_letter_is_told_so(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "cut.csv"
    path.write_bytes(content)
    with pytest.raises(FeedUnreadable, match=words):
        open_feed(path)


def test_an_accent_at_the_very_end_may_be_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes("sku,title\nA,Beauté".encode("cp1252"))
    assert [row.cells["title"] for row in open_feed(path).read()] == ["Beauté"]
