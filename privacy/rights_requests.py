"""The requests of persons: received, identity checked, worked on, answered; each with its clock and its audit notes."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from privacy.audit_notes import note
from privacy.deadlines import EXTENDED_MONTHS, FIRST_MONTHS, due_at
from privacy.keys import PersonalDataKeys
from privacy.rights_errors import (
    ClockRanBackwards,
    ExtensionTooLate,
    IdentityNotChecked,
    PersonUnknown,
    ReasonMissing,
    RequestChangedMeanwhile,
    RequestIsClosed,
    RequestNotFound,
    TextTooLong,
    TooManyRequests,
)
from privacy.rights_models import (
    OPEN_STATES,
    Channel,
    IdentityMeans,
    RequestKind,
    RequestState,
    RightsLetter,
    RightsRequest,
)
from privacy.sealed_columns import place, seal_text, unseal_text
from privacy.standing import refuse_the_erased
from storage.database import db, now

MOST_CHARACTERS = 4000
MOST_OPEN_REQUESTS = 12
CODE_DAYS = 3
CODE_TRIES = 5
_CODE_DIGITS = 8
_CLOCK_SLACK = timedelta(minutes=5)
"""What a time server may set a clock back by without anybody minding."""


@dataclass(frozen=True)
class NewRequest:
    """What is known of a request when it comes."""

    kind: RequestKind
    channel: Channel
    language: str
    pseudonym: str = ""
    words: str = ""
    contact: str = ""
    """Where to answer somebody without an account; empty otherwise."""
    received_at: datetime | None = None
    """A letter's day of arrival; None: now."""


@dataclass(frozen=True)
class SentLetter:
    """A letter that was sent."""

    kind: str
    language: str
    subject: str
    text: str
    sent_at: datetime


