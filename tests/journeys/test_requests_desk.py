"""Requests from their arrival to their end, through the pages of the person and of the officer."""

import re
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from accounts.models import Account, Role
from privacy.audit_source import AuditSource
from privacy.models import ShopAuditNote
from privacy.rights_models import RightsRequest
from privacy.rights_requests import MOST_CHARACTERS
from privacy.sources import Scope
from privacy.standing import standing_of
from storage.database import db, now
from tests.factories import drawn_look
from tests.journeys.conftest import csrf_token
from tests.journeys.test_shopper import log_in, upload
from webapp.demo_accounts import DemoAccount, demo_accounts
from webapp.jobs.worker import run_next_job

DESK = "/privacy-desk/requests"


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    client = app.test_client()
    log_in(client, app, Role.PRIVACY_OFFICER)
    return client


@pytest.fixture
def shopper(app: Flask) -> FlaskClient:
    client = app.test_client()
    log_in(client, app, Role.SHOPPER)
    return client


def account_of(app: Flask, role: Role) -> DemoAccount:
    return next(a for a in demo_accounts(app.extensions["wiring"].settings) if a.role == role.value)


def pseudonym_of(app: Flask, role: Role) -> str:
    with app.app_context():
        account = db.session.query(Account).filter_by(role=role.value).one()
        return str(app.extensions["wiring"].pseudonyms.of_account(account.id))


def send(client: FlaskClient, page: str, address: str, **fields: str) -> TestResponse:
    """Fill in a form of `page` and send it to `address`."""
    shown = client.get(page).text
    version = re.search(r'name="version" value="(\d+)"', shown)
    known = {"csrf_token": csrf_token(shown)} | ({"version": version[1]} if version else {})
    return client.post(address, data=known | fields)


def record(officer: FlaskClient, **fields: str) -> TestResponse:
    page = officer.get(f"{DESK}/new").text
    today = re.search(r'max="([\d-]+)"', page)
    assert today
    known = {"kind": "access", "channel": "letter", "language": "fr", "received_on": today[1], "words": "Bonjour"}
    return officer.post(f"{DESK}/new", data={"csrf_token": csrf_token(page)} | known | fields)


def act(officer: FlaskClient, file: str, step: str, **fields: str) -> TestResponse:
    return send(officer, file, f"{file}/{step}", **fields)


def mails(app: Flask) -> list[EmailMessage]:
    folder: Path = app.extensions["wiring"].settings.mail_folder
    parser = BytesParser(EmailMessage, policy=default)
    return [parser.parsebytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]


def last_code(app: Flask) -> str:
    found = re.search(r"[cC]ode[^\d]{1,10}(\d{8})", mails(app)[-1].get_content())
    assert found, "the last letter holds no code"
    return found[1]


def send_draft(officer: FlaskClient, file: str, kind: str, **changed: str) -> TestResponse:
    page = officer.get(f"{file}/letters/{kind}").text
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    subject = re.search(r'name="subject"[^>]*value="([^"]*)"', page)
    assert text
    assert subject
    fields = {"language": "fr", "subject": subject[1], "text": text[1], "do": "send"} | changed
    return send(officer, f"{file}/letters/{kind}", f"{file}/letters/{kind}", **fields)


def test_a_person_asks_and_the_officer_answers(app: Flask, shopper: FlaskClient, officer: FlaskClient) -> None:
    page = "/account/my-data/requests"
    assert send(shopper, page, page, kind="access", words="Qui a vu mes photos ?").status_code == 303
    queue = officer.get(DESK).text
    file = DESK + "/" + re.findall(r"/privacy-desk/requests/([0-9a-f]{10})", queue)[0]
    assert officer.get(file).text.count("Qui a vu mes photos ?") == 1, "in its place, and in no other field"
    assert act(officer, file, "assign", to="me").status_code == 303
    assert send_draft(officer, file, "done", text="Personne.").status_code == 303
    assert act(officer, file, "close").status_code == 303
    assert mails(app)[-1]["To"] == account_of(app, Role.SHOPPER).email
    shown = shopper.get(page).text
    assert "Personne." in shown
    assert "Qui a vu mes photos ?" in shown


