"""Acts reach the audit, the officer reads, verifies and takes it along; alerts and breaches are handled at the desk."""

import csv
import io
import re
import sqlite3
import time
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from accounts.models import Account, Role
from privacy.alerts import alerts, raise_chain_alert
from privacy.audit_chain import waiting_notes
from privacy.audit_models import AlertState, AuditEntry
from privacy.audit_notes import SYSTEM, note
from privacy.breach_models import Breach
from privacy.models import ShopAuditNote
from storage.database import AUDIT_BIND, db, now
from tests.factories import demo_settings
from tests.journeys.conftest import LiveShop, csrf_token
from tests.journeys.test_shopper import log_in
from webapp import create_app
from webapp.audit_work import relay_and_watch
from webapp.jobs.audit_relay import carry

DESK = "/privacy-desk"
SOMEBODY = "ab" * 16


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    client = app.test_client()
    log_in(client, app, Role.PRIVACY_OFFICER)
    return client


def acts(app: Flask, count: int = 3, action: str = "photo.erased", actor: str = SYSTEM, **words: str) -> None:
    with app.app_context():
        for number in range(count):
            note(action, actor=actor, subject=f"{number:032x}", **words)
        db.session.commit()
        relay_and_watch()


def change(app: Flask, statement: str) -> None:
    """What somebody with the audit database alone can do."""
    with app.app_context():
        for trigger in ("no_update", "no_delete", "at_the_end"):
            db.session.execute(text(f"drop trigger if exists audit_entry_{trigger}"), bind_arguments=_audit())
        db.session.execute(text(statement), bind_arguments=_audit())
        db.session.commit()


def _audit() -> dict[str, object]:
    return {"bind": db.engines[AUDIT_BIND]}


def send(client: FlaskClient, page: str, address: str, **fields: str | list[str]) -> TestResponse:
    """Fill in a form of `page` and send it to `address`."""
    shown = client.get(page).text
    version = re.search(r'name="version" value="(\d+)"', shown)
    known = {"csrf_token": csrf_token(shown)} | ({"version": version[1]} if version else {})
    return client.post(address, data=known | fields, follow_redirects=True)


def command(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["privacy", *words])


def test_the_officer_reads_the_audit_and_narrows_it(app: Flask, officer: FlaskClient) -> None:
    acts(app, 3, actor=SOMEBODY)
    acts(app, 1, "purge.finished", actor=SOMEBODY, reason="nightly")
    page = officer.get(f"{DESK}/audit?action=purge.finished&actor={SOMEBODY}").text
    assert "nightly" in page
    assert page.count("<tr>") == 2
    assert officer.get(f"{DESK}/audit?subject={2:032x}").text.count("<tr>") == 2
    assert officer.get(f"{DESK}/audit?actor={SOMEBODY}&from=2020-01-01&to=2020-12-31").text.count("<tr>") == 0
    assert officer.get(f"{DESK}/audit?actor={SOMEBODY}&from=2020-01-01").text.count("<tr>") == 5


@pytest.mark.parametrize(
    "bad", ["action=x", "actor=jeanne@x.example", "subject=1", "from=yesterday", "to=2026-13-01", "to=9999-12-31",
            "from=2026-02-01&to=2026-01-01", "page=0", "page=x"]
)  # fmt: skip
def test_a_filter_that_cannot_be_is_named(officer: FlaskClient, bad: str) -> None:
    for address in ("audit", "audit.csv"):
        if address == "audit" or "page" not in bad:
            assert officer.get(f"{DESK}/{address}?{bad}").status_code == 400


def test_the_csv_holds_no_formula_and_every_column(app: Flask, officer: FlaskClient) -> None:
    acts(app, 1, actor=SOMEBODY, reason="=HYPERLINK(1)")
    acts(app, 1, actor=SOMEBODY, reason='semi;colon, "quote"\nline')
    answer = officer.get(f"{DESK}/audit.csv?actor={SOMEBODY}")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["reason"] for row in rows] == ["'=HYPERLINK(1)", 'semi;colon, "quote"\nline']
    assert all(len(row["hash"]) == 64 for row in rows)
    with app.app_context():
        assert "audit.exported" in db.session.scalars(select(ShopAuditNote.action)).all()


