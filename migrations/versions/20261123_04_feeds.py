"""Catalogue: feeds, their imports and schedules

Revision ID: 0b04feeds
Revises: 0b03listing
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b04feeds'
down_revision = '0b03listing'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
