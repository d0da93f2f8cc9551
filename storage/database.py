"""The one `db` and its stores, never joined in SQL and never written in one commit.

The shop is the default bind; `accounts` holds log-in data, `keys` the wrapped data keys, `audit` the audit chain.
"""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Mapper, ORMExecuteState, Session
from sqlalchemy.types import TypeDecorator

from storage.errors import CommitSpansTwoStores

ACCOUNTS_BIND = "accounts"
KEYS_BIND = "keys"
AUDIT_BIND = "audit"
_A_TURN_SECONDS = 0.12
LARGEST_ID = 2**31 - 1
"""What an integer column holds: a larger number of an address is nobody's."""
SHOP = "shop"
"""What the default bind is called in messages."""

# Named constraints, so that Alembic can change them on SQLite and PostgreSQL alike.
NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base of every table."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


# A failed statement is reported without its values: they may be personal.
db = SQLAlchemy(model_class=Base, engine_options={"hide_parameters": True})

if TYPE_CHECKING:
    # Flask-SQLAlchemy makes `db.Model` at run time; a type checker sees the declarative base that it extends.
    Model = Base
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored and returned in UTC. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def id_in(text: str) -> int | None:
    """Return the id that a form or an address says; None for a text that is none, or that no integer column holds."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID))
    return int(text) if is_number and int(text) <= LARGEST_ID else None


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Foreign keys on, readers beside a writer, and deleted rows overwritten with zeros (they may be personal)."""
    if type(connection).__module__.startswith("sqlite3"):
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=10000", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")


def begin_writing() -> None:
    """Let nobody else write to the shop's store until this transaction ends; waits for whoever writes now.

    What is read from here on is still so when it is written, and what was read before is read anew. SQLite has one lock
    for all; elsewhere rows are locked as they are read (`with_for_update`, which SQLite passes over).
    """
    db.session.flush()
    db.session.expire_all()
    connection = db.session.connection(bind_arguments={"bind": db.engine})
    writes_already = getattr(connection.connection.dbapi_connection, "in_transaction", True)
    if connection.dialect.name == "sqlite" and not writes_already:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def let_others_write() -> None:
    """Give whoever waits to write a turn, between two transactions of long work.

    Those who wait for SQLite's lock look at most every 100 ms whether it is free: a shorter gap may pass them by until
    their time is up.
    """
    if db.engine.dialect.name == "sqlite":
        time.sleep(_A_TURN_SECONDS)


def empty_the_wal(engine: Engine) -> bool:
    """Carry SQLite's write-ahead log over and cut it to nothing, so that no deleted row rests in it.

    Return False when a reader held it for longer than the busy timeout; other databases have nothing to do here.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    return not busy


@event.listens_for(Session, "after_flush")
def _note_flushed_stores(session: Session, _context: Any) -> None:
    for written in (*session.new, *session.dirty, *session.deleted):
        _note_store(session, type(written).__mapper__)


@event.listens_for(Session, "do_orm_execute")
def _note_executed_stores(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and state.bind_mapper is not None:
        _note_store(state.session, state.bind_mapper)


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget_stores(session: Session) -> None:
    session.info.pop("stores_written", None)


def _note_store(session: Session, mapper: Mapper[Any]) -> None:
    """Two databases cannot commit as one: refuse the second store before anything of it is written for good."""
    stores = session.info.setdefault("stores_written", set())
    stores.add(mapper.class_.metadata.info.get("bind_key") or SHOP)
    if len(stores) > 1:
        raise CommitSpansTwoStores(sorted(stores))
