"""What is to be put right

Revision ID: 0b09putright
Revises: 0b08panel
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b09putright'
down_revision = '0b08panel'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("found_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("right_as", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_finding_product_id_product"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["product.id"], name=op.f("fk_finding_other_id_product"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("kind", "product_id", "other_id", "fingerprint", name=op.f("uq_finding_kind")),
    )
    for column in ("kind", "product_id", "other_id"):
        op.create_index(op.f(f"ix_finding_{column}"), "finding", [column], unique=False)


def downgrade_() -> None:
    op.drop_table("finding")
