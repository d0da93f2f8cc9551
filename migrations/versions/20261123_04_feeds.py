"""Catalogue: feeds, their imports and schedules

Revision ID: 0b04feeds
Revises: 0b03listing
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0b04feeds'
down_revision = '0b03listing'
branch_labels = None
depends_on = None


ROW_COUNTS = ("total", "new", "changed", "unchanged", "rejected")


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "feed_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("updated_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_mapping")),
        sa.UniqueConstraint("label", name=op.f("uq_feed_mapping_label")),
    )
    op.create_table(
        "feed_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mapping_id", sa.Integer(), nullable=True),
        sa.Column("every_hours", sa.Integer(), nullable=True),
        sa.Column("at_hour", sa.Integer(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("next_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mapping_id"],
            ["feed_mapping.id"],
            name=op.f("fk_feed_schedule_mapping_id_feed_mapping"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_schedule")),
        sa.UniqueConstraint("label", name=op.f("uq_feed_schedule_label")),
    )
    op.create_index(op.f("ix_feed_schedule_next_at"), "feed_schedule", ["next_at"])
    op.create_table(
        "feed_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(length=32), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("ends_as", sa.String(length=12), server_default="", nullable=False),
        *(sa.Column(f"rows_{fate}", sa.Integer(), nullable=False) for fate in ROW_COUNTS),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("put_back", sa.Integer(), nullable=False),
        sa.Column("left_alone", sa.Integer(), nullable=False),
        sa.Column("created_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_feed_upload_run_id_import_run"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["feed_schedule.id"],
            name=op.f("fk_feed_upload_schedule_id_feed_schedule"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_upload")),
        sa.UniqueConstraint("folder", name=op.f("uq_feed_upload_folder")),
    )
    op.create_index(op.f("ix_feed_upload_schedule_id"), "feed_upload", ["schedule_id"])
    op.create_index(op.f("ix_feed_upload_state"), "feed_upload", ["state"])


def downgrade_() -> None:
    for table in ("feed_upload", "feed_schedule", "feed_mapping"):
        op.drop_table(table)
