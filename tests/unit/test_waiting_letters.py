"""Letters on their way: none is lost, none is sent twice, none is tried for ever."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.errors import MailNotSent
from accounts.letters import GIVEN_UP_AFTER_FAILURES, post_letter, send_waiting_letters
from accounts.models import WaitingLetter
from accounts.ports import Letter
from storage.database import db, now
from tests.doubles import InMemoryMailer
from tests.unit.accounts_shop import AccountsShop, accounts_shop

LETTER = Letter("zoe@example.com", "Bonjour", "des mots", person="a" * 32)


class FailingMailer(InMemoryMailer):
    """Refuses while `error` is set."""

    error: MailNotSent | None = None

    def send(self, letter: Letter) -> None:
        if self.error:
            raise self.error
        super().send(letter)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[AccountsShop]:
    with accounts_shop(tmp_path) as shop:
        yield shop


def post(shop: AccountsShop) -> None:
    post_letter(LETTER, keys=shop.keys)
    db.session.commit()


def test_a_letter_is_sent_once_and_nothing_of_it_stays(shop: AccountsShop) -> None:
    post(shop)
    mailer = InMemoryMailer()
    assert send_waiting_letters(mailer, keys=shop.keys) == 1
    assert send_waiting_letters(mailer, keys=shop.keys) == 0
    assert mailer.sent == [LETTER]
    assert db.session.query(WaitingLetter).count() == 0


def test_a_letter_of_an_act_that_was_rolled_back_is_never_sent(shop: AccountsShop) -> None:
    post_letter(LETTER, keys=shop.keys)
    db.session.rollback()
    assert send_waiting_letters(InMemoryMailer(), keys=shop.keys) == 0


def test_what_waits_is_sealed(shop: AccountsShop) -> None:
    post(shop)
    [waiting] = db.session.query(WaitingLetter).all()
    for words in ("zoe", "Bonjour", "des mots"):
        assert words.encode() not in waiting.content_sealed


def test_a_mail_server_that_is_down_delays_the_letter(shop: AccountsShop) -> None:
    post(shop)
    mailer, at = FailingMailer(), now()
    mailer.error = MailNotSent("down")
    assert send_waiting_letters(mailer, keys=shop.keys, at=at) == 0
    mailer.error = None
    assert send_waiting_letters(mailer, keys=shop.keys, at=at) == 0, "it waits a little first"
    assert send_waiting_letters(mailer, keys=shop.keys, at=at + timedelta(minutes=2)) == 1


@pytest.mark.parametrize("is_lasting", [True, False])
def test_a_letter_that_never_arrives_is_given_up_and_the_audit_says_so(shop: AccountsShop, is_lasting: bool) -> None:
    post(shop)
    mailer, at, tries = FailingMailer(), now(), 0
    mailer.error = MailNotSent("no such mailbox", is_lasting=is_lasting)
    while db.session.query(WaitingLetter).count():
        tries, at = tries + 1, at + timedelta(hours=7)
        send_waiting_letters(mailer, keys=shop.keys, at=at)
    assert tries == (1 if is_lasting else GIVEN_UP_AFTER_FAILURES)
    assert shop.acts() == ["letter.given_up"]


def test_a_letter_in_a_killed_process_hands_is_taken_up_by_another(shop: AccountsShop) -> None:
    post(shop)

    class KilledMailer(InMemoryMailer):
        def send(self, letter: Letter) -> None:
            raise KeyboardInterrupt

    at = now()
    with pytest.raises(KeyboardInterrupt):
        send_waiting_letters(KilledMailer(), keys=shop.keys, at=at)
    db.session.rollback()
    assert send_waiting_letters(shop.mailer, keys=shop.keys, at=at) == 0, "the other may still be at it"
    assert send_waiting_letters(shop.mailer, keys=shop.keys, at=at + timedelta(minutes=11)) == 1


def test_a_clock_that_was_set_back_keeps_no_letter_waiting_for_years(shop: AccountsShop) -> None:
    post(shop)
    assert send_waiting_letters(shop.mailer, keys=shop.keys, at=now() - timedelta(days=1000)) == 1


def test_a_letter_that_cannot_be_opened_holds_up_no_other(shop: AccountsShop) -> None:
    post(shop)
    [broken] = db.session.query(WaitingLetter).all()
    broken.content_sealed = b"altered" * 10
    post(shop)
    assert send_waiting_letters(shop.mailer, keys=shop.keys) == 1
