"""A shop from before the keys store is migrated: its photos open, its accounts log in, its pseudonyms stay."""

import os
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, inspect, text

from privacy.encryption import seal
from privacy.errors import CannotBeDecrypted
from privacy.keys import create_key_file, derive_key, read_key_file, write_key_file
from privacy.pseudonyms import Pseudonymiser
from storage.database import ACCOUNTS_BIND, KEYS_BIND, db, now
from tests.factories import demo_settings
from webapp import create_app

BEFORE = "0a01auditout"
PHOTO, OWNER = "a1" * 16, "b2" * 16
DATA_KEY = bytes(range(32))
CONTENT = b"pixels of somebody"


@pytest.fixture
def old_shop(tmp_path: Path) -> Flask:
    """A shop of the schema before, with a photo and an account, made as that version made them."""
    instance = tmp_path / "instance"
    create_key_file(instance / "keys" / "master_key.bin")
    master = read_key_file(instance / "keys" / "master_key.bin")
    app = create_app(demo_settings(instance))
    with app.app_context():
        upgrade(revision=BEFORE)
        with db.engines[None].begin() as shop:
            _insert_photo(shop, seal(derive_key(master, "photos"), DATA_KEY, about=PHOTO))
        with db.engines[ACCOUNTS_BIND].begin() as accounts:
            _insert_account(accounts, master)
    blob = instance / "blobs" / "photos" / PHOTO / "photo.jpg"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(seal(DATA_KEY, CONTENT, about=f"photos/{PHOTO}/photo.jpg"))
    return app


def _insert_photo(shop: Connection, wrapped: bytes) -> None:
    at = "2099-01-01 00:00:00"
    shop.execute(
        text("INSERT INTO kept_photo VALUES (:id, :who, 1, :wrapped, :at, :at)"),
        {"id": PHOTO, "who": OWNER, "wrapped": wrapped, "at": at},
    )


def _insert_account(accounts: Connection, master: bytes) -> None:
    values = {
        "hash": Pseudonymiser(derive_key(master, "pseudonyms")).of_email("anna@example.org"),
        "sealed": seal(derive_key(master, "columns"), b"anna@example.org", about="account/c3/email"),
        "at": now().isoformat(" "),
    }
    accounts.execute(text("INSERT INTO account VALUES ('c3', :hash, :sealed, 'x', 'shopper', 'fr', :at)"), values)


def fresh(app: Flask) -> Flask:
    """The same shop in a new process."""
    return create_app(app.extensions["wiring"].settings)


def test_a_photo_kept_before_still_opens_and_its_key_has_left_the_shop(old_shop: Flask) -> None:
    with old_shop.app_context():
        upgrade()
    app = fresh(old_shop)
    with app.app_context():
        vault = app.extensions["wiring"].vault
        assert vault.open(PHOTO, pseudonym=OWNER, has_account=True).read("photo.jpg") == CONTENT
        columns = {column["name"] for column in inspect(db.engines[None]).get_columns("kept_photo")}
        assert "wrapped_key" not in columns


def test_pseudonyms_and_sealed_columns_of_before_stay_valid(old_shop: Flask) -> None:
    master = read_key_file(old_shop.extensions["wiring"].settings.master_key)
    with old_shop.app_context():
        upgrade()
    app = fresh(old_shop)
    with app.app_context():
        keys = app.extensions["wiring"].keys
    assert keys.pseudonyms == derive_key(master, "pseudonyms")
    assert keys.columns == derive_key(master, "columns")


def test_adopted_keys_hang_on_the_current_master_key(old_shop: Flask) -> None:
    with old_shop.app_context():
        upgrade()
    app = fresh(old_shop)
    with app.app_context():
        wiring = app.extensions["wiring"]
        assert wiring.key_store.names() == [f"photo/{PHOTO}", "ring/columns", "ring/pseudonyms"]
        with db.engines[KEYS_BIND].connect() as keys:
            ids = set(keys.scalars(text("SELECT master_key_id FROM wrapped_key")))
    assert ids == {wiring.key_service.key_id}


def test_with_the_wrong_key_file_nothing_is_adopted(old_shop: Flask) -> None:
    with old_shop.app_context():
        upgrade()
    right, path = _swap_master_key(old_shop)
    app = fresh(old_shop)
    with app.app_context(), pytest.raises(CannotBeDecrypted):
        app.extensions["wiring"].keys  # noqa: B018
    path.unlink()
    write_key_file(path, right)
    with app.app_context():
        assert app.extensions["wiring"].vault.open(PHOTO, pseudonym=OWNER, has_account=True).read("photo.jpg")


def _swap_master_key(app: Flask) -> tuple[bytes, Path]:
    path: Path = app.extensions["wiring"].settings.master_key
    right = read_key_file(path)
    path.unlink()
    write_key_file(path, os.urandom(32))
    return right, path


def test_a_migration_killed_before_the_shop_loses_no_key(old_shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    with old_shop.app_context():
        with monkeypatch.context() as killed:
            killed.setattr(Operations, "batch_alter_table", _kill)
            with pytest.raises(KeyboardInterrupt):
                upgrade()
        with db.engines[None].connect() as shop:
            assert len(shop.execute(text("SELECT wrapped_key FROM kept_photo")).all()) == 1
        upgrade()
    app = fresh(old_shop)
    with app.app_context():
        assert app.extensions["wiring"].vault.open(PHOTO, pseudonym=OWNER, has_account=True).read("photo.jpg")


def _kill(*_arguments: object, **_options: object) -> None:
    raise KeyboardInterrupt


def test_a_new_shop_has_a_ring_of_its_own_that_no_key_file_gives(tmp_path: Path) -> None:
    app = create_app(demo_settings(tmp_path))
    with app.app_context():
        upgrade()
        wiring = app.extensions["wiring"]
        assert wiring.keys.columns != derive_key(read_key_file(wiring.settings.master_key), "columns")
