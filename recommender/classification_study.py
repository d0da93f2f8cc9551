"""How well categories are told from words, photos and both: by repeated cross-validation, or on a held-out set."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import StudySetUnreadable
from recommender.evaluation import expected_calibration_error, f1_by_class, paired_bootstrap
from recommender.near_duplicates import duplicate_groups
from recommender.softmax_head import Probabilities
from recommender.study_features import StudyFeatures, StudyReaders, study_features, words_again
from recommender.study_models import Truth, fused, grouped_folds, part_answers, words_first
from recommender.study_sets import StudyProduct, StudySet, masked, without_rare

MODELS = ("text", "image", "both")
FOLDS = 5
COMPARED = (("both", "text"), ("both", "image"), ("text", "image"), ("both", "words"), ("text", "words"))
"""Models, and parts alone, whose answers are compared; the first is hoped to be better."""

Progress = Callable[[int, int], None]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """How good one model's answers are; interval: of the accuracy, 95 %, products drawn again (both repeats of one)."""

    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macro_f1: float
    ari: float
    ece: float
    seconds: float
    accuracy_by_seed: tuple[float, ...]
    accuracy_by_category: Mapping[str, float]
    f1_by_category: Mapping[str, float]
    parts: tuple[str, ...]


@dataclass(frozen=True)
class McNemar:
    """Who alone is right how often, and how probable such a difference is by chance (two-sided, exact)."""

    first_alone: int
    second_alone: int
    p: float


@dataclass(frozen=True)
class Comparison:
    """Two models on the same products.

    pooled: all repeats' answers together; repeats share their products, so its p is too small by an unknown factor.
    by_product: each product once, by its mean probabilities over the repeats: independent cases, so this p is a test.
    by_seed: each repeat on its own.
    """

    first: str
    second: str
    gain: float
    gain_low: float
    gain_high: float
    pooled: McNemar
    by_product: McNemar
    by_seed: tuple[McNemar, ...]


@dataclass(frozen=True)
class _Answers:
    """A model's out-of-fold probabilities, shape (seeds, products, categories), and its mean seconds of training."""

    chances: NDArray[np.float64]
    seconds: float
    parts: tuple[str, ...]


