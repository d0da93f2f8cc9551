"""Links in letters: one use, one purpose, a while."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.errors import LinkNotValid
from accounts.links import LIFETIMES, LinkPurpose, end_links, new_link, read_link, use_link
from accounts.models import AccountToken
from storage.database import db, now
from tests.unit.accounts_shop import AccountsShop, accounts_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[AccountsShop]:
    with accounts_shop(tmp_path) as shop:
        yield shop


@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_a_link_is_good_for_one_use_and_one_purpose(shop: AccountsShop, purpose: LinkPurpose) -> None:
    account_id = shop.person().id
    token = new_link(account_id, purpose, keys=shop.keys, new_email="new@example.com")
    for other in set(LinkPurpose) - {purpose}:
        with pytest.raises(LinkNotValid):
            use_link(token, other, keys=shop.keys)
    assert read_link(token, purpose, keys=shop.keys) == read_link(token, purpose, keys=shop.keys)
    link = use_link(token, purpose, keys=shop.keys)
    assert (link.account_id, link.new_email) == (account_id, "new@example.com")
    with pytest.raises(LinkNotValid):
        use_link(token, purpose, keys=shop.keys)


@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_a_link_lapses_and_a_clock_set_back_does_not_revive_one(shop: AccountsShop, purpose: LinkPurpose) -> None:
    token = new_link(shop.person().id, purpose, keys=shop.keys)
    last = now() + LIFETIMES[purpose]
    read_link(token, purpose, keys=shop.keys, at=last - timedelta(seconds=1))
    for at in (last + timedelta(seconds=1), now() - timedelta(hours=1), now() - timedelta(days=1000)):
        with pytest.raises(LinkNotValid):
            use_link(token, purpose, keys=shop.keys, at=at)


def test_a_newer_link_ends_the_older_one_of_its_purpose_alone(shop: AccountsShop) -> None:
    account_id = shop.person().id
    reset = new_link(account_id, LinkPurpose.RESET_PASSWORD, keys=shop.keys)
    first = new_link(account_id, LinkPurpose.CONFIRM_EMAIL, keys=shop.keys)
    second = new_link(account_id, LinkPurpose.CONFIRM_EMAIL, keys=shop.keys)
    with pytest.raises(LinkNotValid):
        read_link(first, LinkPurpose.CONFIRM_EMAIL, keys=shop.keys)
    read_link(second, LinkPurpose.CONFIRM_EMAIL, keys=shop.keys)
    read_link(reset, LinkPurpose.RESET_PASSWORD, keys=shop.keys)
    end_links(account_id)
    assert db.session.query(AccountToken).count() == 0


def test_the_table_does_not_hold_the_token_and_a_token_is_long_and_never_the_same(shop: AccountsShop) -> None:
    account_id = shop.person().id
    tokens = {new_link(account_id, LinkPurpose.CONFIRM_EMAIL, keys=shop.keys) for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 43
    [row] = db.session.query(AccountToken).all()
    assert row.token_hash not in tokens


@pytest.mark.parametrize("token", ["", "x", "é", "\0", "R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQ", "a" * 100_000])
def test_an_invented_token_is_not_valid(shop: AccountsShop, token: str) -> None:
    new_link(shop.person().id, LinkPurpose.CONFIRM_EMAIL, keys=shop.keys)
    with pytest.raises(LinkNotValid):
        read_link(token, LinkPurpose.CONFIRM_EMAIL, keys=shop.keys)
