"""A person and the privacy officer with a real browser: copies, switches, requests, letters, a look at a photo."""

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories import drawn_look
from tests.journeys.browser import DESKTOP, PHONE, Visit, send, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.test_browser_staff import log_in

BOTH = pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])


def press(visitor: Visit, words: str, *, within: str = "main") -> None:
    visitor.page.locator(within).get_by_role("button", name=visitor.words(words), exact=True).first.click()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "look.jpg"
    path.write_bytes(drawn_look(2))
    return path


@BOTH
def test_a_person_takes_a_copy_of_everything_along(
    live_shop: LiveShop, photo: Path, tmp_path: Path, language: str, width: int
) -> None:
    with visit(live_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        log_in(person, live_shop, "shopper")
        send(person, photo)
        person.go("/account/my-data")
        person.look("my-data")
        press(person, "Make a copy")
        password = page.locator("input[name=password]")
        expect(password).to_be_visible(timeout=60_000)
        person.look("my-data-copy")
        password.fill("guess")
        press(person, "Download")
        expect(page.get_by_role("alert")).to_contain_text(words("The password is wrong."))
        page.locator("input[name=password]").fill(live_shop.accounts["shopper"].password)
        with page.expect_download() as coming:
            press(person, "Download")
        copy = tmp_path / "copy.zip"
        coming.value.save_as(copy)
        with zipfile.ZipFile(copy) as archive:
            archive.extractall(tmp_path / "copy")
        data = json.loads((tmp_path / "copy" / "data.json").read_text(encoding="utf-8"))["data"]
        assert len(data["photos"]) == 1
        page.goto((tmp_path / "copy" / "index.html").as_uri())
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("[...document.images].every((one) => one.naturalWidth > 0)")
        page.screenshot(path=f"artifacts/browser/export-page-{language}-{width}.png", full_page=True)


@BOTH
def test_a_person_brings_a_copy_from_elsewhere(
    live_shop: LiveShop, photo: Path, tmp_path: Path, language: str, width: int
) -> None:
    with visit(live_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        log_in(person, live_shop, "shopper")
        address = send(person, photo)
        person.go("/account/my-data")
        press(person, "Make a copy")
        page.locator("input[name=password]").fill(live_shop.accounts["shopper"].password, timeout=60_000)
        with page.expect_download() as coming:
            press(person, "Download")
        copy = tmp_path / "copy.zip"
        coming.value.save_as(copy)
        page.goto(address)
        page.locator(".photo-care").get_by_role("button").click()
        person.go("/account/my-data/import")
        person.look("import")
        page.set_input_files("#archive", photo)
        press(person, "Send the file")
        expect(page.get_by_role("alert")).to_be_visible()
        person.look("import-refused")
        page.set_input_files("#archive", copy)
        press(person, "Send the file")
        page.wait_for_url("**/my-data/import/*")
        assert page.locator("input[type=checkbox]:checked").count() == 0
        page.locator(".import-photo img").scroll_into_view_if_needed()
        person.look("import-choose")
        page.locator("input[value=recommendation]").check()
        press(person, "Take over what is ticked")
        expect(page.locator(".notice-success")).to_be_visible(timeout=60_000)
        person.look("import-done")
        page.get_by_role("link", name=words("My photos")).last.click()
        expect(page.locator(".my-photo")).to_have_count(1)


@BOTH
def test_a_person_puts_data_on_hold_and_objects_and_takes_it_back(
    live_shop: LiveShop, photo: Path, language: str, width: int
) -> None:
    with visit(live_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        log_in(person, live_shop, "shopper")
        address = send(person, photo)
        for number, what in enumerate(("hold", "objection")):
            person.go("/account/my-data")
            page.locator(".switch-row button").nth(number).click()
            expect(page.locator(".notice-success")).to_be_visible()
            person.look(f"my-data-{what}")
            page.goto(address)
            expect(page.locator("main")).to_contain_text(words("My data"))
            person.look(f"photo-{what}")
            person.go("/account/")
            person.look(f"my-page-{what}")
            person.go("/account/my-data")
            page.locator(".switch-row button").nth(number).click()
            page.goto(address)
            expect(page.locator("#matches")).to_be_visible()


@BOTH
def test_a_person_corrects_a_garment(live_shop: LiveShop, photo: Path, language: str, width: int) -> None:
    with visit(live_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        send(person, photo)
        page.locator(".correction summary").click()
        person.look("correction-open")
        page.select_option("#correct-category", "dress")
        page.select_option("#correct-colour", "red")
        press(person, "Search again")
        expect(page.locator(".correction summary")).to_contain_text(words("You said:"))
        person.look("corrected")


@BOTH
def test_a_request_goes_from_the_person_to_the_officer_and_back(
    live_shop: LiveShop, photo: Path, language: str, width: int
) -> None:
    with visit(live_shop.url, language=language, width=width) as person:
        log_in(person, live_shop, "shopper")
        send(person, photo)
        person.go("/account/my-data/requests")
        person.look("my-requests-none")
        person.page.select_option("#kind", "rectification")
        person.page.fill("#words", "La veste n’est pas un manteau.")
        press(person, "Send the request")
        expect(person.page.locator(".my-request")).to_have_count(1)
        person.look("my-requests")
    with visit(live_shop.url, language=language, width=width) as officer:
        page, words = officer.page, officer.words
        log_in(officer, live_shop, "privacy_officer")
        officer.go("/privacy-desk/requests")
        officer.look("desk-requests")
        page.locator(".file-name").first.click()
        press(officer, "Take it on")
        press(officer, "In work")
        for fold in page.locator("details.fold summary").all():
            fold.click()
        officer.look("desk-request")
        page.locator(".look-form input[name=reason]").fill("La personne dit que la veste est mal reconnue")
        press(officer, "Look")
        expect(page.locator(".seen-photo")).to_be_visible()
        officer.look("desk-photo")
        page.go_back()
        page.reload()
        page.get_by_role("link", name=words("Carried out")).click()
        page.fill("#text", "Bonjour,\n\nC’est corrigé.\n\nCordialement")
        press(officer, "Preview")
        expect(page.locator(".letter")).to_contain_text("C’est corrigé.")
        officer.look("desk-letter")
        press(officer, "Send")
        expect(page.locator(".notice-success")).to_be_visible()
        press(officer, "Close as done")
        expect(page.locator(".clock").first).to_be_visible()
        officer.look("desk-request-closed")
    with visit(live_shop.url, language=language, width=width) as person:
        log_in(person, live_shop, "shopper")
        person.go("/account/my-data/requests")
        person.page.locator("details.fold summary").click()
        expect(person.page.locator(".my-request")).to_contain_text("C’est corrigé.")
        person.look("my-requests-answered")


@BOTH
def test_the_officer_records_a_letter_of_somebody_unknown(live_shop: LiveShop, language: str, width: int) -> None:
    with visit(live_shop.url, language=language, width=width) as officer:
        page = officer.page
        log_in(officer, live_shop, "privacy_officer")
        officer.go("/privacy-desk/requests")
        officer.look("desk-requests-none")
        page.fill("#person-search", "nobody@example.org")
        press(officer, "Search")
        page.wait_for_url("**/requests/new")
        page.select_option("#kind", "access")
        page.fill("#who", "nobody@example.org")
        page.fill("#words", "Que gardez-vous sur moi ?")
        officer.look("desk-new-request")
        press(officer, "Record the request")
        page.wait_for_url("**/requests/*")
        officer.look("desk-request-unknown")
        page.goto(page.url + "/letters/identity")
        officer.look("desk-letter-identity")
        press(officer, "Send")
        expect(page.locator("#code")).to_be_visible()
        officer.look("desk-request-code")
        person = page.url.rsplit("/", 1)[1]
        officer.go("/privacy-desk/requests")
        page.fill("#person-search", person)
        press(officer, "Search")
        page.wait_for_url(f"**/requests/{person}")
