"""How right the attributes read from catalogue photos are, and how far their probabilities can be trusted."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.attributes import AttributeReading
from recommender.evaluation import AT, Figure, expected_calibration_error, f1_by_class, figure_of_mean, macro_f1
from recommender.evaluation_sets import CatalogueProduct, pattern_named_by
from recommender.garment_colours import FAMILY_OF_CATALOGUE_NAME

USAGES = ("Casual", "Sports", "Formal", "Ethnic")

GOALS = {"articleType": 0.85, "colour": 0.72, "pattern": 0.70, "usage": 0.65}


@dataclass(frozen=True)
class Judged:
    """One attribute of one product: what is true, what was read and the probability said with it."""

    product: CatalogueProduct
    truth: str
    said: str
    probability: float

    @property
    def is_right(self) -> bool:
        """Whether what was read is true."""
        return self.truth == self.said


def attribute_figures(products: Sequence[CatalogueProduct], readings: Sequence[AttributeReading]) -> list[Figure]:
    """Return every attribute's figures over the products whose truth is known, readings in their order."""
    judged = {name: _judged(products, readings, name) for name in TRUTHS}
    types, common = judged["articleType"], _of_common_types(judged["articleType"])
    return [
        accuracy_of(common, f"articleType, types of at least {AT} products", goal=GOALS["articleType"]),
        accuracy_of(types, "articleType, all"),
        accuracy_of(judged["colour"], "colour, 12 families", goal=GOALS["colour"]),
        macro_f1_of(judged["pattern"], "pattern, macro-F1", goal=GOALS["pattern"]),
        macro_f1_of(judged["usage"], "usage, macro-F1", goal=GOALS["usage"]),
        accuracy_of(judged["usage"], "usage, accuracy"),
        accuracy_of(judged["gender"], "gender, accuracy"),
        accuracy_of(judged["season"], "season, accuracy"),
        *_of_each_class(judged["pattern"], "pattern"),
        *_of_each_class(judged["usage"], "usage"),
        *_of_each_colour(judged["colour"]),
        *_by_gender(common, "articleType"),
        *_by_gender(judged["colour"], "colour"),
    ]


def true_colour(product: CatalogueProduct) -> str:
    """Return the family of a product's baseColour; "" for Multi and for names that belong to none.

    Metals count by their look: silver and steel as grey, copper and bronze as brown, gold as yellow.
    """
    return FAMILY_OF_CATALOGUE_NAME.get(product.colour, "")


TRUTHS: dict[str, Callable[[CatalogueProduct], str]] = {
    "articleType": lambda product: product.type_name,
    "colour": true_colour,
    "pattern": lambda product: pattern_named_by(product.title),
    "usage": lambda product: product.usage if product.usage in USAGES else "",
    "gender": lambda product: product.gender,
    "season": lambda product: product.season,
}
"""Attribute -> what is true of a product; "" where that is not known."""


def _judged(
    products: Sequence[CatalogueProduct], readings: Sequence[AttributeReading], name: str
) -> tuple[Judged, ...]:
    pairs = zip(products, readings, strict=True)
    return tuple(Judged(one, truth, *_said(reading, name)) for one, reading in pairs if (truth := TRUTHS[name](one)))


def _said(reading: AttributeReading, name: str) -> tuple[str, float]:
    if name == "colour":
        return reading.colours[0].name, reading.colours[0].probability
    best = reading.values[name].best
    return best.value, best.probability


def accuracy_of(judged: Sequence[Judged], name: str, *, goal: float | None = None) -> Figure:
    """Return the share that is right with its 95 % interval, and the expected calibration error."""
    found = figure_of_mean(name, np.array([one.is_right for one in judged], np.float64), goal=goal)
    return replace(found, calibration_error=calibration_error_of(judged))


def macro_f1_of(judged: Sequence[Judged], name: str, *, goal: float | None = None) -> Figure:
    """Return the macro-F1 over the classes of the truth, and the expected calibration error."""
    value = macro_f1([one.truth for one in judged], [one.said for one in judged])
    return Figure(name, value, len(judged), goal=goal, calibration_error=calibration_error_of(judged))


def calibration_error_of(judged: Sequence[Judged]) -> float:
    """Return the expected calibration error of the values read; NaN for none."""
    probabilities = np.array([one.probability for one in judged], np.float64)
    return expected_calibration_error(probabilities, np.array([one.is_right for one in judged], bool))


def _of_common_types(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    counts = Counter(one.truth for one in judged)
    return tuple(one for one in judged if counts[one.truth] >= AT)


def _of_each_class(judged: Sequence[Judged], name: str) -> Iterable[Figure]:
    scores = f1_by_class([one.truth for one in judged], [one.said for one in judged])
    counts = Counter(one.truth for one in judged)
    return (Figure(f"{name}, F1 of {value}", score, counts[value]) for value, score in scores.items())


def _of_each_colour(judged: Sequence[Judged]) -> Iterable[Figure]:
    colours = sorted({one.truth for one in judged})
    return (accuracy_of([one for one in judged if one.truth == colour], f"colour, {colour} ones") for colour in colours)


def _by_gender(judged: Sequence[Judged], name: str) -> Iterable[Figure]:
    genders = sorted({one.product.gender for one in judged})
    return (accuracy_of([one for one in judged if one.product.gender == it], f"{name}, {it}") for it in genders if it)
