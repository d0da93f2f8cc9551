"""The models of the classification study: a head a part, a fused head over what these say, and words before photos."""

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from recommender.errors import StudySetUnreadable
from recommender.softmax_head import Probabilities, Rows, softmax
from recommender.study_features import StudyFeatures

INNER_FOLDS = 4
_STRENGTHS = {"words": (20.0, 60.0), "sentences": (8.0, 25.0), "joined": (15.0, 45.0)}
_OTHER_STRENGTHS = (3.0, 10.0)
_FINE_PARTS = ("sentences", "encoder", "imagenet")
_FINE_FACTOR = 3.0
_MOST_COORDINATES = 800
_LEAST = 1e-3
_TRUST_PENALTIES = (0.03, 0.3)
_DISPENSABLE = ("encoder", "joined")
"""Parts that a fused head may do without: the shop's encoder knows garments, and the joined rows say nothing new."""
_PLAINLY_BETTER = 3.0
"""So many standard errors of its mean a difference is above 0 before it is believed: about one chance in a thousand."""


@dataclass(frozen=True)
class Truth:
    """What the products are: category and finer word as numbers, and the group of near-duplicates; a row a product."""

    names: tuple[str, ...]
    categories: NDArray[np.int64]
    fine: NDArray[np.int64]
    fine_category: NDArray[np.int64]
    """Finer word -> its category; empty when nothing is said below the category."""
    groups: NDArray[np.int64]


@dataclass(frozen=True)
class PartAnswers:
    """What one part's head says: log probabilities, of the known rows by folds that left them out, and of the asked."""

    known: NDArray[np.float64]
    asked: NDArray[np.float64]
    seconds: float
    strength: float


