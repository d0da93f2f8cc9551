"""Whether the nearest products answer a query at all: evidence -> a calibrated probability of a good match.

A match is good when the nearest product, or at least half of the ten nearest, is of the query's kind. The probability
is that of two things together: the query looks like a garment that was known at calibration, and what is near it is of
its kind. Both are calibrated for one encoder (`training/match_calibration.py`); for another there is no probability.
"""

import base64
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import MatchCalibrationDamaged, MatchCalibrationMissing
from recommender.ports import Embedding, Embeddings, EncoderIdentity

Floats = NDArray[np.float64]

NEIGHBOURS = 10
"""How many of the nearest products are looked at."""

_LEAST, _MOST = 1e-4, 1 - 1e-4
_LEAST_CONFIDENCE = 0.25
_LEAST_GAP = 1e-3
FINAL_WEIGHTS = 4


PARTS = ("garment", "whole photo", "words")
"""What can look familiar: a garment that the segmenter saw, a photo taken whole, words."""
BOTH = "both"
CASES = (*PARTS, BOTH)
"""Kinds of query: one part, or a photo and words."""


@dataclass(frozen=True)
class Question:
    """A query's parts, unit length, at least one; of a photo also what the segmenter saw, of words the words.

    garment_confidence: of the garment that is searched for, 0 to 1, and 0 where the whole photo stands for it.
    """

    photo: Embedding | None = None
    words: Embedding | None = None
    garment_confidence: float = 0.0
    text: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """Which of PARTS the query has."""
        photo = () if self.photo is None else ("garment" if self.garment_confidence > 0 else "whole photo",)
        return photo if self.words is None else (*photo, "words")


@dataclass(frozen=True)
class Nearest:
    """The first NEIGHBOURS answers (fewer in a small gallery), best first: rows (n, dim) and cosines (n,)."""

    vectors: Embeddings
    similarities: NDArray[np.floating[Any]]


@dataclass(frozen=True)
class GarmentMap:
    """Where known garments lie among an encoder's vectors: a Gaussian a kind, with one covariance for all.

    whitening: (dim, dim); means: (kinds, dim), whitened; log_priors: (kinds,); answers, loose_answers: bool (kinds,
    types), the article types that answer a kind, and those that a shopper would take for them; shown: bool (kinds,),
    kinds of catalogue photos; softness: the temperature of the kinds' probabilities.
    """

    whitening: Floats
    means: Floats
    log_priors: Floats
    answers: NDArray[np.bool_]
    loose_answers: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    softness: float

    def distances(self, vectors: Embeddings) -> Floats:
        """Return squared Mahalanobis distances a dimension, (n, kinds), about 1 for a known garment's own kind."""
        whitened = vectors.astype(np.float64) @ self.whitening
        squares = (whitened**2).sum(axis=1)[:, None] + (self.means**2).sum(axis=1) - 2 * whitened @ self.means.T
        distances: Floats = np.maximum(squares, 0) / self.whitening.shape[1]
        return distances

    def kind_probabilities(self, distances: Floats) -> Floats:
        """Return how probable each kind is, (n, kinds), rows summing to 1."""
        return _softmax(self.log_priors - distances * self.whitening.shape[1] / (2 * self.softness))

    def type_probabilities(self, vectors: Embeddings) -> Floats:
        """Return how probable each article type is for catalogue photos, (n, types), rows summing to 1."""
        distances = np.where(self.shown, self.distances(vectors), np.inf)
        answers = self.answers / np.maximum(self.answers.sum(axis=1, keepdims=True), 1)
        probabilities: Floats = self.kind_probabilities(distances) @ answers
        return probabilities


@dataclass(frozen=True)
class Recognised:
    """A question on the maps: how probable each kind is for its parts, (kinds,), and their distance to the nearest."""

    parts: tuple[str, ...]
    garment_confidence: float
    photo_kinds: Floats | None
    words_kinds: Floats | None
    strangeness: float
    words_strangeness: float
    known_words: float


