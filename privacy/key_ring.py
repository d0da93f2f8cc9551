"""The keys of the whole shop, one for each use, wrapped in the keys store like any other."""

from collections.abc import Callable
from dataclasses import fields

from privacy.errors import KeyExists, KeyMissing, KeyRingLost
from privacy.key_store import RING, KeyStore
from privacy.keys import PersonalDataKeys

_FIRST = "pseudonyms"


class KeyRing:
    """Opens a key when it is first asked for, makes it at the very first use, and remembers it in the process."""

    def __init__(self, store: Callable[[], KeyStore], is_first_use: Callable[[], bool]) -> None:
        """is_first_use: says whether the shop knows nobody yet; only then may a ring be begun."""
        self._store = store
        self._is_first_use = is_first_use
        self._opened: dict[str, bytes] = {}

    def key(self, use: str) -> bytes:
        """Return the key of a use. Raises KeyRingLost when the shop knows people and the ring is gone."""
        if use not in self._opened:
            self._opened[use] = self._open_or_make(use)
        return self._opened[use]

    def personal_data_keys(self) -> PersonalDataKeys:
        """Return the keys of all uses."""
        return PersonalDataKeys(**{field.name: self.key(field.name) for field in fields(PersonalDataKeys)})

    def _open_or_make(self, use: str) -> bytes:
        store, about = self._store(), f"{RING}{use}"
        try:
            return store.open_key(about)
        except KeyMissing:
            # A later version of the shop may need a further key; a ring without its first key was lost as a whole.
            if not (store.has_key(f"{RING}{_FIRST}") or self._is_first_use()):
                raise KeyRingLost(use) from None
        try:
            return store.new_key(about)
        except KeyExists:
            return store.open_key(about)
