"""Counting tries, for every process alike: after some in vain each further one waits longer.

The counts lie in the accounts store, each in a short transaction of its own: they survive a restart, a rolled-back
request and another worker.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from accounts.errors import TooManyAttempts
from accounts.models import AttemptCount
from privacy.keys import PersonalDataKeys
from privacy.pseudonyms import Pseudonymiser
from storage.database import ACCOUNTS_BIND, db, now

FORGOTTEN_AFTER = timedelta(days=1)
_RACES = 20


@dataclass(frozen=True)
class AttemptLimit:
    """How many tries are free, and how long the ones after them wait: doubled each time, up to the longest."""

    kind: str
    free: int
    first_delay_seconds: int = 15
    longest_delay_seconds: int = 900

    def delay_after(self, attempts: int) -> int:
        """Return the seconds to wait after so many tries."""
        if attempts < self.free:
            return 0
        doublings = min(attempts - self.free, 30)
        return min(self.longest_delay_seconds, self.first_delay_seconds << doublings)


LOG_INS_OF_ACCOUNT = AttemptLimit("log-in of an account", free=5)
LOG_INS_FROM_ADDRESS = AttemptLimit("log-in from an address", free=20)
CODES = AttemptLimit("code", free=5)
LETTERS = AttemptLimit("letter", free=3, first_delay_seconds=300, longest_delay_seconds=3600)
SIGN_UPS_FROM_ADDRESS = AttemptLimit("sign-up from an address", free=20, first_delay_seconds=60)

_counts = AttemptCount.__table__


def count_attempt(limit: AttemptLimit, who: str, *, keys: PersonalDataKeys, at: datetime | None = None) -> None:
    """Count a try, before it is made: two at once cannot both be the last free one. Raises TooManyAttempts.

    who: an e-mail's hash, an account's id or a network address; only its keyed hash is kept. Writes and commits by
    itself: call it before the request has written anything to the accounts store.
    """
    assert ACCOUNTS_BIND not in db.session.info.get("stores_written", ()), "commit first: SQLite has one writer"
    key_hash, at = _key(limit, who, keys), at or now()
    for _ in range(_RACES):
        if _is_counted(limit, key_hash, at):
            return
    raise TooManyAttempts(limit.first_delay_seconds)


def forgive_attempt(limit: AttemptLimit, who: str, *, keys: PersonalDataKeys) -> None:
    """Take back the try that succeeded; the ones before it stay counted (an attacker may log in to their own account).

    Writes and commits by itself.
    """
    taken_back = update(AttemptCount).where(AttemptCount.key_hash == _key(limit, who, keys), AttemptCount.attempts > 0)
    with db.engines[ACCOUNTS_BIND].begin() as connection:
        connection.execute(taken_back.values(attempts=AttemptCount.attempts - 1))


def forget_attempts(limit: AttemptLimit, who: str, *, keys: PersonalDataKeys) -> None:
    """Begin to count anew: the right password was given. Writes and commits by itself."""
    with db.engines[ACCOUNTS_BIND].begin() as connection:
        connection.execute(delete(AttemptCount).where(AttemptCount.key_hash == _key(limit, who, keys)))


def _key(limit: AttemptLimit, who: str, keys: PersonalDataKeys) -> str:
    return Pseudonymiser(keys.pseudonyms).of_attempt(limit.kind, who)


def _is_counted(limit: AttemptLimit, key_hash: str, at: datetime) -> bool:
    """Count, unless another process counted in between: then False."""
    this_count = AttemptCount.key_hash == key_hash
    with db.engines[ACCOUNTS_BIND].connect() as connection:
        row = connection.execute(select(_counts.c.attempts, _counts.c.last_at).where(this_count)).one_or_none()
    if row is None:
        return _is_first(key_hash, at)
    attempts, last_at = row
    unchanged = (this_count, AttemptCount.attempts == attempts, AttemptCount.last_at == last_at)
    wait_seconds = _seconds_left(limit, attempts, last_at, at)
    if wait_seconds:
        if last_at > at:
            # The clock went backwards: the wait begins again, so that it neither ends at once nor lasts for years.
            _is_updated(update(AttemptCount).where(*unchanged).values(last_at=at))
        raise TooManyAttempts(wait_seconds)
    counted = 1 if at - last_at >= FORGOTTEN_AFTER else attempts + 1
    return _is_updated(update(AttemptCount).where(*unchanged).values(attempts=counted, last_at=at))


def _seconds_left(limit: AttemptLimit, attempts: int, last_at: datetime, at: datetime) -> int:
    passed = max(0.0, (at - last_at).total_seconds())
    return max(0, round(limit.delay_after(attempts) - passed + 0.5))


def _is_first(key_hash: str, at: datetime) -> bool:
    try:
        with db.engines[ACCOUNTS_BIND].begin() as connection:
            connection.execute(insert(AttemptCount).values(key_hash=key_hash, attempts=1, last_at=at))
    except IntegrityError:
        return False
    return True


def _is_updated(statement: Update) -> bool:
    with db.engines[ACCOUNTS_BIND].begin() as connection:
        return connection.execute(statement).rowcount == 1
