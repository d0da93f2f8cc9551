"""Filters, facets and edits against a plain list, on SQLite in memory."""

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.editing import restore, save_product, set_stock, soft_delete
from catalog.errors import InvalidStock, ProductNotFound
from catalog.models import Product
from catalog.products import (
    ProductFilter,
    facets,
    list_products,
    live_images,
    matching_image_ids,
    product_by_sku,
    products_of_images,
)
from storage.database import db
from tests.factories import details, pictures

VALUES = {
    "category": ("dress", "shirt", "boots"),
    "gender": ("women", "men", "unisex"),
    "colour": ("red", "navy", ""),
    "brand": ("Ourika", "Étoile", ""),
}


@pytest.fixture
def stocked(database: None) -> list[Product]:
    """Sixty products of mixed values, one in six withdrawn, with one to three pictures each."""
    dice = Random(7)
    for number in range(60):
        values = {name: dice.choice(choices) for name, choices in VALUES.items()}
        price, stock = dice.randrange(500, 20_000), dice.choice((0, 3))
        names = [f"{number}-{each}" for each in range(dice.randint(1, 3))]
        save_product(details(f"p{number}", price_minor_units=price, stock=stock, **values), pictures=pictures(*names))
        if number % 6 == 0:
            soft_delete(f"p{number}")
    db.session.commit()
    return list(db.session.scalars(db.select(Product)))


def passes(product: Product, wanted: ProductFilter) -> bool:
    """The filter in plain words, as a reference."""
    low, high = wanted.min_price_minor_units, wanted.max_price_minor_units
    return (
        product.deleted_at is None
        and (not wanted.categories or product.category in wanted.categories)
        and (not wanted.genders or product.gender in wanted.genders)
        and (not wanted.colours or product.colour in wanted.colours)
        and (not wanted.brands or product.brand in wanted.brands)
        and (low is None or product.price_minor_units >= low)
        and (high is None or product.price_minor_units <= high)
        and (not wanted.in_stock_only or product.stock > 0)
    )


def chosen(name: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([value for value in VALUES[name] if value]), max_size=2)


filters = st.builds(
    ProductFilter,
    categories=chosen("category"),
    genders=chosen("gender"),
    colours=chosen("colour"),
    brands=chosen("brand"),
    min_price_minor_units=st.none() | st.integers(0, 20_000),
    max_price_minor_units=st.none() | st.integers(0, 20_000),
    in_stock_only=st.booleans(),
)
on_one_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@on_one_database
@given(wanted=filters)
def test_a_filter_lets_through_exactly_what_plain_comparison_does(
    stocked: list[Product], wanted: ProductFilter
) -> None:
    expected = [product for product in stocked if passes(product, wanted)]
    ids = sorted(image.id for product in expected for image in product.images)
    assert matching_image_ids(wanted).tolist() == ids
    page = list_products(wanted, page_size=1000)
    assert [product.sku for product in page.items] == [product.sku for product in reversed(expected)]
    assert page.total == len(expected)


@on_one_database
@given(wanted=filters)
def test_a_facet_counts_what_its_choice_would_show(stocked: list[Product], wanted: ProductFilter) -> None:
    found = facets(wanted)
    for dimension, name in (
        ("categories", "category"),
        ("genders", "gender"),
        ("colours", "colour"),
        ("brands", "brand"),
    ):
        open_filter = ProductFilter(**{**vars(wanted), dimension: frozenset()})
        expected = Counter(getattr(product, name) for product in stocked if passes(product, open_filter))
        del expected[""]
        assert getattr(found, dimension) == dict(expected)
    any_price = ProductFilter(**{**vars(wanted), "min_price_minor_units": None, "max_price_minor_units": None})
    prices = [product.price_minor_units for product in stocked if passes(product, any_price)]
    assert (found.min_price_minor_units, found.max_price_minor_units) == (
        min(prices, default=None),
        max(prices, default=None),
    )


def test_pages_cover_the_list_once_and_end(stocked: list[Product]) -> None:
    pages = [list_products(page=number, page_size=13) for number in range(1, 6)]
    skus = [product.sku for page in pages for product in page.items]
    assert len(skus) == len(set(skus)) == pages[0].total == 50
    assert [page.has_next for page in pages] == [True, True, True, False, False]
    assert pages[0].pages == 4


def test_a_withdrawn_product_is_found_nowhere_until_it_is_restored(stocked: list[Product]) -> None:
    product = product_by_sku("p1")
    ids = [image.id for image in product.images]
    soft_delete("p1")
    with pytest.raises(ProductNotFound):
        product_by_sku("p1")
    assert products_of_images(ids) == {}
    assert not set(ids) & set(matching_image_ids().tolist())
    assert not set(ids) & {image.image_id for image in live_images()}
    restore("p1")
    assert products_of_images(ids) == dict.fromkeys(ids, product)
    assert set(ids) <= {image.image_id for image in live_images()}


def test_an_unknown_sku_cannot_be_changed(database: None) -> None:
    for change in (product_by_sku, soft_delete, restore, lambda sku: set_stock(sku, 1)):
        with pytest.raises(ProductNotFound, match="'nobody'"):
            change("nobody")


def test_a_stock_below_zero_is_refused(stocked: list[Product]) -> None:
    with pytest.raises(InvalidStock):
        set_stock("p1", -1)
    assert set_stock("p1", 0).in_stock is False


def test_a_new_picture_never_gets_the_id_of_a_deleted_one(database: None) -> None:
    save_product(details("a"), pictures=pictures("one"))
    (first,) = [image.image_id for image in live_images()]
    save_product(details("a"), pictures=[])
    assert list(live_images()) == []
    save_product(details("a"), pictures=pictures("two"))
    assert [image.image_id for image in live_images()] == [first + 1]


def test_a_picture_that_stays_keeps_its_id_when_others_change(database: None) -> None:
    save_product(details("a"), pictures=pictures("one", "two"))
    kept = {image.content_hash: image.image_id for image in live_images()}["two"]
    product = save_product(details("a"), pictures=pictures("two", "three"))
    assert [(image.content_hash, image.position) for image in product.images] == [("two", 0), ("three", 1)]
    assert product.images[0].id == kept


def test_saving_without_pictures_keeps_them(database: None) -> None:
    save_product(details("a"), pictures=pictures("one"))
    product = save_product(details("a", stock=9))
    assert (product.stock, [image.content_hash for image in product.images]) == (9, ["one"])


def test_texts_fall_back_to_the_other_language(database: None) -> None:
    product = save_product(details("a", titles={"fr": "Robe", "en": "Dress"}, descriptions={"fr": "En lin"}))
    assert (product.title("en"), product.title("fr"), product.title("de")) == ("Dress", "Robe", "Robe")
    assert product.description("en") == "En lin"
    assert save_product(details("b")).description("en") == ""


def test_a_price_is_shown_with_the_currencys_decimals(database: None) -> None:
    assert str(save_product(details("a", price_minor_units=4990)).price) == "49.90"
    assert str(save_product(details("b", price_minor_units=4990, currency="JPY")).price) == "4990"
