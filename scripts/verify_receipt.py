"""Check a receipt of erasure without the shop: python verify_receipt.py RECEIPT.json PUBLIC_KEY

PUBLIC_KEY: 64 hexadecimal digits, which you should have from somewhere else than the receipt (the shop's page
/erasures/public-key, or `flask privacy public-key`). Needs Python 3.9 or newer and the package `cryptography`.
Ends with 0 and says what was erased for a true receipt, with 1 and the reason for any other.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "fashion-insta/erasure-receipt/1"


def without_repetition(pairs):  # noqa: ANN001, ANN201 - short and without annotations, to be read by anyone
    """Refuse a key that stands twice: one program would read the first value, another the last."""
    if len({key for key, _value in pairs}) != len(pairs):
        raise ValueError("a key is repeated")
    return dict(pairs)


def no_fractions(text):  # noqa: ANN001, ANN201
    """Refuse numbers with more than one spelling."""
    raise ValueError(f"{text} is no whole number")


def verify(content, public_key):  # noqa: ANN001, ANN201
    """Return what a true receipt states. Raises ValueError, saying why, for any other."""
    receipt = json.loads(
        content, object_pairs_hook=without_repetition, parse_float=no_fractions, parse_constant=no_fractions
    )
    if not isinstance(receipt, dict) or not isinstance(receipt.get("signature"), str):
        raise ValueError("it is not signed")
    written = receipt.pop("signature")
    signature = base64.b64decode(written, validate=True)
    if base64.b64encode(signature).decode() != written:
        raise ValueError("its signature is written in another way than it was signed")
    key = bytes.fromhex(public_key)
    if receipt.get("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    if receipt.get("public_key_id") != hashlib.sha256(key).hexdigest()[:16]:
        raise ValueError("it was signed with another key")
    # What is signed: the statements with their keys sorted, no spaces, ASCII only.
    signed = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature:
        raise ValueError("it was altered, or never signed with this key") from None
    return receipt


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        stated = verify(Path(sys.argv[1]).read_bytes(), sys.argv[2])
    except (OSError, ValueError, RecursionError) as problem:
        sys.exit(f"NOT a true receipt: {problem}")
    print(
        f"A true receipt: {stated['scope']['kind']} erased at {stated['finished_at']}, {stated['scan']['found']} found."
    )
