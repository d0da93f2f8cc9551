"""What the filter form offers, and the chips of what is chosen."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from catalog.products import Facets, ProductFilter
from webapp.filter_panel import active_filters, choice_groups


@pytest.fixture(autouse=True)
def french_page() -> Iterator[None]:
    app = Flask(__name__)
    app.config["BABEL_DEFAULT_LOCALE"] = "fr"
    app.secret_key = "for the test"
    Babel(app)
    with app.test_request_context("/products?colour=navy&min_price=19.9&brand=Oriande"):
        yield


def facets(**parts: dict[str, int]) -> Facets:
    empty: dict[str, dict[str, int]] = {"categories": {}, "genders": {}, "colours": {}, "brands": {}}
    return Facets(**(empty | parts), min_price_minor_units=None, max_price_minor_units=None)


def test_a_group_without_values_is_not_offered() -> None:
    groups = choice_groups(ProductFilter(), facets(colours={"navy": 3}))
    assert [group.field for group in groups] == ["colour"]
    assert [(choice.words, choice.count, choice.chosen) for choice in groups[0].choices] == [("Bleu marine", 3, False)]


def test_a_chosen_value_stays_on_offer_when_nothing_is_left_of_it() -> None:
    groups = choice_groups(ProductFilter(colours=frozenset({"red"})), facets(colours={"navy": 3}))
    assert [(choice.value, choice.count, choice.chosen) for choice in groups[0].choices] == [
        ("navy", 3, False),
        ("red", 0, True),
    ]


def test_each_filter_in_force_leads_to_the_page_without_it() -> None:
    wanted = ProductFilter(
        colours=frozenset({"navy"}), brands=frozenset({"Oriande"}), min_price_minor_units=1990, in_stock_only=True
    )
    active = active_filters(wanted)
    assert [(str(one.words), one.address) for one in active[:2]] == [
        ("Bleu marine", "/products?min_price=19.9&brand=Oriande"),
        ("Oriande", "/products?colour=navy&min_price=19.9"),
    ]
    assert "19,9" in str(active[2].words)
    assert active[2].address == "/products?colour=navy&brand=Oriande"
    assert len(active) == 4
