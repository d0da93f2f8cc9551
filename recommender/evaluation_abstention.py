"""Whether the shop knows when it has nothing like a photo: abstention, false abstention, calibration.

Outside are photos that the gallery cannot answer: street scenes, other goods, garments whose type (or whole family of
types) was taken out of the gallery. Inside are shoppers' and catalogue photos that it can.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.evaluation import Figure, expected_calibration_error, figure_of_mean
from recommender.evaluation_sets import CatalogueProduct

ABSTENTION_GOAL, FALSE_ABSTENTION_LIMIT, CALIBRATION_LIMIT = 0.95, 0.05, 0.05
REMOVED_TYPES = 20
QUERIES_OF_A_TYPE = 15


@dataclass(frozen=True)
class Verdict:
    """What the shop said of one query: how probably its first match is a good one, whether it abstained, and the truth.

    inside: the gallery has an answer; right: the first match is one; counted: it belongs to the totals.
    """

    kind: str
    inside: bool
    right: bool
    probability: float
    abstained: bool
    counted: bool = True


def abstention_figures(verdicts: Sequence[Verdict]) -> list[Figure]:
    """Return the rates of abstention by kind of query, then together, and the expected calibration errors."""
    counted = [one for one in verdicts if one.counted]
    outside, inside = [one for one in counted if not one.inside], [one for one in counted if one.inside]
    return [
        *(_rate(f"outside: {kind}", of_kind) for kind, of_kind in _by_kind(outside)),
        _rate("outside, mean of the kinds", outside, goal=ABSTENTION_GOAL, by_kind=True),
        *(_rate(f"inside: {kind}", of_kind, at_most=True) for kind, of_kind in _by_kind(inside)),
        _rate("inside, mean of the kinds", inside, goal=FALSE_ABSTENTION_LIMIT, at_most=True, by_kind=True),
        _calibration("calibration error, inside and outside", counted, goal=CALIBRATION_LIMIT),
        _calibration("calibration error, inside", inside),
        *(_rate(f"not counted: {kind}", them) for kind, them in _by_kind([one for one in verdicts if not one.counted])),
    ]


def _by_kind(verdicts: Sequence[Verdict]) -> Iterable[tuple[str, list[Verdict]]]:
    kinds = dict.fromkeys(one.kind for one in verdicts)
    return ((kind, [one for one in verdicts if one.kind == kind]) for kind in kinds)


def _rate(
    name: str, verdicts: Sequence[Verdict], *, goal: float | None = None, at_most: bool = False, by_kind: bool = False
) -> Figure:
    found = figure_of_mean(name, np.array([one.abstained for one in verdicts], np.float64))
    if by_kind:
        means = [_rate(kind, of_kind).value for kind, of_kind in _by_kind(verdicts)]
        return Figure(name, float(np.mean(means)) if means else float("nan"), len(verdicts), goal=goal, at_most=at_most)
    return Figure(name, found.value, found.cases, found.low, found.high, goal, at_most)


def _calibration(name: str, verdicts: Sequence[Verdict], *, goal: float | None = None) -> Figure:
    said = np.array([one.probability for one in verdicts], np.float64)
    error = expected_calibration_error(said, np.array([one.right for one in verdicts], bool))
    return Figure(name, error, len(verdicts), goal=goal, at_most=True)


@dataclass(frozen=True)
class Removal:
    """Queries that lose their answers: rows of the catalogue, and which article types leave the gallery."""

    kind: str
    rows: tuple[int, ...]
    types: frozenset[str]


def removals(products: Sequence[CatalogueProduct], queries: Sequence[int]) -> list[Removal]:
    """Return, for each of the commonest types among the queries (rows of products), two removals of its answers.

    One takes the type alone out of the gallery (likes of it stay: hard), one its family, which is its subCategory.
    """
    rows_of: dict[str, list[int]] = {}
    for row in queries:
        rows_of.setdefault(products[row].type_name, []).append(row)
    common = sorted(rows_of, key=lambda name: (-len(rows_of[name]), name))[:REMOVED_TYPES]
    family_of = {product.type_name: product.family for product in products}
    found = []
    for name in common:
        rows = tuple(rows_of[name][:QUERIES_OF_A_TYPE])
        family = frozenset(other for other, theirs in family_of.items() if theirs == family_of[name])
        found += [Removal("type taken out", rows, frozenset({name})), Removal("family taken out", rows, family)]
    return found
