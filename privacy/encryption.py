"""AES-256-GCM: sealed bytes open only with the same key and for the same place."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.errors import CannotBeDecrypted

_NONCE_BYTES = 12


def seal(key: bytes, content: bytes, *, about: str) -> bytes:
    """Return `content` encrypted and bound to `about` (the place it belongs to): nonce, ciphertext, tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def unseal(key: bytes, sealed: bytes, *, about: str) -> bytes:
    """Return what was sealed. Raises CannotBeDecrypted when key, bytes or place differ."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotBeDecrypted(about) from error
