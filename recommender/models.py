"""Stored embeddings (each picture is embedded once for an encoder), and what people correct."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from privacy.declarations import NOT_PERSONAL
from storage.database import Model, UtcDateTime, now


class ImageEmbedding(Model):
    """The embedding of one picture (by content) under one encoder; little-endian float32."""

    __tablename__ = "image_embedding"
    __table_args__ = ({"info": NOT_PERSONAL},)  # of the shop's pictures; a photo's lie sealed with the photo

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    encoder_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    revision: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AttributeCorrection(Model):
    """What a person says that a picture (by content) shows; the last word on it. Says what they were, never who."""

    __tablename__ = "attribute_correction"
    __table_args__ = ({"info": NOT_PERSONAL},)

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    attribute: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(80))
    corrected_as: Mapped[str] = mapped_column(String(20))
    """The role of the person, or `command line`: it stays when the account goes."""
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
