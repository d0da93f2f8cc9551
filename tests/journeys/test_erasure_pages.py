"""The pages of erasures without a browser: who may see what, for how long, and what is refused."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from accounts.models import Account, Role
from privacy.erasure import LINK_DAYS
from privacy.erasure_models import Erasure
from storage.database import db, now
from tests.erasing import Person, empty_shop, new_person
from tests.journeys.conftest import csrf_token
from tests.journeys.people import log_in, send_form
from webapp.wiring import wiring

PASSWORD = "a long password"


# No context is held while a browser asks: requests would share what belongs to one of them.
@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return empty_shop(tmp_path / "instance")


@pytest.fixture
def anna(shop: Flask) -> Person:
    with shop.app_context():
        return new_person("anna.martin@example.org", photos=2)


@pytest.fixture
def client(shop: Flask, anna: Person) -> FlaskClient:
    """Anna's browser, logged in."""
    return browser_of(shop, anna)


def browser_of(shop: Flask, person: Person) -> FlaskClient:
    browser = shop.test_client()
    assert log_in(browser, person.email, PASSWORD).status_code == 302
    return browser


def somebody(shop: Flask, email: str, role: Role = Role.SHOPPER) -> Person:
    with shop.app_context():
        person = new_person(email)
        db.session.get_one(Account, person.account_id).role = role.value
        db.session.commit()
        return person


def erasures_asked_for(shop: Flask) -> list[Erasure]:
    with shop.app_context():
        return list(db.session.scalars(db.select(Erasure)))


def erase_everything(client: FlaskClient) -> str:
    """Ask for it and return the page that follows it."""
    answer = send_form(client, "/account/my-data/erase", current=PASSWORD)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def forget(client: FlaskClient, photo_id: str) -> TestResponse:
    return client.post(f"/photos/{photo_id}/forget", data={"csrf_token": csrf_token(client.get("/account/").text)})


def test_a_wrong_password_erases_nobody(shop: Flask, client: FlaskClient, anna: Person) -> None:
    assert send_form(client, "/account/my-data/erase", current="guess").status_code == 401
    assert erasures_asked_for(shop) == []
    with shop.app_context():
        assert db.session.get(Account, anna.account_id)


def test_a_form_without_its_token_erases_nobody(shop: Flask, client: FlaskClient) -> None:
    assert client.post("/account/my-data/erase", data={"current": PASSWORD}).status_code == 400
    assert erasures_asked_for(shop) == []


def test_everyone_else_logs_in_first(shop: Flask) -> None:
    assert "/account/login" in shop.test_client().get("/account/my-data/erase").location


def test_whoever_works_for_the_shop_becomes_a_shopper_first(shop: Flask) -> None:
    desk = browser_of(shop, somebody(shop, "desk@example.org", Role.MERCHANDISER))
    assert 'name="current"' not in desk.get("/account/my-data/erase").text
    desk.post("/account/my-data/erase", data={"csrf_token": csrf_token(desk.get("/").text), "current": PASSWORD})
    assert erasures_asked_for(shop) == []


def test_from_the_request_on_every_browser_is_logged_out_and_nobody_logs_in(
    shop: Flask, client: FlaskClient, anna: Person
) -> None:
    telephone = browser_of(shop, anna)
    assert telephone.get("/account/").status_code == 200
    address = erase_everything(client)
    assert client.get(address).status_code == 200
    for browser in (client, telephone):
        assert browser.get("/account/").status_code == 302
    assert log_in(shop.test_client(), anna.email, PASSWORD).status_code != 302


def test_the_receipt_is_there_at_the_end_and_for_thirty_days(
    shop: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = erase_everything(client)
    assert client.get(f"{address}/receipt.json").status_code == 404
    with shop.app_context():
        assert wiring().erasures.resume() == 1
    stranger = shop.test_client()
    receipt = stranger.get(f"{address}/receipt.json")
    assert receipt.mimetype == "application/json"
    assert json.loads(receipt.text)["scan"]["found"] == 0
    monkeypatch.setattr("privacy.erasure.now", lambda: now() + timedelta(days=LINK_DAYS, minutes=5))
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/receipt.json").status_code == 404


@pytest.mark.parametrize("code", ["", "x", "0" * 32, "0" * 32 + "-" + "0" * 32, "%00", "a" * 3000, "é-é"])
def test_a_link_that_was_guessed_shows_nothing(shop: Flask, code: str) -> None:
    assert shop.test_client().get(f"/erasures/{code}").status_code == 404


def test_a_link_is_not_guessed_from_the_id(client: FlaskClient, shop: Flask) -> None:
    erase_everything(client)
    [erasure] = erasures_asked_for(shop)
    for code in (erasure.id, f"{erasure.id}-", f"{erasure.id}-{'0' * 32}"):
        assert shop.test_client().get(f"/erasures/{code}").status_code == 404


def test_a_photos_erasure_is_listed_for_its_owner_alone(shop: Flask, client: FlaskClient, anna: Person) -> None:
    answer = forget(client, anna.photo_ids[0])
    assert "/erasures/" in answer.location
    assert client.get(f"/photos/{anna.photo_ids[0]}/picture").status_code == 404
    assert client.get(answer.location).status_code == 200
    assert answer.location in client.get("/account/my-data/erasures").text
    stranger = browser_of(shop, somebody(shop, "other@example.org"))
    assert answer.location not in stranger.get("/account/my-data/erasures").text
    assert forget(stranger, anna.photo_ids[1]).status_code == 404
    assert len(erasures_asked_for(shop)) == 1


def test_a_failing_step_is_no_error_page_for_the_person(
    shop: Flask, client: FlaskClient, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_prefix: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(wiring(shop).blobs, "delete_all", refuse)
    answer = forget(client, anna.photo_ids[0])
    assert client.get(answer.location).status_code == 200
    assert [erasure.last_error for erasure in erasures_asked_for(shop)] == ["PermissionError"]
    assert client.get(f"/photos/{anna.photo_ids[0]}/picture").status_code == 404


def test_the_desk_is_the_officers_and_shows_no_pseudonym(shop: Flask, client: FlaskClient, anna: Person) -> None:
    erase_everything(client)
    [erasure] = erasures_asked_for(shop)
    curious = browser_of(shop, somebody(shop, "other@example.org"))
    desk = browser_of(shop, somebody(shop, "officer@example.org", Role.PRIVACY_OFFICER))
    own = f"/privacy-desk/erasures/{erasure.id}"
    for path in ("/privacy-desk/erasures", own):
        assert curious.get(path).status_code == 403
        page = desk.get(path)
        assert page.status_code == 200
        assert anna.pseudonym not in page.text
        assert anna.email not in page.text
    assert desk.get(f"{own}/receipt.json").status_code == 404
    assert desk.post(f"{own}/try", data={"csrf_token": csrf_token(desk.get("/").text)}).status_code == 303
    assert desk.get(f"{own}/receipt.json").status_code == 200
    assert desk.get("/privacy-desk/erasures/unknown").status_code == 404
