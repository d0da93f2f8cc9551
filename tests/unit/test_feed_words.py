"""The feed reader's reasons are said in French; a reason that the reader changes is noticed here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from catalog.errors import FeedUnreadable, PictureHostSilent, PictureNotUsable, RowRejected
from catalog.feed_intake import SILENCES_BORNE, _Silences
from catalog.feed_mapping import FeedMapping
from catalog.feed_pictures import NoPictures
from catalog.feed_reading import sample_feed
from catalog.feed_rows import parse_row
from catalog.import_feed import check_feed
from tests.factories import demo_settings
from webapp import create_app
from webapp.feed_words import in_words

GOOD = {"sku": "A", "title": "t", "category": "robe", "price": "1 €", "stock": "1", "image": "a.jpg"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(demo_settings(tmp_path_factory.mktemp("words")))


@pytest.fixture
def in_french(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        yield


@pytest.mark.usefixtures("in_french")
@pytest.mark.parametrize(
    "cells",
    [
        {"sku": ""},
        {"sku": "a b"},
        {"title": ""},
        {"title": "t" * 301},
        {"category": ""},
        {"category": "服装"},
        {"colour": "bogus"},
        {"price": ""},
        {"price": "12"},
        {"price": "-5 €"},
        {"price": "1.299 €"},
        {"price": "12,3,4 €"},
        {"price": "12.345 €"},
        {"price": "99999999999 €"},
        {"price": "5 €", "currency": "USD"},
        {"currency": "QQQ", "price": "5"},
        {"stock": ""},
        {"stock": "-1"},
        {"stock": "many"},
        {"sizes": "x" * 50},
        {"link": "javascript:alert(1)"},
        {"image": ""},
        {"cost": "5 USD"},
    ],
)
def test_every_reason_against_a_row_is_said_in_french(cells: dict[str, str]) -> None:
    with pytest.raises(RowRejected) as rejected:
        parse_row(GOOD | cells, FeedMapping())
    for problem in rejected.value.problems:
        assert in_words(problem.reason) != problem.reason, problem


@pytest.mark.usefixtures("in_french")
@pytest.mark.parametrize(("shops", "stock"), [(501, "1"), (30, "many")])
def test_what_is_wrong_with_very_many_shops_is_said_in_french(shops: int, stock: str) -> None:
    with pytest.raises(RowRejected) as rejected:
        parse_row(GOOD | {f"stock_s{number}": stock for number in range(shops)}, FeedMapping())
    for problem in rejected.value.problems:
        assert in_words(problem.reason) != problem.reason, problem


@pytest.mark.usefixtures("in_french")
def test_what_a_reason_quotes_stays_as_it_is() -> None:
    said = in_words("'100%(x)s <b>' is no stock: give a whole number from 0 to 10000000")
    assert said == "'100%(x)s <b>' n’est pas un stock\u00a0: donnez un nombre entier de 0 à 10000000"


@pytest.mark.usefixtures("in_french")
def test_a_picture_that_is_missing_and_a_file_that_is_none_are_said_in_french(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="came without pictures") as missing:
        NoPictures().find("a.jpg")
    assert in_words(str(missing.value)).startswith("'a.jpg'\u00a0: le flux est venu sans photos")
    path = tmp_path / "feed.csv"
    path.write_text("one\n1\n")
    with pytest.raises(FeedUnreadable) as unreadable:
        sample_feed(path)
    assert "la première ligne" in in_words(str(unreadable.value))


@pytest.mark.usefixtures("in_french")
def test_why_a_silent_host_is_asked_no_more_is_said_in_french() -> None:
    silences = _Silences()
    for _ in range(SILENCES_BORNE):
        silences.note("cdn.example", PictureHostSilent("a.jpg", "it takes too long", host="cdn.example:8080"))
    said = in_words(str(PictureNotUsable("https://cdn.example/a.jpg", silences.reason_against("cdn.example"))))
    assert "l’hôte cdn.example:8080 n’a pas répondu 5 fois de suite" in said


@pytest.mark.usefixtures("in_french")
def test_a_reason_that_nobody_translated_stays_english() -> None:
    assert in_words("something else") == "something else"


def test_an_english_page_says_it_as_the_reader_does(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert in_words("a price cannot be negative") == "a price cannot be negative"


@pytest.mark.usefixtures("in_french")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b""),
        ("a.zip", b"PK"),
        ("a.xml", b"<rss><item>"),
        ("a.xml", b"<html></html>"),
        ("a.xml", b"<!DOCTYPE x><rss></rss>"),
        ("a.csv", b"a,a\n1,2\n"),
        ("a.jsonl", b"[1]"),
        ("a.jsonl", b" " * 4_000_001),
    ],
)
def test_why_a_whole_file_is_no_feed_is_said_in_french(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FeedUnreadable) as unreadable:
        sample_feed(tmp_path / name)
    english = str(unreadable.value).partition(": ")[2]
    assert english not in in_words(str(unreadable.value))


@pytest.mark.usefixtures("in_french")
def test_what_a_feed_lacks_is_said_in_french(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("brand,title\n1,2\n")
    with pytest.raises(FeedUnreadable) as unreadable:
        check_feed(tmp_path / "a.csv", on_row=lambda _row: None)
    (tmp_path / "b.csv").write_bytes(b"sku,title\n1,\0\n")
    with pytest.raises(FeedUnreadable) as no_text:
        check_feed(tmp_path / "b.csv", on_row=lambda _row: None)
    assert in_words(str(no_text.value)).startswith("b.csv, ligne 2\u00a0: ce n’est pas du texte. Enregistrez")
    assert "rien ne donne" in in_words(str(unreadable.value))
