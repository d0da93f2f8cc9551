"""Query parameters -> filters."""

import pytest
from werkzeug.datastructures import MultiDict

from catalog.products import ProductFilter
from webapp.errors import BadRequestValue
from webapp.filters import filter_from, whole_number


def test_every_field_reaches_the_filter() -> None:
    values = MultiDict(
        {
            "category": ["dress", "skirt", " "],
            "gender": "women",
            "colour": "red",
            "brand": "Maison A",
            "min_price": "10",
            "max_price": "29,90",
            "in_stock": "1",
            "q": "ignored",
        }
    )
    assert filter_from(values) == ProductFilter(
        categories=frozenset({"dress", "skirt"}),
        genders=frozenset({"women"}),
        colours=frozenset({"red"}),
        brands=frozenset({"Maison A"}),
        min_price_minor_units=1000,
        max_price_minor_units=2990,
        in_stock_only=True,
    )


def test_an_empty_form_asks_for_nothing() -> None:
    assert filter_from(MultiDict({"min_price": "", "in_stock": "", "brand": ""})).is_empty


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("min_price", "cheap"),
        ("max_price", "-1"),
        ("max_price", "NaN"),
        ("min_price", "1e99"),
        ("min_price", "Infinity"),
        ("in_stock", "maybe"),
    ],
)
def test_a_bad_value_is_refused_with_its_field(field: str, value: str) -> None:
    with pytest.raises(BadRequestValue) as refused:
        filter_from(MultiDict({field: value}))
    assert refused.value.field == field


def test_prices_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(BadRequestValue, match="above the highest"):
        filter_from(MultiDict({"min_price": "50", "max_price": "10"}))


@pytest.mark.parametrize("value", ["0", "51", "ten", "1.5", "-1", "²", "9" * 400])
def test_a_limit_out_of_bounds_is_refused(value: str) -> None:
    with pytest.raises(BadRequestValue):
        whole_number(MultiDict({"limit": value}), "limit", default=10, lowest=1, highest=50)


def test_a_missing_limit_takes_the_default() -> None:
    assert whole_number(MultiDict(), "limit", default=10, lowest=1, highest=50) == 10
