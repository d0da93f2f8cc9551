"""A merchandiser takes a supplier's feed in with a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.test_browser_staff import log_in
from tests.journeys.test_feeds_desk import archive, row


@pytest.mark.parametrize(("width", "language"), [(DESKTOP, "fr"), (PHONE, "en")])
def test_a_feed_is_sent_looked_over_imported_and_undone(
    open_shop: LiveShop, tmp_path: Path, width: int, language: str
) -> None:
    feed = tmp_path / "maison.zip"
    rows = [row(f"B{width}-{number}") for number in range(4)]
    feed.write_bytes(archive(*rows, row("WRONG", price="dear €"), row("=WRONG", stock="-1")))
    with visit(open_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        log_in(person, open_shop, "merchandiser")
        person.go("/admin/feeds")
        person.look("feeds")
        page.set_input_files("#feed", feed)
        page.get_by_role("button", name=words("Send"), exact=True).click()
        page.wait_for_url("**/mapping*")
        person.look("feed-columns")
        page.get_by_role("button", name=words("Check the whole feed")).click()
        expect(page.get_by_role("heading", name=words("What an import would do"))).to_be_visible(timeout=30_000)
        person.look("feed-checked")
        page.locator(".desk-actions .btn-primary").click()
        expect(page.get_by_role("heading", name=words("What the import did"))).to_be_visible(timeout=30_000)
        person.look("feed-imported")
        page.get_by_text(words("Undo this import")).click()
        page.get_by_role("button", name=words("Undo the whole import")).click()
        expect(page.locator(".notice-success")).to_be_visible(timeout=30_000)
        person.look("feed-undone")
        person.go("/admin/feeds/schedules")
        person.look("feed-schedules")
        person.go("/admin/feeds/export?category=dress")
        person.look("feed-export")
        with page.expect_download() as download:
            page.get_by_role("button", name=words("Download")).click()
        assert download.value.suggested_filename == "products.csv"
