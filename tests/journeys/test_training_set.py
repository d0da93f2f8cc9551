"""The training pool: who agrees is in it, who takes that back is out, their exported files too."""

import errno
import os
import stat
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import delete, select, update

from accounts.models import Role
from privacy.errors import TrainingFolderUnreachable
from privacy.models import ConsentRecord, KeptPhoto, TrainingExport
from privacy.sources import Scope
from privacy.standing import change_standing
from privacy.training_pool import TrainingFolder, export_training_set
from privacy.training_source import TrainingSource
from privacy.withdrawals import unsettled_withdrawals
from recommender.photo_garments import garment_labels
from storage.database import db, now
from tests.factories import drawn_look
from tests.journeys.conftest import csrf_token
from tests.journeys.test_consents import sent, switch
from tests.journeys.test_shopper import log_in
from webapp.photo_consents import finish_withdrawals


@pytest.fixture(scope="module")
def look() -> bytes:
    return drawn_look(1)


@pytest.fixture
def shopper(app: Flask) -> FlaskClient:
    """Somebody with an account."""
    client = app.test_client()
    log_in(client, app, Role.SHOPPER)
    return client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the training machine reads."""
    return tmp_path / "training set"


def export(app: Flask, folder: Path, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["privacy", "training-set", str(folder), *options])


def pictures(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.jpg"))


def rows(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(TrainingExport)).all())


def test_only_photos_whose_owners_agree_are_exported_and_each_once(
    app: Flask, shopper: FlaskClient, client: FlaskClient, look: bytes, folder: Path
) -> None:
    sent(shopper, look, "recommendation")
    sent(client, look, "recommendation", "statistics")
    assert "0 photos" in export(app, folder).output
    sent(shopper, look, "recommendation", "training")
    result = export(app, folder)
    assert result.exit_code == 0, result.output
    found = pictures(folder)
    assert len(found) >= 2
    assert "1 photos" in result.output
    for path in found:
        with Image.open(path) as picture:
            assert picture.format == "JPEG"
    assert "0 files are new" in export(app, folder).output
    assert pictures(folder) == found


def test_the_files_are_for_their_owner_alone_and_their_names_lead_to_nobody(
    app: Flask, shopper: FlaskClient, look: bytes, folder: Path
) -> None:
    photo_id = sent(shopper, look, "recommendation", "training")
    export(app, folder)
    with app.app_context():
        pseudonym = db.session.get_one(KeptPhoto, photo_id).pseudonym
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert photo_id not in str(path)
        assert pseudonym not in str(path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_withdrawal_deletes_the_files_of_that_photo_at_once(
    app: Flask, shopper: FlaskClient, look: bytes, folder: Path
) -> None:
    kept = sent(shopper, look, "recommendation", "training")
    export(app, folder)
    of_kept = pictures(folder)
    withdrawn = sent(shopper, look, "recommendation", "training")
    export(app, folder)
    assert len(pictures(folder)) == 2 * len(of_kept)
    switch(shopper, withdrawn, "training", on=False)
    assert pictures(folder) == of_kept
    assert shopper.get(f"/photos/{withdrawn}").status_code == 200
    assert "0 files are new" in export(app, folder).output
    assert kept != withdrawn


@pytest.mark.parametrize("way", ["forget", "recommendation withdrawn"])
def test_an_erased_photo_leaves_no_file(app: Flask, shopper: FlaskClient, look: bytes, folder: Path, way: str) -> None:
    photo_id = sent(shopper, look, "recommendation", "training")
    export(app, folder)
    if way == "forget":
        token = csrf_token(shopper.get("/").text)
        shopper.post(f"/photos/{photo_id}/forget", data={"csrf_token": token})
    else:
        for purpose in ("training", "recommendation"):
            switch(shopper, photo_id, purpose, on=False)
    assert pictures(folder) == []
    assert rows(app) == 0


def test_a_folder_that_is_away_is_named_and_its_files_go_when_it_is_back(
    app: Flask, shopper: FlaskClient, look: bytes, folder: Path
) -> None:
    photo_id = sent(shopper, look, "recommendation", "training")
    export(app, folder)
    files = len(pictures(folder))
    away = folder.rename(folder.with_name("disk in a drawer"))
    folder.mkdir()  # the empty mount point
    assert switch(shopper, photo_id, "training", on=False).status_code == 303
    assert len(pictures(away)) == files
    with app.app_context():
        scope = Scope(db.session.get_one(KeptPhoto, photo_id).pseudonym)
        assert str(folder) in TrainingSource().remains(scope)[0]
        with pytest.raises(TrainingFolderUnreachable, match=f"{files} files"):
            TrainingSource().erase(scope)
        assert len(unsettled_withdrawals()) == 1
        with pytest.raises(TrainingFolderUnreachable):
            finish_withdrawals()
    officer = app.test_client()
    log_in(officer, app, Role.PRIVACY_OFFICER)
    for path in ("/privacy-desk/", "/privacy-desk/consents"):
        assert ("notice-danger" if path.endswith("desk/") else "is-out") in officer.get(path).text
    folder.rmdir()
    away.rename(folder)
    with app.app_context():
        assert finish_withdrawals() is True
        assert unsettled_withdrawals() == []
    assert pictures(folder) == []
    assert rows(app) == 0


def test_a_destroyed_folder_is_forgotten_when_somebody_says_so_and_not_while_it_is_there(
    app: Flask, shopper: FlaskClient, look: bytes, folder: Path
) -> None:
    sent(shopper, look, "recommendation", "training")
    export(app, folder)
    refused = export(app, folder, "--destroyed")
    assert refused.exit_code == 1
    assert "still there" in refused.output
    assert rows(app) > 0
    folder.rename(folder.with_name("gone"))
    assert export(app, folder, "--destroyed").exit_code == 0
    assert rows(app) == 0


@pytest.mark.parametrize("where", ["repository", "below the repository", "instance", "blobs", "above the instance"])
def test_a_folder_where_the_shop_keeps_things_is_refused(app: Flask, where: str) -> None:
    instance = app.extensions["wiring"].settings.instance
    root = Path(__file__).resolve().parents[2]
    target = {
        "repository": root,
        "below the repository": root / "crops",
        "instance": instance,
        "blobs": instance / "blobs" / "training",
        "above the instance": instance.parent,
    }[where]
    existed = target.exists()
    result = export(app, target)
    assert result.exit_code == 1
    assert "overlaps" in result.output
    assert target.exists() == existed


def test_a_symbolic_link_into_the_shop_is_refused(app: Flask, tmp_path: Path) -> None:
    link = tmp_path / "innocent"
    link.symlink_to(app.extensions["wiring"].settings.instance / "blobs", target_is_directory=True)
    assert "overlaps" in export(app, link).output


def test_a_folder_with_other_files_or_open_to_others_is_refused(app: Flask, tmp_path: Path) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / "letter.txt").write_text("somebody's")
    assert "holds other files" in export(app, used).output
    good = tmp_path / "good"
    export(app, good)
    good.chmod(0o755)
    assert "chmod 700" in export(app, good).output
    (tmp_path / "file").write_text("no folder")
    assert export(app, tmp_path / "file").exit_code != 0
    assert export(app, tmp_path / "file" / "below").exit_code == 1


def test_data_on_hold_is_left_out_and_its_copies_go(
    app: Flask, shopper: FlaskClient, look: bytes, folder: Path
) -> None:
    photo_id = sent(shopper, look, "recommendation", "training")
    export(app, folder)
    with app.app_context():
        pseudonym = db.session.get_one(KeptPhoto, photo_id).pseudonym
        change_standing(pseudonym, restricted=True)
        TrainingSource().restrict(Scope(pseudonym), restricted=True)
        db.session.commit()
    assert pictures(folder) == []
    assert "1 photos were left out" in export(app, folder).output
    assert pictures(folder) == []


def test_a_hold_while_the_folder_is_away_takes_the_copies_later(
    app: Flask, shopper: FlaskClient, look: bytes, folder: Path
) -> None:
    photo_id = sent(shopper, look, "recommendation", "training")
    export(app, folder)
    away = folder.rename(folder.with_name("away"))
    with app.app_context():
        pseudonym = db.session.get_one(KeptPhoto, photo_id).pseudonym
        change_standing(pseudonym, restricted=True)
        TrainingSource().restrict(Scope(pseudonym), restricted=True)
        db.session.commit()
    away.rename(folder)
    with app.app_context():
        finish_withdrawals()
    assert pictures(folder) == []


def test_a_withdrawal_between_the_row_and_the_file_leaves_no_file(
    app: Flask, shopper: FlaskClient, look: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(shopper, look, "recommendation", "training")
    written: list[str] = []
    write = TrainingFolder.write

    def withdrawn_meanwhile(self: TrainingFolder, name: str, content: bytes) -> None:
        # Another process withdraws: its erasure finds no file yet, and drops the row.
        with db.engine.begin() as other:
            other.execute(update(ConsentRecord).where(ConsentRecord.purpose == "training").values(withdrawn_at=now()))
            other.execute(delete(TrainingExport))
        write(self, name, content)
        written.append(name)

    monkeypatch.setattr(TrainingFolder, "write", withdrawn_meanwhile)
    with app.app_context():
        adapters = app.extensions["wiring"]
        prepared = TrainingFolder.prepared(folder, apart_from=adapters.folders_of_the_shop)
        export_training_set(prepared, adapters.vault, garment_labels)
    assert written
    assert pictures(folder) == []


def test_a_kill_between_the_row_and_the_file_is_made_good(
    app: Flask, shopper: FlaskClient, look: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_id = sent(shopper, look, "recommendation", "training")
    with monkeypatch.context() as killing:
        killing.setattr(TrainingFolder, "write", _full_disk)
        result = export(app, folder)
        assert result.exit_code == 1
        assert "No space left" in result.output
    assert pictures(folder) == []
    assert rows(app) > 0
    assert export(app, folder).exit_code == 0
    assert len(pictures(folder)) == rows(app)
    switch(shopper, photo_id, "training", on=False)
    assert rows(app) == 0
    assert pictures(folder) == []


def _full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
