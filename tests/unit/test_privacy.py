"""Keys, pseudonyms and sealing."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.encryption import seal, unseal
from privacy.errors import CannotBeDecrypted, KeyFileUnsafe
from privacy.keys import create_key_file, derive_key, read_key_file
from privacy.pseudonyms import Pseudonymiser

KEY = bytes(range(32))


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_opens_at_its_place(content: bytes, place: str) -> None:
    assert unseal(KEY, seal(KEY, content, about=place), about=place) == content


@given(st.binary(min_size=1, max_size=60), st.data())
def test_any_flipped_bit_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, content, about="here"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotBeDecrypted):
        unseal(KEY, bytes(sealed), about="here")


def test_a_blob_moved_to_another_place_does_not_open() -> None:
    with pytest.raises(CannotBeDecrypted):
        unseal(KEY, seal(KEY, b"photo", about="photos/a"), about="photos/b")


def test_too_few_bytes_are_refused_by_name() -> None:
    with pytest.raises(CannotBeDecrypted):
        unseal(KEY, b"short", about="here")


def test_pseudonyms_are_stable_and_differ_by_key_kind_and_person() -> None:
    one, other = Pseudonymiser(KEY), Pseudonymiser(KEY[::-1])
    assert one.of_account("a") == one.of_account("a")
    assert len({one.of_account("a"), one.of_visit("a"), one.of_account("b"), other.of_account("a")}) == 4


def test_an_email_is_found_whatever_its_case() -> None:
    assert Pseudonymiser(KEY).of_email(" Anna@Example.ORG ") == Pseudonymiser(KEY).of_email("anna@example.org")


def test_each_use_has_a_key_of_its_own() -> None:
    assert len({KEY, *(derive_key(KEY, use) for use in ("id", "wrapping", "photos"))}) == 4
    assert derive_key(KEY, "id") != derive_key(KEY[::-1], "id")


def test_a_new_key_file_is_for_its_owner_alone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    create_key_file(path)
    first = read_key_file(path)
    create_key_file(path)
    assert read_key_file(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]


@pytest.mark.parametrize(("content", "mode", "reason"), [(b"x" * 32, 0o644, "chmod 600"), (b"x", 0o600, "at least 32")])
def test_an_unsafe_key_file_is_refused_with_its_name(tmp_path: Path, content: bytes, mode: int, reason: str) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(KeyFileUnsafe, match=reason) as refused:
        read_key_file(path)
    assert str(path) in str(refused.value)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileUnsafe, match=r"absent\.key"):
        read_key_file(tmp_path / "absent.key")
