"""When a feed is fetched next, and what kind of file came."""

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from catalog.feed_models import FeedSchedule
from catalog.feed_schedules import file_name_of, next_time

PARIS = ZoneInfo("Europe/Paris")


def test_every_few_hours_counts_from_now() -> None:
    at = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert next_time(FeedSchedule(every_hours=6), at, PARIS) == datetime(2026, 11, 22, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 11, 22, 2, 59, tzinfo=UTC), datetime(2026, 11, 22, 3, tzinfo=UTC)),
        (datetime(2026, 11, 22, 3, 0, tzinfo=UTC), datetime(2026, 11, 23, 3, tzinfo=UTC)),
        # Clocks go back in the night to 25 October 2026, and forward in the night to 28 March 2027.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)),
        (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 2, tzinfo=UTC)),
    ],
)
def test_once_a_day_is_by_the_shops_clock(at: datetime, due: datetime) -> None:
    assert next_time(FeedSchedule(at_hour=4), at, PARIS).astimezone(UTC) == due


@pytest.mark.parametrize(
    ("address", "content", "name"),
    [
        ("https://a.example/feeds/spring.csv?key=1", b"", "spring.csv"),
        ("https://a.example/export.php?format=zip", b"PK\x03\x04", "feed.zip"),
        ("https://a.example/", b'\xef\xbb\xbf<?xml version="1.0"?>', "feed.xml"),
        ("https://a.example/feed", b' {"sku": 1}', "feed.jsonl"),
        ("https://a.example/feed", b"sku;price", "feed.csv"),
        ("https://a.example/..%2f..%2fx.csv", b"", "..%2f..%2fx.csv"),
    ],
)
def test_a_file_is_named_as_its_address_or_as_its_content(address: str, content: bytes, name: str) -> None:
    assert file_name_of(address, io.BytesIO(content)) == name
