"""The same erasure with every store on a PostgreSQL server: nothing is in its dumps, and nobody slips in beside it."""

import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from privacy.audit_chain import AuditSeal, relay_notes
from privacy.consent import Purpose, give_consent
from privacy.erasure import BY_PERSON
from privacy.erasure_errors import BeingErased, SomethingRemains
from privacy.erasure_models import Erasure
from privacy.models import KeptPhoto
from privacy.photo_vault import new_photo_id
from storage.database import ACCOUNTS_BIND, KEYS_BIND, db
from tests.erasing import Person, keep_photo, new_person
from tests.factories import demo_settings
from tests.needs import postgresql_programs
from webapp import create_app
from webapp.wiring import wiring

STORES = ("shop", "accounts", "keys", "audit")


@pytest.fixture
def shop(postgresql: str, tmp_path: Path) -> Iterator[Flask]:
    server = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    urls = {}
    with server.connect() as connection:
        for store in STORES:
            connection.execute(text(f"DROP DATABASE IF EXISTS {store}_store WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {store}_store"))
            urls[f"{store}_database_url"] = postgresql.rsplit("/", 1)[0] + f"/{store}_store"
    server.dispose()
    app = create_app(demo_settings(tmp_path / "instance", **urls))
    with app.app_context():
        upgrade()
        wiring().key_ring.personal_data_keys()
        new_person("somebody.else@example.org")
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def anna(shop: Flask) -> Person:
    return new_person("anna.martin@example.org", photos=2)


def erase(person: Person) -> str:
    return wiring().erasures.erase_person(person.pseudonym, account_id=person.account_id, asked_by=BY_PERSON).id


def dumped(bind: str | None) -> str:
    """Return all that a database says, as a backup of it would."""
    url = make_url(str(db.engines[bind].url)).set(drivername="postgresql")
    program = postgresql_programs() / "pg_dump"
    return subprocess.run(
        [program, url.render_as_string(hide_password=False)], check=True, capture_output=True, text=True
    ).stdout


def test_a_person_is_in_the_dumps_and_after_the_erasure_in_none(anna: Person) -> None:
    words = (anna.pseudonym, anna.account_id, *anna.photo_ids)
    stores = (None, ACCOUNTS_BIND, KEYS_BIND)
    assert all(any(word in dumped(bind) for word in words) for bind in stores)
    erasure_id = erase(anna)
    assert wiring().erasures.run(erasure_id)
    relay_notes(AuditSeal(wiring().keys.audit))
    assert [word for bind in stores for word in words if word in dumped(bind)] == []
    erasure = db.session.get_one(Erasure, erasure_id)
    assert "VACUUM FULL" in (erasure.receipt or "")


def test_a_trace_in_a_table_of_somebody_elses_is_found(anna: Person) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE notes_of_a_colleague (words TEXT)"))
        connection.execute(text("INSERT INTO notes_of_a_colleague VALUES (:words)"), {"words": f"about {anna.email}"})
    with pytest.raises(SomethingRemains, match="shop database, table notes_of_a_colleague: e-mail"):
        wiring().erasures.run(erase(anna))


def test_an_upload_that_is_being_kept_makes_the_mark_wait_and_goes_with_it(shop: Flask, anna: Person) -> None:
    keeping, marked = threading.Event(), threading.Event()

    def upload() -> None:
        with shop.app_context():
            photo_id = new_photo_id()
            give_consent(pseudonym=anna.pseudonym, photo_id=photo_id, purpose=Purpose.RECOMMENDATION, language="en")
            wiring().vault.keep(photo_id=photo_id, pseudonym=anna.pseudonym, has_account=True)
            keeping.set()
            # Were the mark not to wait, it would be set now, and the erasure over before this is committed.
            assert not marked.wait(timeout=1)
            db.session.commit()

    def mark() -> None:
        with shop.app_context():
            assert keeping.wait(timeout=30)
            erase(anna)
            marked.set()

    with ThreadPoolExecutor() as both:
        for done in [both.submit(work) for work in (upload, mark)]:
            done.result()
    assert marked.is_set()
    assert wiring().erasures.resume() == 1
    assert db.session.query(KeptPhoto).filter_by(pseudonym=anna.pseudonym).count() == 0
    with pytest.raises(BeingErased):
        keep_photo(anna.pseudonym)
