"""Privacy: account journeys

Revision ID: 0a03accounts
Revises: 0a02keys
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a03accounts'
down_revision = '0a02keys'
branch_labels = None
depends_on = None


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def _at(name, nullable=False):
    return sa.Column(name, storage.database.UtcDateTime(timezone=True), nullable=nullable)


def _text(name, length):
    return sa.Column(name, sa.String(length=length), nullable=False)


def _sealed(name, nullable=False):
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _of_account(table):
    return sa.ForeignKeyConstraint(
        ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account"), ondelete="CASCADE"
    )


def _create(table, *columns, indexed=()):
    op.create_table(table, *columns)
    for column in indexed:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def upgrade_accounts() -> None:
    with op.batch_alter_table("account") as account:
        for name in ("confirmed_at", "last_active_at", "totp_enabled_at"):
            account.add_column(_at(name, nullable=True))
        for name in ("name_sealed", "preferences_sealed", "totp_sealed"):
            account.add_column(_sealed(name, nullable=True))
        account.add_column(sa.Column("totp_last_step", sa.Integer(), nullable=True))
    # Accounts were made by hand until now: their addresses count as confirmed.
    op.execute("UPDATE account SET confirmed_at = created_at, last_active_at = CURRENT_TIMESTAMP")
    with op.batch_alter_table("account") as account:
        account.alter_column("last_active_at", existing_type=storage.database.UtcDateTime(timezone=True), nullable=False)
        account.create_index(op.f("ix_account_last_active_at"), ["last_active_at"], unique=False)
    _create(
        "account_token",
        _text("token_hash", 64), _text("account_id", 32), _text("purpose", 20), _sealed("email_sealed", nullable=True),
        _at("created_at"), _at("expires_at"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_token")),
        _of_account("account_token"),
        indexed=("account_id", "expires_at"),
    )
    _create(
        "account_session",
        _text("id_hash", 64), _text("account_id", 32), _at("created_at"), _at("last_seen_at"), _sealed("device_sealed"),
        _at("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_account_session")),
        _of_account("account_session"),
        indexed=("account_id",),
    )
    _create(
        "recovery_code",
        _text("code_hash", 32), _text("account_id", 32),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
        _of_account("recovery_code"),
        indexed=("account_id",),
    )
    _create(
        "attempt_count",
        _text("key_hash", 32), sa.Column("attempts", sa.Integer(), nullable=False), _at("last_at"),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_attempt_count")),
        indexed=("last_at",),
    )
    _create(
        "waiting_letter",
        _text("id", 32), _text("person", 32), _text("address_hash", 32), _sealed("content_sealed"), _at("created_at"),
        sa.Column("failures", sa.Integer(), nullable=False), _at("next_try_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_letter")),
        indexed=("person", "address_hash", "next_try_at"),
    )


def downgrade_accounts() -> None:
    for table in ("waiting_letter", "attempt_count", "recovery_code", "account_session", "account_token"):
        op.drop_table(table)
    with op.batch_alter_table("account") as account:
        account.drop_index(op.f("ix_account_last_active_at"))
        for name in (
            "confirmed_at", "last_active_at", "totp_enabled_at", "name_sealed", "preferences_sealed", "totp_sealed",
            "totp_last_step",
        ):
            account.drop_column(name)
