"""What a person tells the shop about themselves: a name to be called by, their sizes, what they like."""

from dataclasses import asdict, dataclass, field

from accounts.models import Account
from accounts.people import note_of
from privacy.keys import PersonalDataKeys
from privacy.sealed_columns import place, seal_json, seal_text, unseal_json, unseal_text
from storage.database import db

MAX_NAME_CHARACTERS = 80
GARMENT_SIZES = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL")
TROUSER_SIZES = tuple(str(size) for size in range(32, 56, 2))
SHOE_SIZES = tuple(str(size) for size in range(34, 49))


@dataclass(frozen=True)
class Profile:
    """All of it may be empty; nothing of it is asked for elsewhere."""

    name: str = ""
    garment_size: str = ""
    trouser_size: str = ""
    shoe_size: str = ""
    favourite_categories: list[str] = field(default_factory=list)


def name_on_one_line(text: str) -> str:
    """Return a name as it is kept: no line breaks, no invisible signs, single spaces."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS]


def profile_of(account: Account, keys: PersonalDataKeys) -> Profile:
    """Return the account's profile. Raises CannotBeDecrypted."""
    name, preferences = account.name_sealed, account.preferences_sealed
    return Profile(
        name=unseal_text(keys, name, about=_place(account, "name")) if name else "",
        **(unseal_json(keys, preferences, about=_place(account, "preferences")) if preferences else {}),
    )


def change_profile(account: Account, profile: Profile, keys: PersonalDataKeys, *, actor: str = "") -> None:
    """Keep the profile in place of the former one; flushes, does not commit. The audit learns that, not what."""
    preferences = asdict(profile)
    name = preferences.pop("name")
    account.name_sealed = seal_text(keys, name, about=_place(account, "name")) if name else None
    sealed = seal_json(keys, preferences, about=_place(account, "preferences"))
    account.preferences_sealed = sealed if any(preferences.values()) else None
    note_of(account, "account.profile_changed", keys, actor=actor)
    db.session.flush()


def _place(account: Account, column: str) -> str:
    return place("account", account.id, column)
