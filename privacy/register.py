"""The register of processing (Art. 30 GDPR), made from the declarations beside the columns and the periods in force."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData

from privacy.activities import ACTIVITIES
from privacy.declarations import Activity, Category, LegalBasis, Protection
from privacy.declared_columns import DeclaredColumn, personal_columns, protected_share
from privacy.retention import RULES, RetentionPolicy, Rule
from privacy.words import Words

LEGAL_BASES: Mapping[LegalBasis, Words] = {
    LegalBasis.CONSENT: Words("consentement, art. 6(1)(a)", "consent, Art. 6(1)(a)"),
    LegalBasis.CONTRACT: Words("contrat, art. 6(1)(b)", "contract, Art. 6(1)(b)"),
    LegalBasis.LEGAL_OBLIGATION: Words("obligation légale, art. 6(1)(c)", "legal obligation, Art. 6(1)(c)"),
    LegalBasis.LEGITIMATE_INTEREST: Words("intérêt légitime, art. 6(1)(f)", "legitimate interest, Art. 6(1)(f)"),
}
PROTECTIONS: Mapping[Protection, Words] = {
    Protection.SEALED: Words("chiffré", "encrypted"),
    Protection.PSEUDONYM: Words("pseudonyme", "pseudonym"),
    Protection.HASHED: Words("haché", "hashed"),
    Protection.LINKED: Words("rattaché au seul pseudonyme", "linked by pseudonym only"),
}
TRANSFERS = Words(
    "Aucun transfert hors de l’Union européenne : le serveur ne parle qu’aux hôtes que ses réglages nomment.",
    "No transfer outside the European Union: the server talks only to the hosts that its settings name.",
)
WITHOUT_A_RULE: Mapping[Category, Words] = {
    Category.KEYS: Words(
        "Aussi longtemps que ce que la clé ouvre, puis détruite", "As long as what the key opens, then destroyed"
    ),
    Category.AUDIT: Words(
        "Journal d’audit : cinq ans au moins, sans purge. La base n’en laisse effacer aucune entrée, et après un "
        "effacement ses pseudonymes ne mènent plus à personne",
        "Audit log: five years at least, never purged. The database lets no entry be deleted, and after an erasure "
        "its pseudonyms lead to nobody any more",
    ),
}
"""What is kept by another measure than days that the officer sets."""


@dataclass(frozen=True)
class Controller:
    """Who answers for the processing (Art. 30(1)(a))."""

    name: str
    address: str
    contact: str


@dataclass(frozen=True)
class RegisterEntry:
    """One processing activity, with the columns that it fills and the periods in force."""

    activity: Activity
    columns: tuple[DeclaredColumn, ...]
    periods: tuple[tuple[Rule, int], ...]

    @property
    def tables(self) -> dict[str, list[DeclaredColumn]]:
        """`store.table` -> its columns, in their order."""
        tables: dict[str, list[DeclaredColumn]] = {}
        for column in self.columns:
            tables.setdefault(f"{column.store}.{column.table}", []).append(column)
        return tables

    @property
    def protections(self) -> Counter[Protection]:
        """How many columns are protected in which way."""
        return Counter(column.declaration.protection for column in self.columns if column.declaration)  # type: ignore[misc]

    def retention_in_words(self, language: str) -> list[str]:
        """Return each period: `Photos, with an account: 7 days since the photo was sent`."""
        other = WITHOUT_A_RULE.get(self.activity.category)
        colon = "\u00a0:" if language == "fr" else ":"
        return [
            *([other.of(language)] if other else []),
            *(
                f"{rule.title(language)}{colon} {rule.period(amount, language)} {rule.since(language)}"
                for rule, amount in self.periods
            ),
        ]


@dataclass(frozen=True)
class Register:
    """Every activity, and the figure for all their columns."""

    controller: Controller
    entries: tuple[RegisterEntry, ...]

    @property
    def columns(self) -> list[DeclaredColumn]:
        return [column for entry in self.entries for column in entry.columns]

    @property
    def protected_share(self) -> float:
        """The share (0 to 1) of personal columns that are encrypted or pseudonymised."""
        return protected_share(self.columns)

    def as_json(self, language: str) -> dict[str, Any]:
        """Return the register ready for JSON, its words in a language (fr or en)."""
        return {
            "language": language,
            "controller": vars(self.controller),
            "personal_columns": len(self.columns),
            "protected_columns": sum(column.is_protected for column in self.columns),
            "protected_share": self.protected_share,
            "transfers": TRANSFERS.of(language),
            "activities": [_entry_as_json(entry, language) for entry in self.entries],
        }


def register_of(stores: Mapping[str | None, MetaData], policy: RetentionPolicy, controller: Controller) -> Register:
    """Return the register of what the stores' columns declare; an activity without a column is left out."""
    columns = personal_columns(stores)
    entries = (
        RegisterEntry(
            activity,
            tuple(column for column in columns if column.activity is activity),
            tuple((rule, policy.amount(rule)) for rule in RULES.values() if rule.category is category),
        )
        for category, activity in ACTIVITIES.items()
    )
    return Register(controller, tuple(entry for entry in entries if entry.columns))


def _entry_as_json(entry: RegisterEntry, language: str) -> dict[str, Any]:
    activity = entry.activity
    return {
        "name": activity.name,
        **{about: activity.words(about, language) for about in ("title", "people", "data", "purpose")},
        "legal_basis": LEGAL_BASES[activity.legal_basis].of(language),
        "recipients": activity.words("recipients", language),
        "erasure": activity.words("erasure", language),
        "retention": [{"rule": rule.name, "amount": amount, "unit": rule.unit.value} for rule, amount in entry.periods],
        "retention_in_words": entry.retention_in_words(language),
        "columns": [
            {"store": each.store, "table": each.table, "column": each.column.name, "protection": _protection(each)}
            for each in entry.columns
        ],
    }


def _protection(column: DeclaredColumn) -> str:
    protection = column.declaration.protection if column.declaration else None
    return protection.name.lower() if protection else "none"
