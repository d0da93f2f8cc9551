"""Runs the migrations of every bind: the shop (the default, engine name ""), accounts, keys and audit."""

from contextlib import ExitStack
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

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
        connections = {name: transactions.enter_context(db.engines[bind].begin()) for name, bind in BINDS.items()}
        for name in reversed(connections):
            _begin_with_tables(connections[name])
            context.configure(
                connection=connections[name],
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                target_metadata=db.metadatas[BINDS[name]],
                **options,
            )
            context.run_migrations(engine_name=name)


def _begin_with_tables(connection: Connection) -> None:
    """Python's SQLite driver begins a transaction at the first row only: new tables would outlive a killed run."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


if context.is_offline_mode():
    raise SystemExit("migrations run against the databases themselves; offline SQL is not supported")
run_migrations()