def test_a_person_withdraws_and_cannot_touch_anothers_request(app: Flask, shopper: FlaskClient) -> None:
    page = "/account/my-data/requests"
    send(shopper, page, page, kind="erasure", words="")
    with app.app_context():
        [request] = db.session.query(RightsRequest).all()
    stranger = app.test_client()
    log_in(stranger, app, Role.MERCHANDISER)
    assert send(stranger, page, f"{page}/{request.id}/withdraw").status_code == 404
    assert send(shopper, page, f"{page}/{request.id}/withdraw").status_code == 303
    assert send(shopper, page, f"{page}/{request.id}/withdraw").status_code == 409


def test_a_letter_from_a_known_address_is_checked_by_a_code_sent_there(app: Flask, officer: FlaskClient) -> None:
    email = account_of(app, Role.SHOPPER).email
    file = record(officer, who=email.upper(), channel="email").location
    assert email not in officer.get(file).text
    assert act(officer, file, "close").status_code == 409
    assert send_draft(officer, file, "export").status_code == 409
    assert send_draft(officer, file, "identity").status_code == 303
    code = last_code(app)
    assert code not in officer.get(file).text
    act(officer, file, "code", code="00000000" if code != "00000000" else "1")
    assert act(officer, file, "close").status_code == 409
    act(officer, file, "code", code=code)
    assert act(officer, file, "close").status_code == 303


def test_a_request_of_somebody_unknown_goes_the_same_way(app: Flask, officer: FlaskClient) -> None:
    known = record(officer, who=account_of(app, Role.SHOPPER).email, channel="email")
    unknown = record(officer, who="nobody@example.org", channel="email")
    assert (known.status_code, unknown.status_code) == (303, 303)
    for file in (known.location, unknown.location):
        assert send_draft(officer, file, "acknowledgement").status_code == 303
        assert send_draft(officer, file, "identity").status_code == 303
    texts = [re.sub(r"[0-9a-f]{10}|\d{8}", "", mail["Subject"] + mail.get_content()) for mail in mails(app)]
    assert texts[:2] == texts[2:], "neither letter tells whether there is an account"
    with app.app_context():
        raw = b"".join(path.read_bytes() for path in app.extensions["wiring"].settings.instance.glob("*.sqlite3*"))
    assert b"nobody@example.org" not in raw
    act(officer, unknown.location, "code", code=last_code(app))
    assert send_draft(officer, unknown.location, "nothing_held").status_code == 303
    assert act(officer, unknown.location, "close").status_code == 303
    with app.app_context():
        request = db.session.get(RightsRequest, unknown.location.rsplit("/", 1)[1])
        assert request is not None
        assert request.contact_sealed is None


def test_the_search_finds_by_pseudonym_by_email_and_by_number(app: Flask, officer: FlaskClient) -> None:
    pseudonym, email = pseudonym_of(app, Role.SHOPPER), account_of(app, Role.SHOPPER).email
    file = record(officer, who=pseudonym).location
    for words in (pseudonym, pseudonym.upper(), email, f" {email.upper()} "):
        assert send(officer, DESK, f"{DESK}/search", q=words).location.endswith(f"/people/{pseudonym}")
    assert send(officer, DESK, f"{DESK}/search", q=file.rsplit("/", 1)[1]).location == file
    assert send(officer, DESK, f"{DESK}/search", q="nobody@example.org").location.endswith("/new")
    assert send(officer, DESK, f"{DESK}/search", q="a name").status_code == 400
    assert file in officer.get(f"/privacy-desk/people/{pseudonym}").text


def test_of_two_officers_the_second_is_told_and_loses_no_word(app: Flask, officer: FlaskClient) -> None:
    file = record(officer, who=pseudonym_of(app, Role.SHOPPER)).location
    colleague = app.test_client()
    log_in(colleague, app, Role.ADMIN)
    stale = colleague.get(file).text
    assert act(officer, file, "assign", to="me").status_code == 303
    version = re.search(r'name="version" value="(\d+)"', stale)
    assert version
    data = {"csrf_token": csrf_token(stale), "version": version[1], "words": "Mon refus"}
    answer = colleague.post(f"{file}/refuse", data=data)
    assert answer.status_code == 409
    assert "Mon refus" in answer.text
    assert "entre-temps" in answer.text or "meanwhile" in answer.text


def test_the_officer_extends_once_and_writes_the_notice(app: Flask, officer: FlaskClient) -> None:
    file = record(officer, who=pseudonym_of(app, Role.SHOPPER)).location
    assert act(officer, file, "extend", words=" ").status_code == 400
    notice = act(officer, file, "extend", words="Beaucoup de photos")
    assert notice.location.endswith("/letters/extension")
    assert send_draft(officer, file, "extension").status_code == 400, "the reason is not filled in"
    assert send_draft(officer, file, "extension", text="Beaucoup de photos à lire.").status_code == 303
    assert act(officer, file, "extend", words="Encore").status_code == 409