def grouped_folds(
    rows: NDArray[np.int64], truth: Truth, *, folds: int, seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return (kept, left out) positions in `rows`: categories spread evenly, near-duplicates on one side.

    Fewer folds where there are fewer groups, or fewer products of every category. Raises StudySetUnreadable below two.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    possible = min(folds, len(set(truth.groups[rows])), int(np.bincount(truth.categories[rows]).max()))
    if possible < 2:
        raise StudySetUnreadable(f"{len(rows)} products, near-duplicates of each other, are too few to learn from")
    splitter = StratifiedGroupKFold(possible, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # A category with fewer members than folds is in some folds only, which is what there is.
        warnings.simplefilter("ignore", UserWarning)
        return list(splitter.split(rows, truth.categories[rows], truth.groups[rows]))


def part_answers(
    part: str,
    features: StudyFeatures,
    truth: Truth,
    known: NDArray[np.int64],
    asked: NDArray[np.int64],
    *,
    seed: int,
) -> PartAnswers:
    """Fit one part's head on the rows `known` and return what it says of them and of `asked`.

    Its strength is chosen among the known rows by folds that leave some of them out.
    """
    begun = time.perf_counter()
    rows = features.rows(part, known)
    taught, shown = _in_their_span(rows[known], rows[asked])
    folds = grouped_folds(known, truth, folds=INNER_FOLDS, seed=seed)
    finely = part in _FINE_PARTS and len(truth.fine_category) > 0
    best: tuple[float, NDArray[np.float64], float] | None = None
    for strength in _STRENGTHS.get(part, _OTHER_STRENGTHS):
        left_out = np.empty((len(known), len(truth.names)))
        for kept, apart in folds:
            left_out[apart] = _said(taught[kept], known[kept], taught[apart], truth, strength, finely=False)
        loss = -left_out[np.arange(len(known)), truth.categories[known]].mean()
        if best is None or loss < best[0]:
            best = (float(loss), left_out, strength)
    assert best is not None
    _, left_out, strength = best
    if finely:
        for kept, apart in folds:
            left_out[apart] = _said(taught[kept], known[kept], taught[apart], truth, strength, finely=True)
    said = _said(taught, known, shown, truth, strength, finely=finely)
    return PartAnswers(left_out, said, time.perf_counter() - begun, strength)


@dataclass(frozen=True)
class FusedAnswers:
    """What a fused head says: probabilities of the known rows by folds that left them out, and of the asked rows."""

    known: Probabilities
    asked: Probabilities


def fused(answers: Mapping[str, PartAnswers], known: NDArray[np.int64], truth: Truth, *, seed: int) -> FusedAnswers:
    """Return what a head fused over the parts says.

    Its inputs are the parts' log probabilities, concatenated: for each part a weight above 0, and a trust that may
    differ by category. Fitted on what the parts said of rows that they had not been fitted on, so that no part is
    trusted for what it knows by heart; which makes the probabilities calibrated, too. Which dispensable parts are
    heard, and how freely trust may differ, is chosen by folds among the known rows, never by the asked ones.
    """
    right = truth.categories[known]
    folds = grouped_folds(known, truth, folds=INNER_FOLDS, seed=seed + 1)
    optional = [part for part in _DISPENSABLE if part in answers and len(answers) > 1]
    best: tuple[float, list[str], float, Probabilities] | None = None
    for absent in _subsets(optional):
        parts = [part for part in answers if part not in absent]
        said = np.stack([answers[part].known for part in parts])
        for penalty in _TRUST_PENALTIES:
            left_out = np.empty((len(known), len(truth.names)))
            for kept, apart in folds:
                left_out[apart] = _fused(said[:, kept], right[kept], said[:, apart], penalty)
            loss = -float(_log_chances(left_out, right).sum())
            if best is None or loss < best[0]:
                best = (loss, parts, penalty, left_out)
    assert best is not None
    _, parts, penalty, left_out = best
    heard, asked = (np.stack([getattr(answers[part], side) for part in parts]) for side in ("known", "asked"))
    return FusedAnswers(left_out, _fused(heard, right, asked, penalty))


def words_first(text: FusedAnswers, everything: FusedAnswers, known: NDArray[np.int64], truth: Truth) -> Probabilities:
    """Return the asked rows' probabilities from the words, and from all parts as far as the words leave doubt.

    p = c * p_text + (1 - c) * p_all, where c = max p_text, the probability that the words are right. Where the known
    rows show that the head over all parts is plainly better than that, its answers are returned instead.
    """
    right = truth.categories[known]
    gain = _log_chances(everything.known, right) - _log_chances(_as_words_doubt(text.known, everything.known), right)
    if gain.mean() > _PLAINLY_BETTER * gain.std() / np.sqrt(len(gain)):
        return everything.asked
    return _as_words_doubt(text.asked, everything.asked)


def _as_words_doubt(text: Probabilities, everything: Probabilities) -> Probabilities:
    sure = text.max(axis=1, keepdims=True)
    mixed: Probabilities = sure * text + (1 - sure) * everything
    return mixed


def _log_chances(said: Probabilities, right: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the log of what each row gives its true category."""
    chances: NDArray[np.float64] = np.log(np.clip(said[np.arange(len(right)), right], 1e-9, 1))
    return chances


def _subsets(parts: Sequence[str]) -> list[tuple[str, ...]]:
    return [some for count in range(len(parts) + 1) for some in combinations(parts, count)]


def _fused(
    heard: NDArray[np.float64], right: NDArray[np.int64], asked: NDArray[np.float64], penalty: float
) -> Probabilities:
    """Return softmax(sum over parts of (weight + trust by category) * what the part said); shapes (parts, rows, k)."""
    from scipy.optimize import minimize

    count, rows, categories = heard.shape
    picked = np.arange(rows)

    def scores(numbers: NDArray[np.float64], said: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = np.exp(numbers[:count, None]) + numbers[count:].reshape(count, categories)
        found: NDArray[np.float64] = (weights[:, None, :] * said).sum(axis=0)
        return found

    def loss(numbers: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        chances = softmax(scores(numbers, heard))
        wrong = chances.copy()
        wrong[picked, right] -= 1
        by_weight = (wrong[None] * heard).sum(axis=1) / rows
        slope = np.concatenate([by_weight.sum(axis=1) * np.exp(numbers[:count]), by_weight.ravel()])
        slope[count:] += 2 * penalty * numbers[count:]
        cost = penalty * float((numbers[count:] ** 2).sum())
        return float(-np.log(np.clip(chances[picked, right], 1e-12, 1)).mean()) + cost, slope

    start = np.concatenate([np.full(count, -np.log(count)), np.zeros(count * categories)])
    numbers = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return softmax(scores(numbers, asked))


def _said(
    taught: NDArray[np.float64],
    known: NDArray[np.int64],
    asked: NDArray[np.float64],
    truth: Truth,
    strength: float,
    *,
    finely: bool,
) -> NDArray[np.float64]:
    """Return the log probabilities of each category for the asked rows, none below log(_LEAST).

    finely: the mean with those of the finer words, summed by category: a category of unlike things is several clouds.
    """
    chances = _chances(taught, truth.categories[known], asked, strength, len(truth.names))
    logs = np.log(np.clip(chances, _LEAST, 1))
    if not finely:
        return logs
    fine = _chances(taught, truth.fine[known], asked, strength * _FINE_FACTOR, len(truth.fine_category), tolerance=1e-2)
    summed = np.zeros_like(chances)
    np.add.at(summed.T, truth.fine_category, fine.T)
    mean: NDArray[np.float64] = (logs + np.log(np.clip(summed, _LEAST, 1))) / 2
    return mean


def _chances(
    taught: NDArray[np.float64],
    values: NDArray[np.int64],
    asked: NDArray[np.float64],
    strength: float,
    count: int,
    *,
    tolerance: float = 1e-3,
) -> Probabilities:
    from sklearn.linear_model import LogisticRegression

    found = np.zeros((len(asked), count))
    if len(set(values)) == 1:
        found[:, values[0]] = 1
        return found
    model = LogisticRegression(C=strength, max_iter=150, tol=tolerance).fit(taught, values)
    found[:, model.classes_] = model.predict_proba(asked)
    return found


def _in_their_span(known: Rows, asked: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both in coordinates of the known rows' span, where a penalised linear head has the same optimum.

    At most _MOST_COORDINATES, the greatest.
    """
    among = _products(known, known)
    lengths, directions = np.linalg.eigh(among)
    chosen = np.flatnonzero(lengths > 1e-6 * lengths[-1])[-_MOST_COORDINATES:]
    if not len(chosen):
        return np.zeros((len(among), 1)), np.zeros((asked.shape[0], 1))
    basis = directions[:, chosen] / np.sqrt(lengths[chosen])
    return among @ basis, _products(asked, known) @ basis


def _products(left: Rows, right: Rows) -> NDArray[np.float64]:
    found = left @ right.T
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found, np.float64)
