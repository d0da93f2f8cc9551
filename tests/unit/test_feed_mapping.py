import tomllib
from pathlib import Path

import pytest

from catalog.errors import MappingError
from catalog.feed_mapping import FeedMapping, mapping_from, read_mapping


def mapping(toml: str) -> FeedMapping:
    return mapping_from(tomllib.loads(toml))


def test_without_a_mapping_columns_named_like_our_fields_are_used_whatever_their_case() -> None:
    row = {"SKU": "a1", "Title_FR": "Robe", "warehouse": "7"}
    assert FeedMapping().read(row) == {"sku": "a1", "title_fr": "Robe"}


def test_a_field_can_have_another_columns_name() -> None:
    assert mapping('[fields]\nsku = "id"').read({"id": " 7 ", "sku": "other"})["sku"] == "7"


def test_a_template_fills_in_columns_and_stays_empty_without_them() -> None:
    images = mapping('[fields]\nimage = "{year}/{id}.jpg"')
    assert images.read({"year": "2024", "id": "7"})["image"] == "2024/7.jpg"
    assert images.read({"year": "", "id": "7"})["image"] == ""
    assert "image" not in images.read({"id": "7"})


def test_values_translate_whatever_the_case_and_leave_other_words() -> None:
    colours = mapping('[fields.colour]\ncolumn = "teinte"\nvalues = { "Bleu Nuit" = "navy" }')
    assert colours.read({"teinte": "bleu nuit"})["colour"] == "navy"
    assert colours.read({"teinte": "Rouge"})["colour"] == "Rouge"


def test_otherwise_stands_for_all_words_that_are_not_in_values() -> None:
    prices = mapping('[fields.price]\ncolumn = "type"\nvalues = { "Jeans" = "59.90" }\notherwise = "29.90"')
    assert [prices.read({"type": word})["price"] for word in ("Jeans", "Hat")] == ["59.90", "29.90"]


def test_a_pattern_keeps_its_group_or_nothing() -> None:
    brands = mapping("[fields.brand]\ncolumn = \"name\"\npattern = '^(.+?) (?:Men|Women)'")
    assert brands.read({"name": "Palm Tree Women Skirt"})["brand"] == "Palm Tree"
    assert brands.read({"name": "Skirt"})["brand"] == ""


def test_lists_are_translated_item_by_item() -> None:
    sizes = mapping('[fields.sizes]\ncolumn = "taille"\nvalues = { "moyen" = "M" }')
    assert sizes.read({"taille": ("S", "Moyen")})["sizes"] == ("S", "M")


def test_defaults_fill_what_the_feed_leaves_empty() -> None:
    stocked = mapping("[defaults]\nstock = 10\ncurrency = 'EUR'")
    assert stocked.read({"stock": "", "currency": "USD"}) == {"stock": "10", "currency": "USD"}


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("colours = 1", "colours"),
        ("fields = 3", "fields"),
        ('[fields]\ncolor = "c"', "fields.color"),
        ("[fields]\nsku = 3", "fields.sku"),
        ('[fields.sku]\ncolumn = "a"\ntemplate = "{b}"', "fields.sku"),
        ('[fields.sku]\nvalues = { a = "b" }', "fields.sku"),
        ('[fields.sku]\ncolumn = "a"\nregex = "b"', "fields.sku.regex"),
        ("[fields.sku]\ncolumn = 3", "fields.sku.column"),
        ('[fields.brand]\ncolumn = "a"\npattern = "("', "fields.brand.pattern"),
        ('[fields.brand]\ncolumn = "a"\npattern = "b"', "fields.brand.pattern"),
        ('[fields.colour]\ncolumn = "a"\nvalues = ["b"]', "fields.colour.values"),
        ('[fields.colour]\ncolumn = "a"\nvalues = { b = 1 }', "fields.colour.values.b"),
        ('[fields.colour]\ncolumn = "a"\notherwise = "b"', "fields.colour.otherwise"),
        ("[defaults]\nstock = true", "defaults.stock"),
        ('[defaults]\nstok = "1"', "defaults.stok"),
        ('language = "french"', "language"),
        ('decimal_sign = "x"', "decimal_sign"),
    ],
)
def test_a_faulty_mapping_is_refused_by_the_name_of_its_key(toml: str, key: str) -> None:
    with pytest.raises(MappingError) as refused:
        mapping(toml)
    assert refused.value.key == key
    assert key in str(refused.value)


def test_a_file_that_is_no_toml_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text("sku: id")
    with pytest.raises(MappingError, match=r"shop\.toml"):
        read_mapping(path)
