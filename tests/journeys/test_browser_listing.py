"""A merchandiser fills in the product form with a real browser, with scripts and without."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories import drawn_look, encoded, photo
from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.test_browser_staff import log_in


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    for name, content in (("look.jpg", drawn_look(2)), ("back.jpg", encoded(photo(seed=3)))):
        (tmp_path / name).write_bytes(content)
    return [tmp_path / "look.jpg", tmp_path / "back.jpg"]


@pytest.mark.parametrize(("scripts", "width", "sku"), [(True, DESKTOP, "B-1"), (False, PHONE, "B-2")])
def test_a_new_item_is_filled_in_put_in_order_and_saved(
    open_shop: LiveShop, pictures: list[Path], scripts: bool, width: int, sku: str
) -> None:
    with visit(open_shop.url, language="fr", width=width, scripts=scripts) as person:
        page, words = person.page, person.words
        log_in(person, open_shop, "merchandiser")
        person.go("/admin/new-product")
        page.fill("[name=title_fr]", "Veste en lin")
        page.set_input_files("[name=pictures]", pictures)
        if not scripts:
            page.get_by_role("button", name=words("Upload them")).click()
        shown = page.locator(".listing-picture")
        expect(shown).to_have_count(2)
        expect(page.locator("[name=title_fr]")).to_have_value("Veste en lin")
        first, second = [shown.nth(number).locator("[name=picture]").input_value() for number in (0, 1)]
        shown.nth(0).get_by_role("button", name=words("Move %(name)s backward").split("%")[0]).click()
        expect(page.locator("[name=picture]").first).to_have_value(second)
        if scripts:
            shown.nth(1).drag_to(shown.nth(0))
            expect(page.locator("[name=picture]").first).to_have_value(first)
            page.fill("[name=stock_lyon]", "3")
            page.fill("[name=stock_web]", "4")
            expect(page.locator("[data-stock-total]")).to_contain_text("7")
        page.locator(".listing-save button").click()
        expect(page.locator("#sku-problem")).to_be_visible()
        person.look("listing-problems")
        page.fill("[name=sku]", sku)
        page.fill("[name=price]", "89,90")
        page.select_option("[name=category]", "jacket")
        page.locator(".listing-save button").click()
        expect(page.locator("h1")).to_have_text("Veste en lin")
        person.look("listing-saved")
        page.get_by_role("link", name=words("Change the item")).click()
        expect(page.locator("[name=price]")).to_have_value("89,90")
        person.look("listing-form")
        person.go(f"/products/{sku}")
        person.look("listing-in-shop")


def test_what_was_typed_outlasts_the_session_and_a_slip(open_shop: LiveShop, pictures: list[Path]) -> None:
    with visit(open_shop.url, language="en", width=DESKTOP) as person:
        page = person.page
        log_in(person, open_shop, "merchandiser")
        person.go("/admin/new-product")
        for field, text in (("title_en", "Linen jacket"), ("sku", "B-3"), ("price", "89.90")):
            page.fill(f"[name={field}]", text)
        page.select_option("[name=category]", "jacket")
        page.set_input_files("[name=pictures]", pictures[:1])
        expect(page.locator(".listing-picture")).to_have_count(1)
        page.fill("[name=brand]", "Atelier")

        # Pictures came back with the form: it is not saved all the same.
        with page.expect_event("dialog") as slip:
            page.evaluate("setTimeout(() => location.assign('/admin/'))")
        assert slip.value.type == "beforeunload"
        slip.value.dismiss()

        page.context.clear_cookies()
        page.locator(".listing-save button").click()
        dialog = page.locator("#not-sent")
        expect(dialog).to_contain_text("You were logged out meanwhile")
        with page.context.expect_page() as other:
            dialog.get_by_role("link", name="Log in in another tab").click()
        other.value.fill("#email", open_shop.accounts["merchandiser"].email)
        other.value.fill("#password", open_shop.accounts["merchandiser"].password)
        other.value.locator("#submit").click()
        other.value.wait_for_url(lambda address: "/account/login" not in address)
        dialog.get_by_role("button", name="Close").click()
        page.locator(".listing-save button").dblclick()
        expect(page.locator("h1")).to_have_text("Linen jacket")
        page.get_by_role("link", name="Change the item").click()
        expect(page.locator("[name=brand]")).to_have_value("Atelier")
