"""The filter form and the chips of active filters, as templates draw them."""

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import format_decimal, lazy_gettext
from flask_babel.speaklater import LazyString

from catalog.products import Facets, ProductFilter
from catalog.vocabulary import label_of
from webapp.addresses import address_without
from webapp.i18n import current_language

_ = lazy_gettext


@dataclass(frozen=True)
class Choice:
    """One value that can be ticked, and how many items it would show."""

    value: str
    words: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class ChoiceGroup:
    """The values of one form field."""

    field: str
    words: str | LazyString
    choices: list[Choice]
    has_more: bool = False
    """Whether other values can be typed: too many are in use to be listed."""


@dataclass(frozen=True)
class ActiveFilter:
    """A filter in force, and the address of this page without it."""

    words: str | LazyString
    address: str


def choice_groups(wanted: ProductFilter, facets: Facets) -> list[ChoiceGroup]:
    """Return the form's groups; a chosen value stays on offer even when nothing is left of it."""
    parts = (
        ("category", _("Category"), facets.categories, wanted.categories),
        ("gender", _("For"), facets.genders, wanted.genders),
        ("colour", _("Colour"), facets.colours, wanted.colours),
        ("brand", _("Brand"), facets.brands, wanted.brands),
    )
    groups = [ChoiceGroup(field, words, _choices(field, counts, chosen)) for field, words, counts, chosen in parts]
    return [group for group in groups if group.choices]


def active_filters(wanted: ProductFilter) -> list[ActiveFilter]:
    """Return one removable filter a chosen value, in the form's order."""
    chosen = (
        ("category", wanted.categories),
        ("gender", wanted.genders),
        ("colour", wanted.colours),
        ("brand", wanted.brands),
    )
    active = [
        ActiveFilter(_value_words(field, value), address_without(field, value))
        for field, values in chosen
        for value in sorted(values)
    ]
    if wanted.min_price_minor_units is not None:
        words = _("From %(price)s", price=_whole(wanted.min_price_minor_units))
        active.append(ActiveFilter(words, address_without("min_price")))
    if wanted.max_price_minor_units is not None:
        words = _("Up to %(price)s", price=_whole(wanted.max_price_minor_units))
        active.append(ActiveFilter(words, address_without("max_price")))
    if wanted.in_stock_only:
        active.append(ActiveFilter(_("In stock"), address_without("in_stock")))
    return active


def _choices(field: str, counts: dict[str, int], chosen: frozenset[str]) -> list[Choice]:
    offered = counts | {value: 0 for value in chosen if value not in counts}
    return [Choice(value, _value_words(field, value), count, value in chosen) for value, count in offered.items()]


def _value_words(field: str, value: str) -> str:
    return value if field == "brand" else label_of(field, value, current_language())


def _whole(minor_units: int) -> str:
    return str(format_decimal(Decimal(minor_units).scaleb(-2)))
