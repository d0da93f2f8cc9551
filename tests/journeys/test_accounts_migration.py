"""The migration of accounts on a database that holds some: they stay, and can log in."""

from pathlib import Path

from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from storage.database import ACCOUNTS_BIND, db
from tests.factories import demo_settings
from webapp import create_app

BEFORE, AFTER = "0a02keys", "0a03accounts"


def test_accounts_from_before_stay_and_count_as_confirmed(tmp_path: Path) -> None:
    app = create_app(demo_settings(tmp_path))
    with app.app_context():
        upgrade(revision=BEFORE)
        values = "'a', 'h', x'00', 'p', 'shopper', 'fr', '2026-01-02 03:04:05.000000'"
        columns = "id, email_hash, email_sealed, password_hash, role, language, created_at"
        with db.engines[ACCOUNTS_BIND].begin() as connection:
            connection.execute(text(f"INSERT INTO account ({columns}) VALUES ({values})"))
        upgrade(revision=AFTER)
        with db.engines[ACCOUNTS_BIND].begin() as connection:
            row = connection.execute(text("SELECT confirmed_at, created_at, last_active_at FROM account")).one()
            assert row.confirmed_at == row.created_at
            assert row.last_active_at > row.created_at
        downgrade(revision=BEFORE)
        with db.engines[ACCOUNTS_BIND].begin() as connection:
            assert connection.execute(text("SELECT id, email_hash FROM account")).all() == [("a", "h")]
        upgrade(revision=AFTER)
