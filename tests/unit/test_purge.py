"""The purge: what is previewed is what goes, once, with a record; a failing storage or clock harms nothing."""

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import OperationalError

from privacy.audit_notes import COMMAND_LINE, SYSTEM
from privacy.declarations import Category
from privacy.errors import ClockWentBackwards, PeriodOutOfBounds, PurgeInterrupted
from privacy.lapsing import CONSENTS_LAPSE, DISPOSALS_LAPSE, RowsLapse
from privacy.models import ConsentRecord, PersonStanding, ShopAuditNote
from privacy.pseudonyms import Pseudonymiser
from privacy.purge import Purger, accept_the_clock, last_purge_at, next_purge_at
from privacy.retention import CONSENT, JOB, LapsedItem, RetentionPolicy
from privacy.retention_models import Disposal, PurgeRun, RetentionPeriod
from privacy.retention_periods import change_periods, current_policy
from privacy.rights_errors import ReasonMissing
from privacy.standing import change_standing
from storage.database import db

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
PSEUDONYMS = Pseudonymiser(bytes(32))
POLICY = RetentionPolicy.from_amounts({})
OFFICER = "0" * 32
PEOPLE = ("anna", "bert", "cleo")


@dataclass
class Drawer:
    """Things with a date, in memory; the storage may fail at one of them."""

    category: Category = Category.JOBS
    store: str | None = None
    things: dict[str, datetime] = field(default_factory=dict)
    fails_at: str = ""
    failure: Exception = field(default_factory=lambda: OSError(errno.ENOSPC, "No space left on device"))

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> list[LapsedItem]:
        old = [(since, key) for key, since in self.things.items() if since <= policy.before(JOB, at)]
        return [LapsedItem(key, "anna", since, JOB) for since, key in sorted(old)]

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        if any(item.key == self.fails_at for item in items):
            raise self.failure
        for item in items:
            self.things.pop(item.key, None)


@pytest.fixture(scope="module", autouse=True)
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("shop")
    app = Flask("purge")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'shop.sqlite3'}"
    app.config["SQLALCHEMY_BINDS"] = dict.fromkeys(("accounts", "keys", "audit"), "sqlite://")
    db.init_app(app)
    with app.app_context():
        db.create_all()
        yield


@pytest.fixture(autouse=True)
def _empty() -> None:
    _forget_all()


ages_in_days = st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(0, 2000) | st.none()), max_size=60)


@given(ages_in_days, st.integers(CONSENT.least, CONSENT.most), st.sets(st.sampled_from(PEOPLE), max_size=2))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_previewed_is_what_goes_and_a_second_purge_finds_nothing(
    ages: list[tuple[str, int | None]], consent_days: int, on_hold: set[str]
) -> None:
    _forget_all()
    for person, age in ages:
        _consent(person, withdrawn=None if age is None else AT - timedelta(days=age))
    for person in on_hold:
        change_standing(person, restricted=True)
    db.session.commit()
    purger = Purger((CONSENTS_LAPSE,), PSEUDONYMS)
    policy = RetentionPolicy.from_amounts({"consent_days": consent_days})

    (seen,) = purger.preview(policy, AT)
    due = [(person, age) for person, age in ages if age is not None and age >= consent_days]
    assert seen.count + seen.held == len(due)
    assert seen.held == sum(person in on_hold for person, _ in due)
    assert purger.purge(policy, AT, actor=SYSTEM).erased == {Category.CONSENTS: seen.count}
    assert _rows(ConsentRecord) == len(ages) - seen.count
    assert _rows(Disposal) == seen.count
    assert purger.purge(policy, AT, actor=SYSTEM).total == 0
    assert _rows(Disposal) == seen.count


def test_the_preview_tells_the_oldest_date_and_changes_nothing() -> None:
    for days in (400, 900, 30):
        _consent("anna", withdrawn=AT - timedelta(days=days))
    db.session.commit()
    (seen,) = Purger((CONSENTS_LAPSE,), PSEUDONYMS).preview(POLICY, AT)
    assert (seen.count, seen.oldest) == (2, AT - timedelta(days=900))
    assert _rows(ConsentRecord) == 3


def test_a_record_says_why_and_names_nobody() -> None:
    _consent("anna", withdrawn=AT - timedelta(days=400))
    db.session.commit()
    Purger((CONSENTS_LAPSE,), PSEUDONYMS).purge(POLICY, AT, actor=SYSTEM)
    record = db.session.scalars(select(Disposal)).one()
    assert (record.category, record.reason, record.rule) == ("consents", "time is up", "consent_days=365")
    assert "anna" not in (record.id, record.subject_hash)
    assert record.subject_hash == PSEUDONYMS.of_disposed("anna")
    assert record.at == AT


