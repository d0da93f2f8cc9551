"""Tables of relevance panels: fixed photos with their matches, what testers say of these, and the dated report."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from privacy.activities import OPINIONS
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import Model, UtcDateTime, now


class RelevancePanel(Model):
    """A fixed set of photos with the matches of one day; open until it is closed with a report."""

    __tablename__ = "relevance_panel"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    encoder: Mapped[str] = mapped_column(String(200))
    """Encoder and revision that found the matches."""
    index_built_at: Mapped[datetime] = mapped_column(UtcDateTime)
    index_rows: Mapped[int]
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What `panel_report.py` made when the panel was closed."""

    queries: Mapped[list["PanelQuery"]] = relationship(order_by="PanelQuery.position", cascade="all, delete-orphan")


class PanelQuery(Model):
    """One photo of a panel: the garment that was searched for, cut out on white."""

    __tablename__ = "panel_query"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("relevance_panel.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    garment: Mapped[str] = mapped_column(String(20))
    blob_key: Mapped[str] = mapped_column(String(120))

    matches: Mapped[list["PanelMatch"]] = relationship(order_by="PanelMatch.rank", cascade="all, delete-orphan")


class PanelMatch(Model):
    """One product that the shop suggested for a panel's photo; rank 1 is the first."""

    __tablename__ = "panel_match"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    query_id: Mapped[int] = mapped_column(ForeignKey("panel_query.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    sku: Mapped[str]
    thumb_key: Mapped[str] = mapped_column(String(120))


class PanelJudgement(Model):
    """Whether a match answers a panel's photo, as one tester says."""

    __tablename__ = "panel_judgement"
    __table_args__ = (UniqueConstraint("match_id", "pseudonym"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=personal(OPINIONS, Protection.LINKED))
    match_id: Mapped[int] = mapped_column(
        ForeignKey("panel_match.id", ondelete="CASCADE"), index=True, info=personal(OPINIONS, Protection.LINKED)
    )
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(OPINIONS, Protection.PSEUDONYM))
    good: Mapped[bool] = mapped_column(info=personal(OPINIONS, Protection.LINKED))
    judged_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, index=True, info=personal(OPINIONS, Protection.LINKED)
    )
