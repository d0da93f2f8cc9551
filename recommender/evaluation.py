"""How good rankings, labels and probabilities are: the measures, without any model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.ports import Embeddings

AT = 10
BOOTSTRAP_ROUNDS = 2000
CONFIDENCE = 0.95
CALIBRATION_BINS = 15
_QUERIES_A_STEP = 512
_DRAWS_A_STEP = 1_000_000

Values = NDArray[np.float64]
"""One value a query, float64, shape (n,); NaN where a query does not count."""


@dataclass(frozen=True)
class Interval:
    """A measured value and the 95 % interval that it lies in."""

    value: float
    low: float
    high: float


def precision_at_10(
    queries: Embeddings,
    gallery: Embeddings,
    relevant: NDArray[np.bool_],
    *,
    own_rows: Sequence[int] | None = None,
) -> Values:
    """Return each query's precision@10; NaN where fewer than ten gallery rows are relevant.

    relevant: bool, shape (number of queries, rows of the gallery); own_rows: the gallery row that is the query itself,
    which is never an answer.
    """
    own = np.full(len(queries), -1) if own_rows is None else np.asarray(own_rows)
    found = np.empty(len(queries))
    for start in range(0, len(queries), _QUERIES_A_STEP):
        part = slice(start, start + _QUERIES_A_STEP)
        found[part] = _precision(queries[part] @ gallery.T, relevant[part], own[part])
    return found


def _precision(likeness: Embeddings, relevant: NDArray[np.bool_], own_rows: NDArray[np.int64]) -> Values:
    is_own = own_rows[:, None] == np.arange(likeness.shape[1])
    answers = relevant & ~is_own
    nearest = np.argsort(np.where(is_own, np.inf, -likeness), axis=1, kind="stable")[:, :AT]
    found = np.take_along_axis(answers, nearest, axis=1).mean(axis=1)
    return np.where(answers.sum(axis=1) >= AT, found, np.nan)


def mean_over_queries(values: Values) -> float:
    """Return the mean of the values that count; NaN without any."""
    counted = values[~np.isnan(values)]
    return float(counted.mean()) if len(counted) else float("nan")


def mean_over_classes(values: Values, classes: Sequence[str]) -> float:
    """Return the mean of the classes' means: each class counts the same; one without a value does not count."""
    means = mean_of_each_class(values, classes)
    return mean_over_queries(np.array(list(means.values())))


def mean_of_each_class(values: Values, classes: Sequence[str]) -> dict[str, float]:
    """Return the mean of each class, by name; NaN for one without a value that counts."""
    named = np.array(classes)
    return {name: mean_over_queries(values[named == name]) for name in sorted(set(classes))}


def paired_bootstrap(ours: Values, other: Values | float = 0.0, *, seed: int = 0) -> Interval:
    """Return the mean difference of two values a query, with its 95 % interval; NaN three times without a pair.

    The queries are drawn again with replacement, both values of a query together (Efron and Tibshirani, 1993, the
    percentile interval). A query that does not count for one counts for neither. other = 0: the mean itself.
    """
    differences = ours - other
    differences = differences[~np.isnan(differences)]
    if not len(differences):
        return Interval(float("nan"), float("nan"), float("nan"))
    means = _resampled_means(differences, np.random.default_rng(seed))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, (tail, 1 - tail))
    return Interval(float(differences.mean()), float(low), float(high))


def _resampled_means(values: Values, random: np.random.Generator) -> Values:
    rounds_a_step = max(1, _DRAWS_A_STEP // len(values))
    steps = [min(rounds_a_step, BOOTSTRAP_ROUNDS - done) for done in range(0, BOOTSTRAP_ROUNDS, rounds_a_step)]
    return np.concatenate(
        [values[random.integers(0, len(values), (rounds, len(values)))].mean(axis=1) for rounds in steps]
    )


def expected_calibration_error(probabilities: Values, right: NDArray[np.bool_]) -> float:
    """Return the mean distance, 0 to 1, of said probability and share that came true; NaN for no case.

    Fifteen bins of equal width, each weighted by its cases (Guo and others, 2017).
    Raises ValueError when the lengths differ or a probability is outside 0 to 1.
    """
    if len(probabilities) != len(right):
        raise ValueError(f"{len(probabilities)} probabilities for {len(right)} cases")
    if not len(probabilities):
        return float("nan")
    if not (probabilities.min() >= 0 and probabilities.max() <= 1):
        raise ValueError("a probability lies between 0 and 1")
    bins = np.minimum((probabilities * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=probabilities - right, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(probabilities))


def accuracy(truth: Sequence[str], said: Sequence[str]) -> float:
    """Return the share of cases that are right, 0 to 1; NaN for no case. Raises ValueError on different lengths."""
    hits = [true == named for true, named in zip(truth, said, strict=True)]
    return sum(hits) / len(hits) if hits else float("nan")


def f1_by_class(truth: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """Return the F1 (0 to 1) of each class that stands in the truth. Raises ValueError on different lengths."""
    pairs = list(zip(truth, said, strict=True))
    scores = {}
    for name in sorted(set(truth)):
        hits = sum(true == named == name for true, named in pairs)
        scores[name] = 2 * hits / (sum(true == name for true, _ in pairs) + sum(named == name for _, named in pairs))
    return scores


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """Return the mean F1 over the classes of the truth; NaN for no case."""
    scores = f1_by_class(truth, said)
    return sum(scores.values()) / len(scores) if scores else float("nan")


def share(cases: Sequence[bool]) -> float:
    """Return the share of cases that hold, 0 to 1; NaN for none."""
    return sum(cases) / len(cases) if cases else float("nan")


@dataclass(frozen=True)
class Figure:
    """One line of a report: what was measured, over how many cases, and the value to reach, where the shop has one."""

    name: str
    value: float
    cases: int
    low: float | None = None
    high: float | None = None
    goal: float | None = None
    at_most: bool = False
    """The goal is a limit: the value shall not pass it."""
    calibration_error: float | None = None


def figure_of_mean(name: str, values: Values, *, goal: float | None = None) -> Figure:
    """Return the mean over queries with its 95 % interval."""
    found = paired_bootstrap(values)
    cases = int((~np.isnan(values)).sum())
    return Figure(name, found.value, cases, low=found.low, high=found.high, goal=goal)
