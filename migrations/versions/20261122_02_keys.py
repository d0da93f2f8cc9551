"""Privacy: wrapped keys

Revision ID: 0a02keys
Revises: 0a01auditout
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a02keys'
down_revision = '0a01auditout'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
