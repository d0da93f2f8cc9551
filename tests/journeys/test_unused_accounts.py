"""Accounts that nobody uses: a letter first, days to come back, and then the wardrobe and the account are gone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.errors import MailNotSent
from accounts.models import Account, AccountSession, LapseWarning, Role, WardrobeItem
from accounts.people import pseudonym_of
from accounts.ports import Letter
from privacy.audit_notes import SYSTEM
from privacy.consent import Purpose
from privacy.declarations import Category
from privacy.models import AccountsAuditNote, KeptPhoto
from privacy.retention import INACTIVE_ACCOUNT, INACTIVE_WARDROBE, RetentionPolicy
from privacy.retention_models import Disposal
from privacy.standing import change_standing
from storage.database import db
from tests.factories import drawn_look
from tests.journeys.people import letters
from tests.journeys.test_consents import sent
from tests.journeys.test_shopper import log_in
from webapp.wiring import wiring

POLICY = RetentionPolicy.from_amounts({})
DAYS = timedelta(days=1)


@pytest.fixture
def wardrobe(app: Flask) -> str:
    """A photo that a shopper with an account keeps in the wardrobe."""
    client = app.test_client()
    log_in(client, app, Role.SHOPPER)
    return sent(client, drawn_look(1), Purpose.RECOMMENDATION, Purpose.WARDROBE)


def test_a_wardrobe_goes_only_after_a_letter_and_the_days_that_it_named(app: Flask, wardrobe: str) -> None:
    with app.app_context():
        at = INACTIVE_WARDROBE.after(_shopper().last_active_at, 12) - 30 * DAYS
        assert _due(at - 4 * DAYS) == []
        assert _due(at) == [INACTIVE_WARDROBE]
        assert wiring().warning_letters.send(POLICY, at).sent == 1
        assert _due(at + DAYS) == []
        _purge(at + 29 * DAYS)
        assert db.session.get(KeptPhoto, wardrobe) is not None
        _purge(at + 34 * DAYS)
        assert db.session.get(KeptPhoto, wardrobe) is None
        assert db.session.scalars(select(WardrobeItem)).all() == []
        assert list(wiring().blobs.keys(f"photos/{wardrobe}")) == []
        gone = db.session.scalars(select(Disposal).filter_by(category=Category.WARDROBE.value)).one()
        assert (gone.reason, gone.rule) == ("inactive", "wardrobe_inactivity_months=12")
        assert _shopper() is not None
    (letter,) = letters(app)
    assert "garde-robe" in letter["Subject"]
    assert "/account/login" in letter.get_content()


def test_coming_back_makes_the_warning_void(app: Flask, wardrobe: str) -> None:
    with app.app_context():
        at = INACTIVE_WARDROBE.after(_shopper().last_active_at, 12)
        wiring().warning_letters.send(POLICY, at)
        _shopper().last_active_at = at + 10 * DAYS
        db.session.commit()
        _purge(at + 60 * DAYS)
        assert db.session.get(KeptPhoto, wardrobe) is not None
        assert _due(INACTIVE_WARDROBE.after(at + 10 * DAYS, 12)) == [INACTIVE_WARDROBE]


def test_nobody_is_erased_unwarned_however_long_the_server_was_away(app: Flask, wardrobe: str) -> None:
    with app.app_context():
        at = _shopper().last_active_at + 3650 * DAYS
        assert _purge(at)[Category.ACCOUNTS] == 0
        assert _purge(at + DAYS)[Category.WARDROBE] == 0
        assert db.session.get(KeptPhoto, wardrobe) is not None


def test_an_unused_account_is_erased_with_all_of_the_person(app: Flask, wardrobe: str) -> None:
    with app.app_context():
        person = pseudonym_of(_shopper(), wiring().keys)
        at = INACTIVE_ACCOUNT.after(_shopper().last_active_at, 24) + DAYS
        assert set(_due(at)) == {INACTIVE_ACCOUNT, INACTIVE_WARDROBE}
        wiring().warning_letters.send(POLICY, at)
        previewed = {count.category: count.count for count in wiring().purger.preview(POLICY, at + 31 * DAYS)}
        assert previewed[Category.ACCOUNTS] == previewed[Category.WARDROBE] == 1
        erased = _purge(at + 31 * DAYS)
        assert {category: erased[category] for category in previewed} == previewed
        assert db.session.scalars(select(Account).filter_by(role=Role.SHOPPER.value)).all() == []
        for table in (AccountSession, LapseWarning):
            assert db.session.scalars(select(table)).all() == []
        assert db.session.scalars(select(KeptPhoto).filter_by(pseudonym=person)).all() == []
        hashed = wiring().pseudonyms.of_disposed(person)
        rules = db.session.scalars(select(Disposal.rule).filter_by(subject_hash=hashed)).all()
        assert "account_inactivity_months=24" in rules
        assert sum(_purge(at + 32 * DAYS).values()) == 0
        noted = db.session.scalars(select(AccountsAuditNote.action)).all()
        assert noted.count("account.lapse_warned") == 2


def test_a_letter_that_cannot_be_sent_is_no_warning(app: Flask, wardrobe: str) -> None:
    class BrokenMailer:
        def send(self, letter: Letter) -> None:
            raise MailNotSent("the server is away")

    with app.app_context():
        at = INACTIVE_ACCOUNT.after(_shopper().last_active_at, 24)
        broken = replace(wiring().warning_letters, mailer=BrokenMailer())
        report = broken.send(POLICY, at)
        assert (report.sent, report.failed) == (0, 2)
        assert db.session.scalars(select(LapseWarning)).all() == []
        assert _purge(at + 31 * DAYS)[Category.ACCOUNTS] == 0
        assert wiring().warning_letters.send(POLICY, at + 31 * DAYS).sent == 2


def test_an_address_that_cannot_be_opened_holds_up_nobody_else(app: Flask, wardrobe: str) -> None:
    with app.app_context():
        _shopper().email_sealed = b"\x00" * 60
        db.session.commit()
        assert wiring().warning_letters.send(POLICY, INACTIVE_ACCOUNT.after(_shopper().last_active_at, 24)).failed == 2


def test_staff_accounts_never_lapse(app: Flask) -> None:
    with app.app_context():
        at = max(db.session.scalars(select(Account.last_active_at))) + 3650 * DAYS
        staff = {account.id for _rule, account in wiring().warning_letters.due(POLICY, at) if account.role != "shopper"}
        assert staff == set()


def test_whoever_asked_to_hold_their_data_is_neither_warned_nor_erased(app: Flask, wardrobe: str) -> None:
    with app.app_context():
        at = INACTIVE_ACCOUNT.after(_shopper().last_active_at, 24)
        wiring().warning_letters.send(POLICY, at)
        change_standing(pseudonym_of(_shopper(), wiring().keys), restricted=True)
        db.session.commit()
        erased = _purge(at + 40 * DAYS)
        assert (erased[Category.ACCOUNTS], erased[Category.WARDROBE]) == (0, 0)
        db.session.query(LapseWarning).delete()
        db.session.commit()
        assert _due(at + 40 * DAYS) == []


def test_a_log_in_of_long_ago_ends(app: Flask) -> None:
    client: FlaskClient = app.test_client()
    log_in(client, app, Role.SHOPPER)
    with app.app_context():
        began = db.session.scalars(select(AccountSession.created_at)).one()
        assert _purge(began + 29 * DAYS)[Category.SESSIONS] == 0
        assert _purge(began + 30 * DAYS)[Category.SESSIONS] == 1
    assert client.get("/account/").status_code == 302


def _shopper() -> Account:
    return db.session.scalars(select(Account).filter_by(role=Role.SHOPPER.value)).one()


def _due(at: datetime) -> list[object]:
    return [rule for rule, _account in wiring().warning_letters.due(POLICY, at)]


def _purge(at: datetime) -> dict[Category, int]:
    return wiring().purger.purge(POLICY, at, actor=SYSTEM).erased
