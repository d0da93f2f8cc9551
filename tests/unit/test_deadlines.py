"""One calendar month, as the calendar of Paris counts it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.deadlines import due_at, easter_sunday, french_holidays, months_later, next_working_day

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("received", "months", "due"),
    [
        (date(2026, 3, 10), 1, date(2026, 4, 10)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 29), 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
    ],
)
def test_a_month_is_counted_by_the_calendar(received: date, months: int, due: date) -> None:
    assert months_later(received, months) == due


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 24))
def test_the_last_day_lies_in_the_month_asked_for_and_never_after_the_same_day(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


def test_the_period_ends_with_the_last_second_of_the_day_in_paris() -> None:
    due = due_at(datetime(2026, 3, 10, 9, tzinfo=UTC), months=1, zone=PARIS)
    assert due.astimezone(PARIS) == datetime(2026, 4, 10, 23, 59, 59, tzinfo=PARIS)
    assert due.tzinfo is UTC


def test_a_request_of_the_late_evening_belongs_to_the_day_that_paris_has() -> None:
    # 23:30 UTC on 30 January is 31 January in Paris.
    due = due_at(datetime(2026, 1, 30, 23, 30, tzinfo=UTC), months=1, zone=PARIS)
    assert due.astimezone(PARIS).date() == date(2026, 2, 28)


def test_summer_time_neither_takes_nor_gives_a_day() -> None:
    for received in (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), datetime(2026, 10, 24, 21, 30, tzinfo=UTC)):
        day = received.astimezone(PARIS).date()
        assert due_at(received, months=1, zone=PARIS).astimezone(PARIS).date() == months_later(day, 1)


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter_is_where_the_tables_have_it(year: int, sunday: date) -> None:
    assert easter_sunday(year) == sunday


@given(st.integers(1900, 2200))
def test_easter_is_a_sunday_of_spring_and_the_year_has_its_eleven_holidays(year: int) -> None:
    assert easter_sunday(year).weekday() == 6
    assert date(year, 3, 22) <= easter_sunday(year) <= date(year, 4, 25)
    # Ascension Day falls on 1 or 8 May, Whit Monday on neither, in some years.
    assert len(french_holidays(year)) in (10, 11)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 4, 10), date(2026, 4, 10)),
        (date(2026, 4, 11), date(2026, 4, 13)),
        (date(2026, 4, 4), date(2026, 4, 7)),  # Saturday before Easter Monday
        (date(2026, 5, 1), date(2026, 5, 4)),
        (date(2026, 12, 25), date(2026, 12, 28)),
    ],
)
def test_weekends_and_holidays_are_skipped(day: date, working: date) -> None:
    assert next_working_day(day) == working
