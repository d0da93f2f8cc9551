"""A merchandiser at the list of products, in a real browser."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from demo.looks import demo_looks, draw_look
from tests.factories import encoded
from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.test_browser_staff import log_in


def test_a_merchandiser_searches_ticks_changes_and_takes_it_back(open_shop: LiveShop, tmp_path: Path) -> None:
    with visit(open_shop.url, language="fr", width=DESKTOP) as person:
        page, words = person.page, person.words
        log_in(person, open_shop, "merchandiser")
        rows = page.locator("[data-row]")
        page.fill("#list-q", "robe")
        page.wait_for_url("**/admin/?q=robe*")
        expect(page.locator("#list-q")).to_be_focused()
        found = rows.count()
        assert 0 < found < 48
        expect(page.locator("[data-total]")).to_contain_text(str(found))

        page.locator("h1").click()
        for key in ("j", "x", "j", "x"):
            page.keyboard.press(key)
        expect(page.locator(".is-ticked")).to_have_count(2)
        expect(page.locator("[data-ticked]")).to_have_text(words("%(count)s ticked") % {"count": 2})
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("Escape")
        person.look("catalogue-ticked")

        page.select_option("#bulk-action", "season")
        page.fill("#bulk-value", "Automne 2099")
        page.get_by_role("button", name=words("Preview"), exact=True).click()
        expect(page.locator("tbody tr")).to_have_count(2)
        person.look("bulk-preview")
        page.locator("main form .btn-primary").click()
        expect(page.locator(".act-done")).to_be_visible()
        expect(page.locator("#list-q")).to_have_value("robe")
        expect(page.locator("[data-row]", has_text="Automne 2099")).to_have_count(2)
        person.look("bulk-done")
        page.locator(".act-done").get_by_role("button", name=words("Undo")).click()
        expect(page.locator(".notice-success")).to_be_visible()
        person.look("act")
        person.go("/admin/?season=automne-2099")
        expect(page.locator(".empty")).to_be_visible()


def test_ticks_stay_while_the_list_is_searched_and_ordered(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="en", width=DESKTOP) as person:
        page = person.page
        log_in(person, open_shop, "merchandiser")
        ticks, problem = page.locator("[data-ticked]"), page.locator("#bulk .problem")
        page.select_option("#bulk-action", "price")
        page.fill("#bulk-value", "ten")
        preview = page.get_by_role("button", name="Preview", exact=True)
        preview.click()
        expect(problem).to_have_text("Tick the products that you want to change.")
        for row in (0, 1):
            page.locator("[data-row] [name=id]").nth(row).check()
        preview.click()
        expect(problem).to_contain_text("Write percent")
        page.select_option("#bulk-action", "price_to")
        page.select_option("#bulk-ending", "99")
        for amount in ("1.299", "12 €", "0,00"):
            page.fill("#bulk-value", amount)
            preview.click()
            expect(problem).to_contain_text("Write a price")
        page.select_option("#bulk-action", "brand")
        expect(page.locator("#bulk-ending")).to_be_hidden()
        page.select_option("#bulk-action", "price")
        page.select_option("#bulk-ending", "99")
        page.fill("#bulk-value", "-10 %")
        page.fill("#list-q", "nothing is called so")
        expect(page.locator(".empty")).to_be_visible()
        page.fill("#list-q", "")
        expect(ticks).to_have_text("2 ticked")
        for field, kept in (("action", "price"), ("ending", "99"), ("value", "-10 %")):
            expect(page.locator(f"#bulk-{field}")).to_have_value(kept)
        assert "?" not in page.url, "what is usual is not said in the address"
        page.locator("thead a", has_text="Price").click()
        expect(page.locator("#list-sort")).to_have_value("cheapest")
        expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Price")
        page.locator("[data-row] [name=id]:not(:checked)").first.check()
        page.fill("#list-q", "skirt")
        expect(ticks).to_contain_text("not on this page")
        page.go_back()
        expect(page.locator("#list-q")).to_have_value("")
        expect(ticks).to_have_text("3 ticked")
        preview.click()
        expect(page.locator("tbody tr td:last-child", has_text=".99")).to_have_count(3)
        page.go_back()
        page.locator("[data-tick-all]").check()
        page.get_by_role("button", name="Untick them").click()
        expect(page.locator(".is-ticked")).to_have_count(0)


def _hold(page: Page, pattern: str) -> list[Route]:
    """Return the requests of a pattern that will come: each waits until it is continued."""
    held: list[Route] = []
    page.route(pattern, lambda route: held.append(route))
    return held


def test_a_late_answer_takes_neither_the_focus_nor_what_was_begun(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="en", width=DESKTOP) as person:
        page = person.page
        log_in(person, open_shop, "merchandiser")
        held = _hold(page, "**/admin/?*")
        page.locator("#filters > summary").click()
        page.select_option("#bulk-action", "season")
        with page.expect_request("**/admin/?q=dress"):
            page.fill("#list-q", "dress")
        category = page.locator("[name=category]").nth(1)
        category.check()
        page.fill("[name=min_price]", "10")
        page.locator("#bulk-value").click()
        page.keyboard.type("Winter")
        page.keyboard.press("ArrowLeft")
        held.pop().continue_()
        page.wait_for_url("**/admin/?q=dress")
        # "j" and "e" beside the field would open a product.
        page.keyboard.type("je")
        expect(page.locator("#bulk-value")).to_have_value("Wintejer")
        expect(category).to_be_checked()
        expect(page.locator("[name=min_price]")).to_have_value("10")
        expect(page.locator("#list-export")).to_have_attribute("href", re.compile(r"\?q=dress$"))

        with page.expect_request("**sort=cheapest*"):
            page.locator("thead a", has_text="Price").click()
        page.locator("#list-q").focus()
        held.pop().continue_()
        page.wait_for_url("**sort=cheapest*")
        expect(page.locator("#list-q")).to_be_focused()


def test_a_link_followed_while_words_are_looked_for_keeps_both(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="en", width=DESKTOP) as person:
        page = person.page
        log_in(person, open_shop, "merchandiser")
        _hold(page, "**/admin/?q=*")
        with page.expect_request("**/admin/?q=dress"):
            page.fill("#list-q", "dress")
        page.locator("thead a", has_text="Price").click()
        page.wait_for_url("**/admin/?sort=cheapest&q=dress")
        _hold(page, "**/admin/?*category=*")
        page.locator("#filters > summary").click()
        page.locator("[name=category]").nth(0).check()
        with page.expect_request("**category=*"):
            page.get_by_role("button", name="Show the items").click()
        page.unroute("**/admin/?*category=*")
        page.fill("#list-q", "skirt")
        page.wait_for_url("**category=*q=skirt*")


def test_a_search_that_ends_because_a_product_is_opened_does_not_come_back(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="en", width=DESKTOP) as person:
        page = person.page
        log_in(person, open_shop, "merchandiser")
        searches, products = _hold(page, "**/admin/?q=*"), _hold(page, "**/edit")
        with page.expect_request("**/admin/?q=dress"):
            page.fill("#list-q", "dress")
        with page.expect_request("**/edit"):
            page.locator("[data-edit]").first.click(no_wait_after=True)
        # As Firefox does by itself; this browser also says so.
        with page.expect_event("requestfailed"):
            searches.pop().abort()
        products.pop().continue_()
        page.wait_for_url("**/edit")
        expect(page.locator("form.listing")).to_be_visible()
        person.problems.clear()


def test_ticks_come_back_by_product_and_not_by_place(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="en", width=DESKTOP) as person:
        page = person.page
        log_in(person, open_shop, "merchandiser")
        person.go("/admin/?sort=changed")
        boxes, ticked = page.locator("[data-row] [name=id]"), page.locator(".is-ticked")
        chosen = boxes.nth(1).input_value()
        boxes.nth(1).check()
        page.locator("[data-edit]").nth(4).click()
        page.fill("[name=season]", "Season 2098")
        page.locator(".listing-save button").click()
        page.wait_for_url(re.compile(r"/products/[^/]+$"))
        page.go_back()
        page.go_back()
        expect(boxes.nth(2)).to_have_value(chosen)
        expect(ticked).to_have_count(1)
        expect(boxes.nth(2)).to_be_checked()

        boxes.nth(0).check()
        page.select_option("#bulk-action", "season")
        page.fill("#bulk-value", "Season 2097")
        page.get_by_role("button", name="Preview", exact=True).click()
        page.wait_for_url("**/bulk/preview")
        page.go_back()
        expect(ticked).to_have_count(2)
        expect(page.locator("#bulk-value")).to_have_value("Season 2097")
        page.get_by_role("button", name="Preview", exact=True).click()
        page.get_by_role("link", name="Back to the list").click()
        expect(ticked).to_have_count(2)


_PASTED = """(encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)), carried = new DataTransfer();
  carried.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true }));
}"""


def test_a_pasted_picture_is_looked_for_and_a_damaged_one_leaves_the_list_as_it_was(open_shop: LiveShop) -> None:
    with visit(open_shop.url, language="en", width=DESKTOP) as person:
        page = person.page
        log_in(person, open_shop, "merchandiser")
        person.go("/admin/?stock=in")
        look = demo_looks()[0]
        for picture, title in (
            (encoded(draw_look(look.spec, seed=look.seed).image), "Products that look like your picture"),
            (b"no picture", "On sale"),
        ):
            page.evaluate(_PASTED, base64.b64encode(picture).decode())
            expect(page.locator("#items-title")).to_have_text(title)
            page.wait_for_url(re.compile(r"[?&]stock=in"))
        expect(page.locator(".notice")).to_contain_text("no photo that we can read")
        page.go_back()
        expect(page.locator("#items-title")).to_have_text("Products that look like your picture")
        found = [row.input_value() for row in page.locator("[data-row] [name=id]").all()]
        page.locator("[data-edit]").first.click()
        page.go_back()
        assert [row.input_value() for row in page.locator("[data-row] [name=id]").all()] == found
        page.fill("#list-q", "dress")
        page.wait_for_url("**/admin/?stock=in&q=dress")
        person.go("/admin/search-by-picture?stock=in")
        page.wait_for_url("**/admin/?stock=in")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_list_is_found_by_look_filtered_and_kept_on_a_phone(
    open_shop: LiveShop, tmp_path: Path, scripts: bool
) -> None:
    picture = tmp_path / "look.jpg"
    look = demo_looks()[0]
    picture.write_bytes(encoded(draw_look(look.spec, seed=look.seed).image))
    name = f"Robes {scripts}"
    with visit(open_shop.url, language="fr", width=PHONE, scripts=scripts) as person:
        page, words = person.page, person.words
        log_in(person, open_shop, "merchandiser")
        page.locator("#filters > summary").click()
        page.locator("[name=category][value=dress]").check()
        page.get_by_role("button", name=words("Show the items")).click()
        page.wait_for_url("**category=dress*")
        page.locator("#keep-view > summary").click()
        page.fill("#view-name", name)
        page.locator("#keep-view button").click()
        expect(page.locator(".list-view", has_text=name)).to_be_visible()
        expect(page.locator(".list-view a[aria-current]", has_text=name)).to_be_visible()
        person.look("catalogue")
        page.set_input_files("#list-photo", picture)
        if not scripts:
            page.get_by_role("button", name=words("Find by picture")).click()
        expect(page.locator("#items-title")).to_have_text(words("Products that look like your picture"))
        assert page.locator("[data-row]").count() > 0
        person.go("/admin/history")
        person.look("history")
