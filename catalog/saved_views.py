"""Lists of products that a member of staff keeps under a name."""

from sqlalchemy import func, select

from catalog.errors import InvalidSavedView
from catalog.history_models import NAME_LENGTH, QUERY_LENGTH, SavedView
from storage.database import db, now

MOST_VIEWS = 30


def views_of(pseudonym: str) -> list[SavedView]:
    """Return a person's views, by name."""
    return list(db.session.scalars(select(SavedView).filter_by(pseudonym=pseudonym).order_by(SavedView.name)))


def save_view(pseudonym: str, name: str, query: str) -> SavedView:
    """Keep a list's query under a name, in place of the one that had it; flushes. Raises InvalidSavedView."""
    name = _tidy(name)
    if len(query) > QUERY_LENGTH:
        raise InvalidSavedView("too much")
    view = db.session.scalar(select(SavedView).filter_by(pseudonym=pseudonym, name=name))
    if view is None:
        kept = db.session.scalar(select(func.count()).select_from(SavedView).filter_by(pseudonym=pseudonym)) or 0
        if kept >= MOST_VIEWS:
            raise InvalidSavedView("too many")
        view = SavedView(pseudonym=pseudonym, name=name)
        db.session.add(view)
    view.query, view.saved_at = query, now()
    db.session.flush()
    return view


def rename_view(pseudonym: str, view_id: int, name: str) -> SavedView | None:
    """Give a person's view another name; flushes; None when it is not theirs, or gone. Raises InvalidSavedView."""
    name = _tidy(name)
    view = db.session.scalar(select(SavedView).filter_by(pseudonym=pseudonym, id=view_id))
    if view is None:
        return None
    namesake = select(SavedView.id).filter_by(pseudonym=pseudonym, name=name).where(SavedView.id != view_id)
    if db.session.scalar(namesake) is not None:
        raise InvalidSavedView("taken")
    view.name = name
    db.session.flush()
    return view


def _tidy(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise InvalidSavedView("length")
    return name


def drop_view(pseudonym: str, view_id: int) -> None:
    """Forget a person's view; one that is not theirs, or gone, is left alone."""
    view = db.session.scalar(select(SavedView).filter_by(pseudonym=pseudonym, id=view_id))
    if view is not None:
        db.session.delete(view)
