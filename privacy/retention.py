"""How long each category of data is kept: the rules with their bounds, the officer's choice, what has lapsed by it."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from privacy.declarations import Category
from privacy.errors import PeriodOutOfBounds


class Unit(StrEnum):
    """What a period is counted in."""

    MINUTES = "minutes"
    DAYS = "days"
    MONTHS = "months"


_UNIT_WORDS = {
    Unit.MINUTES: {"fr": ("minute", "minutes"), "en": ("minute", "minutes")},
    Unit.DAYS: {"fr": ("jour", "jours"), "en": ("day", "days")},
    Unit.MONTHS: {"fr": ("mois", "mois"), "en": ("month", "months")},
}


@dataclass(frozen=True)
class Rule:
    """One period that the officer may set within bounds (both allowed), and from when it runs."""

    name: str
    category: Category
    unit: Unit
    least: int
    usual: int
    most: int
    title_fr: str
    title_en: str
    since_fr: str
    since_en: str

    def title(self, language: str) -> str:
        """Return what the rule is about, in a language (fr or en)."""
        return self.title_fr if language == "fr" else self.title_en

    def since(self, language: str) -> str:
        """Return from when the period runs, in words."""
        return self.since_fr if language == "fr" else self.since_en

    def period(self, amount: int, language: str) -> str:
        """Return a period in words: `7 days`."""
        singular, plural = _UNIT_WORDS[self.unit]["fr" if language == "fr" else "en"]
        # French counts 0 and 1 as one, English 1 alone.
        is_one = amount == 1 or (amount == 0 and language == "fr")
        return f"{amount} {singular if is_one else plural}"

    def before(self, at: datetime, amount: int) -> datetime:
        """Return the moment `amount` of the rule's units before `at`: what is older has lapsed."""
        match self.unit:
            case Unit.MINUTES:
                return at - timedelta(minutes=amount)
            case Unit.DAYS:
                return at - timedelta(days=amount)
        return months_before(at, amount)

    def after(self, at: datetime, amount: int) -> datetime:
        """Return the moment `amount` of the rule's units after `at`."""
        return self.before(at, -amount)


VISIT_PHOTO = Rule(
    "visit_photo_minutes", Category.PHOTOS, Unit.MINUTES, 1, 30, 240,
    "Photos, sans compte", "Photos, without an account",
    "depuis le dernier regard sur la photo", "since the last look at the photo",
)  # fmt: skip
ACCOUNT_PHOTO = Rule(
    "account_photo_days", Category.PHOTOS, Unit.DAYS, 1, 7, 365,
    "Photos, avec un compte", "Photos, with an account",
    "depuis l’envoi", "since the photo was sent",
)  # fmt: skip
INACTIVE_WARDROBE = Rule(
    "wardrobe_inactivity_months", Category.WARDROBE, Unit.MONTHS, 3, 12, 36,
    "Garde-robe et ses photos, compte inactif", "Wardrobe and its photos, inactive account",
    "depuis la dernière connexion, après un avertissement", "since the last log-in, after a warning",
)  # fmt: skip
INACTIVE_ACCOUNT = Rule(
    "account_inactivity_months", Category.ACCOUNTS, Unit.MONTHS, 6, 24, 36,
    "Comptes inactifs", "Inactive accounts",
    "depuis la dernière connexion, après un avertissement", "since the last log-in, after a warning",
)  # fmt: skip
WARNING = Rule(
    "warning_days", Category.ACCOUNTS, Unit.DAYS, 14, 30, 60,
    "Avertissement d’inactivité", "Warning of inactivity",
    "avant l’effacement d’une garde-robe ou d’un compte", "before a wardrobe or an account is erased",
)  # fmt: skip
CONSENT = Rule(
    "consent_days", Category.CONSENTS, Unit.DAYS, 0, 365, 1825,
    "Preuves de consentement", "Proofs of consent",
    "depuis le retrait, ou l’effacement de la photo", "since the withdrawal, or since the photo was erased",
)  # fmt: skip
STATISTICS = Rule(
    "statistics_days", Category.STATISTICS, Unit.DAYS, 30, 365, 1095,
    "Décomptes pour les statistiques", "Counts for statistics",
    "depuis le décompte", "since it was counted",
)  # fmt: skip
TRAINING = Rule(
    "training_days", Category.TRAINING, Unit.DAYS, 30, 365, 1095,
    "Réserve d’entraînement", "Training pool",
    "depuis le versement", "since it was added",
)  # fmt: skip
SESSION = Rule(
    "session_days", Category.SESSIONS, Unit.DAYS, 1, 30, 365,
    "Connexions ouvertes", "Open log-ins",
    "depuis la connexion", "since the log-in",
)  # fmt: skip
REQUEST = Rule(
    "request_days", Category.REQUESTS, Unit.DAYS, 365, 1095, 1825,
    "Demandes d’exercice des droits", "Requests about rights",
    "depuis la réponse", "since the answer",
)  # fmt: skip
EXPORT = Rule(
    "export_days", Category.EXPORTS, Unit.DAYS, 1, 7, 30,
    "Archives remises aux personnes", "Archives for persons",
    "depuis leur création", "since they were made",
)  # fmt: skip
# Never shorter than backups of the keys may be kept (KEY_BACKUP_DAYS): a restored backup must not bring anybody back.
ERASURE = Rule(
    "erasure_days", Category.ERASURES, Unit.DAYS, 365, 1095, 1825,
    "Traces des effacements", "Records of erasures",
    "depuis l’effacement", "since the erasure",
)  # fmt: skip
ALERT = Rule(
    "alert_days", Category.AUDIT, Unit.DAYS, 90, 365, 1825,
    "Alertes closes", "Closed alerts",
    "depuis la clôture", "since it was closed",
)  # fmt: skip
BREACH = Rule(
    "breach_days", Category.BREACHES, Unit.DAYS, 1095, 1825, 3650,
    "Violations closes", "Closed breaches",
    "depuis la consignation", "since it was recorded",
)  # fmt: skip
JOB = Rule(
    "job_days", Category.JOBS, Unit.DAYS, 1, 30, 365,
    "Travaux de fond terminés", "Finished background jobs",
    "depuis la fin du travail", "since the job ended",
)  # fmt: skip
CATALOGUE_WORK = Rule(
    "catalogue_work_days", Category.CATALOGUE_WORK, Unit.DAYS, 30, 365, 1095,
    "Historique du catalogue", "History of the catalogue",
    "depuis le changement", "since the change",
)  # fmt: skip