def test_the_officer_holds_the_data_for_the_person_and_lifts_it(app: Flask, officer: FlaskClient) -> None:
    pseudonym = pseudonym_of(app, Role.SHOPPER)
    file = record(officer, who=pseudonym, kind="restriction").location
    assert act(officer, file, "standing", what="restricted", set="on").status_code == 409, "identity first"
    act(officer, file, "documents")
    for wanted in (True, False):
        answer = act(officer, file, "standing", what="restricted", set="on" if wanted else "off")
        assert answer.status_code == 303
        with app.app_context():
            standing = standing_of(pseudonym)
            assert standing is not None
            assert bool(standing.restricted_at) is wanted
    assert act(officer, file, "standing", what="everything", set="on").status_code == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "everything"}, 400),
        ({"channel": "my_data"}, 400),
        ({"language": "de"}, 400),
        ({"received_on": "31/01/2026"}, 400),
        ({"received_on": "2099-01-01"}, 400),
        ({"received_on": "1999-01-01"}, 400),
        ({"who": "somebody"}, 400),
        ({"words": "x" * (MOST_CHARACTERS + 1)}, 400),
    ],
)
def test_a_form_that_cannot_be_read_is_shown_again_with_the_reason(
    app: Flask, officer: FlaskClient, fields: dict[str, str], status: int
) -> None:
    answer = record(officer, **fields)
    assert answer.status_code == status
    assert "notice-danger" in answer.text
    assert "Bonjour" in answer.text or "words" in fields
    with app.app_context():
        assert db.session.query(RightsRequest).count() == 0


@pytest.mark.parametrize("path", [DESK, f"{DESK}/new", f"{DESK}/0123456789", f"/privacy-desk/people/{'a' * 32}"])
def test_the_desk_is_closed_to_everybody_else(app: Flask, shopper: FlaskClient, path: str) -> None:
    assert app.test_client().get(path).status_code == 302
    assert shopper.get(path).status_code == 403


def test_what_is_not_there_is_a_plain_404(officer: FlaskClient) -> None:
    for path in (f"{DESK}/0123456789", "/privacy-desk/people/anna", f"{DESK}/0123456789/letters/done"):
        assert officer.get(path).status_code == 404


def test_every_step_is_audited_and_tells_no_address(app: Flask, officer: FlaskClient) -> None:
    email = account_of(app, Role.SHOPPER).email
    file = record(officer, who=email, words="Mon adresse : " + email).location
    send(officer, DESK, f"{DESK}/search", q=email)
    act(officer, file, "documents")
    act(officer, file, "refuse", words="Demande déjà traitée pour " + email)
    with app.app_context():
        notes = db.session.query(ShopAuditNote).all()
        told = " ".join(f"{note.action} {note.details} {note.reason}" for note in notes)
    for action in ("request.received", "person.searched", "request.identity_checked", "request.refused"):
        assert action in told
    assert email not in told


@pytest.mark.parametrize(
    ("days", "clock", "notice"), [(-2, "clock-late", "danger"), (3, "clock-soon", "warning"), (20, "clock-calm", "")]
)
def test_the_queue_and_the_desk_say_how_near_the_last_day_is(
    app: Flask, officer: FlaskClient, days: int, clock: str, notice: str
) -> None:
    file = record(officer).location
    with app.app_context():
        db.session.execute(update(RightsRequest).values(due_at=now() + timedelta(days=days)))
        db.session.commit()
    for page in (DESK, file):
        assert clock in officer.get(page).text
    overview = officer.get("/privacy-desk/").text
    assert (f'notice-{notice}"><a class="notice-link" href="{DESK}"' in overview) is bool(notice)


def test_a_damaged_text_does_not_keep_a_request_from_being_answered(app: Flask, officer: FlaskClient) -> None:
    file = record(officer).location
    with app.app_context():
        db.session.execute(update(RightsRequest).values(words_sealed=b"flipped"))
        db.session.commit()
    assert officer.get(file).status_code == 200
    assert act(officer, file, "refuse", words="Unreadable").status_code == 303


