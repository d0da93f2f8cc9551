"""A copy of all that is kept: made in the background, documented, for its owner alone, gone after its days."""

import io
import json
import re
import zipfile
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from accounts.models import Role
from privacy.consent import Purpose
from privacy.export_archive import CHECKSUMS, DATA, PAGE
from privacy.import_archive import read_archive
from privacy.models import KeptPhoto
from privacy.rights_models import ArchiveState, PersonalArchive
from storage.database import db, now
from tests.factories import drawn_look
from tests.journeys.conftest import ROOT, csrf_token
from tests.journeys.test_requests_desk import account_of, pseudonym_of, send
from tests.journeys.test_shopper import log_in, photo_blobs, upload
from webapp.cli.privacy_rights import schema_page
from webapp.jobs.worker import run_next_job

MY_DATA = "/account/my-data"


@pytest.fixture
def shopper(app: Flask) -> FlaskClient:
    client = app.test_client()
    log_in(client, app, Role.SHOPPER)
    return client


def work_through_jobs(app: Flask) -> None:
    with app.app_context():
        while run_next_job():
            pass


def make_copy(app: Flask, client: FlaskClient) -> str:
    assert send(client, MY_DATA, f"{MY_DATA}/copies").status_code == 303
    work_through_jobs(app)
    found = re.search(rf'{MY_DATA}/copies/([0-9a-f]{{32}})/download"', client.get(MY_DATA).text)
    assert found, "no copy is ready"
    return f"{MY_DATA}/copies/{found[1]}"


def download(app: Flask, client: FlaskClient, copy: str, password: str | None = None) -> TestResponse:
    password = account_of(app, Role.SHOPPER).password if password is None else password
    return send(client, MY_DATA, f"{copy}/download", password=password)


def opened(response: TestResponse) -> zipfile.ZipFile:
    assert response.status_code == 200
    assert response.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(response.data))


