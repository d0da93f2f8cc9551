"""Two shops: what one hands out the other takes over, with consents asked anew, all of it or nothing."""

import io
import json
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from accounts.models import Role, WardrobeItem
from privacy.consent import Purpose
from privacy.models import ConsentRecord, KeptPhoto, ShopAuditNote
from privacy.rights_models import ArchiveState, PersonalArchive
from recommender.garment_corrections import GarmentCorrection, corrections_of
from storage.database import db
from tests.factories import demo_settings, drawn_look, encoded, photo
from tests.journeys.conftest import csrf_token
from tests.journeys.test_corrections import correct
from tests.journeys.test_my_copies import MY_DATA, download, make_copy, work_through_jobs
from tests.journeys.test_requests_desk import pseudonym_of, send
from tests.journeys.test_shopper import log_in, photo_blobs, upload
from tests.unit.test_archives import members_of, packed, summed
from webapp import create_app

IMPORT = f"{MY_DATA}/import"
SEARCH = Purpose.RECOMMENDATION.value


@pytest.fixture
def shopper(app: Flask) -> FlaskClient:
    client = app.test_client()
    log_in(client, app, Role.SHOPPER)
    return client


@pytest.fixture(scope="module")
def exported(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the first shop hands out: two photos, one of them with a corrected garment."""
    instance = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("first") / "instance"))
    first = create_app(demo_settings(instance))
    client = first.test_client()
    log_in(client, first, Role.SHOPPER)
    corrected = upload(client, drawn_look()).location.rsplit("/", 1)[1]
    correct(client, corrected, category="dress", colour="red")
    upload(client, drawn_look(1))
    return download(first, client, make_copy(first, client)).data


def bring(client: FlaskClient, content: bytes, name: str = "data.zip") -> TestResponse:
    token = csrf_token(client.get(IMPORT).text)
    data = {"csrf_token": token, "archive": (io.BytesIO(content), name)}
    return client.post(IMPORT, data=data, content_type="multipart/form-data")


def choose(client: FlaskClient, address: str, *ticked: tuple[int, str]) -> TestResponse:
    token = csrf_token(client.get(address).text)
    fields = [("csrf_token", token), *((f"photo-{number}", purpose) for number, purpose in ticked)]
    return client.post(address, data=MultiDict(fields))


def nothing_is_kept(app: Flask) -> bool:
    with app.app_context():
        rows = [db.session.query(table).count() for table in (KeptPhoto, ConsentRecord, WardrobeItem)]
        keys = app.extensions["wiring"].key_store.names("photo/")
    return rows == [0, 0, 0] and keys == [] and photo_blobs(app) == []


def test_photos_travel_with_their_corrections_and_not_with_their_consents(
    app: Flask, shopper: FlaskClient, exported: bytes
) -> None:
    chosen = bring(shopper, exported).location
    page = shopper.get(chosen).text
    assert "checked" not in page
    assert nothing_is_kept(app)
    pictures = re.findall(r'src="([^"]+/photos/\d+)"', page)
    assert [shopper.get(picture).data[:2] for picture in pictures] == [b"\xff\xd8"] * 2
    assert choose(shopper, chosen, (0, SEARCH), (1, SEARCH), (1, Purpose.WARDROBE.value)).status_code == 303
    work_through_jobs(app)
    assert "2 photo" in shopper.get(chosen).text
    with app.app_context():
        photos = db.session.query(KeptPhoto).all()
        assert len(photos) == 2
        agreed = sorted(record.purpose for record in db.session.query(ConsentRecord))
        assert agreed == [SEARCH, SEARCH, "wardrobe"]
        assert {record.language for record in db.session.query(ConsentRecord)} == {"fr"}
        assert db.session.query(WardrobeItem).count() > 0
        vault, pseudonym = app.extensions["wiring"].vault, pseudonym_of(app, Role.SHOPPER)
        said = [
            correction
            for one in photos
            for correction in corrections_of(vault.open(one.id, pseudonym=pseudonym, has_account=True)).values()
        ]
        assert said == [GarmentCorrection("dress", "red")]
        shown = shopper.get(f"/photos/{photos[0].id}")
    assert shown.status_code == 200
    assert "/products/" in shown.text


def test_what_is_not_chosen_is_erased_unseen(app: Flask, shopper: FlaskClient, exported: bytes) -> None:
    chosen = bring(shopper, exported).location
    choose(shopper, chosen, (1, SEARCH))
    work_through_jobs(app)
    with app.app_context():
        assert db.session.query(KeptPhoto).count() == 1
        [archive] = db.session.query(PersonalArchive).all()
        assert archive.state == ArchiveState.DONE
        assert app.extensions["wiring"].key_store.names("archive/") == []
    assert list((app.extensions["wiring"].settings.instance / "blobs").rglob("archive.zip")) == []


def test_while_it_waits_the_file_is_sealed_and_for_its_owner_alone(
    app: Flask, shopper: FlaskClient, exported: bytes
) -> None:
    chosen = bring(shopper, exported).location
    [blob] = (app.extensions["wiring"].settings.instance / "blobs").rglob("archive.zip")
    assert b"data.json" not in blob.read_bytes()
    stranger = app.test_client()
    log_in(stranger, app, Role.MERCHANDISER)
    assert stranger.get(chosen).status_code == 404
    assert stranger.get(f"{chosen}/photos/0").status_code == 404
    assert shopper.get(f"{chosen}/photos/7").status_code == 404
    assert send(shopper, chosen, f"{chosen}/erase").status_code == 303
    assert shopper.get(chosen).status_code == 404
    assert list((app.extensions["wiring"].settings.instance / "blobs").rglob("archive.zip")) == []


def test_a_second_time_the_photos_are_known_again(app: Flask, shopper: FlaskClient, exported: bytes) -> None:
    choose(shopper, bring(shopper, exported).location, (0, SEARCH))
    work_through_jobs(app)
    again = bring(shopper, exported).location
    page = shopper.get(again).text
    assert 'name="photo-0"' not in page
    assert 'name="photo-1"' in page
    assert choose(shopper, again, (0, SEARCH)).status_code == 422
    choose(shopper, again, (0, SEARCH), (1, SEARCH))
    work_through_jobs(app)
    with app.app_context():
        assert db.session.query(KeptPhoto).count() == 2


def test_brought_back_to_where_they_came_from_they_are_known(app: Flask, shopper: FlaskClient) -> None:
    upload(shopper, drawn_look())
    own = download(app, shopper, make_copy(app, shopper)).data
    assert 'name="photo-' not in shopper.get(bring(shopper, own).location).text


def test_nothing_ticked_takes_nothing_over(app: Flask, shopper: FlaskClient, exported: bytes) -> None:
    chosen = bring(shopper, exported).location
    assert choose(shopper, chosen).status_code == 422
    assert choose(shopper, chosen, (0, Purpose.WARDROBE.value)).status_code == 403, "the search is needed"
    assert choose(shopper, chosen, (0, "everything")).status_code == 400
    work_through_jobs(app)
    assert nothing_is_kept(app)


def test_an_objection_is_not_undone_by_an_import(app: Flask, shopper: FlaskClient, exported: bytes) -> None:
    send(shopper, MY_DATA, f"{MY_DATA}/standing", what="statistics", set="on")
    chosen = bring(shopper, exported).location
    assert 'value="statistics"' not in shopper.get(chosen).text
    choose(shopper, chosen, (0, SEARCH), (0, "statistics"))
    work_through_jobs(app)
    with app.app_context():
        assert {record.purpose for record in db.session.query(ConsentRecord)} == {SEARCH}


def test_with_data_on_hold_nothing_new_is_taken_in(app: Flask, shopper: FlaskClient, exported: bytes) -> None:
    chosen = bring(shopper, exported).location
    send(shopper, MY_DATA, f"{MY_DATA}/standing", what="restricted", set="on")
    assert choose(shopper, chosen, (0, SEARCH)).status_code == 403
    work_through_jobs(app)
    assert nothing_is_kept(app)


def with_broken_photo(exported: bytes, content: bytes) -> bytes:
    """Exchange the second photo for other bytes, with checksums that fit: a careful hand, or a broken export."""
    import hashlib

    members = members_of(exported)
    document = json.loads(members["data.json"])
    entry = document["data"]["photos"][1]["picture"]
    entry |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    return summed(members | {entry["path"]: content, "data.json": json.dumps(document).encode()})


@pytest.mark.parametrize(
    "content",
    [
        b"no photo at all",
        b"\xff\xd8\xff\xe0 cut short",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encoded(photo(), "GIF"),
    ],
)
def test_one_photo_that_cannot_be_read_takes_none_over(
    app: Flask, shopper: FlaskClient, exported: bytes, content: bytes
) -> None:
    chosen = bring(shopper, with_broken_photo(exported, content)).location
    choose(shopper, chosen, (0, SEARCH), (1, SEARCH))
    work_through_jobs(app)
    assert nothing_is_kept(app)
    page = shopper.get(chosen).text
    assert "notice-danger" in page
    with app.app_context():
        [archive] = db.session.query(PersonalArchive).all()
        assert (archive.state, archive.problem) == (ArchiveState.FAILED, "archive_photo_unreadable")


def test_a_full_disk_halfway_leaves_nothing(
    app: Flask, shopper: FlaskClient, exported: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = bring(shopper, exported).location
    choose(shopper, chosen, (0, SEARCH), (1, SEARCH))
    blobs = type(app.extensions["wiring"].blobs)
    put, written = blobs.put, []

    def fills_up(store: object, key: str, content: bytes) -> None:
        written.append(key)
        if len(written) > 6:
            raise OSError(28, "No space left on device")
        put(store, key, content)  # type: ignore[arg-type]

    monkeypatch.setattr(blobs, "put", fills_up)
    work_through_jobs(app)
    assert len(written) > 6
    assert nothing_is_kept(app)


@pytest.mark.parametrize(
    ("spoil", "status", "code"),
    [
        (lambda whole: b"", 422, "archive_damaged"),
        (lambda whole: whole[:-500], 422, "archive_damaged"),
        (lambda whole: b"PK\x03\x04" + bytes(500), 422, "archive_damaged"),
        (lambda whole: packed({"index.html": b"<h1>Hello</h1>"}), 422, "archive_foreign"),
        (lambda whole: summed(members_of(whole) | {"data.json": b"{"}), 422, "archive_altered"),
        (lambda whole: packed(members_of(whole) | {"index.html": b"x"}), 422, "archive_altered"),
        (lambda whole: summed(members_of(whole) | {"../up.jpg": b"x"}), 422, "archive_unsafe"),
        (lambda whole: packed(members_of(whole) | {"photos/bomb.jpg": bytes(210_000_000)}), 413, "archive_too_large"),
    ],
)
def test_a_file_that_is_no_such_copy_is_refused_by_name(
    app: Flask, shopper: FlaskClient, exported: bytes, spoil: object, status: int, code: str
) -> None:
    assert callable(spoil)
    answer = bring(shopper, spoil(exported))
    assert answer.status_code == status
    assert "notice-danger" in answer.text
    assert nothing_is_kept(app)
    with app.app_context():
        assert db.session.query(PersonalArchive).count() == 0
        [refused] = db.session.query(ShopAuditNote).filter_by(action="import.refused")
        assert json.loads(refused.details) == {"problem": code}


def test_no_file_at_all_is_said_plainly(shopper: FlaskClient) -> None:
    assert bring(shopper, b"", name="").status_code == 400


def test_a_file_over_the_limit_is_refused_before_it_is_read(app: Flask) -> None:
    instance = app.extensions["wiring"].settings.instance
    small = create_app(demo_settings(instance, max_archive_bytes=1_000_000))
    client = small.test_client()
    log_in(client, small, Role.SHOPPER)
    assert bring(client, bytes(1_100_000)).status_code == 413


def test_a_visitor_may_send_no_more_than_a_photo(app: Flask) -> None:
    visitor = app.test_client()
    token = csrf_token(visitor.get("/account/login").text)
    limit = app.extensions["wiring"].settings.max_upload_bytes
    data = {"csrf_token": token, "archive": (io.BytesIO(bytes(limit + 1000)), "data.zip")}
    assert visitor.post(IMPORT, data=data, content_type="multipart/form-data").status_code == 413


def test_an_import_that_is_not_confirmed_within_its_hour_lapses(
    app: Flask, shopper: FlaskClient, exported: bytes
) -> None:
    from datetime import timedelta

    from sqlalchemy import update

    from storage.database import now

    chosen = bring(shopper, exported).location
    with app.app_context():
        db.session.execute(update(PersonalArchive).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    assert shopper.get(chosen).status_code == 404
    assert app.test_cli_runner().invoke(args=["privacy", "purge"]).exit_code == 0
    with app.app_context():
        assert db.session.query(PersonalArchive).count() == 0
