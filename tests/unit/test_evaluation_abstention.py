"""Figures of "no good match", from verdicts whose faults are known; how a gallery is asked."""

from pathlib import Path

import numpy as np
import pytest

from recommender.abstention import MatchJudgement, Nearest, Question
from recommender.evaluation_abstention import Insider, Judge, Outsider, Verdict, abstention_figures, family_of
from recommender.evaluation_retrieval import Gallery
from recommender.evaluation_sets import CatalogueProduct
from recommender.evaluation_shop import UserPhotoSeen
from recommender.ports import EncoderIdentity


def verdict(kind: str, *, inside: bool, abstained: bool, counted: bool = True) -> Verdict:
    return Verdict(
        kind, inside, right=inside, probability=0.1 if abstained else 0.9, abstained=abstained, counted=counted
    )


def product(kind: str, family: str) -> CatalogueProduct:
    return CatalogueProduct("1", Path("1.jpg"), kind, family, "Red", "Men", "Casual", "Fall", "")


def test_abstentions_outside_are_right_and_inside_false() -> None:
    streets = [verdict("street scenes", inside=False, abstained=seen) for seen in (True, True, True, False)]
    mugs = [verdict("mugs", inside=False, abstained=True)]
    photos = [verdict("photos", inside=True, abstained=seen) for seen in (True, False)]
    found = {figure.name: figure.value for figure in abstention_figures([*streets, *mugs, *photos])}
    assert found["outside: street scenes"] == 0.75
    assert found["outside, mean of the kinds"] == pytest.approx((0.75 + 1.0) / 2)
    assert found["inside: photos"] == found["inside, mean of the kinds"] == 0.5


def test_what_the_shop_sells_all_the_same_is_shown_and_not_counted() -> None:
    verdicts = [
        verdict("mugs", inside=False, abstained=True),
        verdict("watches", inside=False, abstained=False, counted=False),
    ]
    found = {figure.name: figure for figure in abstention_figures(verdicts)}
    assert found["outside, mean of the kinds"].value == 1.0
    assert found["not counted: watches"].value == 0.0
    assert found["calibration error, inside and outside"].cases == 1


def test_the_calibration_error_is_of_all_that_counts() -> None:
    verdicts = [verdict("photos", inside=True, abstained=False), verdict("mugs", inside=False, abstained=False)]
    found = {figure.name: figure.value for figure in abstention_figures(verdicts)}
    assert found["calibration error, inside and outside"] == pytest.approx(0.4)
    assert found["calibration error, inside"] == pytest.approx(0.1)


AXES = ("Tshirts", "Skirts", "Caps")


def vector(kind: str) -> np.ndarray:
    return np.array([axis == kind for axis in AXES], np.float32)


def seen(kind: str) -> UserPhotoSeen:
    return UserPhotoSeen(vector(kind), garment_confidence=0.9, skin=None)


class BestCosine:
    """`MatchCalibration.judge` that believes the first match's cosine."""

    def judge(self, question: Question, nearest: Nearest, *, encoder: EncoderIdentity) -> MatchJudgement:
        assert question.garment_confidence == 0.9
        best = float(nearest.similarities[0]) if len(nearest.similarities) else 0.0
        return MatchJudgement(best, best < 0.5)


@pytest.fixture
def judge() -> Judge:
    """A gallery of twelve t-shirts, twelve skirts and one cap."""
    kinds = [("Tshirts", "Topwear"), ("Skirts", "Bottomwear")] * 12 + [("Caps", "Headwear")]
    gallery = Gallery([product(*kind) for kind in kinds], np.stack([vector(kind) for kind, _ in kinds]))
    return Judge(gallery, BestCosine(), EncoderIdentity("axes", "1", 3))


def test_a_photo_is_asked_with_and_without_its_answers(judge: Judge) -> None:
    skirts = frozenset({"Skirts"})
    alone, with_its_like, inside = judge.of_insider(Insider("photo", seen("Skirts"), skirts, skirts))
    assert (inside.inside, inside.right, inside.abstained, inside.probability) == (True, True, False, 1.0)
    assert (with_its_like.inside, with_its_like.right, with_its_like.abstained) == (False, False, True)
    assert with_its_like.counted
    assert not alone.counted


def test_a_photo_that_few_products_answer_is_not_asked_of_the_whole_gallery(judge: Judge) -> None:
    caps = frozenset({"Caps"})
    verdicts = judge.of_insider(Insider("photo", seen("Caps"), caps, caps))
    assert [verdict.inside for verdict in verdicts] == [False, False]


def test_a_product_does_not_answer_its_own_photo(judge: Judge) -> None:
    caps, no_cap = frozenset({"Caps"}), frozenset({"Tshirts", "Skirts"})
    verdict = judge.of_insider(Insider("photo", seen("Caps"), no_cap, no_cap | caps, own_row=24))[-1]
    assert verdict.probability == 0.0, "its own cosine would be 1"
    assert judge.of_insider(Insider("photo", seen("Caps"), no_cap, caps))[-1].probability == 1.0


def test_a_street_scene_has_no_right_answer(judge: Judge) -> None:
    verdict = judge.of_outsider(Outsider("street scene", seen("Skirts")))
    assert (verdict.inside, verdict.right, verdict.abstained) == (False, False, False)


def test_a_family_is_what_the_catalogue_keeps_together() -> None:
    products = [product("Heels", "Shoes"), product("Flats", "Shoes"), product("Caps", "Headwear")]
    assert family_of(frozenset({"Heels"}), products) == {"Heels", "Flats"}
    assert family_of(frozenset({"Boots"}), products) == {"Boots"}
