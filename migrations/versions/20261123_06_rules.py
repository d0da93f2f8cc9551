"""Merchandising rules

Revision ID: 0b06rules
Revises: 0b05classify
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b06rules'
down_revision = '0b05classify'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
