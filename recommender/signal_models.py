"""Tables of what shoppers say of products and of what is looked for; people appear by pseudonym only."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import FAVOURITES, OPINIONS, SEARCHES
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import Model, UtcDateTime, now


class Favourite(Model):
    """A product that a person with an account keeps at hand."""

    __tablename__ = "favourite"
    __table_args__ = (UniqueConstraint("pseudonym", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=personal(FAVOURITES, Protection.LINKED))
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(FAVOURITES, Protection.PSEUDONYM))
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True, info=personal(FAVOURITES, Protection.LINKED)
    )
    added_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, index=True, info=personal(FAVOURITES, Protection.LINKED)
    )


class MatchOpinion(Model):
    """A thumb up or down: whether a product answered what a person looked for."""

    __tablename__ = "match_opinion"
    __table_args__ = (UniqueConstraint("pseudonym", "question", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=personal(OPINIONS, Protection.LINKED))
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(OPINIONS, Protection.PSEUDONYM))
    question: Mapped[str] = mapped_column(String(32), index=True, info=personal(OPINIONS, Protection.PSEUDONYM))
    """The id of the search (`questions.py`), which says nothing of what was looked for."""
    kind: Mapped[str] = mapped_column(String(10), info=personal(OPINIONS, Protection.LINKED))
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), index=True, info=personal(OPINIONS, Protection.LINKED)
    )
    good: Mapped[bool] = mapped_column(info=personal(OPINIONS, Protection.LINKED))
    given_on: Mapped[date] = mapped_column(index=True, info=personal(OPINIONS, Protection.LINKED))


class SearchCount(Model):
    """One search in the statistics: what sort of garment was wanted, and whether the shop had it. Never the words."""

    __tablename__ = "search_count"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=personal(SEARCHES, Protection.PSEUDONYM))
    """The id of the search (`questions.py`)."""
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(SEARCHES, Protection.PSEUDONYM))
    photo_id: Mapped[str | None] = mapped_column(String(32), index=True, info=personal(SEARCHES, Protection.PSEUDONYM))
    """Of a search with a photo, while that photo is kept."""
    counted_on: Mapped[date] = mapped_column(index=True, info=personal(SEARCHES, Protection.LINKED))
    kind: Mapped[str] = mapped_column(String(10), info=personal(SEARCHES, Protection.LINKED))
    garment: Mapped[str] = mapped_column(String(60), info=personal(SEARCHES, Protection.LINKED))
    """`dress`, `top` … or the slug of a category that no photo is read as; empty when words name none."""
    colour: Mapped[str] = mapped_column(String(20), info=personal(SEARCHES, Protection.LINKED))
    """One of the twelve colour families, or empty."""
    answered: Mapped[bool] = mapped_column(info=personal(SEARCHES, Protection.LINKED))
    """False when nothing in the shop was a good match."""
    clicked: Mapped[bool] = mapped_column(default=False, info=personal(SEARCHES, Protection.LINKED))
    """Whether one of the matches was opened."""


class PublishedWeek(Model):
    """What the desk was shown of a week, with enough people behind each number: nobody's data, and kept as it is."""

    __tablename__ = "published_week"
    __table_args__ = ({"info": NOT_PERSONAL},)

    monday: Mapped[date] = mapped_column(primary_key=True)
    min_people: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """How many people were behind each number at least."""
    numbers: Mapped[dict[str, Any]] = mapped_column(JSON)
