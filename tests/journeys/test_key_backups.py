"""An operator's journey with backups of the keys: made apart, expiring, bringing back nothing that was destroyed."""

import json
import shutil
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import text

from privacy.keys import create_key_file
from storage.database import KEYS_BIND, db, now
from tests.factories import demo_settings, drawn_look
from tests.journeys.test_shopper import upload
from webapp import create_app
from webapp.settings import Settings, SettingsError
from webapp.stores_apart import refuse_stores_together
from webapp.wiring import wiring


@pytest.fixture(scope="module")
def look() -> bytes:
    return drawn_look()


@pytest.fixture
def apart(tmp_path: Path) -> Path:
    """A folder for key backups, apart from the instance."""
    return tmp_path / "apart"


def run(app: Flask, *arguments: str | Path, fails: bool = False) -> str:
    result = app.test_cli_runner().invoke(args=["privacy", *map(str, arguments)])
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def back_up(app: Flask, folder: Path) -> Path:
    run(app, "back-up-keys", folder)
    return max(folder.glob("*.keys"), key=lambda path: path.stat().st_mtime)


def lose_the_keys_store(app: Flask) -> Flask:
    """Delete its file and start again, as after a disk failure."""
    settings = app.extensions["wiring"].settings
    for path in settings.instance.glob("wrapped_keys.sqlite3*"):
        path.unlink()
    again = create_app(settings)
    with again.app_context():
        upgrade()
    return again


