"""Consent for one photo and one purpose: the words, the record, the withdrawal."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from privacy.errors import ConsentMissing
from privacy.models import ConsentRecord
from storage.database import db, now


class Purpose(StrEnum):
    """What a photo may be used for."""

    RECOMMENDATION = "recommendation"
    """Find similar items: without it the photo is not looked at."""
    WARDROBE = "wardrobe"
    """Keep the photo and its garments in the person's wardrobe."""
    STATISTICS = "statistics"
    """Count its garments in anonymous statistics."""
    TRAINING = "training"
    """Improve the models with it."""


@dataclass(frozen=True)
class ConsentText:
    """What a person agrees to; a change of words is a new version."""

    version: str
    fr: str
    en: str

    def words(self, language: str) -> str:
        """Return the text in `language` (fr or en)."""
        return self.fr if language == "fr" else self.en

    def sha256(self, language: str) -> str:
        """Return the hash of the words shown, hexadecimal: the record proves which text was read."""
        return hashlib.sha256(self.words(language).encode()).hexdigest()


CONSENT_TEXTS = {
    Purpose.RECOMMENDATION: ConsentText(
        version="2026-11",
        fr=(
            "J’accepte que cette photo soit analysée pour y reconnaître des vêtements et me proposer des articles "
            "similaires. Elle est chiffrée, n’est montrée à personne d’autre, ne sert à rien d’autre, et je peux "
            "l’effacer à tout moment."
        ),
        en=(
            "I agree that this photo is analysed to recognise clothes and to suggest similar items. It is encrypted, "
            "shown to nobody else, used for nothing else, and I can erase it at any time."
        ),
    )
}


def require_consent(given: str | None, purpose: Purpose) -> None:
    """Raise ConsentMissing unless `given` names the purpose. Call it before a byte of the photo is decoded."""
    if given != purpose.value:
        raise ConsentMissing(purpose.value)


def record_consent(*, pseudonym: str, photo_id: str, purpose: Purpose, language: str) -> ConsentRecord:
    """Record that this person agreed to the purpose's current text; flushes, does not commit."""
    text = CONSENT_TEXTS[purpose]
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


def withdraw_consents(photo_id: str) -> None:
    """Mark every consent for the photo as withdrawn, now; flushes, does not commit."""
    for record in db.session.scalars(select(ConsentRecord).filter_by(photo_id=photo_id, withdrawn_at=None)):
        record.withdrawn_at = now()
    db.session.flush()


def has_consent(photo_id: str, purpose: Purpose) -> bool:
    """Say whether the photo's owner agreed to the purpose and has not withdrawn."""
    given = select(ConsentRecord.id).filter_by(photo_id=photo_id, purpose=purpose.value, withdrawn_at=None)
    return db.session.scalar(given.limit(1)) is not None
