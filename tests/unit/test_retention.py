"""Rules, bounds and the calendar of retention."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.declarations import Category
from privacy.errors import PeriodOutOfBounds
from privacy.retention import ACCOUNT_PHOTO, INACTIVE_ACCOUNT, RULES, WARNING, RetentionPolicy, Unit, months_before

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(0, 240))
def test_months_before_is_that_many_calendar_months_earlier(at: datetime, months: int) -> None:
    earlier = months_before(at, months)
    assert (at.year - earlier.year) * 12 + at.month - earlier.month == months
    assert earlier.timetz() == at.timetz()
    assert earlier.day == at.day or (earlier.day < at.day and (earlier + timedelta(days=1)).day == 1)


@given(MOMENTS, MOMENTS, st.integers(0, 60))
def test_later_moments_have_later_limits(one: datetime, other: datetime, months: int) -> None:
    early, late = sorted((one, other))
    assert months_before(early, months) <= months_before(late, months)


def test_a_month_before_the_end_of_march_is_the_end_of_february() -> None:
    assert months_before(datetime(2028, 3, 31, 12, tzinfo=UTC), 1) == datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert months_before(datetime(2027, 3, 31, 12, tzinfo=UTC), 13) == datetime(2026, 2, 28, 12, tzinfo=UTC)


@given(st.sampled_from(sorted(RULES)), st.integers(-10, 5000))
def test_a_period_is_taken_within_its_bounds_alone(name: str, amount: int) -> None:
    rule = RULES[name]
    if rule.least <= amount <= rule.most:
        assert RetentionPolicy.from_amounts({name: amount}).amount(rule) == amount
        return
    with pytest.raises(PeriodOutOfBounds, match=f"{name}={amount} is out of bounds: choose from {rule.least}"):
        RetentionPolicy.from_amounts({name: amount})


def test_every_usual_period_is_within_its_own_bounds() -> None:
    assert RetentionPolicy.from_amounts({name: rule.usual for name, rule in RULES.items()}).amounts == (
        RetentionPolicy.from_amounts({}).amounts
    )


def test_every_category_but_the_keys_has_a_rule() -> None:
    assert {rule.category for rule in RULES.values()} == set(Category) - {Category.KEYS}


@given(MOMENTS, st.sampled_from(sorted(RULES)), st.data())
def test_a_longer_period_never_erases_more(at: datetime, name: str, data: st.DataObject) -> None:
    rule = RULES[name]
    shorter, longer = sorted(data.draw(st.lists(st.integers(rule.least, rule.most), min_size=2, max_size=2)))
    assert rule.before(at, longer) <= rule.before(at, shorter) <= at


@given(MOMENTS)
def test_a_warning_fits_into_the_shortest_inactivity(at: datetime) -> None:
    shortest = min(rule.least for rule in RULES.values() if rule.unit is Unit.MONTHS)
    assert months_before(at, shortest) < WARNING.before(at, WARNING.most)


def test_a_record_keeps_the_rule_as_it_stood() -> None:
    policy = RetentionPolicy.from_amounts({"account_photo_days": 3})
    assert policy.words_of(ACCOUNT_PHOTO) == "account_photo_days=3"
    assert policy.words_of(INACTIVE_ACCOUNT) == f"account_inactivity_months={INACTIVE_ACCOUNT.usual}"
