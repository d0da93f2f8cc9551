"""Merchandising rules

Revision ID: 0b06rules
Revises: 0b05classify
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b06rules'
down_revision = '0b05classify'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "merchandising_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("chooses", sa.JSON(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("strength BETWEEN 1 AND 3", name=op.f("ck_merchandising_rule_strength_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchandising_rule")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "merchandising_rule_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("changed_as", sa.String(length=20), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchandising_rule_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_merchandising_rule_change_rule_id"), "merchandising_rule_change", ["rule_id"], unique=False
    )


def downgrade_() -> None:
    for table in ("merchandising_rule_change", "merchandising_rule"):
        op.drop_table(table)
