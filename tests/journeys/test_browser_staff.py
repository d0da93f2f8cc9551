"""Each role logs in with a real browser and finds its own page, and only that."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories import drawn_look
from tests.journeys.browser import DESKTOP, PHONE, Visit, send, visit
from tests.journeys.conftest import LiveShop

HOMES = {
    "shopper": "Find clothes like those in your photo",
    "merchandiser": "Catalogue desk",
    "privacy_officer": "Privacy desk",
    "admin": "Catalogue desk",
}


def log_in(visitor: Visit, shop: LiveShop, role: str) -> None:
    visitor.go("/account/login")
    visitor.page.fill("#email", shop.accounts[role].email)
    visitor.page.fill("#password", shop.accounts[role].password)
    visitor.page.locator("#submit").click()
    visitor.page.wait_for_url(lambda address: "/account/login" not in address)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_each_role_lands_on_its_own_page(open_shop: LiveShop, width: int) -> None:
    for role, title in HOMES.items():
        with visit(open_shop.url, language="fr", width=width) as person:
            log_in(person, open_shop, role)
            assert person.page.title() == f"{person.words(title)} · Fashion-Insta"
            person.look(f"home-of-{role}")


def test_a_wrong_password_is_said_on_the_page(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="fr", width=PHONE) as person:
        person.go("/account/login")
        person.page.fill("#email", "nobody@demo.example")
        person.page.fill("#password", "wrong")
        person.page.locator("#submit").click()
        expect(person.page.get_by_role("alert").first).to_have_text(
            person.words("The e-mail or the password is wrong.")
        )


def test_a_shopper_cannot_open_the_desks(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="fr") as shopper:
        log_in(shopper, open_shop, "shopper")
        for desk in ("/admin/", "/privacy-desk/"):
            shopper.go(desk)
            expect(shopper.page.locator("main")).to_contain_text(shopper.words("Your account may not open this page."))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_merchandiser_rebuilds_the_index_and_watches_it_end(open_shop: LiveShop, scripts: bool) -> None:
    with visit(open_shop.url, language="fr", width=PHONE, scripts=scripts) as person:
        page, words = person.page, person.words
        log_in(person, open_shop, "merchandiser")
        person.go("/admin/index")
        page.get_by_role("button", name=words("Rebuild it from scratch")).click()
        page.wait_for_url("**/admin/jobs/*")
        expect(page.locator("h1")).to_have_text(words("Rebuild of the index"))
        expect(page.locator(".state")).to_have_text(words("Done"), timeout=30_000)
        expect(page.get_by_role("heading", name=words("Its report"))).to_be_visible()
        expect(page.locator("main")).to_contain_text("Lignes")
        person.look("job-done")
        page.get_by_role("link", name=words("All jobs")).click()
        expect(page.locator(".jobs li").first).to_contain_text(words("Rebuild of the index"))
        person.look("jobs")


def test_an_accounts_photos_are_listed_and_erased_on_its_page(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="fr", width=PHONE) as shopper:
        page, words = shopper.page, shopper.words
        log_in(shopper, open_shop, "shopper")
        shopper.go("/")
        page.locator("button.look").first.click()
        page.wait_for_url("**/photos/*")
        shopper.go("/account/")
        expect(page.locator(".my-photo")).to_have_count(1)
        shopper.look("my-page")
        page.locator(".my-photo").get_by_role("button", name=words("Erase")).click()
        expect(page.locator(".notice-success")).to_be_visible()
        shopper.go("/account/")
        expect(page.locator(".my-photo")).to_have_count(0)


def test_the_privacy_officer_sees_the_register_and_no_name(live_shop: LiveShop, tmp_path: Path) -> None:
    photo = tmp_path / "look.jpg"
    photo.write_bytes(drawn_look(1))
    with visit(live_shop.url, language="en", width=PHONE) as shopper:
        log_in(shopper, live_shop, "shopper")
        send(shopper, photo)
    with visit(live_shop.url, language="fr", width=DESKTOP) as officer:
        log_in(officer, live_shop, "privacy_officer")
        expect(officer.page.locator(".desk-table tbody tr")).to_have_count(1)
        assert live_shop.accounts["shopper"].email not in officer.page.content()
        officer.look("privacy-desk")
        officer.page.get_by_role("button", name=officer.words("Erase lapsed photos now")).click()
        expect(officer.page.locator(".notice-success")).to_contain_text("0")
