"""The journeys of an account in a real browser: from the sign-up to the reset, and the second step of staff."""

import re
import time
from email import message_from_bytes
from email.policy import default

import pytest
from playwright.sync_api import expect

from storage.database import now
from tests.factories import demo_settings
from tests.journeys.browser import DESKTOP, PHONE, Visit, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.people import EMAIL, PASSWORD, link_in, log_in
from tests.unit.test_second_step import STEP, code_of
from webapp import create_app

NEW_PASSWORD = "cheval agrafe batterie correct"


def link_of_letter(shop: LiveShop, number: int) -> str:
    """Wait until the shop has written so many letters; return the path of the last one's link."""
    for _ in range(100):
        found = sorted((shop.instance / "mail").glob("*.eml"))
        if len(found) >= number:
            return link_in(message_from_bytes(found[number - 1].read_bytes(), policy=default))
        time.sleep(0.1)
    raise AssertionError(f"letter {number} did not come in ten seconds")


def fill_log_in(person: Visit, email: str, password: str) -> None:
    person.go("/account/login")
    person.page.fill("#email", email)
    person.page.fill("#password", password)
    person.page.locator("#submit").click()


@pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])
def test_a_person_joins_and_comes_back_after_forgetting_the_password(
    live_shop: LiveShop, language: str, width: int
) -> None:
    with visit(live_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        person.go("/account/login")
        person.look("log-in")
        page.get_by_role("link", name=words("Create an account")).click()
        page.fill("#email", EMAIL)
        page.fill("#password", "motdepasse")
        page.check("#old_enough")
        page.locator("#submit").click()
        expect(page.locator(".problem")).to_be_visible()
        person.look("sign-up-refused")
        page.fill("#password", PASSWORD)
        page.locator("#submit").click()
        page.wait_for_url("**/account/check-mail")
        person.look("check-mail")

        person.go(link_of_letter(live_shop, 1))
        person.look("confirm")
        page.fill("#current", PASSWORD)
        page.locator("#submit").click()
        page.wait_for_url("**/account/login")
        expect(page.locator(".notice-success")).to_be_visible()
        fill_log_in(person, EMAIL, PASSWORD)
        page.wait_for_url(person.url + "/")

        person.go("/account/profile")
        page.fill("#name", "Zoé")
        page.select_option("#shoe_size", "39")
        person.look("profile")
        page.locator("summary", has_text=words("Favourite categories")).click()
        page.locator("label.tick").first.click()
        page.locator("#submit").last.click()
        expect(page.locator(".notice-success")).to_be_visible()
        expect(page.locator("#name")).to_have_value("Zoé")
        expect(page.locator("label.tick input").first).to_be_checked()

        elsewhere = create_app(demo_settings(live_shop.instance)).test_client()
        log_in(elsewhere)
        person.go("/account/security")
        expect(page.locator(".devices li")).to_have_count(2)
        person.look("security")
        page.get_by_role("button", name=words("Log out all other devices")).click()
        expect(page.locator(".devices li")).to_have_count(1)
        assert elsewhere.get("/account/security").status_code == 302
        for path, name in (("security/password", "change-password"), ("security/email", "change-email")):
            person.go(f"/account/{path}")
            person.look(name)

    with visit(live_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        person.go("/account/login")
        page.get_by_role("link", name=words("Forgotten your password?")).click()
        person.look("forgotten")
        page.fill("#email", EMAIL)
        page.locator("#submit").click()
        page.wait_for_url("**/account/check-mail")
        link = link_of_letter(live_shop, 2)
        person.go(link)
        person.look("new-password")
        page.fill("#password", NEW_PASSWORD)
        page.locator("#submit").click()
        page.wait_for_url("**/account/login")
        person.go(link)
        expect(page.get_by_role("link", name=words("Ask for a new link"))).to_be_visible()
        person.look("link-lapsed")
        fill_log_in(person, EMAIL, NEW_PASSWORD)
        page.wait_for_url(person.url + "/")


@pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])
def test_an_officer_sets_up_the_second_step_and_logs_in_with_it(live_shop: LiveShop, language: str, width: int) -> None:
    officer = live_shop.accounts["privacy_officer"]
    with visit(live_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        fill_log_in(person, officer.email, officer.password)
        page.wait_for_url("**/privacy-desk/")
        person.go("/account/security")
        page.get_by_role("link", name=words("Set up the second step")).click()
        person.look("second-step")
        typed = page.locator(".secret").inner_text()
        page.fill("#code", code_of(typed, now() - STEP))
        page.locator("#submit").last.click()
        expect(page.locator(".codes li")).to_have_count(10)
        person.look("recovery-codes")
        page.get_by_role("link", name=words("I have kept them")).click()
        expect(page.locator("main")).to_contain_text(re.compile("10"))
        person.look("security-with-second-step")
        page.get_by_role("link", name=words("Turn the second step off")).click()
        person.look("second-step-off")
    with visit(live_shop.url, language=language, width=width) as person:
        page = person.page
        fill_log_in(person, officer.email, officer.password)
        page.wait_for_url("**/account/login/code*")
        person.look("code")
        page.fill("#code", "123")
        page.locator("#submit").click()
        expect(page.locator(".notice-danger")).to_be_visible()
        page.fill("#code", code_of(typed, now()))
        page.locator("#submit").click()
        page.wait_for_url("**/privacy-desk/")
