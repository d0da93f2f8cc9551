"""What a person asked of all their data at once: hold it (Art. 18), not use it for something (Art. 21), erase it."""

from sqlalchemy import func, select

from privacy.consent import Purpose
from privacy.erasure_errors import BeingErased
from privacy.erasure_models import Erasure, fingerprint
from privacy.errors import ObjectionStands, PhotoNotFound, ProcessingRestricted
from privacy.models import PersonStanding
from storage.database import db, now


def standing_of(pseudonym: str) -> PersonStanding | None:
    """Return what the person asked for, or None when they asked for nothing."""
    return db.session.get(PersonStanding, pseudonym)


def is_being_erased(pseudonym: str) -> bool:
    """Say whether an erasure of the person has begun, be it finished or not: nobody is let in as them any more."""
    standing = standing_of(pseudonym)
    return is_erased(pseudonym) or (standing is not None and standing.erasing_at is not None)


def change_standing(
    pseudonym: str,
    *,
    restricted: bool | None = None,
    objects_to_personalisation: bool | None = None,
    objects_to_statistics: bool | None = None,
    erasing: bool | None = None,
) -> PersonStanding:
    """Set what is named, leave the rest; flushes, does not commit. Set again, a time stays the first one."""
    standing = standing_of(pseudonym) or PersonStanding(pseudonym=pseudonym)
    db.session.add(standing)
    wanted = {
        "restricted_at": restricted,
        "objects_to_personalisation_at": objects_to_personalisation,
        "objects_to_statistics_at": objects_to_statistics,
        "erasing_at": erasing,
    }
    for column, value in wanted.items():
        if value is not None:
            setattr(standing, column, (getattr(standing, column) or now()) if value else None)
    db.session.flush()
    return standing


def refuse_by_standing(pseudonym: str, purpose: Purpose) -> None:
    """Part of the gate. Raises PhotoNotFound (being erased), ProcessingRestricted or ObjectionStands."""
    if is_being_erased(pseudonym):
        raise PhotoNotFound
    standing = standing_of(pseudonym)
    if standing is None:
        return
    if standing.restricted_at:
        raise ProcessingRestricted
    if purpose is Purpose.RECOMMENDATION and standing.objects_to_personalisation_at:
        raise ObjectionStands(purpose.value)
    if purpose is Purpose.STATISTICS and standing.objects_to_statistics_at:
        raise ObjectionStands(purpose.value)


def refuse_the_restricted(pseudonym: str) -> None:
    """Raise ProcessingRestricted for somebody whose data is on hold: nothing new is kept of them either."""
    standing = standing_of(pseudonym)
    if standing is not None and standing.restricted_at:
        raise ProcessingRestricted


def is_erased(pseudonym: str) -> bool:
    """Say whether the person's erasure is on record: it stays there, and nobody comes back under the pseudonym."""
    subject = fingerprint(f"person/{pseudonym}")
    return db.session.scalar(select(Erasure.id).filter_by(subject=subject).limit(1)) is not None


def refuse_the_erased(pseudonym: str) -> None:
    """Raise BeingErased for somebody who is, or was; call it once more after the flush of what would be kept of them.

    Whoever writes first makes the other wait: SQLite by its one writer, PostgreSQL by a lock until the commit.
    """
    hold_the_person(pseudonym, exclusively=False)
    if is_erased(pseudonym):
        raise BeingErased


def hold_the_person(pseudonym: str, *, exclusively: bool) -> None:
    """Until the commit: those who keep something of a person go together, an erasure's mark waits and goes alone."""
    if db.engine.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if exclusively else func.pg_advisory_xact_lock_shared
        number = int.from_bytes(bytes.fromhex(fingerprint(f"person/{pseudonym}"))[:8], "big", signed=True)
        db.session.execute(select(lock(number)))
