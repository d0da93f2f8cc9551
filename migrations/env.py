"""Runs the migrations of every bind: the shop (the default, engine name ""), accounts, keys and audit."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine

from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db

BINDS = {"": None, **{bind: bind for bind in (ACCOUNTS_BIND, KEYS_BIND, AUDIT_BIND)}}


def drop_empty_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no migration when models and databases agree."""
    if getattr(context.config.cmd_opts, "autogenerate", False):
        script = directives[0]
        if all(operations.is_empty() for operations in script.upgrade_ops_list):
            directives[:] = []


def run_migrations() -> None:
    """Migrate every bind, then commit them all: a failure in one leaves the others as they were.

    The shop comes last, to migrate and to commit: what moves from it to another store is there before it goes here.
    """
    options = current_app.extensions["migrate"].configure_args | {"process_revision_directives": drop_empty_revision}
    with ExitStack() as transactions:
        # Left, and committed, in the opposite order.
        connections = {name: transactions.enter_context(_begun(db.engines[bind])) for name, bind in BINDS.items()}
        for name in reversed(connections):
            context.configure(
                connection=connections[name],
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                target_metadata=db.metadatas[BINDS[name]],
                **options,
            )
            context.run_migrations(engine_name=name)


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is committed at the end, new tables and changed ones included."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        # SQLite changes a table by dropping it behind a copy: with its foreign keys on, all that hangs on the rows
        # of the old one would go with them. Within a transaction this setting has no effect.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.rollback()
        try:
            with connection.begin():
                # Python's driver begins a transaction at the first row only: new tables would outlive a killed run.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                _refuse_loose_rows(connection)
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _refuse_loose_rows(connection: Connection) -> None:
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if loose is not None:
        raise RuntimeError(f"a row of {loose[0]} points at none of {loose[2]}; nothing was migrated")


if context.is_offline_mode():
    raise SystemExit("migrations run against the databases themselves; offline SQL is not supported")
run_migrations()