def test_the_verify_button_says_what_was_found(app: Flask, officer: FlaskClient) -> None:
    acts(app)
    assert "notice-success" in send(officer, f"{DESK}/audit", f"{DESK}/audit/verify").text
    change(app, "update audit_entry set actor = 'x' where seq = 2")
    page = send(officer, f"{DESK}/audit", f"{DESK}/audit/verify").text
    assert "notice-danger" in page
    assert re.search(r"L’entrée 2 a été altérée|Entry 2 was altered", page)
    with app.app_context():
        assert [alert.rule for alert in alerts()] == ["chain"]


def test_the_command_names_the_first_bad_entry_and_ends_with_status_1(app: Flask) -> None:
    acts(app)
    whole = command(app, "verify-audit")
    assert whole.exit_code == 0
    assert "as it was written" in whole.output
    known_head = re.search(r"\d+:[0-9a-f]{64}", whole.output)
    assert known_head
    assert command(app, "verify-audit", "--known-head", known_head[0]).exit_code == 0
    change(app, "delete from audit_entry where seq = 2")
    cut = command(app, "verify-audit")
    assert cut.exit_code == 1
    assert "1 entries are good" in cut.output
    assert "missing at entry 2" in cut.output


def test_after_a_restored_backup_the_command_goes_on_and_says_so(app: Flask) -> None:
    acts(app)
    change(app, "delete from audit_entry where seq > 1")
    with app.app_context():
        note("photo.erased", actor=SYSTEM)
        db.session.commit()
    stopped = command(app, "relay-audit")
    assert stopped.exit_code == 1
    assert "The notes wait" in stopped.output
    assert command(app, "continue-audit", "--reason", " ").exit_code == 2
    assert command(app, "continue-audit", "--reason", "backup of Monday").exit_code == 0
    assert "1 notes carried" in command(app, "relay-audit").output
    assert command(app, "verify-audit").exit_code == 0


def test_an_audit_store_that_is_away_loses_no_note_and_stops_no_page(instance: Path, tmp_path: Path) -> None:
    away = create_app(demo_settings(instance, audit_database_url=f"sqlite:///{tmp_path / 'no' / 'such' / 'audit.db'}"))
    client = away.test_client()
    log_in(client, away, Role.PRIVACY_OFFICER)
    with away.app_context():
        before = waiting_notes().count
        note("photo.erased", actor=SYSTEM)
        db.session.commit()
        assert not carry()
        assert waiting_notes().count == before + 1
    assert client.get("/").status_code == 200
    assert client.get(f"{DESK}/").status_code == 200
    for page in ("audit", "alerts", "audit.csv"):
        answer = client.get(f"{DESK}/{page}")
        assert answer.status_code == 503
    assert re.search(r"ne répond pas|does not answer", client.get(f"{DESK}/audit").text)
    back = create_app(demo_settings(instance))
    with back.app_context():
        assert carry(verify=True)
        assert waiting_notes().count == 0


def test_refusals_are_noted_by_pseudonym_and_many_raise_an_alert(app: Flask, instance: Path) -> None:
    client = app.test_client()
    log_in(client, app, Role.SHOPPER)
    for _ in range(12):
        assert client.get(f"{DESK}/").status_code == 403
    with app.app_context():
        relay_and_watch()
        shopper = db.session.scalars(select(Account).filter_by(role=Role.SHOPPER.value)).one()
        pseudonym = app.extensions["wiring"].pseudonyms.of_account(shopper.id)
        denied = db.session.scalars(select(AuditEntry).filter_by(action="access.denied")).all()
        assert {entry.actor for entry in denied} == {pseudonym}
        assert '"code": "forbidden"' in denied[0].details
        assert [(alert.rule, alert.actor, alert.count) for alert in alerts()] == [("denials", pseudonym, 12)]


