"""People at a form: what the pages and letters of an account's journey share in tests without a browser."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from accounts.models import Role
from tests.journeys.conftest import csrf_token
from webapp.demo_accounts import demo_accounts
from webapp.jobs.worker import send_letters

EMAIL, PASSWORD = "zoe@example.com", "quatre mots sans rapport"


def send_form(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Open a page and send its form; `page` names another page that the token is taken from."""
    page = client.get(str(fields.pop("page", path)))
    return client.post(path, data={"csrf_token": csrf_token(page.text), **fields})


def letters(app: Flask) -> list[EmailMessage]:
    """Send what waits, and return the letters in the demo's folder, oldest first."""
    with app.app_context():
        send_letters()
    folder: Path = app.extensions["wiring"].settings.mail_folder
    return [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]


def words_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(letter: EmailMessage) -> str:
    """Return the path of the letter's link."""
    found = re.search(r"^https?://[^/\s]+(/\S+)$", words_of(letter), re.MULTILINE)
    assert found, words_of(letter)
    return found[1]


def sign_up(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD) -> TestResponse:
    return send_form(client, "/account/sign-up", email=email, password=password, old_enough="y")


def join(app: Flask, client: FlaskClient, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Sign up and confirm."""
    assert sign_up(client, email, password).status_code == 303
    assert send_form(client, link_in(letters(app)[-1]), current=password).status_code == 303


def log_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD) -> TestResponse:
    return send_form(client, "/account/login", email=email, password=password)


def staff_of(shop: Flask, role: Role = Role.MERCHANDISER) -> FlaskClient:
    """Return a browser that reads English, with the demo's account of this role logged in."""
    client = shop.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    account = next(each for each in demo_accounts(shop.extensions["wiring"].settings) if each.role == role.value)
    assert log_in(client, account.email, account.password).status_code in (302, 303)
    return client
