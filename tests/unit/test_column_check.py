"""A look at what columns hold: seals and keyed hashes pass, anything that can be read or counted does not."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.column_check import problem_of_pseudonyms, problem_of_seals, problem_of_words
from privacy.encryption import seal
from privacy.pseudonyms import Pseudonymiser

KEY = bytes(range(32))


@given(st.lists(st.binary(max_size=300), max_size=40))
def test_seals_are_taken_for_seals(contents: list[bytes]) -> None:
    assert problem_of_seals([seal(KEY, content, about="here") for content in contents]) == ""


def test_many_seals_of_the_same_text_are_taken_for_seals() -> None:
    assert problem_of_seals([seal(KEY, b"anna@example.org", about=str(row)) for row in range(500)]) == ""


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([b"anna@example.org is a long enough address"], "text that anybody can read"),
        (["Où est la forêt enchantée de l’été ?".encode()], "text that anybody can read"),
        ([b"short"], "fewer than the 28 bytes"),
        ([b""], "fewer than the 28 bytes"),
        ([seal(KEY, b"same", about="a")] * 2, "a nonce twice"),
        ([secrets.token_bytes(20) + bytes(200) for _ in range(40)], "a pattern"),
        ([b"\xff\xd8\xff\xe0" + secrets.token_bytes(12) + b"\xff\x00" * 100 for _ in range(30)], "a pattern"),
    ],
)
def test_what_is_no_seal_is_told(values: list[bytes], problem: str) -> None:
    assert problem in problem_of_seals(values)


def test_keyed_hashes_and_acts_of_nobody_pass() -> None:
    pseudonyms = [Pseudonymiser(KEY).of_account(str(number)) for number in range(400)]
    of_nobody = ["system", "command line", "", "ring/columns"]
    assert problem_of_pseudonyms([*pseudonyms, *(f"photo/{each}" for each in pseudonyms), *of_nobody]) == ""


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (["anna@example.org"], "something else than a keyed hash"),
        (["person/Anna"], "something else than a keyed hash"),
        (["Anna Martin"], "something else than a keyed hash"),
        (["42"], "something else than a keyed hash"),
        ([f"{number:032x}" for number in range(400)], "a pattern"),
    ],
)
def test_what_is_no_keyed_hash_is_told(values: list[str], problem: str) -> None:
    assert problem in problem_of_pseudonyms(values)


def test_an_address_among_plain_words_is_told() -> None:
    assert problem_of_words(["fr", 3, None, "granted"]) == ""
    assert problem_of_words([{"note": "call anna@example.org"}]) == "holds an e-mail address"