def test_a_visitor_without_a_visit_is_noted_by_a_hash_and_given_no_cookie(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/recommendations", data={"consent": ""}, content_type="multipart/form-data")
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    with app.app_context():
        noted = db.session.scalars(select(ShopAuditNote).filter_by(action="access.denied")).one()
        assert "127.0.0.1" not in noted.actor + noted.details
        assert '"code": "consent_missing"' in noted.details


def test_refusals_without_end_do_not_fill_the_audit(app: Flask) -> None:
    client = app.test_client()
    for _ in range(130):
        client.post(
            "/api/v1/recommendations",
            data={"consent": ""},
            content_type="multipart/form-data",
            environ_base={"REMOTE_ADDR": "192.0.2.7"},
        )
    with app.app_context():
        # More than 60 when the hour ends while the test runs.
        assert 60 <= db.session.query(ShopAuditNote).filter_by(action="access.denied").count() <= 120


def test_an_alert_is_mailed_once_and_names_nobody(instance: Path) -> None:
    app = create_app(demo_settings(instance, privacy_mail="privacy@shop.example", alert_persons_opened=3))
    acts(app, 4, "person.searched", actor=SOMEBODY)
    with app.app_context():
        relay_and_watch()
        mailed = [alert for alert in alerts() if alert.mailed_at]
        letters = sorted(app.extensions["wiring"].settings.mail_folder.glob("*.eml"))
    assert {alert.rule for alert in mailed} >= {"volume"}
    assert len(letters) == len(mailed)
    letter = BytesParser(policy=default).parsebytes(letters[0].read_bytes())
    assert letter["To"] == "privacy@shop.example"
    assert SOMEBODY not in letters[0].read_text()


def test_an_alert_is_seen_and_closed_with_words(app: Flask, officer: FlaskClient) -> None:
    with app.app_context():
        raise_chain_alert()
        number = alerts()[0].id
    address = f"{DESK}/alerts/{number}"
    assert address in officer.get(f"{DESK}/alerts").text
    send(officer, address, address, state="seen", words="")
    assert address not in officer.get(f"{DESK}/alerts").text
    assert send(officer, address, address, state="closed", words=" ").status_code == 422
    assert send(officer, address, address, state="closed", words="x" * 2001).status_code == 400
    assert send(officer, address, address, state="gone", words="x").status_code == 400
    send(officer, address, address, state="closed", words="A restored <b>backup</b>")
    assert "A restored &lt;b&gt;backup&lt;/b&gt;" in officer.get(address).text
    with app.app_context():
        assert [alert.state for alert in alerts()] == [AlertState.CLOSED]
    assert officer.get(f"{DESK}/alerts/99").status_code == 404
    assert officer.get(f"{DESK}/alerts?view=x").status_code == 400


def breach_form(**fields: str | list[str]) -> dict[str, str | list[str]]:
    known: dict[str, str | list[str]] = {
        "found_at": f"{now() - timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "natures": ["confidentiality"],
        "circumstances": "A key file lay <b>open</b>.",
        "persons": "40",
        "records": "120",
    }
    return known | fields


def test_a_breach_is_recorded_changed_and_closed(app: Flask, officer: FlaskClient) -> None:
    new = f"{DESK}/breaches/new"
    page = send(officer, new, new, **breach_form())
    assert "A key file lay &lt;b&gt;open&lt;/b&gt;." in page.text
    assert "clock-calm" in officer.get(f"{DESK}/breaches").text
    with app.app_context():
        breach_id = db.session.scalars(select(Breach.id)).one()
    record = f"{DESK}/breaches/{breach_id}"
    refused = send(officer, record, f"{record}/state", state="closed")
    assert refused.status_code == 422
    full = dict.fromkeys(("persons_categories", "records_categories", "consequences", "measures"), "said")
    full |= {"why_not_notified": "sealed", "why_not_informed": "sealed"}
    assert send(officer, f"{record}/change", f"{record}/change", **breach_form(**full)).status_code == 200
    assert "notice-success" in send(officer, record, f"{record}/state", state="closed").text
    again = officer.get(f"{record}/change").text
    late = officer.post(f"{record}/change", data={"csrf_token": csrf_token(again), "version": "1"} | breach_form())
    assert late.status_code == 409
    with app.app_context():
        noted = db.session.scalars(select(ShopAuditNote.action).where(ShopAuditNote.subject == breach_id)).all()
    assert {"breach.recorded", "breach.changed", "breach.opened", "breach.closed"} <= set(noted)


@pytest.mark.parametrize(
    "bad",
    [
        {"found_at": ""},
        {"found_at": "yesterday"},
        {"found_at": "2999-01-01T00:00"},
        {"natures": []},
        {"circumstances": ""},
        {"persons": "-1"},
        {"persons": "many"},
        {"measures": "x" * 5001},
        {"authority_notified_at": "2001-01-01T00:00"},
        {"found_at": "2020-01-01T00:00", "authority_notified_at": "2020-01-05T00:00"},
    ],
)
def test_a_breach_that_cannot_be_is_shown_again_with_what_was_typed(
    app: Flask, officer: FlaskClient, bad: dict[str, str | list[str]]
) -> None:
    new = f"{DESK}/breaches/new"
    page = send(officer, new, new, **breach_form(contact="typed by me", **bad))
    assert page.status_code == 422
    assert "notice-danger" in page.text
    assert "typed by me" in page.text
    with app.app_context():
        assert db.session.query(Breach).count() == 0


def test_an_overdue_breach_is_red_and_said_on_the_first_page(officer: FlaskClient) -> None:
    new = f"{DESK}/breaches/new"
    send(officer, new, new, **breach_form(found_at=f"{now() - timedelta(hours=80):%Y-%m-%dT%H:%M}"))
    assert "clock-late" in officer.get(f"{DESK}/breaches").text
    assert f'href="{DESK}/breaches"' in officer.get(f"{DESK}/").text.split("<h1>")[1]


def test_a_record_that_was_altered_hides_no_other_and_is_named(app: Flask, officer: FlaskClient) -> None:
    new = f"{DESK}/breaches/new"
    send(officer, new, new, **breach_form())
    send(officer, new, new, **breach_form(circumstances="The second one"))
    with app.app_context():
        breach = db.session.scalars(select(Breach)).first()
        assert breach
        breach.sealed_texts, altered = breach.sealed_texts[:-1] + b"\0", breach.id
        db.session.commit()
    listed = officer.get(f"{DESK}/breaches")
    assert (listed.status_code, listed.text.count('class="file"')) == (200, 2)
    assert officer.get(f"{DESK}/").status_code == 200
    assert officer.get(f"{DESK}/breaches/{altered}").status_code == 500


def test_a_note_that_was_altered_is_named_and_the_alert_still_opens(app: Flask, officer: FlaskClient) -> None:
    with app.app_context():
        raise_chain_alert()
        alert = alerts()[0]
        alert.sealed_note, number = b"altered", alert.id
        db.session.commit()
    page = officer.get(f"{DESK}/alerts/{number}")
    assert (page.status_code, "notice-danger" in officer.get(f"{DESK}/").text) == (200, True)


def test_the_commands_say_in_one_line_that_a_store_is_away(instance: Path, tmp_path: Path) -> None:
    away = create_app(demo_settings(instance, audit_database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    for words in (("verify-audit",), ("relay-audit",), ("continue-audit", "--reason", "x")):
        ended = command(away, *words)
        assert (ended.exit_code, "no such table" in ended.output) == (1, True)
        assert "Traceback" not in ended.output


@pytest.mark.parametrize("role", [Role.SHOPPER, Role.MERCHANDISER])
def test_nobody_but_the_officer_opens_these_pages(app: Flask, role: Role) -> None:
    client = app.test_client()
    log_in(client, app, role)
    for page in ("audit", "audit.csv", "alerts", "alerts/1", "breaches", "breaches/new", f"breaches/{'0' * 32}"):
        assert client.get(f"{DESK}/{page}").status_code == 403
    assert app.test_client().get(f"{DESK}/audit").status_code == 302


def test_a_breach_that_is_not_there_is_not_found(officer: FlaskClient) -> None:
    for address in ("0" * 32, "x", "..%2f"):
        assert officer.get(f"{DESK}/breaches/{address}").status_code == 404


def test_the_web_server_carries_the_notes_by_itself(live_shop: LiveShop) -> None:
    with pytest.raises(HTTPError, match="403"):
        urlopen(Request(f"{live_shop.url}/api/v1/recommendations", _form_without_consent(), _FORM), timeout=20)
    audit = sqlite3.connect(live_shop.instance / "audit.sqlite3")
    for _ in range(150):
        carried = audit.execute("select actor from audit_entry where action = 'access.denied'").fetchall()
        if carried:
            break
        time.sleep(0.2)
    assert len(carried) == 1
    assert command(create_app(demo_settings(live_shop.instance)), "verify-audit").exit_code == 0


_FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def _form_without_consent() -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="consent"\r\n\r\n\r\n--x--\r\n'
