"""Counts for the privacy officer; no photo and no name is needed for them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from privacy.models import ConsentRecord, KeptPhoto
from storage.database import db, now


@dataclass(frozen=True)
class PrivacyOverview:
    """What is kept at present."""

    photos_kept: int
    photos_lapsed_not_yet_erased: int
    next_lapse_at: datetime | None
    consents_in_force: int
    consents_withdrawn: int


def privacy_overview() -> PrivacyOverview:
    """Return the present counts."""

    def count(*conditions: object) -> int:
        return db.session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]

    of_people = KeptPhoto.is_drawing.is_(False)
    return PrivacyOverview(
        photos_kept=count(KeptPhoto.expires_at > now(), of_people),
        photos_lapsed_not_yet_erased=count(KeptPhoto.expires_at <= now(), of_people),
        next_lapse_at=db.session.scalar(select(func.min(KeptPhoto.expires_at)).where(of_people)),
        consents_in_force=count(ConsentRecord.id.is_not(None), ConsentRecord.withdrawn_at.is_(None)),
        consents_withdrawn=count(ConsentRecord.withdrawn_at.is_not(None)),
    )


def latest_consents(limit: int) -> list[ConsentRecord]:
    """Return the newest consent records, newest first."""
    return list(db.session.scalars(select(ConsentRecord).order_by(ConsentRecord.id.desc()).limit(limit)))
