"""Who changed which product when, and how to take it back.

A listener of the session writes it down in the writer's own transaction, whoever the writer is: no product changes
without its history. A statement that goes past the session's objects (`update(Product)`) is refused.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, event, func, insert, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, selectinload

import catalog.stock  # noqa: F401 - its listener settles the shops' pieces before they are looked at here
from catalog.errors import ChangeBatchNotFound, HistoryBypassed
from catalog.history_models import ChangeBatch, ProductChange
from catalog.models import CREATION_UNDONE, Product, ProductImage, ProductStock
from privacy.audit_notes import COMMAND_LINE, SYSTEM
from storage.database import UtcDateTime, begin_writing, db, now

NOT_RECORDED = frozenset({"id", "sku", "search_text", "created_at", "updated_at"})
"""Columns that never change, or that change by themselves."""
PARTS: Mapping[str, tuple[type[Any], str]] = {
    "images": (ProductImage, "content_hash"),
    "shop_stock": (ProductStock, "place"),
}
"""Rows that belong to a product: relationship -> their class, and the column that tells one from another."""
_TOGETHER = (frozenset({"stock", "shop_stock"}), frozenset({"price_minor_units", "currency"}))
"""One of these alone would say something that was never so."""
UNRECORDED = {"unrecorded": True}
"""Execution options of a statement that changes products and shall leave no history (a test, a repair)."""
_Change = tuple[Product, dict[str, Any] | None, dict[str, Any]]
_UNDONE_TOGETHER = 200
_LEFT_NAMED = 100
_FIELDS = tuple(column.name for column in Product.__table__.columns if column.name not in NOT_RECORDED)


@dataclass(frozen=True)
class _Doing:
    """On whose behalf, and by what means, products change now."""

    actor: str = SYSTEM
    kind: str = ""
    batch: str = ""
    role: str = ""
    undoes: str = ""


_NOBODY = _Doing()
_doing: ContextVar[_Doing] = ContextVar("doing", default=_NOBODY)


@contextmanager
def changes_by(actor: str, *, kind: str, batch: str | None = None, role: str = "", undoes: str = "") -> Iterator[str]:
    """Let every change of a product in this block be the actor's, and yield the batch under which they can be undone.

    actor: a pseudonym, SYSTEM or COMMAND_LINE; kind: by what means, at most 20 characters (form, bulk edit, import …);
    batch: 32 hexadecimal digits of an act that goes on, else a new one; role: the actor's, shown in the history. The
    block's last changes are flushed at its end; the caller commits.
    """
    db.session.flush()
    doing = _Doing(actor, kind, batch or uuid.uuid4().hex, role, undoes)
    token = _doing.set(doing)
    try:
        yield doing.batch
        db.session.flush()
    finally:
        _doing.reset(token)


@dataclass(frozen=True)
class LeftAlone:
    """A product that an undo did not put back, or not wholly: these fields changed again after the batch."""

    sku: str
    fields: tuple[str, ...]


@dataclass
class UndoReport:
    """What an undo did."""

    batch: str
    """Of the undo itself: it can be undone too."""
    put_back: int = 0
    """Products of which something is again as it was."""
    withdrawn: int = 0
    """Of those, products that the batch had created: they are withdrawn from sale."""
    left_alone: int = 0
    """Products of which something was changed again since, and stays so."""
    examples: list[LeftAlone] = field(default_factory=list)
    """The first hundred that were left alone."""
    finished: bool = True
    """False when it was asked to stop; undoing again goes on."""


def undo_batch(
    batch_id: str,
    *,
    actor: str,
    role: str = "",
    on_left: Callable[[LeftAlone], None] = lambda left: None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> UndoReport:
    """Put back what is still as the batch left it, and report the rest; a product that it created is withdrawn.

    `on_left` hears of every product that was left alone. Commits every 200 changes, the last change first: a million of
    them need little memory. Raises ChangeBatchNotFound.
    """
    if db.session.get(ChangeBatch, batch_id) is None:
        raise ChangeBatchNotFound(batch_id)
    total, done = change_count(batch_id), 0
    with changes_by(actor, kind="undo", role=role, undoes=batch_id) as own_batch:
        report = UndoReport(own_batch)
        for changes in _newest_first(batch_id):
            if should_stop():
                report.finished = False
                break
            _undo(changes, report, on_left)
            db.session.commit()
            done += len(changes)
            on_progress(done, total)
    return report


def change_count(batch_id: str) -> int:
    """Return how many changes a batch made."""
    counted = select(func.count()).select_from(ProductChange).where(ProductChange.batch_id == batch_id)
    return db.session.scalar(counted) or 0


def pictures_on_record() -> set[str]:
    """Return the content hashes of all pictures that an undo may bring back."""
    befores = select(ProductChange.before).where(ProductChange.before.is_not(None)).execution_options(yield_per=1000)
    return {row["content_hash"] for before in db.session.scalars(befores) for row in (before or {}).get("images", ())}


def _newest_first(batch_id: str) -> Iterator[Sequence[ProductChange]]:
    """Yield a batch's changes, some at a time; nobody else writes until the caller commits between two."""
    wanted = select(ProductChange).where(ProductChange.batch_id == batch_id).order_by(ProductChange.id.desc())
    last_id: int | None = None
    while True:
        older = wanted if last_id is None else wanted.where(ProductChange.id < last_id)
        # Read and written as one: whatever else changes products may run beside it.
        begin_writing()
        changes = db.session.scalars(older.limit(_UNDONE_TOGETHER)).all()
        if not changes:
            return
        last_id = changes[-1].id
        yield changes


