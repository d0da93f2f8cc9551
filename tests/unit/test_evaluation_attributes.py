"""Figures of attributes, from readings whose faults are known."""

from pathlib import Path

import pytest

from recommender.attributes import AttributeReading, ReadAttribute, ReadValue
from recommender.evaluation import Figure
from recommender.evaluation_attributes import attribute_figures, true_colour
from recommender.evaluation_sets import CatalogueProduct
from recommender.garment_colours import GarmentColour


def product(kind: str = "Shirts", colour: str = "Red", **known: str) -> CatalogueProduct:
    said = {"gender": "Men", "usage": "Casual", "season": "Fall", "title": "Solid shirt"} | known
    return CatalogueProduct("1", Path("1.jpg"), kind, "", colour, **said)


def reading(kind: str = "Shirts", colour: str = "red", probability: float = 1.0, **said: str) -> AttributeReading:
    names = {"articleType": kind, "pattern": "solid", "usage": "Casual", "gender": "Men", "season": "Fall"} | said
    values = {name: ReadAttribute(ReadValue(value, probability)) for name, value in names.items()}
    return AttributeReading(values, (GarmentColour(colour, colour, 1.0, (50.0, 0.0, 0.0), probability),))


def figures(products: list[CatalogueProduct], readings: list[AttributeReading]) -> dict[str, Figure]:
    return {figure.name: figure for figure in attribute_figures(products, readings)}


def test_the_share_that_is_right_stands_beside_how_sure_it_was() -> None:
    found = figures([product()] * 10, [reading(probability=0.9)] * 5 + [reading("Tops", "pink", 0.9)] * 5)
    for name in ("articleType, types of at least 10 products", "articleType, all", "colour, 12 families"):
        assert (found[name].value, found[name].cases) == (0.5, 10)
        assert found[name].calibration_error == pytest.approx(0.4)


def test_rare_types_count_only_in_the_figure_of_all() -> None:
    found = figures([product()] * 10 + [product("Sarees")], [reading()] * 11)
    assert found["articleType, types of at least 10 products"].value == 1.0
    assert found["articleType, all"].value == pytest.approx(10 / 11)


def test_what_is_not_known_of_a_product_does_not_count() -> None:
    unknown = product(colour="Multi", gender="", usage="Travel", season="", title="Printed striped shirt")
    found = figures([product(), unknown], [reading(), reading(colour="blue", usage="Sports", pattern="checked")])
    for name in ("colour, 12 families", "usage, macro-F1", "pattern, macro-F1", "gender, accuracy", "season, accuracy"):
        assert (found[name].value, found[name].cases) == (1.0, 1)


def test_patterns_and_usages_count_the_same_however_rare() -> None:
    striped = product(title="Striped shirt", usage="Formal")
    found = figures([product()] * 3 + [striped], [reading()] * 4)
    assert found["pattern, macro-F1"].value == pytest.approx((6 / 7 + 0) / 2)
    assert found["usage, macro-F1"].value == pytest.approx((6 / 7 + 0) / 2)
    assert found["usage, accuracy"].value == 0.75
    assert found["pattern, F1 of striped"].value == 0.0


def test_each_gender_has_its_own_figure() -> None:
    products = [product(gender="Men")] * 10 + [product(gender="Women")] * 10
    found = figures(products, [reading()] * 10 + [reading("Tops")] * 10)
    assert found["articleType, Men"].value == 1.0
    assert found["articleType, Women"].value == 0.0


@pytest.mark.parametrize(
    ("name", "family"), [("Navy Blue", "blue"), ("Maroon", "red"), ("Silver", "grey"), ("Multi", ""), ("", "")]
)
def test_a_catalogues_colour_belongs_to_a_family(name: str, family: str) -> None:
    assert true_colour(product(colour=name)) == family
