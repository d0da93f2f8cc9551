import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catalog.feed_mapping import FeedMapping
from catalog.feed_rows import parse_row
from catalog.vocabulary import Kind, slugs
from demo.copywriting import colour_fr, title_en, title_fr
from demo.export import feed_row, write_demo_catalogue
from demo.products import demo_products
from demo.spec import LABELS, GarmentSpec

PRODUCTS = demo_products()


def test_the_shop_has_over_250_products_with_a_sku_of_their_own() -> None:
    assert len(PRODUCTS) >= 250
    assert len({product.sku for product in PRODUCTS}) == len(PRODUCTS)


def test_the_shop_is_the_same_at_every_call() -> None:
    assert demo_products() == PRODUCTS


@pytest.mark.parametrize("language", ["title", "description"])
def test_both_languages_are_filled_and_differ(language: str) -> None:
    for product in PRODUCTS:
        french, english = getattr(product, f"{language}_fr"), getattr(product, f"{language}_en")
        assert french.strip(), product.sku
        assert english.strip(), product.sku
        assert french != english, product.sku
        assert "  " not in french + english, product.sku


def test_every_kind_of_garment_is_sold() -> None:
    assert {product.spec.type for product in PRODUCTS} == set(LABELS)


def test_every_word_is_one_that_the_catalogue_knows() -> None:
    for product in PRODUCTS:
        assert product.category in slugs(Kind.CATEGORY)
        assert product.colour in slugs(Kind.COLOUR)
        assert product.gender in slugs(Kind.GENDER)


def test_colours_patterns_and_genders_are_spread() -> None:
    colours = Counter(product.colour for product in PRODUCTS)
    patterned = sum(product.spec.pattern != "solid" for product in PRODUCTS)
    assert len(colours) == 16
    assert max(colours.values()) < 0.2 * len(PRODUCTS)
    assert 0.2 < patterned / len(PRODUCTS) < 0.5
    assert {product.gender for product in PRODUCTS} == {"women", "men", "unisex", "girls", "boys"}


def test_prices_are_positive_with_cents_and_some_products_are_sold_out() -> None:
    for product in PRODUCTS:
        assert product.price_euros > 0
        assert product.price_euros == product.price_euros.quantize(Decimal("0.01"))
    sold_out = sum(product.stock == 0 for product in PRODUCTS)
    assert 0 < sold_out < len(PRODUCTS) / 5


@pytest.mark.parametrize(
    ("type_name", "colour", "french"),
    [
        ("dress", "green", "Robe longue verte à fleurs"),
        ("t-shirt", "white", "T-shirt longue blanc à fleurs"),
        ("sneakers", "white", "Baskets longue blanches à fleurs"),
        ("heels", "black", "Escarpins longue noirs à fleurs"),
    ],
)
def test_french_colours_agree_with_their_noun(type_name: str, colour: str, french: str) -> None:
    assert title_fr(GarmentSpec(type_name, colour, pattern="floral"), "longue", "women") == french


def test_french_colours_named_after_things_do_not_agree() -> None:
    for colour in ("navy", "orange", "brown", "khaki", "burgundy", "light blue"):
        assert len({colour_fr(colour, agreement) for agreement in ("m", "f", "mp", "fp")}) == 1


def test_an_english_title_begins_with_a_capital_and_ends_with_the_noun() -> None:
    assert title_en(GarmentSpec("dress", "green", pattern="floral"), "maxi", "women") == "Green floral maxi dress"
    assert title_en(GarmentSpec("jeans", "blue"), "", "girls") == "Girls' blue jeans"


def test_a_feed_row_is_flat_and_points_at_its_image() -> None:
    row = feed_row(PRODUCTS[0])
    assert row["image"] == "DM-0001.jpg"
    assert row["currency"] == "EUR"
    assert Decimal(str(row["price"])) == PRODUCTS[0].price_euros
    assert all(isinstance(value, (str, int, list)) for value in row.values())


def test_every_feed_row_becomes_a_product_whose_places_hold_its_stock_at_a_margin() -> None:
    for product in PRODUCTS:
        read = parse_row({name: _cell(value) for name, value in feed_row(product).items()}, FeedMapping()).details
        assert read.stock == product.stock
        assert read.stock_by_place is not None
        assert read.season
        assert read.pattern
        assert 0 < (read.cost_minor_units or 0) < read.price_minor_units


def _cell(value: str | int | list[str]) -> str | tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else str(value)


def test_the_written_catalogue_has_one_image_for_each_row_and_reports_progress(tmp_path: Path) -> None:
    reported: list[tuple[int, int]] = []
    few = PRODUCTS[::20]
    write_demo_catalogue(
        tmp_path, products=few, on_progress=lambda done, total: reported.append((done, total)), side_pixels=32
    )
    rows = [json.loads(line) for line in (tmp_path / "products.jsonl").read_text(encoding="utf-8").splitlines()]
    assert reported[-1] == (len(few), len(few))
    assert len(reported) == len(rows) == len(few)
    for row in rows:
        with Image.open(tmp_path / "images" / row["image"]) as image:
            assert image.size == (32, 32)
            assert np.asarray(image).std() > 1
