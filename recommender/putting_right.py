"""What seems wrong in the catalogue and can be seen: doubles, and products among others of another category."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import select

from catalog.findings import Finding, FindingKind
from catalog.models import PICTURE_FOLDER, Product, ProductImage, thumb_key
from catalog.vocabulary import as_slug
from privacy.canaries import perceptual_hash
from recommender.embeddings import stored_embeddings
from recommender.indexing import Progress
from recommender.ports import Embeddings, EncoderIdentity
from storage.blobs import BlobStore
from storage.database import db
from storage.errors import BadImage, BlobNotFound
from storage.images import read_picture

NEIGHBOURS = 10
VOTES_AGAINST = 8
"""Of NEIGHBOURS: so many of one other category, and at most one of its own, make a category doubtful."""
LEAST_VOTE_COSINE = 0.85
"""Neighbours further away have no vote."""
LEAST_DOUBLE_COSINE = 0.98
MOST_BITS_APART = 12
"""Of the 256 of a perceptual hash: about what another size and another JPEG quality make of one picture."""
_LEAST_COMMON_WORDS = 0.6
_ROWS_AT_ONCE = 128
_DOUBLES_EACH = 5


@dataclass(frozen=True)
class SeenProduct:
    """What is compared of a product on sale that has an embedded first picture."""

    product_id: int
    sku: str
    category: str
    brand: str
    title: str
    content_hash: str


@dataclass
class LookedAlike:
    """What was found by comparing pictures; `finished` says whether all were compared."""

    findings: list[Finding] = field(default_factory=list)
    finished: bool = True


def look_alike(
    encoder: EncoderIdentity,
    blobs: BlobStore,
    *,
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> LookedAlike:
    """Compare the first pictures of all products on sale with each other: exact, a block of rows at a time."""
    products, vectors = _seen(encoder)
    looked, hashes = LookedAlike(), _Hashes(blobs)
    for start in range(0, len(products), _ROWS_AT_ONCE):
        if should_stop():
            looked.finished = False
            return looked
        looked.findings += _of_block(start, products, vectors, hashes)
        on_progress(min(start + _ROWS_AT_ONCE, len(products)), len(products))
    return looked


def _of_block(start: int, products: Sequence[SeenProduct], vectors: Embeddings, hashes: "_Hashes") -> Iterator[Finding]:
    cosines = vectors[start : start + _ROWS_AT_ONCE] @ vectors.T
    for row, near in enumerate(cosines, start=start):
        near[row] = -2
        nearest = np.argsort(-near, kind="stable")[:NEIGHBOURS]
        neighbours = [(products[other], float(near[other])) for other in nearest]
        doubtful = doubtful_category(products[row], neighbours)
        if doubtful:
            yield doubtful
        # Each pair once, from the side of the older product.
        doubles = [pair for pair, other in zip(neighbours, nearest, strict=True) if other > row]
        for other, cosine in doubles[:_DOUBLES_EACH]:
            double = _double(products[row], other, cosine, hashes)
            if double:
                yield double


def doubtful_category(product: SeenProduct, neighbours: Sequence[tuple[SeenProduct, float]]) -> Finding | None:
    """Return the finding when what looks most like a product is nearly all of one other category; else None.

    neighbours: the NEIGHBOURS nearest with their cosines.
    """
    votes = Counter(other.category for other, cosine in neighbours if cosine >= LEAST_VOTE_COSINE)
    own = votes.pop(product.category, 0)
    [(suggested, count)] = votes.most_common(1) or [("", 0)]
    if count < VOTES_AGAINST or own > 1:
        return None
    like = [other.sku for other, _ in neighbours if other.category == suggested]
    evidence = {"category": product.category, "suggested": suggested, "votes": count, "like": like[:3]}
    return Finding(
        FindingKind.CATEGORY, product.product_id, f"{product.category} {product.content_hash}", evidence, count
    )


def _double(product: SeenProduct, other: SeenProduct, cosine: float, hashes: "_Hashes") -> Finding | None:
    if cosine < LEAST_DOUBLE_COSINE:
        return None
    apart = 0 if product.content_hash == other.content_hash else hashes.bits_apart(product, other)
    if apart is None or apart > MOST_BITS_APART:
        return None
    said_alike = product.brand == other.brand and _common_words(product.title, other.title) >= _LEAST_COMMON_WORDS
    kind = FindingKind.TWIN if said_alike and product.category == other.category else FindingKind.SAME_PICTURE
    pictures = f"{product.content_hash} {other.content_hash}"
    evidence = {"cosine": round(cosine, 4), "bits_apart": apart}
    return Finding(kind, product.product_id, pictures, evidence, cosine, other.product_id)


def unreadable_pictures(encoder: EncoderIdentity, blobs: BlobStore) -> Iterator[Finding]:
    """Yield the products on sale whose first picture cannot be read, or any of whose pictures has lost a file.

    Without the first no search finds them; a file that was lost after its embedding was made is a gap on pages.
    Files are listed; only first pictures without an embedding are opened, for others were read once.
    """
    rows = db.session.execute(
        select(Product.id, Product.stock, ProductImage.content_hash, ProductImage.blob_key)
        .join(ProductImage)
        .where(Product.deleted_at.is_(None))
        .order_by(Product.id, ProductImage.position)
    ).all()
    # Listed after the rows were read, for a picture is stored before its row.
    stored = frozenset(blobs.keys(PICTURE_FOLDER))
    known = stored_embeddings((row.content_hash for row in rows), encoder)
    for product_id, (*pictures,) in groupby(rows, key=attrgetter("id")):
        first = pictures[0]
        lost = [one for one in pictures if not {one.blob_key, thumb_key(one.content_hash)} <= stored]
        if first.content_hash not in known and not _is_readable(blobs, first.blob_key):
            evidence: dict[str, Any] = {"content_hash": first.content_hash}
            yield Finding(FindingKind.MISSING_PICTURE, product_id, first.content_hash, evidence, first.stock)
        elif lost:
            seen = " ".join(one.content_hash for one in lost)
            evidence = {"content_hash": lost[0].content_hash, "lost": len(lost)}
            yield Finding(FindingKind.MISSING_PICTURE, product_id, seen, evidence, first.stock)


def _is_readable(blobs: BlobStore, blob_key: str) -> bool:
    try:
        read_picture(blobs.get(blob_key))
    except (BadImage, BlobNotFound):
        return False
    return True


class _Hashes:
    """Perceptual hashes of pictures, each made once."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._known: dict[str, bytes | None] = {}

    def bits_apart(self, one: SeenProduct, other: SeenProduct) -> int | None:
        """Return in how many of 256 bits two pictures differ; None when one is plain or gone."""
        left, right = self._hash(one.content_hash), self._hash(other.content_hash)
        if left is None or right is None:
            return None
        return (int.from_bytes(left) ^ int.from_bytes(right)).bit_count()

    def _hash(self, content_hash: str) -> bytes | None:
        if content_hash not in self._known:
            self._known[content_hash] = self._made(content_hash)
        return self._known[content_hash]

    def _made(self, content_hash: str) -> bytes | None:
        try:
            content = self._blobs.get(thumb_key(content_hash))
        except BlobNotFound:
            # A picture that is gone is no double of anything.
            return None
        try:
            with Image.open(io.BytesIO(content)) as picture:
                return perceptual_hash(picture)
        except OSError:
            # Nor is one whose file is damaged.
            return None


