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


def upgrade_() -> None:
    op.create_table(
        "listing_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(length=60), nullable=False),
        sa.Column("trained_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("from_people", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("encoder_id", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("active_since", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_model")),
    )
    op.create_index(op.f("ix_listing_model_active_since"), "listing_model", ["active_since"])
    op.create_table(
        "listing_suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_as", sa.String(length=20), nullable=False),
        sa.Column("decided_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_listing_suggestion_product_id_product"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["listing_model.id"],
            name=op.f("fk_listing_suggestion_model_id_listing_model"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_suggestion")),
        sa.UniqueConstraint("product_id", "field", name=op.f("uq_listing_suggestion_product_id")),
    )
    op.create_index(op.f("ix_listing_suggestion_product_id"), "listing_suggestion", ["product_id"])
    op.create_index(op.f("ix_listing_suggestion_model_id"), "listing_suggestion", ["model_id"])
    op.create_index("ix_listing_suggestion_state_probability", "listing_suggestion", ["state", "probability"])
    op.create_table(
        "listing_label",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("suggested", sa.Text(), nullable=False),
        sa.Column("labelled_as", sa.String(length=20), nullable=False),
        sa.Column("labelled_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_listing_label_product_id_product"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "field", name=op.f("pk_listing_label")),
    )
    op.create_table(
        "listing_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_report")),
    )


def downgrade_() -> None:
    for table in ("listing_report", "listing_label", "listing_suggestion", "listing_model"):
        op.drop_table(table)
