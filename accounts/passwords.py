"""Passwords: what is asked of a new one (NIST SP 800-63B), and how it is kept (Argon2id)."""

import gzip
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from accounts.errors import PasswordTooWeak, Weakness

MIN_CHARACTERS = 10
MAX_CHARACTERS = 200
_FEWEST_DIFFERENT = 5
_SHORTEST_TELLING = 4

_hasher = PasswordHasher()
# Checked when no account has the e-mail, so that both answers take equally long.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b6dWRWJTmaaJObG6sMbpVU3lB8"
# The 20,000 most used ones (R. Williams), as shipped with Django (BSD-3-Clause).
_COMMON = Path(__file__).with_name("common_passwords.txt.gz")
_ORNAMENT = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def check_new_password(password: str, *, email: str) -> None:
    """Raise PasswordTooWeak for a password that would be guessed; no rule asks for capitals, digits or signs."""
    text = _normal(password)
    if len(text) < MIN_CHARACTERS:
        raise PasswordTooWeak(Weakness.TOO_SHORT)
    if len(text) > MAX_CHARACTERS:
        raise PasswordTooWeak(Weakness.TOO_LONG)
    plain = text.casefold()
    if len(set(plain)) < _FEWEST_DIFFERENT or len(_unit(plain)) < _FEWEST_DIFFERENT:
        raise PasswordTooWeak(Weakness.TOO_UNIFORM)
    # `sunshine2024!` and `sunshinesunshine` are guessed as soon as `sunshine` is.
    if not _common().isdisjoint({plain, _unit(plain), _ORNAMENT.sub("", plain), _unit(_ORNAMENT.sub("", plain))}):
        raise PasswordTooWeak(Weakness.TOO_COMMON)
    if _is_made_of(plain, email.casefold()):
        raise PasswordTooWeak(Weakness.LIKE_EMAIL)


def hash_password(password: str) -> str:
    """Return the Argon2id hash, with its salt and cost in it."""
    return _hasher.hash(_normal(password))


def is_password(password: str, password_hash: str | None) -> bool:
    """Say whether the password is the hashed one; without a hash (nobody's) it is not, after just as long."""
    try:
        _hasher.verify(password_hash or _NOBODY, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_new_hash(password_hash: str) -> bool:
    """Say whether the hash was made with a lower cost than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _normal(password: str) -> str:
    """One way of writing accents: keyboards differ."""
    return unicodedata.normalize("NFC", password)


def _is_made_of(password: str, email: str) -> bool:
    name, _, domain = email.partition("@")
    core = _ORNAMENT.sub("", password)
    return (
        (len(name) >= _SHORTEST_TELLING and name in password)
        or (len(core) >= _SHORTEST_TELLING and core in email)
        or (bool(domain) and domain in password)
    )


def _unit(text: str) -> str:
    """Return the shortest text that makes up `text` by repetition: `abc` of `abcabc`."""
    return text[: (text + text).find(text, 1)] if text else text


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(gzip.decompress(_COMMON.read_bytes()).decode().split())
