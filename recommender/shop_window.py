"""What the shop shows everyone, for the scan after an erasure: finding that again says nothing of a person."""

import json
from collections.abc import Collection, Iterator

from sqlalchemy import JSON, String, Text, cast, or_, select

from catalog.models import Product, ProductImage
from privacy.canaries import WORDS, Canary, CanaryKind
from recommender.models import ImageEmbedding
from storage.database import db

_VECTORS_A_QUERY = 200


class ShopWindow:
    """`PublicData` of the catalogue: its words, and the vectors of its pictures."""

    def held(self, canaries: Collection[Canary]) -> set[Canary]:
        vectors = {canary.value: canary for canary in canaries if canary.kind is CanaryKind.VECTOR}
        words = [canary for canary in canaries if canary.kind in WORDS]
        return {vectors[vector] for vector in self._shown(vectors)} | {c for c in words if self._says(c.value.decode())}

    def _says(self, words: str) -> bool:
        # JSON keeps what is not ASCII as escapes.
        spellings = {words, json.dumps(words)[1:-1]}
        spoken = [cast(column, Text) for column in Product.__table__.columns if isinstance(column.type, String | JSON)]
        saying = or_(*(text.icontains(words, autoescape=True) for text in spoken for words in spellings))
        return db.session.scalar(select(Product.id).where(saying).limit(1)) is not None

    def _shown(self, vectors: Collection[bytes]) -> Iterator[bytes]:
        """Only pictures on sale count: a person's vector that strayed into the store is no excuse."""
        on_sale = select(ImageEmbedding.vector).join(
            ProductImage, ProductImage.content_hash == ImageEmbedding.content_hash
        )
        wanted = sorted(vectors)
        for start in range(0, len(wanted), _VECTORS_A_QUERY):
            some = wanted[start : start + _VECTORS_A_QUERY]
            yield from db.session.scalars(on_sale.where(ImageEmbedding.vector.in_(some)))
