"""A photo, a person, and all that was made of them are erased, step by step, and it is proved."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from privacy.erasure import BY_PERSON, STAGES, Stage
from privacy.erasure_models import Erasure
from privacy.errors import PhotoNotFound
from privacy.receipts import verify_receipt
from storage.database import db
from tests.erasing import Person, empty_shop, new_person, photo_of, traces
from webapp.wiring import wiring


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Flask]:
    app = empty_shop(tmp_path / "instance")
    with app.app_context():
        yield app


@pytest.fixture
def anna(shop: Flask) -> Person:
    return new_person("anna.martin@example.org", photos=2)


def erase_photo(person: Person, photo_id: str) -> str:
    erasure = wiring().erasures.erase_photo(photo_id, pseudonym=person.pseudonym, asked_by=BY_PERSON)
    assert erasure is not None
    return erasure.id


def test_a_photo_leaves_traces_and_after_its_erasure_none(anna: Person) -> None:
    first = photo_of(anna, 0)
    assert traces(first) != []
    erasure_id = erase_photo(anna, first.photo_ids[0])
    assert wiring().erasures.run(erasure_id)
    assert traces(first) == []
    erasure = db.session.get_one(Erasure, erasure_id)
    assert (erasure.sealed_scope, erasure.sealed_canaries, erasure.open_subject) == (None, None, None)
    assert [passed["stage"] for passed in erasure.passed] == [stage.value for stage in STAGES[:-2]]


def test_the_receipt_says_what_was_erased_and_leads_to_nobody(anna: Person) -> None:
    erasure_id = erase_photo(anna, anna.photo_ids[0])
    wiring().erasures.run(erasure_id)
    receipt = db.session.get_one(Erasure, erasure_id).receipt or ""
    stated = verify_receipt(receipt, public_key=wiring().erasures.signer.public_key)
    assert stated["scope"] == {"kind": "photo", "purpose": ""}
    assert stated["erased"]["shop"]["kept_photo"] == 1
    assert stated["erased"]["sealed photos"] == {"sealed files": 2}
    assert stated["scan"]["looked_for"]["embedding vector"] == 1
    assert stated["scan"]["found"] == 0
    assert {place["place"] for place in stated["scan"]["looked_through"]} >= {"shop database", "blobs", "vector index"}
    for word in (anna.pseudonym, anna.account_id, anna.email, *anna.photo_ids):
        assert word not in receipt


def test_the_other_photo_of_the_person_stays(anna: Person) -> None:
    wiring().erasures.run(erase_photo(anna, anna.photo_ids[0]))
    kept = wiring().vault.open(anna.photo_ids[1], pseudonym=anna.pseudonym, has_account=True)
    assert kept.read("photo.jpg").startswith(b"\xff\xd8")
    assert traces(photo_of(anna, 1)) != []


def test_from_the_mark_on_the_photo_is_not_shown(anna: Person) -> None:
    erase_photo(anna, anna.photo_ids[0])
    with pytest.raises(PhotoNotFound):
        wiring().vault.open(anna.photo_ids[0], pseudonym=anna.pseudonym, has_account=True)
    assert [photo.id for photo in wiring().vault.photos_of(anna.pseudonym)] == [anna.photo_ids[1]]


def test_a_second_request_joins_the_first(anna: Person) -> None:
    first = erase_photo(anna, anna.photo_ids[0])
    assert erase_photo(anna, anna.photo_ids[0]) == first
    assert wiring().erasures.run(first, until=Stage.ROWS)
    assert erase_photo(anna, anna.photo_ids[0]) == first
    assert wiring().erasures.resume() == 1
    assert db.session.get_one(Erasure, first).stage == Stage.FINISHED


def test_somebody_elses_photo_cannot_be_erased(anna: Person) -> None:
    other = new_person("other@example.org")
    with pytest.raises(PhotoNotFound):
        erase_photo(other, anna.photo_ids[0])
