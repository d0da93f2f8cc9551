"""How well a catalogue answers: the four retrieval tasks, each a precision@10 a query.

(a) catalogue photo, (b) shopper's photo, (c) words, (d) photo and words together ("this, in blue").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation import (
    AT,
    Figure,
    Values,
    figure_of_mean,
    mean_over_classes,
    paired_bootstrap,
    precision_at_10,
)
from recommender.evaluation_phrases import (
    CHANGE_COLOURS,
    ENGLISH,
    FRENCH,
    Phrase,
    change_phrases,
    paraphrases,
    plain_phrases,
)
from recommender.evaluation_sets import USER_CLASS_TYPES, CatalogueProduct
from recommender.ports import Embeddings
from recommender.similar import combine

EncodeTexts = Callable[[Sequence[str]], Embeddings]


@dataclass(frozen=True)
class Gallery:
    """The catalogue that answers: its products and their vectors, shape (n, dim), row by row."""

    products: Sequence[CatalogueProduct]
    vectors: Embeddings


@dataclass(frozen=True)
class Answers:
    """A task's precision@10, a query: NaN where fewer than ten products are relevant; and each query's class."""

    task: str
    precisions: Values
    classes: tuple[str, ...] = ()

    @property
    def queries(self) -> int:
        """The number of queries that count."""
        return int((~np.isnan(self.precisions)).sum())

    def figure(self, *, goal: float | None = None) -> Figure:
        """Return the mean over queries with its 95 % interval."""
        return figure_of_mean(self.task, self.precisions, goal=goal)

    def figure_over_classes(self, *, goal: float | None = None) -> Figure:
        """Return the mean over the classes' means."""
        value = mean_over_classes(self.precisions, self.classes)
        return Figure(f"{self.task}, mean over classes", value, self.queries, goal=goal)

    def figures_by_class(self) -> list[Figure]:
        """Return the mean of each class with its 95 % interval."""
        named = np.array(self.classes)
        return [self.among(f"{self.task}, {name}", named == name).figure() for name in sorted(set(self.classes))]

    def renamed(self, task: str) -> "Answers":
        """Return the same under another name."""
        return Answers(task, self.precisions, self.classes)

    def among(self, task: str, kept: NDArray[np.bool_]) -> "Answers":
        """Return the answers to some of the queries, under another name."""
        classes = tuple(name for name, keep in zip(self.classes, kept, strict=True) if keep) if self.classes else ()
        return Answers(task, self.precisions[kept], classes)


def answers_to_catalogue_photos(
    gallery: Gallery, rows: Sequence[int], queries: Embeddings | None = None
) -> list[Answers]:
    """Return task (a) for the products at these rows: the others of the same type and gender; of the same colour too.

    queries: their photos' vectors, (len(rows), dim), when they are not asked as they stand in the gallery. The class of
    a query is its gender.
    """
    asked = gallery.vectors[list(rows)] if queries is None else queries
    products = gallery.products
    genders = tuple(products[row].gender for row in rows)
    kinds = [(product.type_name, product.gender) for product in products]
    coloured = [(*kind, product.colour) for kind, product in zip(kinds, products, strict=True)]
    return [
        Answers(task, _precisions_of_rows(gallery, rows, asked, codes_of(keys)), genders)
        for task, keys in (("type and gender", kinds), ("type, gender and colour", coloured))
    ]


def _precisions_of_rows(gallery: Gallery, rows: Sequence[int], asked: Embeddings, codes: NDArray[np.int64]) -> Values:
    relevant = codes[list(rows)][:, None] == codes
    return precision_at_10(asked, gallery.vectors, relevant, own_rows=rows)


