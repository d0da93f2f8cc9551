"""Privacy: requests of persons

Revision ID: 0a06rights
Revises: 0a05erasure
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a06rights'
down_revision = '0a05erasure'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    time = storage.database.UtcDateTime(timezone=True)
    op.create_table(
        "rights_request",
        sa.Column("id", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", time, nullable=False),
        sa.Column("due_at", time, nullable=False),
        sa.Column("extended_at", time, nullable=True),
        sa.Column("changed_at", time, nullable=False),
        sa.Column("closed_at", time, nullable=True),
        sa.Column("assigned_to", sa.String(length=32), nullable=False),
        sa.Column("identity_means", sa.String(length=12), nullable=True),
        sa.Column("identity_checked_at", time, nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", time, nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("notes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("erasure_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_request")),
    )
    _create_indexes("rights_request", "pseudonym", "state", "due_at", "closed_at")
    op.create_table(
        "rights_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", time, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["rights_request.id"], name=op.f("fk_rights_letter_request_id_rights_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_letter")),
    )
    _create_indexes("rights_letter", "request_id")
    op.create_table(
        "personal_archive",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("expires_at", time, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_archive")),
    )
    _create_indexes("personal_archive", "pseudonym", "expires_at")


def downgrade_() -> None:
    for table in ("personal_archive", "rights_letter", "rights_request"):
        op.drop_table(table)


def _create_indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
