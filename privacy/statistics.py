"""Counts of photographed garments: only of those who agree, and only as numbers with many people behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from privacy.consent import Purpose, consents_in_force, require_consent
from privacy.models import ConsentRecord, GarmentCount, PersonStanding
from privacy.standing import refuse_by_standing
from storage.database import db


@dataclass(frozen=True)
class CountedGarment:
    """What is counted of a garment."""

    garment: str
    """The segmenter's label: `dress`, `top` …"""
    colour: str
    """One of the twelve colour families."""


@dataclass(frozen=True)
class Tally:
    """A number that may be shown: at least as many people stand behind it as the shop asks for."""

    value: str
    garments: int
    people: int


@dataclass(frozen=True)
class MonthOfGarments:
    """What was photographed in one month; months do not overlap, so no difference of two tells of a single day."""

    first_day: date
    by_garment: Sequence[Tally]
    by_colour: Sequence[Tally]


def count_garments(*, pseudonym: str, photo_id: str, day: date, garments: Iterable[CountedGarment]) -> None:
    """Count a photo's garments, in place of what was counted of it before; flushes, does not commit.

    Raises ConsentMissing, ObjectionStands, ProcessingRestricted.
    """
    require_consent(consents_in_force(photo_id), Purpose.STATISTICS)
    refuse_by_standing(pseudonym, Purpose.STATISTICS)
    db.session.execute(delete(GarmentCount).filter_by(photo_id=photo_id))
    db.session.add_all(
        GarmentCount(
            pseudonym=pseudonym, photo_id=photo_id, counted_on=day, garment=counted.garment, colour=counted.colour
        )
        for counted in garments
    )
    db.session.flush()


def months_of_garments(before: date, *, min_people: int) -> list[MonthOfGarments]:
    """Return what was photographed each month, newest first; a number with fewer people behind it is left out.

    before: the first day of a month, today's as a rule: what grows would tell of who came in between two looks.
    No totals: beside the shown numbers, a total would give away what was left out.
    """
    days = db.session.scalars(
        select(GarmentCount.counted_on).distinct().where(GarmentCount.counted_on < before, *_may_be_counted())
    ).all()
    months = sorted({day.replace(day=1) for day in days}, reverse=True)
    found = [
        MonthOfGarments(
            month, _tallies(GarmentCount.garment, month, min_people), _tallies(GarmentCount.colour, month, min_people)
        )
        for month in months
    ]
    return [month for month in found if month.by_garment or month.by_colour]


def _tallies(column: InstrumentedAttribute[str], month: date, min_people: int) -> list[Tally]:
    people = func.count(GarmentCount.pseudonym.distinct())
    counted = (
        select(column, func.count(), people)
        .where(GarmentCount.counted_on >= month, GarmentCount.counted_on < _next_month(month), *_may_be_counted())
        .group_by(column)
        .having(people >= min_people)
        .order_by(func.count().desc(), column)
    )
    return [Tally(value, garments, persons) for value, garments, persons in db.session.execute(counted)]


def _may_be_counted() -> tuple[ColumnElement[bool], ...]:
    """The photo's consent stands, and its owner neither objects nor asked to hold or erase their data."""
    agreed = select(ConsentRecord.id).where(
        ConsentRecord.photo_id == GarmentCount.photo_id,
        ConsentRecord.purpose == Purpose.STATISTICS.value,
        ConsentRecord.withdrawn_at.is_(None),
    )
    return agreed.exists(), not_at_rest(GarmentCount.pseudonym)


def not_at_rest(pseudonym: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return that the person in this column neither objects to statistics nor asked to hold or erase their data."""
    at_rest = select(PersonStanding.pseudonym).where(
        PersonStanding.pseudonym == pseudonym,
        PersonStanding.objects_to_statistics_at.is_not(None)
        | PersonStanding.restricted_at.is_not(None)
        | PersonStanding.erasing_at.is_not(None),
    )
    return ~at_rest.exists()


def _next_month(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