@dataclass(frozen=True)
class MatchEvidence:
    """What speaks for a good match. Distances only speak against it, all else for it.

    strangeness: distance of the photo (words_strangeness: of the words) to the nearest kind of garment, 0 where there
    is none; known_words: the share of the words that speak of clothes;
    answered: the probability that the nearest, or half of the ten nearest, is of the query's kind, as the
    kinds look; loosely: of a kind that is easily taken for it; best, mean: cosines of the nearest and of the ten;
    agreement: mean cosine of the ten with each other.
    """

    parts: tuple[str, ...]
    strangeness: float
    words_strangeness: float
    known_words: float
    garment_confidence: float
    answered: float
    loosely: float
    best: float
    mean: float
    agreement: float

    @property
    def case(self) -> str:
        """Which of CASES the query is."""
        return self.parts[0] if len(self.parts) == 1 else BOTH


@dataclass(frozen=True)
class MatchJudgement:
    """match_probability: 0 to 1; both are None where the calibration is for another encoder."""

    match_probability: float | None
    no_good_match: bool | None


UNJUDGED = MatchJudgement(None, None)
NOTHING_THERE = MatchJudgement(0.0, True)


@dataclass(frozen=True)
class Gate:
    """A logistic regression: for each name of evidence the weight of its `term`, 0 or more."""

    bias: float
    weights: Mapping[str, float]

    def log_odds(self, evidence: MatchEvidence) -> float:
        """Return the logarithm of the odds."""
        return self.bias + sum(weight * term(name, evidence) for name, weight in self.weights.items())


@dataclass(frozen=True)
class Lexicon:
    """Words that speak of clothes (telling), and those around them that say nothing (filling), as `plain_words`."""

    telling: frozenset[str]
    filling: frozenset[str]

    def share_known(self, text: str) -> float:
        """Return the share of telling words among those that do not just fill, 0 to 1; 0 for none."""
        said = [word for word in plain_words(text) if word in self.telling or word not in self.filling]
        return sum(word in self.telling for word in said) / len(said) if said else 0.0


