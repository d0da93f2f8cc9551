"""The accounts store as a source of personal data: all of a person is exported, and nothing is left of them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.accounts_source import AccountsSource
from accounts.credentials import ask_for_new_email, ask_for_reset, change_email
from accounts.errors import WrongCredentials
from accounts.lapsing import UNCONFIRMED_FOR, drop_what_lapsed
from accounts.letters import send_waiting_letters
from accounts.login import Caller, authenticate
from accounts.models import (
    Account,
    AccountSession,
    AccountToken,
    AttemptCount,
    LapseWarning,
    RecoveryCode,
    WaitingLetter,
)
from accounts.people import account_with_id, pseudonym_of
from accounts.profile import Profile, change_profile, profile_of
from accounts.second_step import new_recovery_codes
from accounts.sessions import LimitsOfRoles, SessionLimits, end_sessions, start_session
from accounts.sign_up import sign_up
from privacy.consent import Purpose
from privacy.sources import Scope
from storage.database import ACCOUNTS_BIND, db, now
from tests.unit.accounts_shop import CALLER, EMAIL, PASSWORD, AccountsShop, accounts_shop

TABLES = (Account, AccountSession, LapseWarning, AccountToken, AttemptCount, RecoveryCode, WaitingLetter)
LIMITS = LimitsOfRoles(
    SessionLimits(timedelta(days=1), timedelta(days=30)), SessionLimits(timedelta(hours=1), timedelta(hours=12))
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[AccountsShop]:
    with accounts_shop(tmp_path) as shop:
        yield shop


def somebody(shop: AccountsShop, email: str = EMAIL) -> Scope:
    """Return the scope of a person of whom every table holds something, and the mailer a letter."""
    account = shop.person(email)
    with pytest.raises(WrongCredentials):
        authenticate(email=email, password="wrong", caller=Caller(CALLER, "192.0.2.1"), keys=shop.keys)
    change_profile(account, Profile("Zoé", shoe_size="39", favourite_categories=["dress"]), shop.keys)
    start_session(account, device="Firefox · Linux", keys=shop.keys)
    new_recovery_codes(account, shop.keys)
    db.session.add(LapseWarning(account_id=account.id, rule="account_months", sent_at=now()))
    db.session.commit()
    ask_for_reset(email=email, desk=shop.desk)
    db.session.commit()
    send_waiting_letters(shop.mailer, keys=shop.keys)
    ask_for_reset(email=email, desk=shop.desk)
    db.session.commit()
    return Scope(pseudonym_of(account, shop.keys), account_id=account.id)


def rows() -> dict[str, int]:
    return {table.__tablename__: db.session.query(table).count() for table in TABLES}


def test_everything_but_secrets_is_exported(shop: AccountsShop) -> None:
    scope = somebody(shop)
    exported = AccountsSource(shop.keys, shop.mailer).export(scope)
    content = json.dumps(exported, ensure_ascii=False)
    for known in (EMAIL, "Zoé", "39", "dress", "Firefox · Linux", "reset_password fr"):
        assert known in content, known
    account = account_with_id(scope.account_id or "")
    assert account.password_hash not in content


def test_erasing_leaves_nothing_of_the_person_and_all_of_the_others(shop: AccountsShop) -> None:
    other = somebody(shop, "other@example.com")
    scope = somebody(shop)
    ask_for_reset(email="other@example.com", desk=shop.desk)
    db.session.commit()
    source = AccountsSource(shop.keys, shop.mailer)
    assert source.tables == {table.__tablename__ for table in TABLES}
    assert len(source.remains(scope)) == len(TABLES) + 1
    source.erase(scope)
    db.session.commit()
    assert source.remains(scope) == []
    source.erase(scope)
    assert source.export(scope) == {}
    assert len(source.remains(other)) == len(TABLES) + 1
    assert db.session.query(Account).count() == 1


def test_letters_to_a_former_address_go_too(shop: AccountsShop) -> None:
    scope = somebody(shop)
    ask_for_new_email(scope.account_id or "", password=PASSWORD, email="new@example.com", desk=shop.desk)
    token = shop.letters()[-1].text
    change_email(token, account_id=scope.account_id or "", desk=shop.desk)
    assert shop.letters()[-1].to == EMAIL
    source = AccountsSource(shop.keys, shop.mailer)
    source.erase(scope)
    db.session.commit()
    for address in (EMAIL, "new@example.com"):
        assert len(shop.mailer.kept_letters(shop.desk.pseudonyms.of_email(address))) == 0


@pytest.mark.parametrize("narrower", [{"photo_id": "f" * 32}, {"purpose": Purpose.WARDROBE}, {"account_id": None}])
def test_a_scope_that_does_not_concern_the_account_touches_nothing(
    shop: AccountsShop, narrower: dict[str, object]
) -> None:
    scope = somebody(shop)
    before, source = rows(), AccountsSource(shop.keys, shop.mailer)
    other = Scope(**{**vars(scope), **narrower})  # type: ignore[arg-type]
    source.erase(other)
    source.rectify(other, {"name": "Somebody"})
    assert source.export(other) == {}
    assert source.remains(other) == []
    assert rows() == before


def test_a_correction_is_taken_over_and_other_names_are_left(shop: AccountsShop) -> None:
    scope = somebody(shop)
    source = AccountsSource(shop.keys, shop.mailer)
    source.rectify(
        scope, {"name": "Zoë", "language": "en", "favourite_categories": [], "colour": "red", "role": "admin"}
    )
    account = account_with_id(scope.account_id or "")
    assert profile_of(account, shop.keys) == Profile("Zoë", shoe_size="39")
    assert (account.language, account.role) == ("en", "shopper")
    for wrong in ({"name": 3}, {"favourite_categories": "dress"}, {"favourite_categories": [1]}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            source.rectify(scope, wrong)


def test_what_lapsed_is_dropped_and_what_lives_stays(shop: AccountsShop) -> None:
    somebody(shop)
    sign_up(email="never@example.com", password=PASSWORD, language="fr", desk=shop.desk)
    db.session.commit()
    before = rows()
    assert drop_what_lapsed(limits=LIMITS, keys=shop.keys).sessions == 0
    assert rows() == before
    later = drop_what_lapsed(limits=LIMITS, keys=shop.keys, at=now() + UNCONFIRMED_FOR + timedelta(minutes=1))
    db.session.commit()
    assert (later.sessions, later.links, later.unconfirmed_accounts) == (1, 2, 1)
    assert later.attempts == before["attempt_count"]
    assert db.session.query(Account).count() == 1
    assert shop.acts()[-1] == "account.lapsed"


def test_ended_sessions_are_dropped_at_once(shop: AccountsShop) -> None:
    scope = somebody(shop)
    end_sessions(scope.account_id or "")
    assert drop_what_lapsed(limits=LIMITS, keys=shop.keys).sessions == 1


def test_nothing_of_the_person_stays_in_the_file(shop: AccountsShop, tmp_path: Path) -> None:
    scope = somebody(shop)
    AccountsSource(shop.keys, shop.mailer).erase(scope)
    db.session.commit()
    db.session.remove()
    db.engines[ACCOUNTS_BIND].dispose()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("accounts.sqlite3*"))
    notes = content.count((scope.pseudonym).encode())
    assert notes > 0, "the audit's outbox still holds the pseudonym, until it is relayed"
    assert (scope.account_id or "x").encode() not in content
