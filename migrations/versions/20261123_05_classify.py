"""Classification: suggestions, reviews and trained models

Revision ID: 0b05classify
Revises: 0b04feeds
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b05classify'
down_revision = '0b04feeds'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()
