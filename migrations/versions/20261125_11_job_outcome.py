"""What a job did is kept as data, which every page says in its own language

Revision ID: 0b11joboutcome
Revises: 0b10quicklist
"""

import sqlalchemy as sa
from alembic import op


revision = '0b11joboutcome'
down_revision = '0b10quicklist'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    # What earlier jobs said in English stays where it is, and is shown so.
    op.add_column("job", sa.Column("outcome", sa.JSON(), nullable=False, server_default="{}"))


def downgrade_() -> None:
    op.drop_column("job", "outcome")
