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


def upgrade_() -> None:
    with op.batch_alter_table("consent_record") as table:
        table.add_column(sa.Column("settled_at", storage.database.UtcDateTime(timezone=True), nullable=True))
    # Until now a consent was withdrawn by erasing the photo: nothing rests on those withdrawals any more.
    op.execute("UPDATE consent_record SET settled_at = withdrawn_at")
    _create(
        "garment_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("garment", sa.String(length=20), nullable=False),
        sa.Column("colour", sa.String(length=20), nullable=False),
    )
    op.create_index(op.f("ix_garment_count_counted_on"), "garment_count", ["counted_on"], unique=False)
    _create(
        "training_export",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("garment_number", sa.Integer(), nullable=False),
        sa.Column("garment", sa.String(length=20), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("exported_at", storage.database.UtcDateTime(timezone=True), nullable=False),
    )
    _create(
        "wardrobe_item",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("garment_number", sa.Integer(), nullable=False),
        sa.Column("garment", sa.String(length=20), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("photo_id", "garment_number", name=op.f("uq_wardrobe_item_photo_id")),
    )


def downgrade_() -> None:
    for table in ("wardrobe_item", "training_export", "garment_count"):
        op.drop_table(table)
    with op.batch_alter_table("consent_record") as table:
        table.drop_column("settled_at")


def _create(table: str, *parts: sa.Column | sa.UniqueConstraint) -> None:
    op.create_table(
        table,
        *parts,
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("photo_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for column in ("pseudonym", "photo_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
