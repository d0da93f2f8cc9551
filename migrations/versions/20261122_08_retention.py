"""Privacy: retention periods and what went

Revision ID: 0a08retentio
Revises: 0a07wardrobe
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a08retentio'
down_revision = '0a07wardrobe'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "retention_period",
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("changed_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_retention_period")),
    )
    op.create_table(
        "purge_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("erased", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge_run")),
    )
    op.create_index(op.f("ix_purge_run_started_at"), "purge_run", ["started_at"], unique=False)
    op.create_table(
        "disposal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("subject_hash", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
    )
    for column in ("at", "category", "subject_hash"):
        op.create_index(op.f(f"ix_disposal_{column}"), "disposal", [column], unique=False)
    # Whose photo it is cannot be told afterwards: those that are here lapse at the time that was promised to them.
    with op.batch_alter_table("kept_photo") as kept_photo:
        kept_photo.add_column(sa.Column("of_visit", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade_() -> None:
    with op.batch_alter_table("kept_photo") as kept_photo:
        kept_photo.drop_column("of_visit")
    for table in ("disposal", "purge_run", "retention_period"):
        op.drop_table(table)


def upgrade_accounts() -> None:
    op.create_table(
        "lapse_warning",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("sent_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_lapse_warning_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "rule", name=op.f("pk_lapse_warning")),
    )


def downgrade_accounts() -> None:
    op.drop_table("lapse_warning")
