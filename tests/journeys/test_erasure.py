"""A photo, a person, and all that was made of them are erased, step by step, and it is proved."""

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from PIL import Image

from accounts.errors import MailNotSent
from accounts.models import Account
from accounts.ports import Letter
from privacy import erasure as erasure_module
from privacy.consent import Purpose, give_consent
from privacy.erasure import BY_PERSON, STAGES, Stage
from privacy.erasure_errors import BeingErased, SomethingRemains, StillInUse
from privacy.erasure_models import Erasure
from privacy.errors import PhotoNotFound
from privacy.photo_vault import new_photo_id
from privacy.receipts import verify_receipt
from recommender.ports import EncoderIdentity
from storage.database import db, now
from tests.doubles import InMemoryMailer
from tests.erasing import Person, empty_shop, keep_photo, new_person, photo_of, traces
from webapp.jobs.models import Job, JobState
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


def erase_person(person: Person) -> str:
    return wiring().erasures.erase_person(person.pseudonym, account_id=person.account_id, asked_by=BY_PERSON).id


def test_a_person_leaves_traces_and_after_the_erasure_none(anna: Person) -> None:
    assert {what.split(":")[0] for what in traces(anna)} >= {"shop.sqlite3", "accounts.sqlite3", "wrapped_keys.sqlite3"}
    erasure_id = erase_person(anna)
    assert wiring().erasures.run(erasure_id)
    assert traces(anna) == []
    receipt = db.session.get_one(Erasure, erasure_id).receipt or ""
    stated = verify_receipt(receipt, public_key=wiring().erasures.signer.public_key)
    assert stated["erased"]["accounts"]["account"] == 1
    assert stated["erased"]["photo keys"] == {"keys": 2}
    assert stated["scan"]["looked_for"]["e-mail"] == 1
    assert stated["scan"]["looked_for"]["photo id"] == 2
    for word in (anna.pseudonym, anna.account_id, anna.email, *anna.photo_ids):
        assert word not in receipt


def test_nobody_else_is_touched(shop: Flask, anna: Person) -> None:
    other = new_person("other@example.org", photos=1)
    wiring().erasures.run(erase_person(anna))
    kept = wiring().vault.open(other.photo_ids[0], pseudonym=other.pseudonym, has_account=True)
    assert kept.read("photo.jpg").startswith(b"\xff\xd8")
    assert db.session.get_one(Account, other.account_id)


def test_from_the_mark_on_nothing_new_is_kept_of_the_person_and_never_again(anna: Person) -> None:
    erasure_id = erase_person(anna)
    for _moment in ("marked", "finished"):
        with pytest.raises(BeingErased):
            keep_photo(anna.pseudonym)
        db.session.rollback()
        wiring().erasures.run(erasure_id)
    assert traces(anna) == []


def test_an_upload_that_began_before_the_mark_leaves_nothing(anna: Person) -> None:
    photo_id = new_photo_id()
    give_consent(pseudonym=anna.pseudonym, photo_id=photo_id, purpose=Purpose.RECOMMENDATION, language="en")
    kept = wiring().vault.keep(photo_id=photo_id, pseudonym=anna.pseudonym, has_account=True)
    db.session.commit()
    # The request is still looking at the photo when it is erased, and writes what it saw afterwards.
    wiring().erasures.run(erase_person(anna))
    with pytest.raises(PhotoNotFound):
        kept.write("reading.json", b"{}")
    assert traces(replace(anna, photo_ids=(*anna.photo_ids, photo_id))) == []


def test_a_blob_that_comes_back_after_the_rows_are_gone_is_found_and_taken_away(anna: Person) -> None:
    erasure_id = erase_person(anna)
    assert wiring().erasures.run(erasure_id, until=Stage.CACHES)
    wiring().blobs.put(f"photos/{anna.photo_ids[0]}/reading.json", b"written late")
    with pytest.raises(SomethingRemains, match="blobs, photos: photo id"):
        wiring().erasures.run(erasure_id)
    db.session.get_one(Erasure, erasure_id).claimed_at = None
    db.session.commit()
    assert wiring().erasures.resume() == 1
    assert traces(anna) == []


def test_an_erasure_during_a_rebuild_of_the_index_is_complete(anna: Person) -> None:
    builds = wiring().index
    identity, rows = EncoderIdentity("test", "1", 8, "embedded"), np.eye(4, 8, dtype=np.float32)
    stop = threading.Event()

    def rebuild() -> None:
        while not stop.is_set():
            builds.replace_all(ids=np.arange(4), vectors=rows, encoder=identity)

    rebuilding = threading.Thread(target=rebuild)
    rebuilding.start()
    try:
        assert wiring().erasures.run(erase_person(anna))
    finally:
        stop.set()
        rebuilding.join()
    assert traces(anna) == []