FAVOURITE = Rule(
    "favourite_months", Category.FAVOURITES, Unit.MONTHS, 3, 24, 60,
    "Favoris", "Favourites",
    "depuis leur ajout", "since they were added",
)  # fmt: skip
OPINION = Rule(
    "opinion_days", Category.OPINIONS, Unit.DAYS, 30, 365, 1095,
    "Avis sur les résultats", "Opinions of matches",
    "depuis l’avis", "since it was given",
)  # fmt: skip
SEARCH = Rule(
    "search_days", Category.SEARCHES, Unit.DAYS, 30, 365, 1095,
    "Recherches comptées", "Counted searches",
    "depuis le décompte", "since it was counted",
)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            VISIT_PHOTO,
            ACCOUNT_PHOTO,
            INACTIVE_WARDROBE,
            INACTIVE_ACCOUNT,
            WARNING,
            SESSION,
            CONSENT,
            STATISTICS,
            TRAINING,
            EXPORT,
            REQUEST,
            ERASURE,
            ALERT,
            BREACH,
            JOB,
            CATALOGUE_WORK,
            FAVOURITE,
            OPINION,
            SEARCH,
        )
    }
)
"""Every rule by its name, in the order of the officer's page.

Keys have none: they go with what they open. Nor have audit entries: the database lets nobody delete one.
"""


@dataclass(frozen=True)
class RetentionPolicy:
    """The period in force for each rule; `from_amounts` makes one, so that none is out of bounds."""

    amounts: Mapping[str, int]

    @classmethod
    def from_amounts(cls, amounts: Mapping[str, int]) -> "RetentionPolicy":
        """Return the policy of these periods; a rule that is not named has its usual one. Raises PeriodOutOfBounds."""
        for name, amount in amounts.items():
            rule = RULES[name]
            if not rule.least <= amount <= rule.most:
                raise PeriodOutOfBounds(name, amount, rule.least, rule.most)
        return cls(MappingProxyType({name: amounts.get(name, rule.usual) for name, rule in RULES.items()}))

    def amount(self, rule: Rule) -> int:
        """Return the period of a rule, in its unit."""
        return self.amounts[rule.name]

    def before(self, rule: Rule, at: datetime) -> datetime:
        """Return the moment before which a rule's data has lapsed at `at`."""
        return rule.before(at, self.amount(rule))

    def after(self, rule: Rule, at: datetime) -> datetime:
        """Return when what is of `at` lapses by a rule."""
        return rule.after(at, self.amount(rule))

    def words_of(self, rule: Rule) -> str:
        """Return the rule as a record keeps it: `account_photo_days=7`."""
        return f"{rule.name}={self.amount(rule)}"


@dataclass(frozen=True)
class LapsedItem:
    """One thing that is kept too long; its date is that from which the rule runs, the pseudonym empty for nobody's."""

    key: str
    pseudonym: str
    since: datetime
    rule: Rule


class Lapsing(Protocol):
    """A store of personal data that knows the age of what it keeps; `wiring.py` lists them beside the sources.

    A preview and a purge ask the same `lapsed`.
    """

    @property
    def category(self) -> Category: ...

    @property
    def store(self) -> str | None:
        """The bind that `erase_lapsed` writes to (None: the shop)."""
        ...

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> Sequence[LapsedItem]:
        """Return what has lapsed at `at`, oldest first; changes nothing."""
        ...

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        """Erase these; one that is gone already is no error. Flushes, the caller commits."""
        ...


def months_before(at: datetime, months: int) -> datetime:
    """Return the same day and time `months` calendar months earlier (later for a negative number).

    Where the month has no such day, it is its last one.
    """
    month_index = at.year * 12 + at.month - 1 - months
    year, month = month_index // 12, month_index % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
