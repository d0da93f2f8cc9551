"""Consents in a real browser: agree to more, see it, take each back, and keep garments in a wardrobe."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories import drawn_look
from tests.journeys.browser import DESKTOP, PHONE, Visit, send, visit
from tests.journeys.conftest import LiveShop

VISITORS = [("fr", PHONE, True), ("fr", DESKTOP, True), ("en", PHONE, False), ("en", DESKTOP, True)]


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "look.jpg"
    path.write_bytes(drawn_look(1))
    return path


def log_in(somebody: Visit, shop: LiveShop, role: str = "shopper") -> None:
    somebody.go("/account/login?next=/products")
    somebody.page.fill("[name=email]", shop.accounts[role].email)
    somebody.page.fill("[name=password]", shop.accounts[role].password)
    somebody.page.get_by_role("main").get_by_role("button", name=somebody.words("Log in")).click()
    somebody.page.wait_for_url("**/products")


def send_agreeing(shopper: Visit, photo: Path, *purposes: str) -> str:
    shopper.go("/")
    page = shopper.page
    page.set_input_files("#photo", photo)
    page.check("[name=consent][value=recommendation]")
    page.get_by_text(shopper.words("More, if you like")).click()
    for purpose in purposes:
        page.check(f"[name=consent][value={purpose}]")
    shopper.look("front-consents")
    page.get_by_role("button", name=shopper.words("Find similar items")).click()
    page.wait_for_url("**/photos/*")
    return page.url


def switch(shopper: Visit, title: str) -> None:
    shopper.page.get_by_role("switch", name=shopper.words(title)).click()


@pytest.mark.parametrize(("language", "width", "scripts"), VISITORS)
def test_a_shopper_agrees_to_more_keeps_garments_and_takes_everything_back(
    live_shop: LiveShop, look: Path, language: str, width: int, scripts: bool
) -> None:
    with visit(live_shop.url, language=language, width=width, scripts=scripts) as shopper:
        page, words = shopper.page, shopper.words
        log_in(shopper, live_shop)
        shopper.go("/account/wardrobe")
        shopper.look("wardrobe-empty")
        address = send_agreeing(shopper, look, "wardrobe", "statistics", "training")

        page.get_by_text(words("What this photo may be used for")).click()
        expect(page.get_by_role("switch")).to_have_count(4)
        expect(page.get_by_role("switch", checked=True)).to_have_count(4)
        shopper.look("photo-uses")

        shopper.go("/account/wardrobe")
        kept = page.locator(".wardrobe-item")
        garments = kept.count()
        assert garments >= 2
        shopper.look("wardrobe")
        first = kept.first
        first.locator("summary").click()
        first.get_by_label(words("Its name")).fill("Ma préférée")
        shopper.look("wardrobe-open")
        first.get_by_role("button", name=words("Save")).click()
        expect(page.locator(".wardrobe-item h2").first).to_have_text("Ma préférée")
        page.locator(".wardrobe-item").first.get_by_role("link", name=words("Find similar again")).click()
        expect(page).to_have_url(re.compile(r"/photos/.*garment=\d"))
        assert page.locator(".product-card").count() > 0

        page.goto(address + "/consents")
        shopper.look("consents")
        page.locator("[name=garment]").first.uncheck()
        page.get_by_role("button", name=words("Keep what is ticked")).click()
        shopper.go("/account/wardrobe")
        expect(page.locator(".wardrobe-item")).to_have_count(garments - 1)

        page.goto(address + "/consents")
        for title in ("Improve the models", "Count in anonymous statistics"):
            switch(shopper, title)
            expect(page.locator(".notice-success")).to_have_text(words("Taken back: what rested on it is erased."))
        switch(shopper, "Find similar items")
        expect(page.get_by_role("switch", checked=True)).to_have_count(1)
        page.goto(address)
        expect(page).to_have_url(re.compile(r"/consents$"))
        shopper.go("/account/wardrobe")
        expect(page.get_by_role("link", name=words("Allow the search again")).first).to_be_visible()
        shopper.go("/account/")
        shopper.look("my-photos")
        switch(shopper, "Keep in my wardrobe")
        expect(page.locator(".notice-success")).to_contain_text(
            words("Taken back. Nothing else kept the photo: it is erased, with all that was made of it.")
        )
        page.goto(address)
        expect(page.locator("main")).to_contain_text(
            words("This photo is no longer kept: it was erased or its time is up.")
        )


def test_a_visitor_without_an_account_is_offered_no_wardrobe_and_needs_no_extra_box(
    open_shop: LiveShop, look: Path
) -> None:
    with visit(open_shop.url, width=PHONE) as shopper:
        page, words = shopper.page, shopper.words
        shopper.go("/")
        expect(page.locator("[name=consent][value=wardrobe]")).to_have_count(0)
        expect(page.locator("[name=consent]:checked")).to_have_count(0)
        address = send(shopper, look)
        page.get_by_text(words("What this photo may be used for")).click()
        expect(page.get_by_role("switch", checked=True)).to_have_count(1)
        expect(page.get_by_role("switch")).to_have_count(3)
        switch(shopper, "Count in anonymous statistics")
        expect(page.locator(".notice-success")).to_contain_text(
            words("Noted: you agree. You can change your mind at any time.")
        )
        page.get_by_text(words("What this photo may be used for")).click()
        switch(shopper, "Find similar items")
        expect(page.locator(".notice-success")).to_contain_text(
            words("Taken back. Nothing else kept the photo: it is erased, with all that was made of it.")
        )
        page.goto(address)
        assert page.locator(".error-page").is_visible()
        shopper.go("/account/wardrobe")
        expect(page).to_have_url(re.compile("/account/login"))


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_notices_fit_their_screen_and_lead_to_each_other(open_shop: LiveShop, language: str, width: int) -> None:
    with visit(open_shop.url, language=language, width=width) as shopper:
        shopper.go("/privacy")
        for title, name in (
            ("Privacy notice", "notice-privacy"),
            ("What the AI does", "notice-ai"),
            ("People in photos", "notice-people"),
            ("Cookies", "notice-cookies"),
        ):
            shopper.page.get_by_role("main").get_by_role("navigation").get_by_role(
                "link", name=shopper.words(title)
            ).click()
            shopper.look(name)


@pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])
def test_the_desks_show_what_is_photographed_and_which_words_were_agreed_to(
    open_shop: LiveShop, look: Path, language: str, width: int
) -> None:
    with visit(open_shop.url, language=language, width=width) as shopper:
        send(shopper, look)
    with visit(open_shop.url, language=language, width=width) as officer:
        page, words = officer.page, officer.words
        log_in(officer, open_shop, "admin")
        officer.go("/admin/what-is-photographed")
        officer.look("statistics-empty")
        officer.go("/privacy-desk/")
        officer.look("desk-overview")
        page.locator(".desk-table tbody a").first.click()
        expect(page.locator("h1")).to_have_text(words("Consents"))
        expect(page.locator(".text-version:target")).to_be_visible()
        officer.look("desk-consents")
