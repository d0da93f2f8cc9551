"""Codes of the telephone: RFC 6238's own vectors, each code once, recovery codes once."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from accounts.errors import SecondStepIsOn, SecondStepNotBegun, TooManyAttempts, WrongCode
from accounts.models import Account, RecoveryCode
from accounts.second_step import (
    RECOVERY_CODES,
    begin_second_step,
    forget_wrong_codes,
    new_recovery_codes,
    pass_second_step,
    recovery_codes_left,
    turn_off_second_step,
    turn_on_second_step,
)
from privacy.sealed_columns import place, seal_text
from storage.database import db, now
from tests.unit.accounts_shop import AccountsShop, accounts_shop

STEP = timedelta(seconds=30)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[AccountsShop]:
    with accounts_shop(tmp_path) as shop:
        yield shop


def code_of(typed: str, at: datetime) -> str:
    secret = base64.b32decode(typed.replace(" ", ""))
    return TOTP(secret, 6, SHA1(), 30).generate(int(at.timestamp())).decode()


def set_up(shop: AccountsShop) -> tuple[Account, str, list[str]]:
    """Return somebody with a second step, its secret and recovery codes."""
    account = shop.person()
    typed = begin_second_step(account.id, shop="Shop", desk=shop.desk).typed
    db.session.commit()
    codes = turn_on_second_step(account.id, code=code_of(typed, now() - STEP), session_id="", desk=shop.desk)
    db.session.commit()
    forget_wrong_codes(account.id, keys=shop.keys)
    return account, typed, codes


# RFC 6238, appendix B, SHA-1, the last six of eight digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_rfc(shop: AccountsShop, seconds: int, code: str) -> None:
    account = shop.person()
    secret = base64.b32encode(b"12345678901234567890").decode()
    account.totp_sealed = seal_text(shop.keys, secret, about=place("account", account.id, "totp"))
    account.totp_enabled_at = now()
    db.session.commit()
    at = datetime.fromtimestamp(seconds, UTC)
    assert pass_second_step(account.id, code=f" {code[:3]} {code[3:]} ", keys=shop.keys, at=at).id == account.id


def test_a_code_is_taken_once_and_an_earlier_one_not_after_it(shop: AccountsShop) -> None:
    account, typed, _codes = set_up(shop)
    at = now() + STEP
    pass_second_step(account.id, code=code_of(typed, at), keys=shop.keys, at=at)
    db.session.commit()
    for used in (code_of(typed, at), code_of(typed, at - STEP)):
        with pytest.raises(WrongCode):
            pass_second_step(account.id, code=used, keys=shop.keys, at=at)
    pass_second_step(account.id, code=code_of(typed, at + STEP), keys=shop.keys, at=at + STEP)


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_a_code_of_another_time_is_refused(shop: AccountsShop, steps: int) -> None:
    account, typed, _codes = set_up(shop)
    at = now() + 10 * STEP
    with pytest.raises(WrongCode):
        pass_second_step(account.id, code=code_of(typed, at + steps * STEP), keys=shop.keys, at=at)
    assert shop.acts()[-1] == "account.code_refused"


@pytest.mark.parametrize(
    "code", ["", "0", "abcdef", "000 000", "１２３４５６", "x" * 40, "\0" * 6, "aaaaaaaa-aaaaaaaa"]
)
def test_what_is_no_code_is_refused(shop: AccountsShop, code: str) -> None:
    account, typed, _codes = set_up(shop)
    at = next(at for at in (now() + n * STEP for n in range(9)) if code_of(typed, at) != "000000")
    with pytest.raises(WrongCode):
        pass_second_step(account.id, code=code, keys=shop.keys, at=at)


def test_guessing_codes_is_slowed_down(shop: AccountsShop) -> None:
    account, _typed, _codes = set_up(shop)
    for _ in range(5):
        with pytest.raises(WrongCode):
            pass_second_step(account.id, code="aaaaaaaa", keys=shop.keys)
    with pytest.raises(TooManyAttempts):
        pass_second_step(account.id, code="aaaaaaaa", keys=shop.keys)


def test_each_recovery_code_lets_its_owner_in_once(shop: AccountsShop) -> None:
    account, _typed, codes = set_up(shop)
    other = shop.person("other@example.com")
    other.totp_enabled_at = now()
    db.session.commit()
    assert len(set(codes)) == RECOVERY_CODES
    with pytest.raises(WrongCode):
        pass_second_step(other.id, code=codes[0], keys=shop.keys)
    pass_second_step(account.id, code=codes[0].upper().replace("-", " "), keys=shop.keys)
    db.session.commit()
    with pytest.raises(WrongCode):
        pass_second_step(account.id, code=codes[0], keys=shop.keys)
    assert recovery_codes_left(account.id) == RECOVERY_CODES - 1
    kept = {row.code_hash for row in db.session.query(RecoveryCode)}
    assert not kept & {code.replace("-", "") for code in codes}


def test_new_recovery_codes_end_the_old_ones(shop: AccountsShop) -> None:
    account, _typed, codes = set_up(shop)
    new = new_recovery_codes(account, shop.keys)
    db.session.commit()
    with pytest.raises(WrongCode):
        pass_second_step(account.id, code=codes[0], keys=shop.keys)
    pass_second_step(account.id, code=new[0], keys=shop.keys)


def test_a_secret_in_use_is_never_shown_again_and_one_that_waits_stays_the_same(shop: AccountsShop) -> None:
    account = shop.person()
    first = begin_second_step(account.id, shop="Shop", desk=shop.desk)
    assert begin_second_step(account.id, shop="Shop", desk=shop.desk) == first
    db.session.commit()
    assert first.typed not in repr(first)
    assert "issuer=Shop" in first.address
    turn_on_second_step(account.id, code=code_of(first.typed, now()), session_id="", desk=shop.desk)
    with pytest.raises(SecondStepIsOn):
        begin_second_step(account.id, shop="Shop", desk=shop.desk)


def test_turning_on_needs_a_begun_set_up_and_a_right_code(shop: AccountsShop) -> None:
    account = shop.person()
    with pytest.raises(SecondStepNotBegun):
        turn_on_second_step(account.id, code="123456", session_id="", desk=shop.desk)
    begin_second_step(account.id, shop="Shop", desk=shop.desk)
    db.session.commit()
    with pytest.raises(WrongCode):
        turn_on_second_step(account.id, code="nonsense", session_id="", desk=shop.desk)
    assert not account.has_second_step


def test_turning_off_leaves_neither_secret_nor_codes_and_tells_by_letter(shop: AccountsShop) -> None:
    account, _typed, _codes = set_up(shop)
    turn_off_second_step(account, shop.desk)
    assert [letter.subject for letter in shop.letters()] == ["second_step_on fr", "second_step_off fr"]
    assert account.totp_sealed is None
    assert recovery_codes_left(account.id) == 0
