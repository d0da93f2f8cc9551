"""Work on the catalogue as personal data of staff: the history keeps what was done and forgets by whom."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select, update

from catalog.history_models import ChangeBatch, SavedView
from privacy.lapsing import RowsLapse
from privacy.photo_sources import OnlyErased
from privacy.retention import CATALOGUE_WORK
from privacy.sources import ErasureStep, Scope
from storage.database import db

HISTORY_LAPSES = RowsLapse(CATALOGUE_WORK, ChangeBatch.id, ChangeBatch.at, ChangeBatch.actor)
"""An act's changes of products go with it."""


class CatalogueWork(OnlyErased):
    """`PersonalDataSource` of the history's actors and of saved views."""

    name = "catalogue work"
    step = ErasureStep.ROWS
    tables = frozenset({ChangeBatch.__tablename__, SavedView.__tablename__})

    def export(self, scope: Scope) -> Mapping[str, object]:
        if not _is_about_a_person(scope):
            return {}
        acts = db.session.scalars(select(ChangeBatch).filter_by(actor=scope.pseudonym).order_by(ChangeBatch.at))
        views = db.session.scalars(select(SavedView).filter_by(pseudonym=scope.pseudonym).order_by(SavedView.id))
        work = {
            "catalogue_acts": [{"at": act.at.isoformat(), "kind": act.kind, "role": act.role} for act in acts],
            "saved_views": [{"name": view.name, "query": view.query} for view in views],
        }
        return {subject: rows for subject, rows in work.items() if rows}

    def erase(self, scope: Scope) -> None:
        if not _is_about_a_person(scope):
            return
        # What was done to a product stays known: it is the shop's, and an undo needs it.
        db.session.execute(update(ChangeBatch).filter_by(actor=scope.pseudonym).values(actor=""))
        db.session.execute(delete(SavedView).filter_by(pseudonym=scope.pseudonym))

    def remains(self, scope: Scope) -> Sequence[str]:
        if not _is_about_a_person(scope):
            return ()
        acts = select(func.count()).select_from(ChangeBatch).filter_by(actor=scope.pseudonym)
        views = select(func.count()).select_from(SavedView).filter_by(pseudonym=scope.pseudonym)
        left = {"acts on the catalogue": db.session.scalar(acts), "saved views": db.session.scalar(views)}
        return [f"{count} {what}" for what, count in left.items() if count]


def _is_about_a_person(scope: Scope) -> bool:
    return scope.photo_id is None and scope.purpose is None
