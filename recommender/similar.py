"""A query -> the products that look most like it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from catalog.models import Product
from catalog.products import products_of_images
from recommender.errors import IndexBuiltWithAnotherEncoder, NothingToSearchFor
from recommender.ports import Embedding, EncoderIdentity, Neighbour, VectorIndex


class QueryKind(StrEnum):
    """What a query was made of: right answers to each kind lie at another height of the cosine."""

    PHOTO = "photo"
    PRODUCT = "product"
    WORDS = "words"


class Likeness(StrEnum):
    """How close a match is, in words for people."""

    VERY_CLOSE = "very_close"
    CLOSE = "close"
    SAME_SPIRIT = "same_spirit"
    DISTANT = "distant"


# Lowest cosine of (very close, close, same spirit): the upper and lower quartile of right answers and about the median
# of wrong ones, as `python -m benchmarks.retrieval` measures them (training/RESULTS.md).
LIKENESS_STEPS = {
    QueryKind.PHOTO: (0.93, 0.82, 0.76),
    QueryKind.PRODUCT: (0.98, 0.94, 0.91),
    QueryKind.WORDS: (0.19, 0.17, 0.15),
}

# Cosines of words to pictures are lower than those of two pictures: at equal weight "in blue" is drowned.
WEIGHT_OF_WORDS = 6.0


@dataclass(frozen=True)
class Query:
    """What to look for: a unit-length embedding, the encoder that made it, and what it was made of."""

    embedding: Embedding
    encoder: EncoderIdentity
    kind: QueryKind


@dataclass(frozen=True)
class Match:
    """A product of the catalogue near a query; similarity is the cosine, -1 to 1."""

    product: Product
    image_id: int
    similarity: float
    likeness: Likeness


def find_similar(
    query: Query,
    *,
    index: VectorIndex,
    among: NDArray[np.int64] | None = None,
    hides: Callable[[Product], bool] = lambda product: False,
    limit: int,
    leave_out: str | None = None,
) -> list[Match]:
    """Return at most `limit` products, most similar first; may be empty.

    among: the pictures that may answer, all when None; hides: whether a product must not be returned; leave_out: the
    SKU of one. Raises IndexMissing, IndexDamaged, IndexBuiltWithAnotherEncoder.
    """
    if index.manifest.encoder != query.encoder:
        raise IndexBuiltWithAnotherEncoder(index.manifest.encoder, query.encoder)
    depth = limit + 1
    while True:
        neighbours = index.search(query.embedding, limit=depth, among=among)
        matches = [match for match in matches_of(neighbours, query.kind, leave_out) if not hides(match.product)]
        # A product with several pictures takes several rows: look deeper until there are enough products.
        if len(matches) >= limit or len(neighbours) < depth:
            return matches[:limit]
        depth *= 2


def combine(photo: Embedding | None, words: Embedding | None) -> Embedding:
    """Return the query for a photo, words, or both ("this, in blue"): the unit-length weighted sum of what is there.

    Raises NothingToSearchFor when neither is.
    """
    parts = [weight * part for weight, part in ((1.0, photo), (WEIGHT_OF_WORDS, words)) if part is not None]
    if not parts:
        raise NothingToSearchFor
    return unit_length(np.sum(parts, axis=0))


def unit_length(vector: Embedding) -> Embedding:
    """Return the vector, shape (dim,), at length 1 (a zero vector stays zero), float32."""
    unit: Embedding = (vector / (np.linalg.norm(vector) or 1.0)).astype(np.float32)
    return unit


def likeness_of(similarity: float, kind: QueryKind) -> Likeness:
    """Put a cosine similarity into words."""
    very_close, close, same_spirit = LIKENESS_STEPS[kind]
    if similarity >= very_close:
        return Likeness.VERY_CLOSE
    if similarity >= close:
        return Likeness.CLOSE
    return Likeness.SAME_SPIRIT if similarity >= same_spirit else Likeness.DISTANT


def matches_of(neighbours: Sequence[Neighbour], kind: QueryKind, leave_out: str | None = None) -> list[Match]:
    """Return the products on sale behind pictures, in the order of their first picture; leave_out: the SKU of one."""
    products = products_of_images([neighbour.row_id for neighbour in neighbours])
    best: dict[str, Match] = {}
    for near in neighbours:
        product = products.get(near.row_id)
        if product is not None and product.sku != leave_out:
            likeness = likeness_of(near.similarity, kind)
            best.setdefault(product.sku, Match(product, near.row_id, near.similarity, likeness))
    return list(best.values())
