"""Requests as pages show them: their words, and how near the last day is."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import LazyString, lazy_gettext

from privacy.deadlines import next_working_day
from privacy.rights_letters import LetterKind
from privacy.rights_models import Channel, IdentityMeans, RequestKind, RequestState, RightsRequest
from storage.database import now

_ = lazy_gettext

KIND_WORDS = {
    RequestKind.ACCESS: _("Access"),
    RequestKind.RECTIFICATION: _("Rectification"),
    RequestKind.ERASURE: _("Erasure"),
    RequestKind.RESTRICTION: _("Restriction"),
    RequestKind.PORTABILITY: _("Portability"),
    RequestKind.OBJECTION: _("Objection"),
}
STATE_WORDS = {
    RequestState.RECEIVED: _("Received"),
    RequestState.IDENTITY: _("Identity to check"),
    RequestState.WORKING: _("In work"),
    RequestState.WAITING: _("Waiting for the person"),
    RequestState.DONE: _("Done"),
    RequestState.REFUSED: _("Refused"),
    RequestState.WITHDRAWN: _("Withdrawn"),
}
CHANNEL_WORDS = {
    Channel.MY_DATA: _("“My data”"),
    Channel.LETTER: _("Letter"),
    Channel.EMAIL: _("E-mail"),
    Channel.PHONE: _("Telephone"),
}
IDENTITY_WORDS = {
    IdentityMeans.LOGGED_IN: _("Logged in"),
    IdentityMeans.CODE: _("By the code that was sent"),
    IdentityMeans.DOCUMENTS: _("Documents seen (no copy kept)"),
}
LETTER_WORDS = {
    LetterKind.ACKNOWLEDGEMENT: _("Acknowledgement"),
    LetterKind.IDENTITY: _("Proof of identity"),
    LetterKind.EXTENSION: _("Extension"),
    LetterKind.EXPORT: _("Answer with the copy"),
    LetterKind.NOTHING_HELD: _("Nothing is held"),
    LetterKind.DONE: _("Carried out"),
    LetterKind.ERASED: _("Erased, with the receipt"),
    LetterKind.REFUSAL: _("Refusal"),
}

SOON_DAYS = 7
"""From then on a request is shown as due soon."""


@dataclass(frozen=True)
class ShownRequest:
    """A request in words."""

    id: str
    version: int
    pseudonym: str
    kind: LazyString
    state: LazyString
    channel: LazyString
    received_at: datetime
    due_on: date
    days_left: int
    """Negative when the last day is over; counted in days of the shop's time zone."""
    urgency: str
    """`late`, `soon`, `calm`, or `closed`."""
    in_time_until: date
    """The next working day, when the last day is none (Regulation 1182/71)."""
    extended: bool
    is_open: bool
    is_mine: bool
    is_assigned: bool
    closed_at: datetime | None
    identity: LazyString | None


def shown_request(request: RightsRequest, *, zone: ZoneInfo, reader: str) -> ShownRequest:
    """Return what pages show; reader: the pseudonym of whoever looks."""
    due_on = request.due_at.astimezone(zone).date()
    days_left = (due_on - now().astimezone(zone).date()).days
    return ShownRequest(
        id=request.id,
        version=request.version,
        pseudonym=request.pseudonym,
        kind=KIND_WORDS[RequestKind(request.kind)],
        state=STATE_WORDS[RequestState(request.state)],
        channel=CHANNEL_WORDS[Channel(request.channel)],
        received_at=request.received_at,
        due_on=due_on,
        days_left=days_left,
        urgency=_urgency(days_left) if request.is_open else "closed",
        in_time_until=next_working_day(due_on),
        extended=request.extended_at is not None,
        is_open=request.is_open,
        is_mine=request.assigned_to == reader,
        is_assigned=bool(request.assigned_to),
        closed_at=request.closed_at,
        identity=IDENTITY_WORDS[IdentityMeans(request.identity_means)] if request.identity_means else None,
    )


def _urgency(days_left: int) -> str:
    if days_left < 0:
        return "late"
    return "soon" if days_left <= SOON_DAYS else "calm"
