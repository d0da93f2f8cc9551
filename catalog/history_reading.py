"""Reading the history: acts, newest first, and what each did to which product."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from catalog.errors import ChangeBatchNotFound
from catalog.feed_uploads import upload_of_batch
from catalog.history import change_count
from catalog.history_models import ChangeBatch, ProductChange
from catalog.models import Product
from catalog.products import Page
from storage.database import db


@dataclass(frozen=True)
class Act:
    """An act and how much it changed."""

    batch: ChangeBatch
    changes: int
    undone_by: str
    """The batch of its latest undo that put something back and was not undone itself, or empty."""
    feed_id: int | None
    """The feed whose import it is: that is undone on its own page."""


def act(batch_id: str) -> Act:
    """Return one act. Raises ChangeBatchNotFound."""
    batch = db.session.get(ChangeBatch, batch_id)
    if batch is None:
        raise ChangeBatchNotFound(batch_id)
    return _act(batch)


def find_act(batch_id: str) -> Act | None:
    """Return one act; None for one that changed nothing, or has lapsed."""
    try:
        return act(batch_id) if batch_id else None
    except ChangeBatchNotFound:
        return None


def acts(*, page: int = 1, page_size: int = 50) -> Page[Act]:
    """Return one page of all acts, newest first."""
    total = db.session.scalar(select(func.count()).select_from(ChangeBatch)) or 0
    rows = select(ChangeBatch).order_by(ChangeBatch.at.desc(), ChangeBatch.id)
    batches = db.session.scalars(rows.limit(page_size).offset((page - 1) * page_size))
    return Page([_act(batch) for batch in batches], total, page, page_size)


def changes_of_act(batch_id: str, *, page: int = 1, page_size: int = 50) -> Page[ProductChange]:
    """Return one page of what an act did, in its order."""
    changes = select(ProductChange).where(ProductChange.batch_id == batch_id).order_by(ProductChange.id)
    return _page(changes, change_count(batch_id), page, page_size)


def changes_of_product(product: Product, *, page: int = 1, page_size: int = 50) -> Page[ProductChange]:
    """Return one page of what was done to a product, newest first."""
    of_product = ProductChange.product_id == product.id
    total = db.session.scalar(select(func.count()).select_from(ProductChange).where(of_product)) or 0
    return _page(select(ProductChange).where(of_product).order_by(ProductChange.id.desc()), total, page, page_size)


def _act(batch: ChangeBatch) -> Act:
    return Act(batch, change_count(batch.id), _undo_in_force(batch.id), upload_of_batch(batch.id))


def _undo_in_force(batch_id: str) -> str:
    undos = select(ChangeBatch.id).where(ChangeBatch.undoes == batch_id).order_by(ChangeBatch.at.desc())
    return next((undo for undo in db.session.scalars(undos).all() if not _undo_in_force(undo)), "")


def _page(changes: Select[Any], total: int, page: int, page_size: int) -> Page[ProductChange]:
    rows = changes.options(joinedload(ProductChange.product), joinedload(ProductChange.batch))
    return Page(list(db.session.scalars(rows.limit(page_size).offset((page - 1) * page_size))), total, page, page_size)
