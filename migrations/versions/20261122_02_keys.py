"""Privacy: wrapped keys

Revision ID: 0a02keys
Revises: 0a01auditout
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a02keys'
down_revision = '0a01auditout'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_keys() -> None:
    op.create_table(
        "wrapped_key",
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("master_key_id", sa.String(length=300), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_wrapped_key")),
    )
    op.create_index(op.f("ix_wrapped_key_master_key_id"), "wrapped_key", ["master_key_id"], unique=False)


def downgrade_keys() -> None:
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
