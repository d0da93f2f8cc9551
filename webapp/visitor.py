"""Who is asking, by pseudonym: an account, or one anonymous visit."""

import secrets
from dataclasses import dataclass

from flask import session
from flask_login import current_user

from webapp.wiring import wiring


@dataclass(frozen=True)
class Visitor:
    """The pseudonym under which photos and consents of this request are kept."""

    pseudonym: str
    has_account: bool


def known_visitor() -> Visitor | None:
    """Return who is asking, if that is known: nothing is stored on a device only to count."""
    return current_visitor() if current_user.is_authenticated or "visit" in session else None


def current_visitor() -> Visitor:
    """Return who is asking; a first-time visitor's visit begins here (a session cookie, gone with the browser)."""
    if current_user.is_authenticated:
        return Visitor(wiring().pseudonyms.of_account(current_user.account_id), has_account=True)
    if "visit" not in session:
        session["visit"] = secrets.token_hex(16)
    return Visitor(wiring().pseudonyms.of_visit(session["visit"]), has_account=False)
