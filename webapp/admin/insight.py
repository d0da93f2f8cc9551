"""What shoppers look for, what they open, keep and think of it: anonymous numbers, week by week."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask import Response, abort, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, OperationalError

from accounts.permissions import Permission
from catalog.vocabulary import Kind, label_of
from privacy.audit_notes import note
from privacy.audit_reading import as_csv_line
from recommender.attributes import COLOUR
from recommender.insight import (
    AGREED_RELEVANCE,
    MOST_OF_ONE_PERSON,
    Tallies,
    WeekOfShoppers,
    most_kept,
    weeks_over,
)
from recommender.published_weeks import published_week
from recommender.wanted import categories_of_garment, colours_of_family
from storage.database import db, now
from webapp.account.session_user import permission_required
from webapp.admin.attribute_words import words_of
from webapp.admin.charts import columns, shares
from webapp.admin.routes import admin
from webapp.i18n import current_language
from webapp.presenting import GARMENT_WORDS
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_WEEKS = 12
_MOST_KEPT = 12


@admin.get("/insight")
@permission_required(Permission.SEE_INSIGHT)
def insight() -> str:
    """Twelve weeks as charts, and one of them (`week`, a Monday) in detail."""
    least = wiring().settings.statistics_min_people
    mondays = weeks_over(now().date(), weeks=_WEEKS)
    this_monday = mondays[0] + timedelta(weeks=1)
    weeks = _weeks(mondays)
    chosen = _chosen(weeks)
    over_time = list(reversed(weeks))
    return render_template(
        "admin/insight.html",
        weeks=over_time,
        week=chosen,
        min_people=least,
        agreed=AGREED_RELEVANCE,
        searches=columns([week.searches.total for week in over_time]),
        relevance=shares([_interval(week) if week.relevance else None for week in over_time]),
        most_kept=most_kept(this_monday, min_people=least, limit=_MOST_KEPT),
        kept_until=this_monday - timedelta(days=1),
        most_of_one=MOST_OF_ONE_PERSON,
        garment_name=garment_name,
        colour_name=colour_name,
        catalogue_with=catalogue_with,
    )


@admin.get("/insight.csv")
@permission_required(Permission.SEE_INSIGHT)
def insight_csv() -> Response:
    """The numbers that the page shows of its weeks, as CSV; each line names its week."""
    note("insight.exported", actor=current_visitor().pseudonym)
    db.session.commit()
    titles = ("week", "measure", "garment", "colour", "about", "share", "share_low", "share_high")
    lines = [as_csv_line(titles)]
    for week in _weeks(weeks_over(now().date(), weeks=_WEEKS)):
        lines += (as_csv_line(cells) for cells in _cells(week))
    # A spreadsheet takes a file for UTF-8 by this mark alone.
    response = Response("\ufeff" + "".join(lines), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=insight.csv"
    return response


def garment_name(garment: str) -> str:
    """Return what was wanted in the page's language: a garment of photos, or a category that photos do not show."""
    if not garment:
        return str(_("Not said"))
    return str(GARMENT_WORDS.get(garment) or label_of(Kind.CATEGORY, garment, current_language()))


def colour_name(colour: str) -> str:
    """Return a colour family in the page's language."""
    return words_of(COLOUR, colour, current_language()) if colour else str(_("Not said"))


def catalogue_with(garment: str, colour: str) -> str:
    """Return the address of the catalogue's items that answer what was wanted; empty when nothing was said."""
    if not (garment or colour):
        return ""
    categories = categories_of_garment(garment) if garment else None
    return url_for(".catalogue", category=categories, colour=colours_of_family(colour) if colour else None)


def _weeks(mondays: Sequence[date]) -> list[WeekOfShoppers]:
    """Return what is shown of these weeks, now and at every later look."""
    least = wiring().settings.statistics_min_people
    with db.session.no_autoflush:
        weeks = [published_week(monday, min_people=least) for monday in mondays]
    try:
        db.session.commit()
    except (IntegrityError, OperationalError):
        # Another process keeps the same weeks at this moment.
        db.session.rollback()
    return weeks


def _chosen(weeks: list[WeekOfShoppers]) -> WeekOfShoppers:
    """Return the week that the address names, else the latest one with something to show."""
    if "week" not in request.args:
        return next((week for week in weeks if week.searches.total), weeks[0])
    return next((week for week in weeks if week.monday.isoformat() == request.args["week"]), None) or abort(404)


def _interval(week: WeekOfShoppers) -> tuple[float, float, float]:
    assert week.relevance is not None
    return week.relevance.share, week.relevance.low, week.relevance.high


def _cells(week: WeekOfShoppers) -> Iterator[tuple[object, ...]]:
    monday = week.monday
    yield from _counts(monday, "searches", week.searches, "")
    yield from _counts(monday, "searches by garment", week.garments, "garment")
    yield from _counts(monday, "searches by colour", week.colours, "colour")
    yield from _counts(monday, "searches without a good match", week.missed, "both")
    yield from _counts(monday, "favourites by garment", week.favourites, "garment")
    yield from _counts(monday, "favourites by colour", week.favourite_colours, "colour")
    for measure, share in (("matches opened", week.opened), ("without a good match", week.unanswered)):
        if share is not None:
            yield monday, measure, "", "", "", f"{share:.2f}", "", ""
    if week.relevance:
        yield monday, "good matches", "", "", "", *(f"{part:.2f}" for part in _interval(week))


def _counts(monday: date, measure: str, tallies: Tallies, named_by: str) -> Iterator[tuple[object, ...]]:
    for tally in tallies.named:
        garment = tally.key[0] if named_by in ("garment", "both") else ""
        colour = tally.key[-1] if named_by in ("colour", "both") else ""
        name = f"{measure} with {tally.key[0]}" if not named_by else measure
        yield monday, name, garment, colour, tally.count, "", "", ""
    if tallies.other:
        yield monday, measure, "(other)", "", tallies.other, "", "", ""
