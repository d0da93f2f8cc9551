"""Privacy: wrapped keys

Revision ID: 0a02keys
Revises: 0a01auditout

Photos' data keys move from the shop to the keys store, as they are: only the running shop has the key that opens
them, and adopts them (privacy/legacy_keys.py). The same goes for the ring, which was derived from the key file.
"""

import sqlalchemy as sa
from alembic import op

import storage.database
from storage.database import ACCOUNTS_BIND, db


revision = '0a02keys'
down_revision = '0a01auditout'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    with op.batch_alter_table("kept_photo") as batch_op:
        batch_op.drop_column("wrapped_key")


def downgrade_() -> None:
    with op.batch_alter_table("kept_photo") as batch_op:
        batch_op.add_column(sa.Column("wrapped_key", sa.LargeBinary(), nullable=False, server_default=""))
    with op.batch_alter_table("kept_photo") as batch_op:
        batch_op.alter_column("wrapped_key", server_default=None)


def upgrade_keys() -> None:
    wrapped_key = op.create_table(
        "wrapped_key",
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("master_key_id", sa.String(length=300), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_wrapped_key")),
    )
    op.create_index(op.f("ix_wrapped_key_master_key_id"), "wrapped_key", ["master_key_id"], unique=False)
    _take_over_keys(wrapped_key)


def _take_over_keys(wrapped_key: sa.Table) -> None:
    """The shop is migrated and committed after this store (migrations/env.py): its column is still there.

    Where it is not, the shop has moved its keys before and this store was lost: `flask privacy restore-keys` fills it.
    """
    with db.engines[None].connect() as shop, db.engines[ACCOUNTS_BIND].connect() as accounts:
        if "wrapped_key" not in _columns(shop, "kept_photo"):
            return
        legacy = [(f"photo/{photo_id}", wrapped) for photo_id, wrapped in _rows(shop, "kept_photo", "id, wrapped_key")]
        if legacy or _rows(shop, "consent_record", "id") or _rows(accounts, "account", "id"):
            legacy += [("ring/pseudonyms", b""), ("ring/columns", b"")]
    for about, wrapped in legacy:
        row = {"about": about, "master_key_id": "legacy", "wrapped": wrapped, "created_at": storage.database.now()}
        op.execute(wrapped_key.insert().values(row))


def _columns(connection: sa.Connection, table: str) -> set[str]:
    inspector = sa.inspect(connection)
    return {column["name"] for column in inspector.get_columns(table)} if inspector.has_table(table) else set()


def _rows(connection: sa.Connection, table: str, columns: str) -> list[sa.Row]:
    if not _columns(connection, table):
        return []
    return list(connection.execute(sa.text(f"SELECT {columns} FROM {table}")))


def downgrade_keys() -> None:
    held = op.get_bind().execute(sa.text("SELECT count(*) FROM wrapped_key")).scalar_one()
    if held:
        raise SystemExit(f"{held} keys are in this store and cannot go back to the shop: restore the backup made before")
    op.drop_table("wrapped_key")


def upgrade_audit() -> None:
    op.create_table(
        "destroyed_key",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("destroyed_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_destroyed_key")),
    )


def downgrade_audit() -> None:
    op.drop_table("destroyed_key")
