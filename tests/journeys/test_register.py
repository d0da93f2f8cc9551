"""The register and the DPIA, on the desk and at the command line, and the look at what the columns really hold."""

import json

import pytest
from flask import Flask
from sqlalchemy import update

from accounts.models import Account, Role
from privacy.models import ConsentRecord
from storage.database import db
from tests.factories import drawn_look
from tests.journeys import test_shopper as journeys
from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop
from tests.journeys.test_browser_staff import log_in


def test_the_register_is_printed_for_programs_with_its_figure(app: Flask) -> None:
    printed = json.loads(_run(app, "register", "--json"))
    assert printed["protected_share"] == 1.0
    assert printed["personal_columns"] == printed["protected_columns"] > 50
    photos = printed["activities"][0]
    assert photos["legal_basis"] == "consent, Art. 6(1)(a)"
    assert {"rule": "account_photo_days", "amount": 7, "unit": "days"} in photos["retention"]
    assert {"store": "shop", "table": "kept_photo", "column": "pseudonym", "protection": "pseudonym"} in photos[
        "columns"
    ]


def test_the_register_and_the_dpia_are_printed_in_both_languages(app: Flask) -> None:
    assert "# Register of processing (Art. 30)" in _run(app, "register")
    assert "# Registre des traitements (art. 30)" in _run(app, "register", "--language", "fr")
    assert "100% personal columns" in _run(app, "dpia")
    assert "Fuite d’images" in _run(app, "dpia", "--language", "fr")
    risks = json.loads(_run(app, "dpia", "--json"))["risks"]
    assert [risk["after"]["likelihood"] for risk in risks] == [1, 1, 1, 1]


def test_columns_of_a_shop_in_use_hold_what_they_declare(app: Flask) -> None:
    shopper = app.test_client()
    journeys.log_in(shopper, app, Role.SHOPPER)
    journeys.upload(shopper, drawn_look())
    said = _run(app, "check-columns")
    assert ", 0 columns are not what they declare." in said
    assert "100% declared" in said


def test_a_column_that_holds_plain_words_is_named(app: Flask) -> None:
    journeys.upload(app.test_client(), drawn_look())
    with app.app_context():
        db.session.execute(update(Account).values(email_sealed=b"an address that was never encrypted@example.org"))
        db.session.commit()
        db.session.execute(update(ConsentRecord).values(pseudonym="Anna Martin"))
        db.session.commit()
    result = app.test_cli_runner().invoke(args=["privacy", "check-columns"])
    assert result.exit_code == 1
    assert "accounts.account.email_sealed holds text that anybody can read" in result.stderr
    assert "shop.consent_record.pseudonym holds something else than a keyed hash" in result.stderr


def test_register_and_dpia_are_the_officers_alone(app: Flask) -> None:
    shopper = app.test_client()
    journeys.log_in(shopper, app, Role.SHOPPER)
    for page in ("register", "dpia"):
        assert shopper.get(f"/privacy-desk/{page}").status_code == 403


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_officer_reads_and_prints_register_and_dpia(open_shop: LiveShop, width: int) -> None:
    for language in ("fr", "en"):
        with visit(open_shop.url, language=language, width=width) as person:
            log_in(person, open_shop, "privacy_officer")
            person.go("/privacy-desk/register")
            assert person.page.locator(".counts dd").first.inner_text().startswith("100")
            person.look("register")
            person.go("/privacy-desk/dpia")
            person.look("dpia")
            person.page.emulate_media(media="print")
            assert not person.page.locator(".site-header").is_visible()
            assert not person.page.locator(".desk-nav").is_visible()
            assert person.page.locator("#risk-4-title").is_visible()


def _run(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["privacy", *arguments])
    assert result.exit_code == 0, result.output
    return result.output
