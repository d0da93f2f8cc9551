"""Relevance panels

Revision ID: 0b08panel
Revises: 0b07signals
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b08panel'
down_revision = '0b07signals'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "relevance_panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("created_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("encoder", sa.String(length=200), nullable=False),
        sa.Column("index_built_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("index_rows", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relevance_panel")),
    )
    op.create_table(
        "panel_query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("garment", sa.String(length=20), nullable=False),
        sa.Column("blob_key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_id"],
            ["relevance_panel.id"],
            name=op.f("fk_panel_query_panel_id_relevance_panel"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_query")),
    )
    op.create_index(op.f("ix_panel_query_panel_id"), "panel_query", ["panel_id"], unique=False)
    op.create_table(
        "panel_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("query_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("thumb_key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["query_id"], ["panel_query.id"], name=op.f("fk_panel_match_query_id_panel_query"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_match")),
    )
    op.create_index(op.f("ix_panel_match_query_id"), "panel_match", ["query_id"], unique=False)
    op.create_table(
        "panel_judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("judged_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["panel_match.id"], name=op.f("fk_panel_judgement_match_id_panel_match"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_judgement")),
        sa.UniqueConstraint("match_id", "pseudonym", name=op.f("uq_panel_judgement_match_id")),
    )
    for column in ("match_id", "pseudonym", "judged_at"):
        op.create_index(op.f(f"ix_panel_judgement_{column}"), "panel_judgement", [column], unique=False)


def downgrade_() -> None:
    for table in ("panel_judgement", "panel_match", "panel_query", "relevance_panel"):
        op.drop_table(table)
