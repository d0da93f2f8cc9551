"""What is asked of a new password, and that old ones are recognised."""

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import PasswordTooWeak, Weakness
from accounts.passwords import check_new_password, hash_password, is_password, needs_new_hash

EMAIL = "zoe.martin@example.com"


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("", Weakness.TOO_SHORT),
        ("Tr0ub4dor", Weakness.TOO_SHORT),
        ("x" * 201, Weakness.TOO_LONG),
        ("aaaaaaaaaaaa", Weakness.TOO_UNIFORM),
        ("abcabcabcabc", Weakness.TOO_UNIFORM),
        ("1122112211221122", Weakness.TOO_UNIFORM),
        ("1234567890", Weakness.TOO_COMMON),
        ("azertyuiop", Weakness.TOO_COMMON),
        ("motdepasse", Weakness.TOO_COMMON),
        ("Motdepasse123!", Weakness.TOO_COMMON),
        ("PASSWORDPASSWORD", Weakness.TOO_COMMON),
        ("2024!!sunshine", Weakness.TOO_COMMON),
        ("zoe.martin@example.com", Weakness.LIKE_EMAIL),
        ("mon zoe.martin à moi", Weakness.LIKE_EMAIL),
        ("Zoe.Martin99", Weakness.LIKE_EMAIL),
        ("j’aime example.com", Weakness.LIKE_EMAIL),
    ],
)
def test_a_password_that_would_be_guessed_is_refused_with_its_reason(password: str, weakness: Weakness) -> None:
    with pytest.raises(PasswordTooWeak) as refused:
        check_new_password(password, email=EMAIL)
    assert refused.value.weakness is weakness
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    [
        "quatre mots sans rapport",
        "k7#qZ!m2xP",
        "密码密码用户例子公司很长的",
        "correct horse battery",
        "x" * 195 + "abcde",
    ],
)
def test_a_good_password_needs_no_capitals_digits_or_signs(password: str) -> None:
    check_new_password(password, email=EMAIL)


@given(st.text(max_size=250))
def test_any_text_is_taken_or_refused_as_too_weak(password: str) -> None:
    try:
        check_new_password(password, email=EMAIL)
    except PasswordTooWeak:
        return
    assert 10 <= len(password) <= 400


def test_a_password_is_recognised_however_its_accents_are_typed() -> None:
    kept = hash_password("e\u0301te\u0301 en Provence")
    assert kept.startswith("$argon2id$")
    assert is_password("\u00e9t\u00e9 en Provence", kept)
    assert not is_password("ete en Provence", kept)


@pytest.mark.parametrize("kept", [None, "", "no hash", "$argon2id$v=19$m=1$x"])
def test_nobodys_password_is_right_and_a_broken_hash_opens_nothing(kept: str | None) -> None:
    assert not is_password("", kept)
    assert not is_password("password", kept)


def test_a_hash_of_lower_cost_is_to_be_made_anew() -> None:
    assert needs_new_hash(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not needs_new_hash(hash_password("x"))
