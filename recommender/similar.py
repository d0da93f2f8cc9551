"""A query -> the products that look most like it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from catalog.models import Product
from catalog.products import ProductFilter, matching_image_ids, products_of_images
from recommender.errors import IndexBuiltWithAnotherEncoder, NothingToSearchFor
from recommender.ports import Embedding, EncoderIdentity, Neighbour, VectorIndex


class Likeness(StrEnum):
    """How close a match is, in words for people."""

    VERY_CLOSE = "very_close"
    CLOSE = "close"
    SAME_SPIRIT = "same_spirit"
    DISTANT = "distant"


@dataclass(frozen=True)
class Match:
    """A product of the catalogue near a query; similarity is the cosine, -1 to 1."""

    product: Product
    image_id: int
    similarity: float

    @property
    def likeness(self) -> Likeness:
        return likeness_of(self.similarity)


def find_similar(
    query: Embedding,
    *,
    encoder: EncoderIdentity,
    index: VectorIndex,
    wanted: ProductFilter = ProductFilter(),
    limit: int,
    leave_out: str | None = None,
) -> list[Match]:
    """Return at most `limit` products that pass the filter, most similar first; may be empty.

    query: unit-length float32, shape (dim,), made by `encoder`; leave_out: a SKU not to return.
    Raises IndexMissing, IndexDamaged, IndexBuiltWithAnotherEncoder.
    """
    if index.manifest.encoder != encoder:
        raise IndexBuiltWithAnotherEncoder(index.manifest.encoder, encoder)
    among = None if wanted.is_empty else matching_image_ids(wanted)
    depth = limit + 1
    while True:
        neighbours = index.search(query, limit=depth, among=among)
        matches = _matches(neighbours, leave_out)
        # A product with several pictures takes several rows: look deeper until there are enough products.
        if len(matches) >= limit or len(neighbours) < depth:
            return matches[:limit]
        depth *= 2


def combine(photo: Embedding | None, words: Embedding | None) -> Embedding:
    """Return the query for a photo, words, or both ("this, in blue"): the unit-length mean of what is there.

    Raises NothingToSearchFor when neither is.
    """
    parts = [part for part in (photo, words) if part is not None]
    if not parts:
        raise NothingToSearchFor
    mean = np.sum(parts, axis=0)
    unit: Embedding = (mean / (np.linalg.norm(mean) or 1.0)).astype(np.float32)
    return unit


def likeness_of(similarity: float) -> Likeness:
    """Put a cosine similarity into words; the steps are quartiles of right matches (training/RESULTS-encoder.md)."""
    if similarity >= 0.85:
        return Likeness.VERY_CLOSE
    if similarity >= 0.7:
        return Likeness.CLOSE
    return Likeness.SAME_SPIRIT if similarity >= 0.5 else Likeness.DISTANT


def _matches(neighbours: list[Neighbour], leave_out: str | None) -> list[Match]:
    products = products_of_images([neighbour.row_id for neighbour in neighbours])
    best: dict[str, Match] = {}
    for neighbour in neighbours:
        product = products.get(neighbour.row_id)
        if product is not None and product.sku != leave_out:
            best.setdefault(product.sku, Match(product, neighbour.row_id, neighbour.similarity))
    return list(best.values())
