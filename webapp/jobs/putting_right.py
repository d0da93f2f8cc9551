"""Looking for what is to be put right, in the background."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from catalog.findings import (
    Finding,
    FindingKind,
    keep_findings,
    long_sold_out,
    missing_pictures,
    prices_on_sale,
    stray_stock,
    wrong_prices,
)
from privacy.purge import latest_time
from recommender.putting_right import look_alike, unreadable_pictures
from storage.database import db, now
from webapp.jobs.models import Outcome
from webapp.jobs.queue import JobProgress, enqueue, latest_jobs
from webapp.wiring import wiring

_BY_PICTURE = frozenset((FindingKind.TWIN, FindingKind.SAME_PICTURE, FindingKind.CATEGORY))


def queue_the_nightly_look(at: datetime, *, running_since: datetime) -> bool:
    """Once a night, at the hour of the purge, or as soon as a server runs again that was asked for a look before.

    running_since: from then on a night counts for a shop that was never looked through. Commits when it is due.
    """
    settings = wiring().settings
    last_night = latest_time(settings.purge_hour, at.astimezone(ZoneInfo(settings.time_zone)))
    asked_at = next((job.created_at for job in latest_jobs(1, ["look_for_what_is_wrong"])), running_since)
    due = asked_at < last_night
    if due:
        enqueue("look_for_what_is_wrong")
        db.session.commit()
    return due


def look_for_what_is_wrong(progress: JobProgress) -> Outcome:
    """Look through the whole catalogue, and keep what is found; what was said to be right stays right.

    Stopped early, it keeps what the rows alone tell, and leaves what pictures tell as it was.
    """
    adapters = wiring()
    from_rows = [
        *missing_pictures(),
        *unreadable_pictures(adapters.serving.image_encoder.identity, adapters.blobs),
        *wrong_prices(prices_on_sale()),
        *stray_stock({shop.slug for shop in adapters.settings.places}),
        *long_sold_out(now()),
    ]
    keep_findings(from_rows, frozenset(FindingKind) - _BY_PICTURE)
    db.session.commit()
    looked = look_alike(
        adapters.serving.image_encoder.identity,
        adapters.blobs,
        on_progress=progress.report,
        should_stop=progress.should_stop,
    )
    if not looked.finished:
        return {"finished": False, "found": _counted(from_rows)}
    keep_findings(looked.findings, _BY_PICTURE)
    db.session.commit()
    return {"finished": True, "found": _counted([*from_rows, *looked.findings])}


def _counted(found: Iterable[Finding]) -> dict[str, int]:
    return dict(Counter(finding.kind.value for finding in found))
