"""Privacy: account journeys

Revision ID: 0a03accounts
Revises: 0a02keys
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a03accounts'
down_revision = '0a02keys'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
