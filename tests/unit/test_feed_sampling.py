"""The beginning of a feed is enough to say what its columns mean."""

from pathlib import Path

import pytest

from catalog.errors import FeedUnreadable
from catalog.feed_mapping import mapping_from
from catalog.feed_reading import open_feed, sample_feed


def test_the_sample_of_a_csv_has_its_columns_and_first_rows_only(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("ref;nom\n" + "".join(f"R-{number};Robe\n" for number in range(50)), encoding="utf-8")
    sample = sample_feed(path, rows=3)
    assert sample.columns == ("ref", "nom")
    assert [row.cells["ref"] for row in sample.rows] == ["R-0", "R-1", "R-2"]


def test_the_sample_of_json_lines_has_every_name_that_they_use(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text('{"ref": "1", "nom": "Robe"}\n{"ref": "2", "prix": 10}\n', encoding="utf-8")
    assert sample_feed(path).columns == ("ref", "nom", "prix")


def test_the_sample_of_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FeedUnreadable, match=r"no-feed\.csv"):
        sample_feed(tmp_path / "no-feed.csv")


def test_a_mapping_can_take_nothing_but_what_it_says() -> None:
    row = {"ref": "R-1", "price": "10", "stock": "3"}
    mapping = mapping_from({"by_name": False, "fields": {"sku": "ref"}, "defaults": {"stock": 0}})
    assert mapping.read(row) == {"sku": "R-1"}
    assert mapping.fields_of(row) == {"sku", "stock"}


EMPTY = (" " * 999 + "\n") * 5_000
"""Five megabytes, more than a sample reads."""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("feed.csv", "sku,title\n" + EMPTY + "A,Robe\n"),
        ("feed.jsonl", EMPTY + '{"sku": "A"}\n'),
        ("feed.xml", "<rss>" + EMPTY + "<item><id>A</id></item></rss>"),
    ],
)
def test_a_feed_whose_first_row_lies_too_far_back_says_what_to_take_out(
    tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FeedUnreadable, match=f"{name}: the first 4 MB hold no whole row; take out empty lines"):
        sample_feed(path)
    assert [row.cells.get("sku") for row in open_feed(path).read()] == ["A"]


def test_a_sample_goes_no_further_than_its_bound_and_keeps_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("sku,title\nA,Robe\nB,Jupe\n" + EMPTY + "C,Top\n", encoding="utf-8")
    assert [row.cells["sku"] for row in sample_feed(path).rows] == ["A", "B"]
