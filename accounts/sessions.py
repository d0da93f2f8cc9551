"""Who is logged in where: a record for each browser, ended by the person, by time, or by a change of password."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from accounts.errors import SessionNotFound
from accounts.models import Account, AccountSession, Role
from privacy.keys import PersonalDataKeys
from privacy.sealed_columns import place, seal_text, unseal_text
from storage.database import ACCOUNTS_BIND, db, now

_SEEN_EVERY = timedelta(minutes=1)
_ACTIVE_EVERY = timedelta(hours=1)
_CLOCK_TOLERANCE = timedelta(hours=1)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts without a request, and at most."""

    idle: timedelta
    absolute: timedelta

    def ends_at(self, kept: AccountSession) -> datetime:
        """Return when the session ends if nothing more is asked of it."""
        return min(kept.last_seen_at + self.idle, kept.created_at + self.absolute)

    def allow(self, kept: AccountSession, at: datetime) -> bool:
        """Say whether the session lasts still; one from the future (the clock was set back) does not."""
        return kept.created_at - _CLOCK_TOLERANCE <= at < self.ends_at(kept)


@dataclass(frozen=True)
class LimitsOfRoles:
    """Staff see other people's things: their sessions are shorter."""

    shopper: SessionLimits
    staff: SessionLimits

    def of(self, account: Account) -> SessionLimits:
        """Return the limits of this account's sessions."""
        return self.shopper if account.role == Role.SHOPPER.value else self.staff


@dataclass(frozen=True)
class SessionShown:
    """A session as its owner sees it."""

    session_id: str
    device: str
    """Coarse words, such as `Firefox · Windows`; empty when the browser did not say."""
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


def start_session(account: Account, *, device: str, keys: PersonalDataKeys) -> str:
    """Return the secret for the cookie of a new session; flushes, does not commit."""
    secret, started_at = secrets.token_urlsafe(32), now()
    session_id = id_of(secret)
    db.session.add(
        AccountSession(
            id_hash=session_id,
            account_id=account.id,
            created_at=started_at,
            last_seen_at=started_at,
            device_sealed=seal_text(keys, device, about=_place(session_id)),
        )
    )
    account.last_active_at = started_at
    db.session.flush()
    return secret


def account_of_session(secret: str, *, limits: LimitsOfRoles, at: datetime | None = None) -> Account | None:
    """Return whose session this is, or None when it was ended or lapsed; notes that it was seen.

    That note is a short transaction of its own: whatever the request does later, it writes to one store.
    """
    at = at or now()
    kept = db.session.get(AccountSession, id_of(secret))
    if kept is None or kept.revoked_at is not None:
        return None
    account = db.session.get(Account, kept.account_id)
    if account is None or not limits.of(account).allow(kept, at):
        return None
    if not timedelta(0) <= at - kept.last_seen_at < _SEEN_EVERY:
        _note_seen(kept.id_hash, account, at)
    return account


def sessions_of(
    account: Account, *, current_secret: str, limits: LimitsOfRoles, keys: PersonalDataKeys
) -> list[SessionShown]:
    """Return the account's live sessions, this browser's first, then the latest seen first."""
    at, current = now(), id_of(current_secret)
    kept = db.session.scalars(select(AccountSession).filter_by(account_id=account.id, revoked_at=None))
    live = [session for session in kept if limits.of(account).allow(session, at)]
    shown = [
        SessionShown(
            one.id_hash,
            device_of(one, keys),
            one.created_at,
            one.last_seen_at,
            one.id_hash == current,
        )
        for one in live
    ]
    return sorted(shown, key=lambda one: (one.is_current, one.last_seen_at), reverse=True)


def device_of(kept: AccountSession, keys: PersonalDataKeys) -> str:
    """Return the session's device in coarse words. Raises CannotBeDecrypted."""
    return unseal_text(keys, kept.device_sealed, about=_place(kept.id_hash))


def end_session(account_id: str, session_id: str) -> None:
    """End one session; its next request is nobody's. Flushes, does not commit. Raises SessionNotFound."""
    this_one = (AccountSession.account_id == account_id, AccountSession.id_hash == session_id)
    if not _end(*this_one):
        raise SessionNotFound


def end_sessions(account_id: str, *, but: str = "") -> int:
    """End every session of the account but one, and return how many; flushes, does not commit."""
    return _end(AccountSession.account_id == account_id, AccountSession.id_hash != but)


def id_of(secret: str) -> str:
    """Return the id of the session that a cookie's secret belongs to."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _end(*which: Any) -> int:
    ended = update(AccountSession).where(*which, AccountSession.revoked_at.is_(None)).values(revoked_at=now())
    return cast("CursorResult[Any]", db.session.execute(ended)).rowcount


def _note_seen(session_id: str, account: Account, at: datetime) -> None:
    with db.engines[ACCOUNTS_BIND].begin() as connection:
        connection.execute(update(AccountSession).where(AccountSession.id_hash == session_id).values(last_seen_at=at))
        if at - account.last_active_at >= _ACTIVE_EVERY:
            connection.execute(update(Account).where(Account.id == account.id).values(last_active_at=at))


def _place(session_id: str) -> str:
    return place("account_session", session_id, "device")
