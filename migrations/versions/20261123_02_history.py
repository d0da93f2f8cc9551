"""Catalogue: history of changes and saved views

Revision ID: 0b02history
Revises: 0b01details
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b02history'
down_revision = '0b01details'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


TIME = storage.database.UtcDateTime(timezone=True)


def upgrade_() -> None:
    op.create_table(
        "change_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("undoes", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_batch")),
    )
    for column in ("at", "actor", "undoes"):
        op.create_index(op.f(f"ix_change_batch_{column}"), "change_batch", [column], unique=False)
    op.create_table(
        "product_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["change_batch.id"], name=op.f("fk_product_change_batch_id_change_batch"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_change_product_id_product"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_product_change_batch", "product_change", ["batch_id", "id"], unique=False)
    op.create_index("ix_product_change_product", "product_change", ["product_id", "id"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("pseudonym", "name", name=op.f("uq_saved_view_pseudonym")),
    )
    op.create_index(op.f("ix_saved_view_pseudonym"), "saved_view", ["pseudonym"], unique=False)


def downgrade_() -> None:
    for table in ("saved_view", "product_change", "change_batch"):
        op.drop_table(table)
