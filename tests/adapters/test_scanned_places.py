"""The scan after an erasure sees all that a place keeps: rows, free pages, logs, blobs, names, pictures."""

import io
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import JSON, Column, Integer, LargeBinary, MetaData, String, Table, text

from privacy.canaries import Canary, CanaryKind, perceptual_hash
from privacy.scanned_places import (
    AUDIT_KNOWS,
    Blobs,
    FolderOfFiles,
    Place,
    ServerRows,
    SqliteFiles,
    Wanted,
    store_to_scan,
)
from storage.blobs import BlobStore
from storage.database import db
from tests.factories import encoded, photo

PSEUDONYM = "3f9a0c1d7b2e48566a9bde01c4f7a283"
WANTED = Wanted([Canary.text(CanaryKind.PSEUDONYM, PSEUDONYM)])
THINGS = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("words", String(60), index=True),
    Column("facts", JSON),
    Column("raw", LargeBinary),
)
KEPT = Table("note", THINGS.metadata, Column("id", Integer, primary_key=True), Column("subject", String(40)))


def found_in(place: Place, wanted: Wanted = WANTED) -> list[str]:
    return place.look(wanted, alive=lambda: None).found


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A store with two tables, one of which may hold pseudonyms for good."""
    sqlite = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else sqlite
    app = Flask("places")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    with app.app_context():
        THINGS.metadata.drop_all(db.engine)
        THINGS.metadata.create_all(db.engine)
        yield store_to_scan("shop", None, {"note": AUDIT_KNOWS}, frozenset({"thing"}))
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    "row",
    [
        {"words": PSEUDONYM},
        {"facts": {"about": [PSEUDONYM]}},
        {"raw": b"before " + bytes.fromhex(PSEUDONYM)},
    ],
)
def test_a_trace_in_a_row_is_found_with_its_table(store: Place, row: dict[str, object]) -> None:
    with db.engine.begin() as connection:
        connection.execute(THINGS.insert().values(row))
    [found] = found_in(store)
    assert "table thing" in found
    assert "pseudonym" in found
    assert PSEUDONYM not in found
    with db.engine.begin() as connection:
        connection.execute(THINGS.delete())
    # PostgreSQL keeps what was deleted until it rewrites the table, which the look asks for.
    assert found_in(store) == []


def test_what_may_stay_in_a_table_is_no_trace_there_and_one_elsewhere(store: Place) -> None:
    with db.engine.begin() as connection:
        connection.execute(KEPT.insert().values(subject=PSEUDONYM))
    assert found_in(store) == []
    with db.engine.begin() as connection:
        connection.execute(THINGS.insert().values(words=PSEUDONYM))
    assert ["table thing" in spot for spot in found_in(store)] == [True]


def test_an_empty_store_was_still_looked_through(store: Place) -> None:
    with db.engine.begin() as connection:
        connection.execute(THINGS.insert().values(words="nobody"))
    looked = store.look(WANTED, alive=lambda: None)
    assert (looked.found, looked.bytes_read > 0) == ([], True)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqliteFiles]:
    app = Flask("sqlite")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    db.init_app(app)
    with app.app_context():
        THINGS.metadata.create_all(db.engine)
        place = store_to_scan("shop", None, {}, frozenset())
        assert isinstance(place, SqliteFiles)
        yield place
        db.engine.dispose()


def test_what_a_careless_program_left_in_free_pages_is_found_and_a_rewrite_removes_it(sqlite: SqliteFiles) -> None:
    careless = sqlite3.connect(sqlite.files()[0])
    careless.execute("PRAGMA secure_delete=OFF")
    careless.executemany("INSERT INTO thing (words) VALUES (?)", [(f"{PSEUDONYM} {n}",) for n in range(500)])
    careless.commit()
    careless.execute("DELETE FROM thing")
    careless.commit()
    careless.close()
    found = found_in(sqlite)
    assert found
    assert any("outside of tables" in spot for spot in found)
    sqlite.clean()
    assert found_in(sqlite) == []


def test_our_own_connections_leave_nothing_in_free_pages(sqlite: SqliteFiles) -> None:
    with db.engine.begin() as connection:
        connection.execute(THINGS.insert(), [{"words": f"{PSEUDONYM} {n}"} for n in range(500)])
    with db.engine.begin() as connection:
        connection.execute(THINGS.delete())
    assert found_in(sqlite) == []


def test_what_a_long_reader_holds_back_in_the_log_is_found_until_the_reader_ends(sqlite: SqliteFiles) -> None:
    with db.engine.begin() as connection:
        connection.execute(THINGS.insert().values(words=PSEUDONYM))
    found_in(sqlite)
    reader = sqlite3.connect(sqlite.files()[0], isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM thing").fetchone()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
        connection.execute(THINGS.delete())
        connection.commit()
        assert found_in(sqlite) != []
    reader.close()
    assert found_in(sqlite) == []


def test_a_trace_in_an_index_is_the_tables(sqlite: SqliteFiles) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE other (id INTEGER PRIMARY KEY, words TEXT)"))
        connection.execute(text("CREATE INDEX by_words ON other (words)"))
        connection.execute(text("INSERT INTO other (words) VALUES (:words)"), {"words": PSEUDONYM})
    assert [spot.split(":")[0] for spot in found_in(sqlite)] == ["shop, table other"]


def test_a_database_in_memory_is_asked_for_its_rows() -> None:
    app = Flask("memory")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    with app.app_context():
        assert isinstance(store_to_scan("shop", None, {}, frozenset()), ServerRows)


def test_blobs_are_searched_by_name_and_content_partial_writes_and_folders_too(tmp_path: Path) -> None:
    blobs = BlobStore(f"file://{tmp_path}/blobs")
    place = Blobs(blobs)
    assert found_in(place) == []
    for name, content in ((f"photos/{PSEUDONYM}/a", b"x"), ("exports/a.zip", b"of " + PSEUDONYM.encode())):
        blobs.put(name, content)
        assert found_in(place) != []
        blobs.delete(name)
    # The folder with the telling name is still there.
    assert found_in(place) == ["blobs, photos: pseudonym"]
    blobs.delete_all("photos")
    blobs.put("exports/b.zip", b"x")
    (tmp_path / "blobs" / "exports" / ".killed.partial").write_bytes(PSEUDONYM.encode())
    assert found_in(place) == ["blobs, exports: pseudonym"]


def test_a_picture_that_can_be_opened_is_known_by_its_looks_unless_it_was_there_before(tmp_path: Path) -> None:
    blobs = BlobStore(f"file://{tmp_path}/blobs")
    blobs.put("products/1.jpg", encoded(photo(200, 300, seed=5), quality=60))
    blobs.put("products/2.jpg", encoded(photo(200, 300, seed=6)))
    blobs.put("photos/sealed", b"\xff\xd8\xff no picture")
    look = perceptual_hash(Image.open(io.BytesIO(encoded(photo(400, 600, seed=5)))))
    assert look
    now = datetime.now(UTC)
    earlier = Wanted([Canary(CanaryKind.PICTURE, look, since=now - timedelta(hours=1))])
    later = Wanted([Canary(CanaryKind.PICTURE, look, since=now + timedelta(hours=1))])
    place = Blobs(blobs)
    assert found_in(place, earlier) == ["blobs, products: perceptual hash"]
    assert found_in(place, later) == []


def test_a_folder_is_searched_by_name_and_content_but_for_what_others_answer_for(tmp_path: Path) -> None:
    (tmp_path / "mail" / "old").mkdir(parents=True)
    (tmp_path / "mail" / f"{PSEUDONYM}.eml").write_text("hello")
    (tmp_path / "mail" / "old" / "a.eml").write_text(f"to {PSEUDONYM}")
    (tmp_path / "loop").symlink_to(tmp_path)
    place = FolderOfFiles("instance", tmp_path)
    assert found_in(place) == ["instance, mail: pseudonym", "instance, mail/old/a.eml: pseudonym"]
    assert found_in(FolderOfFiles("instance", tmp_path, (tmp_path / "mail",))) == []
    assert found_in(FolderOfFiles("instance", tmp_path / "absent")) == []
