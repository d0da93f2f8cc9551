"""What the law wants to know of each column that speaks of a person, said beside the column.

`flask privacy register` and the DPIA are made from these declarations; a test fails for a column without one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class LegalBasis(StrEnum):
    """Art. 6 GDPR."""

    CONSENT = "consent"  # 6(1)(a)
    CONTRACT = "contract"  # 6(1)(b)
    LEGAL_OBLIGATION = "legal obligation"  # 6(1)(c)
    LEGITIMATE_INTEREST = "legitimate interest"  # 6(1)(f)


class Protection(StrEnum):
    """Why the column's content alone tells nobody who is meant."""

    PSEUDONYM = "pseudonym"
    """A keyed pseudonym, or a keyed hash for look-up."""
    SEALED = "sealed"
    """Encrypted with AES-256-GCM."""
    HASHED = "hashed"
    """A password hash (Argon2id), or the hash of a random token."""
    LINKED = "linked by pseudonym"
    """A fact (a time, a state, a version) that belongs to someone only through the pseudonym beside it."""


class Category(StrEnum):
    """What is kept of a person; retention is set for each category."""

    PHOTOS = "photos"
    CONSENTS = "consents"
    WARDROBE = "wardrobe"
    STATISTICS = "statistics"
    TRAINING = "training"
    ACCOUNTS = "accounts"
    SESSIONS = "sessions"
    REQUESTS = "requests"
    EXPORTS = "exports"
    ERASURES = "erasures"
    AUDIT = "audit"
    BREACHES = "breaches"
    KEYS = "keys"
    JOBS = "jobs"
    CATALOGUE_WORK = "catalogue work"
    FAVOURITES = "favourites"
    OPINIONS = "opinions"
    SEARCHES = "searches"


@dataclass(frozen=True)
class Activity:
    """One processing activity: a row of the register (Art. 30)."""

    name: str
    category: Category
    title_fr: str
    title_en: str
    people_fr: str
    people_en: str
    """Categories of data subjects."""
    data_fr: str
    data_en: str
    """Categories of data."""
    purpose_fr: str
    purpose_en: str
    legal_basis: LegalBasis
    recipients_fr: str
    recipients_en: str
    erasure_fr: str
    erasure_en: str

    def words(self, about: str, language: str) -> str:
        """Return `title`, `people`, `data`, `purpose`, `recipients` or `erasure` in a language (fr or en)."""
        return str(getattr(self, f"{about}_{'fr' if language == 'fr' else 'en'}"))


@dataclass(frozen=True)
class Declaration:
    """What a column holds of a person; `activity` None: nothing."""

    activity: Activity | None
    protection: Protection | None = None


def personal(activity: Activity, protection: Protection) -> dict[str, Any]:
    """Return the `info` of a column that speaks of a person: `mapped_column(…, info=personal(PHOTOS, SEALED))`."""
    return {"data": Declaration(activity, protection)}


NOT_PERSONAL: dict[str, Any] = {"data": Declaration(None)}
"""The `info` of a column, or of a whole table (`__table_args__`), that speaks of nobody."""
