"""A person erases a photo, then everything, with a real browser; the officer follows both at the desk."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from privacy.receipts import verify_receipt
from tests.factories import drawn_look
from tests.journeys.browser import DESKTOP, PHONE, Visit, send, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.test_browser_staff import log_in


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "look.jpg"
    path.write_bytes(drawn_look(1))
    return path


def receipt_of(person: Visit, shop: LiveShop) -> dict[str, object]:
    """Wait for the end, download the receipt, and check it with the key that the shop publishes."""
    heading = person.page.locator("h1")
    expect(heading).to_have_text(person.words("It is erased"), timeout=60_000)
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name=person.words("Download the signed receipt")).click()
    key = person.page.request.get(f"{shop.url}/erasures/public-key").text().strip()
    return verify_receipt(Path(download.value.path()).read_bytes(), public_key=key)


def test_a_photo_is_erased_with_visible_steps_and_a_receipt(live_shop: LiveShop, photo: Path) -> None:
    with visit(live_shop.url, language="fr", width=PHONE) as shopper:
        page, words = shopper.page, shopper.words
        log_in(shopper, live_shop, "shopper")
        send(shopper, photo)
        page.get_by_role("button", name=words("Erase it now")).click()
        page.wait_for_url("**/erasures/*")
        expect(page.locator(".notice-success")).to_be_visible()
        stated = receipt_of(shopper, live_shop)
        assert stated["scope"] == {"kind": "photo", "purpose": ""}
        shopper.look("erasure-of-a-photo")
        shopper.go("/account/my-data/erasures")
        expect(page.locator(".file")).to_have_count(1)
        shopper.look("my-erasures")


@pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])
def test_everything_is_erased_and_the_receipt_outlives_the_account(
    live_shop: LiveShop, photo: Path, language: str, width: int
) -> None:
    with visit(live_shop.url, language=language, width=width) as shopper:
        page, words = shopper.page, shopper.words
        log_in(shopper, live_shop, "shopper")
        send(shopper, photo)
        shopper.go("/account/my-data")
        page.get_by_role("link", name=words("Erase my account and everything")).click()
        shopper.look("erase-everything")
        page.fill("#current", "not the password")
        page.get_by_role("button", name=words("Erase everything")).click()
        expect(page.locator(".problem")).to_be_visible()
        page.fill("#current", live_shop.accounts["shopper"].password)
        page.get_by_role("button", name=words("Erase everything")).click()
        page.wait_for_url("**/erasures/*")
        link = page.url
        stated = receipt_of(shopper, live_shop)
        assert json.dumps(stated).find(live_shop.accounts["shopper"].email) == -1
        assert isinstance(stated["erased"], dict)
        assert stated["erased"]["accounts"]["account"] == 1
        shopper.look("erasure-of-everything")
        shopper.go("/account/")
        assert "/account/login" in page.url
    with visit(live_shop.url, language=language, width=width) as somebody:
        somebody.page.goto(link)
        expect(somebody.page.locator("h1")).to_have_text(somebody.words("It is erased"))
        somebody.page.goto(link[:-1] + ("0" if link[-1] != "0" else "1"))
        expect(somebody.page.locator("main")).to_contain_text(
            somebody.words("There is no such erasure, or its link has lapsed.")
        )


def test_the_officer_sees_erasures_and_what_holds_one_up(live_shop: LiveShop, photo: Path) -> None:
    forgotten = live_shop.instance / "forgotten-export.txt"
    forgotten.write_text(live_shop.accounts["shopper"].email)
    with visit(live_shop.url, language="fr", width=PHONE) as shopper:
        log_in(shopper, live_shop, "shopper")
        shopper.go("/account/my-data/erase")
        shopper.page.fill("#current", live_shop.accounts["shopper"].password)
        shopper.page.get_by_role("button", name=shopper.words("Erase everything")).click()
        expect(shopper.page.locator(".notice-warning")).to_be_visible(timeout=60_000)
        shopper.look("erasure-held-up")
    for width in (PHONE, DESKTOP):
        with visit(live_shop.url, language="fr", width=width) as officer:
            log_in(officer, live_shop, "privacy_officer")
            officer.go("/privacy-desk/erasures")
            officer.look("desk-erasures")
            officer.page.locator(".file-name").first.click()
            expect(officer.page.locator(".notice-warning")).to_contain_text("instance folder")
            officer.look("desk-erasure-held-up")
            if width == PHONE:
                continue
            forgotten.unlink()
            officer.page.get_by_role("button", name=officer.words("Try again now")).click()
            expect(officer.page.locator(".state").first).to_have_text(officer.words("erased"), timeout=60_000)
            officer.look("desk-erasure")
