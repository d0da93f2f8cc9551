"""A product that leaves as a row comes back as the same product."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.editing import ProductDetails, replace_pictures, write_details
from catalog.feed_mapping import FeedMapping
from catalog.feed_reading import open_feed
from catalog.feed_rows import FeedProduct, parse_row
from catalog.feed_writing import Storefront, csv_lines, feed_row, google_items
from catalog.models import Product
from catalog.money import MAX_MINOR_UNITS
from catalog.pictures import StoredPicture
from catalog.vocabulary import Kind, slugs

words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
texts = st.lists(words, min_size=1, max_size=4).map(" ".join) | st.sampled_from(
    ["=1+1", "'=1", "-20 %", "@home", '"a", b']
)
pieces = st.integers(0, 1000)


@st.composite
def details(draw: st.DrawFn) -> ProductDetails:
    """A product as any feed may have made it."""
    places = {place: number for place in ("lyon", "nice", "web") if (number := draw(pieces))}
    raw = {
        "sku": draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.:+_-]{0,20}", fullmatch=True)),
        "title_fr": draw(texts),
        "title_de": draw(texts),
        "description_en": draw(texts | st.just("")),
        "brand": draw(texts | st.just("")),
        "category": draw(st.sampled_from(slugs(Kind.CATEGORY))),
        "sub_category": draw(texts | st.just("")),
        "colour": draw(st.sampled_from(["", *slugs(Kind.COLOUR)])),
        "pattern": draw(st.sampled_from(["", *slugs(Kind.PATTERN)])),
        "gender": draw(st.sampled_from(slugs(Kind.GENDER))),
        "season": draw(st.sampled_from(["", "ss-26", *slugs(Kind.SEASON)])),
        "sizes": tuple(draw(st.lists(st.sampled_from(["S", "36,5", "38;40", "38/40", "=8", "Taille unique"])))),
        "currency": draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        "image": "a.jpg",
        **{f"stock_{place}": str(places.get(place, 0)) for place in ("lyon", "nice", "web")},
    }
    parsed = parse_row(raw | {"price": "1", "cost": "1"}, FeedMapping()).details
    prices = st.integers(0, MAX_MINOR_UNITS)
    return ProductDetails(
        **{
            **{name: getattr(parsed, name) for name in ProductDetails.__dataclass_fields__},
            "price_minor_units": draw(prices),
            "cost_minor_units": draw(prices | st.none()),
        }
    )


def product(said: ProductDetails, *, images: int = 2) -> Product:
    made = Product(sku=said.sku)
    write_details(made, said)
    replace_pictures(made, [StoredPicture(f"{number:064x}", 60, 90) for number in range(images)])
    return made


def came_back(folder: Path, content: str, name: str) -> FeedProduct:
    (folder / name).write_text(content, encoding="utf-8", newline="")
    (row,) = open_feed(folder / name).read()
    assert row.problem is None
    return parse_row(row.cells, FeedMapping())


@settings(max_examples=150, deadline=None)
@given(said=details())
def test_a_row_of_csv_comes_back_as_the_same_product(
    tmp_path_factory: pytest.TempPathFactory, said: ProductDetails
) -> None:
    folder = tmp_path_factory.mktemp("feed")
    row = feed_row(product(said), ["lyon", "nice"])
    found = came_back(folder, "".join(csv_lines([row], sorted(row))), "p.csv")
    assert found.details == said
    assert found.image_names == tuple(f"{number:064x}.jpg" for number in range(2))


@settings(max_examples=100, deadline=None)
@given(said=details())
def test_a_line_of_json_comes_back_as_the_same_product(
    tmp_path_factory: pytest.TempPathFactory, said: ProductDetails
) -> None:
    row = feed_row(product(said), ["lyon", "nice"])
    assert came_back(tmp_path_factory.mktemp("feed"), json.dumps(row) + "\n", "p.jsonl").details == said


def google_cells(**changes: Any) -> list[dict[str, tuple[str, ...]]]:
    said = ProductDetails(
        sku="R-1", titles={"fr": "Robe"}, category="dress", sub_category="Portefeuille", price_minor_units=129_900,
        currency="EUR", stock=3, gender="girls", colour="navy", sizes=("S", "M"),
    )  # fmt: skip
    made = product(ProductDetails(**{**vars(said), **changes}), images=13)
    shop = Storefront(
        "Shop", "https://s.example", lambda each: f"https://s.example/{each.sku}", lambda image: image.blob_key
    )
    return [dict(item) for item in google_items(made, shop)]


def test_google_gets_an_item_for_each_size_of_one_group() -> None:
    items = google_cells()
    assert [(item["id"], item["item_group_id"], item["size"]) for item in items] == [
        (("R-1-s",), ("R-1",), ("S",)),
        (("R-1-m",), ("R-1",), ("M",)),
    ]
    assert len(items[0]["image_link"]) == 1
    assert len(items[0]["additional_image_link"]) == 10


def test_google_is_told_the_price_the_place_in_its_taxonomy_and_who_wears_it() -> None:
    item, *_ = google_cells(sizes=())
    assert (item["id"], item["price"], item["availability"]) == (("R-1",), ("1299.00 EUR",), ("in_stock",))
    assert item["google_product_category"] == ("Apparel & Accessories > Clothing > Dresses",)
    assert (item["gender"], item["age_group"], item["color"]) == (("female",), ("kids",), ("Navy",))
    assert item["product_type"] == ("Dress > Portefeuille",)
    assert "item_group_id" not in item
    assert "brand" not in item
