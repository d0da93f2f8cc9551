"""One's own data: a copy of it, requests to the privacy officer, the hold, objections."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from privacy.consent import Purpose
from privacy.retention import EXPORT
from privacy.rights_acts import OBJECTIONS, set_objection, set_restriction
from privacy.rights_errors import RequestError
from privacy.rights_models import ArchiveKind, Channel, RequestKind, RightsRequest
from privacy.rights_requests import MOST_CHARACTERS, NewRequest, requests_of
from privacy.sources import Scope
from privacy.standing import standing_of
from storage.database import db
from webapp.account.blueprint import account
from webapp.account.my_copies import shown_archives
from webapp.errors import BadRequestValue, answer_for
from webapp.i18n import current_language
from webapp.request_words import KIND_WORDS, ShownRequest, shown_request
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_RESTRICTED = "restricted"


@account.get("/my-data")
@login_required  # type: ignore[untyped-decorator]
def my_data() -> str:
    """The copy of one's data, the switches, and where one's requests stand."""
    return my_data_page()


def my_data_page() -> str:
    """Return the page, with what was flashed on it."""
    pseudonym = current_visitor().pseudonym
    return render_template(
        "account/my_data.html",
        standing=standing_of(pseudonym),
        copies=shown_archives(ArchiveKind.EXPORT),
        copy_days=wiring().retention_policy.amount(EXPORT),
        open_requests=[_shown(row) for row in requests_of(pseudonym) if row.is_open],
    )


@account.post("/my-data/standing")
@login_required  # type: ignore[untyped-decorator]
def change_my_standing() -> Response:
    """Hold one's data, object to a use, or take that back: from the next request on."""
    what, wanted = request.form.get("what", ""), request.form.get("set") == "on"
    scope, sources = my_scope(), wiring().personal_data_sources
    if what == _RESTRICTED:
        set_restriction(scope, sources, restricted=wanted, actor=scope.pseudonym)
        words = _("Your data is on hold: kept, and not used.") if wanted else _("The hold is lifted.")
    elif what in OBJECTIONS:
        set_objection(scope, sources, Purpose(what), objects=wanted, actor=scope.pseudonym)
        words = _("Your objection counts from now on.") if wanted else _("Your objection is taken back.")
    else:
        allowed = ", ".join((_RESTRICTED, *OBJECTIONS))
        raise BadRequestValue("what", _("Choose one of %(allowed)s.", allowed=allowed))
    flash(words, "success")
    return redirect(url_for(".my_data", _anchor="switches"), code=303)


@account.get("/my-data/requests")
@login_required  # type: ignore[untyped-decorator]
def my_requests() -> str:
    """One's requests to the privacy officer, and the form for another."""
    return _requests_page()


@account.post("/my-data/requests")
@login_required  # type: ignore[untyped-decorator]
def send_my_request() -> Response | tuple[str, int]:
    """Take a request in; being logged in is the proof of identity."""
    pseudonym = current_visitor().pseudonym
    try:
        new = NewRequest(
            kind=_kind(request.form.get("kind", "")),
            channel=Channel.MY_DATA,
            language=current_language(),
            pseudonym=pseudonym,
            words=request.form.get("words", ""),
        )
        taken = wiring().request_desk.receive(new, actor=pseudonym)
    except (RequestError, BadRequestValue) as error:
        db.session.rollback()
        answer = answer_for(error)
        flash(answer.words, "danger")
        return _requests_page(), answer.status
    db.session.commit()
    flash(_("Your request %(number)s has arrived. You will have an answer within a month.", number=taken.id), "success")
    return redirect(url_for(".my_requests"), code=303)


@account.post("/my-data/requests/<request_id>/withdraw")
@login_required  # type: ignore[untyped-decorator]
def withdraw_my_request(request_id: str) -> Response:
    """Take one's own request back."""
    wiring().request_desk.withdraw(request_id, pseudonym=current_visitor().pseudonym)
    db.session.commit()
    flash(_("Your request is withdrawn."), "success")
    return redirect(url_for(".my_requests"), code=303)


def my_scope() -> Scope:
    """Return all that is kept of the logged-in person."""
    return Scope(current_visitor().pseudonym, account_id=current_user.account_id)


def _requests_page() -> str:
    desk, rows = wiring().request_desk, requests_of(current_visitor().pseudonym)
    return render_template(
        "account/my_requests.html",
        requests=[(_shown(row), desk.words_of(row), desk.letters_of(row)) for row in rows],
        kinds=KIND_WORDS,
        most_characters=MOST_CHARACTERS,
        typed=request.form,
    )


def _kind(text: str) -> RequestKind:
    if text not in set(RequestKind):
        raise BadRequestValue("kind", _("Choose one of %(allowed)s.", allowed=", ".join(RequestKind)))
    return RequestKind(text)


def _shown(row: RightsRequest) -> ShownRequest:
    return shown_request(row, zone=wiring().request_desk.zone, reader=row.pseudonym)
