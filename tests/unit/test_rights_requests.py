"""A request's way through the desk: clock, identity, extension, two officers at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from privacy.models import ShopAuditNote
from privacy.rights_errors import (
    ClockRanBackwards,
    ExtensionTooLate,
    IdentityNotChecked,
    ReasonMissing,
    RequestChangedMeanwhile,
    RequestIsClosed,
    RequestNotFound,
    TextTooLong,
    TooManyRequests,
)
from privacy.rights_models import Channel, RequestKind, RequestState, RightsRequest
from privacy.rights_requests import (
    CODE_DAYS,
    CODE_TRIES,
    MOST_CHARACTERS,
    MOST_OPEN_REQUESTS,
    NewRequest,
    RequestDesk,
    open_requests,
    requests_of,
)
from storage.database import db
from tests.factories import personal_data_keys

KEYS = personal_data_keys()
PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 1, 31, 10, tzinfo=UTC)
ANNA, OFFICER = "a" * 32, "0" * 32


@dataclass
class Clock:
    time: datetime = START

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[RequestDesk]:
    app = Flask("desk")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    app.config["SQLALCHEMY_BINDS"] = dict.fromkeys(("accounts", "keys", "audit"), "sqlite://")
    db.init_app(app)
    with app.app_context():
        db.create_all()
        yield RequestDesk(KEYS, PARIS, clock)


LETTER = NewRequest(RequestKind.ACCESS, Channel.LETTER, "fr", ANNA, words="Que savez-vous de moi ?")
SELF_SERVICE = replace(LETTER, channel=Channel.MY_DATA)


def received(desk: RequestDesk, new: NewRequest = LETTER) -> RightsRequest:
    request = desk.receive(new, actor=OFFICER)
    db.session.commit()
    return request


def test_what_a_person_wrote_is_sealed_and_readable_for_the_officer(desk: RequestDesk) -> None:
    request = received(desk)
    assert request.words_sealed is not None
    assert b"moi" not in request.words_sealed
    assert desk.words_of(request) == LETTER.words


def test_a_request_of_31_january_is_due_on_the_last_of_february(desk: RequestDesk) -> None:
    assert received(desk).due_at.astimezone(PARIS) == datetime(2026, 2, 28, 23, 59, 59, tzinfo=PARIS)


def test_a_letter_counts_from_its_arrival_and_cannot_arrive_tomorrow(desk: RequestDesk, clock: Clock) -> None:
    request = received(desk, replace(LETTER, received_at=START - timedelta(days=5)))
    assert request.due_at.astimezone(PARIS).date().isoformat() == "2026-02-26"
    with pytest.raises(ClockRanBackwards):
        desk.receive(replace(LETTER, received_at=START + timedelta(days=1)), actor=OFFICER)


def test_sent_twice_it_is_one_request(desk: RequestDesk) -> None:
    assert received(desk, SELF_SERVICE).id == received(desk, SELF_SERVICE).id
    assert len(requests_of(ANNA)) == 1


def test_one_person_cannot_fill_the_queue(desk: RequestDesk) -> None:
    for number in range(MOST_OPEN_REQUESTS):
        received(desk, replace(SELF_SERVICE, words=f"Question {number}"))
    with pytest.raises(TooManyRequests):
        desk.receive(replace(SELF_SERVICE, words="One more"), actor=ANNA)


def test_a_very_long_text_is_refused_with_its_length(desk: RequestDesk) -> None:
    with pytest.raises(TextTooLong, match=str(MOST_CHARACTERS + 1)):
        desk.receive(replace(LETTER, words="x" * (MOST_CHARACTERS + 1)), actor=OFFICER)
    assert received(desk, replace(LETTER, words="é" * MOST_CHARACTERS)).words_sealed


def test_who_is_logged_in_needs_no_further_check(desk: RequestDesk) -> None:
    request = received(desk, SELF_SERVICE)
    desk.move(request.id, RequestState.WORKING, version=request.version, actor=OFFICER)
    assert desk.close(request.id, version=request.version, actor=OFFICER).state == RequestState.DONE


def test_nothing_is_worked_on_or_done_before_the_identity_is_checked(desk: RequestDesk) -> None:
    request = received(desk)
    with pytest.raises(IdentityNotChecked):
        desk.move(request.id, RequestState.WORKING, version=request.version, actor=OFFICER)
    with pytest.raises(IdentityNotChecked):
        desk.close(request.id, version=request.version, actor=OFFICER)
    desk.documents_seen(request.id, version=request.version, actor=OFFICER)
    assert desk.close(request.id, version=request.version, actor=OFFICER).closed_at == START


def test_the_code_that_was_sent_proves_the_person_once(desk: RequestDesk) -> None:
    request = received(desk)
    code = desk.new_code(request.id, version=request.version, actor=OFFICER)
    assert code not in str(request.code_hash)
    assert not desk.try_code(request.id, str((int(code) + 1) % 10**8).zfill(8), version=request.version, actor=OFFICER)
    assert desk.try_code(request.id, f" {code[:4]} {code[4:]}", version=request.version, actor=OFFICER)
    assert request.state == RequestState.WORKING
    assert not desk.try_code(request.id, code, version=request.version, actor=OFFICER)


def test_a_code_lapses_and_cannot_be_guessed(desk: RequestDesk, clock: Clock) -> None:
    request = received(desk)
    code = desk.new_code(request.id, version=request.version, actor=OFFICER)
    for _ in range(CODE_TRIES):
        desk.try_code(request.id, "guess", version=request.version, actor=OFFICER)
    assert not desk.try_code(request.id, code, version=request.version, actor=OFFICER)
    code = desk.new_code(request.id, version=request.version, actor=OFFICER)
    clock.time += timedelta(days=CODE_DAYS, seconds=1)
    assert not desk.try_code(request.id, code, version=request.version, actor=OFFICER)


def test_a_code_of_one_request_opens_no_other(desk: RequestDesk) -> None:
    one, other = received(desk), received(desk, replace(LETTER, kind=RequestKind.ERASURE))
    code = desk.new_code(one.id, version=one.version, actor=OFFICER)
    desk.new_code(other.id, version=other.version, actor=OFFICER)
    assert not desk.try_code(other.id, code, version=other.version, actor=OFFICER)


def test_two_months_more_with_a_reason_inside_the_first_month_and_once(desk: RequestDesk, clock: Clock) -> None:
    request = received(desk)
    with pytest.raises(ReasonMissing):
        desk.extend(request.id, "  ", version=request.version, actor=OFFICER)
    clock.time = datetime(2026, 2, 28, 22, 59, tzinfo=UTC)  # 23:59 in Paris
    desk.extend(request.id, "Many photos", version=request.version, actor=OFFICER)
    assert request.due_at.astimezone(PARIS) == datetime(2026, 4, 30, 23, 59, 59, tzinfo=PARIS)
    assert "Many photos" in desk.notes_of(request)
    with pytest.raises(ExtensionTooLate):
        desk.extend(request.id, "Again", version=request.version, actor=OFFICER)


def test_after_the_first_month_there_is_no_extension(desk: RequestDesk, clock: Clock) -> None:
    request = received(desk)
    clock.time = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)  # 1 March in Paris
    with pytest.raises(ExtensionTooLate):
        desk.extend(request.id, "Late", version=request.version, actor=OFFICER)


def test_of_two_officers_at_once_the_first_one_wins(desk: RequestDesk) -> None:
    request = received(desk)
    shown = request.version
    desk.assign(request.id, version=shown, actor=OFFICER, officer=OFFICER)
    db.session.commit()
    with pytest.raises(RequestChangedMeanwhile):
        desk.refuse(request.id, "Mine", version=shown, actor="1" * 32)


def test_even_a_change_between_look_and_write_is_noticed(desk: RequestDesk) -> None:
    request = received(desk)
    shown = request.version
    with db.engine.begin() as elsewhere:
        elsewhere.execute(db.update(RightsRequest.__table__).values(version=shown + 1))
    with pytest.raises(RequestChangedMeanwhile):
        desk.assign(request.id, version=shown, actor=OFFICER, officer=OFFICER)


def test_a_closed_request_stays_closed(desk: RequestDesk) -> None:
    request = received(desk, replace(LETTER, contact="anna@example.org"))
    desk.refuse(request.id, "Not the person", version=request.version, actor=OFFICER)
    assert open_requests() == []
    with pytest.raises(RequestIsClosed):
        desk.extend(request.id, "Why not", version=request.version, actor=OFFICER)


def test_a_person_withdraws_their_own_request_only(desk: RequestDesk) -> None:
    request = received(desk, SELF_SERVICE)
    with pytest.raises(RequestNotFound):
        desk.withdraw(request.id, pseudonym="b" * 32)
    assert desk.withdraw(request.id, pseudonym=ANNA).state == RequestState.WITHDRAWN
    unknown = received(desk, replace(LETTER, pseudonym=""))
    with pytest.raises(RequestNotFound):
        desk.withdraw(unknown.id, pseudonym="")


def test_a_clock_that_ran_back_is_named_and_nothing_changes(desk: RequestDesk, clock: Clock) -> None:
    request = received(desk)
    clock.time -= timedelta(hours=2)
    with pytest.raises(ClockRanBackwards):
        desk.documents_seen(request.id, version=request.version, actor=OFFICER)
    db.session.rollback()
    assert request.identity_checked_at is None
    clock.time = START - timedelta(seconds=20)
    assert desk.documents_seen(request.id, version=request.version, actor=OFFICER).changed_at == START


def test_the_queue_shows_the_request_due_first_first(desk: RequestDesk, clock: Clock) -> None:
    late = received(desk)
    early = received(desk, replace(LETTER, kind=RequestKind.ERASURE, received_at=START - timedelta(days=20)))
    assert [request.id for request in open_requests()] == [early.id, late.id]
    desk.assign(late.id, version=late.version, actor=OFFICER, officer="9" * 32)
    assert [request.id for request in open_requests(assigned_to="9" * 32)] == [late.id]


def test_letters_stay_with_the_file_sealed(desk: RequestDesk) -> None:
    request = received(desk)
    words = {"kind": "refusal", "language": "fr", "subject": "Votre demande", "text": "Non, voici pourquoi."}
    desk.record_letter(request.id, version=request.version, actor=OFFICER, **words)
    [letter] = desk.letters_of(request)
    assert (letter.subject, letter.text) == ("Votre demande", "Non, voici pourquoi.")


def test_every_change_is_noted_without_a_word_of_its_content(desk: RequestDesk) -> None:
    request = received(desk, replace(LETTER, contact="anna@example.org"))
    desk.write_note(request.id, "Rang Frau Anna an", version=request.version, actor=OFFICER)
    desk.new_code(request.id, version=request.version, actor=OFFICER)
    desk.refuse(request.id, "Geheim", version=request.version, actor=OFFICER)
    notes = db.session.query(ShopAuditNote).all()
    actions = sorted(note.action for note in notes)
    assert actions == ["request.identity_code_sent", "request.noted", "request.received", "request.refused"]
    told = " ".join(f"{note.details} {note.reason} {note.subject}" for note in notes)
    assert not any(word in told for word in ("anna", "Anna", "Geheim", LETTER.words))
