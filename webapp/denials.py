"""Refusals are noted for the audit: many of them by one actor raise an alert."""

from flask import current_app, request, session
from flask_login import current_user
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import SQLAlchemyError

from privacy.audit_notes import note
from storage.database import db, now
from webapp.wiring import wiring

# The audit cannot be shortened again: whoever is refused without end fills it up to here, in each process.
_AT_MOST = parse("60 per hour")
_noted = FixedWindowRateLimiter(MemoryStorage())


def note_denial(code: str) -> None:
    """Note that this request was refused something, `code` says what; commits. A failure to note is logged only."""
    try:
        actor = asking_pseudonym()
        if _noted.hit(_AT_MOST, actor):
            note("access.denied", actor=actor, details={"code": code, "page": request.endpoint or ""})
            db.session.commit()
    except SQLAlchemyError as error:
        db.session.rollback()
        current_app.logger.error("a refusal could not be noted: %s", type(error).__name__)


def asking_pseudonym() -> str:
    """Return whose request this is: the account, the visit, or the address for a day (no visit begins here)."""
    pseudonyms = wiring().pseudonyms
    if current_user.is_authenticated:
        return pseudonyms.of_account(current_user.account_id)
    if "visit" in session:
        return pseudonyms.of_visit(session["visit"])
    return pseudonyms.of_address(request.remote_addr or "", now().date())
