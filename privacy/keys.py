"""Key files, the keys that are derived from one, and the keys of the whole shop."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privacy.errors import KeyFileUnsafe

KEY_BYTES = 32


@dataclass(frozen=True, repr=False)
class PersonalDataKeys:
    """The 32-byte keys of the whole shop, one for each use; `KeyRing` opens them."""

    pseudonyms: bytes
    columns: bytes
    audit: bytes
    """Of the audit chain."""
    receipts: bytes
    """The seed of the Ed25519 key that signs receipts of erasure."""
    ledger: bytes
    """Of the list of erasures."""


def read_key_file(path: Path) -> bytes:
    """Return the secret in `path`. Raises KeyFileUnsafe when it is missing, short, or not for its owner alone."""
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise KeyFileUnsafe(f"the key file {path} cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise KeyFileUnsafe(f"the key file {path} can be read by others: run `chmod 600 {path}`")
    if len(content) < KEY_BYTES:
        raise KeyFileUnsafe(f"the key file {path} holds {len(content)} bytes: at least {KEY_BYTES} are needed")
    return content


def create_key_file(path: Path) -> None:
    """Write a new random key to `path` (mode 0600) unless the file exists; two processes may race."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_key_file(partial, secrets.token_bytes(KEY_BYTES))
    try:
        os.link(partial, path)
    except FileExistsError:
        return
    finally:
        partial.unlink()


def write_key_file(path: Path, secret: bytes) -> None:
    """Write a secret to a new file of mode 0600, through to the disk. Raises FileExistsError, OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())


def derive_key(master_key: bytes, use: str) -> bytes:
    """Return the 32-byte key of one use; knowing it tells nothing of the master key or other uses (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"fashion-insta/{use}/1".encode()).derive(
        master_key
    )
