"""An operator's journey with keys: rotate while the shop serves, sweep what killed processes left."""

import errno
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from privacy.models import ConsentRecord, KeptPhoto, KeysAuditNote, WrappedKeyRow
from storage.blobs import BlobStore
from storage.database import KEYS_BIND, db, now
from tests.factories import drawn_look
from tests.journeys.conftest import ROOT
from tests.journeys.test_shopper import photo_blobs, upload
from webapp import create_app
from webapp.wiring import wiring


@pytest.fixture(scope="module")
def look() -> bytes:
    return drawn_look()


def run(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["privacy", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def master_key_ids(app: Flask) -> set[str]:
    with app.app_context(), db.engines[KEYS_BIND].connect() as keys:
        return set(keys.scalars(text("SELECT master_key_id FROM wrapped_key")))


def test_a_photo_opens_before_and_after_a_rotation_and_hangs_on_the_new_key(
    app: Flask, client: FlaskClient, look: bytes
) -> None:
    address = upload(client, look).location
    [former] = master_key_ids(app)
    said = run(app, "rotate-keys")
    [current] = master_key_ids(app)
    assert current != former
    assert current in said
    assert f"Nothing hangs on {former}" in said
    assert client.get(f"{address}/picture").status_code == 200
    key_folder = app.extensions["wiring"].settings.master_key.parent
    assert list(key_folder.glob("*.old")) == []


def test_a_rotation_leaves_notes_for_the_audit(app: Flask, client: FlaskClient, look: bytes) -> None:
    upload(client, look)
    run(app, "rotate-keys")
    with app.app_context():
        actions = set(db.session.scalars(select(KeysAuditNote.action)))
    assert {"keys.rotation_begun", "keys.rotated"} <= actions


def test_accounts_and_pseudonyms_stay_through_a_rotation(app: Flask) -> None:
    with app.app_context():
        before = wiring().keys
    run(app, "rotate-keys")
    with create_app(app.extensions["wiring"].settings).app_context():
        assert wiring().keys == before


def test_the_shop_serves_while_keys_are_rotated_in_another_process(
    app: Flask, client: FlaskClient, instance: Path, look: bytes
) -> None:
    addresses = [upload(client, look).location for _ in range(3)]
    answers: list[int] = []
    done = threading.Event()

    def look_at_photos() -> None:
        while not done.is_set():
            answers.extend(client.get(f"{address}/picture").status_code for address in addresses)

    visitor = threading.Thread(target=look_at_photos)
    visitor.start()
    try:
        rotated = flask_command(instance, "privacy", "rotate-keys")
    finally:
        done.set()
        visitor.join()
    assert rotated.returncode == 0, rotated.stderr
    assert len(answers) > 6
    assert set(answers) == {200}
    assert upload(client, look).status_code == 303


def flask_command(instance: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "flask", *arguments]
    environment = environment_of(instance)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def environment_of(instance: Path) -> dict[str, str]:
    return {"DEMO": "1", "INSTANCE_DIR": str(instance), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}


def test_a_key_that_cannot_be_opened_stops_nothing_and_is_named(app: Flask, client: FlaskClient, look: bytes) -> None:
    damaged, whole = (upload(client, look).location for _ in range(2))
    about = f"photo/{damaged.rsplit('/', 1)[-1]}"
    with app.app_context(), db.engines[KEYS_BIND].begin() as keys:
        keys.execute(update(WrappedKeyRow).where(WrappedKeyRow.about == about).values(wrapped=b"damaged" * 9))
    result = app.test_cli_runner().invoke(args=["privacy", "rotate-keys"])
    assert result.exit_code == 1
    assert about in result.output
    assert client.get(f"{whole}/picture").status_code == 200
    assert client.get(f"{damaged}/picture").status_code == 500
    assert len(master_key_ids(app)) == 2, "the former master key stays: a key hangs on it"


def test_a_rotation_with_another_shops_master_key_takes_nothing_away(app: Flask) -> None:
    path = app.extensions["wiring"].settings.master_key
    right, other = path.read_bytes(), bytes(range(32))
    with app.app_context():
        assert wiring().keys
    path.write_bytes(other)
    result = app.test_cli_runner().invoke(args=["privacy", "rotate-keys"])
    assert result.exit_code == 1
    assert "opens no key of this shop" in result.output
    assert path.read_bytes() == other, "it opens another shop's keys: it is not ours to overwrite"
    path.write_bytes(right)
    run(app, "rotate-keys")


@pytest.mark.parametrize(
    "command",
    [
        "privacy verify-audit",
        "privacy purge",
        "privacy public-key",
        "privacy resume-erasures",
        "privacy replay-erasures",
    ],
)
def test_without_its_master_key_a_command_ends_in_one_line(app: Flask, command: str) -> None:
    with app.app_context():
        assert wiring().keys
    path = app.extensions["wiring"].settings.master_key
    path.write_bytes(bytes(range(32)))
    settings = app.extensions["wiring"].settings
    result = create_app(settings).test_cli_runner().invoke(args=command.split())
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    assert "the master key" in result.output


def test_what_a_killed_upload_left_is_swept_after_an_hour(app: Flask, client: FlaskClient, look: bytes) -> None:
    kept = upload(client, look).location
    kept_blobs = photo_blobs(app)
    with app.app_context():
        killed = wiring().vault.keep(photo_id="a" * 32, pseudonym="b" * 32, has_account=False, is_drawing=True)
        killed.write("photo.jpg", b"half an upload")
        db.session.rollback()
    assert run(app, "sweep").startswith("0 keys")
    assert len(photo_blobs(app)) > len(kept_blobs), "an upload under way is left alone"
    with app.app_context(), db.engines[KEYS_BIND].begin() as keys:
        keys.execute(update(WrappedKeyRow).values(created_at=now() - timedelta(hours=2)))
    assert run(app, "sweep").startswith("1 keys of nothing destroyed, blobs of 1 photos deleted")
    assert photo_blobs(app) == kept_blobs
    assert client.get(f"{kept}/picture").status_code == 200


def test_an_upload_that_meets_a_full_disk_leaves_nothing(
    app: Flask, client: FlaskClient, look: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, written = BlobStore.put, []

    def put_until_full(store: BlobStore, key: str, content: bytes) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(key)
        put(store, key, content)

    monkeypatch.setattr(BlobStore, "put", put_until_full)
    assert upload(client, look).status_code == 507
    assert len(written) == 2
    assert photo_blobs(app) == []
    with app.app_context():
        assert wiring().key_store.names("photo/") == []
        assert db.session.query(KeptPhoto).count() == 0
        assert db.session.query(ConsentRecord).count() == 0


def test_a_rotation_that_is_killed_goes_on_when_it_is_run_again(app: Flask, instance: Path) -> None:
    with app.app_context():
        keys = {f"photo/{number:032x}": wiring().key_store.new_key(f"photo/{number:032x}") for number in range(400)}
    [former] = master_key_ids(app)
    command = [sys.executable, "-m", "flask", "privacy", "rotate-keys"]
    rotation = subprocess.Popen(command, cwd=ROOT, env=environment_of(instance), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while master_key_ids(app) == {former} and time.monotonic() < deadline:
        time.sleep(0.005)
    rotation.kill()
    rotation.wait(timeout=30)
    assert len(master_key_ids(app)) == 2, "killed in the middle"
    with app.app_context():
        assert all(wiring().key_store.open_key(about) == key for about, key in keys.items())
    run(app, "rotate-keys")
    assert former not in master_key_ids(app)
    assert len(master_key_ids(app)) == 1
    with app.app_context():
        assert len(wiring().key_service.versions()) == 1
        assert all(wiring().key_store.open_key(about) == key for about, key in keys.items())


def test_an_erasure_killed_after_its_key_is_finished_by_the_sweep(app: Flask, client: FlaskClient, look: bytes) -> None:
    photo_id = upload(client, look).location.rsplit("/", 1)[-1]
    with app.app_context():
        wiring().key_store.destroy_key(f"photo/{photo_id}")
    assert client.get(f"/photos/{photo_id}").status_code == 404
    assert "1 half-done erasures finished" in run(app, "sweep")
    assert photo_blobs(app) == []
    with app.app_context():
        assert db.session.query(KeptPhoto).count() == 0


def test_a_sweep_against_the_wrong_database_destroys_nothing(app: Flask) -> None:
    with app.app_context():
        for number in range(101):
            wiring().key_store.new_key(f"photo/{number:032x}")
        with db.engines[KEYS_BIND].begin() as keys:
            keys.execute(update(WrappedKeyRow).values(created_at=now() - timedelta(hours=2)))
    result = app.test_cli_runner().invoke(args=["privacy", "sweep"])
    assert result.exit_code == 1
    assert "nothing was destroyed" in result.output
    with app.app_context():
        assert len(wiring().key_store.names("photo/")) == 101
    assert run(app, "sweep", "--all").startswith("101 keys")
