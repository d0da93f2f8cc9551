"""Fixtures of the tests that need a database and no shop."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db
from tests.factories import database_in_memory


@pytest.fixture
def database() -> Iterator[None]:
    """The shop's tables, empty, on SQLite in memory."""
    with database_in_memory():
        yield


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[None]:
    """The shop's four stores, empty, each in a file of its own."""
    app = Flask("stores")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    app.config["SQLALCHEMY_BINDS"] = {
        bind: f"sqlite:///{tmp_path / bind}.sqlite3" for bind in (ACCOUNTS_BIND, KEYS_BIND, AUDIT_BIND)
    }
    db.init_app(app)
    with app.app_context():
        db.create_all()
        yield
