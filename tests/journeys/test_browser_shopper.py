"""A shopper's journey in a real browser: by phone and on a desk, with and without scripts, in both languages."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories import drawn_look
from tests.journeys.browser import DESKTOP, PHONE, send, visit
from tests.journeys.conftest import LiveShop

VISITORS = [("fr", PHONE, True), ("fr", DESKTOP, False), ("en", PHONE, False), ("en", DESKTOP, True)]


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "look.jpg"
    path.write_bytes(drawn_look(1))
    return path


@pytest.mark.parametrize(("language", "width", "scripts"), VISITORS)
def test_a_shopper_goes_from_a_photo_to_a_product_and_takes_the_photo_back(
    open_shop: LiveShop, look: Path, language: str, width: int, scripts: bool
) -> None:
    with visit(open_shop.url, language=language, width=width, scripts=scripts) as shopper:
        page, words = shopper.page, shopper.words
        shopper.go("/")
        assert page.get_attribute("html", "lang") == language
        shopper.look("front")

        address = send(shopper, look)
        shopper.look("photo")
        chips = page.locator(".garment-chip")
        assert chips.count() >= 2
        assert page.locator(".product-card").count() > 0
        expect(chips.nth(0)).to_have_attribute("aria-current", "true")

        chips.nth(1).click()
        expect(page).to_have_url(re.compile(r"garment=1"))
        expect(chips.nth(1)).to_have_attribute("aria-current", "true")
        expect(page.locator("#matches-title")).to_have_text(chips.nth(1).inner_text().strip())
        shopper.look("photo-second-piece")

        page.locator("#filters summary").click()
        colour = page.locator("#filters [name=colour]").first
        chosen = colour.get_attribute("value")
        colour.check()
        page.get_by_role("button", name=words("Show the items")).click()
        expect(page).to_have_url(re.compile(rf"garment=1.*colour={chosen}"))
        expect(page.locator(".active-filters a")).to_have_count(1)
        assert page.locator(".product-card").count() > 0
        shopper.look("photo-filtered")
        page.locator(".active-filters a").click()
        expect(page.locator(".active-filters")).to_have_count(0)

        title = page.locator(".product-card-title").first.inner_text()
        page.locator(".product-card-link").first.click()
        expect(page.locator("h1")).to_have_text(title)
        assert page.locator("#similar-title").is_visible()
        shopper.look("product")

        page.goto(address)
        page.get_by_role("button", name=words("Erase it now")).click()
        expect(page.locator(".notice-success")).to_have_text(
            words("Your photo and all that was made of it are erased.")
        )
        page.goto(address)
        expect(page.locator("main")).to_contain_text(
            words("This photo is no longer kept: it was erased or its time is up.")
        )


def test_another_garment_is_shown_without_loading_the_page_anew_and_the_way_back_works(
    open_shop: LiveShop, look: Path
) -> None:
    with visit(open_shop.url, width=PHONE) as shopper:
        page = shopper.page
        send(shopper, look)
        page.evaluate("window.sameDocument = true")
        page.locator("a.garment").nth(1).dispatch_event("click")
        expect(page.locator("#chip-1")).to_have_attribute("aria-current", "true")
        expect(page.locator("#chip-0")).not_to_have_attribute("aria-current", "true")
        page.go_back()
        expect(page.locator("#chip-0")).to_have_attribute("aria-current", "true")
        assert page.evaluate("window.sameDocument") is True


@pytest.mark.parametrize("scripts", [True, False])
def test_the_photo_card_asks_for_consent_before_anything_is_sent(
    open_shop: LiveShop, look: Path, scripts: bool
) -> None:
    with visit(open_shop.url, width=PHONE, scripts=scripts) as shopper:
        page, words = shopper.page, shopper.words
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        shopper.go("/")
        assert not page.is_checked("[name=consent]")
        page.set_input_files("#photo", look)
        page.get_by_role("button", name=words("Find similar items")).click()
        if scripts:
            expect(page.locator("#consent-problem")).to_have_text(
                words("Tick this box if you agree: without it we may not look at your photo.")
            )
        assert page.locator("[name=consent]:invalid").count() == 1
        assert sent == []


def test_a_photo_sent_without_consent_is_refused_in_words(open_shop: LiveShop, look: Path) -> None:
    with visit(open_shop.url, language="fr", scripts=False) as shopper:
        page, words = shopper.page, shopper.words
        shopper.go("/")
        page.set_input_files("#photo", look)
        page.evaluate("document.querySelector('#photo-card').noValidate = true")
        page.get_by_role("button", name=words("Find similar items")).click()
        expect(page.locator("main")).to_contain_text(
            words("We may only look at your photo if you agree. Tick the box and send it again.")
        )
        shopper.look("refused")


def test_the_photo_card_shows_the_photo_and_says_what_it_cannot_take(
    open_shop: LiveShop, look: Path, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("no photo")
    (tmp_path / "huge.jpg").write_bytes(b"\xff" * 15_000_001)
    (tmp_path / "apple.heic").write_bytes(b"no browser shows this")
    with visit(open_shop.url, width=PHONE) as shopper:
        page, words = shopper.page, shopper.words
        shopper.go("/")
        page.set_input_files("#photo", look)
        expect(page.locator("[data-preview]")).to_be_visible()
        shopper.look("front-with-photo")
        page.set_input_files("#photo", tmp_path / "apple.heic")
        expect(page.locator("[data-file-name]")).to_have_text("apple.heic")
        expect(page.locator("[data-preview]")).to_be_hidden()
        page.set_input_files("#photo", tmp_path / "letter.txt")
        expect(page.locator("#photo-problem")).to_have_text(
            words("This is no photo that we can read. Send a JPEG, PNG, WebP or HEIC.")
        )
        page.set_input_files("#photo", tmp_path / "huge.jpg")
        expect(page.locator("#photo-problem")).to_contain_text("15")
        assert page.evaluate("document.querySelector('#photo').files.length") == 0


def test_a_drawn_look_is_tried_with_one_tap(open_shop: LiveShop) -> None:
    with visit(open_shop.url, width=PHONE) as shopper:
        shopper.go("/")
        shopper.page.locator("button.look").first.click()
        shopper.page.wait_for_url("**/photos/*")
        assert shopper.page.locator(".product-card").count() > 0


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_public_page_fits_its_screen_and_names_its_controls(
    open_shop: LiveShop, language: str, width: int
) -> None:
    pages = {
        "browse": "/products",
        "browse-women": "/products?gender=women&min_price=1",
        "words": "/products?q=robe+rouge",
        "nothing": "/products?category=saree&colour=silver",
        "privacy": "/privacy",
        "log-in": "/account/login",
        "no-such-page": "/nowhere",
    }
    with visit(open_shop.url, language=language, width=width) as shopper:
        for name, path in pages.items():
            shopper.go(path)
            shopper.look(name)
        shopper.go("/products?category=saree&colour=silver")
        shopper.page.get_by_role("link", name=shopper.words("Remove all filters")).last.click()
        expect(shopper.page.locator(".product-card").first).to_be_visible()


def test_the_language_is_chosen_with_one_tap_and_kept(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="fr") as shopper:
        shopper.go("/products?gender=women")
        shopper.page.get_by_role("button", name="English").click()
        expect(shopper.page).to_have_url(re.compile(r"/products\?gender=women$"))
        expect(shopper.page.locator("h1")).to_have_text("Women")
        shopper.go("/privacy")
        assert shopper.page.get_attribute("html", "lang") == "en"


def test_the_menu_of_a_phone_opens_without_scripts_and_leads_to_a_category(open_shop: LiveShop) -> None:
    with visit(open_shop.url, width=PHONE, scripts=False) as shopper:
        page = shopper.page
        shopper.go("/")
        page.locator("details.menu > summary").click()
        link = page.locator(".menu-links-two a").first
        category = link.inner_text()
        link.click()
        expect(page.locator("h1")).to_have_text(category)
        assert page.locator(".product-card").count() > 0


def test_the_first_tab_stop_skips_to_the_content(open_shop: LiveShop) -> None:
    with visit(open_shop.url) as shopper:
        shopper.go("/")
        shopper.page.keyboard.press("Tab")
        assert shopper.page.locator(".skip-link").evaluate("(link) => link === document.activeElement")
        expect(shopper.page.locator(".skip-link")).to_be_in_viewport()
        shopper.page.keyboard.press("Enter")
        assert shopper.page.evaluate("document.activeElement.id") == "content"
