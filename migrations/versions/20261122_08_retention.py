"""Privacy: retention periods and what went

Revision ID: 0a08retentio
Revises: 0a07wardrobe
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a08retentio'
down_revision = '0a07wardrobe'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
