"""The requests of a person as personal data: exported with their words and letters, emptied and unnamed on erasure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from privacy.consent import Purpose
from privacy.declarations import Category
from privacy.retention import REQUEST, LapsedItem, RetentionPolicy
from privacy.rights_models import RightsLetter, RightsRequest
from privacy.rights_requests import RequestDesk, requests_of
from privacy.sources import ErasureStep, Scope
from storage.database import db


class RequestsSource:
    """`PersonalDataSource` of the desk's queue."""

    name = "requests"
    step = ErasureStep.ROWS
    tables = frozenset({RightsRequest.__tablename__, RightsLetter.__tablename__})

    def __init__(self, desk: RequestDesk) -> None:
        self._desk = desk

    def export(self, scope: Scope) -> Mapping[str, object]:
        """Return the person's requests, oldest first, with what they wrote and the letters that they got."""
        if not _is_whole_person(scope):
            return {}
        rows = [_exported(request, self._desk) for request in reversed(requests_of(scope.pseudonym))]
        return {"requests": rows} if rows else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Do nothing: a request is what was said at the time."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Do nothing: a request is answered all the same (Art. 18(2))."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Do nothing: answering is a legal duty."""

    def erase(self, scope: Scope) -> None:
        """Take the person out of their requests: no pseudonym, no words, no letters; kind, days and outcome stay."""
        if not _is_whole_person(scope):
            return
        for request in requests_of(scope.pseudonym):
            request.pseudonym = ""
            request.words_sealed = request.notes_sealed = request.contact_sealed = None
            request.code_hash = request.code_expires_at = None
            for letter in _letters_of(request):
                letter.text_sealed = None
        for request in db.session.scalars(select(RightsRequest).filter_by(assigned_to=scope.pseudonym)):
            request.assigned_to = ""
        db.session.flush()

    def remains(self, scope: Scope) -> Sequence[str]:
        """Return the requests that still name the person."""
        if not _is_whole_person(scope):
            return ()
        left = [f"request {request.id}" for request in requests_of(scope.pseudonym)]
        handled = db.session.scalars(select(RightsRequest.id).filter_by(assigned_to=scope.pseudonym))
        return left + [f"request {request_id} is assigned to them" for request_id in handled]


@dataclass(frozen=True)
class RequestsLapse:
    """Closed requests past the officer's period, with their letters; open ones never lapse."""

    category = Category.REQUESTS
    store = None

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> list[LapsedItem]:
        """Return the requests whose time is up, the one closed first first."""
        closed_before = RightsRequest.closed_at <= policy.before(REQUEST, at)
        rows = db.session.scalars(select(RightsRequest).where(closed_before).order_by(RightsRequest.closed_at))
        return [LapsedItem(row.id, row.pseudonym, row.closed_at or at, REQUEST) for row in rows]

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        """Erase the letters, then the requests."""
        keys = [item.key for item in items]
        db.session.execute(delete(RightsLetter).where(RightsLetter.request_id.in_(keys)))
        db.session.execute(delete(RightsRequest).where(RightsRequest.id.in_(keys)))


def _exported(request: RightsRequest, desk: RequestDesk) -> Mapping[str, object]:
    return {
        "number": request.id,
        "kind": request.kind,
        "channel": request.channel,
        "state": request.state,
        "received_at": request.received_at.isoformat(),
        "due_at": request.due_at.isoformat(),
        "extended_at": request.extended_at and request.extended_at.isoformat(),
        "closed_at": request.closed_at and request.closed_at.isoformat(),
        "words": desk.words_of(request),
        "letters": [
            {
                "kind": letter.kind,
                "sent_at": letter.sent_at.isoformat(),
                "subject": letter.subject,
                "text": letter.text,
            }
            for letter in desk.letters_of(request)
        ],
    }


def _is_whole_person(scope: Scope) -> bool:
    return bool(scope.pseudonym) and scope.photo_id is None and scope.purpose is None


def _letters_of(request: RightsRequest) -> Sequence[RightsLetter]:
    return db.session.scalars(select(RightsLetter).filter_by(request_id=request.id)).all()
