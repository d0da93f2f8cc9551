"""The keys store: a key opens for what it is about, and a destroyed one never again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from privacy.destroyed_keys import DestroyedKeys
from privacy.errors import (
    CannotBeDecrypted,
    InvalidKeyName,
    KeyDestroyed,
    KeyExists,
    KeyMissing,
    KeyRingLost,
    KeyRingStays,
    MasterKeyMissing,
)
from privacy.key_ring import KeyRing
from privacy.key_store import KeyStore
from privacy.models import DestroyedKeyRow, WrappedKeyRow
from storage.database import now
from tests.doubles import InMemoryKeyService

PHOTO = "photo/0123456789abcdef"


def engine_with(table: type[WrappedKeyRow] | type[DestroyedKeyRow], file: Path) -> Engine:
    engine = create_engine(f"sqlite:///{file}")
    table.metadata.tables[table.__tablename__].create(engine)
    return engine


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    return tmp_path / "keys.sqlite3"


@pytest.fixture
def engine(keys_file: Path) -> Engine:
    return engine_with(WrappedKeyRow, keys_file)


@pytest.fixture
def destroyed(tmp_path: Path) -> DestroyedKeys:
    return DestroyedKeys(engine_with(DestroyedKeyRow, tmp_path / "audit.sqlite3"), lambda: b"k" * 32)


@pytest.fixture
def service() -> InMemoryKeyService:
    return InMemoryKeyService()


@pytest.fixture
def store(engine: Engine, service: InMemoryKeyService, destroyed: DestroyedKeys) -> KeyStore:
    return KeyStore(engine, service, destroyed)


def test_a_key_opens_for_what_it_is_about(store: KeyStore) -> None:
    key = store.new_key(PHOTO)
    assert len(key) == 32
    assert store.open_key(PHOTO) == key
    assert store.new_key("photo/other") != key
    assert store.names("photo/") == [PHOTO, "photo/other"]


def test_a_key_is_not_in_the_file_of_the_store(store: KeyStore, keys_file: Path) -> None:
    key = store.new_key(PHOTO)
    assert not any(key in path.read_bytes() for path in keys_file.parent.iterdir())


def test_a_second_key_for_the_same_is_refused(store: KeyStore) -> None:
    key = store.new_key(PHOTO)
    with pytest.raises(KeyExists, match=PHOTO):
        store.new_key(PHOTO)
    assert store.open_key(PHOTO) == key


@pytest.mark.parametrize("name", ["", "/", "photo/", "Photo/A", "photo/ä", "a" * 65, "photo//a", "photo/a\n"])
def test_a_bad_name_is_refused(store: KeyStore, name: str) -> None:
    with pytest.raises(InvalidKeyName):
        store.new_key(name)
    with pytest.raises(InvalidKeyName):
        store.destroy_key(name)


def test_a_missing_key_is_named(store: KeyStore) -> None:
    with pytest.raises(KeyMissing, match=PHOTO):
        store.open_key(PHOTO)


def test_a_destroyed_key_is_gone_for_good(store: KeyStore) -> None:
    store.new_key(PHOTO)
    store.destroy_key(PHOTO)
    store.destroy_key(PHOTO)
    assert store.names() == []
    for act in (store.open_key, store.new_key):
        with pytest.raises(KeyDestroyed, match=PHOTO):
            act(PHOTO)


def test_nothing_of_a_destroyed_key_stays_in_any_file(store: KeyStore, engine: Engine, keys_file: Path) -> None:
    store.new_key("photo/that.stays")
    store.new_key(PHOTO)
    with engine.connect() as connection:
        [wrapped] = connection.exec_driver_sql("SELECT wrapped FROM wrapped_key WHERE about = ?", (PHOTO,)).scalars()
    found = lambda: [p.name for p in keys_file.parent.glob("keys.sqlite3*") if wrapped in p.read_bytes()]  # noqa: E731
    assert found(), "before, the wrapped key is in the database or its log"
    store.destroy_key(PHOTO)
    assert found() == []


def test_a_destroyed_key_that_comes_back_with_a_restored_file_opens_nothing_and_is_swept(
    store: KeyStore, engine: Engine, keys_file: Path
) -> None:
    store.new_key(PHOTO)
    with engine.connect() as connection:
        [row] = connection.exec_driver_sql("SELECT about, master_key_id, wrapped, created_at FROM wrapped_key").all()
    store.destroy_key(PHOTO)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO wrapped_key VALUES (?, ?, ?, ?)", tuple(row))
    with pytest.raises(KeyDestroyed):
        store.open_key(PHOTO)
    assert not store.has_key(PHOTO)
    assert store.sweep() == 1
    assert store.names() == []


def test_a_wrapped_key_moved_to_another_name_does_not_open(store: KeyStore, engine: Engine) -> None:
    store.new_key(PHOTO)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE wrapped_key SET about = 'photo/stolen'")
    with pytest.raises(CannotBeDecrypted, match="photo/stolen"):
        store.open_key("photo/stolen")


def test_without_its_master_key_nothing_opens(engine: Engine, store: KeyStore, destroyed: DestroyedKeys) -> None:
    store.new_key(PHOTO)
    another = InMemoryKeyService()
    another.remove_version(another.versions()[0]) if another.add_version() else None
    with pytest.raises(MasterKeyMissing, match="memory-1"):
        KeyStore(engine, another, destroyed).open_key(PHOTO)


def test_the_list_of_destroyed_keys_names_nothing(store: KeyStore, tmp_path: Path) -> None:
    store.new_key(PHOTO)
    store.destroy_key(PHOTO)
    content = b"".join(path.read_bytes() for path in tmp_path.glob("audit.sqlite3*"))
    assert PHOTO.encode() not in content
    assert PHOTO.removeprefix("photo/").encode() not in content


def test_names_are_told_by_age(store: KeyStore) -> None:
    store.new_key(PHOTO)
    assert store.names(made_before=now() - timedelta(minutes=1)) == []
    assert store.names(made_before=now() + timedelta(minutes=1)) == [PHOTO]


def test_the_ring_is_made_once_and_opens_again(store: KeyStore) -> None:
    first = ring_on(store, first_use=True).personal_data_keys()
    again = ring_on(store, first_use=False).personal_data_keys()
    assert first == again
    assert len({first.pseudonyms, first.columns, first.audit, first.receipts, first.ledger}) == 5


def test_two_processes_that_begin_the_ring_at_once_agree(store: KeyStore) -> None:
    first, second = (ring_on(store, first_use=True) for _ in range(2))
    with ThreadPoolExecutor(2) as both:
        one, other = both.map(lambda ring: ring.personal_data_keys(), (first, second))
    assert one == other


def test_a_lost_ring_is_not_made_anew_for_people_who_are_known(store: KeyStore) -> None:
    with pytest.raises(KeyRingLost, match="restore-keys"):
        ring_on(store, first_use=False).key("pseudonyms")
    assert store.names() == []


def test_a_use_that_is_new_gets_its_key_in_an_old_ring(store: KeyStore) -> None:
    ring_on(store, first_use=True).key("pseudonyms")
    assert len(ring_on(store, first_use=False).key("something-new")) == 32


def test_a_key_of_the_ring_is_never_destroyed(store: KeyStore) -> None:
    key = ring_on(store, first_use=True).key("columns")
    with pytest.raises(KeyRingStays):
        store.destroy_key("ring/columns")
    assert ring_on(store, first_use=False).key("columns") == key


def ring_on(store: KeyStore, *, first_use: bool) -> KeyRing:
    is_first_use: Callable[[], bool] = lambda: first_use  # noqa: E731
    return KeyRing(lambda: store, is_first_use)