def study_report(
    studied: StudySet,
    readers: StudyReaders,
    *,
    seeds: Sequence[int],
    mask: bool,
    processes: int = 1,
    on_photos: Progress = lambda done, total: None,
    on_folds: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """Return the report on a folder's products as plain numbers: `models`, `parts`, `comparisons`, and, with `mask`,
    the same under `masked`, for titles without the words of types and colours.

    Raises StudySetUnreadable when there is nothing to tell apart.
    """
    chosen = without_rare(studied)
    features = study_features(chosen.products, readers, on_photos)
    whole = 2 if mask else 1
    rounds = len(seeds) * FOLDS

    def report(done: int, part: int = 0) -> None:
        on_folds(part * rounds + done, whole * rounds)

    truth = _truth(chosen.products, features)
    found = {
        "folder": str(chosen.folder),
        "products": len(chosen.products),
        "categories": len(truth.names),
        "duplicate_groups": int(truth.groups.max() + 1),
        "folds": FOLDS,
        "seeds": list(seeds),
        "notes": [*chosen.notes, *features.notes],
        **_cross_validated(features, truth, seeds, processes, report),
    }
    if mask:
        hidden = words_again(masked(chosen).products, readers, features)
        found["masked"] = _cross_validated(hidden, truth, seeds, processes, lambda done: report(done, 1))
    return found


def study_held_out(
    train: StudySet, test: StudySet, readers: StudyReaders, *, on_photos: Progress = lambda done, total: None
) -> dict[str, Any]:
    """Return for text, image and both what a training on one folder is worth on another: accuracy, macro_f1, ece,
    ari, seconds; a model whose input nobody has is null.

    A category that the training folder lacks counts as a miss. Raises StudySetUnreadable.
    """
    if len(set(train.categories)) < 2:
        raise StudySetUnreadable(f"{train.folder / 'products.csv'} has one category alone: nothing to tell apart")
    products = (*train.products, *test.products)
    features = study_features(products, readers, on_photos)
    truth = _truth(products, features, names=sorted(set(train.categories)))
    known = np.arange(len(train.products))
    asked = np.arange(len(train.products), len(products))
    wanted = [model for model in MODELS if features.of(model)]
    answers = _fold_answers(wanted, features, truth, known, asked, seed=0)
    said: dict[str, Any] = dict.fromkeys(MODELS)
    for model, (chances, seconds) in answers.items():
        said[model] = asdict(_judged(_Answers(chances[None], seconds, features.of(model)), truth, rows=asked))
    notes = [*(f"train: {note}" for note in train.notes), *(f"test: {note}" for note in test.notes), *features.notes]
    known_before = int(np.isin(truth.groups[asked], truth.groups[known]).sum())
    if known_before:
        notes.append(
            f"{known_before} of the {len(asked)} products to be judged on are, or nearly are, products learned from: "
            "these figures are better than those of new products will be"
        )
    strange = sorted(set(test.categories) - set(truth.names))
    if strange:
        notes.append(f"test has categories that train lacks, so they are misses: {', '.join(strange)}")
    return {"train": len(known), "test": len(asked), "notes": notes, **said}


def _cross_validated(
    features: StudyFeatures, truth: Truth, seeds: Sequence[int], processes: int, on_fold: Callable[[int], None]
) -> dict[str, Any]:
    import joblib

    wanted = [model for model in MODELS if features.of(model)]
    names = (*wanted, *(part for part in features.parts if part != "joined"))
    shape = (len(seeds), len(truth.categories), len(truth.names))
    chances = {name: np.zeros(shape) for name in names}
    seconds: dict[str, list[float]] = {name: [] for name in names}
    everyone = np.arange(len(truth.categories))
    rounds = [
        (number, known, asked)
        for number, seed in enumerate(seeds)
        for known, asked in grouped_folds(everyone, truth, folds=FOLDS, seed=seed)
    ]
    answered = joblib.Parallel(n_jobs=processes, return_as="generator")(
        joblib.delayed(_fold_answers)(names, features, truth, known, asked, seed=seeds[number])
        for number, known, asked in rounds
    )
    for done, ((number, _, asked), found) in enumerate(zip(rounds, answered, strict=True), start=1):
        for name, (said, spent) in found.items():
            chances[name][number, asked] = said
            seconds[name].append(spent)
        on_fold(done)
    made = {
        name: _Answers(chances[name], float(np.mean(seconds[name])), features.of(name) if name in wanted else (name,))
        for name in names
    }
    judged = {name: asdict(_judged(answers, truth)) for name, answers in made.items()}
    compared = [_compared(one, two, made, truth) for one, two in COMPARED if one in made and two in made]
    return {
        "models": {name: judged.get(name) for name in MODELS},
        "parts": {name: figures for name, figures in judged.items() if name not in MODELS},
        "comparisons": [asdict(one) for one in compared],
    }


def _fold_answers(
    names: Sequence[str],
    features: StudyFeatures,
    truth: Truth,
    known: NDArray[np.int64],
    asked: NDArray[np.int64],
    *,
    seed: int,
) -> dict[str, tuple[Probabilities, float]]:
    """Return each model's, and each part's, probabilities for `asked`, and its seconds with those of its features."""
    answers = {part: part_answers(part, features, truth, known, asked, seed=seed) for part in features.parts}
    parts_of = {name: features.of(name) if name in MODELS else (name,) for name in names}
    heads, seconds = {}, {}
    for name, parts in parts_of.items():
        begun = time.perf_counter()
        heads[name] = fused({part: answers[part] for part in parts}, known, truth, seed=seed)
        seconds[name] = time.perf_counter() - begun
    said = {name: head.asked for name, head in heads.items()}
    if {"text", "image", "both"} <= heads.keys():
        said["both"] = words_first(heads["text"], heads["both"], known, truth)
        seconds["both"] += seconds["text"]
    spent = {part: answers[part].seconds + features.seconds.get(part, 0) for part in answers}
    return {name: (said[name], seconds[name] + sum(spent[part] for part in parts_of[name])) for name in names}


def _truth(products: Sequence[StudyProduct], features: StudyFeatures, names: Sequence[str] = ()) -> Truth:
    """Return what the products are as numbers; -1 for a category that is not among `names`."""
    listed = tuple(names) or tuple(sorted({product.category for product in products}))
    column = {name: number for number, name in enumerate(listed)}
    categories = np.array([column.get(product.category, -1) for product in products], np.int64)
    fine_names = sorted({(product.category, product.fine) for product in products if product.category in column})
    said = any(fine for _, fine in fine_names)
    fine_column = {name: number for number, name in enumerate(fine_names)} if said else {}
    fine = np.array([fine_column.get((product.category, product.fine), -1) for product in products], np.int64)
    fine_category = np.array([column[category] for category, _ in fine_column], np.int64)
    everyone = np.arange(len(products))
    photos = _unit(features.blocks["encoder"][0]) if "encoder" in features.blocks else None
    words = features.words.weighed(everyone) if features.words else np.zeros((len(products), 1), np.float32)
    return Truth(listed, categories, fine, fine_category, duplicate_groups(words, photos))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return found


def _judged(answers: _Answers, truth: Truth, rows: NDArray[np.int64] | None = None) -> Judged:
    from sklearn.metrics import adjusted_rand_score

    right = truth.categories if rows is None else truth.categories[rows]
    said = answers.chances.argmax(axis=2)
    hits = (said == right).astype(float)
    interval = paired_bootstrap(hits.mean(axis=0))
    true_names = [truth.names[one] if one >= 0 else "" for one in right]
    f1 = [f1_by_class(true_names, [truth.names[one] for one in repeat]) for repeat in said]
    by_category = {name: float(hits[:, right == number].mean()) for number, name in enumerate(truth.names)
                   if (right == number).any()}  # fmt: skip
    sure = answers.chances.max(axis=2)
    return Judged(
        accuracy=interval.value,
        accuracy_low=interval.low,
        accuracy_high=interval.high,
        macro_f1=float(np.mean([np.mean(list(one.values())) for one in f1])),
        ari=float(np.mean([adjusted_rand_score(right, repeat) for repeat in said])),
        ece=float(np.mean([expected_calibration_error(p, hit > 0) for p, hit in zip(sure, hits, strict=True)])),
        seconds=answers.seconds,
        accuracy_by_seed=tuple(float(one) for one in hits.mean(axis=1)),
        accuracy_by_category=by_category,
        f1_by_category={name: float(np.mean([one[name] for one in f1])) for name in f1[0] if name},
        parts=answers.parts,
    )


def _compared(first: str, second: str, made: Mapping[str, _Answers], truth: Truth) -> Comparison:
    right = truth.categories
    hits = {name: made[name].chances.argmax(axis=2) == right for name in (first, second)}
    mean = {name: made[name].chances.mean(axis=0).argmax(axis=1) == right for name in (first, second)}
    gain = paired_bootstrap(hits[first].mean(axis=0), hits[second].mean(axis=0))
    return Comparison(
        first,
        second,
        gain.value,
        gain.low,
        gain.high,
        mcnemar(hits[first].ravel(), hits[second].ravel()),
        mcnemar(mean[first], mean[second]),
        tuple(mcnemar(one, two) for one, two in zip(hits[first], hits[second], strict=True)),
    )


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """Return the exact two-sided test (McNemar 1947, binomial) that two models are right equally often."""
    alone, other = int((first & ~second).sum()), int((~first & second).sum())
    cases = alone + other
    tail = sum(comb(cases, few) for few in range(min(alone, other) + 1))
    # Whole numbers: thousands of cases have powers that no float holds.
    return McNemar(alone, other, min(1.0, 2 * tail / 2**cases))
