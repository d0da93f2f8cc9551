"""Signed receipts: that something was erased, when, how it was checked; nothing of whose it was.

A receipt is JSON. What is signed (Ed25519, RFC 8032) is its canonical form without the signature: keys sorted, no
spaces, ASCII only, whole numbers only. `scripts/verify_receipt.py` checks one without this application.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privacy.erasure_errors import ReceiptInvalid

FORMAT = "fashion-insta/erasure-receipt/1"
_KEY_ID_DIGITS = 16


class ReceiptSigner:
    """Signs receipts with one Ed25519 key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> str:
        """The key that checks receipts, 64 hexadecimal digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, statements: Mapping[str, Any]) -> str:
        """Return the receipt of these statements, readable JSON. Raises ReceiptInvalid when they cannot be signed."""
        signed = {**statements, "format": FORMAT, "public_key_id": key_id_of(self.public_key)}
        signature = base64.b64encode(self._key.sign(_canonical(signed))).decode()
        receipt = json.dumps({**signed, "signature": signature}, indent=2, sort_keys=True) + "\n"
        # Read back as everyone will: what has more than one spelling must not be signed.
        verify_receipt(receipt, public_key=self.public_key)
        return receipt


def verify_receipt(content: str | bytes, *, public_key: str) -> dict[str, Any]:
    """Return what a receipt states. Raises ReceiptInvalid, saying why, for any but a true one of this key."""
    receipt = _parsed(content)
    try:
        written = receipt.pop("signature")
        signature = base64.b64decode(written, validate=True)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    except KeyError as error:
        raise ReceiptInvalid("it is not signed") from error
    except (ValueError, TypeError) as error:
        raise ReceiptInvalid("its signature or the public key cannot be read") from error
    # The last sign but the padding has bits to spare: of its sixteen spellings one is the signed one.
    if base64.b64encode(signature).decode() != written:
        raise ReceiptInvalid("its signature is written in another way than it was signed")
    if receipt.get("format") != FORMAT:
        raise ReceiptInvalid(f"its format is not {FORMAT}")
    if receipt.get("public_key_id") != key_id_of(public_key):
        raise ReceiptInvalid("it was signed with another key")
    try:
        key.verify(signature, _canonical(receipt))
    except InvalidSignature as error:
        raise ReceiptInvalid("it was altered, or never signed with this key") from error
    return receipt


def key_id_of(public_key: str) -> str:
    """Return the short name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:_KEY_ID_DIGITS]


def _parsed(content: str | bytes) -> dict[str, Any]:
    try:
        receipt = json.loads(
            content, object_pairs_hook=_without_repetition, parse_float=_no_fraction, parse_constant=_no_fraction
        )
    except (ValueError, RecursionError) as error:
        raise ReceiptInvalid("it is not the JSON of a receipt") from error
    if not isinstance(receipt, dict):
        raise ReceiptInvalid("it is not the JSON of a receipt")
    return receipt


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of a repeated key one program reads the first value, another the last: no such receipt is true.
    if len({key for key, _value in pairs}) != len(pairs):
        raise ValueError("a key is repeated")
    return dict(pairs)


def _no_fraction(text: str) -> None:
    raise ValueError(f"{text} is no whole number: a fraction has more than one spelling")


def _canonical(statements: Mapping[str, Any]) -> bytes:
    return json.dumps(statements, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
