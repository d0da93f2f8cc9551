"""Privacy: requests of persons

Revision ID: 0a06rights
Revises: 0a05erasure
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a06rights'
down_revision = '0a05erasure'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
