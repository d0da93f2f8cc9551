"""What the accounts store drops by itself: ended sessions, old links, forgotten tries, accounts never confirmed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select

from accounts.models import Account, AccountSession, AccountToken, AttemptCount, Role
from accounts.people import note_of
from accounts.sessions import LimitsOfRoles, SessionLimits
from accounts.throttle import FORGOTTEN_AFTER
from privacy.audit_notes import SYSTEM
from privacy.keys import PersonalDataKeys
from storage.database import db, now

UNCONFIRMED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Lapsed:
    """How many rows went."""

    sessions: int
    links: int
    attempts: int
    unconfirmed_accounts: int


def drop_what_lapsed(*, limits: LimitsOfRoles, keys: PersonalDataKeys, at: datetime | None = None) -> Lapsed:
    """Delete what has had its time, and return how much that was; flushes, does not commit."""
    at = at or now()
    return Lapsed(
        sessions=_delete(AccountSession, _sessions_past(limits, at)),
        links=_delete(AccountToken, AccountToken.expires_at <= at),
        attempts=_delete(AttemptCount, AttemptCount.last_at <= at - FORGOTTEN_AFTER),
        unconfirmed_accounts=_drop_unconfirmed(at, keys),
    )


def _sessions_past(limits: LimitsOfRoles, at: datetime) -> ColumnElement[bool]:
    shoppers = select(Account.id).where(Account.role == Role.SHOPPER.value)
    is_shopper = AccountSession.account_id.in_(shoppers)
    return or_(
        AccountSession.revoked_at.is_not(None),
        and_(is_shopper, _past(limits.shopper, at)),
        and_(~is_shopper, _past(limits.staff, at)),
    )


def _past(limits: SessionLimits, at: datetime) -> ColumnElement[bool]:
    return or_(AccountSession.last_seen_at <= at - limits.idle, AccountSession.created_at <= at - limits.absolute)


def _drop_unconfirmed(at: datetime, keys: PersonalDataKeys) -> int:
    """Drop accounts whose link was never followed; one with a link that can still be used stays."""
    never = select(Account).where(Account.confirmed_at.is_(None), Account.created_at <= at - UNCONFIRMED_FOR)
    waiting = select(AccountToken.account_id).where(AccountToken.expires_at > at)
    accounts = list(db.session.scalars(never.where(Account.id.not_in(waiting))))
    for account in accounts:
        note_of(account, "account.lapsed", keys, actor=SYSTEM, why="never confirmed")
        db.session.delete(account)
    db.session.flush()
    return len(accounts)


def _delete(table: type[Any], which: ColumnElement[bool]) -> int:
    done = db.session.execute(delete(table).where(which).execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
