"""What is to be put right

Revision ID: 0b09putright
Revises: 0b08panel
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b09putright'
down_revision = '0b08panel'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
