"""Catalogue: sub-category, pattern, season and cost

Revision ID: 0b01details
Revises: 0a08retentio
"""

import sqlalchemy as sa
from alembic import op


revision = '0b01details'
down_revision = '0a08retentio'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


TEXTS = ("sub_category", "pattern", "season")


def upgrade_() -> None:
    with op.batch_alter_table("product") as product:
        for name in TEXTS:
            product.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
            product.create_index(op.f(f"ix_product_{name}"), [name])
        product.add_column(sa.Column("cost_minor_units", sa.Integer(), nullable=True))
        product.create_check_constraint(op.f("ck_product_cost_not_negative"), "cost_minor_units >= 0")


def downgrade_() -> None:
    with op.batch_alter_table("product") as product:
        product.drop_constraint(op.f("ck_product_cost_not_negative"), type_="check")
        product.drop_column("cost_minor_units")
        for name in TEXTS:
            product.drop_index(op.f(f"ix_product_{name}"))
            product.drop_column(name)
