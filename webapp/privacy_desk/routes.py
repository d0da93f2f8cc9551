"""The privacy officer's desk: what is kept, which consents were given, and the purge."""

from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from privacy.consent import CONSENT_TEXTS
from privacy.overview import latest_consents, privacy_overview
from privacy.purge import next_purge_at
from privacy.retention import ACCOUNT_PHOTO, VISIT_PHOTO
from storage.database import now
from webapp.account.session_user import permission_required
from webapp.photo_consents import PURPOSE_WORDS
from webapp.privacy_desk.notices import desk_notices
from webapp.register import current_assessment
from webapp.wiring import wiring

privacy_desk = Blueprint("privacy_desk", __name__, url_prefix="/privacy-desk")

_CONSENTS_SHOWN = 50


@privacy_desk.get("/")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def overview() -> str:
    """Counts, what is due, the figure of protected columns, and the latest consents (pseudonyms only)."""
    policy, settings = wiring().retention_policy, wiring().settings
    return render_template(
        "privacy_desk/overview.html",
        overview=privacy_overview(),
        notices=desk_notices(),
        consents=latest_consents(_CONSENTS_SHOWN),
        texts=CONSENT_TEXTS,
        purpose_words=PURPOSE_WORDS,
        visit_minutes=policy.amount(VISIT_PHOTO),
        account_photo_days=policy.amount(ACCOUNT_PHOTO),
        next_purge=next_purge_at(now(), hour=settings.purge_hour, zone=ZoneInfo(settings.time_zone)),
        assessment=current_assessment(),
    )


@privacy_desk.post("/purge")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def purge() -> Response:
    """Erase every lapsed photo now (the server does so every minute)."""
    report = wiring().photo_purger.erase_lapsed(wiring().retention_policy, now())
    flash(ngettext("%(num)d photo was erased.", "%(num)d photos were erased.", report.total), "success")
    return redirect(url_for(".overview"), code=303)
