"""What is kept of listings that classify themselves: trained models, suggestions, people's words, comparisons."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models import Product
from privacy.declarations import NOT_PERSONAL
from storage.database import Model, UtcDateTime, now


class SuggestionState(StrEnum):
    """Where a suggestion stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    """A person said something else than was suggested."""
    KEPT = "kept"
    """A person left the product as it was; nothing is suggested for it again."""


class ListingModel(Model):
    """One trained classifier: where it lies, on what it was trained, and how right it was on products kept apart."""

    __tablename__ = "listing_model"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(String(60))
    """Its name in the folder of classifiers."""
    trained_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    examples: Mapped[int]
    """Products that it learned from."""
    from_people: Mapped[int] = mapped_column(default=0)
    """Values among them that a person had said."""
    facts: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict)
    """Field -> its `FieldFacts`: on how many examples, and how right on those kept apart."""
    seconds: Mapped[float] = mapped_column(Double)
    """Of the whole training."""
    encoder_id: Mapped[str] = mapped_column(String(120))
    revision: Mapped[str] = mapped_column(String(64))
    """Of the encoder whose embeddings it reads."""
    active_since: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """The one with the latest time answers."""


class ListingSuggestion(Model):
    """What the classifier says of one field of a product, and what became of it. Says what people were, never who."""

    __tablename__ = "listing_suggestion"
    __table_args__ = (
        UniqueConstraint("product_id", "field"),
        Index("ix_listing_suggestion_state_probability", "state", "probability"),
        {"info": NOT_PERSONAL},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(20))
    was: Mapped[str] = mapped_column(Text, default="")
    """The product's own value when this was suggested; empty when it had none."""
    value: Mapped[str] = mapped_column(Text)
    probability: Mapped[float] = mapped_column(Double)
    others: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    """The next best: [value, probability]."""
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    """SKUs of the nearest examples."""
    model_id: Mapped[int] = mapped_column(ForeignKey("listing_model.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=SuggestionState.OPEN.value)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_as: Mapped[str] = mapped_column(String(20), default="")
    """The role of who decided."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    product: Mapped[Product] = relationship()

    @property
    def is_kept(self) -> bool:
        """Whether a person left the product as it was."""
        return self.state == SuggestionState.KEPT


class ListingLabel(Model):
    """What a person says that a product is: training data, whatever a feed writes over it. Says what they were."""

    __tablename__ = "listing_label"
    __table_args__ = ({"info": NOT_PERSONAL},)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    suggested: Mapped[str] = mapped_column(Text, default="")
    """What the classifier had said, or empty."""
    labelled_as: Mapped[str] = mapped_column(String(20))
    """The role of the person: it stays when the account goes."""
    labelled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ListingReport(Model):
    """One comparison of the models of text, image, and both, as `flask classify report` writes it."""

    __tablename__ = "listing_report"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    products: Mapped[int]
    field: Mapped[str] = mapped_column(String(20))
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