def _undo(changes: Sequence[ProductChange], report: UndoReport, on_left: Callable[[LeftAlone], None]) -> None:
    products = _products({change.product_id for change in changes})
    touched_since = _created_and_touched_since([change for change in changes if change.is_creation])
    done: dict[int, str] = {}
    left: dict[int, set[str]] = {}
    for change in changes:
        product = products[change.product_id]
        if change.before is None:
            put_back, stays = _withdraw_created(product, is_touched=product.id in touched_since)
        else:
            put_back, stays = _put_back(product, change.before, change.after)
        if put_back:
            done[product.id] = "withdrawn" if change.is_creation else "put back"
        if stays:
            left.setdefault(product.id, set()).update(stays)
    report.put_back += len(done)
    report.withdrawn += sum(what == "withdrawn" for what in done.values())
    report.left_alone += len(left)
    named = [LeftAlone(products[product_id].sku, tuple(sorted(fields))) for product_id, fields in left.items()]
    report.examples += named[: _LEFT_NAMED - len(report.examples)]
    for each in named:
        on_left(each)


def _products(ids: Iterable[int]) -> dict[int, Product]:
    parts = [selectinload(getattr(Product, name)) for name in PARTS]
    wanted = select(Product).where(Product.id.in_(list(ids))).order_by(Product.id).options(*parts)
    rows = db.session.scalars(wanted.with_for_update(of=Product))
    return {product.id: product for product in rows}


def _created_and_touched_since(creations: Sequence[ProductChange]) -> set[int]:
    """Return the products that something else changed after the batch created them.

    Its undo is nothing else, nor is an undo of that: they made and unmade what the batch made.
    """
    if not creations:
        return set()
    own = select(ChangeBatch.id).where(ChangeBatch.id == creations[0].batch_id).cte("own", recursive=True)
    own = own.union_all(select(ChangeBatch.id).join(own, ChangeBatch.undoes == own.c.id))
    changed = select(ProductChange.product_id).where(
        ProductChange.product_id.in_([change.product_id for change in creations]),
        ProductChange.batch_id.not_in(select(own.c.id)),
    )
    return set(db.session.scalars(changed))


def _withdraw_created(product: Product, *, is_touched: bool) -> tuple[bool, tuple[str, ...]]:
    if product.deleted_at is not None:
        return False, ()
    if is_touched:
        return False, ("created",)
    product.deleted_at = now()
    product.row_hash = CREATION_UNDONE
    return True, ()


