"""The table of what seems wrong in the catalogue."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models import Product
from privacy.declarations import NOT_PERSONAL
from storage.database import Model, UtcDateTime, now


class StoredFinding(Model):
    """One thing that seems wrong with a product, until it is put right or somebody says that it is right."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("kind", "product_id", "other_id", "fingerprint"),
        {"info": NOT_PERSONAL},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    """The product that it seems to be a double of."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of what was looked at: a price that was said to be right is asked about again when it changes, not before."""
    weight: Mapped[float] = mapped_column(Float)
    """The heavier, the sooner it should be looked at; compares within a kind."""
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    right_as: Mapped[str] = mapped_column(String(20), default="")
    """The role of who said that it is right; empty while it is open."""

    product: Mapped[Product] = relationship(foreign_keys=[product_id])
    other: Mapped[Product | None] = relationship(foreign_keys=[other_id])
