"""Counting tries: across processes, across restarts, whatever the clock does."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import TooManyAttempts
from accounts.models import AttemptCount
from accounts.throttle import AttemptLimit, count_attempt, forget_attempts, forgive_attempt
from storage.database import db
from tests.unit.accounts_shop import AccountsShop, accounts_shop

ROOT = Path(__file__).resolve().parents[2]
LIMIT = AttemptLimit("test", free=3, first_delay_seconds=10, longest_delay_seconds=60)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[AccountsShop]:
    with accounts_shop(tmp_path) as shop:
        yield shop


def attempt(shop: AccountsShop, at: datetime, who: str = "zoe") -> int:
    """Return the seconds to wait; 0: it was counted."""
    try:
        count_attempt(LIMIT, who, keys=shop.keys, at=at)
    except TooManyAttempts as error:
        return error.wait_seconds
    return 0


def use_up(shop: AccountsShop, at: datetime = START) -> None:
    for _ in range(LIMIT.free):
        assert attempt(shop, at) == 0


def test_free_tries_are_followed_by_a_doubling_wait_up_to_the_longest(shop: AccountsShop) -> None:
    use_up(shop)
    at, waits = START, []
    for _ in range(6):
        waits.append(attempt(shop, at))
        at += timedelta(seconds=waits[-1])
        assert attempt(shop, at) == 0
    assert [round(wait / 10) for wait in waits] == [1, 2, 4, 6, 6, 6]


def test_a_refused_try_does_not_lengthen_the_wait(shop: AccountsShop) -> None:
    use_up(shop)
    for second in range(9):
        assert attempt(shop, START + timedelta(seconds=second)) > 0
    assert attempt(shop, START + timedelta(seconds=11)) == 0


def test_each_is_counted_alone(shop: AccountsShop) -> None:
    use_up(shop)
    assert attempt(shop, START, "somebody else") == 0
    count_attempt(AttemptLimit("another kind", free=3), "zoe", keys=shop.keys, at=START)


def test_a_success_begins_anew_and_a_forgiven_try_takes_back_one(shop: AccountsShop) -> None:
    use_up(shop)
    forgive_attempt(LIMIT, "zoe", keys=shop.keys)
    assert attempt(shop, START) == 0
    assert attempt(shop, START) > 0
    forget_attempts(LIMIT, "zoe", keys=shop.keys)
    use_up(shop)


def test_tries_are_forgotten_after_a_day(shop: AccountsShop) -> None:
    use_up(shop)
    use_up(shop, START + timedelta(days=1))


@pytest.mark.parametrize("back", [timedelta(seconds=5), timedelta(hours=1), timedelta(days=4000)])
def test_a_clock_that_goes_backwards_neither_unlocks_nor_locks_for_ever(shop: AccountsShop, back: timedelta) -> None:
    use_up(shop)
    earlier = START - back
    wait = attempt(shop, earlier)
    assert 0 < wait <= 11
    assert attempt(shop, earlier + timedelta(seconds=5)) > 0
    assert attempt(shop, earlier + timedelta(seconds=wait)) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(moves=st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=8))
def test_however_the_clock_jumps_no_wait_is_longer_than_the_longest(shop: AccountsShop, moves: list[int]) -> None:
    at = START
    for seconds in moves:
        at += timedelta(seconds=seconds)
        assert 0 <= attempt(shop, at) <= LIMIT.longest_delay_seconds + 1


def test_many_at_once_get_no_more_than_the_free_tries(shop: AccountsShop) -> None:
    counted: list[int] = []

    def somebody() -> None:
        with shop.app.app_context():
            counted.append(attempt(shop, START))

    people = [threading.Thread(target=somebody) for _ in range(12)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert counted.count(0) == LIMIT.free


def test_the_count_survives_a_restart_and_is_shared_by_processes(shop: AccountsShop, tmp_path: Path) -> None:
    use_up(shop)
    program = f"""
from pathlib import Path
from accounts.errors import TooManyAttempts
from accounts.throttle import AttemptLimit, count_attempt
from datetime import datetime
from privacy.keys import PersonalDataKeys
from tests.unit.accounts_shop import accounts_shop
keys = PersonalDataKeys(*(bytes.fromhex(key) for key in {[key.hex() for key in vars(shop.keys).values()]!r}))
at = datetime.fromisoformat({START.isoformat()!r})
with accounts_shop(Path({str(tmp_path)!r})):
    try:
        count_attempt(AttemptLimit("test", 3, 10, 60), "zoe", keys=keys, at=at)
    except TooManyAttempts as error:
        print("wait", error.wait_seconds)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("wait 1")


def test_the_table_names_nobody(shop: AccountsShop) -> None:
    use_up(shop)
    [row] = db.session.query(AttemptCount).all()
    assert "zoe" not in row.key_hash
    assert len(row.key_hash) == 32
