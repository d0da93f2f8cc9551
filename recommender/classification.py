"""A listing -> what its fields should say, learned from the shop's own products: words, photo, or both together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recommender.errors import (
    ListingEmpty,
    ListingPhotoOfAnotherEncoder,
    TooFewListingExamples,
    TrainingStopped,
)
from recommender.listing_words import ListingWords
from recommender.listings import (
    LISTING_FIELDS,
    FieldFacts,
    FieldSuggestion,
    Listing,
    ListingExample,
    NearExample,
    RankedValue,
)
from recommender.near_duplicates import duplicate_groups
from recommender.ports import Embeddings, EncoderIdentity
from recommender.softmax_head import Rows, SoftmaxHead, best_temperature, calibration_error, fit_head

BASES = ("text", "image", "both")
FEWEST_EXAMPLES = 20
"""A field is learned from at least so many examples."""
FEWEST_OF_A_VALUE = 3
"""A value that fewer examples have is not learned, and so never suggested."""
MOST_EXAMPLES = 20_000
"""Of more than these a seeded sample is learned from: training stays a matter of minutes."""
_KEPT_APART = 0.2
_STRENGTHS = (10.0, 60.0)
_PHOTO_WEIGHT = 0.7
_RANKED, _NEAR = 5, 3

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FieldModel:
    """The heads of one field, by basis, and what is known of them."""

    heads: Mapping[str, SoftmaxHead]
    facts: FieldFacts


@dataclass(frozen=True)
class ListingClassifier:
    """What was learned from examples; made by `train_listing_classifier` or `load_listing_classifier`.

    example_words and example_photos are the examples' features, a row each, for the nearest ones.
    """

    encoder: EncoderIdentity
    fields: Mapping[str, FieldModel]
    words: ListingWords
    photo_mean: NDArray[np.float32]
    example_keys: tuple[str, ...]
    example_values: tuple[Mapping[str, str], ...]
    example_words: Rows
    example_photos: Embeddings

    @property
    def facts(self) -> Mapping[str, FieldFacts]:
        """How well each field is told."""
        return {name: model.facts for name, model in self.fields.items()}

    def suggest(self, listing: Listing) -> Mapping[str, FieldSuggestion]:
        """Return a suggestion for each field that was learned.

        Raises ListingEmpty without words and photo, ListingPhotoOfAnotherEncoder for a photo of another dimension.
        """
        return self.suggest_many([listing])[0]

    def suggest_many(self, listings: Sequence[Listing]) -> list[Mapping[str, FieldSuggestion]]:
        """Return `suggest` of each listing, in order."""
        bases = [_basis(listing) for listing in listings]
        features = self._features(listings)
        near = [self._near(features, row) for row in range(len(listings))]
        found: list[dict[str, FieldSuggestion]] = [{} for _ in listings]
        for name, model in self.fields.items():
            for basis in set(bases):
                rows = [row for row, one in enumerate(bases) if one == basis]
                head = model.heads.get(basis)
                if head is None:
                    continue
                probabilities = head.probabilities(features.of(basis)[rows])
                for row, chances in zip(rows, probabilities, strict=True):
                    found[row][name] = self._suggestion(name, head, chances, near[row], basis)
        return list(found)

    def _features(self, listings: Sequence[Listing]) -> "_Features":
        photos = _photos(listings, self.encoder)
        return _Features(self.words.rows(listings), photos, self.photo_mean)

    def _near(self, features: "_Features", row: int) -> NDArray[np.float32]:
        """Return the similarity of each example: the mean cosine of what the listing and it both have."""
        total = np.zeros(len(self.example_keys), np.float32)
        shared = np.zeros(len(self.example_keys), np.float32)
        for mine, theirs in (
            (features.words[[row]].toarray()[0], self.example_words),
            (features.photos[row], self.example_photos),
        ):
            if mine.any():
                total += theirs @ (mine / np.linalg.norm(mine))
                shared += np.asarray(abs(theirs).sum(axis=1)).ravel() > 0
        return np.where(shared > 0, total / np.maximum(shared, 1), -1).astype(np.float32)

    def _suggestion(
        self, name: str, head: SoftmaxHead, chances: NDArray[np.float64], near: NDArray[np.float32], basis: str
    ) -> FieldSuggestion:
        order = np.argsort(-chances, kind="stable")[:_RANKED]
        ranked = tuple(RankedValue(head.values[column], float(chances[column])) for column in order)
        same = np.array([values.get(name) == ranked[0].value for values in self.example_values])
        # One that shares nothing with the listing is no reason.
        nearest = [row for row in np.argsort(-near, kind="stable") if same[row] and near[row] > 0][:_NEAR]
        examples = tuple(
            NearExample(self.example_keys[row], float(near[row]), self.example_values[row]) for row in nearest
        )
        return FieldSuggestion(ranked, examples, basis)


def train_listing_classifier(
    examples: Iterable[ListingExample],
    *,
    encoder: EncoderIdentity,
    fields: Sequence[str] = LISTING_FIELDS,
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
    seed: int = 0,
) -> ListingClassifier:
    """Return what these examples teach. `encoder` made their photos' embeddings.

    A field with fewer than FEWEST_EXAMPLES examples or with one value is left out; examples without words and photo
    are skipped. on_progress: (heads done, heads in all). The same examples and seed give the same classifier.
    Raises TooFewListingExamples when no field can be learned, TrainingStopped when should_stop says so,
    ListingPhotoOfAnotherEncoder for a photo of another dimension.
    """
    known = _sample([example for example in examples if _is_something(example.listing)], seed)
    wanted = {name: rows for name in fields if len(rows := _learnable(known, name))}
    if not wanted:
        raise TooFewListingExamples(len(known), FEWEST_EXAMPLES)
    training = _Training(known, encoder, seed)
    models = {}
    for number, (name, rows) in enumerate(wanted.items()):

        def report(heads: int, number: int = number) -> None:
            if should_stop():
                raise TrainingStopped
            on_progress(number * len(BASES) + heads, len(wanted) * len(BASES))

        models[name] = training.field_model(name, rows, report)
    on_progress(len(wanted) * len(BASES), len(wanted) * len(BASES))
    return training.classifier(models)


@dataclass(frozen=True)
class _Features:
    """The rows of some listings; a photo that is missing is a row of zeros."""

    words: Rows
    photos: Embeddings
    photo_mean: NDArray[np.float32]

    def of(self, basis: str) -> Rows:
        """Return the rows that the heads of a basis read: for both, the two concatenated and weighted."""
        if basis == "text":
            return self.words
        seen = self.photos.any(axis=1, keepdims=True)
        centred = np.where(seen, self.photos - self.photo_mean, 0).astype(np.float32)
        length = np.linalg.norm(centred, axis=1, keepdims=True)
        photos = centred / np.maximum(length, 1e-9)
        if basis == "image":
            return photos
        from scipy.sparse import csr_matrix, hstack

        return hstack([self.words, csr_matrix(_PHOTO_WEIGHT * photos)], format="csr", dtype=np.float32)


@dataclass
class _Training:
    """The features of all examples, and the side of each: learned from, or kept apart to judge."""

    examples: Sequence[ListingExample]
    encoder: EncoderIdentity
    seed: int
    features: _Features = field(init=False)
    words: ListingWords = field(init=False)
    apart: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        listings = [example.listing for example in self.examples]
        photos = _photos(listings, self.encoder)
        seen = photos[photos.any(axis=1)]
        mean = seen.mean(axis=0) if len(seen) else np.zeros(self.encoder.dim, np.float32)
        self.words = ListingWords.fit(listings)
        self.features = _Features(self.words.rows(listings), photos, mean.astype(np.float32))
        groups = duplicate_groups(self.features.words, photos)
        chances = np.random.default_rng(self.seed).permutation(groups.max() + 1) / (groups.max() + 1)
        self.apart = chances[groups] < _KEPT_APART

    def field_model(self, name: str, rows: NDArray[np.int64], report: Callable[[int], None]) -> FieldModel:
        """Return the heads of a field for the bases that its examples have."""
        heads: dict[str, SoftmaxHead] = {}
        accuracy: dict[str, float] = {}
        errors: dict[str, float] = {}
        for number, basis in enumerate(BASES):
            report(number)
            judged = _judged_head(self, name, rows[self._has(basis)[rows]], basis)
            if judged is not None:
                heads[basis], accuracy[basis], errors[basis] = judged
        values = {self.examples[row].values[name] for row in rows}
        facts = FieldFacts(len(rows), len(values), int(self.apart[rows].sum()), accuracy, errors)
        return FieldModel(heads, facts)

    def _has(self, basis: str) -> NDArray[np.bool_]:
        photo: NDArray[np.bool_] = np.any(self.features.photos, axis=1)
        words: NDArray[np.bool_] = np.diff(self.features.words.indptr) > 0
        present: dict[str, NDArray[np.bool_]] = {"text": words, "image": photo, "both": words & photo}
        return present[basis]

    def classifier(self, models: Mapping[str, FieldModel]) -> ListingClassifier:
        """Return the classifier of these fields."""
        from sklearn.preprocessing import normalize

        return ListingClassifier(
            self.encoder,
            models,
            self.words,
            self.features.photo_mean,
            tuple(example.key for example in self.examples),
            tuple(dict(example.values) for example in self.examples),
            normalize(self.features.words),
            self.features.photos,
        )


def _judged_head(
    training: _Training, name: str, rows: NDArray[np.int64], basis: str
) -> tuple[SoftmaxHead, float, float] | None:
    """Return the head fitted on all rows, with its accuracy and ECE on those kept apart; None when it cannot be."""
    values = np.array([training.examples[row].values[name] for row in rows])
    apart = training.apart[rows]
    if len(rows) < FEWEST_EXAMPLES or len(set(values[~apart])) < 2:
        return None
    features = training.features.of(basis)[rows]
    best: tuple[float, float, float, float] | None = None
    for strength in _STRENGTHS:
        head = fit_head(features[~apart], values[~apart], strength=strength)
        column = {value: number for number, value in enumerate(head.values)}
        right = np.array([column.get(value, -1) for value in values[apart]], np.int64)
        probabilities = head.probabilities(features[apart])
        temperature = best_temperature(probabilities, right)
        accuracy = float((probabilities.argmax(axis=1) == right).mean()) if len(right) else 0.0
        error = calibration_error(head.at(temperature).probabilities(features[apart]), right)
        if best is None or accuracy > best[0]:
            best = (accuracy, error, strength, temperature)
    assert best is not None
    accuracy, error, strength, temperature = best
    return fit_head(features, values, strength=strength).at(temperature), accuracy, error


def _is_something(listing: Listing) -> bool:
    return listing.has_words or listing.photo is not None


def _basis(listing: Listing) -> str:
    """Return what can be looked at. Raises ListingEmpty when it is nothing."""
    if not _is_something(listing):
        raise ListingEmpty
    if listing.photo is None:
        return "text"
    return "both" if listing.has_words else "image"


def _photos(listings: Sequence[Listing], encoder: EncoderIdentity) -> Embeddings:
    """Return a row a listing, zeros without a photo. Raises ListingPhotoOfAnotherEncoder."""
    rows = np.zeros((len(listings), encoder.dim), np.float32)
    for number, listing in enumerate(listings):
        if listing.photo is not None:
            if listing.photo.shape != (encoder.dim,):
                raise ListingPhotoOfAnotherEncoder(listing.photo.shape, encoder)
            rows[number] = listing.photo
    return rows


def _sample(examples: list[ListingExample], seed: int) -> list[ListingExample]:
    if len(examples) <= MOST_EXAMPLES:
        return examples
    chosen = np.random.default_rng(seed).choice(len(examples), MOST_EXAMPLES, replace=False)
    return [examples[row] for row in sorted(chosen)]


def _learnable(examples: Sequence[ListingExample], name: str) -> NDArray[np.int64]:
    """Return the rows that a field is learned from; none when they teach nothing."""
    counts: dict[str, int] = {}
    for example in examples:
        value = example.values.get(name, "")
        counts[value] = counts.get(value, 0) + 1
    learned = {value for value, count in counts.items() if value and count >= FEWEST_OF_A_VALUE}
    rows = np.array([row for row, example in enumerate(examples) if example.values.get(name) in learned], np.int64)
    return rows if len(rows) >= FEWEST_EXAMPLES and len(learned) > 1 else rows[:0]
