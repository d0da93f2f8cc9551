"""Counts of garments: only of those who agree, shown only with enough people behind a number."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from privacy.consent import Purpose, give_consent, withdraw_consent
from privacy.errors import ConsentMissing, ObjectionStands, ProcessingRestricted
from privacy.models import ConsentRecord, GarmentCount, PersonStanding
from privacy.sources import Scope
from privacy.standing import change_standing
from privacy.statistics import CountedGarment, count_garments, months_of_garments
from privacy.statistics_source import StatisticsSource
from storage.database import db

NOVEMBER, DECEMBER, NEXT_YEAR = date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 1)
SOME_DAY = date(9999, 12, 1)
RED_DRESS, BLUE_TOP = CountedGarment("dress", "red"), CountedGarment("top", "blue")


@pytest.fixture(scope="module", autouse=True)
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("shop")
    app = Flask("statistics")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'shop.sqlite3'}"
    app.config["SQLALCHEMY_BINDS"] = dict.fromkeys(("accounts", "keys", "audit"), "sqlite://")
    db.init_app(app)
    with app.app_context():
        db.create_all()
        yield


@pytest.fixture(autouse=True)
def _empty() -> None:
    _forget_all()


def _forget_all() -> None:
    db.session.rollback()
    for table in (GarmentCount, ConsentRecord, PersonStanding):
        db.session.execute(delete(table))
    db.session.commit()


def counted(person: str, *garments: CountedGarment, photo: str = "", day: date = NOVEMBER) -> str:
    photo_id = photo or f"photo of {person} on {day}"
    give_consent(pseudonym=person, photo_id=photo_id, purpose=Purpose.STATISTICS, language="fr")
    count_garments(pseudonym=person, photo_id=photo_id, day=day, garments=garments)
    return photo_id


def shown(min_people: int) -> dict[date, tuple[dict[str, int], dict[str, int]]]:
    return {
        month.first_day: (
            {tally.value: tally.garments for tally in month.by_garment},
            {tally.value: tally.garments for tally in month.by_colour},
        )
        for month in months_of_garments(SOME_DAY, min_people=min_people)
    }


def test_a_number_is_shown_from_enough_people_on_and_not_before() -> None:
    counted("anna", RED_DRESS, RED_DRESS, BLUE_TOP)
    counted("bert", RED_DRESS)
    assert shown(3) == {}
    counted("cleo", RED_DRESS)
    assert shown(3) == {date(2026, 11, 1): ({"dress": 4}, {"red": 4})}


def test_one_person_s_many_photos_are_one_person() -> None:
    for number in range(10):
        counted("anna", RED_DRESS, photo=f"photo {number}")
    assert shown(2) == {}
    assert shown(1) == {date(2026, 11, 1): ({"dress": 10}, {"red": 10})}


def test_a_month_is_shown_once_it_is_over() -> None:
    counted("anna", RED_DRESS, day=date(2026, 11, 30))
    assert months_of_garments(date(2026, 11, 1), min_people=1) == []
    assert len(months_of_garments(date(2026, 12, 1), min_people=1)) == 1


def test_people_of_two_months_do_not_add_up() -> None:
    counted("anna", RED_DRESS, day=NOVEMBER)
    counted("bert", RED_DRESS, day=DECEMBER)
    counted("cleo", RED_DRESS, day=NEXT_YEAR)
    assert shown(2) == {}
    assert list(shown(1)) == [date(2027, 1, 1), date(2026, 12, 1), date(2026, 11, 1)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.sampled_from(("dress", "top", "shoes")),
            st.sampled_from(("red", "blue")),
            st.sampled_from((NOVEMBER, DECEMBER)),
            st.booleans(),
        ),
        max_size=40,
    ),
    st.sets(st.sampled_from("abcdefgh"), max_size=3),
    st.integers(1, 5),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_number_shown_is_the_true_one_and_of_enough_people(
    photos: list[tuple[str, str, str, date, bool]], objecting: set[str], min_people: int
) -> None:
    _forget_all()
    for number, (person, garment, colour, day, withdrawn) in enumerate(photos):
        photo_id = counted(person, CountedGarment(garment, colour), photo=f"photo {number}", day=day)
        if withdrawn:
            withdraw_consent(photo_id, Purpose.STATISTICS)
    for person in objecting:
        change_standing(person, objects_to_statistics=True)
    counts = [one for one in photos if not one[4] and one[0] not in objecting]
    for month in months_of_garments(SOME_DAY, min_people=min_people):
        of_month = [one for one in counts if one[3].replace(day=1) == month.first_day]
        for place, tallies in ((1, month.by_garment), (2, month.by_colour)):
            for tally in tallies:
                rows = [one for one in of_month if one[place] == tally.value]
                assert (tally.garments, tally.people) == (len(rows), len({one[0] for one in rows}))
                assert tally.people >= min_people
    if min_people == 1:
        assert sum(
            tally.garments for month in months_of_garments(SOME_DAY, min_people=1) for tally in month.by_garment
        ) == len(counts)


def test_without_consent_nothing_is_counted() -> None:
    with pytest.raises(ConsentMissing):
        count_garments(pseudonym="anna", photo_id="one", day=NOVEMBER, garments=[RED_DRESS])
    give_consent(pseudonym="anna", photo_id="one", purpose=Purpose.RECOMMENDATION, language="fr")
    with pytest.raises(ConsentMissing):
        count_garments(pseudonym="anna", photo_id="one", day=NOVEMBER, garments=[RED_DRESS])
    assert db.session.query(GarmentCount).count() == 0


@pytest.mark.parametrize(
    ("asked", "refusal"), [("objects_to_statistics", ObjectionStands), ("restricted", ProcessingRestricted)]
)
def test_who_asked_for_rest_is_not_counted_and_no_longer_shown(asked: str, refusal: type[Exception]) -> None:
    counted("anna", RED_DRESS)
    change_standing("anna", **{asked: True})
    assert shown(1) == {}
    with pytest.raises(refusal):
        counted("anna", RED_DRESS, photo="another")
    change_standing("anna", **{asked: False})
    assert shown(1) != {}


def test_a_photo_counted_again_counts_once() -> None:
    for _ in range(3):
        counted("anna", RED_DRESS, BLUE_TOP, photo="one")
    assert shown(1) == {date(2026, 11, 1): ({"dress": 1, "top": 1}, {"blue": 1, "red": 1})}


def test_an_objection_takes_the_rows_out() -> None:
    counted("anna", RED_DRESS)
    counted("bert", RED_DRESS)
    StatisticsSource().object(Scope("anna"), Purpose.RECOMMENDATION)
    assert db.session.query(GarmentCount).count() == 2
    StatisticsSource().object(Scope("anna"), Purpose.STATISTICS)
    assert [row.pseudonym for row in db.session.query(GarmentCount)] == ["bert"]
