"""Evidence -> the probability of a good match."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.abstention import (
    CASES,
    NEIGHBOURS,
    PARTS,
    GarmentMap,
    Gate,
    Lexicon,
    MatchCalibration,
    MatchEvidence,
    Nearest,
    Question,
    agreement_of,
    first_or_half,
)
from recommender.errors import MatchCalibrationDamaged, MatchCalibrationMissing
from recommender.ports import Embeddings, EncoderIdentity

ENCODER = EncoderIdentity("toy", "1", 3)
DRESS, SHOE, NO_GARMENT = np.eye(3, dtype=np.float32)
STRANGE = ("strangeness", "words_strangeness")
TERMS = {
    "garment_confidence": (0.01, 1.0),
    "answered": (0.0, 1.0),
    "loosely": (0.0, 1.0),
    "best": (-1.0, 1.0),
    "mean": (-1.0, 1.0),
    "agreement": (-1.0, 1.0),
    "strangeness": (0.0, 9.0),
    "words_strangeness": (0.0, 9.0),
    "known_words": (0.0, 1.0),
}


def toy_map(*, open_kind: bool = False) -> GarmentMap:
    """Two kinds, dresses and shoes, on the first two axes; words know a third that every type answers."""
    answers = np.eye(2, dtype=bool)
    means = np.stack([DRESS, SHOE]).astype(float) * 20
    if open_kind:
        answers, means = np.vstack([answers, [True, True]]), np.vstack([means, [0, 0, 20]])
    kinds = len(means)
    shown = np.array([not open_kind] * kinds)
    return GarmentMap(np.eye(3) * 20, means, np.zeros(kinds), answers, answers, shown, softness=4.0)


def toy_calibration() -> MatchCalibration:
    return MatchCalibration(
        encoder=ENCODER,
        segmenter="toy",
        types=("Dresses", "Casual Shoes"),
        photos=toy_map(),
        words=toy_map(open_kind=True),
        lexicon=Lexicon(frozenset({"robe", "blue"}), frozenset({"une", "in"})),
        familiar={
            "whole photo": Gate(6.0, {"strangeness": 2.0}),
            "garment": Gate(6.0, {"strangeness": 2.0, "garment_confidence": 0.5}),
            "words": Gate(3.0, {"words_strangeness": 2.0, "known_words": 3.0}),
        },
        kindred=dict.fromkeys(
            CASES, Gate(0.0, {"answered": 0.8, "loosely": 0.2, "best": 1.0, "mean": 0.5, "agreement": 0.5})
        ),
        final=dict.fromkeys(CASES, (0.1, 1.2, 0.3, 0.4)),
        thresholds=dict.fromkeys(CASES, 0.3),
    )


def nearest(row: Embeddings, *, count: int = NEIGHBOURS) -> Nearest:
    return Nearest(np.tile(row, (count, 1)), np.full(count, 0.9))


def evidence_of(parts: tuple[str, ...], values: dict[str, float]) -> MatchEvidence:
    return MatchEvidence(parts=parts, **values)


@given(
    parts=st.sampled_from([(part,) for part in PARTS] + [("garment", "words"), ("whole photo", "words")]),
    values=st.fixed_dictionaries({name: st.floats(*bounds) for name, bounds in TERMS.items()}),
    name=st.sampled_from(list(TERMS)),
    share=st.floats(0, 1),
)
def test_more_evidence_never_makes_a_match_less_probable(
    parts: tuple[str, ...], values: dict[str, float], name: str, share: float
) -> None:
    low, high = TERMS[name]
    better = low if name in STRANGE else high
    changed = values | {name: values[name] + share * (better - values[name])}
    calibration = toy_calibration()
    before, after = (calibration.probability(evidence_of(parts, one)) for one in (values, changed))
    assert 0 <= before <= after + 1e-12 <= 1 + 1e-12


def test_a_garment_among_its_kind_is_a_good_match() -> None:
    judged = toy_calibration().judge(Question(photo=DRESS, garment_confidence=0.9), nearest(DRESS), encoder=ENCODER)
    assert judged.match_probability is not None
    assert judged.match_probability > 0.9
    assert judged.no_good_match is False


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        (Question(photo=DRESS, garment_confidence=0.9), SHOE),
        (Question(photo=NO_GARMENT, garment_confidence=0.9), SHOE),
        (Question(words=DRESS), SHOE),
        (Question(words=-DRESS), DRESS),
        (Question(photo=DRESS, words=-SHOE, garment_confidence=0.9), DRESS),
    ],
    ids=["another kind", "no garment", "words for another kind", "words for no garment", "a photo with strange words"],
)
def test_what_is_of_another_kind_or_of_none_is_no_good_match(question: Question, answers: Embeddings) -> None:
    judged = toy_calibration().judge(question, nearest(answers), encoder=ENCODER)
    assert judged.no_good_match is True
    assert judged.match_probability is not None
    assert judged.match_probability < 0.3


def test_words_that_every_kind_answers_leave_the_kind_to_the_photo() -> None:
    in_blue = NO_GARMENT
    question = Question(photo=DRESS, words=in_blue, garment_confidence=0.9)
    calibration = toy_calibration()
    assert calibration.judge(question, nearest(DRESS), encoder=ENCODER).no_good_match is False
    assert calibration.judge(question, nearest(SHOE), encoder=ENCODER).no_good_match is True
    assert calibration.judge(Question(words=in_blue), nearest(SHOE), encoder=ENCODER).no_good_match is False


def test_nothing_is_made_up_for_another_encoder() -> None:
    for other in (replace(ENCODER, revision="2"), replace(ENCODER, encoder_id="another"), replace(ENCODER, dim=4)):
        judged = toy_calibration().judge(Question(photo=DRESS), nearest(DRESS), encoder=other)
        assert judged.match_probability is None
        assert judged.no_good_match is None


def test_an_empty_gallery_has_no_good_match() -> None:
    judged = toy_calibration().judge(Question(photo=DRESS), nearest(DRESS, count=0), encoder=ENCODER)
    assert judged.no_good_match is True
    assert judged.match_probability == 0


def test_a_gallery_smaller_than_ten_is_judged_by_what_it_has() -> None:
    judged = toy_calibration().judge(
        Question(photo=DRESS, garment_confidence=0.9), nearest(DRESS, count=1), encoder=ENCODER
    )
    assert judged.no_good_match is False


@pytest.mark.parametrize(
    ("right", "probability"),
    [([1] * 10, 1), ([0] * 10, 0), ([1] + [0] * 9, 1), ([0] + [1] * 5 + [0] * 4, 1), ([0] + [1] * 4 + [0] * 5, 0)],
)
def test_the_first_or_half_of_the_answers_must_be_right(right: list[int], probability: float) -> None:
    found = first_or_half(np.array(right, float)[:, None])
    assert found == pytest.approx([probability], abs=1e-3)


def test_the_probability_of_half_is_that_of_counting_many_cases() -> None:
    shares = np.random.default_rng(3).uniform(0, 1, 10)
    drawn = np.random.default_rng(4).random((40_000, 10)) < shares
    counted = (drawn[:, 0] | (drawn.sum(axis=1) >= 5)).mean()
    assert first_or_half(shares[:, None]) == pytest.approx([counted], abs=0.01)


def test_agreement_is_the_mean_cosine_of_pairs() -> None:
    assert agreement_of(np.stack([DRESS, DRESS])) == pytest.approx(1)
    assert agreement_of(np.stack([DRESS, SHOE])) == pytest.approx(0, abs=1e-6)
    assert agreement_of(DRESS[None]) == 1


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    calibration = toy_calibration()
    calibration.write(path)
    again = MatchCalibration.read(path)
    question = Question(photo=DRESS, words=NO_GARMENT, garment_confidence=0.7)
    assert again.judge(question, nearest(DRESS), encoder=ENCODER) == calibration.judge(
        question, nearest(DRESS), encoder=ENCODER
    )


@pytest.mark.parametrize("damage", ["cut", "no thresholds", "short array", "no gate", "no object"])
def test_a_damaged_calibration_is_named_with_what_to_do(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "calibration.json"
    toy_calibration().write(path)
    said = json.loads(path.read_text())
    if damage == "no thresholds":
        del said["thresholds"]["both"]
    if damage == "short array":
        said["photos"]["means"] = said["photos"]["means"][:8]
    if damage == "no gate":
        del said["familiar"]["words"]
    if damage == "no object":
        said = []
    path.write_text(json.dumps(said)[: 300 if damage == "cut" else None])
    with pytest.raises(MatchCalibrationDamaged, match=r"calibration\.json.*training\.match_calibration fit"):
        MatchCalibration.read(path)


def test_a_missing_calibration_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MatchCalibrationMissing, match=r"training\.match_calibration fit"):
        MatchCalibration.read(tmp_path / "calibration.json")
