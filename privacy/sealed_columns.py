"""Sealed columns: text and small structures that the database itself cannot read (e-mail, TOTP secrets, free text).

A sealed column is a `LargeBinary`. What is looked up has a keyed hash beside it (`Pseudonymiser`), never the text.
"""

import json
from typing import Any

from privacy.encryption import seal, unseal
from privacy.keys import PersonalDataKeys


def place(table: str, row: str | int, column: str) -> str:
    """Return what a sealed value is bound to, `account/ab12…/email`: moved to another row it does not open."""
    return f"{table}/{row}/{column}"


def seal_text(keys: PersonalDataKeys, value: str, *, about: str) -> bytes:
    """Return `value` sealed for the `about` that `place` names; twice the same text gives two different seals."""
    return seal(keys.columns, value.encode(), about=about)


def unseal_text(keys: PersonalDataKeys, sealed: bytes, *, about: str) -> str:
    """Return the text. Raises CannotBeDecrypted when key, bytes or place differ."""
    return unseal(keys.columns, sealed, about=about).decode()


def seal_json(keys: PersonalDataKeys, value: Any, *, about: str) -> bytes:
    """Return a structure that JSON can hold (preferences, corrections), sealed. Raises TypeError for any other."""
    return seal_text(keys, json.dumps(value, ensure_ascii=False, sort_keys=True), about=about)


def unseal_json(keys: PersonalDataKeys, sealed: bytes, *, about: str) -> Any:
    """Return the structure. Raises CannotBeDecrypted when key, bytes or place differ."""
    return json.loads(unseal_text(keys, sealed, about=about))
