"""Merchandising rules in plain words."""

from collections.abc import Iterator, Sequence
from datetime import date

from flask_babel import format_date, lazy_gettext, ngettext
from flask_babel import gettext as _

from catalog.merchandising import Act, Rule, Selection
from catalog.rule_conflicts import Conflict
from catalog.vocabulary import label_of
from webapp.i18n import current_language

ACT_WORDS = {
    Act.PIN: lazy_gettext("Pin: show first"),
    Act.BOOST: lazy_gettext("Boost: move up"),
    Act.BURY: lazy_gettext("Bury: move down"),
    Act.HIDE: lazy_gettext("Hide: never show"),
    Act.HIDE_SOLD_OUT: lazy_gettext("Hide what is sold out"),
}
STRENGTH_WORDS = {1: lazy_gettext("a little"), 2: lazy_gettext("clearly"), 3: lazy_gettext("strongly")}
CHANGE_WORDS = {
    "added": lazy_gettext("added"),
    "changed": lazy_gettext("changed"),
    "turned_on": lazy_gettext("turned on"),
    "turned_off": lazy_gettext("turned off"),
    "removed": lazy_gettext("removed"),
}
AUTHOR_WORDS = {"merchandiser": lazy_gettext("merchandiser"), "admin": lazy_gettext("administrator")}
"""Who changed a rule: a role, never a person."""
SEASON_WORDS = {
    "spring": lazy_gettext("Spring"),
    "summer": lazy_gettext("Summer"),
    "fall": lazy_gettext("Autumn"),
    "winter": lazy_gettext("Winter"),
}


def value_words(field: str, value: str) -> str:
    """Return a value of the catalogue in the page's language."""
    if field == "seasons":
        return str(SEASON_WORDS.get(value, value))
    kinds = {"categories": "category", "colours": "colour", "genders": "gender"}
    return label_of(kinds[field], value, current_language()) if field in kinds else value


def summary_of(rule: Rule) -> str:
    """Return what a rule does, to what and when, as a sentence or two."""
    chosen = "; ".join(_parts(rule.chooses)) or _("every item")
    return " ".join((_deed(rule, chosen), *_dates(rule)))


def state_of(rule: Rule, today: date) -> str:
    """Return in_force, off, waiting or over."""
    if not rule.is_on:
        return "off"
    if rule.is_in_force(today):
        return "in_force"
    return "waiting" if rule.starts_on and today < rule.starts_on else "over"


def conflict_words(conflict: Conflict) -> str:
    """Return what two rules contradict each other about, and which of them wins."""
    words: str = ngettext(
        "“%(winner)s” and “%(loser)s” contradict each other about %(num)d item: “%(winner)s” wins.",
        "“%(winner)s” and “%(loser)s” contradict each other about %(num)d items: “%(winner)s” wins.",
        conflict.products,
        winner=conflict.winner.title,
        loser=conflict.loser.title,
    )
    return words


def _deed(rule: Rule, chosen: str) -> str:
    strength = STRENGTH_WORDS[rule.strength]
    deeds = {
        Act.PIN: _("Shows first: %(chosen)s.", chosen=chosen),
        Act.BOOST: _("Moves %(strength)s up: %(chosen)s.", strength=strength, chosen=chosen),
        Act.BURY: _("Moves %(strength)s down: %(chosen)s.", strength=strength, chosen=chosen),
        Act.HIDE: _("Never shows: %(chosen)s.", chosen=chosen),
        Act.HIDE_SOLD_OUT: _("Hides what is sold out of: %(chosen)s.", chosen=chosen),
    }
    return str(deeds[rule.act])


def _parts(chooses: Selection) -> Iterator[str]:
    labels = {
        "categories": _("category"),
        "sub_categories": _("sub-category"),
        "brands": _("brand"),
        "colours": _("colour"),
        "genders": _("for"),
        "seasons": _("season"),
    }
    for field, label in labels.items():
        values = sorted(value_words(field, value) for value in getattr(chooses, field))
        if values:
            yield f"{label} {_either(values)}"
    if chooses.skus:
        yield ngettext("item %(skus)s", "items %(skus)s", len(chooses.skus), skus=", ".join(chooses.skus))
    yield from _bounds(chooses)


def _bounds(chooses: Selection) -> Iterator[str]:
    if chooses.min_stock is not None:
        yield _("%(pieces)d pieces in stock or more", pieces=chooses.min_stock)
    if chooses.max_stock is not None:
        yield _("%(pieces)d pieces in stock or fewer", pieces=chooses.max_stock)
    if chooses.min_margin_percent is not None:
        yield _("margin of %(percent)d %% or more", percent=chooses.min_margin_percent)
    if chooses.max_margin_percent is not None:
        yield _("margin of %(percent)d %% or less", percent=chooses.max_margin_percent)


def _dates(rule: Rule) -> Iterator[str]:
    if rule.starts_on and rule.ends_on:
        yield _("From %(first)s to %(last)s.", first=_day(rule.starts_on), last=_day(rule.ends_on))
    elif rule.starts_on:
        yield _("From %(first)s on.", first=_day(rule.starts_on))
    elif rule.ends_on:
        yield _("Until %(last)s.", last=_day(rule.ends_on))


def _either(values: Sequence[str]) -> str:
    *others, last = values
    return _("%(some)s or %(last)s", some=", ".join(others), last=last) if others else last


def _day(day: date) -> str:
    return str(format_date(day, "long"))
