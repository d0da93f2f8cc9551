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
