"""A new master key: every wrapped key is re-wrapped while the shop serves, and then the former version goes.

There is no record of a rotation: how far it is shows in the store and in the key service. Killed at any point and run
again, it goes on where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass

from privacy.errors import CannotBeDecrypted, MasterKeyMissing, WrongMasterKey
from privacy.key_service import KeyService
from privacy.key_store import KeyStore

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RotationReport:
    """What a rotation did."""

    current: str
    rewrapped: int
    removed: tuple[str, ...]
    """Former versions that nothing hangs on any more."""
    stuck: tuple[str, ...]
    """Keys that could not be opened: damaged, or under a master key that is not at hand. They were left as they are."""


class KeyRotation:
    """The steps of one rotation; each may be repeated, and another process may make, open and destroy keys between."""

    def __init__(self, store: KeyStore, service: KeyService) -> None:
        self._store = store
        self._service = service

    @property
    def is_under_way(self) -> bool:
        """Say whether an earlier rotation was cut short: former versions, or keys that hang on one."""
        return len(self._service.versions()) > 1 or any(map(self._opens, self._store.names_under_former()))

    def begin(self) -> str:
        """Make a new version, unless a rotation is under way; return the id of the current one.

        Raises WrongMasterKey when no key hangs on the current one: it is another shop's, and would be taken away.
        """
        current = self._service.key_id
        if self.is_under_way:
            return current
        needed = self._store.master_key_ids()
        if needed and current not in needed:
            raise WrongMasterKey(current, min(needed))
        return self._service.add_version()

    def rewrap_all(self, on_progress: Progress = lambda done, total: None) -> tuple[int, tuple[str, ...]]:
        """Re-wrap what does not hang on the current version; return how many, and what could not be opened."""
        rewrapped, stuck = 0, set[str]()
        while names := [about for about in self._store.names_under_former() if about not in stuck]:
            for number, about in enumerate(names, start=1):
                try:
                    rewrapped += self._store.rewrap(about)
                except (MasterKeyMissing, CannotBeDecrypted):
                    stuck.add(about)
                on_progress(number, len(names))
        return rewrapped, tuple(sorted(stuck))

    def remove_former(self) -> tuple[str, ...]:
        """Take away each former version that no key hangs on; return their ids."""
        # A key whose destruction was cut short is not re-wrapped, and would hold its master key for ever.
        self._store.sweep()
        # The versions before the keys: one that another rotation makes meanwhile is not among them.
        former = [version for version in self._service.versions() if version != self._service.key_id]
        needed = self._store.master_key_ids()
        free = tuple(version for version in former if version not in needed)
        for version in free:
            self._service.remove_version(version)
        return free

    def _opens(self, about: str) -> bool:
        try:
            self._store.open_key(about)
        except (MasterKeyMissing, CannotBeDecrypted):
            return False
        return True


def rotate_keys(rotation: KeyRotation, on_progress: Progress = lambda done, total: None) -> RotationReport:
    """Go through a whole rotation, or through the rest of one that was cut short."""
    current = rotation.begin()
    rewrapped, stuck = rotation.rewrap_all(on_progress)
    return RotationReport(current, rewrapped, rotation.remove_former(), stuck)
