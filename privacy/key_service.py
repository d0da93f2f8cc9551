"""The port of master keys: they wrap and unwrap the data keys, and never leave their service."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class WrappedKey:
    """A data key that only the named version of the master key opens."""

    master_key_id: str
    wrapped: bytes


class KeyService(Protocol):
    """Wraps data keys under a master key, of which several versions are at hand during a rotation.

    Every method may raise KeyServiceUnavailable (out of reach, or not allowed) or KeyFileUnsafe (a local file).
    """

    @property
    def key_id(self) -> str:
        """The id of the current version: new keys are wrapped with it. Another process may change it at any time."""
        ...

    def wrap(self, data_key: bytes, *, about: str) -> WrappedKey:
        """Return a 32-byte key wrapped with the current version and bound to `about` (what it opens)."""
        ...

    def unwrap(self, wrapped: WrappedKey, *, about: str) -> bytes:
        """Return the data key. Raises MasterKeyMissing, or CannotBeDecrypted when bytes or `about` differ."""
        ...

    def versions(self) -> Sequence[str]:
        """Return the ids that keys can be unwrapped with, the current one last."""
        ...

    def add_version(self) -> str:
        """Make a new version and make it current; return its id. The former ones still unwrap."""
        ...

    def remove_version(self, key_id: str) -> None:
        """Take a former version away for good; nothing happens when it is gone. Raises MasterKeyInUse: the current."""
        ...
