"""Staff with a second step: the desk stays shut without it, a code comes after the password, each code counts once."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.models import Role
from storage.database import db, now
from tests.factories import demo_settings
from tests.journeys.people import log_in, send_form
from tests.unit.test_second_step import STEP, code_of
from webapp import create_app
from webapp.demo_accounts import DemoAccount, demo_accounts

SET_UP = "/account/security/second-step"


@pytest.fixture
def strict(instance: Path) -> Flask:
    """The shop as outside the demo: staff need a second step."""
    return create_app(demo_settings(instance, staff_totp_required=True))


def staff(app: Flask, role: Role = Role.PRIVACY_OFFICER) -> DemoAccount:
    return next(one for one in demo_accounts(app.extensions["wiring"].settings) if one.role == role.value)


def enter(client: FlaskClient, person: DemoAccount) -> str:
    return log_in(client, person.email, person.password).location or ""


def secret_on(page: str) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1]


def set_up(client: FlaskClient) -> tuple[str, list[str]]:
    """Set the second step up; return the secret and the recovery codes."""
    page = client.get(SET_UP).text
    assert page.count("<svg") > 0
    secret = secret_on(page)
    done = send_form(client, SET_UP, code=code_of(secret, now() - STEP))
    assert done.status_code == 200
    return secret, re.findall(r"<code>([a-z2-7]{8}-[a-z2-7]{8})</code>", done.text)


@pytest.mark.parametrize(
    ("role", "desk"),
    [(Role.PRIVACY_OFFICER, "/privacy-desk/"), (Role.MERCHANDISER, "/admin/"), (Role.ADMIN, "/admin/")],
)
def test_staff_open_their_desk_once_the_second_step_is_set_up(strict: Flask, role: Role, desk: str) -> None:
    client = strict.test_client()
    assert enter(client, staff(strict, role)) == SET_UP
    assert client.get(desk).location == SET_UP
    set_up(client)
    assert client.get(desk).status_code == 200


def test_shoppers_need_none_and_may_have_one(strict: Flask) -> None:
    client, shopper = strict.test_client(), staff(strict, Role.SHOPPER)
    assert enter(client, shopper) == "/"
    set_up(client)
    assert enter(strict.test_client(), shopper).startswith("/account/login/code")


def test_the_demo_asks_for_none(app: Flask, client: FlaskClient) -> None:
    assert enter(client, staff(app)) == "/privacy-desk/"


def test_the_password_alone_opens_nothing_and_a_code_completes_it_once(strict: Flask) -> None:
    client, officer = strict.test_client(), staff(strict)
    enter(client, officer)
    secret, codes = set_up(client)
    assert len(codes) == 10
    code = code_of(secret, now() + STEP)
    visitor = strict.test_client()
    code_page = enter(visitor, officer)
    assert visitor.get("/privacy-desk/").status_code == 302
    assert visitor.get("/account/security").status_code == 302
    assert send_form(visitor, code_page, code="000000x").status_code == 401
    assert send_form(visitor, code_page, code=code).location == "/privacy-desk/"
    assert visitor.get("/privacy-desk/").status_code == 200
    again = strict.test_client()
    assert send_form(again, enter(again, officer), code=code).status_code == 401
    assert send_form(again, enter(again, officer), code=codes[3]).status_code == 302
    third = strict.test_client()
    assert send_form(third, enter(third, officer), code=codes[3]).status_code == 401


def test_setting_it_up_ends_the_other_sessions(strict: Flask) -> None:
    first, second, officer = strict.test_client(), strict.test_client(), staff(strict)
    enter(first, officer)
    enter(second, officer)
    set_up(first)
    assert second.get("/account/security").status_code == 302
    assert first.get("/account/security").status_code == 200


def test_the_code_page_is_for_those_who_gave_their_password(strict: Flask) -> None:
    client = strict.test_client()
    assert client.get("/account/login/code").location == "/account/login"
    assert client.get(SET_UP).location.startswith("/account/login")


@pytest.mark.parametrize("path", ["off", "codes"])
def test_changing_it_asks_for_the_password_again(strict: Flask, path: str) -> None:
    client, officer = strict.test_client(), staff(strict)
    enter(client, officer)
    set_up(client)
    page = f"{SET_UP}/{path}"
    assert send_form(client, page, current="wrong").status_code == 401
    assert send_form(client, page, current=officer.password).status_code == (303 if path == "off" else 200)


def test_the_secret_is_not_shown_again_nor_kept_in_the_clear(strict: Flask) -> None:
    client = strict.test_client()
    enter(client, staff(strict))
    secret, _codes = set_up(client)
    assert client.get(SET_UP).location == "/account/security"
    with strict.app_context():
        db.session.remove()
    content = b"".join(path.read_bytes() for path in strict.extensions["wiring"].settings.instance.glob("accounts.*"))
    assert secret.replace(" ", "").encode() not in content


def test_the_command_line_makes_the_first_staff_and_helps_with_a_lost_telephone(strict: Flask) -> None:
    words = "correct horse battery"
    made = strict.test_cli_runner().invoke(
        args=["accounts", "create", "chef@example.com", "--role", "admin"], input=f"{words}\n{words}\n"
    )
    assert made.exit_code == 0, made.output
    assert words not in made.output
    client, chef = strict.test_client(), DemoAccount("admin", "chef@example.com", words)
    assert enter(client, chef) == SET_UP
    set_up(client)
    assert enter(strict.test_client(), chef).startswith("/account/login/code")
    removed = strict.test_cli_runner().invoke(args=["accounts", "remove-second-step", "chef@example.com"])
    assert removed.exit_code == 0, removed.output
    assert enter(strict.test_client(), chef) == SET_UP


@pytest.mark.parametrize(
    ("arguments", "password", "words"),
    [
        (["create", "chef@example.com", "--role", "admin"], "short", "too short"),
        (["create", "chef", "--role", "admin"], "correct horse battery", "name@domain.example"),
        (["create", "chef@example.com", "--role", "king"], "correct horse battery", "king"),
        (["create", "shopper@demo.example", "--role", "admin"], "correct horse battery", "exists"),
        (["role", "nobody@example.com", "admin"], "", "no account"),
        (["remove-second-step", "nobody@example.com"], "", "no account"),
        (["remove-second-step", "shopper@demo.example"], "", "no second step"),
    ],
)
def test_a_command_that_cannot_be_says_why(app: Flask, arguments: list[str], password: str, words: str) -> None:
    result = app.test_cli_runner().invoke(args=["accounts", *arguments], input=f"{password}\n{password}\n")
    assert result.exit_code != 0
    assert words in result.output
    assert "Traceback" not in result.output
