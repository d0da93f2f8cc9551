"""The migrated audit refuses every change, on SQLite and on PostgreSQL, and carries the same chain on both."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from privacy.audit_chain import AuditSeal, relay_notes, waiting_notes
from privacy.audit_models import AuditEntry
from privacy.audit_notes import SYSTEM, note
from privacy.audit_verification import verify_audit
from storage.database import AUDIT_BIND, db
from tests.factories import demo_settings
from webapp import create_app

SEAL = AuditSeal(b"k" * 32)
NOTES = 120
CHANGES = (
    "update audit_entry set reason = 'none'",
    "update audit_entry set seq = seq + 10",
    "delete from audit_entry where seq = 2",
    "delete from audit_entry",
)
_OTHER_COLUMNS = "at, action, 'x', subject, reason, details, previous_hash, hash from audit_entry"
CHANGES_OF = {
    "sqlite": (
        f"insert or replace into audit_entry select seq, event_id, {_OTHER_COLUMNS} where seq = 2",
        f"insert or replace into audit_entry select 4, event_id, {_OTHER_COLUMNS} where seq = 2",
        f"insert into audit_entry select seq + 5, 'new', {_OTHER_COLUMNS} where seq = 3",
    ),
    "postgresql": (
        "truncate audit_entry",
        f"insert into audit_entry select seq, event_id, {_OTHER_COLUMNS} where seq = 2 "
        "on conflict (seq) do update set actor = 'x'",
    ),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A migrated shop whose audit lies in SQLite or in PostgreSQL."""
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    app = create_app(demo_settings(tmp_path, audit_database_url=url))
    with app.app_context():
        upgrade()
        yield app
        db.session.rollback()
        downgrade(revision="0a03accounts")


def noted(count: int) -> None:
    for number in range(count):
        note("photo.erased", actor=SYSTEM, subject=f"{number:032x}", reason="« été » 🙂", details={"n": number})
    db.session.commit()


@pytest.mark.usefixtures("shop")
def test_no_entry_can_be_changed_deleted_or_replaced() -> None:
    noted(3)
    relay_notes(SEAL)
    for change in (*CHANGES, *CHANGES_OF[db.engines[AUDIT_BIND].dialect.name]):
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(text(change), bind_arguments={"bind": db.engines[AUDIT_BIND]})
        db.session.rollback()
        assert (verify_audit(SEAL).good, verify_audit(SEAL).fault) == (3, None)


def test_several_relays_at_once_carry_each_note_once(shop: Flask) -> None:
    noted(NOTES)
    failures: list[Exception] = []

    def relay() -> None:
        with shop.app_context():
            try:
                relay_notes(SEAL)
            except Exception as error:  # noqa: BLE001 - shown by the test
                failures.append(error)

    relays = [Thread(target=relay) for _ in range(4)]
    for one in relays:
        one.start()
    for one in relays:
        one.join()
    assert failures == []
    assert waiting_notes().count == 0
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == NOTES
    assert verify_audit(SEAL).fault is None
