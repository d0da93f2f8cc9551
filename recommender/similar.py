"""A query -> the products that look most like it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from catalog.models import Product
from catalog.products import ProductFilter, matching_image_ids, products_of_images
from recommender.embeddings import stored_embeddings
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


SIMILAR_ITEMS = 8
FEWEST_SIMILAR_ITEMS = 4


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
    wanted: ProductFilter = ProductFilter(),
    limit: int,
    leave_out: str | None = None,
) -> list[Match]:
    """Return at most `limit` products that pass the filter, most similar first; may be empty.

    leave_out: a SKU not to return. Raises IndexMissing, IndexDamaged, IndexBuiltWithAnotherEncoder.
    """
    if index.manifest.encoder != query.encoder:
        raise IndexBuiltWithAnotherEncoder(index.manifest.encoder, query.encoder)
    among = None if wanted.is_empty else matching_image_ids(wanted)
    depth = limit + 1
    while True:
        neighbours = index.search(query.embedding, limit=depth, among=among)
        matches = _matches(neighbours, query.kind, leave_out)
        # A product with several pictures takes several rows: look deeper until there are enough products.
        if len(matches) >= limit or len(neighbours) < depth:
            return matches[:limit]
        depth *= 2


def similar_items(product: Product, *, encoder: EncoderIdentity, index: VectorIndex) -> list[Match]:
    """Return what a product's page shows beside it: SIMILAR_ITEMS at most, distant ones only to reach the fewest.

    Empty for a product whose first picture is not embedded yet. Raises as `find_similar`.
    """
    content_hash = product.images[0].content_hash
    known = stored_embeddings([content_hash], encoder)
    if content_hash not in known:
        return []
    query = Query(known[content_hash], encoder, QueryKind.PRODUCT)
    matches = find_similar(query, index=index, limit=SIMILAR_ITEMS, leave_out=product.sku)
    close = sum(match.likeness is not Likeness.DISTANT for match in matches)
    return matches[: max(close, FEWEST_SIMILAR_ITEMS)]


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


def _matches(neighbours: list[Neighbour], kind: QueryKind, leave_out: str | None) -> list[Match]:
    products = products_of_images([neighbour.row_id for neighbour in neighbours])
    best: dict[str, Match] = {}
    for near in neighbours:
        product = products.get(near.row_id)
        if product is not None and product.sku != leave_out:
            likeness = likeness_of(near.similarity, kind)
            best.setdefault(product.sku, Match(product, near.row_id, near.similarity, likeness))
    return list(best.values())