def test_a_copy_holds_everything_and_follows_the_committed_schema(app: Flask, shopper: FlaskClient) -> None:
    upload(shopper, drawn_look())
    send(shopper, f"{MY_DATA}/requests", f"{MY_DATA}/requests", kind="access", words="Qui ?")
    archive = opened(download(app, shopper, make_copy(app, shopper)))
    document = json.loads(archive.read(DATA))
    schema = json.loads((ROOT / "docs" / "personal-data.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)
    data = document["data"]
    assert data["account"]["email"] == account_of(app, Role.SHOPPER).email
    [photo] = data["photos"]
    assert archive.read(photo["picture"]["path"]).startswith(b"\xff\xd8")
    assert all(archive.read(garment["crop"]["path"]).startswith(b"\xff\xd8") for garment in photo["garments"])
    [consent] = data["consents"]
    assert consent["photo"] == photo["id"]
    assert "similar items" in consent["words"] or "articles similaires" in consent["words"]
    assert data["requests"][0]["words"] == "Qui ?"
    actions = {act["action"] for act in data["audit"]}
    assert {"photo.kept", "request.received", "export.asked"} <= actions


def test_the_committed_schema_is_the_one_in_force() -> None:
    committed = (ROOT / "docs" / "personal-data.schema.json").read_text(encoding="utf-8")
    assert committed == schema_page(), "run `flask privacy export-schema > docs/personal-data.schema.json`"


def test_a_copy_can_be_checked_with_the_usual_tool(app: Flask, shopper: FlaskClient, tmp_path: Path) -> None:
    import subprocess

    upload(shopper, drawn_look())
    opened(download(app, shopper, make_copy(app, shopper))).extractall(tmp_path)
    subprocess.run(["sha256sum", "--check", "--strict", CHECKSUMS], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(("language", "words"), [("fr", "Consentements"), ("en", "Consents")])
def test_the_page_is_in_the_persons_language_complete_and_without_a_script(
    app: Flask, shopper: FlaskClient, language: str, words: str
) -> None:
    token = csrf_token(shopper.get("/").text)
    shopper.post("/language", data={"csrf_token": token, "language": language})
    upload(shopper, drawn_look())
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    send(shopper, f"{MY_DATA}/requests", f"{MY_DATA}/requests", kind="access", words=evil)
    page = opened(download(app, shopper, make_copy(app, shopper))).read(PAGE).decode()

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.tags: list[str] = []
            self.sources: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)
            self.sources += [str(value) for name, value in attrs if name in ("src", "href")]

    reader = Reader()
    reader.feed(page)
    assert f'<html lang="{language}">' in page
    assert words in page
    assert "script" not in reader.tags
    assert all(source.startswith(("data:image/jpeg;base64,", "#")) for source in reader.sources)
    assert reader.tags.count("img") >= 2
    assert account_of(app, Role.SHOPPER).email in page


def test_the_french_page_says_every_subject_and_value_in_french(app: Flask, shopper: FlaskClient) -> None:
    token = csrf_token(shopper.get("/").text)
    shopper.post("/language", data={"csrf_token": token, "language": "fr"})
    sent = {"csrf_token": token, "consent": [*Purpose], "photo": (io.BytesIO(drawn_look()), "a.jpg")}
    photo = shopper.post("/photos", data=sent, content_type="multipart/form-data").location
    send(shopper, photo, f"{photo}/garments/0/correction", category="skirt", colour="red")
    archive = opened(download(app, shopper, make_copy(app, shopper)))
    page, data = archive.read(PAGE).decode(), json.loads(archive.read(DATA))["data"]
    assert data["counted_garments"]
    assert "Counted garments" not in page
    assert ">Statistiques</h2>" in page
    assert "Gardée jusqu’à ce que vous la retiriez de votre garde-robe" in page
    assert "9999" not in page
    assert "Vos corrections : Jupe, Rouge" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert not [counted for counted in data["counted_garments"] if f"<dd>{counted['colour']}</dd>" in page]
    assert not re.search(r"<dt>(Day|Exported at)</dt>", page)


def test_a_wrong_password_and_another_person_get_nothing(app: Flask, shopper: FlaskClient) -> None:
    copy = make_copy(app, shopper)
    refused = download(app, shopper, copy, "guess")
    assert refused.status_code == 401
    assert not refused.data.startswith(b"PK")
    stranger = app.test_client()
    log_in(stranger, app, Role.PRIVACY_OFFICER)
    own = account_of(app, Role.PRIVACY_OFFICER).password
    assert send(stranger, MY_DATA, f"{copy}/download", password=own).status_code == 404
    assert stranger.get(f"{copy}/progress").status_code == 404
    assert send(stranger, MY_DATA, f"{copy}/erase").status_code == 404
    assert send(app.test_client(), "/account/login", f"{copy}/download", password=own).status_code in (302, 401)


def test_at_rest_a_copy_is_sealed(app: Flask, shopper: FlaskClient) -> None:
    upload(shopper, drawn_look())
    make_copy(app, shopper)
    instance = app.extensions["wiring"].settings.instance
    [blob] = [path for path in (instance / "blobs" / "archives").rglob("*") if path.is_file()]
    content = blob.read_bytes()
    assert not content.startswith(b"PK")
    assert b"data.json" not in content


def test_a_copy_lapses_and_the_purge_takes_it(app: Flask, shopper: FlaskClient) -> None:
    copy = make_copy(app, shopper)
    with app.app_context():
        db.session.execute(update(PersonalArchive).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    assert download(app, shopper, copy).status_code == 404
    result = app.test_cli_runner().invoke(args=["privacy", "purge"])
    assert result.exit_code == 0, result.output
    with app.app_context():
        assert db.session.query(PersonalArchive).count() == 0
        assert app.extensions["wiring"].key_store.names("archive/") == []
    assert list((app.extensions["wiring"].settings.instance / "blobs").rglob("archive.zip")) == []


def test_a_clock_put_back_does_not_prolong_a_copy(app: Flask, shopper: FlaskClient) -> None:
    copy = make_copy(app, shopper)
    with app.app_context():
        later = now() + timedelta(days=1)
        db.session.execute(update(PersonalArchive).values(created_at=later, expires_at=later + timedelta(days=7)))
        db.session.commit()
    answer = download(app, shopper, copy)
    assert answer.status_code == 503
    assert not answer.data.startswith(b"PK")


def test_a_newer_copy_replaces_the_older_one_and_both_can_be_erased(app: Flask, shopper: FlaskClient) -> None:
    first, second = make_copy(app, shopper), make_copy(app, shopper)
    assert first != second
    assert download(app, shopper, first).status_code == 404
    assert send(shopper, MY_DATA, f"{second}/erase").status_code == 303
    assert download(app, shopper, second).status_code == 404


def test_asked_for_twice_it_is_made_once(app: Flask, shopper: FlaskClient) -> None:
    for _ in range(2):
        send(shopper, MY_DATA, f"{MY_DATA}/copies")
    with app.app_context():
        assert db.session.query(PersonalArchive).count() == 1
    progress = re.search(r'data-job="([^"]+)"', shopper.get(MY_DATA).text)
    assert progress
    assert shopper.get(progress[1]).json == {"open": True, "done": 0, "total": 0, "percent": 0}
    work_through_jobs(app)
    shown = shopper.get(progress[1]).json
    assert shown is not None
    assert shown["open"] is False
    assert shown["done"] == shown["total"] > 0


def test_a_photo_that_cannot_be_opened_hides_no_other(app: Flask, shopper: FlaskClient) -> None:
    upload(shopper, drawn_look())
    upload(shopper, drawn_look(1))
    damaged, *_ = [path for path in photo_blobs(app) if path.name == "photo.jpg"]
    damaged.write_bytes(damaged.read_bytes()[:100])
    archive = opened(download(app, shopper, make_copy(app, shopper)))
    photos = json.loads(archive.read(DATA))["data"]["photos"]
    assert sorted(photo["problem"] or "" for photo in photos) == ["", "damaged"]
    assert len(read_archive(archive.fp.getvalue()).photos) == 1  # type: ignore[union-attr]


def test_data_on_hold_can_still_be_copied_and_sent_by_nobody_else(app: Flask, shopper: FlaskClient) -> None:
    address = upload(shopper, drawn_look()).location
    send(shopper, MY_DATA, f"{MY_DATA}/standing", what="restricted", set="on")
    assert shopper.get(address).status_code == 403
    archive = opened(download(app, shopper, make_copy(app, shopper)))
    assert json.loads(archive.read(DATA))["data"]["photos"]


def test_an_export_that_fails_says_so_and_leaves_nothing(
    app: Flask, shopper: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    send(shopper, MY_DATA, f"{MY_DATA}/copies")
    monkeypatch.setattr(type(app.extensions["wiring"].blobs), "put", full)
    work_through_jobs(app)
    with app.app_context():
        [archive] = db.session.query(PersonalArchive).all()
        assert archive.state == ArchiveState.FAILED
        assert app.extensions["wiring"].key_store.names("archive/") == []
    assert "notice-danger" in shopper.get(MY_DATA).text or "problem" in shopper.get(MY_DATA).text


def test_the_audit_in_a_copy_never_names_the_staff(app: Flask, shopper: FlaskClient) -> None:
    officer = app.test_client()
    log_in(officer, app, Role.PRIVACY_OFFICER)
    send(officer, "/privacy-desk/requests", "/privacy-desk/requests/search", q=account_of(app, Role.SHOPPER).email)
    archive = opened(download(app, shopper, make_copy(app, shopper)))
    content = archive.read(DATA).decode()
    assert pseudonym_of(app, Role.PRIVACY_OFFICER) not in content
    searched = [act for act in json.loads(content)["data"]["audit"] if act["action"] == "person.searched"]
    assert [act["by"] for act in searched] == ["staff"]


def test_a_copy_outlives_no_photo_by_an_id(app: Flask, shopper: FlaskClient) -> None:
    """What is exported is what is kept at that moment: a forgotten photo is in no later copy."""
    address = upload(shopper, drawn_look()).location
    send(shopper, address, f"{address}/forget")
    data = json.loads(opened(download(app, shopper, make_copy(app, shopper))).read(DATA))["data"]
    assert "photos" not in data
    with app.app_context():
        assert db.session.query(KeptPhoto).count() == 0
