"""The desk's pages of the audit, of alerts and of breaches, in a real browser: both languages, desk and phone."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from privacy.audit_notes import COMMAND_LINE, SYSTEM, note
from storage.database import db, now
from tests.factories import demo_settings
from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.test_browser_staff import log_in
from webapp import create_app
from webapp.audit_work import relay_and_watch

DESK = "/privacy-desk"
CLERK = "c1" * 16
RECORD = re.compile(r"/breaches/[0-9a-f]{32}$")


@pytest.fixture
def busy_shop(live_shop: LiveShop) -> LiveShop:
    """A shop with acts of several people, of which some are unusual."""
    with create_app(demo_settings(live_shop.instance)).app_context():
        for number in range(24):
            note("person.searched", actor=CLERK, subject=f"{number:032x}", details={"found": True})
        note("purge.finished", actor=SYSTEM, details={"total": 12})
        note("retention.changed", actor=COMMAND_LINE, reason="decision of the data protection board of November")
        db.session.commit()
        relay_and_watch()
    return live_shop


@pytest.mark.parametrize(("language", "width"), [("fr", DESKTOP), ("fr", PHONE), ("en", DESKTOP), ("en", PHONE)])
def test_the_officer_reads_verifies_and_takes_the_audit_along(
    busy_shop: LiveShop, language: str, width: int, tmp_path: Path
) -> None:
    with visit(busy_shop.url, language=language, width=width) as officer:
        page, words = officer.page, officer.words
        log_in(officer, busy_shop, "privacy_officer")
        officer.look("desk-with-notices")
        officer.go(f"{DESK}/audit")
        officer.look("desk-audit")
        page.get_by_role("button", name=words("Verify every entry")).click()
        expect(page.locator(".notice-success")).to_be_visible()
        page.locator("#actor").fill(CLERK)
        page.get_by_role("button", name=words("Show"), exact=True).click()
        expect(page.locator(".desk-table tbody tr")).to_have_count(24)
        officer.look("desk-audit-narrowed")
        with page.expect_download() as download:
            page.get_by_role("link", name=words("Download as CSV")).click()
        download.value.save_as(tmp_path / "audit.csv")
        assert (tmp_path / "audit.csv").read_text("utf-8-sig").count("person.searched") == 24


@pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])
def test_the_officer_looks_into_an_alert_and_closes_it(busy_shop: LiveShop, language: str, width: int) -> None:
    with visit(busy_shop.url, language=language, width=width) as officer:
        page, words = officer.page, officer.words
        log_in(officer, busy_shop, "privacy_officer")
        officer.go(f"{DESK}/alerts")
        officer.look("desk-alerts")
        page.get_by_role("link", name=words("Many people’s data opened")).click()
        officer.look("desk-alert")
        page.get_by_role("button", name=words("Close the alert")).click()
        expect(page.locator(".notice-danger")).to_contain_text(words("Say what you found before you close the alert."))
        page.locator("#words").fill("The clerk worked through the letters of the weekend.")
        page.get_by_role("button", name=words("Close the alert")).click()
        page.wait_for_url(f"**{DESK}/alerts")
        expect(page.locator(".notice-success")).to_be_visible()
        officer.go(f"{DESK}/alerts?view=closed")
        expect(page.locator(".file")).to_have_count(1)


@pytest.mark.parametrize(("language", "width"), [("fr", DESKTOP), ("en", PHONE), ("fr", PHONE)])
def test_the_officer_records_a_breach_and_watches_its_clock(live_shop: LiveShop, language: str, width: int) -> None:
    with visit(live_shop.url, language=language, width=width) as officer:
        page, words = officer.page, officer.words
        log_in(officer, live_shop, "privacy_officer")
        officer.go(f"{DESK}/breaches")
        officer.look("desk-no-breach")
        for hours, what in (
            (80, "A laptop with an export was stolen on a train."),
            (60, "A mailing showed addresses."),
        ):
            officer.go(f"{DESK}/breaches/new")
            page.locator("#found_at").fill(f"{now() - timedelta(hours=hours):%Y-%m-%dT%H:%M}")
            page.locator("#circumstances").fill(what)
            page.locator("#persons").fill("120")
            page.locator("#measures").fill("The keys were destroyed.\nThe people are being told.")
            if hours == 80:
                officer.look("desk-breach-form")
            page.get_by_role("button", name=words("Record the breach")).click()
            expect(page).to_have_url(RECORD)
        officer.look("desk-breach")
        page.get_by_role("button", name=words("Close the record")).click()
        expect(page.locator(".notice-danger")).to_contain_text(words("Likely consequences"))
        page.get_by_role("link", name=words("Change the record")).click()
        page.locator("#authority_notified_at").fill("2999-01-01T10:00")
        page.get_by_role("button", name=words("Save the record")).click()
        expect(page.locator("#authority_notified_at-problem")).to_be_visible()
        officer.look("desk-breach-refused")
        officer.go(f"{DESK}/breaches")
        expect(page.locator(".clock-late")).to_have_count(1)
        expect(page.locator(".clock-soon")).to_have_count(1)
        officer.look("desk-breaches")


def test_the_record_is_printed_without_the_menus(live_shop: LiveShop) -> None:
    with visit(live_shop.url, language="fr") as officer:
        page, words = officer.page, officer.words
        log_in(officer, live_shop, "privacy_officer")
        officer.go(f"{DESK}/breaches/new")
        page.locator("#circumstances").fill("Un export a été envoyé à la mauvaise adresse.")
        page.get_by_role("button", name=words("Record the breach")).click()
        expect(page).to_have_url(RECORD)
        expect(page.get_by_role("button", name=words("Print"))).to_be_visible()
        page.emulate_media(media="print")
        for hidden in (".site-header", ".desk-nav", ".site-footer", "[data-print]"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.locator("main")).to_contain_text("Un export a été envoyé")
        page.screenshot(path="artifacts/browser/desk-breach-print.png", full_page=True)