def test_a_withdrawal_of_which_something_is_still_to_be_erased_never_lapses() -> None:
    _consent("anna", withdrawn=AT - timedelta(days=4000), settled=False)
    db.session.commit()
    assert Purger((CONSENTS_LAPSE,), PSEUDONYMS).purge(POLICY, AT, actor=SYSTEM).total == 0


def test_records_lapse_too_and_leave_no_record_of_their_own() -> None:
    db.session.add(Disposal(id="x", at=AT - timedelta(days=2000), category="jobs", subject_hash="", reason="", rule=""))
    db.session.commit()
    assert Purger((DISPOSALS_LAPSE,), PSEUDONYMS).purge(POLICY, AT, actor=SYSTEM).total == 1
    assert _rows(Disposal) == 0


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left"),
        (OperationalError("DELETE", {}, Exception("database is locked")), "database is locked"),
    ],
)
@pytest.mark.parametrize("store", [None, "accounts"])
def test_a_failing_storage_stops_the_purge_whole_and_the_next_one_goes_on(
    failure: Exception, words: str, store: str | None
) -> None:
    things = {f"{number:02}": AT - timedelta(days=100 - number) for number in range(50)}
    drawer = Drawer(things=things, fails_at="25", failure=failure, store=store)
    purger = Purger((drawer,), PSEUDONYMS)
    with pytest.raises(PurgeInterrupted, match=f"jobs after 20 things.*{words}"):
        purger.purge(POLICY, AT, actor=SYSTEM)
    assert sorted(drawer.things) == [f"{number:02}" for number in range(20, 50)]
    assert db.session.scalars(select(PurgeRun.finished_at)).one() is None
    drawer.fails_at = ""
    assert purger.purge(POLICY, AT, actor=SYSTEM).total == 30
    assert _rows(Disposal) == 50


def test_a_database_that_is_locked_by_another_is_a_named_error(tmp_path: Path) -> None:
    _consent("anna", withdrawn=AT - timedelta(days=400))
    db.session.commit()
    db.session.connection().exec_driver_sql("PRAGMA busy_timeout=1")
    db.session.rollback()
    with db.engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(PurgeInterrupted, match="locked"):
            Purger((CONSENTS_LAPSE,), PSEUDONYMS).erase_lapsed(POLICY, AT)
        other.rollback()
    assert _rows(ConsentRecord) == 1
    assert Purger((CONSENTS_LAPSE,), PSEUDONYMS).erase_lapsed(POLICY, AT).total == 1


def test_a_database_without_room_is_a_named_error_and_every_row_has_its_record_or_is_there() -> None:
    for number in range(400):
        _consent("anna", withdrawn=AT - timedelta(days=400, minutes=number))
    db.session.commit()
    purger = Purger((CONSENTS_LAPSE,), PSEUDONYMS)
    _limit_pages(room_for=2)
    try:
        with pytest.raises(PurgeInterrupted, match="full"):
            purger.purge(POLICY, AT, actor=SYSTEM)
        done = _rows(Disposal)
        assert 0 < done < 400
        assert _rows(ConsentRecord) == 400 - done
    finally:
        db.session.rollback()
        db.engine.dispose()
    assert purger.purge(POLICY, AT, actor=SYSTEM).total == 400 - done
    assert (_rows(ConsentRecord), _rows(Disposal)) == (0, 400)


def test_another_purge_that_wrote_the_same_records_first_is_a_named_error_and_the_next_run_goes_on() -> None:
    _consent("anna", withdrawn=AT - timedelta(days=400))
    db.session.commit()

    class Overtaken(RowsLapse):
        def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
            with db.engine.begin() as other:
                row = {"id": PSEUDONYMS.of_disposed(_name_of(items[0])), "at": AT, "category": "", "subject_hash": ""}
                other.execute(insert(Disposal).values(**row, reason="", rule=""))
            db.session.add(Disposal(**row, reason="", rule=""))
            db.session.flush()

    lapse = Overtaken(CONSENTS_LAPSE.rule, CONSENTS_LAPSE.key, CONSENTS_LAPSE.since, CONSENTS_LAPSE.pseudonym)
    with pytest.raises(PurgeInterrupted, match="UNIQUE"):
        Purger((lapse,), PSEUDONYMS).erase_lapsed(POLICY, AT)
    assert _rows(ConsentRecord) == 1
    assert Purger((CONSENTS_LAPSE,), PSEUDONYMS).erase_lapsed(POLICY, AT).total == 1
    assert _rows(Disposal) == 1