def _put_back(product: Product, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[bool, tuple[str, ...]]:
    """Put back the fields that are as the change left them; return whether there were any, and those changed since."""
    current = {name: _recorded(product, name) for name in before}
    changed_since = {name for name in before if current[name] not in (before[name], after[name])}
    for group in _TOGETHER:
        changed_since |= group & before.keys() if group & changed_since else set()
    as_left = [name for name in before if name not in changed_since and current[name] != before[name]]
    for name in as_left:
        if name in PARTS:
            _put_back_part(product, name, before[name])
        else:
            setattr(product, name, _value_of(name, before[name]))
    return bool(as_left), tuple(changed_since)


def _put_back_part(product: Product, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    kind, key = PARTS[name]
    had = {getattr(row, key): row for row in getattr(product, name)}
    wanted = []
    for values in rows:
        row = had.get(values[key]) or kind()
        for column, value in values.items():
            setattr(row, column, value)
        wanted.append(row)
    setattr(product, name, wanted)


def _value_of(name: str, recorded: Any) -> Any:
    if recorded is not None and isinstance(Product.__table__.columns[name].type, UtcDateTime):
        return datetime.fromisoformat(recorded)
    return recorded


def _recorded(product: Product, name: str) -> Any:
    """Return a field, or the rows of a part, as a change records it now."""
    if name in PARTS:
        return _part_now(product, name)
    return _plain(getattr(product, name))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@event.listens_for(Session, "before_flush")
def _look_at_changes(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Here old values are still known; the ids of new products come with the flush."""
    changed: list[_Change] = [(product, *_before_and_after(product)) for product in _touched(session)]
    created: list[_Change] = [(product, None, {}) for product in session.new if isinstance(product, Product)]
    session.info["product_changes"] = [change for change in (*created, *changed) if _says_something(change)]


def _says_something(change: _Change) -> bool:
    """Whether anything differs but which row of a feed said it last: a feed that says the same anew is no change."""
    _product, before, after = change
    return before != after and (before is None or set(before) != {"row_hash"})


@event.listens_for(Session, "after_flush")
def _write_changes(session: Session, _context: UOWTransaction) -> None:
    changes = session.info.pop("product_changes", [])
    if not changes:
        return
    batch_id = _batch_of(session)
    rows = [
        {"batch_id": batch_id, "product_id": product.id, "at": now(), "before": before, "after": after}
        for product, before, after in changes
    ]
    session.connection(bind_arguments={"mapper": inspect(ProductChange)}).execute(insert(ProductChange), rows)


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget_batch(session: Session) -> None:
    session.info.pop("change_batch", None)
    session.info.pop("product_changes", None)


@event.listens_for(Session, "do_orm_execute")
def _refuse_to_go_past_the_history(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete) or state.execution_options.get("unrecorded"):
        return
    if state.bind_mapper is not None and state.bind_mapper.class_ is Product:
        raise HistoryBypassed


def _batch_of(session: Session) -> str:
    """Return the id of the batch that this transaction writes to, which exists then."""
    doing = _doing.get()
    batch_id = doing.batch or session.info.setdefault("change_batch", uuid.uuid4().hex)
    connection = session.connection(bind_arguments={"mapper": inspect(ChangeBatch)})
    if connection.scalar(select(ChangeBatch.id).where(ChangeBatch.id == batch_id)) is None:
        is_person = doing.actor not in (SYSTEM, COMMAND_LINE)
        values: dict[str, Any] = {
            "actor": doing.actor if is_person else "",
            "role": doing.role if is_person else doing.actor,
        }
        values |= {"id": batch_id, "at": now(), "kind": doing.kind, "undoes": doing.undoes}
        connection.execute(insert(ChangeBatch), [values])
    return batch_id


def _touched(session: Session) -> list[Product]:
    """Return the products that this flush may change; one that is new or goes for good is not among them."""
    products = {one: None for one in session.dirty if isinstance(one, Product)}
    for part in (*session.new, *session.dirty, *session.deleted):
        for name, (kind, _key) in PARTS.items():
            if isinstance(part, kind) and part.product is not None:
                getattr(part.product, name)  # Loaded: the others of its kind are on the record, too.
                products[part.product] = None
    return [product for product in products if product not in session.new and product not in session.deleted]


def _before_and_after(product: Product) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields that differ from what the database holds, as they were and as they are."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in _FIELDS:
        changed = inspect(product).attrs[name].history
        if changed.added and changed.deleted:
            before[name], after[name] = _plain(changed.deleted[0]), _plain(changed.added[0])
    for name in PARTS:
        if name in product.__dict__:
            before[name], after[name] = _part_before(product, name), _part_now(product, name)
    differing = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in differing}, {name: after[name] for name in differing}


def _part_now(product: Product, name: str) -> list[dict[str, Any]]:
    going = db.session.deleted
    return _in_order(name, [_row(part) for part in getattr(product, name) if part not in going])


def _part_before(product: Product, name: str) -> list[dict[str, Any]]:
    rows = inspect(product).attrs[name].history
    return _in_order(name, [_row(part, before=True) for part in (*rows.unchanged, *rows.deleted)])


def _row(part: Any, *, before: bool = False) -> dict[str, Any]:
    return {column.name: _plain(_value(part, column, before=before)) for column in _part_columns(type(part))}


def _value(part: Any, column: Column[Any], *, before: bool) -> Any:
    changed = inspect(part).attrs[column.name].history
    if before and changed.deleted:
        return changed.deleted[0]
    value = getattr(part, column.name)
    # A new row takes its defaults with the flush, after this.
    default: Any = column.default
    return default.arg if value is None and default is not None and default.is_scalar else value


def _in_order(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    _kind, key = PARTS[name]
    return sorted(rows, key=lambda row: (row.get("position", 0), row[key]))


def _part_columns(kind: type[Any]) -> list[Column[Any]]:
    return [column for column in kind.__table__.columns if column.name not in NOT_RECORDED | {"product_id"}]


def _keep_old_values() -> None:
    """Without this, a value that was not loaded is overwritten unseen, and there is nothing to put back."""
    recorded = [getattr(Product, name) for name in _FIELDS]
    recorded += [getattr(kind, column.name) for kind, _key in PARTS.values() for column in _part_columns(kind)]
    for attribute in recorded:
        event.listen(attribute, "set", lambda *_: None, active_history=True)


_keep_old_values()