@dataclass(frozen=True)
class RequestDesk:
    """The queue of requests. Methods flush; the caller commits.

    A change names the version that its page showed. Raises RequestNotFound, RequestChangedMeanwhile, RequestIsClosed
    and ClockRanBackwards besides what each method says.
    """

    keys: PersonalDataKeys
    zone: ZoneInfo
    clock: Callable[[], datetime] = now

    def receive(self, new: NewRequest, *, actor: str) -> RightsRequest:
        """Take a request in; the person's own open one of the same kind and words is returned instead.

        Raises TextTooLong, TooManyRequests, BeingErased, ClockRanBackwards for a day of arrival that lies ahead.
        """
        moment = self.clock()
        received_at = new.received_at or moment
        if received_at > moment + _CLOCK_SLACK:
            raise ClockRanBackwards(received_at, moment)
        words = _short_enough(new.words)
        if new.pseudonym and (same := self._open_twin(new, words)):
            return same
        request = RightsRequest(
            id=secrets.token_hex(5),
            kind=new.kind.value,
            channel=new.channel.value,
            language=new.language,
            pseudonym=new.pseudonym,
            state=RequestState.RECEIVED.value,
            received_at=received_at,
            due_at=due_at(received_at, months=FIRST_MONTHS, zone=self.zone),
            changed_at=moment,
        )
        request.words_sealed = self._sealed(request, "words", words)
        request.contact_sealed = self._sealed(request, "contact", _short_enough(new.contact.strip()))
        if new.channel is Channel.MY_DATA:
            request.identity_means, request.identity_checked_at = IdentityMeans.LOGGED_IN.value, moment
        db.session.add(request)
        self._note("received", request, actor, kind=request.kind, channel=request.channel)
        db.session.flush()
        refuse_the_erased(new.pseudonym)
        return request

    def assign(self, request_id: str, *, version: int, actor: str, officer: str) -> RightsRequest:
        """Give the request to an officer (a pseudonym; empty: to nobody)."""
        request = self._take(request_id, version)
        request.assigned_to = officer
        return self._changed(request, "assigned", actor)

    def move(self, request_id: str, to: RequestState, *, version: int, actor: str) -> RightsRequest:
        """Set an open state: identity to check, in work, or waiting. Raises IdentityNotChecked for work before it."""
        request = self._take(request_id, version)
        if to not in (RequestState.IDENTITY, RequestState.WORKING, RequestState.WAITING):
            raise ValueError(f"{to} is reached by closing, not by moving")
        if to is RequestState.WORKING:
            require_identity(request)
        request.state = to.value
        return self._changed(request, "moved", actor, state=to.value)

    def new_code(self, request_id: str, *, version: int, actor: str) -> str:
        """Return a code to send to the known address; only its keyed hash is kept. It lapses after CODE_DAYS days."""
        request = self._take(request_id, version)
        code = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"
        request.code_hash = self._code_hash(request, code)
        request.code_expires_at = self.clock() + timedelta(days=CODE_DAYS)
        request.code_tries = 0
        request.state = RequestState.IDENTITY.value
        self._changed(request, "identity_code_sent", actor)
        return code

    def try_code(self, request_id: str, code: str, *, version: int, actor: str) -> bool:
        """Say whether the code is right; if so the identity is checked. Commit either way: tries are counted."""
        request = self._take(request_id, version)
        right = (
            request.code_hash is not None
            and request.code_expires_at is not None
            and self.clock() <= request.code_expires_at
            and request.code_tries < CODE_TRIES
            and hmac.compare_digest(self._code_hash(request, code.replace(" ", "")), request.code_hash)
        )
        if right:
            self._identity_known(request, IdentityMeans.CODE)
            self._changed(request, "identity_checked", actor, means=IdentityMeans.CODE.value)
        else:
            request.code_tries += 1
            self._changed(request, "identity_code_wrong", actor)
        return right

    def documents_seen(self, request_id: str, *, version: int, actor: str) -> RightsRequest:
        """Record that the officer saw documents: the fact only, no copy and no number."""
        request = self._take(request_id, version)
        self._identity_known(request, IdentityMeans.DOCUMENTS)
        return self._changed(request, "identity_checked", actor, means=IdentityMeans.DOCUMENTS.value)

    def name_person(self, request_id: str, pseudonym: str, *, version: int, actor: str) -> RightsRequest:
        """Say whom the request is about, when it came without a known address; the identity is to check again."""
        request = self._take(request_id, version)
        request.pseudonym = pseudonym
        request.identity_means = request.identity_checked_at = None
        self._changed(request, "person_named", actor)
        refuse_the_erased(pseudonym)
        return request

    def extend(self, request_id: str, reason: str, *, version: int, actor: str) -> RightsRequest:
        """Take two further months (Art. 12(3)). Raises ReasonMissing, ExtensionTooLate."""
        request = self._take(request_id, version)
        words = _reason(reason)
        if request.extended_at is not None or self.clock() > request.due_at:
            raise ExtensionTooLate
        request.extended_at = self.clock()
        request.due_at = due_at(request.received_at, months=EXTENDED_MONTHS, zone=self.zone)
        self._add_note(request, words)
        return self._changed(request, "extended", actor)

    def act_for(self, request_id: str, act: str, *, version: int, actor: str) -> RightsRequest:
        """Return the request for which something is done to the person's data (act: what, in short, for the audit).

        Raises IdentityNotChecked, PersonUnknown.
        """
        request = self._take(request_id, version)
        require_identity(request)
        if not request.pseudonym:
            raise PersonUnknown
        return self._changed(request, "acted", actor, act=act)

    def erased_by(self, request_id: str, erasure_id: str) -> None:
        """Remember the erasure that was begun for a request."""
        self.find(request_id).erasure_id = erasure_id
        db.session.flush()

    def write_note(self, request_id: str, words: str, *, version: int, actor: str) -> RightsRequest:
        """Add words of the officer's to the file, sealed. Raises ReasonMissing when empty, TextTooLong."""
        request = self._take(request_id, version)
        self._add_note(request, _reason(words))
        return self._changed(request, "noted", actor)

    def close(self, request_id: str, *, version: int, actor: str) -> RightsRequest:
        """Close as done. Raises IdentityNotChecked."""
        request = self._take(request_id, version)
        require_identity(request)
        return self._closed(request, RequestState.DONE, actor)

    def refuse(self, request_id: str, reason: str, *, version: int, actor: str) -> RightsRequest:
        """Close as refused. Raises ReasonMissing, TextTooLong."""
        request = self._take(request_id, version)
        self._add_note(request, _reason(reason))
        return self._closed(request, RequestState.REFUSED, actor)

    def withdraw(self, request_id: str, *, pseudonym: str) -> RightsRequest:
        """Close the person's own request at their wish. Raises RequestNotFound for somebody else's."""
        request = self.of_person(request_id, pseudonym)
        return self._closed(self._take(request.id, request.version), RequestState.WITHDRAWN, pseudonym)

    def record_letter(
        self, request_id: str, *, kind: str, language: str, subject: str, text: str, version: int, actor: str
    ) -> RightsRequest:
        """Keep a sent letter with the file, sealed; a closed request may still be written about. Raises TextTooLong."""
        request = self._take(request_id, version, closed_too=True)
        words = f"{subject.strip()}\n{_short_enough(text, most=2 * MOST_CHARACTERS)}"
        letter = RightsLetter(request_id=request.id, kind=kind, language=language, sent_at=self.clock())
        letter.text_sealed = self._sealed(request, "letter", words)
        db.session.add(letter)
        return self._changed(request, "letter_sent", actor, letter=kind)

    def find(self, request_id: str) -> RightsRequest:
        """Return a request. Raises RequestNotFound."""
        request = db.session.get(RightsRequest, request_id)
        if request is None:
            raise RequestNotFound
        return request

    def of_person(self, request_id: str, pseudonym: str) -> RightsRequest:
        """Return a person's own request. Raises RequestNotFound."""
        request = self.find(request_id)
        if not pseudonym or request.pseudonym != pseudonym:
            raise RequestNotFound
        return request

    def words_of(self, request: RightsRequest) -> str:
        """Return what the person wrote. Raises CannotBeDecrypted."""
        return self._opened(request, "words", request.words_sealed)

    def notes_of(self, request: RightsRequest) -> str:
        """Return what the officers wrote, a line each."""
        return self._opened(request, "notes", request.notes_sealed)

    def contact_of(self, request: RightsRequest) -> str:
        """Return the address of somebody without an account; empty otherwise."""
        return self._opened(request, "contact", request.contact_sealed)

    def letters_of(self, request: RightsRequest) -> list[SentLetter]:
        """Return the letters sent, in order."""
        rows = db.session.scalars(select(RightsLetter).filter_by(request_id=request.id).order_by(RightsLetter.id))
        return [self._letter(request, row) for row in rows]

    def _letter(self, request: RightsRequest, row: RightsLetter) -> SentLetter:
        subject, _, text = self._opened(request, "letter", row.text_sealed).partition("\n")
        return SentLetter(row.kind, row.language, subject, text, row.sent_at)

    def _open_twin(self, new: NewRequest, words: str) -> RightsRequest | None:
        waiting = [request for request in requests_of(new.pseudonym) if request.is_open]
        for request in waiting:
            if request.kind == new.kind and self.words_of(request) == words:
                return request
        if new.channel is Channel.MY_DATA and len(waiting) >= MOST_OPEN_REQUESTS:
            raise TooManyRequests(MOST_OPEN_REQUESTS)
        return None

    def _take(self, request_id: str, version: int, *, closed_too: bool = False) -> RightsRequest:
        request = self.find(request_id)
        if request.version != version:
            raise RequestChangedMeanwhile
        if not (request.is_open or closed_too):
            raise RequestIsClosed
        if self.clock() < request.changed_at - _CLOCK_SLACK:
            raise ClockRanBackwards(request.changed_at, self.clock())
        return request

    def _changed(self, request: RightsRequest, action: str, actor: str, **details: str) -> RightsRequest:
        # A clock that stepped back by seconds does not turn the order of a file round.
        request.changed_at = max(self.clock(), request.changed_at)
        self._note(action, request, actor, **details)
        try:
            db.session.flush()
        except StaleDataError as error:
            raise RequestChangedMeanwhile from error
        return request

    def _closed(self, request: RightsRequest, state: RequestState, actor: str) -> RightsRequest:
        request.state = state.value
        request.closed_at = max(self.clock(), request.received_at)
        request.contact_sealed = None
        request.code_hash = request.code_expires_at = None
        return self._changed(request, state.value, actor)

    def _identity_known(self, request: RightsRequest, means: IdentityMeans) -> None:
        request.identity_means, request.identity_checked_at = means.value, self.clock()
        request.code_hash = request.code_expires_at = None
        request.state = RequestState.WORKING.value

    def _note(self, action: str, request: RightsRequest, actor: str, **details: str) -> None:
        note(f"request.{action}", actor=actor, subject=request.pseudonym, details={"request": request.id, **details})

    def _add_note(self, request: RightsRequest, words: str) -> None:
        line = f"{self.clock().astimezone(self.zone):%Y-%m-%d %H:%M} {words}"
        notes = "\n".join(filter(None, (self.notes_of(request), line)))
        request.notes_sealed = self._sealed(request, "notes", notes)

    def _code_hash(self, request: RightsRequest, code: str) -> str:
        return hmac.new(self.keys.columns, f"request/{request.id}/code/{code}".encode(), hashlib.sha256).hexdigest()

    def _sealed(self, request: RightsRequest, part: str, words: str) -> bytes | None:
        return seal_text(self.keys, words, about=_place(request, part)) if words else None

    def _opened(self, request: RightsRequest, part: str, sealed: bytes | None) -> str:
        return unseal_text(self.keys, sealed, about=_place(request, part)) if sealed else ""


