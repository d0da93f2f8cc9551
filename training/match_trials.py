"""Trials of "no good match": queries asked of galleries drawn by lot, often with types of garments removed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.abstention import NEIGHBOURS, Floats, MatchCalibration, MatchEvidence, Nearest, Question
from recommender.ports import Embeddings
from recommender.similar import combine
from training.match_pictures import Seen
from training.retrieval_data import USER_CLASS_TYPES

FEWEST_SHOWN, MOST_SHOWN = 300, 3000
FOLDS = 2
REMOVALS = ("none", "classes", "types", "likes")


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

    def only(self, rows: NDArray[np.intp]) -> "Queries":
        """Return these rows."""
        chosen = [int(row) for row in rows]
        names, questions, groups = ([column[row] for row in chosen] for column in self._columns)
        return Queries(self.source, names, questions, self.answers[chosen], groups)

    @property
    def _columns(self) -> tuple[list[Any], list[Any], list[Any]]:
        return self.names, self.questions, self.groups


@dataclass(frozen=True)
class Shown:
    """A gallery to draw from; types: bool (n, types); probable: how probable the map finds them, (n, types)."""

    vectors: Embeddings
    types: NDArray[np.bool_]
    groups: NDArray[np.str_]
    probable: Floats

    def only(self, rows: NDArray[np.intp]) -> "Shown":
        """Return these rows."""
        return Shown(self.vectors[rows], self.types[rows], self.groups[rows], self.probable[rows])


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


def removed_types(
    removal: str, types: tuple[str, ...], likes: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which types are not in the gallery, bool (types,). likes: (types,), groups that leave it together."""
    removed = np.zeros(len(types), bool)
    if removal == "classes":
        for name in rng.choice(list(USER_CLASS_TYPES), rng.integers(1, 4), replace=False):
            removed |= np.isin(types, list(USER_CLASS_TYPES[str(name)]))
    elif removal == "types":
        removed = rng.random(len(types)) < rng.uniform(0.1, 0.5)
    elif removal == "likes":
        removed = (rng.random(likes.max() + 1) < rng.uniform(0.1, 0.5))[likes]
    return removed


def drawn_gallery(
    shown: Shown, removed: NDArray[np.bool_], rng: np.random.Generator, *, most: int = MOST_SHOWN
) -> Shown:
    """Return some hundred to thousand photos without the removed types, drawn by lot."""
    kept = rng.permutation(np.flatnonzero(~(shown.types & removed).any(axis=1)))
    wanted = int(np.exp(rng.uniform(np.log(FEWEST_SHOWN), np.log(most))))
    rows = kept[:wanted]
    return shown.only(rows)


def fold_of(name: str) -> int:
    """Return the fold of a query, the same at every run: what is fitted without it may judge it."""
    return sum(name.encode()) % FOLDS


def asked_of(gallery: Shown, queries: Queries, by_fold: Sequence[MatchCalibration], *, removal: str) -> Iterator[Trial]:
    """Ask every query; products of the query's own group are left out of the gallery.

    by_fold: for each fold the calibration whose maps recognise its queries.
    """
    vectors = np.stack([combine(question.photo, question.words) for question in queries.questions])
    likeness = vectors @ gallery.vectors.T
    likeness[np.array(queries.groups)[:, None] == gallery.groups[None]] = -2.0
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :NEIGHBOURS]
    for row, question in enumerate(queries.questions):
        found = nearest[row]
        calibration = by_fold[fold_of(queries.names[row])]
        right = (gallery.types & queries.answers[row]).any(axis=1)
        hits = right[found]
        yield Trial(
            source=queries.source,
            name=queries.names[row],
            removal=removal,
            shown=len(gallery.vectors),
            relevant=int(right[likeness[row] > -2.0].sum()),
            matched=bool(hits[0] or hits.sum() >= NEIGHBOURS / 2),
            evidence=calibration.evidence(
                calibration.recognise(question),
                Nearest(gallery.vectors[found], likeness[row, found]),
                gallery.probable[found],
            ),
        )