def test_a_vector_that_strayed_into_the_index_is_found(anna: Person) -> None:
    vector = np.frombuffer(anna.vectors[0], "<f4")
    identity = EncoderIdentity("test", "1", len(vector), "embedded")
    wiring().index.replace_all(ids=np.arange(1), vectors=vector[None], encoder=identity)
    erasure_id = erase_person(anna)
    with pytest.raises(SomethingRemains, match=r"vector index, builds/.*: embedding vector"):
        wiring().erasures.run(erasure_id)
    erasure = db.session.get_one(Erasure, erasure_id)
    assert (erasure.stage, erasure.last_error, erasure.attempts) == ("keys", "SomethingRemains", 1)
    assert anna.pseudonym not in str(erasure.looked)
    # Twice: the build before the active one is kept for a rollback.
    for _build in range(2):
        wiring().index.replace_all(ids=np.arange(1), vectors=np.ones((1, len(vector)), np.float32), encoder=identity)
    erasure.claimed_at = None
    db.session.commit()
    assert wiring().erasures.run(erasure_id)
    assert traces(anna) == []


@pytest.mark.parametrize("name", ["shop.sqlite3.bak", "mail/old.eml", "exports/anna.zip", "log.txt"])
def test_a_forgotten_copy_in_the_instance_folder_keeps_the_erasure_open_and_is_named(anna: Person, name: str) -> None:
    copy = wiring().settings.instance / name
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(b"\0" * 100 + anna.email.encode())
    erasure_id = erase_person(anna)
    with pytest.raises(SomethingRemains, match=r"instance folder.*: e-mail"):
        wiring().erasures.run(erasure_id)
    copy.unlink()
    db.session.get_one(Erasure, erasure_id).claimed_at = None
    db.session.commit()
    assert wiring().erasures.resume() == 1


def test_a_picture_of_the_person_in_the_catalogues_folder_is_found_by_its_looks(anna: Person) -> None:
    sent = wiring().vault.parts_for_canaries(anna.photo_ids[0])["photo.jpg"]
    smaller = Image.open(io.BytesIO(sent)).resize((200, 300))
    buffer = io.BytesIO()
    smaller.save(buffer, "JPEG", quality=70)
    wiring().blobs.put("products/leaked.jpg", buffer.getvalue())
    with pytest.raises(SomethingRemains, match="blobs, products: perceptual hash"):
        wiring().erasures.run(erase_person(anna))


def test_a_running_job_is_asked_to_stop_and_holds_the_erasure_up_until_it_has(anna: Person) -> None:
    job = Job(task="look", arguments={"photo": anna.photo_ids[1]}, state=JobState.RUNNING.value, alive_at=now())
    db.session.add(job)
    db.session.commit()
    erasure_id = erase_person(anna)
    with pytest.raises(StillInUse):
        wiring().erasures.run(erasure_id)
    db.session.refresh(job)
    assert job.cancel_requested
    job.state = JobState.CANCELLED.value
    db.session.get_one(Erasure, erasure_id).claimed_at = None
    db.session.commit()
    assert wiring().erasures.run(erasure_id)
    assert traces(anna) == []


def test_a_tampered_and_a_missing_blob_do_not_hold_the_erasure_up(anna: Person) -> None:
    folder = wiring().settings.instance / "blobs" / "photos"
    (folder / anna.photo_ids[0] / "photo.jpg").write_bytes(b"tampered")
    (folder / anna.photo_ids[0] / "reading.json").unlink()
    (folder / anna.photo_ids[1] / "crop-0.jpg").write_bytes(b"")
    wiring().key_store.destroy_key(f"photo/{anna.photo_ids[1]}")
    assert wiring().erasures.run(erase_person(anna))
    assert traces(anna) == []


def test_a_clock_that_was_put_back_delays_nothing(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    erasure_id = erase_person(anna)
    assert wiring().erasures.run(erasure_id, until=Stage.ROWS)
    db.session.get_one(Erasure, erasure_id).claimed_at = now()
    db.session.commit()
    monkeypatch.setattr(erasure_module, "now", lambda: now() - timedelta(days=400))
    assert wiring().erasures.resume() == 1
    erasure = db.session.get_one(Erasure, erasure_id)
    times = [passed["at"] for passed in erasure.passed]
    assert times == sorted(times)
    assert erasure.finished_at
    assert erasure.finished_at >= erasure.started_at.replace(microsecond=0)


def test_the_receipt_is_sent_to_the_address_that_was_and_not_kept(
    anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer = InMemoryMailer(wiring().pseudonyms.of_email)
    monkeypatch.setitem(wiring().__dict__, "mailer", mailer)
    erasure_id = erase_person(anna)
    wiring().erasures.run(erasure_id)
    [letter] = mailer.sent
    assert letter.to == anna.email
    assert f"/erasures/{wiring().erasures.link_code(erasure_id)}" in letter.text


def test_a_mail_server_that_is_down_is_tried_again_and_given_up_after_a_day(
    anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_letter: Letter) -> None:
        raise MailNotSent("the server is down")

    monkeypatch.setattr(wiring().mailer, "send", refuse)
    erasure_id = erase_person(anna)
    with pytest.raises(MailNotSent):
        wiring().erasures.run(erasure_id)
    erasure = db.session.get_one(Erasure, erasure_id)
    assert (erasure.stage, erasure.last_error) == ("receipt", "MailNotSent")
    monkeypatch.setattr(erasure_module, "now", lambda: now() + timedelta(hours=25))
    assert wiring().erasures.resume() == 1
    assert db.session.get_one(Erasure, erasure_id).receipt
    assert wiring().key_store.names("erasure/") == []
