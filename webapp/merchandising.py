"""The shop's rules for one request: the same from its first question to its last."""

from datetime import date
from typing import cast
from zoneinfo import ZoneInfo

from flask import g

from catalog.merchandising import Rules
from recommender.arranging import Arrangement
from storage.database import now
from webapp.wiring import wiring


def shop_day() -> date:
    """Return today's date where the shop is."""
    return now().astimezone(ZoneInfo(wiring().settings.time_zone)).date()


def arrangement_in_force() -> Arrangement:
    """Return what holds for this request."""
    if "arrangement" not in g:
        g.arrangement = wiring().rule_book.current(shop_day())
    return cast(Arrangement, g.arrangement)


def rules_in_force() -> Rules:
    """Return the rules alone, for lists and counts."""
    return arrangement_in_force().rules
