"""Hearts and thumbs in a real browser."""

import pytest

from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop


@pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])
def test_hearts_and_thumbs_are_pressed_without_leaving_the_page(open_shop: LiveShop, language: str, width: int) -> None:
    shopper_account = open_shop.accounts["shopper"]
    with visit(open_shop.url, language=language, width=width) as shopper:
        shopper.go("/account/login")
        shopper.page.fill("[name=email]", shopper_account.email)
        shopper.page.fill("[name=password]", shopper_account.password)
        shopper.page.get_by_role("button", name=shopper.words("Log in")).last.click()
        shopper.go("/products?q=robe")
        address = shopper.page.url
        first = shopper.page.locator(".product-card").first
        for pressed in (first.locator(".heart button"), first.locator(".thumbs button").first):
            pressed.click()
            shopper.page.wait_for_function("button => button.ariaPressed === 'true'", arg=pressed.element_handle())
        first.locator(".thumbs button").last.click()
        shopper.page.wait_for_selector(".thumbs button:last-child[aria-pressed=true]")
        assert first.locator(".thumbs [aria-pressed=true]").count() == 1
        assert shopper.page.url == address
        shopper.look("signals-words")
        first.locator("a.product-card-link").click()
        shopper.look("signals-product")
        shopper.go("/account/favourites")
        assert shopper.page.locator(".product-card").count() == 1
        shopper.look("signals-favourites")
        shopper.page.locator(".product-card .heart button").click()
        shopper.page.wait_for_selector(".heart button[aria-pressed=false]")
