"""A backup that is restored brings nobody back: what was erased since is erased again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from accounts.models import Account
from privacy.consent import Purpose, give_consent, has_consent
from privacy.erasure import BY_PERSON, BY_RESTORE, Stage
from privacy.erasure_models import Erasure
from privacy.erasure_replay import Replay, replay_erasures
from privacy.models import ConsentRecord, KeptPhoto
from privacy.sources import Scope
from storage.database import db
from tests.doubles import InMemoryMailer
from tests.erasing import BINDS, Person, empty_shop, new_person, photo_of, traces
from webapp.wiring import wiring

# What a backup brings back; the audit store is none of it: it holds the list of erasures.
RESTORED = ("shop.sqlite3", "accounts.sqlite3", "wrapped_keys.sqlite3", "blobs")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Flask]:
    app = empty_shop(tmp_path / "instance")
    with app.app_context():
        yield app


@pytest.fixture
def anna(shop: Flask) -> Person:
    return new_person("anna.martin@example.org", photos=2)


def close_the_shop() -> Path:
    db.session.remove()
    for bind in BINDS:
        db.engines[bind].dispose()
    return wiring().settings.instance


def back_up(to: Path) -> None:
    """Copy the stores, as a nightly backup does."""
    instance = close_the_shop()
    for name in RESTORED:
        copy = shutil.copytree if (instance / name).is_dir() else shutil.copy2
        copy(instance / name, to / name)


def restore(backup: Path, *names: str) -> None:
    """Put stores back as they were."""
    instance = close_the_shop()
    for name in names or RESTORED:
        for old in instance.glob(f"{name}*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        copy = shutil.copytree if (backup / name).is_dir() else shutil.copy2
        copy(backup / name, instance / name)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    folder.mkdir()
    return folder


def replay() -> Replay:
    return replay_erasures(wiring().erasures, wiring().pseudonyms, wiring().blobs)


def erase_person(person: Person) -> str:
    erasures = wiring().erasures
    erasure_id = erasures.erase_person(person.pseudonym, account_id=person.account_id, asked_by=BY_PERSON).id
    assert erasures.run(erasure_id)
    return erasure_id


def erase_photo(person: Person, number: int) -> None:
    begun = wiring().erasures.erase_photo(person.photo_ids[number], pseudonym=person.pseudonym, asked_by=BY_PERSON)
    assert begun is not None
    assert wiring().erasures.run(begun.id)


def test_a_person_in_the_backup_is_erased_again_and_others_stay(anna: Person, backup: Path) -> None:
    other = new_person("other@example.org")
    back_up(backup)
    erase_person(anna)
    restore(backup)
    assert traces(anna) != []
    assert replay() == Replay(found=1, finished=1)
    assert traces(anna) == []
    kept = wiring().vault.open(other.photo_ids[0], pseudonym=other.pseudonym, has_account=True)
    assert kept.read("photo.jpg")
    assert replay() == Replay(found=0, finished=0)
    [again] = db.session.query(Erasure).filter_by(asked_by=BY_RESTORE)
    assert again.receipt


def test_a_photos_key_in_the_backup_opens_nothing_even_before_the_replay(anna: Person, backup: Path) -> None:
    back_up(backup)
    erase_person(anna)
    restore(backup)
    assert wiring().vault.parts_for_canaries(anna.photo_ids[0]) == {}


def test_a_photo_in_the_backup_is_erased_again_and_the_persons_other_photo_stays(anna: Person, backup: Path) -> None:
    back_up(backup)
    erase_photo(anna, 0)
    restore(backup)
    assert replay() == Replay(found=1, finished=1)
    assert traces(photo_of(anna, 0)) == []
    assert wiring().vault.open(anna.photo_ids[1], pseudonym=anna.pseudonym, has_account=True).read("photo.jpg")


@pytest.mark.parametrize("store", RESTORED)
def test_any_single_store_may_have_been_restored(anna: Person, backup: Path, store: str) -> None:
    back_up(backup)
    erase_person(anna)
    restore(backup, store)
    replayed = replay()
    assert replayed.found == replayed.finished
    assert traces(anna) == []


def test_a_withdrawn_purpose_is_withdrawn_again_and_one_agreed_to_since_stands(anna: Person, backup: Path) -> None:
    for photo_id in anna.photo_ids:
        give_consent(pseudonym=anna.pseudonym, photo_id=photo_id, purpose=Purpose.STATISTICS, language="en")
    db.session.commit()
    for photo_id in anna.photo_ids:
        scope = Scope(anna.pseudonym, photo_id=photo_id, purpose=Purpose.STATISTICS)
        assert wiring().erasures.run(wiring().erasures.begin(scope, asked_by=BY_PERSON).id)
        assert not has_consent(photo_id, Purpose.STATISTICS)
    agreed_again, withdrawn = anna.photo_ids
    give_consent(pseudonym=anna.pseudonym, photo_id=agreed_again, purpose=Purpose.STATISTICS, language="en")
    # The backup holds the second photo's consent as it was before it was withdrawn.
    for record in db.session.query(ConsentRecord).filter_by(photo_id=withdrawn, purpose=Purpose.STATISTICS.value):
        record.withdrawn_at = None
    db.session.commit()
    assert replay() == Replay(found=1, finished=1)
    assert has_consent(agreed_again, Purpose.STATISTICS)
    assert not has_consent(withdrawn, Purpose.STATISTICS)
    assert db.session.query(KeptPhoto).filter_by(pseudonym=anna.pseudonym).count() == 2


def test_an_erasure_that_the_backup_holds_half_done_is_begun_anew(anna: Person, backup: Path) -> None:
    erasures = wiring().erasures
    begun = erasures.erase_person(anna.pseudonym, account_id=anna.account_id, asked_by=BY_PERSON).id
    assert erasures.run(begun, until=Stage.ROWS)
    back_up(backup)
    assert erasures.run(begun)
    restore(backup)
    assert replay() == Replay(found=1, finished=1)
    assert traces(anna) == []
    assert db.session.query(Erasure).filter_by(finished_at=None).count() == 0


def test_the_person_gets_no_second_letter(anna: Person, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(backup)
    erase_person(anna)
    restore(backup)
    mailer = InMemoryMailer(wiring().pseudonyms.of_email)
    monkeypatch.setitem(wiring().__dict__, "mailer", mailer)
    assert replay().finished == 1
    assert mailer.sent == []


def test_the_command_says_what_it_did(shop: Flask, anna: Person, backup: Path, tmp_path: Path) -> None:
    back_up(backup)
    erasure_id = erase_person(anna)
    receipt = tmp_path / "receipt.json"
    receipt.write_text(db.session.get_one(Erasure, erasure_id).receipt or "")
    restore(backup)
    runner = shop.test_cli_runner()
    assert "1 erasures had come back" in runner.invoke(args=["privacy", "replay-erasures"]).output
    assert "0 erasures had come back" in runner.invoke(args=["privacy", "replay-erasures"]).output
    assert db.session.get(Account, anna.account_id) is None
    assert "A true receipt: person" in runner.invoke(args=["privacy", "verify-receipt", str(receipt)]).output
    receipt.write_text(receipt.read_text().replace("person", "photo"))
    edited = runner.invoke(args=["privacy", "verify-receipt", str(receipt)])
    assert (edited.exit_code, "no true receipt" in edited.output) == (1, True)
    key = runner.invoke(args=["privacy", "public-key"]).output.strip()
    assert key == wiring().erasures.signer.public_key
    assert "0 erasures finished, 0 still open" in runner.invoke(args=["privacy", "resume-erasures"]).output
