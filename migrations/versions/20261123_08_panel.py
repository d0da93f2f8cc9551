"""Relevance panels

Revision ID: 0b08panel
Revises: 0b07signals
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b08panel'
down_revision = '0b07signals'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
