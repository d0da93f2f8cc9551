"""What the list's filter form offers, and the chips of filters in force."""

from collections.abc import Mapping

from flask_babel import format_decimal, lazy_gettext
from flask_babel.speaklater import LazyString

from catalog.bulk_edit import BulkAction, BulkEdit, is_new_value
from catalog.product_list import FIELDS, LOW_STOCK, NOT_STATED, Order, Shown, StockLevel
from catalog.vocabulary import Kind, label_of
from webapp.addresses import address_without
from webapp.filter_panel import ActiveFilter, Choice, ChoiceGroup
from webapp.i18n import current_language
from webapp.list_query import ListQuery, SearchBy

_ = lazy_gettext

FIELD_TITLES = {
    "category": _("Category"),
    "sub_category": _("Sub-category"),
    "brand": _("Brand"),
    "colour": _("Colour"),
    "pattern": _("Pattern"),
    "gender": _("For"),
    "season": _("Season"),
}
_MOST_LISTED = {"brand": 40, "sub_category": 40}
SEARCH_WORDS = {
    SearchBy.TEXT: _("By words"),
    SearchBy.LOOK: _("By look"),
}
STATE_WORDS = {
    Shown.ON_SALE: _("On sale"),
    Shown.WITHDRAWN: _("Withdrawn"),
    Shown.WITHOUT_PICTURE: _("Without a picture"),
    Shown.ALL: _("All, withdrawn ones too"),
}
STOCK_WORDS = {
    StockLevel.ANY: _("Any stock"),
    StockLevel.IN: _("In stock"),
    StockLevel.LOW: _("Few left (%(most)d or less)", most=LOW_STOCK),
    StockLevel.OUT: _("Out of stock"),
}
ORDER_WORDS = {
    Order.NEWEST: _("Newest first"),
    Order.CHANGED: _("Latest changes first"),
    Order.TITLE: _("Title"),
    Order.SKU: _("SKU"),
    Order.BRAND: _("Brand"),
    Order.CHEAPEST: _("Cheapest first"),
    Order.DEAREST: _("Dearest first"),
    Order.LEAST_STOCK: _("Least stock first"),
    Order.MOST_STOCK: _("Most stock first"),
}
BULK_WORDS = {
    BulkAction.CATEGORY: _("Set the category"),
    BulkAction.SUB_CATEGORY: _("Set the sub-category"),
    BulkAction.BRAND: _("Set the brand"),
    BulkAction.COLOUR: _("Set the colour"),
    BulkAction.PATTERN: _("Set the pattern"),
    BulkAction.GENDER: _("Set whom it is for"),
    BulkAction.SEASON: _("Set the season"),
    BulkAction.PRICE: _("Change the price by percent"),
    BulkAction.PRICE_TO: _("Set the price to an amount"),
    BulkAction.STOCK: _("Set the stock"),
    BulkAction.WITHDRAW: _("Withdraw from sale"),
    BulkAction.RESTORE: _("Put back on sale"),
}


NEW_VALUE_WORDS = {
    BulkAction.CATEGORY: _("New category: %(value)s"),
    BulkAction.SUB_CATEGORY: _("New sub-category: %(value)s"),
    BulkAction.BRAND: _("New brand: %(value)s"),
    BulkAction.COLOUR: _("New colour: %(value)s"),
    BulkAction.PATTERN: _("New pattern: %(value)s"),
    BulkAction.GENDER: _("New value of “For”: %(value)s"),
    BulkAction.SEASON: _("New season: %(value)s"),
}


def new_value_words(edit: BulkEdit) -> str:
    """Return in words that the edit's value is new to the catalogue; empty where it is not, or is no word."""
    if not is_new_value(edit):
        return ""
    return str(NEW_VALUE_WORDS[edit.action]) % {"value": list_value(edit.action.value, str(edit.value))}


def bulk_words(edit: BulkEdit, value: str) -> str | LazyString:
    """Return a change of many products in words."""
    action = BULK_WORDS[edit.action]
    if edit.action in (BulkAction.WITHDRAW, BulkAction.RESTORE):
        return action
    words = _("%(action)s: %(value)s", action=action, value=value.strip() or _("empty"))
    if edit.ending is None:
        return words
    return _("%(change)s, rounded to end in %(ending)s", change=words, ending=price_ending(edit.ending))


def price_ending(ending: int) -> str:
    """Return the decimals that a price is rounded to, with the language's decimal sign: ",90"."""
    return str(format_decimal(ending / 100, format="0.00"))[1:]


def list_choices(query: ListQuery, in_use: Mapping[str, Mapping[str, int]]) -> list[ChoiceGroup]:
    """Return the filter form's groups: the values in use (by field, most frequent first), and those that are chosen.

    Of a field that may have thousands, the first forty.
    """
    groups = []
    for field, (part, _column) in FIELDS.items():
        chosen: frozenset[str] = getattr(query.wanted, part)
        counts = in_use[field]
        listed = dict(list(counts.items())[: _MOST_LISTED.get(field)])
        offered = listed | {value: counts.get(value, 0) for value in sorted(chosen - listed.keys())}
        if offered.keys() - {NOT_STATED}:
            rows = [Choice(value, list_value(field, value), count, value in chosen) for value, count in offered.items()]
            groups.append(ChoiceGroup(field, FIELD_TITLES[field], rows, has_more=len(counts) > len(listed)))
    return groups


def list_filters_in_force(query: ListQuery) -> list[ActiveFilter]:
    """Return one removable chip for each filter, in the form's order."""
    wanted = query.wanted
    chips = [
        ActiveFilter(list_value(field, value, with_field=True), address_without(field, value))
        for field, (part, _column) in FIELDS.items()
        for value in sorted(getattr(wanted, part))
    ]
    if wanted.stock is not StockLevel.ANY:
        chips.append(ActiveFilter(STOCK_WORDS[wanted.stock], address_without("stock")))
    if wanted.min_price_minor_units is not None:
        words = _("From %(price)s", price=format_decimal(wanted.min_price_minor_units / 100))
        chips.append(ActiveFilter(words, address_without("min_price")))
    if wanted.max_price_minor_units is not None:
        words = _("Up to %(price)s", price=format_decimal(wanted.max_price_minor_units / 100))
        chips.append(ActiveFilter(words, address_without("max_price")))
    if wanted.shown is not Shown.ON_SALE:
        chips.append(ActiveFilter(STATE_WORDS[wanted.shown], address_without("state")))
    return chips


def list_value(field: str, value: str, *, with_field: bool = False) -> str | LazyString:
    """Return a value of a filter in words; one that is not stated says of which field, where that is not clear."""
    if value == NOT_STATED:
        return _("%(field)s: not stated", field=FIELD_TITLES[field]) if with_field else _("Not stated")
    return label_of(field, value, current_language()) if field in {kind.value for kind in Kind} else value
