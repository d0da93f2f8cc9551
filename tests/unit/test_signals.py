"""Favourites, thumbs and counted searches: whose they are, what may be kept, and with what they go."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from catalog.errors import ProductNotFound
from catalog.models import Product
from privacy.consent import Purpose, give_consent, withdraw_consent
from privacy.errors import ObjectionStands, ProcessingRestricted
from privacy.models import ConsentRecord, GarmentCount, PersonStanding
from privacy.retention import RetentionPolicy
from privacy.sources import PersonalDataSource, Scope
from privacy.standing import change_standing
from privacy.statistics import CountedGarment, count_garments
from recommender.errors import FavouritesFull, TooManyOpinions
from recommender.favourites import MOST_FAVOURITES, drop_favourite, favourites_of, keep_favourite
from recommender.opinions import MOST_OF_ONE_SEARCH, give_opinion, opinions_of, take_opinion_back
from recommender.questions import AskedBy, SearchId, ids_of_photo, new_search_of_words, search_of_garment
from recommender.search_counts import (
    MOST_WAITING,
    OpenedMatch,
    SearchBuffer,
    SearchedGarment,
    SearchedWords,
    count_searches,
    count_waiting_searches,
    cut_searches_loose,
)
from recommender.signal_models import Favourite, MatchOpinion, SearchCount
from recommender.signals_lapse import FAVOURITES_LAPSE, OPINIONS_LAPSE, SEARCHES_LAPSE
from recommender.signals_source import FavouritesSource, OpinionsSource, SearchesSource
from recommender.wanted import wanted_by_words
from storage.database import Model, db

ANNA, BERTA = "a" * 32, "b" * 32
PHOTO, OTHER_PHOTO = "1" * 32, "2" * 32
DAY = date(2026, 11, 23)
RED_DRESS = CountedGarment("dress", "red")


@pytest.fixture(scope="module", autouse=True)
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("shop")
    app = Flask("signals")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'shop.sqlite3'}"
    app.config["SQLALCHEMY_BINDS"] = dict.fromkeys(("accounts", "keys", "audit"), "sqlite://")
    db.init_app(app)
    with app.app_context():
        db.create_all()
        db.session.add_all(
            Product(sku=f"S-{number}", titles={"en": "Dress"}, category="dress", price_minor_units=1, currency="EUR")
            for number in range(MOST_OF_ONE_SEARCH + 1)
        )
        db.session.commit()
        yield


@pytest.fixture(autouse=True)
def _nothing_said() -> Iterator[None]:
    yield
    db.session.rollback()
    for table in (Favourite, MatchOpinion, SearchCount, GarmentCount, ConsentRecord, PersonStanding):
        db.session.execute(delete(table))
    db.session.commit()


def rows(table: type[Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def skus(pseudonym: str) -> list[str]:
    return [kept.product.sku for kept in favourites_of(pseudonym)]


def photographed(
    person: str = ANNA, photo: str = PHOTO, *, answered: bool = True, garments: int = 1, day: date = DAY
) -> None:
    """Somebody agrees to statistics, and looks for each garment of a photo."""
    give_consent(pseudonym=person, photo_id=photo, purpose=Purpose.STATISTICS, language="en")
    count_garments(pseudonym=person, photo_id=photo, day=day, garments=[RED_DRESS] * garments)
    count_searches([SearchedGarment(person, photo, number, answered, day) for number in range(garments)])


def test_favourites_are_kept_once_newest_first_and_taken_away() -> None:
    for sku in ("S-1", "S-2", "S-1"):
        keep_favourite(sku, pseudonym=ANNA)
    keep_favourite("S-3", pseudonym=BERTA)
    assert skus(ANNA) == ["S-2", "S-1"]
    drop_favourite("S-2", pseudonym=ANNA)
    drop_favourite("S-3", pseudonym=ANNA)
    assert (skus(ANNA), skus(BERTA)) == (["S-1"], ["S-3"])


def test_only_what_is_on_sale_becomes_a_favourite_and_nobody_hoards(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProductNotFound):
        keep_favourite("no such", pseudonym=ANNA)
    assert MOST_FAVOURITES >= 100
    monkeypatch.setattr("recommender.favourites.MOST_FAVOURITES", 1)
    keep_favourite("S-1", pseudonym=ANNA)
    with pytest.raises(FavouritesFull):
        keep_favourite("S-2", pseudonym=ANNA)
    assert skus(ANNA) == ["S-1"]


def test_a_second_thumb_replaces_the_first_and_can_be_taken_back() -> None:
    search = search_of_garment(PHOTO, 0)
    give_opinion(search, "S-1", good=True, pseudonym=ANNA, day=DAY)
    give_opinion(search, "S-1", good=False, pseudonym=ANNA, day=DAY)
    give_opinion(search, "S-2", good=True, pseudonym=ANNA, day=DAY)
    assert sorted(opinions_of(search, pseudonym=ANNA).values()) == [False, True]
    take_opinion_back(search, "S-1", pseudonym=ANNA)
    assert list(opinions_of(search, pseudonym=ANNA).values()) == [True]
    assert opinions_of(search, pseudonym=BERTA) == {}


def test_nobody_judges_more_of_a_search_than_a_page_shows() -> None:
    search = new_search_of_words()
    for number in range(MOST_OF_ONE_SEARCH):
        give_opinion(search, f"S-{number}", good=True, pseudonym=ANNA, day=DAY)
    with pytest.raises(TooManyOpinions):
        give_opinion(search, f"S-{MOST_OF_ONE_SEARCH}", good=True, pseudonym=ANNA, day=DAY)
    give_opinion(search, "S-0", good=False, pseudonym=ANNA, day=DAY)


def test_data_on_hold_takes_nothing_new_and_an_objection_takes_no_opinion() -> None:
    change_standing(ANNA, restricted=True)
    with pytest.raises(ProcessingRestricted):
        keep_favourite("S-1", pseudonym=ANNA)
    change_standing(BERTA, objects_to_statistics=True)
    with pytest.raises(ObjectionStands):
        give_opinion(new_search_of_words(), "S-1", good=True, pseudonym=BERTA, day=DAY)
    keep_favourite("S-1", pseudonym=BERTA)
    assert (rows(Favourite), rows(MatchOpinion)) == (1, 0)


def test_the_id_of_a_search_is_the_same_each_time_and_leads_back_to_no_photo() -> None:
    assert search_of_garment(PHOTO, 1) == search_of_garment(PHOTO, 1)
    assert len(set(ids_of_photo(PHOTO) + ids_of_photo(OTHER_PHOTO))) == 16
    assert PHOTO[:8] not in search_of_garment(PHOTO, 0).id
    assert new_search_of_words() != new_search_of_words()


def test_a_search_with_a_photo_is_counted_once_and_only_with_consent_to_statistics() -> None:
    count_searches([SearchedGarment(ANNA, PHOTO, 0, answered=True, day=DAY)])
    assert rows(SearchCount) == 0
    photographed(garments=2)
    photographed(garments=2)
    counted = db.session.scalars(select(SearchCount)).all()
    assert [(count.garment, count.colour, count.kind) for count in counted] == [("dress", "red", "photo")] * 2


def test_a_consent_in_earlier_words_counts_garments_but_no_searches() -> None:
    give_consent(pseudonym=ANNA, photo_id=PHOTO, purpose=Purpose.STATISTICS, language="en").text_version = "2026-11-22"
    count_garments(pseudonym=ANNA, photo_id=PHOTO, day=DAY, garments=[RED_DRESS])
    count_searches([SearchedGarment(ANNA, PHOTO, 0, answered=True, day=DAY)])
    assert (rows(GarmentCount), rows(SearchCount)) == (1, 0)


def test_what_was_objected_to_withdrawn_or_held_between_search_and_count_is_not_counted() -> None:
    search = new_search_of_words()
    change_standing(ANNA, objects_to_statistics=True)
    change_standing(BERTA, restricted=True)
    count_searches(SearchedWords(person, search, RED_DRESS, answered=True, day=DAY) for person in (ANNA, BERTA))
    change_standing(ANNA, objects_to_statistics=False)
    give_consent(pseudonym=ANNA, photo_id=PHOTO, purpose=Purpose.STATISTICS, language="en")
    count_garments(pseudonym=ANNA, photo_id=PHOTO, day=DAY, garments=[RED_DRESS])
    withdraw_consent(PHOTO, Purpose.STATISTICS)
    count_searches([SearchedGarment(ANNA, PHOTO, 0, answered=True, day=DAY)])
    assert rows(SearchCount) == 0


def test_a_match_opened_by_the_one_who_searched_is_a_click_and_no_other() -> None:
    search = new_search_of_words()
    count_searches([SearchedWords(ANNA, search, RED_DRESS, answered=True, day=DAY), OpenedMatch(BERTA, search)])
    assert not db.session.get_one(SearchCount, search.id).clicked
    count_searches([OpenedMatch(ANNA, search), OpenedMatch(ANNA, SearchId(AskedBy.WORDS, "f" * 32))])
    db.session.expire_all()
    assert db.session.get_one(SearchCount, search.id).clicked


def test_waiting_notes_are_counted_once_and_the_oldest_make_room() -> None:
    buffer = SearchBuffer()
    for _ in range(MOST_WAITING + 5):
        buffer.add(OpenedMatch(ANNA, SearchId(AskedBy.WORDS, "f" * 32)))
    assert len(buffer.take()) == MOST_WAITING
    buffer.add(SearchedWords(ANNA, new_search_of_words(), RED_DRESS, answered=False, day=DAY))
    assert (count_waiting_searches(buffer), count_waiting_searches(buffer), rows(SearchCount)) == (1, 0, 1)


@pytest.mark.parametrize(
    ("words", "garment", "colour"),
    [
        ("une robe rouge pour l’été", "dress", "red"),
        ("navy blue jeans", "pants", "blue"),
        ("Jean Dupont, 12 rue de la Paix", "pants", ""),
        ("montre", "watch", ""),
        ("quelque chose de joli", "", ""),
        ("", "", ""),
    ],
)
def test_of_words_only_the_shop_s_own_names_are_counted(words: str, garment: str, colour: str) -> None:
    assert wanted_by_words(words) == CountedGarment(garment, colour)


@pytest.mark.parametrize("source", [FavouritesSource(), OpinionsSource(), SearchesSource()])
def test_everything_said_is_handed_out_and_goes_with_the_person(source: PersonalDataSource) -> None:
    for person, photo in ((ANNA, PHOTO), (BERTA, OTHER_PHOTO)):
        keep_favourite("S-1", pseudonym=person)
        give_opinion(search_of_garment(photo, 0), "S-1", good=True, pseudonym=person, day=DAY)
        photographed(person, photo)
    assert len(source.export(Scope(ANNA))) == 1
    assert source.remains(Scope(ANNA))
    source.erase(Scope(ANNA))
    assert source.export(Scope(ANNA)) == {}
    assert not source.remains(Scope(ANNA))
    assert source.remains(Scope(BERTA))


def test_an_objection_to_statistics_takes_opinions_and_searches_and_leaves_favourites() -> None:
    keep_favourite("S-1", pseudonym=ANNA)
    give_opinion(new_search_of_words(), "S-1", good=True, pseudonym=ANNA, day=DAY)
    photographed()
    for source in (FavouritesSource(), OpinionsSource(), SearchesSource()):
        source.object(Scope(ANNA), Purpose.RECOMMENDATION)
    assert (rows(Favourite), rows(MatchOpinion), rows(SearchCount)) == (1, 1, 1)
    for source in (FavouritesSource(), OpinionsSource(), SearchesSource()):
        source.object(Scope(ANNA), Purpose.STATISTICS)
    assert (rows(Favourite), rows(MatchOpinion), rows(SearchCount)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("purpose", "opinions", "searches"),
    [(None, 0, 0), (Purpose.STATISTICS, 1, 0), (Purpose.RECOMMENDATION, 1, 1), (Purpose.TRAINING, 1, 1)],
)
def test_what_goes_with_a_photo_or_one_of_its_purposes(purpose: Purpose | None, opinions: int, searches: int) -> None:
    give_opinion(search_of_garment(PHOTO, 3), "S-1", good=True, pseudonym=ANNA, day=DAY)
    photographed()
    photographed(photo=OTHER_PHOTO)
    for source in (FavouritesSource(), OpinionsSource(), SearchesSource()):
        source.erase(Scope(ANNA, photo_id=PHOTO, purpose=purpose))
    assert (rows(MatchOpinion), rows(SearchCount)) == (opinions, searches + 1)


def test_the_count_of_a_photo_whose_time_is_up_stays_without_it() -> None:
    photographed()
    cut_searches_loose(PHOTO)
    SearchesSource().erase(Scope(ANNA, photo_id=PHOTO, purpose=Purpose.STATISTICS))
    assert db.session.scalars(select(SearchCount.photo_id)).all() == [None]
    SearchesSource().erase(Scope(ANNA))
    assert rows(SearchCount) == 0


def test_each_lapses_by_its_own_rule() -> None:
    keep_favourite("S-1", pseudonym=ANNA)
    give_opinion(new_search_of_words(), "S-1", good=True, pseudonym=ANNA, day=DAY)
    photographed()
    later = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=400)
    policy = RetentionPolicy.from_amounts({})
    lapsed = [lapsing.lapsed(policy, later) for lapsing in (OPINIONS_LAPSE, SEARCHES_LAPSE, FAVOURITES_LAPSE)]
    assert [len(items) for items in lapsed] == [1, 1, 0]
    OPINIONS_LAPSE.erase_lapsed(lapsed[0])
    SEARCHES_LAPSE.erase_lapsed(lapsed[1])
    assert (rows(Favourite), rows(MatchOpinion), rows(SearchCount)) == (1, 0, 0)
