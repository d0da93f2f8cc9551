"""Favourites, thumbs and what shoppers look for

Revision ID: 0b07signals
Revises: 0b06rules
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b07signals'
down_revision = '0b06rules'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
