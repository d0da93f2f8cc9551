"""Stock by place: whoever writes, the places' pieces are the total. On SQLite in memory."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.editing import save_product, set_stock
from catalog.errors import InvalidStock
from catalog.models import Product, ProductStock
from catalog.places import WEB, Shop, read_shops
from catalog.stock import put_stock, stock_by_place
from storage.database import db
from tests.factories import details

PIECES = st.dictionaries(st.sampled_from(("lyon", "lille", "nice", WEB)), st.integers(0, 9))


@given(writes=st.lists(PIECES | st.integers(0, 30), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_places_hold_the_total_whoever_wrote_last(database: None, writes: list[dict[str, int] | int]) -> None:
    product = save_product(details(stock=0))
    for write in writes:
        if isinstance(write, dict):
            put_stock(product, write)
        else:
            product.stock = write
        db.session.flush()
        db.session.expire_all()
        assert sum(stock_by_place(product).values()) == product.stock
        if isinstance(write, dict):
            assert stock_by_place(product) == {place: number for place, number in write.items() if number}
        else:
            assert product.stock == write
    db.session.rollback()


def test_a_total_below_what_the_shops_hold_is_taken_from_the_web_then_from_the_fullest_shop(database: None) -> None:
    save_product(details(stock=12, stock_by_place={"lyon": 5, "lille": 3, WEB: 4}))
    assert stock_by_place(set_stock("A-1", 9)) == {"lyon": 5, "lille": 3, WEB: 1}
    assert stock_by_place(set_stock("A-1", 6)) == {"lyon": 3, "lille": 3}
    assert stock_by_place(set_stock("A-1", 0)) == {}


def test_a_feed_that_knows_the_total_alone_leaves_the_shops_their_pieces(database: None) -> None:
    save_product(details(stock=5, stock_by_place={"lyon": 3, WEB: 2}))
    assert stock_by_place(save_product(details(stock=20))) == {"lyon": 3, WEB: 17}


def test_a_place_that_is_not_named_has_none(database: None) -> None:
    save_product(details(stock=5, stock_by_place={"lyon": 3, "nice": 2}))
    assert stock_by_place(save_product(details(stock=1, stock_by_place={"nice": 1}))) == {"nice": 1}


def test_a_number_below_zero_is_refused_and_nothing_has_changed(database: None) -> None:
    product = save_product(details(stock=3, stock_by_place={"lyon": 3}))
    with pytest.raises(InvalidStock):
        put_stock(product, {"lyon": 9, "nice": -1})
    assert stock_by_place(product) == {"lyon": 3}


def test_places_that_do_not_hold_the_stock_are_no_details_of_a_product() -> None:
    with pytest.raises(ValueError, match="hold 2, not 3"):
        details(stock=3, stock_by_place={"lyon": 2})


def test_a_product_takes_its_places_with_it(database: None) -> None:
    db.session.delete(save_product(details(stock=3, stock_by_place={"lyon": 3})))
    db.session.flush()
    assert db.session.query(ProductStock).count() == db.session.query(Product).count() == 0


def test_shops_are_read_in_order_and_named_for_feeds() -> None:
    assert read_shops("Saint-Étienne, Lyon Part-Dieu") == (
        Shop("saint_etienne", "Saint-Étienne"),
        Shop("lyon_part_dieu", "Lyon Part-Dieu"),
    )
    assert read_shops("") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lyon, lyon", "both be called lyon"),
        ("Lyon, Web", "always there"),
        ("Lyon, 東京", "no name of a shop"),
        (", ".join(f"Shop {number}" for number in range(61)), "60 at most"),
    ],
)
def test_shops_that_cannot_be_told_apart_are_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_shops(text)
