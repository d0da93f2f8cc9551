"""What was shown of a week's shoppers stays as it was shown

Revision ID: 0b12publishedweeks
Revises: 0b11joboutcome
"""

import sqlalchemy as sa
from alembic import op


revision = '0b12publishedweeks'
down_revision = '0b11joboutcome'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "published_week",
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("min_people", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("monday", "min_people", name=op.f("pk_published_week")),
    )


def downgrade_() -> None:
    op.drop_table("published_week")
