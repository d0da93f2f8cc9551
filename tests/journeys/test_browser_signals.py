"""Hearts, thumbs, the insight page and a panel in a real browser."""

import pytest

from storage.database import db, now
from tests.factories import demo_settings
from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop
from webapp import create_app
from webapp.demo_shoppers import invent_shoppers


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


def test_a_merchandiser_reads_the_insight_and_judges_a_panel_on_a_phone(open_shop: LiveShop) -> None:
    with create_app(demo_settings(open_shop.instance)).app_context():
        invent_shoppers(now().date(), weeks=2)
        db.session.commit()
    account = open_shop.accounts["merchandiser"]
    with visit(open_shop.url, language="fr", width=PHONE) as desk:
        desk.go("/account/login")
        desk.page.fill("[name=email]", account.email)
        desk.page.fill("[name=password]", account.password)
        desk.page.get_by_role("button", name=desk.words("Log in")).last.click()
        desk.go("/admin/insight")
        assert desk.page.locator(".chart-column").count() == 2
        latest = desk.page.locator(".chart-column").last.bounding_box()
        assert latest is not None
        assert latest["x"] + latest["width"] <= PHONE
        desk.look("insight")
        desk.go("/admin/panels")
        desk.page.fill("#panel-title", "Novembre")
        for look in desk.page.locator("[name=look]").all()[1:]:
            look.uncheck()
        desk.look("panels")
        desk.page.get_by_role("button", name=desk.words("Open the panel")).click()
        desk.page.get_by_role("link", name=desk.words("Judge the matches")).click()
        desk.look("panel-judge")
        for answer in desk.page.locator(".panel-matches fieldset").all():
            answer.get_by_label(desk.words("Good"), exact=True).check()
        desk.page.get_by_role("button", name=desk.words("Save and go on")).click()
        desk.page.locator("summary", has_text=desk.words("Close the panel")).click()
        desk.look("panel-close")
        desk.page.get_by_role("button", name=desk.words("Close it and make the report")).click()
        desk.look("panel-report")
        assert "100" in desk.page.locator(".figures dd").first.inner_text()
