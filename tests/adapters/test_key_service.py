"""The contract of the key service, on the double, a key file, and Key Vault's own library against a stand-in."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.azure_key_vault import AzureKeyVault
from privacy.errors import (
    CannotBeDecrypted,
    KeyFileUnsafe,
    KeyServiceUnavailable,
    MasterKeyInUse,
    MasterKeyMissing,
)
from privacy.key_service import KeyService, WrappedKey
from privacy.keys import create_key_file
from privacy.local_key_file import LocalKeyFile
from privacy.moving_key_service import MovingKeyService
from tests.doubles import InMemoryKeyService
from tests.key_vault import KeyVaultStandIn, StaticCredential, key_vault

KEY = bytes(range(32))
ABOUT = "photo/0123456789abcdef"


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[KeyVaultStandIn]:
    with key_vault(tmp_path) as running:
        yield running


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "master.key"
    create_key_file(path)
    return path


@pytest.fixture(params=["memory", "file", "azure", "moving"])
def service(request: pytest.FixtureRequest) -> KeyService:
    if request.param == "memory":
        return InMemoryKeyService()
    if request.param == "file":
        return LocalKeyFile(request.getfixturevalue("key_file"))
    if request.param == "moving":
        return MovingKeyService(InMemoryKeyService(), former=LocalKeyFile(request.getfixturevalue("key_file")))
    standing_in: KeyVaultStandIn = request.getfixturevalue("vault")
    return standing_in.adapter()


def test_a_wrapped_key_opens_and_does_not_show(service: KeyService) -> None:
    wrapped = service.wrap(KEY, about=ABOUT)
    assert service.unwrap(wrapped, about=ABOUT) == KEY
    assert wrapped.master_key_id == service.key_id
    assert KEY not in wrapped.wrapped
    assert service.wrap(KEY, about=ABOUT).wrapped != wrapped.wrapped


def test_a_wrapped_key_opens_for_what_it_is_about_alone(service: KeyService) -> None:
    with pytest.raises(CannotBeDecrypted, match="photo/another"):
        service.unwrap(service.wrap(KEY, about=ABOUT), about="photo/another")


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1], lambda b: bytes([b[0] ^ 1]) + b[1:], lambda b: b"", lambda b: b + b]
)
def test_altered_bytes_are_refused_by_name(service: KeyService, change: object) -> None:
    assert callable(change)
    wrapped = service.wrap(KEY, about=ABOUT)
    with pytest.raises(CannotBeDecrypted, match=ABOUT):
        service.unwrap(WrappedKey(wrapped.master_key_id, change(wrapped.wrapped)), about=ABOUT)


@pytest.mark.parametrize("unknown", ["local-0000000000000000", "../../etc/passwd", "https://evil.example/keys/a/b", ""])
def test_an_unknown_master_key_is_named(service: KeyService, unknown: str) -> None:
    wrapped = service.wrap(KEY, about=ABOUT)
    with pytest.raises(MasterKeyMissing):
        service.unwrap(WrappedKey(unknown, wrapped.wrapped), about=ABOUT)


def test_after_a_new_version_old_keys_open_and_new_ones_hang_on_it(service: KeyService) -> None:
    former, old = service.key_id, service.wrap(KEY, about=ABOUT)
    current = service.add_version()
    assert service.versions() == [former, current]
    assert service.key_id == current != former
    assert service.unwrap(old, about=ABOUT) == KEY
    assert service.wrap(KEY, about=ABOUT).master_key_id == current


def test_a_removed_version_opens_nothing_more_and_the_others_do(service: KeyService) -> None:
    former, old = service.key_id, service.wrap(KEY, about=ABOUT)
    service.add_version()
    fresh = service.wrap(KEY, about=ABOUT)
    service.remove_version(former)
    service.remove_version(former)
    assert service.versions() == [service.key_id]
    assert service.unwrap(fresh, about=ABOUT) == KEY
    with pytest.raises(MasterKeyMissing):
        service.unwrap(old, about=ABOUT)


def test_the_current_version_cannot_be_removed(service: KeyService) -> None:
    with pytest.raises(MasterKeyInUse):
        service.remove_version(service.key_id)
    assert service.versions() == [service.key_id]


def test_what_hangs_on_the_former_service_opens_while_keys_move(key_file: Path, vault: KeyVaultStandIn) -> None:
    former, current = LocalKeyFile(key_file), vault.adapter()
    old = former.wrap(KEY, about=ABOUT)
    moving = MovingKeyService(current, former=former)
    assert moving.unwrap(old, about=ABOUT) == KEY
    assert moving.wrap(KEY, about=ABOUT).master_key_id == current.key_id
    with pytest.raises(CannotBeDecrypted):
        moving.unwrap(old, about="photo/another")


def test_a_second_process_follows_a_rotation_at_once(key_file: Path) -> None:
    one, other = LocalKeyFile(key_file), LocalKeyFile(key_file)
    current = one.add_version()
    assert other.key_id == current
    assert one.unwrap(other.wrap(KEY, about=ABOUT), about=ABOUT) == KEY


def test_every_version_is_a_file_for_its_owner_alone(key_file: Path) -> None:
    service = LocalKeyFile(key_file)
    service.add_version()
    keys = [path for path in key_file.parent.iterdir() if path.suffix != ".lock"]
    assert len(keys) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert len({path.read_bytes() for path in keys}) == 2


def test_a_kill_while_the_former_file_gets_its_second_name_loses_nothing(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = LocalKeyFile(key_file)
    wrapped = service.wrap(KEY, about=ABOUT)
    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", _kill)
        with pytest.raises(KeyboardInterrupt):
            service.add_version()
    assert service.versions() == [wrapped.master_key_id]
    current = service.add_version()
    assert service.versions() == [wrapped.master_key_id, current]
    assert service.unwrap(wrapped, about=ABOUT) == KEY


def _kill(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_former_file_with_another_content_is_not_taken_for_it(key_file: Path) -> None:
    service = LocalKeyFile(key_file)
    wrapped = service.wrap(KEY, about=ABOUT)
    service.add_version()
    [former] = key_file.parent.glob("*.old")
    former.write_bytes(os.urandom(32))
    with pytest.raises(MasterKeyMissing, match=wrapped.master_key_id):
        service.unwrap(wrapped, about=ABOUT)


def test_a_key_file_that_others_can_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o644)
    with pytest.raises(KeyFileUnsafe, match="chmod 600"):
        LocalKeyFile(key_file).wrap(KEY, about=ABOUT)


def test_the_vault_unwraps_and_never_hands_out_its_key(vault: KeyVaultStandIn) -> None:
    service = vault.adapter()
    service.unwrap(service.wrap(KEY, about=ABOUT), about=ABOUT)
    assert "POST unwrapkey" in vault.key.asked


def test_a_vault_that_forbids_us_is_named(vault: KeyVaultStandIn) -> None:
    vault.key.forbidden = True
    with pytest.raises(KeyServiceUnavailable, match="lacks the permission"):
        vault.adapter().wrap(KEY, about=ABOUT)


def test_a_vault_out_of_reach_is_named() -> None:
    nobody = AzureKeyVault("https://127.0.0.1:9/keys/master", credential=StaticCredential(), retry_total=0)
    with pytest.raises(KeyServiceUnavailable, match=r"127\.0\.0\.1:9"):
        nobody.wrap(KEY, about=ABOUT)


def test_a_vault_without_the_key_is_named(vault: KeyVaultStandIn) -> None:
    vault.key_url = vault.key_url.replace("/master", "/absent")
    with pytest.raises(MasterKeyMissing, match="absent"):
        vault.adapter().wrap(KEY, about=ABOUT)
