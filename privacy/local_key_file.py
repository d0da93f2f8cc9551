"""The master key in a local file; during a rotation its former versions lie beside it.

`master.key` is always the current version; a former one is `master.key.local-0123456789abcdef.old`, named by its id,
which is computed from its content: a file that was swapped or restored by mistake is noticed.
"""

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from privacy.encryption import seal, unseal
from privacy.errors import KeyFileUnsafe, MasterKeyInUse, MasterKeyMissing
from privacy.key_service import WrappedKey
from privacy.keys import KEY_BYTES, derive_key, read_key_file, write_key_file

_KEY_ID = re.compile(r"local-[0-9a-f]{16}")


class LocalKeyFile:
    """`KeyService` on a file of mode 0600: AES-256-GCM under a key derived from its content.

    The files are read anew each time: a rotation in another process acts at once, and no secret rests in memory.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def key_id(self) -> str:
        return _id_of(read_key_file(self._path))

    def wrap(self, data_key: bytes, *, about: str) -> WrappedKey:
        secret = read_key_file(self._path)
        return WrappedKey(_id_of(secret), seal(_wrapping_key(secret), data_key, about=about))

    def unwrap(self, wrapped: WrappedKey, *, about: str) -> bytes:
        return unseal(_wrapping_key(self._secret(wrapped.master_key_id)), wrapped.wrapped, about=about)

    def versions(self) -> list[str]:
        current = self.key_id
        return [*sorted(set(self._former_ids()) - {current}), current]

    def add_version(self) -> str:
        secret = secrets.token_bytes(KEY_BYTES)
        partial = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            # One at a time: of two that make a version at once, one would overwrite the other's.
            with FileLock(f"{self._path}.lock"):
                write_key_file(partial, secret)
                # First the former version gets its second name, then the first is taken: no moment without either.
                former = self._former_path(self.key_id)
                former.unlink(missing_ok=True)
                former.hardlink_to(self._path)
                partial.replace(self._path)
                _sync_folder(self._path.parent)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise KeyFileUnsafe(f"no new master key can be put at {self._path}: {error.strerror}") from error
        return _id_of(secret)

    def remove_version(self, key_id: str) -> None:
        if key_id == self.key_id:
            raise MasterKeyInUse(key_id)
        former = self._former_path(key_id)
        if former.exists():
            former.write_bytes(bytes(former.stat().st_size))
            former.unlink()
            _sync_folder(former.parent)

    def _secret(self, key_id: str) -> bytes:
        secret = read_key_file(self._path)
        if _id_of(secret) == key_id:
            return secret
        former = self._former_path(key_id)
        if former.exists() and _id_of(secret := read_key_file(former)) == key_id:
            return secret
        raise MasterKeyMissing(key_id, str(self._path))

    def _former_path(self, key_id: str) -> Path:
        if not _KEY_ID.fullmatch(key_id):
            raise MasterKeyMissing(key_id, str(self._path))
        return self._path.with_name(f"{self._path.name}.{key_id}.old")

    def _former_ids(self) -> Iterator[str]:
        for path in self._path.parent.glob(f"{self._path.name}.local-*.old"):
            yield path.name.removeprefix(f"{self._path.name}.").removesuffix(".old")


def _id_of(secret: bytes) -> str:
    return f"local-{derive_key(secret, 'id')[:8].hex()}"


def _wrapping_key(secret: bytes) -> bytes:
    return derive_key(secret, "wrapping")


def _sync_folder(folder: Path) -> None:
    """Make new names in the folder last, power cut or not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
