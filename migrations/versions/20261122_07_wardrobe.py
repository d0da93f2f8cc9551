"""Privacy: consents, wardrobe and statistics

Revision ID: 0a07wardrobe
Revises: 0a06rights
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a07wardrobe'
down_revision = '0a06rights'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
