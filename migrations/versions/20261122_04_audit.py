"""Privacy: the audit chain, alerts and breaches

Revision ID: 0a04audit
Revises: 0a03accounts
"""

import sqlalchemy as sa
from alembic import op

import storage.database


revision = '0a04audit'
down_revision = '0a03accounts'
branch_labels = None
depends_on = None

# INSERT OR REPLACE would delete without the delete trigger, so an insert may only go to the end.
_APPEND_ONLY_SQLITE = (
    """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only: no entry may be changed'); END""",
    """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only: no entry may be deleted'); END""",
    """CREATE TRIGGER audit_entry_at_the_end BEFORE INSERT ON audit_entry
    WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_entry)
      OR EXISTS (SELECT 1 FROM audit_entry WHERE event_id = NEW.event_id)
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only: an entry goes to its end'); END""",
)
_APPEND_ONLY_POSTGRESQL = (
    """CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit is append-only: no entry may be changed or deleted'; END $$""",
    """CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""",
)


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.create_table(
        "audit_anchor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchor")),
    )
    op.create_table(
        "breach",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("found_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("natures", sa.String(length=60), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("authority_notified_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("persons_informed_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sealed_texts", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("recorded_by", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
    )
    op.create_index(op.f("ix_breach_found_at"), "breach", ["found_at"], unique=False)
    op.create_index(op.f("ix_breach_state"), "breach", ["state"], unique=False)


def downgrade_() -> None:
    op.drop_table("breach")
    op.drop_table("audit_anchor")


def upgrade_audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_entry_event_id")),
    )
    for column in ("at", "actor", "subject"):
        op.create_index(op.f(f"ix_audit_entry_{column}"), "audit_entry", [column], unique=False)
    for statement in _APPEND_ONLY_SQLITE if _on_sqlite() else _APPEND_ONLY_POSTGRESQL:
        op.execute(statement)
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("window_start", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("raised_at", storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("handled_at", storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.String(length=40), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_actor"), "alert", ["actor"], unique=False)
    op.create_index(op.f("ix_alert_state"), "alert", ["state"], unique=False)
    op.create_table(
        "alert_watch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_watch")),
    )


def downgrade_audit() -> None:
    op.drop_table("alert_watch")
    op.drop_table("alert")
    op.drop_table("audit_entry")
    if not _on_sqlite():
        op.execute("DROP FUNCTION refuse_audit_change()")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
