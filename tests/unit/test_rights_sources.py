"""Requests, archives and the audit as personal data: handed out whole, erased without a trace, or kept for a reason."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from privacy.archive_errors import ArchiveNotFound, ArchiveNotReady
from privacy.archives import Archives, ArchivesLapse, ArchivesSource
from privacy.audit_notes import SYSTEM, note
from privacy.audit_source import AuditSource
from privacy.consent import Purpose
from privacy.destroyed_keys import DestroyedKeys
from privacy.erasure_errors import BeingErased
from privacy.erasure_models import Erasure, fingerprint
from privacy.errors import CannotBeDecrypted
from privacy.key_store import KeyStore
from privacy.local_key_file import LocalKeyFile
from privacy.requests_source import RequestsLapse, RequestsSource
from privacy.retention import RetentionPolicy
from privacy.rights_acts import set_objection, set_restriction
from privacy.rights_errors import ClockRanBackwards
from privacy.rights_models import (
    ArchiveKind,
    ArchiveState,
    Channel,
    PersonalArchive,
    RequestKind,
    RightsLetter,
    RightsRequest,
)
from privacy.rights_requests import NewRequest, RequestDesk
from privacy.sources import PersonalDataSource, Scope
from privacy.standing import standing_of
from storage.blobs import BlobStore
from storage.database import AUDIT_BIND, KEYS_BIND, db
from tests.factories import personal_data_keys

ANNA, BERTA, OFFICER = "a" * 32, "b" * 32, "0" * 32
KEYS = personal_data_keys()
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    time = START

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(stores: None, clock: Clock) -> RequestDesk:
    return RequestDesk(KEYS, ZoneInfo("Europe/Paris"), clock)


@pytest.fixture
def archives(stores: None, clock: Clock, tmp_path: Path) -> Archives:
    from privacy.keys import create_key_file

    create_key_file(tmp_path / "master.key")
    destroyed = DestroyedKeys(db.engines[AUDIT_BIND], lambda: KEYS.ledger)
    keys = KeyStore(db.engines[KEYS_BIND], LocalKeyFile(tmp_path / "master.key"), destroyed)
    return Archives(BlobStore(f"file://{tmp_path / 'blobs'}"), keys, clock)


def asked(desk: RequestDesk, pseudonym: str = ANNA) -> RightsRequest:
    words = NewRequest(RequestKind.ERASURE, Channel.MY_DATA, "fr", pseudonym, words="Tout, s’il vous plaît.")
    request = desk.receive(words, actor=pseudonym)
    desk.record_letter(
        request.id, kind="done", language="fr", subject="Oui", text="Fait.", version=request.version, actor=OFFICER
    )
    db.session.commit()
    return request


def ready(archives: Archives, pseudonym: str = ANNA, content: bytes = b"PK whatever") -> PersonalArchive:
    archive = archives.begin_export(pseudonym, language="fr", days=7, actor=pseudonym)
    archives.fill_export(archive, content, photos=1)
    db.session.commit()
    return archive


def test_a_persons_requests_are_handed_out_with_their_letters(desk: RequestDesk) -> None:
    asked(desk)
    asked(desk, BERTA)
    exported = RequestsSource(desk).export(Scope(ANNA))["requests"]
    assert isinstance(exported, list)
    assert [request["words"] for request in exported] == ["Tout, s’il vous plaît."]
    assert [letter["text"] for letter in exported[0]["letters"]] == ["Fait."]


@pytest.mark.parametrize("scope", [Scope(ANNA, photo_id="f" * 32), Scope(ANNA, purpose=Purpose.STATISTICS), Scope("")])
def test_a_photo_or_a_purpose_does_not_concern_requests(desk: RequestDesk, scope: Scope) -> None:
    request, source = asked(desk), RequestsSource(desk)
    asked(desk, BERTA)
    source.erase(scope)
    assert source.export(scope) == {}
    assert not source.remains(scope)
    assert request.pseudonym == ANNA


def test_after_an_erasure_a_request_tells_what_was_done_and_not_for_whom(desk: RequestDesk) -> None:
    request, other, source = asked(desk), asked(desk, BERTA), RequestsSource(desk)
    desk.assign(other.id, version=other.version, actor=OFFICER, officer=ANNA)
    assert len(source.remains(Scope(ANNA))) == 2
    for _ in range(2):
        source.erase(Scope(ANNA))
        db.session.commit()
    assert not source.remains(Scope(ANNA))
    assert (request.pseudonym, request.words_sealed, request.notes_sealed) == ("", None, None)
    assert [letter.text_sealed for letter in db.session.query(RightsLetter).filter_by(request_id=request.id)] == [None]
    assert request.kind == RequestKind.ERASURE
    assert (other.pseudonym, other.assigned_to) == (BERTA, "")
    assert desk.words_of(other)


def test_closed_requests_lapse_with_their_letters_and_open_ones_never(desk: RequestDesk, clock: Clock) -> None:
    closed, still_open = asked(desk), asked(desk, BERTA)
    desk.withdraw(closed.id, pseudonym=ANNA)
    policy, lapse = RetentionPolicy.from_amounts({"request_days": 400}), RequestsLapse()
    assert lapse.lapsed(policy, START + timedelta(days=399)) == []
    items = lapse.lapsed(policy, START + timedelta(days=10_000))
    assert [item.key for item in items] == [closed.id]
    lapse.erase_lapsed(items)
    db.session.commit()
    assert [request.id for request in db.session.query(RightsRequest)] == [still_open.id]
    assert db.session.query(RightsLetter).count() == 1


def test_an_archive_opens_for_its_owner_at_its_place_alone(archives: Archives) -> None:
    one, other = ready(archives, content=b"one"), ready(archives, BERTA, b"other")
    assert archives.content_of(one) == b"one"
    for pseudonym, kind in ((BERTA, ArchiveKind.EXPORT), (ANNA, ArchiveKind.IMPORT)):
        with pytest.raises(ArchiveNotFound):
            archives.find(one.id, pseudonym=pseudonym, kind=kind)
    key = f"archives/{one.id}/archive.zip"
    archives.blobs.put(key, archives.blobs.get(f"archives/{other.id}/archive.zip"))
    with pytest.raises(CannotBeDecrypted):
        archives.content_of(one)


def test_an_archive_lapses_and_a_clock_put_back_does_not_revive_it(archives: Archives, clock: Clock) -> None:
    archive = ready(archives)
    clock.time = START + timedelta(days=7)
    with pytest.raises(ArchiveNotFound):
        archives.find(archive.id, pseudonym=ANNA, kind=ArchiveKind.EXPORT)
    clock.time = START - timedelta(hours=1)
    with pytest.raises(ClockRanBackwards):
        archives.find(archive.id, pseudonym=ANNA, kind=ArchiveKind.EXPORT)


def test_the_officers_shorter_period_holds_for_archives_that_are_there(archives: Archives) -> None:
    ready(archives)
    lapse = ArchivesLapse(archives)
    assert lapse.lapsed(RetentionPolicy.from_amounts({}), START + timedelta(days=3)) == []
    short = RetentionPolicy.from_amounts({"export_days": 2})
    items = lapse.lapsed(short, START + timedelta(days=3))
    assert [item.pseudonym for item in items] == [ANNA]
    lapse.erase_lapsed(items)
    lapse.erase_lapsed(items)
    db.session.commit()
    assert db.session.query(PersonalArchive).count() == 0
    assert archives.keys.names("archive/") == []
    assert list(archives.blobs.keys()) == []


def test_an_import_lapses_though_its_sender_holds_their_data(archives: Archives) -> None:
    archives.begin_import(ANNA, language="fr", content=b"zip", photos=1)
    db.session.commit()
    [item] = ArchivesLapse(archives).lapsed(RetentionPolicy.from_amounts({}), START + timedelta(hours=2))
    assert item.pseudonym == "", "the purge spares what belongs to somebody on hold"


def test_an_export_without_its_key_or_bytes_is_gone_and_an_unfinished_one_not_ready(archives: Archives) -> None:
    without_key, without_bytes = ready(archives), ready(archives, BERTA)
    archives.keys.destroy_key(f"archive/{without_key.id}")
    archives.blobs.delete(f"archives/{without_bytes.id}/archive.zip")
    for archive in (without_key, without_bytes):
        with pytest.raises(ArchiveNotFound):
            archives.content_of(archive)
    with pytest.raises(ArchiveNotReady):
        archives.content_of(archives.begin_export("c" * 32, language="fr", days=7, actor=SYSTEM))


def test_somebody_who_is_being_erased_gets_no_new_archive_and_no_new_request(
    archives: Archives, desk: RequestDesk
) -> None:
    subject = fingerprint(f"person/{ANNA}")
    db.session.add(
        Erasure(
            id="e" * 32,
            subject=subject,
            open_subject=subject,
            person=subject,
            kind="person",
            asked_by="person",
            language="fr",
            stage="mark",
        )
    )
    db.session.commit()
    for begin in (
        lambda: archives.begin_export(ANNA, language="fr", days=7, actor=ANNA),
        lambda: archives.begin_import(ANNA, language="fr", content=b"zip", photos=1),
        lambda: asked(desk),
    ):
        with pytest.raises(BeingErased):
            begin()
        db.session.rollback()
    assert db.session.query(PersonalArchive).count() == db.session.query(RightsRequest).count() == 0
    assert archives.keys.names("archive/") == []


@pytest.mark.parametrize("scope", [Scope(ANNA), Scope(ANNA, photo_id="f" * 32), Scope(ANNA, purpose=Purpose.TRAINING)])
def test_archives_go_with_the_person_and_with_any_part_of_what_they_hold(archives: Archives, scope: Scope) -> None:
    ready(archives)
    archives.begin_import(ANNA, language="fr", content=b"zip", photos=1)
    kept = ready(archives, BERTA)
    source = ArchivesSource(archives)
    assert source.export(scope) == {}
    assert len(source.remains(scope)) == 2
    for _ in range(2):
        source.erase(scope)
        db.session.commit()
    assert not source.remains(scope)
    assert archives.keys.names("archive/") == [f"archive/{kept.id}"]
    assert archives.content_of(kept)


def test_a_failed_archive_keeps_its_code_and_nothing_else(archives: Archives) -> None:
    archive = archives.begin_export(ANNA, language="fr", days=7, actor=ANNA)
    archives.fail(archive, "StorageFull")
    db.session.commit()
    assert (archive.state, archive.problem) == (ArchiveState.FAILED, "StorageFull")
    assert archives.keys.names("archive/") == []


@pytest.mark.usefixtures("stores")
def test_the_audit_is_handed_out_without_the_staffs_pseudonyms_and_is_not_erased() -> None:
    note("photo.opened", actor=OFFICER, subject=ANNA, reason="The person asks about it")
    note("export.asked", actor=ANNA, subject=ANNA)
    note("export.made", actor=SYSTEM, subject=ANNA)
    note("photo.opened", actor=ANNA, subject=BERTA, reason="Not about Anna")
    db.session.commit()
    source = AuditSource()
    source.erase(Scope(ANNA))
    told = source.export(Scope(ANNA))["audit"]
    assert isinstance(told, list)
    assert sorted((act["action"], act["by"]) for act in told) == [
        ("export.asked", "you"),
        ("export.made", "system"),
        ("photo.opened", "staff"),
    ]
    assert OFFICER not in str(told)
    assert all(act["words_fr"] and act["words_en"] for act in told)


class Noted:
    """A source that only remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        self.told.append((scope.pseudonym, restricted))

    def object(self, scope: Scope, purpose: Purpose) -> None:
        self.told.append((scope.pseudonym, purpose))


