"""The page of anonymous statistics, which two desks show."""

from flask import render_template

from privacy.statistics import months_of_garments
from recommender.attributes import COLOUR
from recommender.insight import rounded
from storage.database import now
from webapp.admin.attribute_words import words_of
from webapp.i18n import current_language
from webapp.presenting import GARMENT_WORDS
from webapp.wiring import wiring


def statistics_page(*, navigation: str = "") -> str:
    """Return what was photographed, month by month; `navigation` is the desk's menu, if it has one.

    Only months that are over: rounding alone would not hide the next photo from who fills a number up to its edge.
    """
    least = wiring().settings.statistics_min_people
    return render_template(
        "parts/garment_statistics.html",
        months=months_of_garments(now().date().replace(day=1), min_people=least),
        min_people=least,
        about=rounded,
        navigation=navigation,
        garment_name=lambda label: GARMENT_WORDS.get(label, label),
        colour_name=lambda family: words_of(COLOUR, family, current_language()),
    )
