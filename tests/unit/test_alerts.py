"""Abnormal access raises one alert, and the ordinary raises none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from privacy.alert_rules import (
    AlertRule,
    ManyDenials,
    ManyDenialsAroundOne,
    ManyPersonsOpened,
    OutsideWorkingHours,
    RuleName,
    WorkingHours,
)
from privacy.alerts import (
    alerts,
    find_alert,
    handle_alert,
    mail_new_alerts,
    new_alerts,
    note_of,
    raise_chain_alert,
    watch_audit,
)
from privacy.audit_chain import AuditSeal, relay_notes
from privacy.audit_models import Alert, AlertState, AlertWatch
from privacy.audit_notes import COMMAND_LINE, SYSTEM, note
from privacy.errors import AlertNotFound, CannotBeDecrypted
from privacy.models import ShopAuditNote
from storage.database import db
from tests.factories import personal_data_keys

SEAL = AuditSeal(b"k" * 32)
OFFICER, CLERK = "0f" * 16, "c1" * 16
HOUR = timedelta(hours=1)
# A Monday, 10:00 in Paris.
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OFFICE = WorkingHours.read("mon-fri 08:00-19:00", "Europe/Paris")
RULES: tuple[AlertRule, ...] = (
    ManyPersonsOpened(3, HOUR),
    ManyDenials(4, HOUR),
    ManyDenialsAroundOne(4, HOUR),
    OutsideWorkingHours(OFFICE),
)


pytestmark = pytest.mark.usefixtures("stores")


def happened(action: str, actor: str, *, times: int = 1, at: datetime = MORNING, subject: str = "") -> None:
    """Carry acts to the audit, a second apart, each about another person unless `subject` says whom."""
    for number in range(times):
        note(action, actor=actor, subject=subject or f"{number:032x}")
        db.session.flush()
        newest = db.session.scalars(select(ShopAuditNote).filter_by(action=action)).all()
        for one in newest[-1:]:
            one.at = at + timedelta(seconds=number)
        db.session.commit()
        relay_notes(SEAL)


def raised() -> list[tuple[str, str, int]]:
    watch_audit(RULES)
    return sorted((alert.rule, alert.actor, alert.count) for alert in alerts())


def test_opening_many_peoples_data_in_a_short_time_raises_one_alert() -> None:
    happened("person.searched", CLERK, times=2)
    assert raised() == []
    happened("person.searched", CLERK, times=5, at=MORNING + timedelta(minutes=5))
    assert raised() == [(RuleName.VOLUME, CLERK, 5)]
    assert raised() == [(RuleName.VOLUME, CLERK, 5)]


def test_the_same_person_opened_many_times_is_one_person() -> None:
    happened("person.searched", CLERK, times=9, subject="ab" * 16)
    assert raised() == []


def test_many_persons_over_a_long_time_are_nothing_unusual() -> None:
    for hours in range(8):
        happened("person.searched", CLERK, subject=f"{hours:032x}", at=MORNING + hours * HOUR)
    assert raised() == []


def test_a_burst_across_a_full_hour_is_one_burst() -> None:
    happened("person.searched", CLERK, times=3, at=MORNING.replace(minute=59, second=59))
    assert raised() == [(RuleName.VOLUME, CLERK, 3)]


def test_a_window_later_the_counting_begins_anew() -> None:
    happened("person.searched", CLERK, times=3)
    assert len(raised()) == 1
    happened("person.searched", CLERK, times=2, at=MORNING + HOUR)
    assert len(raised()) == 1
    happened("person.searched", CLERK, times=3, at=MORNING + HOUR + timedelta(minutes=1))
    assert len(raised()) == 2


def test_refusals_of_one_actor_raise_an_alert_and_of_many_actors_none() -> None:
    for number in range(6):
        happened("access.denied", f"{number:032x}", subject=f"{number:032x}")
    assert raised() == []
    happened("access.denied", CLERK, times=3)
    happened("account.log_in_refused", CLERK)
    assert raised() == [(RuleName.DENIALS, CLERK, 4)]


def test_an_account_that_many_visitors_try_to_enter_is_noticed() -> None:
    for number in range(3):
        happened("account.log_in_refused", f"{number:032x}", subject=CLERK)
    assert raised() == []
    happened("account.log_in_refused", f"{9:032x}", subject=CLERK)
    assert raised() == [(RuleName.ATTACKED, CLERK, 4)]


@pytest.mark.parametrize(
    ("at", "unusual"),
    [
        (MORNING, False),
        (datetime(2026, 11, 23, 6, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 18, 0, 1, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 10, 0, tzinfo=UTC), True),
        # Summer time: 19:30 in Paris.
        (datetime(2026, 7, 20, 17, 30, tzinfo=UTC), True),
    ],
)
def test_staff_at_work_outside_of_working_hours_is_noticed(at: datetime, unusual: bool) -> None:
    happened("retention.changed", OFFICER, at=at)
    assert raised() == ([(RuleName.HOURS, OFFICER, 1)] if unusual else [])


def test_a_night_is_one_alert() -> None:
    for hours in range(5):
        happened("breach.changed", OFFICER, at=MORNING + timedelta(hours=10 + hours))
    assert raised() == [(RuleName.HOURS, OFFICER, 5)]


@pytest.mark.parametrize("actor", [SYSTEM, COMMAND_LINE, "ab" * 16])
def test_the_server_and_a_person_with_their_own_request_may_act_at_night(actor: str) -> None:
    happened("request.done", actor, at=MORNING + 12 * HOUR, subject="ab" * 16)
    assert raised() == []


def test_a_clock_that_goes_backwards_neither_hides_nor_breaks_anything() -> None:
    happened("person.searched", CLERK, times=2, at=MORNING + timedelta(minutes=10))
    happened("person.searched", CLERK, subject="ab" * 16, at=MORNING)
    assert raised() == [(RuleName.VOLUME, CLERK, 3)]
    happened("person.searched", CLERK, times=3, at=MORNING - timedelta(days=300))
    assert raised() == [(RuleName.VOLUME, CLERK, 3), (RuleName.VOLUME, CLERK, 3)]
    assert min(alerts(), key=lambda alert: alert.window_start).window_start == MORNING - timedelta(days=300)


def test_each_entry_is_watched_once_even_when_a_watch_is_killed() -> None:
    happened("person.searched", CLERK, times=3)

    class Killed(ManyPersonsOpened):
        def concerns(self, entry: object) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch_audit([Killed(1, HOUR)])
    db.session.rollback()
    assert raised() == [(RuleName.VOLUME, CLERK, 3)]


def test_an_audit_that_was_set_back_is_watched_again_from_its_end() -> None:
    happened("person.searched", CLERK, times=2)
    watch_audit(RULES)
    db.session.get_one(AlertWatch, 1).seq = 500
    db.session.commit()
    watch_audit(RULES)
    happened("person.searched", CLERK, subject="ab" * 16, at=MORNING + timedelta(minutes=1))
    assert raised() == [(RuleName.VOLUME, CLERK, 3)]


def test_a_broken_chain_is_told_once_a_day_and_again_when_it_was_closed() -> None:
    assert raise_chain_alert()
    assert not raise_chain_alert()
    handle_alert(alerts()[0].id, AlertState.CLOSED, "", actor=OFFICER, keys=personal_data_keys())
    assert raise_chain_alert()


def test_each_alert_is_mailed_once_and_tried_again_after_a_failure() -> None:
    raise_chain_alert()
    sent: list[int] = []

    def fail(_alert: Alert) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        mail_new_alerts(fail)
    send: Callable[[Alert], None] = lambda alert: sent.append(alert.id)  # noqa: E731
    assert mail_new_alerts(send) == 1
    assert mail_new_alerts(send) == 0
    assert len(sent) == 1


def test_an_officers_words_about_an_alert_are_sealed_to_it_and_the_act_is_noted() -> None:
    raise_chain_alert()
    alert_id, keys = alerts()[0].id, personal_data_keys()
    assert new_alerts() == 1
    handle_alert(alert_id, AlertState.SEEN, "Asked Jeanne", actor=OFFICER, keys=keys)
    alert = find_alert(alert_id)
    assert (alert.state, alert.handled_by, new_alerts()) == (AlertState.SEEN, OFFICER, 0)
    assert note_of(alert, keys) == "Asked Jeanne"
    assert alert.sealed_note is not None
    assert b"Jeanne" not in alert.sealed_note
    acts = db.session.scalars(select(ShopAuditNote)).all()
    assert [(act.action, act.actor) for act in acts] == [("alert.seen", OFFICER)]
    assert "Jeanne" not in acts[0].details + acts[0].reason
    alert.sealed_note = alert.sealed_note[:-1] + b"\0"
    with pytest.raises(CannotBeDecrypted):
        note_of(alert, keys)


def test_an_alert_that_does_not_exist_is_named() -> None:
    with pytest.raises(AlertNotFound):
        handle_alert(7, AlertState.SEEN, "", actor=OFFICER, keys=personal_data_keys())
    assert db.session.scalars(select(ShopAuditNote)).all() == []


@pytest.mark.parametrize(
    "text",
    ["", "always", "mon-fri", "mon-fri 19:00-08:00", "lun-ven 08:00-19:00", "mon-fri 8-19", "mon-fri 08:00-24:30"],
)
def test_working_hours_that_cannot_be_read_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"mon-fri 08:00-19:00|before they begin|must be in"):
        WorkingHours.read(text, "Europe/Paris")


def test_working_hours_may_cross_the_weekend_and_last_all_day() -> None:
    hours = WorkingHours.read("sat-mon 00:00-24:00", "UTC")
    assert [hours.include(MORNING + timedelta(days=day)) for day in range(7)] == [True, *[False] * 4, True, True]
    assert hours.include(datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC))
