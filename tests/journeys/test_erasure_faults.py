"""Killed at any point, an erasure is complete after a restart: over every source, commit, key, blob, place and letter.

A point is a moment at which the process may end. One run counts them, then each is tried: with a kill of a real
process, with an error, and with a full disk.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from privacy import erasure as erasure_module
from privacy.erasure import BY_PERSON, Erasures, Stage
from privacy.erasure_models import Erasure
from privacy.receipts import verify_receipt
from storage.blobs import BlobStore
from storage.database import db
from storage.errors import StorageFull
from tests.erasing import BINDS, Person, empty_shop, new_person, photo_of, restore, traces
from webapp.wiring import wiring


@dataclass
class Points:
    """Counts the points that are passed, and does something at one of them."""

    at: int = 0
    then: Callable[[], None] = lambda: None
    passed: list[str] = field(default_factory=list)

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.at:
            self.then()

    def cannot_fail(self) -> list[int]:
        """The points at which a process may be killed, while no error comes from there: the commit is behind it."""
        return [number for number, name in enumerate(self.passed, start=1) if name == "after a commit"]


@dataclass(frozen=True)
class Copied:
    """A shop with a person whose erasure is asked for, and a copy of it to begin from again."""

    app: Flask
    copy: Path
    person: Person
    erasure_id: str

    def begin_again(self) -> None:
        restore(self.app, self.copy)


@contextmanager
def asked_for(kind: str, folder: Path) -> Iterator[Copied]:
    """A shop where the erasure of a photo, or of a person with two photos, is asked for."""
    app = empty_shop(folder / "instance")
    with app.app_context():
        person = new_person("anna.martin@example.org", photos=2)
        erasures = wiring().erasures
        if kind == "photo":
            begun = erasures.erase_photo(person.photo_ids[0], pseudonym=person.pseudonym, asked_by=BY_PERSON)
            assert begun is not None
            person = photo_of(person, 0)
        else:
            begun = erasures.erase_person(person.pseudonym, account_id=person.account_id, asked_by=BY_PERSON)
        erasure_id = begun.id
        db.session.remove()
        for bind in BINDS:
            db.engines[bind].dispose()
        shutil.copytree(folder / "instance", folder / "copy")
        yield Copied(app, folder / "copy", person, erasure_id)


@pytest.fixture
def photo(tmp_path: Path) -> Iterator[Copied]:
    with asked_for("photo", tmp_path) as copied:
        yield copied


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Copied]:
    with asked_for("person", tmp_path) as copied:
        yield copied


@contextmanager
def watched(points: Points) -> Iterator[None]:
    """Report every commit of every store, every change of a blob, and every source, place and letter to `points`."""
    adapters = wiring()

    def before_commit(_connection: Any) -> None:
        points.reach("before a commit")

    def after_commit(_session: Any) -> None:
        points.reach("after a commit")

    with pytest.MonkeyPatch.context() as patch:
        for source in adapters.personal_data_sources:
            patch.setattr(source, "erase", _around(source.erase, f"source {source.name}", points))
        for place in adapters.scanned_places:
            patch.setattr(type(place), "look", _around(type(place).look, f"look at {type(place).__name__}", points))
        for name in ("delete", "delete_all"):
            patch.setattr(BlobStore, name, _around(getattr(BlobStore, name), f"blob {name}", points))
        patch.setattr(Erasures, "_hand_over", _around(Erasures._hand_over, "letter", points))
        event.listen(Engine, "commit", before_commit)
        event.listen(Session, "after_commit", after_commit)
        try:
            yield
        finally:
            event.remove(Engine, "commit", before_commit)
            event.remove(Session, "after_commit", after_commit)


def _around(act: Callable[..., Any], name: str, points: Points) -> Callable[..., Any]:
    def reported(*arguments: Any, **named: Any) -> Any:
        points.reach(f"before {name}")
        result = act(*arguments, **named)
        points.reach(f"after {name}")
        return result

    return reported


@pytest.fixture
def restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart finds the claim of the dead process lapsed."""
    monkeypatch.setattr(erasure_module, "ABANDONED_AFTER", timedelta(0))


def points_of(copied: Copied) -> Points:
    copied.begin_again()
    counted = Points()
    with watched(counted):
        assert wiring().erasures.run(copied.erasure_id)
    assert len(counted.passed) > 60, counted.passed
    return counted


def is_complete(copied: Copied) -> None:
    db.session.remove()
    erasure = db.session.get_one(Erasure, copied.erasure_id)
    assert erasure.stage == Stage.FINISHED
    stated = verify_receipt(erasure.receipt or "", public_key=wiring().erasures.signer.public_key)
    assert stated["scan"]["found"] == 0
    assert traces(copied.person) == []
    assert wiring().key_store.names("erasure/") == []


# Hundreds of erasures, one a point.
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("restarted")
def test_a_process_killed_at_any_point_leaves_an_erasure_that_a_restart_completes(person: Copied) -> None:
    last = len(points_of(person).passed)
    for at in range(1, last + 1):
        person.begin_again()
        assert killed_at(at, person) == 9, f"the process ended by itself before point {at} of {last}"
        wiring().erasures.resume()
        is_complete(person)


def killed_at(at: int, copied: Copied) -> int:
    """Run the erasure in a process of its own that ends at a point, at once and without goodbye; return its status."""
    db.session.remove()
    for bind in BINDS:
        db.engines[bind].dispose()
    child = os.fork()
    if child == 0:
        with watched(Points(at, then=lambda: os._exit(9))):
            wiring().erasures.run(copied.erasure_id)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Fault(Exception):
    """Something that went wrong once."""


def fail() -> None:
    raise Fault


def fill_the_disk() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


# Hundreds of erasures, one a point.
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("restarted")
def test_an_error_at_any_point_is_named_and_the_next_try_completes_the_erasure(person: Copied) -> None:
    fail_everywhere(person, fail, Fault)


# Hundreds of erasures, one a point.
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("restarted")
def test_a_disk_that_is_full_at_any_point_is_named_and_the_next_try_completes_the_erasure(photo: Copied) -> None:
    fail_everywhere(photo, fill_the_disk, StorageFull)


def fail_everywhere(copied: Copied, then: Callable[[], None], told: type[Exception]) -> None:
    points, named = points_of(copied), set[str]()
    for at in sorted(set(range(1, len(points.passed) + 1)) - set(points.cannot_fail())):
        copied.begin_again()
        with watched(Points(at, then)):
            try:
                wiring().erasures.run(copied.erasure_id)
            except told:
                db.session.remove()
                named.add(db.session.get_one(Erasure, copied.erasure_id).last_error)
        db.session.remove()
        wiring().erasures.resume()
        is_complete(copied)
    assert told.__name__ in named
    # After the last commit, and where even the failure could not be recorded, nothing is left to be said.
    assert named <= {"", told.__name__}
