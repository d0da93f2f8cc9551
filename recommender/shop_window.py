"""What the shop shows everyone, for the scan after an erasure: finding that again says nothing of a person."""

import json

from sqlalchemy import JSON, String, Text, cast, or_, select

from catalog.models import Product, ProductImage
from privacy.canaries import Canary, CanaryKind
from recommender.models import ImageEmbedding
from storage.database import db


class ShopWindow:
    """`PublicData` of the catalogue: its words, and the vectors of its pictures."""

    def holds(self, canary: Canary) -> bool:
        if canary.kind in (CanaryKind.EMAIL, CanaryKind.NAME):
            return self._says(canary.value.decode())
        return canary.kind is CanaryKind.VECTOR and self._shows(canary.value)

    def _says(self, words: str) -> bool:
        # JSON keeps what is not ASCII as escapes.
        spellings = {words, json.dumps(words)[1:-1]}
        spoken = [cast(column, Text) for column in Product.__table__.columns if isinstance(column.type, String | JSON)]
        saying = or_(*(text.icontains(words, autoescape=True) for text in spoken for words in spellings))
        return db.session.scalar(select(Product.id).where(saying).limit(1)) is not None

    def _shows(self, vector: bytes) -> bool:
        """Only a picture that is on sale counts: a person's vector that strayed into the store is no excuse."""
        on_sale = select(ImageEmbedding.vector).join(
            ProductImage, ProductImage.content_hash == ImageEmbedding.content_hash
        )
        return db.session.execute(on_sale.where(ImageEmbedding.vector == vector).limit(1)).first() is not None