@pytest.mark.usefixtures("stores")
def test_a_hold_and_an_objection_reach_the_gate_and_every_source_and_are_noted() -> None:
    noted = Noted()
    sources: list[PersonalDataSource] = [noted]  # type: ignore[list-item]
    set_restriction(Scope(ANNA), sources, restricted=True, actor=OFFICER)
    set_restriction(Scope(ANNA), sources, restricted=False, actor=ANNA)
    set_objection(Scope(ANNA), sources, Purpose.STATISTICS, objects=True, actor=ANNA)
    set_objection(Scope(ANNA), sources, Purpose.STATISTICS, objects=False, actor=ANNA)
    assert noted.told == [(ANNA, True), (ANNA, False), (ANNA, Purpose.STATISTICS)]
    standing = standing_of(ANNA)
    assert standing is not None
    assert (standing.restricted_at, standing.objects_to_statistics_at) == (None, None)
    told = AuditSource().export(Scope(ANNA))["audit"]
    assert isinstance(told, list)
    assert len(told) == 4


@pytest.mark.usefixtures("stores")
def test_the_gate_is_shut_before_a_source_can_fail() -> None:
    class Fails(Noted):
        def object(self, scope: Scope, purpose: Purpose) -> None:
            raise OSError("unmounted")

    with pytest.raises(OSError, match="unmounted"):
        set_objection(Scope(ANNA), [Fails()], Purpose.STATISTICS, objects=True, actor=ANNA)  # type: ignore[list-item]
    db.session.rollback()
    standing = standing_of(ANNA)
    assert standing is not None
    assert standing.objects_to_statistics_at is not None