def codes_of(keys: Sequence[tuple[str, ...]]) -> NDArray[np.int64]:
    """Return a number a key, equal for equal keys, int64, shape (n,)."""
    numbers: dict[tuple[str, ...], int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def answers_to_user_photos(gallery: Gallery, vectors: Embeddings, kinds: Sequence[str]) -> Answers:
    """Return task (b) for shoppers' photos, vectors (n, dim); kinds: keys of USER_CLASS_TYPES, the queries' classes."""
    relevant = relevant_to_users(gallery.products, kinds)
    return Answers("user photo", precision_at_10(vectors, gallery.vectors, relevant), tuple(kinds))


def relevant_to_users(products: Sequence[CatalogueProduct], kinds: Sequence[str]) -> NDArray[np.bool_]:
    """Return which products answer a shopper's photo of each kind, bool, shape (photos, products)."""
    types = [product.type_name for product in products]
    of_kind = {kind: np.array([name in USER_CLASS_TYPES[kind] for name in types], bool) for kind in set(kinds)}
    return np.array([of_kind[kind] for kind in kinds], bool).reshape(len(kinds), len(types))


def answers_to_words(gallery: Gallery, encode_texts: EncodeTexts) -> list[Answers]:
    """Return task (c): plain type and colour, and paraphrases, in English and in French; then all of them together."""
    plain = plain_phrases((product.type_name, product.colour) for product in gallery.products)
    kinds = {"type and colour": plain, "paraphrases": paraphrases()}
    found = [
        _answers_to_phrases(
            gallery, f"{kind}, {language}", [one for one in asked if one.language == language], encode_texts
        )
        for kind, asked in kinds.items()
        for language in (ENGLISH, FRENCH)
    ]
    return [*found, Answers("all words", np.concatenate([answers.precisions for answers in found]))]


def _answers_to_phrases(gallery: Gallery, task: str, asked: Sequence[Phrase], encode_texts: EncodeTexts) -> Answers:
    relevant = np.array([_answering(phrase, gallery.products) for phrase in asked], bool)
    kept = [phrase for phrase, row in zip(asked, relevant, strict=True) if row.sum() >= AT] if len(asked) else []
    if not kept:
        return Answers(task, np.empty(0))
    rows = relevant[relevant.sum(axis=1) >= AT]
    return Answers(task, precision_at_10(encode_texts([one.text for one in kept]), gallery.vectors, rows))


def _answering(phrase: Phrase, products: Sequence[CatalogueProduct]) -> NDArray[np.bool_]:
    return np.array(
        [phrase.is_answered_by(type_name=one.type_name, colour=one.colour, usage=one.usage) for one in products], bool
    )


@dataclass(frozen=True)
class _Change:
    """A query of task (d): which photo, the asked colour and which products answer, bool, shape (products,)."""

    query: int
    colour: str
    answers: NDArray[np.bool_]


def answers_to_changes(
    gallery: Gallery,
    photos: Embeddings,
    same_type: NDArray[np.bool_],
    own_colours: Sequence[str],
    *,
    encode_texts: EncodeTexts,
    own_rows: Sequence[int] | None = None,
) -> list[Answers]:
    """Return task (d) by photo and words, by the photo alone and by the words alone, for the same queries.

    Each photo asks for one other colour that at least ten products of its type have, in turn over CHANGE_COLOURS, in
    English and in French by turns. photos: (n, dim); same_type: bool, shape (n, products); own_colours: what not to
    ask for ("" where unknown); own_rows: the gallery rows of the photos, where they are products.
    """
    asked = _changes(gallery.products, same_type, own_colours)
    if not asked:
        return []
    said = encode_texts([change_phrases(one.colour)[(ENGLISH, FRENCH)[number % 2]] for number, one in enumerate(asked)])
    pictures = [photos[one.query] for one in asked]
    relevant = np.array([one.answers for one in asked], bool).reshape(len(asked), len(gallery.products))
    ways = {
        "photo and words": [combine(picture, words) for picture, words in zip(pictures, said, strict=True)],
        "photo only": [combine(picture, None) for picture in pictures],
        "words only": [combine(None, words) for words in said],
    }
    own = None if own_rows is None else [own_rows[one.query] for one in asked]
    return [
        Answers(way, precision_at_10(np.array(queries), gallery.vectors, relevant, own_rows=own))
        for way, queries in ways.items()
    ]


def _changes(
    products: Sequence[CatalogueProduct], same_type: NDArray[np.bool_], own_colours: Sequence[str]
) -> list[_Change]:
    has_colour = {colour: np.array([one.colour == colour for one in products], bool) for colour in CHANGE_COLOURS}
    changes = []
    for query, (alike, own) in enumerate(zip(same_type, own_colours, strict=True)):
        possible = [c for c in CHANGE_COLOURS if c != own and int((alike & has_colour[c]).sum()) >= AT]
        if possible:
            colour = possible[query % len(possible)]
            changes.append(_Change(query, colour, alike & has_colour[colour]))
    return changes


def gain(task: str, ours: Answers, other: Answers) -> Figure:
    """Return the mean difference to other answers to the same queries, with its 95 % interval."""
    found = paired_bootstrap(ours.precisions, other.precisions)
    cases = int((~np.isnan(ours.precisions - other.precisions)).sum())
    return Figure(task, found.value, cases, found.low, found.high)
