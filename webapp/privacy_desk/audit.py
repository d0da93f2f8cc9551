"""The desk's page of the audit: read it, verify it, take it along."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from catalog.products import Page
from privacy.audit_actions import ACTIONS
from privacy.audit_chain import chain_head, waiting_notes
from privacy.audit_notes import COMMAND_LINE, SYSTEM, is_pseudonym, note
from privacy.audit_reading import AuditFilter, entries_as_csv, find_entries
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.audit_work import verify_and_alert
from webapp.errors import BadRequestValue
from webapp.filters import whole_number
from webapp.i18n import current_language
from webapp.privacy_desk.routes import privacy_desk
from webapp.privacy_desk.stores import audit_store_needed
from webapp.privacy_words import details_in_words, what_was_found
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_ENTRIES_A_PAGE = 50
_ACTORS_OF_THE_SHOP = {"system": SYSTEM, "command-line": COMMAND_LINE}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@privacy_desk.get("/audit")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
@audit_store_needed
def audit() -> str:
    """The entries, newest first, narrowed by act, pseudonym and day; how long the chain is and what waits."""
    wanted = _filter(request.args)
    number = whole_number(request.args, "page", default=1, lowest=1, highest=100_000)
    entries, total = find_entries(wanted, page=number, page_size=_ENTRIES_A_PAGE)
    return render_template(
        "privacy_desk/audit.html",
        page=Page(entries, total, number, _ENTRIES_A_PAGE),
        actions=sorted(ACTIONS.values(), key=lambda action: action.words(current_language())),
        known=ACTIONS,
        details_in_words=details_in_words,
        head=chain_head(),
        waiting=waiting_notes(),
    )


@privacy_desk.post("/audit/verify")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
@audit_store_needed
def verify_audit_chain() -> AnyResponse:
    """Check every entry now, and say what was found."""
    report = verify_and_alert()
    details = {"good": report.good, "fault": report.fault.value if report.fault else "", "at": report.bad_seq or 0}
    note("audit.verified", actor=current_visitor().pseudonym, details=details)
    db.session.commit()
    flash(what_was_found(report), "danger" if report.fault else "success")
    return redirect(url_for(".audit"), code=303)


@privacy_desk.get("/audit.csv")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
@audit_store_needed
def audit_table() -> Response:
    """The same entries for a spreadsheet, the oldest first; what begins like a formula is quoted."""
    wanted, end = _filter(request.args), chain_head()
    details = {"narrowed": wanted != AuditFilter(), "entries": end.count}
    note("audit.exported", actor=current_visitor().pseudonym, details=details)
    db.session.commit()
    response = Response(stream_with_context(entries_as_csv(wanted)), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _filter(values: "MultiDict[str, str]") -> AuditFilter:
    """Raises BadRequestValue naming the field."""
    action = values.get("action", "").strip()
    if action and action not in ACTIONS:
        raise BadRequestValue("action", _("There is no such act."))
    since, until = _day(values, "from"), _day(values, "to")
    if since and until and since > until:
        raise BadRequestValue("from", _("The first day is after the last."))
    actor = values.get("actor", "").strip().lower()
    return AuditFilter(
        action=action or None,
        actor=_ACTORS_OF_THE_SHOP.get(actor) or _pseudonym(values, "actor"),
        subject=_pseudonym(values, "subject"),
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
    )


def _pseudonym(values: "MultiDict[str, str]", field: str) -> str | None:
    text = values.get(field, "").strip().lower()
    if text and not is_pseudonym(text):
        raise BadRequestValue(field, _("Write a pseudonym: 32 signs, 0 to 9 and a to f."))
    return text or None


def _day(values: "MultiDict[str, str]", field: str) -> date | None:
    text = values.get(field, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year <= 9000:
        raise BadRequestValue(field, _("Write a day as 2026-11-30."))
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(wiring().settings.time_zone))