def requests_of(pseudonym: str) -> list[RightsRequest]:
    """Return a person's requests, newest first."""
    own = select(RightsRequest).filter_by(pseudonym=pseudonym)
    return list(db.session.scalars(own.order_by(RightsRequest.received_at.desc(), RightsRequest.id)))


def open_requests(*, assigned_to: str | None = None) -> list[RightsRequest]:
    """Return the open requests, the one due first first; with `assigned_to` only that officer's."""
    waiting = select(RightsRequest).where(RightsRequest.state.in_(OPEN_STATES))
    if assigned_to is not None:
        waiting = waiting.where(RightsRequest.assigned_to == assigned_to)
    return list(db.session.scalars(waiting.order_by(RightsRequest.due_at, RightsRequest.id)))


def requests_due(before: datetime) -> int:
    """Return how many open requests are due before a moment."""
    due = select(func.count()).select_from(RightsRequest).where(RightsRequest.due_at < before)
    return db.session.scalar(due.where(RightsRequest.state.in_(OPEN_STATES))) or 0


def closed_requests(limit: int) -> list[RightsRequest]:
    """Return the latest closed requests, the one closed last first."""
    closed = select(RightsRequest).where(RightsRequest.closed_at.is_not(None))
    return list(db.session.scalars(closed.order_by(RightsRequest.closed_at.desc()).limit(limit)))


def require_identity(request: RightsRequest) -> None:
    """Raise IdentityNotChecked unless it is known who asks."""
    if request.identity_checked_at is None:
        raise IdentityNotChecked


def _reason(words: str) -> str:
    words = _short_enough(words)
    if not words:
        raise ReasonMissing
    return words


def _short_enough(words: str, *, most: int = MOST_CHARACTERS) -> str:
    words = words.replace("\r\n", "\n").strip()
    if len(words) > most:
        raise TextTooLong(len(words), most)
    return words


def _place(request: RightsRequest, part: str) -> str:
    return place("rights_request", request.id, part)
