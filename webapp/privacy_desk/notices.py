"""What the officer should see first, on the desk's overview: alerts, breaches that are due, notes that are stuck."""

from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import DBAPIError

from privacy.alerts import new_alerts
from privacy.audit_chain import waiting_notes
from privacy.breaches import breaches_due
from privacy.rights_requests import requests_due
from privacy.training_pool import training_folders
from storage.database import db, now
from webapp.jobs.queue import last_one_failed
from webapp.request_words import SOON_DAYS
from webapp.wiring import wiring

_STUCK_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Notice:
    """One line at the top of the desk; `category` as of flashed messages."""

    category: str
    words: str
    address: str


def desk_notices() -> list[Notice]:
    """Return what is due; an audit store that does not answer is said, too."""
    return [*_alerts(), *_breaches(), *_requests(), *_stuck_notes(), *_training_files(), *_purge()]


def _alerts() -> list[Notice]:
    try:
        new = new_alerts()
    except DBAPIError:
        db.session.rollback()
        return [Notice("danger", _("The audit store does not answer"), url_for("privacy_desk.audit"))]
    if not new:
        return []
    return [Notice("danger", ngettext("%(num)d new alert", "%(num)d new alerts", new), url_for("privacy_desk.alerts"))]


def _breaches() -> list[Notice]:
    due = breaches_due(wiring().keys)
    if not due:
        return []
    words = ngettext(
        "%(num)d breach of which the authority is still to be told",
        "%(num)d breaches of which the authority is still to be told",
        due,
    )
    return [Notice("danger", words, url_for("privacy_desk.breaches"))]


def _requests() -> list[Notice]:
    late, soon = requests_due(now()), requests_due(now() + timedelta(days=SOON_DAYS))
    queue = url_for("privacy_desk.requests")
    if late:
        return [Notice("danger", ngettext("%(num)d request is late", "%(num)d requests are late", late), queue)]
    if soon:
        return [
            Notice("warning", ngettext("%(num)d request is due soon", "%(num)d requests are due soon", soon), queue)
        ]
    return []


def _stuck_notes() -> list[Notice]:
    waiting = waiting_notes()
    if waiting.since is None or now() - waiting.since < _STUCK_AFTER:
        return []
    words = ngettext(
        "%(num)d note has not reached the audit", "%(num)d notes have not reached the audit", waiting.count
    )
    return [Notice("warning", words, url_for("privacy_desk.audit"))]


def _training_files() -> list[Notice]:
    away = sum(folder.must_go for folder in training_folders() if not folder.is_reachable)
    if not away:
        return []
    words = ngettext(
        "%(num)d file of someone who no longer agrees lies in a training folder out of reach",
        "%(num)d files of people who no longer agree lie in a training folder out of reach",
        away,
    )
    return [Notice("danger", words, url_for("privacy_desk.consents"))]


def _purge() -> list[Notice]:
    if not last_one_failed("purge_lapsed"):
        return []
    words = _("The last purge stopped before its end; the server tries again every hour")
    return [Notice("danger", words, url_for("privacy_desk.retention"))]
