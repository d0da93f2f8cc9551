"""Letters on their way: written in the commit of the act that they tell of, sent by the background worker.

So a mail server that is down loses none, and an answer takes equally long whether a letter follows or not.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update

from accounts.errors import MailNotSent
from accounts.models import WaitingLetter
from accounts.ports import Letter, Mailer
from privacy.audit_notes import SYSTEM, note
from privacy.errors import CannotBeDecrypted
from privacy.keys import PersonalDataKeys
from privacy.pseudonyms import Pseudonymiser
from privacy.sealed_columns import place, seal_json, unseal_json
from storage.database import ACCOUNTS_BIND, db, now

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_IN_HAND = timedelta(minutes=10)
"""A process that took a letter and was killed: another takes it up after so long."""
GIVEN_UP_AFTER_FAILURES = 12


def post_letter(letter: Letter, *, keys: PersonalDataKeys) -> None:
    """Put a letter in the post; flushes, does not commit."""
    waiting = WaitingLetter(
        person=letter.person,
        address_hash=Pseudonymiser(keys.pseudonyms).of_email(letter.to),
        content_sealed=b"",
    )
    db.session.add(waiting)
    db.session.flush()
    content = {"to": letter.to, "subject": letter.subject, "text": letter.text, "html": letter.html}
    waiting.content_sealed = seal_json(keys, content, about=_place(waiting.id))
    db.session.flush()


def send_waiting_letters(mailer: Mailer, *, keys: PersonalDataKeys, at: datetime | None = None, limit: int = 20) -> int:
    """Send the letters whose time has come, commit after each, and return how many went out.

    One that cannot be sent waits, each time longer; one that never will be is given up, and the audit says so.
    """
    at = at or now()
    return sum(_send(letter_id, mailer, keys, at) for letter_id in _due(at, limit))


def _due(at: datetime, limit: int) -> list[str]:
    # Further ahead than any wait: the clock was set back since.
    is_due = or_(WaitingLetter.next_try_at <= at, WaitingLetter.next_try_at > at + _LONGEST_WAIT)
    wanted = select(WaitingLetter.id).where(is_due).order_by(WaitingLetter.created_at).limit(limit)
    found = list(db.session.scalars(wanted))
    db.session.rollback()
    return found


def _send(letter_id: str, mailer: Mailer, keys: PersonalDataKeys, at: datetime) -> bool:
    waiting = db.session.get(WaitingLetter, letter_id)
    if waiting is None or not _is_taken(waiting, at):
        db.session.rollback()
        return False
    try:
        content = unseal_json(keys, waiting.content_sealed, about=_place(waiting.id))
        mailer.send(Letter(**content, person=waiting.person))
    except (MailNotSent, CannotBeDecrypted) as error:
        _put_off(waiting, error, at)
        return False
    db.session.delete(waiting)
    db.session.commit()
    return True


def _is_taken(waiting: WaitingLetter, at: datetime) -> bool:
    """Take the letter for this process; commits."""
    unchanged = (WaitingLetter.id == waiting.id, WaitingLetter.next_try_at == waiting.next_try_at)
    taken = db.session.execute(update(WaitingLetter).where(*unchanged).values(next_try_at=at + _IN_HAND))
    db.session.commit()
    return cast("CursorResult[Any]", taken).rowcount == 1


def _put_off(waiting: WaitingLetter, error: MailNotSent | CannotBeDecrypted, at: datetime) -> None:
    waiting.failures += 1
    waiting.next_try_at = at + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(waiting.failures - 1, 20))
    is_lasting = isinstance(error, MailNotSent) and error.is_lasting
    if is_lasting or waiting.failures >= GIVEN_UP_AFTER_FAILURES:
        note("letter.given_up", actor=SYSTEM, subject=waiting.person, reason=str(error), store=ACCOUNTS_BIND)
        db.session.delete(waiting)
    db.session.commit()


def _place(letter_id: str) -> str:
    return place("waiting_letter", letter_id, "content")
