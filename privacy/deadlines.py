"""How long an answer to a person may take (Art. 12(3) GDPR): one calendar month, two more with notice."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_MONTHS = 1
EXTENDED_MONTHS = 3
"""One month and two further ones, counted from the receipt."""

_FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_DAYS_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension Day, Whit Monday


def due_at(received_at: datetime, *, months: int, zone: ZoneInfo) -> datetime:
    """Return the last second of the answer's last day in `zone`, as aware UTC; received_at: aware.

    Months are counted by the calendar: from 31 January one month ends on the last day of February.
    """
    last_day = months_later(received_at.astimezone(zone).date(), months)
    return datetime.combine(last_day, time(23, 59, 59), zone).astimezone(UTC)


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day when it has no such day."""
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_working_day(day: date) -> date:
    """Return `day`, or the first day after it that is neither a Saturday, a Sunday nor a French public holiday.

    Regulation 1182/71, Art. 3(4), lets a period end there; the desk counts by the calendar and names this as a margin.
    """
    while day.weekday() >= calendar.SATURDAY or day in french_holidays(day.year):
        day += timedelta(days=1)
    return day


def french_holidays(year: int) -> frozenset[date]:
    """Return the eleven public holidays of France (Code du travail, L3133-1) in a year."""
    easter = easter_sunday(year)
    moving = (easter + timedelta(days=days) for days in _DAYS_AFTER_EASTER)
    return frozenset((*(date(year, month, day) for month, day in _FIXED_HOLIDAYS), *moving))


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher's method)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
