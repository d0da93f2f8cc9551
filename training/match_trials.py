"""Trials of "no good match": queries asked of galleries drawn by lot, often with types of garments removed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.abstention import NEIGHBOURS, Asked, MatchCalibration, MatchEvidence, Nearest, Question
from recommender.ports import Embeddings
from recommender.similar import combine
from training.match_pictures import Seen
from training.retrieval_data import USER_CLASS_TYPES

FEWEST_SHOWN, MOST_SHOWN = 300, 3000
REMOVALS = ("none", "classes", "types", "families")


@dataclass(frozen=True)
class Queries:
    """Queries of one source: what is asked, and which types answer each (bool, (n, types)); rows that are one thing."""

    source: str
    names: list[str]
    questions: list[Question]
    answers: NDArray[np.bool_]
    groups: list[str]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Shown:
    """A gallery to draw from; types: bool (n, types)."""

    vectors: Embeddings
    types: NDArray[np.bool_]
    groups: NDArray[np.str_]


@dataclass(frozen=True)
class Trial:
    """One query asked of one gallery. relevant: how many of the gallery's photos are of its kind."""

    source: str
    name: str
    removal: str
    shown: int
    relevant: int
    matched: bool
    evidence: MatchEvidence


def type_marks(kinds: NDArray[np.str_], types: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return bool (n, types) of kinds written as `A|B`."""
    places = {name: place for place, name in enumerate(types)}
    marks = np.zeros((len(kinds), len(types)), bool)
    for row, kind in enumerate(kinds):
        marks[row, [places[name] for name in str(kind).split("|") if name in places]] = True
    return marks


def photo_queries(source: str, seen: Seen, answers: NDArray[np.bool_]) -> Queries:
    """Return each picture as a query."""
    questions = [
        Question(photo=vector, garment_confidence=float(confidence))
        for vector, confidence in zip(seen.vectors, seen.confidences, strict=True)
    ]
    return Queries(source, [str(name) for name in seen.names], questions, answers, [str(one) for one in seen.groups])


def some(queries: Queries, rows: NDArray[np.intp]) -> Queries:
    """Return these rows."""
    chosen = [int(row) for row in rows]
    return Queries(
        queries.source,
        [queries.names[row] for row in chosen],
        [queries.questions[row] for row in chosen],
        queries.answers[chosen],
        [queries.groups[row] for row in chosen],
    )


def removed_types(
    removal: str, types: tuple[str, ...], families: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which types are not in the gallery, bool (types,). families: (types,), alike where easily confused."""
    removed = np.zeros(len(types), bool)
    if removal == "classes":
        for name in rng.choice(list(USER_CLASS_TYPES), rng.integers(1, 4), replace=False):
            removed |= np.isin(types, list(USER_CLASS_TYPES[str(name)]))
    elif removal == "types":
        removed = rng.random(len(types)) < rng.uniform(0.1, 0.5)
    elif removal == "families":
        removed = (rng.random(families.max() + 1) < rng.uniform(0.1, 0.5))[families]
    return removed


def drawn_gallery(
    shown: Shown, removed: NDArray[np.bool_], rng: np.random.Generator, *, most: int = MOST_SHOWN
) -> Shown:
    """Return some hundred to thousand photos without the removed types, drawn by lot."""
    kept = rng.permutation(np.flatnonzero(~(shown.types & removed).any(axis=1)))
    wanted = int(np.exp(rng.uniform(np.log(FEWEST_SHOWN), np.log(most))))
    rows = kept[:wanted]
    return Shown(shown.vectors[rows], shown.types[rows], shown.groups[rows])


def asked_of(gallery: Shown, queries: Queries, calibration: MatchCalibration, *, removal: str) -> Iterator[Trial]:
    """Ask every query; products of the query's own group are left out of the gallery."""
    vectors = np.stack([combine(question.photo, question.words) for question in queries.questions])
    likeness = vectors @ gallery.vectors.T
    likeness[np.array(queries.groups)[:, None] == gallery.groups[None]] = -2.0
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :NEIGHBOURS]
    for row, question in enumerate(queries.questions):
        found = nearest[row]
        right = (gallery.types & queries.answers[row]).any(axis=1)
        hits = right[found]
        yield Trial(
            source=queries.source,
            name=queries.names[row],
            removal=removal,
            shown=len(gallery.vectors),
            relevant=int(right[likeness[row] > -2.0].sum()),
            matched=bool(hits[0] or hits.sum() >= NEIGHBOURS / 2),
            evidence=calibration.evidence(question, Nearest(gallery.vectors[found], likeness[row, found])),
        )


def is_asked(trials: list[Trial], asked: Asked) -> list[Trial]:
    """Return the trials of one kind of query."""
    return [trial for trial in trials if trial.evidence.asked is asked]
