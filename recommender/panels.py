"""Relevance panels: testers judge the matches of a fixed set of photos, without seeing in which order they came."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import delete, func, select

from privacy.standing import refuse_the_erased
from recommender.errors import NothingJudged, PanelClosed, PanelNotFound
from recommender.panel_models import PanelJudgement, PanelMatch, PanelQuery, RelevancePanel
from recommender.panel_report import Judgement, PanelReport, report_of
from recommender.ports import IndexManifest
from recommender.similar import Match
from storage.blobs import BlobStore
from storage.database import LARGEST_ID, db, now

MATCHES_OF_A_PHOTO = 10
LONGEST_TITLE_CHARACTERS = 120


@dataclass(frozen=True)
class PanelPhoto:
    """A garment to look for: its label, its cut-out as JPEG bytes, and the matches that the shop has, best first."""

    garment: str
    crop: bytes
    matches: Sequence[Match]


@dataclass(frozen=True)
class Progress:
    """How far one tester is."""

    judged: int
    total: int
    next_query: PanelQuery | None
    """The first photo with a match that they have not judged."""

    @property
    def percent(self) -> int:
        return 100 * self.judged // max(1, self.total)


def open_panel(title: str, photos: Sequence[PanelPhoto], manifest: IndexManifest, blobs: BlobStore) -> RelevancePanel:
    """Return a new panel with these photos and their matches as of now; stores the cut-outs, flushes."""
    encoder = manifest.encoder
    panel = RelevancePanel(
        title=title[:LONGEST_TITLE_CHARACTERS],
        encoder=f"{encoder.encoder_id} {encoder.revision[:12]}",
        index_built_at=manifest.built_at,
        index_rows=manifest.rows,
    )
    for position, photo in enumerate(photos):
        # A picture is known by its content: a panel that is given up leaves nothing that another would overwrite.
        key = f"panels/{hashlib.sha256(photo.crop).hexdigest()}.jpg"
        blobs.put(key, photo.crop)
        panel.queries.append(
            PanelQuery(position=position, garment=photo.garment, blob_key=key, matches=_frozen(photo.matches))
        )
    db.session.add(panel)
    db.session.flush()
    return panel


def panels() -> list[RelevancePanel]:
    """Return all panels, the newest first."""
    return list(db.session.scalars(select(RelevancePanel).order_by(RelevancePanel.id.desc())))


def panel_with(panel_id: int) -> RelevancePanel:
    """Return a panel. Raises PanelNotFound."""
    found = db.session.get(RelevancePanel, panel_id) if panel_id <= LARGEST_ID else None
    return found or _no_panel()


def query_of(panel: RelevancePanel, query_id: int) -> PanelQuery:
    """Return one of the panel's photos. Raises PanelNotFound."""
    return next((query for query in panel.queries if query.id == query_id), None) or _no_panel()


def pictures_of_open_panels() -> set[str]:
    """Return the keys of the products' pictures that testers are still shown, whatever became of the products."""
    judged = (
        select(PanelMatch.thumb_key).join(PanelQuery).join(RelevancePanel).where(RelevancePanel.closed_at.is_(None))
    )
    return set(db.session.scalars(judged))


def shuffled(query: PanelQuery, pseudonym: str) -> list[PanelMatch]:
    """Return the photo's matches in an order of the tester's own: the same each time, and not by rank."""
    return sorted(query.matches, key=lambda match: hashlib.sha256(f"{pseudonym}/{match.id}".encode()).digest())


def judge(panel: RelevancePanel, query: PanelQuery, said: Mapping[int, bool], *, pseudonym: str) -> None:
    """Record what a tester says (match id -> good) of a photo's matches, in place of what they said before; flushes.

    Ids of other photos are left out. Raises PanelClosed, BeingErased.
    """
    if panel.closed_at is not None:
        raise PanelClosed
    refuse_the_erased(pseudonym)
    known = _judgements_of(query, pseudonym)
    for match in query.matches:
        if match.id in said:
            row = known.get(match.id) or PanelJudgement(match_id=match.id, pseudonym=pseudonym)
            row.good, row.judged_at = said[match.id], now()
            db.session.add(row)
    db.session.flush()


