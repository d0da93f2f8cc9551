"""The desk's pages of alerts: what was noticed, what the officer made of it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from privacy.alert_rules import WorkingHours
from privacy.alerts import alerts as find_alerts
from privacy.alerts import entries_of, find_alert, handle_alert, note_of
from privacy.audit_actions import ACTIONS
from privacy.audit_models import Alert, AlertState
from privacy.errors import CannotBeDecrypted
from webapp.account.session_user import permission_required
from webapp.errors import BadRequestValue
from webapp.privacy_desk.routes import privacy_desk
from webapp.privacy_desk.stores import audit_store_needed
from webapp.privacy_words import (
    ALERT_STATE_WORDS,
    RULE_WORDS,
    details_in_words,
    what_was_noticed,
    working_hours_words,
)
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_VIEWS = {"new": AlertState.NEW, "seen": AlertState.SEEN, "closed": AlertState.CLOSED, "all": None}
_ENTRIES_SHOWN = 100
_MOST_CHARACTERS = 2000


@privacy_desk.get("/alerts")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
@audit_store_needed
def alerts() -> str:
    """The alerts, newest first; `view` is new, seen, closed or all."""
    view = request.args.get("view", "new")
    if view not in _VIEWS:
        raise BadRequestValue("view", _("Choose one of %(allowed)s.", allowed=", ".join(_VIEWS)))
    settings = wiring().settings
    return render_template(
        "privacy_desk/alerts.html",
        view=view,
        alerts=[(alert, what_was_noticed(alert)) for alert in find_alerts(_VIEWS[view])],
        rule_words=RULE_WORDS,
        state_words=ALERT_STATE_WORDS,
        settings=settings,
        working_hours=working_hours_words(WorkingHours.read(settings.working_hours, settings.time_zone)),
    )


@privacy_desk.get("/alerts/<int:alert_id>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
@audit_store_needed
def alert(alert_id: int) -> str:
    """One alert: the entries that raised it, and the form to see or close it."""
    return _alert_page(find_alert(alert_id), words=None)


@privacy_desk.post("/alerts/<int:alert_id>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
@audit_store_needed
def change_alert(alert_id: int) -> Response | tuple[str, int]:
    """Mark it as seen or closed, with the officer's words."""
    state, words = request.form.get("state"), request.form.get("words", "").strip()
    if state not in (AlertState.SEEN, AlertState.CLOSED):
        raise BadRequestValue("state", _("Choose one of %(allowed)s.", allowed="seen, closed"))
    if len(words) > _MOST_CHARACTERS:
        raise BadRequestValue("words", _("Write at most %(most)d characters.", most=_MOST_CHARACTERS))
    if state == AlertState.CLOSED and not words:
        flash(_("Say what you found before you close the alert."), "danger")
        return _alert_page(find_alert(alert_id), words=words), 422
    handle_alert(alert_id, AlertState(state), words, actor=current_visitor().pseudonym, keys=wiring().keys)
    flash(_("The alert is closed.") if state == AlertState.CLOSED else _("The alert is marked as seen."), "success")
    return redirect(url_for(".alerts"), code=303)


def _alert_page(found: Alert, words: str | None) -> str:
    return render_template(
        "privacy_desk/alert.html",
        alert=found,
        noticed=what_was_noticed(found),
        words=_note_of(found) if words is None else words,
        entries=entries_of(found, wiring().alert_rules, limit=_ENTRIES_SHOWN),
        known=ACTIONS,
        details_in_words=details_in_words,
        rule_words=RULE_WORDS,
        state_words=ALERT_STATE_WORDS,
        most_characters=_MOST_CHARACTERS,
    )


def _note_of(found: Alert) -> str:
    try:
        return note_of(found, wiring().keys)
    except CannotBeDecrypted:
        flash(_("The note of this alert cannot be opened: it was altered."), "danger")
        return ""
