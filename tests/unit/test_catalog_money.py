from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import InvalidPrice, UnknownCurrency
from catalog.money import MAX_MINOR_UNITS, known_currency, minor_digits, parse_price, split_currency

minor_units = st.integers(min_value=0, max_value=MAX_MINOR_UNITS)


def written(units: int, *, group: str, point: str) -> str:
    return f"{Decimal(units).scaleb(-2):,.2f}".translate(str.maketrans({",": group, ".": point}))


@given(
    minor_units,
    st.sampled_from([("", "."), ("", ","), (" ", ","), ("\u202f", ","), (".", ","), (",", "."), ("'", ".")]),
)
def test_a_price_in_any_countrys_writing_is_read_back_to_the_cent(units: int, signs: tuple[str, str]) -> None:
    group, point = signs
    assert parse_price(written(units, group=group, point=point), "EUR") == units


@given(minor_units, st.sampled_from([("€", "EUR"), ("EUR", "EUR"), ("eur", "EUR"), ("£", "GBP")]), st.booleans())
def test_the_currency_beside_a_price_is_told_from_the_amount(
    units: int, currency: tuple[str, str], before: bool
) -> None:
    amount = written(units, group=" ", point=",")
    price = f"{currency[0]} {amount}" if before else f"{amount}\u00a0{currency[0]}"
    assert split_currency(price) == (amount, currency[1])


@given(st.text(max_size=30))
def test_any_text_is_a_price_within_limits_or_refused_as_none(text: str) -> None:
    with suppress(InvalidPrice):
        assert 0 <= parse_price(text, "EUR") <= MAX_MINOR_UNITS


@pytest.mark.parametrize(
    "text", ["-5", "−5,00", "(5)", "NaN", "inf", "1e3", "12.34.56", "1,23,456.00", "1 29,90", "x", ""]
)
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(InvalidPrice):
        parse_price(text, "EUR")


def test_a_price_of_millions_is_refused_as_a_slip() -> None:
    with pytest.raises(InvalidPrice, match="too high"):
        parse_price("99999999999", "EUR")


@pytest.mark.parametrize("text", ["1.299", "1,299"])
def test_a_price_that_means_two_things_needs_the_mappings_decimal_sign(text: str) -> None:
    with pytest.raises(InvalidPrice, match="decimal_sign"):
        parse_price(text, "EUR")
    grouped_by = text[1]
    assert parse_price(text, "EUR", decimal_sign="," if grouped_by == "." else ".") == 129_900


def test_a_decimal_sign_once_given_holds_for_every_price() -> None:
    assert parse_price("29,90", "EUR", decimal_sign=",") == 2990
    with pytest.raises(InvalidPrice):
        parse_price("29.90", "EUR", decimal_sign=",")


def test_decimals_follow_the_currency() -> None:
    assert (minor_digits("EUR"), minor_digits("JPY"), minor_digits("KWD")) == (2, 0, 3)
    assert parse_price("1 290", "JPY") == 1290
    assert parse_price("12,5", "KWD") == 12_500
    with pytest.raises(InvalidPrice, match="JPY has 0 decimals"):
        parse_price("12.90", "JPY")


def test_only_currencies_of_iso_4217_are_known() -> None:
    assert known_currency(" eur ") == known_currency("€") == "EUR"
    with pytest.raises(UnknownCurrency, match="ISO 4217"):
        known_currency("EURO")


@pytest.mark.parametrize("text", ["29€90", "29 € 90", "29,90 €", "€29.90", "EUR 29,90", "29£90"])
def test_a_sign_between_digits_is_the_decimal_one(text: str) -> None:
    amount, currency = split_currency(text)
    assert parse_price(amount, currency) == 2990


def test_a_dollar_between_digits_never_makes_a_price_a_hundred_times_higher() -> None:
    assert parse_price(split_currency("29$90")[0], "USD") == 2990


@pytest.mark.parametrize("text", ["29,-", "29.–", "29,--", "29"])
def test_a_dash_stands_for_no_decimals(text: str) -> None:
    assert parse_price(text, "EUR") == 2900
