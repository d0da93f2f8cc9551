"""Feeds that are fetched by themselves: which address, with which columns, when, and what came of it."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.errors import AddressRefused
from catalog.feed_models import FeedSchedule
from catalog.feed_schedules import (
    HOURS_BETWEEN,
    all_schedules,
    last_uploads,
    next_time,
    schedule_by_id,
    schedule_called,
)
from catalog.feed_uploads import runs_of
from catalog.saved_mappings import saved_mapping, saved_mappings
from privacy.audit_notes import note
from storage.database import db, id_in, now
from webapp.account.session_user import permission_required
from webapp.admin.feed_mappings import LONGEST_LABEL
from webapp.admin.routes import admin
from webapp.feed_words import in_words
from webapp.jobs.queue import enqueue, open_jobs
from webapp.visitor import current_visitor
from webapp.wiring import wiring


@admin.get("/feeds/schedules")
@permission_required(Permission.IMPORT_FEEDS)
def feed_schedules() -> str:
    """The schedules with their last results, and a form for a new one or for the one that `edit` names."""
    number = id_in(request.args.get("edit", ""))
    edited = None if number is None else schedule_by_id(number)
    return _page(edited, _typed_of(edited), {})


@admin.post("/feeds/schedules")
@permission_required(Permission.IMPORT_FEEDS)
def create_schedule() -> Response | tuple[str, int]:
    """Keep a new schedule."""
    return _save(None)


@admin.post("/feeds/schedules/<int:schedule_id>")
@permission_required(Permission.IMPORT_FEEDS)
def change_schedule(schedule_id: int) -> Response | tuple[str, int]:
    """Change a schedule, or switch it on or off."""
    return _save(schedule_by_id(schedule_id))


@admin.post("/feeds/schedules/<int:schedule_id>/delete")
@permission_required(Permission.IMPORT_FEEDS)
def delete_schedule(schedule_id: int) -> Response:
    """Forget a schedule; the feeds that it fetched stay."""
    schedule = schedule_by_id(schedule_id)
    _note("schedule_deleted", schedule)
    db.session.delete(schedule)
    db.session.commit()
    flash(_("The schedule is deleted."), "success")
    return redirect(url_for(".feed_schedules"), code=303)


@admin.post("/feeds/schedules/<int:schedule_id>/fetch")
@permission_required(Permission.IMPORT_FEEDS)
def fetch_schedule(schedule_id: int) -> Response:
    """Fetch the feed now, in the background; its next time stays."""
    enqueue("fetch_feed", schedule_id=schedule_by_id(schedule_id).id)
    db.session.commit()
    return redirect(url_for(".feed_schedules"), code=303)


def when_in_words(every_hours: int | None, at_hour: int | None) -> str:
    """Return how often a feed is fetched, in the page's language."""
    if every_hours == 1:
        return str(_("every hour"))
    if every_hours is not None:
        return str(_("every %(hours)d hours", hours=every_hours))
    return str(_("every day at %(hour)d:00", hour=at_hour or 0))


def _save(schedule: FeedSchedule | None) -> Response | tuple[str, int]:
    typed = {name: request.form.get(name, "").strip() for name in ("label", "address", "mapping", "when", "is_on")}
    problems = _problems(typed, schedule)
    if problems:
        return _page(schedule, typed, problems), 400
    changed = schedule or FeedSchedule()
    changed.label, changed.address, changed.is_on = typed["label"], typed["address"], bool(typed["is_on"])
    changed.mapping_id = id_in(typed["mapping"])
    changed.every_hours, changed.at_hour = _WHEN[typed["when"]]
    changed.next_at = next_time(changed, now(), wiring().zone)
    db.session.add(changed)
    db.session.flush()
    _note("schedule_saved", changed)
    db.session.commit()
    flash(_("The schedule is saved."), "success")
    return redirect(url_for(".feed_schedules"), code=303)


def _problems(typed: Mapping[str, str], schedule: FeedSchedule | None) -> dict[str, str]:
    problems: dict[str, str] = {}
    taken = schedule_called(typed["label"])
    if not 1 <= len(typed["label"]) <= LONGEST_LABEL:
        problems["label"] = _("Give it a name of at most %(most)d characters.", most=LONGEST_LABEL)
    elif taken is not None and taken is not schedule:
        problems["label"] = _("Another schedule has this name.")
    try:
        wiring().fetcher.check(typed["address"])
    except AddressRefused as error:
        problems["address"] = in_words(error.advice)
    if typed["mapping"] and saved_mapping(typed["mapping"]) is None:
        problems["mapping"] = _("These saved columns are no longer there. Choose others.")
    if typed["when"] not in _WHEN:
        problems["when"] = _("Choose when it is fetched.")
    return problems


def _typed_of(schedule: FeedSchedule | None) -> dict[str, str]:
    if schedule is None:
        return {"label": "", "address": "", "mapping": "", "when": "at-4", "is_on": "1"}
    when = f"at-{schedule.at_hour}" if schedule.every_hours is None else f"every-{schedule.every_hours}"
    return {
        "label": schedule.label,
        "address": schedule.address,
        "mapping": str(schedule.mapping_id or ""),
        "when": when,
        "is_on": "1" if schedule.is_on else "",
    }


def _page(edited: FeedSchedule | None, typed: Mapping[str, str], problems: Mapping[str, str]) -> str:
    last = last_uploads()
    return render_template(
        "admin/feed_schedules.html",
        schedules=all_schedules(),
        last=last,
        runs=runs_of(last.values()),
        fetching={job.arguments["schedule_id"]: job for job in reversed(open_jobs("fetch_feed"))},
        mappings={each.id: each.label for each in saved_mappings()},
        edited=edited,
        typed=typed,
        problems=problems,
        choices=[(value, when_in_words(*when)) for value, when in _WHEN.items()],
        hosts=[f"{host.name}:{host.port}" if host.port else host.name for host in wiring().settings.hosts_of_feeds],
        when_in_words=when_in_words,
        in_words=in_words,
    )


def _note(act: str, schedule: FeedSchedule) -> None:
    note(f"catalogue.{act}", actor=current_visitor().pseudonym, details={"schedule": schedule.label})


_WHEN: Mapping[str, tuple[int | None, int | None]] = {
    **{f"every-{hours}": (hours, None) for hours in HOURS_BETWEEN},
    **{f"at-{hour}": (None, hour) for hour in range(24)},
}
"""What the form sends -> (every so many hours, at this hour)."""
