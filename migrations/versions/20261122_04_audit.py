"""Privacy: the audit chain, alerts and breaches

Revision ID: 0a04audit
Revises: 0a03accounts
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a04audit'
down_revision = '0a03accounts'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
