"""What was once shown of a week stays as it was shown.

Counted again after a person's searches went (an erasure, an objection, a term that is up), a number would differ by
theirs from the one that was shown before.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from recommender.insight import Tallies, Tally, WeekOfShoppers, week_of_shoppers
from recommender.shares import Share
from recommender.signal_models import PublishedWeek
from storage.database import db

_TALLIES = ("searches", "garments", "colours", "missed", "favourites", "favourite_colours")


def published_week(monday: date, *, min_people: int) -> WeekOfShoppers:
    """Return what may be shown of a week that is over: counted at the first look, and added to what is kept.

    A week with nothing to show gave nothing away, and is counted again.
    """
    kept = db.session.get(PublishedWeek, (monday, min_people))
    if kept is not None:
        return _week(monday, kept.numbers)
    week = week_of_shoppers(monday, min_people=min_people)
    numbers = {name: value for name, value in asdict(week).items() if name != "monday"}
    if week.searches.total or week.favourites.total or week.relevance:
        db.session.add(PublishedWeek(monday=monday, min_people=min_people, numbers=numbers))
    return week


def _week(monday: date, numbers: Mapping[str, Any]) -> WeekOfShoppers:
    relevance = numbers["relevance"]
    return WeekOfShoppers(
        monday,
        opened=numbers["opened"],
        unanswered=numbers["unanswered"],
        relevance=Share(**relevance) if relevance else None,
        **{name: _tallies(numbers[name]) for name in _TALLIES},
    )


def _tallies(said: Mapping[str, Any]) -> Tallies:
    named = tuple(Tally(tuple(one["key"]), one["count"]) for one in said["named"])
    return Tallies(named, said["other"])
