"""A merchandiser with a real browser: a rule is tried and saved, the catalogue is looked through."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.test_browser_staff import log_in


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_rule_is_tried_saved_and_holds(open_shop: LiveShop, width: int) -> None:
    with visit(open_shop.url, language="fr", width=width) as person:
        page, words = person.page, person.words
        log_in(person, open_shop, "merchandiser")
        person.go("/products")
        sku = page.locator(".product-card-link").first.get_attribute("href").removeprefix("/products/")
        person.go("/admin/rules")
        page.get_by_role("link", name=words("Write a rule")).click()
        person.look("rule-new")
        page.get_by_label(words("Hide: never show")).check()
        page.fill("#skus", sku)
        page.fill("#title", f"Embargo {width}")
        page.locator(".look-choice input").first.check()
        page.get_by_role("button", name=words("Show before and after")).click()
        expect(page.locator(".preview-part").first).to_be_visible(timeout=20_000)
        expect(page.locator("#skus")).to_have_value(sku)
        person.look("rule-preview")
        cookies = page.context.cookies()
        page.context.clear_cookies()
        page.get_by_role("button", name=words("Save the rule")).click()
        expect(page.locator("#not-sent")).to_contain_text(words("Log in in another tab"))
        page.get_by_role("button", name=words("Close this")).click()
        page.context.add_cookies(cookies)
        page.get_by_role("button", name=words("Save the rule")).click()
        page.wait_for_url("**/admin/rules")
        expect(page.locator(".rules")).to_contain_text(f"Embargo {width}")
        person.look("rules")
        person.go("/products")
        expect(page.locator(f'.product-card-link[href="/products/{sku}"]')).to_have_count(0)
        person.go("/admin/rules")
        page.get_by_role("link", name=f"Embargo {width}").first.click()
        person.look("rule")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_catalogue_is_looked_through_and_a_doubt_is_settled(open_shop: LiveShop, width: int) -> None:
    with visit(open_shop.url, language="fr", width=width) as person:
        page, words = person.page, person.words
        log_in(person, open_shop, "merchandiser")
        person.go("/admin/to-put-right")
        page.get_by_role("button", name=words("Look through the catalogue now")).click()
        page.wait_for_url("**/admin/jobs/*")
        expect(page.locator(".state")).to_have_text(words("Done"), timeout=30_000)
        person.go("/admin/to-put-right")
        person.look("to-put-right")