@dataclass(frozen=True)
class MatchCalibration:
    """What turns evidence into a probability, for one encoder.

    familiar: the gates of looking like a known garment, by PARTS. By CASES: kindred, the gates of being answered;
    final, the regression of the outcome on both (`together`); thresholds, below which there is no good match.
    """

    encoder: EncoderIdentity
    segmenter: str
    types: tuple[str, ...]
    photos: GarmentMap
    words: GarmentMap
    lexicon: Lexicon
    familiar: Mapping[str, Gate]
    kindred: Mapping[str, Gate]
    final: Mapping[str, tuple[float, ...]]
    thresholds: Mapping[str, float]

    @classmethod
    def read(cls, path: Path) -> "MatchCalibration":
        """Return the calibration of a file. Raises MatchCalibrationMissing or MatchCalibrationDamaged."""
        try:
            return _calibration(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise MatchCalibrationMissing(path) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MatchCalibrationDamaged(path, repr(error)) from error

    def write(self, path: Path) -> None:
        """Write the calibration as JSON; arrays are base64 of little-endian float16."""
        said = {
            "encoder": _identity_said(self.encoder),
            "segmenter": self.segmenter,
            "thresholds": dict(self.thresholds),
            "final": {case: list(weights) for case, weights in self.final.items()},
            "familiar": {case: asdict(gate) for case, gate in self.familiar.items()},
            "kindred": {case: asdict(gate) for case, gate in self.kindred.items()},
            "types": list(self.types),
            "telling_words": " ".join(sorted(self.lexicon.telling)),
            "filling_words": " ".join(sorted(self.lexicon.filling)),
            "photos": _map_said(self.photos),
            "words": _map_said(self.words),
        }
        path.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")

    def judge(self, question: Question, nearest: Nearest, *, encoder: EncoderIdentity) -> MatchJudgement:
        """Say how probable a good match is; UNJUDGED for an encoder that the calibration does not know."""
        if encoder != self.encoder:
            return UNJUDGED
        if not len(nearest.vectors):
            return NOTHING_THERE
        first = Nearest(nearest.vectors[:NEIGHBOURS], nearest.similarities[:NEIGHBOURS])
        evidence = self.evidence(self.recognise(question), first, self.photos.type_probabilities(first.vectors))
        probability = self.probability(evidence)
        return MatchJudgement(round(probability, 4), probability < self.thresholds[evidence.case])

    def recognise(self, question: Question) -> Recognised:
        """Return where a question of this calibration's encoder lies on the maps."""
        photo_kinds, strangeness = _placed(self.photos, question.photo)
        words_kinds, words_strangeness = _placed(self.words, question.words)
        return Recognised(
            question.parts,
            question.garment_confidence,
            photo_kinds,
            words_kinds,
            strangeness,
            words_strangeness,
            self.lexicon.share_known(question.text),
        )

    def evidence(self, recognised: Recognised, nearest: Nearest, types: Floats) -> MatchEvidence:
        """Return the evidence of a query; nearest: at least one; types: their type probabilities, (n, types)."""
        answered = (1.0, 1.0)
        if recognised.photo_kinds is not None:
            answered = answered_by(self.photos, recognised.photo_kinds, types)
        if recognised.words_kinds is not None:
            answered = answered_by(self.words, recognised.words_kinds, types, open_kinds=answered)
        return MatchEvidence(
            parts=recognised.parts,
            strangeness=recognised.strangeness,
            words_strangeness=recognised.words_strangeness,
            known_words=recognised.known_words,
            garment_confidence=recognised.garment_confidence,
            answered=answered[0],
            loosely=answered[1],
            best=float(nearest.similarities[0]),
            mean=float(np.mean(nearest.similarities)),
            agreement=agreement_of(nearest.vectors),
        )

    def probability(self, evidence: MatchEvidence) -> float:
        """Return how probable a good match is, 0 to 1."""
        weights = self.final[evidence.case]
        return _sigmoid(sum(weight * value for weight, value in zip(weights, self.together(evidence), strict=True)))

    def together(self, evidence: MatchEvidence) -> tuple[float, float, float, float]:
        """Return 1, and what rises with the gates: the log odds of all, the logarithms of familiar and of kindred."""
        kindred = _sigmoid(self.kindred[evidence.case].log_odds(evidence))
        familiar = math.prod(_sigmoid(self.familiar[part].log_odds(evidence)) for part in evidence.parts)
        kept = max(familiar, _LEAST), max(kindred, _LEAST)
        return 1.0, log_odds(familiar * kindred), math.log(kept[0]), math.log(kept[1])


def _placed(known: GarmentMap, vector: Embedding | None) -> tuple[Floats | None, float]:
    if vector is None:
        return None, 0.0
    distances = known.distances(vector[None])
    return known.kind_probabilities(distances)[0], float(distances.min())


def answered_by(
    known: GarmentMap, kinds: Floats, types: Floats, *, open_kinds: tuple[float, float] = (1.0, 1.0)
) -> tuple[float, float]:
    """Return the probabilities (strict, loose) that the first, or half of the answers, is of the query's kind.

    kinds: (kinds,), of the query; types: (n, types), of the answers. open_kinds: what stands for kinds that all types
    answer ("something red"): the photo's beside the words.
    """
    is_open = known.answers.all(axis=1)
    found = []
    for answers, instead in zip((known.answers, known.loose_answers), open_kinds, strict=True):
        each = np.where(is_open, instead, first_or_half(types @ answers.T))
        found.append(float(kinds @ each))
    return min(found[0], 1.0), min(found[1], 1.0)


def first_or_half(right: Floats) -> Floats:
    """Return the probability that the first row, or at least half of the rows, is right, for each column.

    right: (n, columns), each row's probability; rows are taken as independent (a Poisson binomial distribution).
    """
    needed = math.ceil(len(right) / 2)
    counts = np.zeros((needed, right.shape[1]))
    counts[0] = 1.0
    for row in right[1:]:
        counts[1:] = counts[1:] * (1 - row) + counts[:-1] * row
        counts[0] *= 1 - row
    # What is left in `counts` has too few right rows, were the first one wrong.
    together: Floats = 1 - (1 - right[0]) * counts.sum(axis=0)
    return together


def plain_words(text: str) -> list[str]:
    """Return the stems of a text's words, in small letters without accents: `robes`, `Robe` -> `rob`."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[^\W\d_]{2,}", "".join(one for one in letters if not unicodedata.combining(one)))
    return [re.sub(r"(?<=...)[esx]+$", "", word) for word in words]


def agreement_of(vectors: Embeddings) -> float:
    """Return the mean cosine of unit-length rows with each other; 1 for a single row."""
    rows = len(vectors)
    if rows < 2:
        return 1.0
    return float((np.linalg.norm(vectors.sum(axis=0)) ** 2 - rows) / (rows * (rows - 1)))


def term(name: str, evidence: MatchEvidence) -> float:
    """Return what a gate weighs: log odds of probabilities, minus the logarithm of distances, most cosines as they are.

    The best cosine counts by what it lacks to 1: between the same thing and a like one there is little room left.

    More of any term speaks for a good match.
    """
    value = float(getattr(evidence, name))
    if name == "garment_confidence":
        return log_odds(max(value, _LEAST_CONFIDENCE))
    if name == "best":
        return -math.log(max(1 - value, _LEAST_GAP))
    if name.endswith("strangeness"):
        return -math.log(max(value, _LEAST))
    return value if name in ("mean", "agreement", "known_words") else log_odds(value)


def log_odds(probability: float) -> float:
    """Return the logarithm of the odds of a probability, which is kept off 0 and 1."""
    kept = min(max(probability, _LEAST), _MOST)
    return math.log(kept / (1 - kept))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -40.0), 40.0)))


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _identity_said(encoder: EncoderIdentity) -> dict[str, object]:
    return {"encoder_id": encoder.encoder_id, "revision": encoder.revision, "dim": encoder.dim}


def _map_said(known: GarmentMap) -> dict[str, object]:
    return {
        "softness": known.softness,
        "shape": [*known.means.shape, known.answers.shape[1]],
        "answers": [np.flatnonzero(row).tolist() for row in known.answers],
        "loose_answers": [np.flatnonzero(row).tolist() for row in known.loose_answers],
        "shown": np.flatnonzero(known.shown).tolist(),
        "log_priors": [round(float(value), 4) for value in known.log_priors],
        "whitening": _packed(known.whitening),
        "means": _packed(known.means),
    }


def _packed(values: Floats) -> str:
    return base64.b64encode(values.astype("<f2").tobytes()).decode()


def _unpacked(content: str, rows: int, columns: int) -> Floats:
    return np.frombuffer(base64.b64decode(content), "<f2").astype(np.float64).reshape(rows, columns)


def _map_from(said: Mapping[str, Any]) -> GarmentMap:
    kinds, dim, types = said["shape"]
    return GarmentMap(
        whitening=_unpacked(said["whitening"], dim, dim),
        means=_unpacked(said["means"], kinds, dim),
        log_priors=np.array(said["log_priors"], np.float64).reshape(kinds),
        answers=_marked(said["answers"], kinds, types),
        loose_answers=_marked(said["loose_answers"], kinds, types),
        shown=_marked([said["shown"]], 1, kinds)[0],
        softness=float(said["softness"]),
    )


def _marked(places: Sequence[Sequence[int]], rows: int, columns: int) -> NDArray[np.bool_]:
    marked = np.zeros((rows, columns), bool)
    for row, found in zip(marked, places, strict=True):
        row[found] = True
    return marked


def _calibration(said: Mapping[str, Any]) -> MatchCalibration:
    gates = {part: {case: Gate(**gate) for case, gate in said[part].items()} for part in ("familiar", "kindred")}
    if set(gates["familiar"]) != set(PARTS):
        raise ValueError("a familiar gate is missing")
    if any(set(by_case) != set(CASES) for by_case in (gates["kindred"], said["final"], said["thresholds"])):
        raise ValueError("a case is missing")
    if any(len(weights) != FINAL_WEIGHTS for weights in said["final"].values()):
        raise ValueError("a weight is missing")
    return MatchCalibration(
        encoder=EncoderIdentity(**said["encoder"]),
        segmenter=str(said["segmenter"]),
        types=tuple(said["types"]),
        photos=_map_from(said["photos"]),
        words=_map_from(said["words"]),
        lexicon=Lexicon(frozenset(said["telling_words"].split()), frozenset(said["filling_words"].split())),
        familiar=gates["familiar"],
        kindred=gates["kindred"],
        final={case: tuple(float(weight) for weight in weights) for case, weights in said["final"].items()},
        thresholds={case: float(value) for case, value in said["thresholds"].items()},
    )