def test_what_a_person_writes_is_text_and_nothing_else(app: Flask, officer: FlaskClient) -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }}"
    file = record(officer, who=pseudonym_of(app, Role.SHOPPER), words=evil).location
    act(officer, file, "documents")
    send_draft(officer, file, "done", text=evil, subject="Hello\r\nBcc: everybody@example.org")
    page = officer.get(file).text
    assert "<script>alert" not in page
    assert "{{ 7*7 }}" in page
    letter = mails(app)[-1]
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hello Bcc: everybody@example.org"


@pytest.fixture
def photo_id(shopper: FlaskClient) -> str:
    return upload(shopper, drawn_look()).location.rsplit("/", 1)[1]


def checked_file(app: Flask, officer: FlaskClient, kind: str) -> str:
    file = record(officer, who=pseudonym_of(app, Role.SHOPPER), kind=kind).location
    act(officer, file, "documents")
    return file


def test_a_photo_is_shown_for_a_reason_once_and_the_person_reads_it(
    app: Flask, officer: FlaskClient, photo_id: str
) -> None:
    unchecked = record(officer, who=pseudonym_of(app, Role.SHOPPER), words="Other").location
    assert act(officer, unchecked, f"photos/{photo_id}", reason="Curious").status_code == 409
    file = checked_file(app, officer, "rectification")
    assert "data:image/jpeg" not in officer.get(file).text
    assert act(officer, file, f"photos/{photo_id}", reason=" ").status_code == 400
    assert act(officer, file, f"photos/{photo_id}", reason="x" * 301).status_code == 400
    assert act(officer, file, f"photos/{'f' * 32}", reason="Guess").status_code == 404
    shown = act(officer, file, f"photos/{photo_id}", reason="The person says that the crop is wrong")
    assert shown.status_code == 200
    assert "data:image/jpeg;base64," in shown.text
    assert officer.get(f"{file}/photos/{photo_id}").status_code == 405
    with app.app_context():
        told = AuditSource().export(Scope(pseudonym_of(app, Role.SHOPPER)))["audit"]
    assert isinstance(told, list)
    looks = [entry for entry in told if entry["action"] == "photo.opened"]
    assert [(look["by"], look["reason"]) for look in looks] == [("staff", "The person says that the crop is wrong")]
    assert pseudonym_of(app, Role.PRIVACY_OFFICER) not in str(told)


def test_no_look_at_a_photo_once_the_request_is_closed(app: Flask, officer: FlaskClient, photo_id: str) -> None:
    file = checked_file(app, officer, "access")
    act(officer, file, "close")
    page = officer.get(file).text
    assert photo_id not in page
    token = csrf_token(officer.get(DESK).text)
    data = {"csrf_token": token, "version": "99", "reason": "Too late"}
    assert officer.post(f"{file}/photos/{photo_id}", data=data).status_code == 409


def test_the_officer_has_a_copy_made_that_the_person_alone_can_fetch(
    app: Flask, officer: FlaskClient, shopper: FlaskClient
) -> None:
    file = checked_file(app, officer, "access")
    assert act(officer, file, "copy").status_code == 303
    with app.app_context():
        while run_next_job():
            pass
    assert "/download" in shopper.get("/account/my-data").text
    assert "/download" not in officer.get("/account/my-data").text
    assert send_draft(officer, file, "export").status_code == 303
    assert "/account/my-data" in mails(app)[-1].get_content()


def test_there_is_no_copy_for_somebody_without_an_account(app: Flask, officer: FlaskClient) -> None:
    file = record(officer, who="e" * 32).location
    act(officer, file, "documents")
    assert act(officer, file, "copy").status_code == 409


def test_the_officer_erases_and_the_request_forgets_who_it_was(
    app: Flask, officer: FlaskClient, shopper: FlaskClient, photo_id: str
) -> None:
    pseudonym = pseudonym_of(app, Role.SHOPPER)
    file = checked_file(app, officer, "erasure")
    assert act(officer, file, "erase").status_code == 400, "the box is not ticked"
    assert act(officer, file, "erase", sure="yes").status_code == 303
    with app.app_context():
        assert app.extensions["wiring"].erasures.resume() == 1, "the search found nothing of them"
        request = db.session.get(RightsRequest, file.rsplit("/", 1)[1])
        assert request is not None
        assert (request.pseudonym, request.words_sealed, request.contact_sealed) == ("", None, None)
        assert db.session.query(Account).filter_by(role=Role.SHOPPER.value).count() == 0
    page = officer.get(file).text
    link = re.search(r'href="(/erasures/[^"]+)"', page)
    assert link
    assert officer.get(link[1]).status_code == 200
    assert pseudonym not in page
    assert act(officer, file, "close").status_code == 303
