"""What shoppers look for, week by week, as numbers with enough people behind each.

Each number is about one week that is over: weeks do not overlap, and none grows while it is looked at, so that no
difference of two numbers tells of a day or of a person. What too few people stand behind is put together; where even
that has too few, the smallest number shown goes in with it, so that a total gives nothing away. Numbers are rounded.
Of one person's week only MOST_OF_ONE_PERSON searches count, so that no number is mostly theirs. What was shown stays as
it was shown (`published_weeks.py`), so that nobody who goes can be subtracted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from catalog.models import Product
from privacy.statistics import not_at_rest
from recommender.shares import Share, share_of
from recommender.signal_models import Favourite, MatchOpinion, SearchCount
from recommender.wanted import family_of_colour, garment_of_category
from storage.database import db

AGREED_RELEVANCE = 0.70
"""The share of good matches that was agreed on."""
ROUNDED_TO = 5
MOST_OF_ONE_PERSON = 10
"""So many searches count of a person's week, and so many favourites and opinions: who looks all day is one of many."""

Key = tuple[str, ...]
Cells = Mapping[Key, Mapping[str, int]]
"""What is counted -> person -> how often."""


@dataclass(frozen=True)
class Tally:
    """A number that may be shown."""

    key: Key
    count: int


@dataclass(frozen=True)
class Tallies:
    """Numbers that may be shown together, the largest first; `other` holds what is too rare to be named."""

    named: tuple[Tally, ...] = ()
    other: int = 0

    @property
    def total(self) -> int:
        """All of them together; 0 when nothing may be shown."""
        return sum(tally.count for tally in self.named) + self.other

    @property
    def largest(self) -> int:
        return max((tally.count for tally in self.named), default=0)


@dataclass(frozen=True)
class WeekOfShoppers:
    """What shoppers looked for in a week, from its Monday on; None and empty: too few people."""

    monday: date
    searches: Tallies
    """By what they looked with."""
    garments: Tallies
    colours: Tallies
    opened: float | None
    """The share of searches of which a match was opened."""
    unanswered: float | None
    """The share of searches without a good match."""
    missed: Tallies
    """Searches without a good match, by the garment and the colour that were wanted."""
    favourites: Tallies
    """New favourites, by garment."""
    favourite_colours: Tallies
    relevance: Share | None
    """The share of thumbs that went up."""


@dataclass(frozen=True)
class KeptProduct:
    """A product that many keep at hand, and about how many."""

    product: Product
    people: int


@dataclass(frozen=True)
class _Counted:
    """What one person did so many times in a week."""

    pseudonym: str
    times: int
    garment: str
    colour: str
    kind: str = ""
    answered: bool = True
    clicked: bool = False


def weeks_over(today: date, *, weeks: int) -> list[date]:
    """Return the Mondays of the last weeks that are over, the latest first."""
    this_monday = today - timedelta(days=today.weekday())
    return [this_monday - timedelta(weeks=back) for back in range(1, weeks + 1)]


def week_of_shoppers(monday: date, *, min_people: int) -> WeekOfShoppers:
    """Return what may be shown of the week; its days are those of UTC."""
    searches = _searches(monday)
    unanswered = [one for one in searches if not one.answered]
    # Beside the total, what was missed would tell of the few who found something, or of the few who did not.
    split = _split(searches, lambda one: not one.answered, min_people)
    favourites = _favourites(monday)
    return WeekOfShoppers(
        monday,
        searches=_tallies(searches, lambda one: (one.kind,), min_people),
        garments=_tallies(searches, lambda one: (one.garment,), min_people),
        colours=_tallies(searches, lambda one: (one.colour,), min_people),
        opened=_split(searches, lambda one: one.clicked, min_people),
        unanswered=split,
        missed=_tallies(unanswered, lambda one: (one.garment, one.colour), min_people) if split else Tallies(),
        favourites=_tallies(favourites, lambda one: (one.garment,), min_people),
        favourite_colours=_tallies(favourites, lambda one: (one.colour,), min_people),
        relevance=_relevance(monday, min_people),
    )


def most_kept(before: date, *, min_people: int, limit: int) -> list[KeptProduct]:
    """Return the products on sale that most people keep at hand since a day before this one, the most kept first.

    before: a Monday, so that the list tells of nobody who came in between two looks at it.
    """
    people = func.count(Favourite.pseudonym.distinct())
    kept = (
        select(Product, people)
        .join(Favourite, Favourite.product_id == Product.id)
        .where(Product.deleted_at.is_(None), Favourite.added_at < _midnight(before), not_at_rest(Favourite.pseudonym))
        .group_by(Product.id)
        .having(people >= min_people)
        .order_by(people.desc(), Product.id)
        .limit(limit)
    )
    return [KeptProduct(product, rounded(count)) for product, count in db.session.execute(kept)]


