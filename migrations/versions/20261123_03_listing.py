"""Catalogue: stock by shop and cut-outs

Revision ID: 0b03listing
Revises: 0b02history
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b03listing'
down_revision = '0b02history'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
