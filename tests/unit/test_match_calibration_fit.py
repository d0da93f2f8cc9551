"""How the calibration of "no good match" is fitted."""

import numpy as np
import pytest

from recommender.abstention import Lexicon, MatchEvidence, plain_words
from training.match_calibration import Rows, balanced, expected_calibration_error, fit_gate, fit_map, is_matched
from training.match_trials import Trial
from training.match_words import lexicon


def trial(*, best: float, matched: bool, source: str = "user-validation") -> Trial:
    evidence = MatchEvidence(("garment",), 0.5, 0.0, 0.0, 0.9, 0.5, 0.5, best, 1 - best, 0.5)
    return Trial(source, str(best), "none", 300, 10, matched, evidence)


def some_trials() -> list[Trial]:
    rng = np.random.default_rng(0)
    cosines = rng.uniform(0, 1, 400)
    return [trial(best=float(cosine), matched=bool(rng.random() < cosine)) for cosine in cosines]


def test_a_gate_keeps_what_speaks_for_a_match_and_drops_what_would_speak_against_it() -> None:
    gate = fit_gate(("best", "mean"), some_trials(), is_matched)
    assert set(gate.weights) == {"best"}
    assert gate.weights["best"] > 1


def test_both_halves_and_all_sources_count_alike() -> None:
    trials = [trial(best=0.9, matched=True)] * 30 + [trial(best=0.8, matched=True, source="products")] * 10
    trials += [trial(best=0.1, matched=False)] * 5
    weights = balanced(trials, is_matched)
    assert weights[:30].sum() == pytest.approx(weights[30:40].sum())
    assert weights[:40].sum() == pytest.approx(weights[40:].sum())
    assert weights.sum() == pytest.approx(len(trials))


def test_the_calibration_error_is_nothing_when_shares_are_as_said() -> None:
    said = np.repeat([0.25, 0.75], 400)
    right = np.tile([1, 0, 0, 0], 100).tolist() + np.tile([1, 1, 1, 0], 100).tolist()
    assert expected_calibration_error(said, np.array(right, float), np.ones(800)) == pytest.approx(0)
    assert expected_calibration_error(1 - said, np.array(right, float), np.ones(800)) == pytest.approx(0.5)


def test_a_map_finds_a_rows_kind_and_calls_what_is_elsewhere_strange() -> None:
    rng = np.random.default_rng(1)
    centres = np.eye(8, dtype=np.float32)[:2]
    kinds = np.repeat(["shop:Dresses", "shop:Jeans"], 40)
    rows = np.repeat(centres, 40, axis=0) + rng.normal(0, 0.05, (80, 8)).astype(np.float32)
    types = {"shop:Dresses": [True, False], "shop:Jeans": [False, True]}
    known = fit_map([(Rows(rows, kinds), 1.0)], [], lambda kind: np.array(types[kind]), np.eye(2, dtype=bool))
    assert known.type_probabilities(centres).argmax(axis=1).tolist() == [0, 1]
    elsewhere = np.eye(8, dtype=np.float32)[7:]
    assert known.distances(elsewhere).min() > 20 * known.distances(centres).min(axis=1).max() + 1


def test_words_are_compared_without_accents_plurals_and_capitals() -> None:
    assert plain_words("Robes À fleurs") == plain_words("robe a fleur")
    assert plain_words("DRESSES") == plain_words("dress")


def test_words_that_only_fill_say_nothing() -> None:
    known = Lexicon(frozenset(plain_words("robe rouge")), frozenset(plain_words("je cherche une")))
    assert known.share_known("je cherche une robe rouge") == 1
    assert known.share_known("robe tournevis") == 0.5
    assert known.share_known("je cherche une") == 0
    assert known.share_known("") == 0


def test_the_lexicon_knows_garments_in_both_languages_and_no_tools() -> None:
    known = lexicon([])
    for text in ("red dress", "jupe bleu marine", "looking for some sneakers", "sac à main en cuir"):
        assert known.share_known(text) == 1, text
    for text in ("tournevis", "refrigerator", "politique monétaire"):
        assert known.share_known(text) == 0, text
