"""The register of breaches: the clock, what must be said, and that nobody reads it without the key."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from privacy.breach_errors import (
    BreachChangedMeanwhile,
    BreachIncomplete,
    BreachIsClosed,
    BreachNotFound,
    BreachProblem,
    BreachUnreadable,
    BreachValueWrong,
)
from privacy.breach_models import BreachState
from privacy.breaches import (
    NOTIFY_WITHIN,
    BreachFacts,
    BreachTexts,
    Nature,
    breaches,
    breaches_due,
    change_breach,
    clock_of,
    close_breach,
    facts_of,
    find_breach,
    record_breach,
    reopen_breach,
)
from privacy.breaches_source import BreachRecords
from privacy.models import ShopAuditNote
from privacy.sources import Scope
from storage.database import db, now
from tests.factories import personal_data_keys

OFFICER = "0f" * 16
KEYS = personal_data_keys()
HOUR = timedelta(hours=1)
TEXTS = BreachTexts(circumstances="A laptop with an export was stolen.")


pytestmark = pytest.mark.usefixtures("stores")


def facts(hours_ago: float = 1, **others: object) -> BreachFacts:
    found = BreachFacts(now() - hours_ago * HOUR, frozenset({Nature.CONFIDENTIALITY}), 40, 120, TEXTS)
    return replace(found, **others)  # type: ignore[arg-type]


def acts() -> list[str]:
    return list(db.session.scalars(select(ShopAuditNote.action).order_by(ShopAuditNote.at)))


def test_what_was_recorded_is_read_back_and_lies_there_sealed() -> None:
    told = facts()
    breach_id = record_breach(told, actor=OFFICER, keys=KEYS).id
    db.session.commit()
    breach = find_breach(breach_id)
    assert facts_of(breach, KEYS) == told
    assert b"laptop" not in breach.sealed_texts
    assert acts() == ["breach.recorded"]
    other = record_breach(told, actor=OFFICER, keys=KEYS)
    other.sealed_texts = breach.sealed_texts
    with pytest.raises(BreachUnreadable):
        facts_of(other, KEYS)
    assert breaches_due(KEYS) == 2


@pytest.mark.parametrize(("hours", "left", "overdue"), [(0, 72, False), (71, 1, False), (72, 0, False), (73, -1, True)])
def test_the_clock_counts_72_hours_from_the_find(hours: int, left: int, overdue: bool) -> None:
    told = facts()
    clock = clock_of(told, told.found_at + hours * HOUR)
    assert (clock.left, clock.overdue, clock.notified) == (left * HOUR, overdue, False)
    assert clock.due_at == told.found_at + NOTIFY_WITHIN


def test_the_clock_stops_when_the_authority_was_told() -> None:
    told = facts(200)
    told = replace(told, authority_notified_at=told.found_at + 70 * HOUR)
    clock = clock_of(told, now())
    assert (clock.left, clock.overdue, clock.notified) == (2 * HOUR, False, True)


def test_a_clock_set_back_to_before_the_find_shows_the_whole_time() -> None:
    told = facts()
    assert clock_of(told, told.found_at - 400 * HOUR).left == NOTIFY_WITHIN


def test_no_clock_runs_where_a_risk_is_unlikely_and_it_is_said_why() -> None:
    told = facts(500, texts=replace(TEXTS, why_not_notified="The disk was encrypted."))
    assert not clock_of(told, now()).needed


@pytest.mark.parametrize(
    ("wrong", "field", "problem"),
    [
        ({"natures": frozenset()}, "natures", BreachProblem.MISSING),
        ({"persons": -1}, "persons", BreachProblem.OUT_OF_RANGE),
        ({"records": 10**10}, "records", BreachProblem.OUT_OF_RANGE),
        ({"texts": BreachTexts()}, "circumstances", BreachProblem.MISSING),
        ({"texts": replace(TEXTS, measures="x" * 5001)}, "measures", BreachProblem.TOO_LONG),
        ({"authority_notified_at": now() + HOUR}, "authority_notified_at", BreachProblem.IN_FUTURE),
        ({"persons_informed_at": now() - 2 * HOUR}, "persons_informed_at", BreachProblem.BEFORE_FOUND),
    ],
)
def test_a_field_that_cannot_be_is_named_and_nothing_is_written(
    wrong: dict[str, object], field: str, problem: BreachProblem
) -> None:
    with pytest.raises(BreachValueWrong) as caught:
        record_breach(facts(**wrong), actor=OFFICER, keys=KEYS)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.problem) == (field, problem)
    assert (breaches(), acts()) == ([], [])


def test_a_breach_found_in_the_future_is_refused() -> None:
    with pytest.raises(BreachValueWrong, match="found_at: in the future"):
        record_breach(facts(-1), actor=OFFICER, keys=KEYS)


def test_telling_the_authority_late_needs_a_reason() -> None:
    late = facts(100)
    late = replace(late, authority_notified_at=late.found_at + 73 * HOUR)
    with pytest.raises(BreachValueWrong, match="delay_reason"):
        record_breach(late, actor=OFFICER, keys=KEYS)
    explained = replace(late, texts=replace(TEXTS, delay_reason="The extent was not known."))
    assert record_breach(explained, actor=OFFICER, keys=KEYS).id
    assert acts() == ["breach.recorded", "breach.authority_notified"]


def test_each_act_is_noted() -> None:
    told = facts()
    breach = record_breach(told, actor=OFFICER, keys=KEYS)
    told = replace(told, authority_notified_at=now(), persons_informed_at=now())
    change_breach(breach.id, told, version=breach.version, actor=OFFICER, keys=KEYS)
    change_breach(breach.id, told, version=breach.version, actor=OFFICER, keys=KEYS)
    assert acts() == [
        "breach.recorded",
        "breach.changed",
        "breach.authority_notified",
        "breach.persons_informed",
        "breach.changed",
    ]


def test_of_two_officers_the_second_is_told_that_it_changed() -> None:
    breach = record_breach(facts(), actor=OFFICER, keys=KEYS)
    seen = breach.version
    change_breach(breach.id, facts(persons=41), version=seen, actor=OFFICER, keys=KEYS)
    for late in (
        lambda: change_breach(breach.id, facts(persons=1), version=seen, actor=OFFICER, keys=KEYS),
        lambda: close_breach(breach.id, version=seen, actor=OFFICER, keys=KEYS),
        lambda: reopen_breach(breach.id, version=seen, actor=OFFICER),
    ):
        with pytest.raises(BreachChangedMeanwhile):
            late()
    assert find_breach(breach.id).persons == 41


def test_a_breach_is_closed_once_it_is_documented_and_can_be_reopened() -> None:
    breach = record_breach(facts(), actor=OFFICER, keys=KEYS)
    with pytest.raises(BreachIncomplete) as caught:
        close_breach(breach.id, version=breach.version, actor=OFFICER, keys=KEYS)
    assert set(caught.value.missing) == {
        "persons_categories",
        "records_categories",
        "consequences",
        "measures",
        "authority_notified_at",
        "persons_informed_at",
    }
    texts = replace(
        TEXTS,
        persons_categories="shoppers",
        records_categories="photos",
        consequences="none seen",
        measures="keys destroyed",
        why_not_notified="encrypted",
        why_not_informed="encrypted",
    )
    change_breach(breach.id, facts(texts=texts), version=breach.version, actor=OFFICER, keys=KEYS)
    close_breach(breach.id, version=breach.version, actor=OFFICER, keys=KEYS)
    assert breach.state == BreachState.CLOSED
    with pytest.raises(BreachIsClosed):
        change_breach(breach.id, facts(), version=breach.version, actor=OFFICER, keys=KEYS)
    reopen_breach(breach.id, version=breach.version, actor=OFFICER)
    assert breach.state == BreachState.OPEN


def test_a_breach_that_does_not_exist_is_named() -> None:
    with pytest.raises(BreachNotFound):
        find_breach("0" * 32)


def test_an_entry_outlives_its_writer_and_no_longer_names_them() -> None:
    breach = record_breach(facts(), actor=OFFICER, keys=KEYS)
    db.session.commit()
    source, theirs = BreachRecords(), Scope(OFFICER)
    source.erase(Scope("ab" * 16))
    source.erase(Scope(OFFICER, photo_id="cd" * 16))
    assert source.remains(theirs) == [f"breach {breach.id[:8]} names them as its writer"]
    source.erase(theirs)
    db.session.commit()
    assert (source.remains(theirs), find_breach(breach.id).recorded_by) == ([], "")
    assert facts_of(find_breach(breach.id), KEYS).persons == 40
