"""The address of the desk's list -> what it shows, and back: for its pages, and for the jobs that they ask for."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from catalog.product_list import FIELDS, ListFilter, Order, Shown, StockLevel
from webapp.errors import BadRequestValue
from webapp.filters import chosen, price, whole_number

Choice = TypeVar("Choice", bound=StrEnum)
_FIELDS = ("q", "by", *FIELDS, "stock", "min_price", "max_price", "state", "sort")
_USUAL = {"by": "text", "sort": "newest", "state": "on_sale"}
_MAX_WORDS = 200
_MAX_VALUES = 100


class SearchBy(StrEnum):
    """How words are looked for."""

    TEXT = "text"
    LOOK = "look"


@dataclass(frozen=True)
class ListQuery:
    """What one address of the list shows."""

    wanted: ListFilter = field(default_factory=ListFilter)
    by: SearchBy = SearchBy.TEXT
    order: Order = Order.NEWEST
    page: int = 1

    @property
    def is_by_look(self) -> bool:
        return self.by is SearchBy.LOOK and bool(self.wanted.words)

    @property
    def without_words(self) -> ListFilter:
        return replace(self.wanted, words="")


def list_query_from(values: "MultiDict[str, str]") -> ListQuery:
    """Return what the query parameters ask for. Raises BadRequestValue naming the parameter."""
    lowest, highest = price(values, "min_price"), price(values, "max_price")
    if lowest is not None and highest is not None and lowest > highest:
        raise BadRequestValue("min_price", _("The lowest price is above the highest."))
    parts = {part: _few(values, name) for name, (part, _column) in FIELDS.items()}
    return ListQuery(
        ListFilter(
            words=values.get("q", "").replace("\0", "").strip()[:_MAX_WORDS],
            stock=_one_of(values, "stock", StockLevel, StockLevel.ANY),
            min_price_minor_units=lowest,
            max_price_minor_units=highest,
            shown=_one_of(values, "state", Shown, Shown.ON_SALE),
            **parts,
        ),
        by=_one_of(values, "by", SearchBy, SearchBy.TEXT),
        order=_one_of(values, "sort", Order, Order.NEWEST),
        page=whole_number(values, "page", default=1, lowest=1, highest=100_000),
    )


def query_of(text: str) -> "MultiDict[str, str]":
    """Return the fields of a list's address, from the text behind its question mark; others are dropped.

    Raises BadRequestValue for more than 500.
    """
    try:
        pairs = parse_qsl(text.removeprefix("?"), max_num_fields=500)
    except ValueError as error:
        raise BadRequestValue("query", _("Choose at most %(most)d values.", most=_MAX_VALUES)) from error
    return MultiDict([(name, value) for name, value in pairs if name in _FIELDS and value.strip()])


def as_text(values: "MultiDict[str, str]") -> str:
    """Return the list's fields as the text behind a question mark; the page and what is usual are left out."""
    said = [(name, value) for name, value in values.items(multi=True) if name in _FIELDS and value.strip()]
    return urlencode([(name, value) for name, value in said if _USUAL.get(name) != value])


def _few(values: "MultiDict[str, str]", name: str) -> frozenset[str]:
    wanted = chosen(values, name)
    if len(wanted) > _MAX_VALUES:
        raise BadRequestValue(name, _("Choose at most %(most)d values.", most=_MAX_VALUES))
    return wanted


def _one_of(values: "MultiDict[str, str]", name: str, kind: type[Choice], default: Choice) -> Choice:
    text = values.get(name, "").strip()
    try:
        return kind(text) if text else default
    except ValueError as error:
        allowed = ", ".join(each.value for each in kind if each.value)
        raise BadRequestValue(name, _("Choose one of %(allowed)s.", allowed=allowed)) from error
