"""A shop without models for tests of erasure: people, photos, and a search for traces that shares no code with ours."""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from sqlalchemy import event

from accounts.login import create_account
from accounts.models import Role
from privacy.audit_chain import AuditSeal, relay_notes
from privacy.consent import Purpose, give_consent
from privacy.photo_vault import new_photo_id
from recommender.from_photo import PhotoReading, SeenGarment
from recommender.ports import EncoderIdentity
from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db, empty_the_wal
from tests.factories import demo_settings, encoded, photo
from webapp import create_app
from webapp.jobs.models import Job
from webapp.wiring import Wiring, wiring

ENCODER = EncoderIdentity("test", "1", 64, "embedded")
BINDS = (None, ACCOUNTS_BIND, KEYS_BIND, AUDIT_BIND)


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and what would give them away."""

    account_id: str
    pseudonym: str
    email: str
    photo_ids: tuple[str, ...] = ()
    vectors: tuple[bytes, ...] = ()


def without_waiting(connection: Any, _record: Any) -> None:
    """These tests kill processes and not the machine: what was written is there, whether or not it reached the disk."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous=OFF")


def empty_shop(instance: Path) -> Flask:
    """Return the application of a migrated shop that knows one other person (whose data must stay)."""
    from flask_migrate import upgrade

    app = create_app(demo_settings(instance))
    with app.app_context():
        for bind in BINDS:
            event.listen(db.engines[bind], "connect", without_waiting)
    with app.app_context():
        upgrade()
        wiring().key_ring.personal_data_keys()
        new_person("somebody.else@example.org")
    return app


def restore(app: Flask, copy: Path) -> None:
    """Put an instance folder back to a copy of it, as from a backup; the process goes on."""
    instance = wiring(app).settings.instance
    with app.app_context():
        for bind in BINDS:
            db.engines[bind].dispose()
    shutil.rmtree(instance)
    shutil.copytree(copy, instance)


def new_person(email: str, *, photos: int = 1) -> Person:
    """Return a person with an account, kept photos, and a job that names one of them; commits."""
    keys = wiring().keys
    account = create_account(email=email, password="a long password", role=Role.SHOPPER, language="en", keys=keys)
    account_id = account.id
    db.session.commit()
    pseudonym = wiring().pseudonyms.of_account(account_id)
    kept = [keep_photo(pseudonym) for _ in range(photos)]
    if kept:
        db.session.add(Job(task="anything", arguments={"photo": kept[0][0]}))
        db.session.commit()
    return Person(account_id, pseudonym, email, tuple(p for p, _ in kept), tuple(v for _, v in kept))


def keep_photo(pseudonym: str, *, has_account: bool = True) -> tuple[str, bytes]:
    """Keep a photo with a crop and a reading; return its id and its vector's bytes; commits."""
    photo_id, generator = new_photo_id(), np.random.default_rng(secrets.randbits(64))
    vector = generator.normal(size=64).astype(np.float32)
    garment = SeenGarment("top", (0, 0, 10, 10), 0.9, (((0, 0), (9, 0), (9, 9)),), vector)
    reading = PhotoReading(400, 600, (garment,), ENCODER, whole_photo_used=False)
    give_consent(pseudonym=pseudonym, photo_id=photo_id, purpose=Purpose.RECOMMENDATION, language="en")
    kept = wiring().vault.keep(photo_id=photo_id, pseudonym=pseudonym, has_account=has_account)
    picture = encoded(photo(seed=int(generator.integers(1 << 30))))
    for name, content in (("photo.jpg", picture), ("crop-0.jpg", picture), ("reading.json", reading.to_json())):
        kept.write(name, content)
    db.session.commit()
    return photo_id, vector.tobytes()


def photo_of(person: Person, number: int) -> Person:
    """Return what gives one photo of a person away, and not the person."""
    return Person("", "", "", (person.photo_ids[number],), (person.vectors[number],))


def erase_to_the_end(person: Person) -> str:
    """Erase a person and return the erasure's id."""
    erasures = wiring().erasures
    erasure_id = erasures.erase_person(person.pseudonym, account_id=person.account_id, asked_by="person").id
    assert erasures.run(erasure_id)
    return erasure_id


def traces(person: Person) -> list[str]:
    """Return where the instance folder still holds something of a person: file and what, by plain search of bytes."""
    adapters = wiring()
    relay_notes(AuditSeal(adapters.keys.audit))
    for bind in BINDS:
        assert empty_the_wal(db.engines[bind])
    hunted = _named({"account": person.account_id, "e-mail": person.email, "e-mail hash": _hash_of(adapters, person)})
    photos = {f"photo {number}": photo_id for number, photo_id in enumerate(person.photo_ids)}
    known_to_audit = _named({"pseudonym": person.pseudonym, **photos})
    found = []
    for path in sorted(adapters.settings.instance.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".eml" and b"/erasures/" in content:
            # The letter with the receipt: the demo's folder stands for the post, which is outside.
            continue
        wanted = hunted if path.name.startswith("audit.sqlite3") else {**hunted, **known_to_audit}
        found += [f"{path.name}: {what}" for what, word in wanted.items() if word.encode() in content]
        found += [f"{path}: name" for word in wanted.values() if word in path.name]
        found += [f"{path.name}: vector" for vector in person.vectors if vector[:32] in content]
    return found


def _hash_of(adapters: Wiring, person: Person) -> str:
    return adapters.pseudonyms.of_email(person.email) if person.email else ""


def _named(words: dict[str, str]) -> dict[str, str]:
    return {what: word for what, word in words.items() if word}