def test_a_backup_names_its_expiry_and_holds_no_master_key(
    app: Flask, client: FlaskClient, look: bytes, apart: Path
) -> None:
    upload(client, look)
    path = back_up(app, apart)
    header = json.loads(path.read_text().splitlines()[0])
    in_thirty_days = now() + timedelta(days=30)
    assert f"expires-{in_thirty_days:%Y%m%d}" in path.name
    assert header["expires_at"].startswith(f"{in_thirty_days:%Y-%m-%d}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    master = app.extensions["wiring"].settings.master_key.read_bytes()
    assert master not in path.read_bytes()
    with app.app_context():
        assert wiring().keys.columns not in path.read_bytes()


def test_a_lost_keys_store_is_refused_and_then_restored(
    app: Flask, client: FlaskClient, look: bytes, apart: Path
) -> None:
    address = upload(client, look).location
    path = back_up(app, apart)
    again = lose_the_keys_store(app)
    assert again.test_client().get("/account/").status_code in (302, 503)
    lost = again.test_client().post("/photos")
    assert lost.status_code in (400, 503)
    with again.app_context(), db.engines[KEYS_BIND].connect() as keys:
        assert keys.scalar(text("SELECT count(*) FROM wrapped_key")) == 0, "no new ring for people who are known"
    assert "0 were there" in run(again, "restore-keys", path)
    with client.session_transaction() as session:
        visit = session["visit"]
    visitor = again.test_client()
    with visitor.session_transaction() as session:
        session["visit"] = visit
    assert visitor.get(f"{address}/picture").status_code == 200


def test_a_destroyed_key_does_not_come_back(app: Flask, client: FlaskClient, look: bytes, apart: Path) -> None:
    kept, forgotten = (upload(client, look).location.rsplit("/", 1)[-1] for _ in range(2))
    path = back_up(app, apart)
    with app.app_context():
        wiring().key_store.destroy_key(f"photo/{forgotten}")
    again = lose_the_keys_store(app)
    assert "1 were destroyed since the backup and stay so" in run(again, "restore-keys", path)
    with again.app_context():
        assert wiring().key_store.names("photo/") == [f"photo/{kept}"]


def test_an_expired_backup_is_neither_kept_nor_restored(app: Flask, apart: Path, instance: Path) -> None:
    path = back_up(app, apart)
    saved = Path(shutil.copy2(path, apart.parent / path.name))
    with app.app_context():
        backups, later = wiring().key_backups, now() + timedelta(days=31)
        assert backups.delete_expired(apart, later) == [path]
        with pytest.raises(Exception, match="expired"):
            backups.restore(saved, later)
    assert list(apart.iterdir()) == []


def test_fewer_days_hold_for_the_backups_that_are_there(app: Flask, apart: Path, instance: Path) -> None:
    path = back_up(app, apart)
    stricter = create_app(demo_settings(instance, key_backup_days=2))
    with stricter.app_context():
        assert wiring().key_backups.delete_expired(apart, now() + timedelta(days=3)) == [path]


@pytest.mark.parametrize(
    "alter",
    [
        lambda lines: [lines[0].replace("202", "209"), *lines[1:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: ["{}"],
        lambda lines: [],
        lambda lines: ["\x00"],
    ],
    ids=["a later date", "no signature", "a key less", "no backup", "empty", "noise"],
)
def test_an_altered_backup_is_refused_and_changes_nothing(
    app: Flask, client: FlaskClient, look: bytes, apart: Path, alter: object
) -> None:
    assert callable(alter)
    upload(client, look)
    path = back_up(app, apart)
    path.write_text("\n".join(alter(path.read_text().splitlines())))
    again = lose_the_keys_store(app)
    assert "cannot be used" in run(again, "restore-keys", path, fails=True)
    with again.app_context(), db.engines[KEYS_BIND].connect() as keys:
        assert keys.scalar(text("SELECT count(*) FROM wrapped_key")) == 0


@pytest.mark.parametrize("has_made_one", [False, True])
def test_a_backup_of_another_shop_is_refused_even_under_the_same_master_key(
    app: Flask, apart: Path, tmp_path: Path, has_made_one: bool
) -> None:
    if has_made_one:
        back_up(app, apart / "own")
    shutil.copytree(app.extensions["wiring"].settings.master_key.parent, tmp_path / "other" / "keys")
    other = create_app(demo_settings(tmp_path / "other"))
    with other.app_context():
        upgrade()
        assert wiring().keys
    path = back_up(other, apart)
    assert "another shop" in run(app, "restore-keys", path, fails=True)


def test_a_backup_from_before_a_rotation_names_the_master_key_that_it_needs(app: Flask, apart: Path) -> None:
    path = back_up(app, apart)
    run(app, "rotate-keys")
    again = lose_the_keys_store(app)
    assert "is not at" in run(again, "restore-keys", path, fails=True)


def test_a_backup_made_after_a_clock_went_wrong_is_not_trusted(app: Flask, apart: Path) -> None:
    path = back_up(app, apart)
    with app.app_context(), pytest.raises(Exception, match="is the clock right"):
        wiring().key_backups.restore(path, now() - timedelta(days=1))


def test_restoring_over_a_living_store_changes_nothing(
    app: Flask, client: FlaskClient, look: bytes, apart: Path
) -> None:
    address = upload(client, look).location
    path = back_up(app, apart)
    assert run(app, "restore-keys", path).startswith("0 keys were put back")
    assert client.get(f"{address}/picture").status_code == 200


def test_keys_are_not_backed_up_beside_what_they_open(app: Flask, instance: Path) -> None:
    for folder in (instance, instance / "backups", instance.parent):
        assert "shares a folder with" in run(app, "back-up-keys", folder, fails=True)
    assert not (instance / "backups").exists()


def test_a_backup_folder_with_keys_and_photos_is_found_out(
    app: Flask, client: FlaskClient, look: bytes, instance: Path, apart: Path
) -> None:
    upload(client, look)
    back_up(app, apart)
    assert "Nothing here opens anything else" in run(app, "check-backup", apart)
    shutil.copytree(instance / "blobs", apart / "blobs")
    said = run(app, "check-backup", apart, fails=True)
    assert "wrapped keys and sealed photos or columns are in one backup" in said
    assert "the master key" in run(app, "check-backup", instance, fails=True)


def real_shop(folder: Path, **values: Any) -> Settings:
    return Settings(
        _env_file=None, demo=False, instance_dir=folder / "shop", master_key_file=folder / "k" / "m", **values
    )


def test_outside_the_demo_the_keys_store_has_a_folder_of_its_own(tmp_path: Path) -> None:
    def refused(**values: Any) -> str:
        settings = Settings(
            _env_file=None, demo=False, instance_dir=tmp_path / "shop", master_key_file=tmp_path / "k" / "m", **values
        )
        with pytest.raises(SettingsError) as stopped:
            refuse_stores_together(settings)
        return str(stopped.value)

    assert "KEYS_DATABASE_URL" in refused()
    assert "the shop's database" in refused(keys_database_url=f"sqlite:///{tmp_path}/shop/keys/keys.sqlite3")
    assert "the master key" in refused(keys_database_url=f"sqlite:///{tmp_path}/k/keys.sqlite3")
    apart = f"sqlite:///{tmp_path}/apart/keys.sqlite3"
    assert "KEY_BACKUP_DIR" in refused(keys_database_url=apart, key_backup_dir=tmp_path / "shop" / "backup")


def test_a_real_shop_whose_keys_lie_with_the_rest_does_not_start(tmp_path: Path) -> None:
    for name in ("k/m", "k/s"):
        create_key_file(tmp_path / name)
    letters = {"mail_url": "smtps://mail.example", "public_url": "https://shop.example"}
    company = {
        "company_name": "A real shop",
        "company_address": "2 rue du Marché, Lyon",
        "privacy_contact": "p@s.example",
    }
    with pytest.raises(SettingsError, match="KEYS_DATABASE_URL"):
        create_app(real_shop(tmp_path, secret_key_file=tmp_path / "k" / "s", **letters, **company))


def test_stores_apart_and_stores_on_servers_are_fine(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/apart/keys.sqlite3", "postgresql://keys.example/keys"):
        refuse_stores_together(real_shop(tmp_path, keys_database_url=url))
