"""What a withdrawal brings about: what rested on the consent is erased, and a photo that nothing keeps goes.

A withdrawal is two steps. The mark closes the gate with the next request; then each source erases what rested on the
purpose. Killed between the two, or kept from a file by an unmounted folder, the second is taken up again.
"""

from collections.abc import Iterable

from sqlalchemy import select, update

from privacy.consent import Purpose, consents_in_force, has_consent
from privacy.models import ConsentRecord, KeptPhoto
from privacy.sources import PersonalDataSource, Scope
from storage.database import db, now

KEEPING_A_PHOTO = (Purpose.RECOMMENDATION, Purpose.WARDROBE, Purpose.TRAINING)
"""While one of these stands the photo stays. A count needs no photo, so it keeps none."""


def unsettled_withdrawals(photo_id: str | None = None) -> list[Scope]:
    """Return what was withdrawn and not yet erased, one scope for each photo and purpose; of one photo, or of all."""
    waiting = select(ConsentRecord.pseudonym, ConsentRecord.photo_id, ConsentRecord.purpose).where(
        ConsentRecord.withdrawn_at.is_not(None), ConsentRecord.settled_at.is_(None)
    )
    if photo_id is not None:
        waiting = waiting.filter_by(photo_id=photo_id)
    return [
        Scope(pseudonym, photo_id=photo, purpose=Purpose(purpose))
        for pseudonym, photo, purpose in db.session.execute(waiting.distinct())
    ]


def settle_withdrawal(scope: Scope, sources: Iterable[PersonalDataSource]) -> None:
    """Erase what rested on the photo's purpose; flushes, does not commit. Safe to run again.

    Agreed to again meanwhile, nothing is erased. Raises what a source raises: then nothing is settled.
    """
    assert scope.photo_id is not None
    assert scope.purpose is not None
    if not has_consent(scope.photo_id, scope.purpose):
        for source in sources:
            source.erase(scope)
    db.session.execute(
        update(ConsentRecord)
        .where(ConsentRecord.withdrawn_at.is_not(None), ConsentRecord.settled_at.is_(None))
        .filter_by(photo_id=scope.photo_id, purpose=scope.purpose.value)
        .values(settled_at=now())
    )


def nothing_keeps(photo_id: str) -> bool:
    """Say whether no purpose that needs the photo stands any more."""
    return consents_in_force(photo_id).keys().isdisjoint(KEEPING_A_PHOTO)


def photos_that_nothing_keeps() -> list[tuple[str, str]]:
    """Return (photo, pseudonym) of the photos, drawings aside, whose last consent went without them."""
    kept = (
        select(ConsentRecord.id)
        .where(ConsentRecord.photo_id == KeptPhoto.id, ConsentRecord.withdrawn_at.is_(None))
        .where(ConsentRecord.purpose.in_(KEEPING_A_PHOTO))
    )
    unkept = select(KeptPhoto.id, KeptPhoto.pseudonym).where(KeptPhoto.is_drawing.is_(False), ~kept.exists())
    return [(photo_id, pseudonym) for photo_id, pseudonym in db.session.execute(unkept)]
