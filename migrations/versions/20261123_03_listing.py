"""Catalogue: stock by shop and cut-outs

Revision ID: 0b03listing
Revises: 0b02history
"""

import sqlalchemy as sa
from alembic import op


revision = '0b03listing'
down_revision = '0b02history'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "product_stock",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_product_stock_pieces_positive")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_stock_product_id_product"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "place", name=op.f("pk_product_stock")),
    )
    op.create_index(op.f("ix_product_stock_place"), "product_stock", ["place"], unique=False)
    # Not as a batch: SQLite would copy the table, and forget that its ids never come back.
    op.add_column("product_image", sa.Column("cutout", sa.String(), nullable=False, server_default=""))


def downgrade_() -> None:
    op.drop_column("product_image", "cutout")
    op.drop_table("product_stock")
