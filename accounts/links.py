"""Links in letters: 32 random bytes, kept as a hash, good for one use and for a while."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from accounts.errors import LinkNotValid
from accounts.models import AccountToken
from privacy.keys import PersonalDataKeys
from privacy.sealed_columns import place, seal_text, unseal_text
from storage.database import db, now


class LinkPurpose(StrEnum):
    """What following a link does."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105
    CHANGE_EMAIL = "change_email"


LIFETIMES = {
    LinkPurpose.CONFIRM_EMAIL: timedelta(hours=24),
    LinkPurpose.RESET_PASSWORD: timedelta(minutes=30),
    LinkPurpose.CHANGE_EMAIL: timedelta(hours=24),
}
# A link from the future means that the clock was set back: how far ahead is still two machines that disagree a little.
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Link:
    """Whom a valid link concerns."""

    account_id: str
    new_email: str = ""
    """The address to change to, when the link is for that."""


def new_link(account_id: str, purpose: LinkPurpose, *, keys: PersonalDataKeys, new_email: str = "") -> str:
    """Return the token of a new link; older ones for the same purpose end. Flushes, does not commit."""
    end_links(account_id, purpose)
    token, made_at = secrets.token_urlsafe(32), now()
    token_hash = _hash(token)
    sealed = seal_text(keys, new_email, about=_place(token_hash)) if new_email else None
    db.session.add(
        AccountToken(
            token_hash=token_hash,
            account_id=account_id,
            purpose=purpose.value,
            email_sealed=sealed,
            created_at=made_at,
            expires_at=made_at + LIFETIMES[purpose],
        )
    )
    db.session.flush()
    return token


def read_link(token: str, purpose: LinkPurpose, *, keys: PersonalDataKeys, at: datetime | None = None) -> Link:
    """Return whom the link concerns; it can still be used. Raises LinkNotValid."""
    at = at or now()
    kept = db.session.get(AccountToken, _hash(token))
    if kept is None or kept.purpose != purpose.value:
        raise LinkNotValid
    if not kept.created_at - _CLOCKS_DIFFER <= at < kept.expires_at:
        raise LinkNotValid
    sealed = kept.email_sealed
    return Link(kept.account_id, unseal_text(keys, sealed, about=_place(kept.token_hash)) if sealed else "")


def use_link(token: str, purpose: LinkPurpose, *, keys: PersonalDataKeys, at: datetime | None = None) -> Link:
    """Return whom the link concerns, and end it; of two at once one gets LinkNotValid. Flushes, does not commit."""
    link = read_link(token, purpose, keys=keys, at=at)
    ended = db.session.execute(delete(AccountToken).where(AccountToken.token_hash == _hash(token)))
    if cast("CursorResult[Any]", ended).rowcount != 1:
        raise LinkNotValid
    return link


def end_links(account_id: str, *purposes: LinkPurpose) -> None:
    """End the account's links for these purposes, or all of them. Flushes, does not commit."""
    wanted = tuple(purpose.value for purpose in purposes or LinkPurpose)
    db.session.execute(
        delete(AccountToken).where(AccountToken.account_id == account_id, AccountToken.purpose.in_(wanted))
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _place(token_hash: str) -> str:
    return place("account_token", token_hash, "email")
