"""Sealed columns: readable at their own place with the shop's key, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import CannotBeDecrypted
from privacy.sealed_columns import place, seal_json, seal_text, unseal_json, unseal_text
from tests.factories import personal_data_keys

KEYS, OTHER_KEYS = personal_data_keys(), personal_data_keys()
HERE = place("account", "ab12", "email")


@given(st.text(max_size=80))
def test_a_sealed_text_comes_back_and_is_not_in_its_seal(text: str) -> None:
    sealed = seal_text(KEYS, text, about=HERE)
    assert unseal_text(KEYS, sealed, about=HERE) == text
    assert len(text) < 4 or text.encode() not in sealed


def test_equal_texts_have_different_seals() -> None:
    assert seal_text(KEYS, "anna@example.org", about=HERE) != seal_text(KEYS, "anna@example.org", about=HERE)


@pytest.mark.parametrize("elsewhere", [place("account", "cd34", "email"), place("account", "ab12", "totp")])
def test_a_seal_moved_to_another_row_or_column_does_not_open(elsewhere: str) -> None:
    with pytest.raises(CannotBeDecrypted, match=elsewhere):
        unseal_text(KEYS, seal_text(KEYS, "anna@example.org", about=HERE), about=elsewhere)


def test_another_shops_keys_do_not_open_a_seal() -> None:
    with pytest.raises(CannotBeDecrypted):
        unseal_text(OTHER_KEYS, seal_text(KEYS, "anna@example.org", about=HERE), about=HERE)


@pytest.mark.parametrize("damaged", [b"", b"short", bytes(200)])
def test_bytes_that_are_no_seal_are_refused_by_name(damaged: bytes) -> None:
    with pytest.raises(CannotBeDecrypted):
        unseal_text(KEYS, damaged, about=HERE)


def test_a_structure_comes_back_as_it_was() -> None:
    preferences = {"sizes": ["M", "L"], "colour": "bleu nuit", "newsletter": False, "limit": 3}
    assert unseal_json(KEYS, seal_json(KEYS, preferences, about=HERE), about=HERE) == preferences