def _seen(encoder: EncoderIdentity) -> tuple[list[SeenProduct], Embeddings]:
    """Return the products on sale with an embedded first picture, by id, and their rows."""
    rows = db.session.execute(
        select(Product.id, Product.sku, Product.category, Product.brand, Product.titles, ProductImage.content_hash)
        .join(ProductImage)
        .where(Product.deleted_at.is_(None))
        .order_by(Product.id, ProductImage.position.desc())
    )
    # The first picture comes last of its product's rows.
    first = {row[0]: SeenProduct(*row[:4], _title(row[4]), row[5]) for row in rows}
    vectors = stored_embeddings((one.content_hash for one in first.values()), encoder)
    products = [one for one in first.values() if one.content_hash in vectors]
    empty: Embeddings = np.empty((0, encoder.dim), np.float32)
    return products, np.stack([vectors[one.content_hash] for one in products]) if products else empty


def _title(titles: Mapping[str, str]) -> str:
    return titles.get("en") or next((text for text in titles.values() if text), "")


def _common_words(one: str, other: str) -> float:
    """Return the words that two titles share, of all that they have, 0 to 1."""
    left, right = (set(re.split("-", as_slug(title))) - {""} for title in (one, other))
    return len(left & right) / len(left | right) if left | right else 1.0
