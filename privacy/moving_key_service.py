"""From one key service to another: what hangs on the former still opens, what is new hangs on the current."""

from collections.abc import Sequence

from privacy.errors import MasterKeyMissing
from privacy.key_service import KeyService, WrappedKey


class MovingKeyService:
    """`KeyService` while keys move to another service; a rotation moves them. The former service is left as it is."""

    def __init__(self, current: KeyService, *, former: KeyService) -> None:
        self._current = current
        self._former = former

    @property
    def key_id(self) -> str:
        return self._current.key_id

    def wrap(self, data_key: bytes, *, about: str) -> WrappedKey:
        return self._current.wrap(data_key, about=about)

    def unwrap(self, wrapped: WrappedKey, *, about: str) -> bytes:
        try:
            return self._current.unwrap(wrapped, about=about)
        except MasterKeyMissing:
            return self._former.unwrap(wrapped, about=about)

    def versions(self) -> Sequence[str]:
        return self._current.versions()

    def add_version(self) -> str:
        return self._current.add_version()

    def remove_version(self, key_id: str) -> None:
        self._current.remove_version(key_id)
