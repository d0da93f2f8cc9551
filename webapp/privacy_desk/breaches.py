"""The desk's register of breaches: the list with its clocks, the form, the record to print."""

import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from privacy.audit_notes import note
from privacy.breach_errors import BreachError, BreachIncomplete, BreachProblem, BreachUnreadable, BreachValueWrong
from privacy.breach_models import Breach, BreachState
from privacy.breaches import (
    MOST_CHARACTERS,
    MOST_COUNTED,
    BreachFacts,
    BreachTexts,
    Nature,
    change_breach,
    clock_of,
    close_breach,
    facts_of,
    find_breach,
    record_breach,
    reopen_breach,
)
from privacy.breaches import breaches as find_breaches
from storage.database import db, now
from webapp.account.session_user import permission_required
from webapp.errors import BadRequestValue, answer_for
from webapp.filters import whole_number
from webapp.privacy_desk.routes import privacy_desk
from webapp.privacy_words import BREACH_FIELD_WORDS, NATURE_WORDS, breach_problem_words
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
_BREACH_ID = re.compile(r"[0-9a-f]{32}")
_HOUR = timedelta(hours=1)
_LAST_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class ShownClock:
    """The clock in words, and how urgent it is: calm, soon, late."""

    words: str
    urgency: str


@privacy_desk.get("/breaches")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def breaches() -> str:
    """The register, open ones first, each with its clock."""
    return render_template("privacy_desk/breaches.html", breaches=[_line_of(breach) for breach in find_breaches()])


@privacy_desk.get("/breaches/new")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def new_breach() -> str:
    """The empty form."""
    return _form_page(None, {"found_at": _local(now()), "natures": [Nature.CONFIDENTIALITY.value]}, None)


@privacy_desk.post("/breaches/new")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def take_in_breach() -> Response | tuple[str, int]:
    """Record a breach; a field that cannot be is named beside it."""
    try:
        breach = record_breach(_facts_from_form(), actor=_me(), keys=wiring().keys)
    except (BreachValueWrong, BadRequestValue) as error:
        return _form_page(None, _typed(), error), 422
    db.session.commit()
    flash(_("The breach is recorded. The clock runs from the moment that it was found."), "success")
    return redirect(url_for(".breach", breach_id=breach.id), code=303)


