"""Privacy: outboxes and standing

Revision ID: 0a01auditout
Revises: ac9a32b20078
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a01auditout'
down_revision = 'ac9a32b20078'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "person_standing",
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        *(
            sa.Column(name, storage.database.UtcDateTime(timezone=True), nullable=True)
            for name in ("restricted_at", "objects_to_personalisation_at", "objects_to_statistics_at", "erasing_at")
        ),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_person_standing")),
    )
    _create_notes("audit_note")


def downgrade_() -> None:
    op.drop_table("audit_note")
    op.drop_table("person_standing")


def upgrade_accounts() -> None:
    _create_notes("accounts_audit_note")


def downgrade_accounts() -> None:
    op.drop_table("accounts_audit_note")


def upgrade_keys() -> None:
    _create_notes("keys_audit_note")


def downgrade_keys() -> None:
    op.drop_table("keys_audit_note")


def _create_notes(table: str) -> None:
    op.create_table(
        table,
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_at"), table, ["at"], unique=False)
