"""What shoppers look for: shown only with enough people behind each number, and behind each difference of two."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from catalog.models import Product
from privacy.models import PersonStanding
from privacy.standing import change_standing
from privacy.statistics import CountedGarment
from recommender.favourites import keep_favourite
from recommender.insight import (
    MOST_OF_ONE_PERSON,
    ROUNDED_TO,
    Key,
    Tallies,
    WeekOfShoppers,
    most_kept,
    publish,
    rounded,
    week_of_shoppers,
    weeks_over,
)
from recommender.opinions import give_opinion
from recommender.published_weeks import published_week
from recommender.questions import new_search_of_words
from recommender.search_counts import OpenedMatch, SearchedWords, count_searches
from recommender.shares import share_of, wilson
from recommender.signal_models import Favourite, MatchOpinion, SearchCount
from recommender.wanted import categories_of_garment, colours_of_family, family_of_colour, garment_of_category
from storage.database import db

MONDAY, NEXT_MONDAY = date(2026, 11, 16), date(2026, 11, 23)
SOME_DAY = date(9999, 12, 31)
RED_DRESS, BLUE_TOP = CountedGarment("dress", "red"), CountedGarment("top", "blue")
CELLS = st.dictionaries(
    st.tuples(st.sampled_from("abcdef")),
    st.dictionaries(st.integers(0, 40).map(str), st.integers(1, 9), min_size=1, max_size=40),
)


@pytest.fixture(scope="module", autouse=True)
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("shop")
    app = Flask("insight")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'shop.sqlite3'}"
    app.config["SQLALCHEMY_BINDS"] = dict.fromkeys(("accounts", "keys", "audit"), "sqlite://")
    db.init_app(app)
    with app.app_context():
        db.create_all()
        for sku, category, colour in (("D", "dress", "burgundy"), ("T", "hoodie", "blue")):
            db.session.add(
                Product(sku=sku, titles={}, category=category, colour=colour, price_minor_units=1, currency="EUR")
            )
        db.session.commit()
        yield


@pytest.fixture(autouse=True)
def _nobody_was_here() -> Iterator[None]:
    yield
    db.session.rollback()
    for table in (Favourite, MatchOpinion, SearchCount, PersonStanding):
        db.session.execute(delete(table))
    db.session.commit()


def person(number: int) -> str:
    return f"{number:032x}"


def searched(
    people: range, wanted: CountedGarment, *, answered: bool = True, opened: bool = False, day: date = MONDAY
) -> None:
    for number in people:
        search = new_search_of_words()
        notes = [SearchedWords(person(number), search, wanted, answered, day)]
        count_searches([*notes, *([OpenedMatch(person(number), search)] if opened else [])])


def shown(least: int = 10) -> WeekOfShoppers:
    return week_of_shoppers(MONDAY, min_people=least)


def counts(tallies: Tallies) -> dict[Key, int]:
    return {tally.key: tally.count for tally in tallies.named}


def behind(cells: Mapping[Key, Mapping[str, int]], keys: set[Key]) -> int:
    return len({one for key in keys for one in cells[key]})


@given(CELLS, st.integers(2, 25))
def test_every_number_and_what_its_total_leaves_over_has_enough_people(
    cells: dict[Key, dict[str, int]], least: int
) -> None:
    tallies = publish(cells, min_people=least)
    named = {tally.key for tally in tallies.named}
    assert all(behind(cells, {key}) >= least for key in named)
    left_over = behind(cells, set(cells) - named)
    assert left_over >= least if tallies.other else left_over == 0 or not named


@given(CELLS, st.integers(2, 25))
def test_nothing_is_hidden_without_need(cells: dict[Key, dict[str, int]], least: int) -> None:
    named = {tally.key for tally in publish(cells, min_people=least).named}
    enough = {key for key in cells if len(cells[key]) >= least}
    assert named <= enough
    assert named == enough or behind(cells, set(cells) - enough) < least


@given(CELLS)
def test_numbers_are_rounded_and_the_largest_comes_first(cells: dict[Key, dict[str, int]]) -> None:
    found = [tally.count for tally in publish(cells, min_people=2).named]
    assert found == sorted(found, reverse=True)
    assert all(count % ROUNDED_TO == 0 and count > 0 for count in found)


def test_one_person_s_many_searches_are_one_person() -> None:
    for _ in range(50):
        searched(range(1), RED_DRESS)
    assert shown(2).garments == Tallies()


def test_one_busy_person_does_not_make_the_numbers_of_a_week() -> None:
    for _ in range(50):
        searched(range(1), RED_DRESS, answered=False)
    searched(range(1, 20), BLUE_TOP)
    searched(range(1, 20), RED_DRESS, answered=False)
    for _ in range(MOST_OF_ONE_PERSON + 5):
        search = new_search_of_words()
        for sku in "DT":
            give_opinion(search, sku, good=False, pseudonym=person(0), day=MONDAY)
    for number in range(1, 20):
        give_opinion(new_search_of_words(), "D", good=True, pseudonym=person(number), day=MONDAY)
    week = shown()
    assert week.searches.total == rounded(19 + 19 + MOST_OF_ONE_PERSON)
    assert counts(week.missed) == {("dress", "red"): rounded(19 + MOST_OF_ONE_PERSON)}
    assert week.relevance is not None
    assert week.relevance.answers == 19 + MOST_OF_ONE_PERSON
    assert week.unanswered == pytest.approx((19 + MOST_OF_ONE_PERSON) / (38 + MOST_OF_ONE_PERSON))


def test_what_many_keep_is_told_as_of_a_week_s_end() -> None:
    for number in range(20):
        keep_favourite("D", pseudonym=person(number))
    for favourite in db.session.query(Favourite):
        favourite.added_at = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    db.session.flush()
    assert most_kept(MONDAY, min_people=20, limit=5) == []
    assert len(most_kept(NEXT_MONDAY, min_people=20, limit=5)) == 1


def test_a_rare_wish_is_not_given_away_by_the_total() -> None:
    searched(range(30), RED_DRESS)
    searched(range(30, 33), BLUE_TOP)
    week = shown()
    assert week.garments.named == ()
    assert week.garments.total == week.searches.total == 35


def test_rare_wishes_are_told_together_once_enough_people_have_one() -> None:
    searched(range(30), RED_DRESS)
    searched(range(30, 36), BLUE_TOP)
    searched(range(36, 42), CountedGarment("hat", "black"))
    week = shown()
    assert (counts(week.garments), week.garments.other) == ({("dress",): 30}, 10)


def test_the_week_that_is_not_over_is_not_shown() -> None:
    assert weeks_over(date(2026, 11, 22), weeks=2) == [date(2026, 11, 9), date(2026, 11, 2)]
    assert weeks_over(date(2026, 11, 23), weeks=1) == [MONDAY]


def test_a_week_begins_on_its_monday_and_ends_on_its_sunday() -> None:
    for days in (-1, 0, 6, 7):
        searched(range(20), RED_DRESS, day=MONDAY + timedelta(days=days))
    assert shown().searches.total == 40


def test_what_was_missed_is_grouped_by_what_was_wanted() -> None:
    searched(range(20), RED_DRESS, answered=False)
    searched(range(20, 60), BLUE_TOP)
    week = shown()
    assert week.unanswered == pytest.approx(1 / 3)
    assert counts(week.missed) == {("dress", "red"): 20}


def test_a_share_with_few_people_on_one_of_its_sides_is_not_shown() -> None:
    searched(range(30), RED_DRESS, opened=True)
    searched(range(30, 39), RED_DRESS, answered=False)
    week = shown()
    assert (week.opened, week.unanswered, week.missed) == (None, None, Tallies())
    searched(range(39, 45), RED_DRESS, answered=False)
    assert shown().opened == pytest.approx(30 / 45)


def test_who_objects_or_holds_their_data_is_in_no_number() -> None:
    searched(range(10), RED_DRESS)
    for number in range(10):
        keep_favourite("D", pseudonym=person(number))
        give_opinion(new_search_of_words(), "D", good=True, pseudonym=person(number), day=MONDAY)
    assert shown().garments.total == 10
    assert shown().relevance is not None
    assert len(most_kept(SOME_DAY, min_people=10, limit=5)) == 1
    change_standing(person(3), restricted=True)
    assert shown().garments == Tallies()
    assert shown().relevance is None
    assert most_kept(SOME_DAY, min_people=10, limit=5) == []


def test_favourites_are_counted_by_garment_colour_and_product() -> None:
    for number in range(20):
        keep_favourite("D", pseudonym=person(number))
        keep_favourite("T", pseudonym=person(number)) if number < 12 else None
    for favourite in db.session.query(Favourite):
        favourite.added_at = datetime(2026, 11, 17, tzinfo=UTC)
    db.session.flush()
    week = shown()
    assert counts(week.favourites) == {("dress",): 20, ("top",): 10}
    assert counts(week.favourite_colours) == {("red",): 20, ("blue",): 10}
    assert [(kept.product.sku, kept.people) for kept in most_kept(NEXT_MONDAY, min_people=15, limit=5)] == [("D", 20)]


def test_relevance_has_the_interval_of_the_people_asked() -> None:
    for number in range(20):
        for sku in "DT":
            give_opinion(new_search_of_words(), sku, good=number < 15, pseudonym=person(number), day=MONDAY)
    share = shown().relevance
    assert share is not None
    assert (share.share, share.answers) == (0.75, 40)
    assert (share.low, share.high) == pytest.approx(wilson(0.75, 19), abs=1e-9)


@given(st.integers(1, 500), st.data())
def test_wilson_s_interval_holds_its_share_and_shrinks_with_more_answers(answers: int, data: st.DataObject) -> None:
    share = data.draw(st.integers(0, answers)) / answers
    low, high = wilson(share, answers)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    few_low, few_high = wilson(share, answers / 2)
    assert high - low < few_high - few_low


def test_wilson_s_interval_is_that_of_the_literature() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30))
def test_answers_that_are_alike_within_people_never_count_as_more(pairs: list[tuple[int, int]]) -> None:
    groups = [(good, good + bad) for good, bad in pairs]
    share = share_of(groups)
    answers = sum(total for _, total in groups)
    if share is None:
        assert answers == 0
        return
    low, high = wilson(share.share, answers)
    assert share.low <= low + 1e-9
    assert share.high >= high - 1e-9


def test_a_wanted_garment_and_colour_are_the_categories_and_colours_that_count_as_them() -> None:
    for category in ("dress", "saree", "jeans", "earrings"):
        assert category in categories_of_garment(garment_of_category(category))
    for colour in ("navy", "red", "burgundy"):
        assert colour in colours_of_family(family_of_colour(colour))
    assert {family_of_colour(colour) for colour in colours_of_family("blue")} == {"blue"}


def test_what_was_shown_of_a_week_does_not_tell_what_one_who_was_erased_since_looked_for() -> None:
    searched(range(60), RED_DRESS, opened=True)
    searched(range(40, 90), BLUE_TOP, answered=False)
    for _ in range(9):
        searched(range(1), RED_DRESS)
    before = published_week(MONDAY, min_people=20)
    db.session.execute(delete(SearchCount).where(SearchCount.pseudonym == person(0)))
    assert week_of_shoppers(MONDAY, min_people=20).garments != before.garments
    db.session.flush()
    db.session.expire_all()
    assert published_week(MONDAY, min_people=20) == before
    assert before.opened is not None


def test_a_week_that_showed_nothing_is_counted_again() -> None:
    assert not published_week(MONDAY, min_people=20).searches.total
    searched(range(60), RED_DRESS)
    assert published_week(MONDAY, min_people=20).searches.total == 60