@privacy_desk.get("/breaches/<breach_id>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def breach(breach_id: str) -> str:
    """The record of one breach, laid out for print."""
    found = find_breach(_known_shape(breach_id))
    note("breach.opened", actor=_me(), subject=found.id, details={"breach": found.id})
    db.session.commit()
    return _record_page(found)


@privacy_desk.get("/breaches/<breach_id>/change")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def edit_breach(breach_id: str) -> str:
    """The form with what is known."""
    found = find_breach(_known_shape(breach_id))
    return _form_page(found, _values_of(facts_of(found, wiring().keys)), None)


@privacy_desk.post("/breaches/<breach_id>/change")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def save_breach(breach_id: str) -> Response | tuple[str, int]:
    """Take over the form."""
    found_id = _known_shape(breach_id)
    try:
        change_breach(found_id, _facts_from_form(), version=_version(), actor=_me(), keys=wiring().keys)
    except (BreachValueWrong, BadRequestValue) as error:
        db.session.rollback()
        return _form_page(find_breach(found_id), _typed(), error), 422
    db.session.commit()
    flash(_("The record is saved."), "success")
    return redirect(url_for(".breach", breach_id=found_id), code=303)


@privacy_desk.post("/breaches/<breach_id>/state")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def change_breach_state(breach_id: str) -> Response | tuple[str, int]:
    """Close the record, or open it again."""
    found_id, state = _known_shape(breach_id), request.form.get("state")
    if state not in (BreachState.OPEN, BreachState.CLOSED):
        raise BadRequestValue("state", _("Choose one of %(allowed)s.", allowed="open, closed"))
    try:
        if state == BreachState.CLOSED:
            close_breach(found_id, version=_version(), actor=_me(), keys=wiring().keys)
        else:
            reopen_breach(found_id, version=_version(), actor=_me())
    except BreachIncomplete as error:
        missing = ", ".join(str(BREACH_FIELD_WORDS[name]) for name in error.missing)
        flash(_("Before it can be closed, the record needs: %(missing)s.", missing=missing), "danger")
        return _record_page(find_breach(found_id)), answer_for(error).status
    db.session.commit()
    flash(_("The breach is closed.") if state == BreachState.CLOSED else _("The breach is open again."), "success")
    return redirect(url_for(".breach", breach_id=found_id), code=303)


def _line_of(breach: Breach) -> tuple[Breach, str, ShownClock]:
    """What the list says of a breach: one that cannot be opened must not hide the others."""
    try:
        facts = facts_of(breach, wiring().keys)
    except BreachUnreadable:
        return breach, _("This record cannot be opened."), ShownClock(_("Altered"), "late")
    return breach, facts.texts.circumstances, _shown_clock(facts)


def _record_page(found: Breach) -> str:
    facts = facts_of(found, wiring().keys)
    return render_template(
        "privacy_desk/breach.html",
        breach=found,
        facts=facts,
        clock=clock_of(facts, now()),
        shown_clock=_shown_clock(facts),
        nature_words=NATURE_WORDS,
        field_words=BREACH_FIELD_WORDS,
    )


def _form_page(
    found: Breach | None, typed: dict[str, str | list[str]], error: BreachError | BadRequestValue | None
) -> str:
    problem = None
    if isinstance(error, BreachValueWrong):
        problem = breach_problem_words(error.field, error.problem, most_characters=MOST_CHARACTERS)
    elif isinstance(error, BadRequestValue):
        problem = str(error.words)
    return render_template(
        "privacy_desk/breach_form.html",
        breach=found,
        typed=typed,
        wrong_field=getattr(error, "field", None),
        problem=problem,
        nature_words=NATURE_WORDS,
        field_words=BREACH_FIELD_WORDS,
        most_characters=MOST_CHARACTERS,
    )


def _shown_clock(facts: BreachFacts) -> ShownClock:
    clock = clock_of(facts, now())
    if not clock.needed:
        return ShownClock(_("Need not be notified"), "calm")
    if clock.overdue:
        hours = max(1, ceil(-clock.left / _HOUR))
        if clock.notified:
            return ShownClock(ngettext("Notified %(num)d hour late", "Notified %(num)d hours late", hours), "soon")
        return ShownClock(ngettext("Overdue by %(num)d hour", "Overdue by %(num)d hours", hours), "late")
    if clock.notified:
        return ShownClock(_("Notified in time"), "calm")
    hours = floor(clock.left / _HOUR)
    words = ngettext("%(num)d hour left", "%(num)d hours left", hours) if hours else _("Less than an hour left")
    return ShownClock(words, "soon" if clock.left < _LAST_DAY else "calm")


def _facts_from_form() -> BreachFacts:
    """Raises BadRequestValue for a field that cannot even be read."""
    form = request.form
    found_at = _time("found_at")
    if found_at is None:
        raise BreachValueWrong("found_at", BreachProblem.MISSING)
    return BreachFacts(
        found_at=found_at,
        natures=frozenset(nature for nature in Nature if nature.value in form.getlist("natures")),
        persons=whole_number(form, "persons", default=0, lowest=0, highest=min(MOST_COUNTED, 999_999_999)),
        records=whole_number(form, "records", default=0, lowest=0, highest=min(MOST_COUNTED, 999_999_999)),
        texts=BreachTexts(**{field.name: _text(field.name) for field in fields(BreachTexts)}),
        authority_notified_at=_time("authority_notified_at"),
        persons_informed_at=_time("persons_informed_at"),
    )


def _text(name: str) -> str:
    # A browser sends the ends of lines as two signs.
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _time(name: str) -> datetime | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        naive = datetime.fromisoformat(text) if _LOCAL_TIME.fullmatch(text) else None
    except ValueError:
        naive = None
    if naive is None or not 2000 <= naive.year <= 9000:
        raise BadRequestValue(name, _("Write a day and a time as 2026-11-30T14:05."))
    return naive.replace(tzinfo=_zone())


def _values_of(facts: BreachFacts) -> dict[str, str | list[str]]:
    times = {name: getattr(facts, name) for name in ("found_at", "authority_notified_at", "persons_informed_at")}
    return {
        **{name: _local(at) if at else "" for name, at in times.items()},
        "natures": [nature.value for nature in facts.natures],
        "persons": str(facts.persons),
        "records": str(facts.records),
        **asdict(facts.texts),
    }


def _typed() -> dict[str, str | list[str]]:
    return {**request.form.to_dict(), "natures": request.form.getlist("natures")}


def _local(at: datetime) -> str:
    return f"{at.astimezone(_zone()):%Y-%m-%dT%H:%M}"


def _zone() -> ZoneInfo:
    return ZoneInfo(wiring().settings.time_zone)


def _version() -> int:
    return whole_number(request.form, "version", default=0, lowest=0, highest=999_999_999)


def _known_shape(breach_id: str) -> str:
    return breach_id if _BREACH_ID.fullmatch(breach_id) else "none"


def _me() -> str:
    return current_visitor().pseudonym
