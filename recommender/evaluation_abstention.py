"""Whether the shop knows when it has nothing like a photo: abstention, false abstention, calibration.

Outside are photos that the gallery cannot answer: street scenes, other goods, garments whose types were taken out of
the gallery. Inside are shoppers' and catalogue photos that at least ten products answer. A match is good when the first
answer, or at least half of the ten first, is of the photo's types: that is what `match_probability` is of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.abstention import NEIGHBOURS, MatchCalibration, Nearest, Question
from recommender.evaluation import AT, Figure, expected_calibration_error, figure_of_mean
from recommender.evaluation_retrieval import Gallery
from recommender.evaluation_sets import CatalogueProduct
from recommender.evaluation_shop import UserPhotoSeen
from recommender.ports import EncoderIdentity

ABSTENTION_GOAL, FALSE_ABSTENTION_LIMIT, CALIBRATION_LIMIT = 0.95, 0.05, 0.05


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
class Outsider:
    """A photo that no product answers; counted: False when the catalogue sells its like all the same."""

    kind: str
    seen: UserPhotoSeen
    counted: bool = True


@dataclass(frozen=True)
class Insider:
    """A photo that products of some types answer. own_row: its row in the gallery, when it is a product's.

    family: the types that leave the gallery with its own: they are easily taken for them.
    """

    kind: str
    seen: UserPhotoSeen
    types: frozenset[str]
    family: frozenset[str]
    own_row: int = -1


@dataclass(frozen=True)
class Judge:
    """Asks a gallery as `flask vision search` does, and compares what is said with what is true."""

    gallery: Gallery
    calibration: MatchCalibration
    encoder: EncoderIdentity

    def of_outsider(self, one: Outsider) -> Verdict | None:
        """Return the verdict on a photo that nothing answers; None where there is no calibration."""
        nothing = np.zeros(len(self.gallery.products), bool)
        return self._verdict(one.kind, one.seen, nothing, ~nothing, counted=one.counted)

    def of_insider(self, one: Insider) -> list[Verdict | None]:
        """Return the verdicts on a photo: asked of the gallery, of it without its types, of it without their family.

        The first only where ten products answer; the second is shown and not counted, for likes of it stay.
        """
        names = np.array([product.type_name for product in self.gallery.products])
        answers = np.isin(names, list(one.types)) & (np.arange(len(names)) != one.own_row)
        others = np.arange(len(names)) != one.own_row
        without_family = others & ~np.isin(names, list(one.family))
        found = [
            self._verdict(f"{one.kind}, its types taken out", one.seen, answers, others & ~answers, counted=False),
            self._verdict(f"{one.kind}, its types and their like taken out", one.seen, answers, without_family),
        ]
        if answers.sum() >= AT:
            found.append(self._verdict(one.kind, one.seen, answers, others))
        return found

    def _verdict(
        self,
        kind: str,
        seen: UserPhotoSeen,
        answers: NDArray[np.bool_],
        among: NDArray[np.bool_],
        *,
        counted: bool = True,
    ) -> Verdict | None:
        likeness = np.where(among, self.gallery.vectors @ seen.vector, -np.inf)
        rows = np.argsort(-likeness, kind="stable")[: min(NEIGHBOURS, int(among.sum()))]
        question = Question(photo=seen.vector, garment_confidence=seen.garment_confidence)
        nearest = Nearest(self.gallery.vectors[rows], likeness[rows])
        said = self.calibration.judge(question, nearest, encoder=self.encoder)
        if said.match_probability is None or said.no_good_match is None:
            return None
        hits = answers[rows]
        is_right = bool(len(rows)) and bool(hits[0] or hits.sum() >= NEIGHBOURS / 2)
        inside = bool((answers & among).any())
        return Verdict(kind, inside, is_right, said.match_probability, said.no_good_match, counted)


def family_of(types: frozenset[str], products: Sequence[CatalogueProduct]) -> frozenset[str]:
    """Return all types of the families (subCategory) of some types, as a catalogue sorts them."""
    families = {product.family for product in products if product.type_name in types}
    return types | {product.type_name for product in products if product.family in families}