def publish(cells: Cells, *, min_people: int) -> Tallies:
    """Return what may be shown of the cells: each number, `other` and the total have enough people behind them."""
    by_size = sorted(cells, key=lambda key: (-sum(cells[key].values()), key))
    named = [key for key in by_size if len(cells[key]) >= min_people]
    hidden = [key for key in by_size if len(cells[key]) < min_people]
    while hidden and named and len(_people(cells, hidden)) < min_people:
        hidden.append(named.pop())
    shown = tuple(Tally(key, rounded(sum(cells[key].values()))) for key in named)
    enough = hidden and len(_people(cells, hidden)) >= min_people
    return Tallies(shown, rounded(sum(sum(cells[key].values()) for key in hidden)) if enough else 0)


def rounded(count: int) -> int:
    """Return a count to the nearest ROUNDED_TO, and no lower: that one person came or went does not show."""
    return max(ROUNDED_TO, ROUNDED_TO * round(count / ROUNDED_TO))


def _people(cells: Cells, keys: Collection[Key]) -> set[str]:
    return {person for key in keys for person in cells[key]}


def _tallies(counted: Iterable[_Counted], key: Callable[[_Counted], Key], min_people: int) -> Tallies:
    cells: dict[Key, Counter[str]] = defaultdict(Counter)
    for one in counted:
        cells[key(one)][one.pseudonym] += one.times
    return publish(cells, min_people=min_people)


def _split(counted: Sequence[_Counted], question: Callable[[_Counted], bool], min_people: int) -> float | None:
    """Return the share of which the answer is yes; None unless enough people are behind both yes and no."""
    people: dict[bool, set[str]] = {True: set(), False: set()}
    times = Counter[bool]()
    for one in counted:
        people[question(one)].add(one.pseudonym)
        times[question(one)] += one.times
    if min(map(len, people.values())) < min_people:
        return None
    return times[True] / times.total()


def _searches(monday: date) -> list[_Counted]:
    seen = (
        SearchCount.pseudonym,
        SearchCount.garment,
        SearchCount.colour,
        SearchCount.kind,
        SearchCount.answered,
        SearchCount.clicked,
    )
    in_week = select(*seen).where(*_in_week(SearchCount.counted_on, monday), not_at_rest(SearchCount.pseudonym))
    # The ids are random: those that count are any of the person's, not the first of the week.
    counting = _a_few_each(in_week, SearchCount.pseudonym, SearchCount.id).c
    columns = [counting[column.key] for column in seen]
    return [
        _Counted(pseudonym, times, garment, colour, kind, answered, clicked)
        for times, pseudonym, garment, colour, kind, answered, clicked in db.session.execute(
            select(func.count()).add_columns(*columns).group_by(*columns)
        )
    ]


def _favourites(monday: date) -> list[_Counted]:
    begin, end = _midnight(monday), _midnight(monday + timedelta(weeks=1))
    added = (
        select(Favourite.pseudonym, Product.category, Product.colour)
        .join(Product, Favourite.product_id == Product.id)
        .where(Favourite.added_at >= begin, Favourite.added_at < end, not_at_rest(Favourite.pseudonym))
    )
    counting = _a_few_each(added, Favourite.pseudonym, Favourite.id).c
    return [
        _Counted(pseudonym, 1, garment_of_category(category), family_of_colour(colour))
        for pseudonym, category, colour in db.session.execute(
            select(counting.pseudonym, counting.category, counting.colour)
        )
    ]


def _relevance(monday: date, min_people: int) -> Share | None:
    """Return the share of good matches; each person's answers count as alike. No names or items are behind it."""
    in_week = select(MatchOpinion.pseudonym, MatchOpinion.good).where(
        *_in_week(MatchOpinion.given_on, monday), not_at_rest(MatchOpinion.pseudonym)
    )
    counting = _a_few_each(in_week, MatchOpinion.pseudonym, MatchOpinion.id).c
    given = select(func.sum(cast(counting.good, Integer)), func.count()).group_by(counting.pseudonym)
    groups = [(good, total) for good, total in db.session.execute(given)]
    return share_of(groups) if len(groups) >= min_people else None


def _a_few_each(
    rows: Select[*tuple[Any, ...]], pseudonym: InstrumentedAttribute[str], order: InstrumentedAttribute[Any]
) -> Subquery:
    """Return the rows with MOST_OF_ONE_PERSON of each person at most, the first in this order."""
    turn = func.row_number().over(partition_by=pseudonym, order_by=order).label("turn")
    numbered = rows.add_columns(turn).subquery()
    return select(numbered).where(numbered.c.turn <= MOST_OF_ONE_PERSON).subquery()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _in_week(day: InstrumentedAttribute[date], monday: date) -> tuple[ColumnElement[bool], ...]:
    return day >= monday, day < monday + timedelta(weeks=1)
