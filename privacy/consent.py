"""Consent for one photo and one purpose: the record, the question whether it stands, the withdrawal."""

from collections.abc import Iterable

from sqlalchemy import select

from privacy.consent_texts import CONSENT_TEXTS, ConsentText, Purpose
from privacy.errors import ConsentMissing, UnknownPurpose
from privacy.models import ConsentRecord
from storage.database import db, now

__all__ = ["CONSENT_TEXTS", "ConsentText", "Purpose"]


def purposes_named(words: Iterable[str]) -> frozenset[Purpose]:
    """Return the purposes that a form or a request names; repeated ones count once, empty words for nothing.

    Raises UnknownPurpose.
    """
    named = {word for word in words if word}
    unknown = named - set(Purpose)
    if unknown:
        raise UnknownPurpose(min(unknown))
    return frozenset(Purpose(word) for word in named)


def require_consent(given: Iterable[Purpose], purpose: Purpose) -> None:
    """Raise ConsentMissing unless the purpose was given. Call it before a byte of the photo is decoded."""
    if purpose not in given:
        raise ConsentMissing(purpose.value)


def give_consent(*, pseudonym: str, photo_id: str, purpose: Purpose, language: str) -> ConsentRecord:
    """Record that this person agrees to the purpose's current text; flushes, does not commit.

    Given again while it stands, the first record stays; agreed to in new words, a record of these is added.
    """
    text = CONSENT_TEXTS[purpose]
    standing = consents_in_force(photo_id).get(purpose)
    if standing is not None and standing.text_version == text.version:
        return standing
    record = ConsentRecord(
        pseudonym=pseudonym,
        photo_id=photo_id,
        purpose=purpose.value,
        text_version=text.version,
        text_sha256=text.sha256(language),
        language=language,
    )
    db.session.add(record)
    db.session.flush()
    return record


def withdraw_consent(photo_id: str, purpose: Purpose) -> bool:
    """Mark the consent as withdrawn, now; say whether there was one. Flushes, does not commit.

    From here on nothing may use the photo for it; `privacy/withdrawals.py` erases what rested on it.
    """
    standing = select(ConsentRecord).filter_by(photo_id=photo_id, purpose=purpose.value, withdrawn_at=None)
    records = db.session.scalars(standing).all()
    for record in records:
        record.withdrawn_at = now()
    db.session.flush()
    return bool(records)


def withdraw_consents(photo_id: str) -> None:
    """Mark every consent for the photo as withdrawn, now; flushes, does not commit."""
    for purpose in Purpose:
        withdraw_consent(photo_id, purpose)


def has_consent(photo_id: str, purpose: Purpose) -> bool:
    """Say whether the photo's owner agreed to the purpose and has not withdrawn."""
    given = select(ConsentRecord.id).filter_by(photo_id=photo_id, purpose=purpose.value, withdrawn_at=None)
    return db.session.scalar(given.limit(1)) is not None


def consents_in_force(photo_id: str) -> dict[Purpose, ConsentRecord]:
    """Return what the photo may be used for at present, each purpose with its newest record."""
    standing = select(ConsentRecord).filter_by(photo_id=photo_id, withdrawn_at=None).order_by(ConsentRecord.id)
    return {Purpose(record.purpose): record for record in db.session.scalars(standing)}


def is_recorded(photo_id: str, pseudonym: str) -> bool:
    """Say whether this person ever agreed to anything for the photo, withdrawn or not."""
    given = select(ConsentRecord.id).filter_by(photo_id=photo_id, pseudonym=pseudonym)
    return db.session.scalar(given.limit(1)) is not None
