"""Counts for the privacy officer; no photo and no name is needed for them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from privacy.erasure_models import Erasure
from privacy.models import ConsentRecord, KeptPhoto
from privacy.photo_vault import KEPT_UNTIL_REMOVED
from privacy.purge import last_purge_at
from privacy.rights_requests import open_requests
from storage.database import db, now


@dataclass(frozen=True)
class PrivacyOverview:
    """What is kept at present."""

    photos_kept: int
    photos_lapsed_not_yet_erased: int
    next_lapse_at: datetime | None
    consents_in_force: int
    consents_withdrawn: int
    open_requests: int
    next_deadline_at: datetime | None
    erasures_under_way: int
    last_purge_at: datetime | None


def privacy_overview() -> PrivacyOverview:
    """Return the present counts."""

    def count(*conditions: object) -> int:
        return db.session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]

    of_people = KeptPhoto.is_drawing.is_(False)
    requests = open_requests()
    return PrivacyOverview(
        photos_kept=count(KeptPhoto.expires_at > now(), of_people),
        photos_lapsed_not_yet_erased=count(KeptPhoto.expires_at <= now(), of_people),
        next_lapse_at=db.session.scalar(
            select(func.min(KeptPhoto.expires_at)).where(of_people, KeptPhoto.expires_at < KEPT_UNTIL_REMOVED)
        ),
        consents_in_force=count(ConsentRecord.id.is_not(None), ConsentRecord.withdrawn_at.is_(None)),
        consents_withdrawn=count(ConsentRecord.withdrawn_at.is_not(None)),
        open_requests=len(requests),
        next_deadline_at=min((request.due_at for request in requests), default=None),
        erasures_under_way=count(Erasure.id.is_not(None), Erasure.finished_at.is_(None)),
        last_purge_at=last_purge_at(),
    )


def latest_consents(limit: int) -> list[ConsentRecord]:
    """Return the newest consent records, newest first."""
    return list(db.session.scalars(select(ConsentRecord).order_by(ConsentRecord.id.desc()).limit(limit)))
