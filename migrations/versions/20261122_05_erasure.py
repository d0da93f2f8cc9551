"""Privacy: erasures

Revision ID: 0a05erasure
Revises: 0a04audit
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a05erasure'
down_revision = '0a04audit'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
