"""A feed's columns are recognised by their names and by what stands in them, and never by a wish."""

from typing import Any

import pytest

from catalog.feed_guessing import guess_mapping, sample_values
from catalog.feed_mapping import mapping_from
from catalog.feed_reading import FeedSample, RawRow
from catalog.feed_rows import parse_row


def sample(**columns: list[str]) -> FeedSample:
    """A feed's beginning, column by column."""
    length = max(map(len, columns.values()))
    rows = [
        RawRow(number + 2, {name: texts[number] for name, texts in columns.items() if number < len(texts)})
        for number in range(length)
    ]
    return FeedSample(tuple(columns), tuple(rows))


def guessed(beginning: FeedSample) -> dict[str, str]:
    fields: dict[str, Any] = guess_mapping(beginning)["fields"]
    return {field: source["column"] for field, source in fields.items()}


FRENCH = sample(
    **{
        "Réf. article": ["R-1", "R-2"],
        "Désignation": ["Robe longue", "Jean droit"],
        "Famille": ["Robe", "Jean"],
        "Coloris": ["Bleu marine", "Noir"],
        "Prix TTC": ["1 299,00 €", "49,90 €"],
        "Qté": ["3", "0"],
        "Visuel": ["r1.jpg", "r2.jpg"],
        "Marque": ["Maison", ""],
    }
)


def test_a_french_feed_is_recognised_and_its_first_row_becomes_a_product() -> None:
    document = guess_mapping(FRENCH)
    assert document["language"] == "fr"
    product = parse_row(FRENCH.rows[0].cells, mapping_from(document)).details
    assert (product.sku, product.titles, product.category, product.colour) == (
        "R-1",
        {"fr": "Robe longue"},
        "dress",
        "navy",
    )
    assert (product.price_minor_units, product.currency, product.stock) == (129_900, "EUR", 3)


def test_a_feed_of_google_merchant_is_recognised() -> None:
    feed = sample(
        id=["A1"],
        title=["Blue dress"],
        description=["Long"],
        link=["https://shop.example/a1"],
        image_link=["https://shop.example/a1.jpg"],
        price=["12.00 EUR"],
        product_type=["Dresses"],
        color=["blue"],
        brand=["Acme"],
    )
    assert guessed(feed) == {
        "sku": "id",
        "title": "title",
        "description": "description",
        "link": "link",
        "image": "image_link",
        "price": "price",
        "category": "product_type",
        "colour": "color",
        "brand": "brand",
    }


def test_titles_in_two_languages_keep_them() -> None:
    feed = sample(ref=["1"], titre_fr=["Robe"], titre_en=["Dress"], **{"Nom anglais": ["x"]})
    assert guessed(feed)["title_fr"] == "titre_fr"
    assert guessed(feed)["title_en"] == "titre_en"


def test_columns_without_a_telling_name_are_recognised_by_what_stands_in_them() -> None:
    feed = sample(col1=["19,90 €", "5 €"], col2=["a.jpg", "b.png"], col3=["femme", "homme"], col4=["Robe", "Jean"])
    assert guessed(feed) == {"price": "col1", "image": "col2", "gender": "col3", "category": "col4"}


def test_a_name_that_its_values_contradict_is_not_believed() -> None:
    assert "price" not in guessed(sample(prix=["sur demande", "nous consulter"]))
    assert "stock" not in guessed(sample(stock=["bientôt", "non"]))


def test_a_column_fills_one_field_only() -> None:
    columns = list(guessed(sample(type=["Robe"], nom=["Robe"], image=["a.jpg"])).values())
    assert len(columns) == len(set(columns))


@pytest.mark.parametrize(
    ("prices", "sign"), [(["1.299,00", "5,9"], ","), (["12.50"], "."), (["12,50", "12.50"], ""), (["1.299"], "")]
)
def test_the_decimal_sign_is_taken_from_prices_that_agree(prices: list[str], sign: str) -> None:
    assert guess_mapping(sample(prix=prices))["decimal_sign"] == sign


def test_a_currency_is_proposed_only_where_none_is_said() -> None:
    assert guess_mapping(sample(prix=["12,50"]))["defaults"] == {"currency": "EUR"}
    assert guess_mapping(sample(prix=["12,50 £"]))["defaults"] == {}
    assert guess_mapping(sample(prix=["12,50"], devise=["USD"]))["defaults"] == {}


def test_a_column_with_braces_in_its_name_is_a_column() -> None:
    document = guess_mapping(sample(**{"prix {ttc}": ["12,50 €"]}))
    assert mapping_from(document).columns() == {"prix {ttc}"}


def test_samples_are_different_texts_in_the_feeds_order() -> None:
    feed = sample(taille=["S", "S", "", "M", "L", "XL"])
    assert sample_values(feed, "taille") == ["S", "M", "L"]