def test_a_clock_that_went_back_erases_nothing_until_it_is_accepted() -> None:
    drawer = Drawer(things={"old": AT - timedelta(days=1000)})
    purger = Purger((drawer,), PSEUDONYMS)
    Purger((), PSEUDONYMS).purge(POLICY, AT, actor=SYSTEM)
    with pytest.raises(ClockWentBackwards, match="2026-11-22 03:00:00 UTC"):
        purger.purge(POLICY, AT - timedelta(seconds=1), actor=SYSTEM)
    assert "old" in drawer.things
    assert "purge.refused" in db.session.scalars(select(ShopAuditNote.action)).all()
    assert accept_the_clock(AT - timedelta(hours=1), actor=COMMAND_LINE, reason="set by NTP") == 1
    db.session.commit()
    assert purger.purge(POLICY, AT - timedelta(hours=1), actor=SYSTEM).total == 1


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 22, 12, tzinfo=PARIS), datetime(2026, 11, 23, 3, tzinfo=PARIS)),
        (datetime(2026, 11, 23, 2, 59, tzinfo=PARIS), datetime(2026, 11, 23, 3, tzinfo=PARIS)),
        (datetime(2026, 11, 23, 3, tzinfo=PARIS), datetime(2026, 11, 23, 3, tzinfo=PARIS)),
        (datetime(2026, 11, 29, 1, tzinfo=PARIS), datetime(2026, 11, 29, 1, tzinfo=PARIS)),
    ],
)
def test_the_purge_runs_once_a_night_and_a_missed_night_is_made_up(now: datetime, due: datetime) -> None:
    assert next_purge_at(now.astimezone(UTC), hour=3, zone=PARIS) == now
    Purger((), PSEUDONYMS).purge(POLICY, datetime(2026, 11, 22, 3, 1, tzinfo=PARIS).astimezone(UTC), actor=SYSTEM)
    assert next_purge_at(now.astimezone(UTC), hour=3, zone=PARIS) == due


def test_an_interrupted_purge_is_due_again_at_once() -> None:
    db.session.add(PurgeRun(started_at=AT))
    db.session.commit()
    assert next_purge_at(AT + timedelta(minutes=1), hour=3, zone=PARIS) == AT + timedelta(minutes=1)
    assert last_purge_at() == AT


def test_the_officers_choice_holds_before_the_settings_and_is_noted_with_its_reason() -> None:
    defaults = {"account_photo_days": 10}
    old = current_policy(defaults)
    new = RetentionPolicy.from_amounts({**old.amounts, "account_photo_days": 3})
    assert change_periods(old, new, actor=OFFICER, reason="fewer days suffice") == {"account_photo_days": (10, 3)}
    db.session.commit()
    assert current_policy(defaults) == new
    noted = db.session.scalars(select(ShopAuditNote)).one()
    assert (noted.action, noted.actor, noted.reason) == ("retention.changed", OFFICER, "fewer days suffice")
    assert '"from": 10' in noted.details


def test_a_change_without_a_reason_is_refused_and_nothing_is_written() -> None:
    new = RetentionPolicy.from_amounts({"account_photo_days": 3})
    with pytest.raises(ReasonMissing):
        change_periods(POLICY, new, actor=OFFICER, reason="  ")
    assert (_rows(RetentionPeriod), _rows(ShopAuditNote)) == (0, 0)


def test_a_period_that_was_written_past_the_page_is_refused_by_name() -> None:
    db.session.add(RetentionPeriod(rule="account_photo_days", amount=100_000))
    db.session.flush()
    with pytest.raises(PeriodOutOfBounds, match="account_photo_days=100000"):
        current_policy({})


def _consent(person: str, *, withdrawn: datetime | None, settled: bool = True) -> None:
    db.session.add(
        ConsentRecord(
            pseudonym=person,
            photo_id="photo",
            purpose="recommendation",
            text_version="1",
            text_sha256="",
            language="fr",
            given_at=AT - timedelta(days=3000),
            withdrawn_at=withdrawn,
            settled_at=withdrawn if settled else None,
        )
    )


def _name_of(item: LapsedItem) -> str:
    return f"consents/{item.key}/{item.since.isoformat()}"


def _limit_pages(*, room_for: int) -> None:
    """Let the database grow by so many pages and no more (the disk is full then), until its connection is closed."""
    db.engine.dispose()
    connection = db.session.connection()
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages + room_for}")
    db.session.commit()


def _rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _forget_all() -> None:
    db.session.rollback()
    for model in (ConsentRecord, PersonStanding, Disposal, PurgeRun, RetentionPeriod, ShopAuditNote):
        db.session.execute(delete(model))
    db.session.commit()