def said_by(query: PanelQuery, pseudonym: str) -> dict[int, bool]:
    """Return what a tester said of a photo's matches: match id -> good."""
    return {match_id: row.good for match_id, row in _judgements_of(query, pseudonym).items()}


def progress_of(panel: RelevancePanel, pseudonym: str) -> Progress:
    """Return how far a tester is."""
    judged = set(
        db.session.scalars(
            select(PanelJudgement.match_id)
            .join(PanelMatch, PanelJudgement.match_id == PanelMatch.id)
            .join(PanelQuery, PanelMatch.query_id == PanelQuery.id)
            .where(PanelQuery.panel_id == panel.id, PanelJudgement.pseudonym == pseudonym)
        )
    )
    open_ones = (query for query in panel.queries if any(match.id not in judged for match in query.matches))
    total = sum(len(query.matches) for query in panel.queries)
    return Progress(len(judged), total, next(open_ones, None))


def testers(panel: RelevancePanel) -> int:
    """Return how many people have judged something of the panel."""
    judged = (
        select(func.count(PanelJudgement.pseudonym.distinct()))
        .join(PanelMatch, PanelJudgement.match_id == PanelMatch.id)
        .join(PanelQuery, PanelMatch.query_id == PanelQuery.id)
        .where(PanelQuery.panel_id == panel.id)
    )
    return db.session.scalar(judged) or 0


def close_panel(panel: RelevancePanel) -> PanelReport:
    """Close the panel and keep its report, dated now; flushes. Raises PanelClosed, NothingJudged."""
    if panel.closed_at is not None:
        raise PanelClosed
    rows = db.session.execute(
        select(PanelQuery.position, PanelMatch.rank, PanelJudgement.pseudonym, PanelJudgement.good)
        .join(PanelMatch, PanelMatch.query_id == PanelQuery.id)
        .join(PanelJudgement, PanelJudgement.match_id == PanelMatch.id)
        .where(PanelQuery.panel_id == panel.id)
    )
    report = report_of([Judgement(*row) for row in rows])
    if report is None:
        raise NothingJudged
    panel.closed_at, panel.report = now(), report.to_json()
    db.session.flush()
    return report


def delete_panel(panel: RelevancePanel) -> list[str]:
    """Delete a panel with all that was judged in it, and its report; flushes.

    Return the keys of its cut-outs that no other panel shows: for the caller to delete once this is committed.
    """
    matches = select(PanelMatch.id).join(PanelQuery).where(PanelQuery.panel_id == panel.id)
    db.session.execute(
        delete(PanelJudgement).where(PanelJudgement.match_id.in_(matches)),
        execution_options={"synchronize_session": False},
    )
    keys = {query.blob_key for query in panel.queries}
    db.session.delete(panel)
    db.session.flush()
    return sorted(keys - set(db.session.scalars(select(PanelQuery.blob_key).where(PanelQuery.blob_key.in_(keys)))))


def _frozen(matches: Sequence[Match]) -> list[PanelMatch]:
    return [
        PanelMatch(rank=rank, sku=match.product.sku, thumb_key=match.product.images[0].thumb_key)
        for rank, match in enumerate(matches[:MATCHES_OF_A_PHOTO], start=1)
    ]


def _judgements_of(query: PanelQuery, pseudonym: str) -> dict[int, PanelJudgement]:
    of_query = select(PanelJudgement).where(
        PanelJudgement.match_id.in_([match.id for match in query.matches]), PanelJudgement.pseudonym == pseudonym
    )
    return {row.match_id: row for row in db.session.scalars(of_query)}


def _no_panel() -> NoReturn:
    raise PanelNotFound
