"""The officer changes how long things are kept, sees first what that erases, and the purge does just that."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select, update

from accounts.models import Role
from privacy.models import ConsentRecord, KeptPhoto, ShopAuditNote
from privacy.retention_models import Disposal, PurgeRun, RetentionPeriod
from privacy.standing import change_standing
from storage.database import db, now
from tests.factories import drawn_look
from tests.journeys import test_shopper as journeys
from tests.journeys.browser import DESKTOP, PHONE, send, visit
from tests.journeys.conftest import LiveShop, csrf_token
from tests.journeys.test_browser_staff import log_in
from webapp.jobs.models import Job
from webapp.jobs.worker import queue_the_nightly_purge, run_next_job
from webapp.wiring import wiring

DAYS = {"account_photo_days": "3"}


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    return _logged_in(app, Role.PRIVACY_OFFICER)


@pytest.fixture
def photo_of_five_days(app: Flask) -> str:
    """A photo of an account, sent five days ago; seven are allowed."""
    shopper = _logged_in(app, Role.SHOPPER)
    photo_id = journeys.upload(shopper, drawn_look()).location.rsplit("/", 1)[1]
    with app.app_context():
        moved = {"created_at": now() - timedelta(days=5), "expires_at": now() + timedelta(days=2)}
        db.session.execute(update(KeptPhoto).filter_by(id=photo_id).values(**moved))
        db.session.commit()
    return photo_id


def test_a_shorter_period_is_previewed_applied_with_a_reason_and_carried_out(
    app: Flask, officer: FlaskClient, photo_of_five_days: str
) -> None:
    page = officer.get("/privacy-desk/retention", query_string=DAYS).text
    assert "<strong>3 days</strong>" in page
    with app.app_context():
        policy = wiring().retention_policy
        assert wiring().purger.preview(policy, now())[0].count == 0

    changed = officer.post("/privacy-desk/retention", data=DAYS | {"csrf_token": csrf_token(page), "reason": "enough"})
    assert changed.status_code == 303
    with app.app_context():
        assert db.session.get_one(RetentionPeriod, "account_photo_days").amount == 3
        photo = db.session.get_one(KeptPhoto, photo_of_five_days)
        assert photo.expires_at == photo.created_at + timedelta(days=3)
        assert wiring().purger.preview(wiring().retention_policy, now())[0].count == 1
        noted = db.session.scalars(select(ShopAuditNote).filter_by(action="retention.changed")).one()
        assert noted.reason == "enough"

    officer.post("/privacy-desk/retention/purge", data={"csrf_token": csrf_token(page)})
    with app.app_context():
        assert db.session.get(KeptPhoto, photo_of_five_days) is None
        assert list(wiring().blobs.keys(f"photos/{photo_of_five_days}")) == []
        assert db.session.scalars(select(Disposal.rule)).one() == "account_photo_days=3"


def test_a_longer_period_does_not_keep_a_photo_longer_than_was_promised(
    app: Flask, officer: FlaskClient, photo_of_five_days: str
) -> None:
    token = csrf_token(officer.get("/privacy-desk/retention").text)
    longer = {"account_photo_days": "30", "csrf_token": token, "reason": "for longer"}
    officer.post("/privacy-desk/retention", data=longer)
    with app.app_context():
        photo = db.session.get_one(KeptPhoto, photo_of_five_days)
        assert photo.expires_at < now() + timedelta(days=3)
        (due, *_rest) = wiring().purger.preview(wiring().retention_policy, now() + timedelta(days=3))
        assert due.count == 1


@pytest.mark.parametrize("typed", ["0", "366", "-1", "3.5", "three", "٣", "9" * 40])
def test_a_period_out_of_bounds_is_refused_beside_its_field_and_nothing_changes(
    app: Flask, officer: FlaskClient, typed: str
) -> None:
    token = csrf_token(officer.get("/privacy-desk/retention").text)
    wrong = {"account_photo_days": typed, "csrf_token": token, "reason": "why not"}
    for refused in (
        officer.post("/privacy-desk/retention", data=wrong),
        officer.get("/privacy-desk/retention", query_string=wrong),
    ):
        assert refused.status_code == 400
        assert "Choose a whole number from 1 to 365." in refused.text
    with app.app_context():
        assert db.session.scalars(select(RetentionPeriod)).all() == []


def test_a_change_without_a_reason_is_refused(app: Flask, officer: FlaskClient) -> None:
    token = csrf_token(officer.get("/privacy-desk/retention").text)
    refused = officer.post("/privacy-desk/retention", data=DAYS | {"csrf_token": token, "reason": " "})
    assert refused.status_code == 400
    with app.app_context():
        assert db.session.scalars(select(RetentionPeriod)).all() == []


def test_the_periods_are_the_officers_alone(app: Flask) -> None:
    shopper = _logged_in(app, Role.SHOPPER)
    assert shopper.get("/privacy-desk/retention").status_code == 403
    assert app.test_client().get("/privacy-desk/retention").status_code == 302


def test_a_photo_on_hold_outlives_its_time_and_is_not_shown(app: Flask, photo_of_five_days: str) -> None:
    with app.app_context():
        photo = db.session.get_one(KeptPhoto, photo_of_five_days)
        change_standing(photo.pseudonym, restricted=True)
        photo.expires_at = now() - timedelta(days=1)
        db.session.commit()
    assert app.test_cli_runner().invoke(args=["photos", "purge"]).output == "0 photos erased.\n"
    said = app.test_cli_runner().invoke(args=["privacy", "purge", "--dry-run"]).output
    assert "(1 more are held at the person's request)" in said
    with app.app_context():
        assert db.session.get(KeptPhoto, photo_of_five_days) is not None


def test_the_nightly_purge_is_queued_once_and_runs(app: Flask) -> None:
    with app.app_context():
        assert queue_the_nightly_purge()
        assert queue_the_nightly_purge()
        assert db.session.scalars(select(Job.task)).all() == ["purge_lapsed"]
        assert run_next_job()
        assert db.session.scalars(select(Job.state)).one() == "done"
        assert not queue_the_nightly_purge()


def test_a_purge_that_failed_is_said_on_the_desk_and_tried_again_an_hour_later(
    app: Flask, officer: FlaskClient
) -> None:
    with app.app_context():
        db.session.add(PurgeRun(started_at=now() + timedelta(hours=2)))
        db.session.commit()
        queue_the_nightly_purge()
        run_next_job()
        failed = db.session.scalars(select(Job)).one()
        assert (failed.state, failed.result.split(":")[0]) == ("failed", "ClockWentBackwards")
        queue_the_nightly_purge()
        assert len(db.session.scalars(select(Job)).all()) == 1
    assert "The last purge stopped before its end" in officer.get("/privacy-desk/").text
    with app.app_context():
        failed = db.session.scalars(select(Job)).one()
        failed.finished_at = now() - timedelta(minutes=61)
        queue_the_nightly_purge()
        assert len(db.session.scalars(select(Job)).all()) == 2


def test_the_command_line_purges_says_what_lapsed_and_refuses_a_clock_that_went_back(app: Flask) -> None:
    with app.app_context():
        db.session.add(
            ConsentRecord(
                pseudonym="0" * 32,
                photo_id="1" * 32,
                purpose="recommendation",
                text_version="1",
                text_sha256="",
                language="fr",
                withdrawn_at=now() - timedelta(days=400),
                settled_at=now() - timedelta(days=400),
            )
        )
        db.session.commit()
    run = app.test_cli_runner().invoke
    assert "consents            1 lapsed, the oldest of " in run(args=["privacy", "purge", "--dry-run"]).output
    assert "1 erased: 1 consents; 0 warnings sent." in run(args=["privacy", "purge"]).output
    assert "Nothing had lapsed; 0 warnings sent." in run(args=["privacy", "purge"]).output
    with app.app_context():
        db.session.add(PurgeRun(started_at=now() + timedelta(days=1)))
        db.session.commit()
    refused = run(args=["privacy", "purge"])
    assert refused.exit_code == 1
    assert "--clock-is-right" in refused.output
    assert (
        "1 purges that ran later than now are forgotten." in run(args=["privacy", "purge", "--clock-is-right"]).output
    )


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_of_periods_shows_a_change_before_it_holds(
    live_shop: LiveShop, tmp_path: Path, width: int, language: str
) -> None:
    photo = tmp_path / "look.jpg"
    photo.write_bytes(drawn_look())
    with visit(live_shop.url, language=language, width=width) as shopper:
        log_in(shopper, live_shop, "shopper")
        send(shopper, photo)
    with visit(live_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        log_in(person, live_shop, "privacy_officer")
        person.go("/privacy-desk/retention")
        person.look("retention")
        page.fill("#account_photo_days", "2")
        page.fill("#consent_days", "30")
        page.get_by_role("button", name=words("Show what would change")).click()
        expect(page.locator("#change-title")).to_be_visible()
        person.look("retention-change")
        page.fill("#reason", "essai")
        page.get_by_role("button", name=words("Put these periods in force")).click()
        expect(page.locator(".notice-success")).to_be_visible()
        assert page.input_value("#account_photo_days") == "2"


def _logged_in(app: Flask, role: Role) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["language"] = "en"
    assert journeys.log_in(client, app, role).status_code == 302
    return client
