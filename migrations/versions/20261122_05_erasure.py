"""Privacy: erasures

Revision ID: 0a05erasure
Revises: 0a04audit
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a05erasure'
down_revision = '0a04audit'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.add_column("kept_photo", sa.Column("erasing_at", storage.database.UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("open_subject", sa.String(length=64), nullable=True),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("sealed_scope", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_canaries", sa.LargeBinary(), nullable=True),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("looked", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=100), nullable=False),
        sa.Column("started_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("letter_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("open_subject", name=op.f("uq_erasure_open_subject")),
    )
    for column in ("subject", "person", "stage", "started_at"):
        op.create_index(op.f(f"ix_erasure_{column}"), "erasure", [column], unique=False)


def downgrade_() -> None:
    op.drop_table("erasure")
    op.drop_column("kept_photo", "erasing_at")


def upgrade_audit() -> None:
    op.create_table(
        "erased",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("erased_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erased")),
    )


def downgrade_audit() -> None:
    op.drop_table("erased")
