"""Query parameters and form fields -> `ProductFilter`, the same for pages and for the API."""

import unicodedata
from decimal import Decimal, InvalidOperation

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from catalog.products import ProductFilter
from webapp.errors import BadRequestValue

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def filter_from(values: "MultiDict[str, str]") -> ProductFilter:
    """Return the filter of `category`, `gender`, `colour`, `brand` (each may repeat), `min_price`, `max_price`
    (whole units of the currency) and `in_stock`. Raises BadRequestValue naming the field.
    """
    lowest, highest = price(values, "min_price"), price(values, "max_price")
    if lowest is not None and highest is not None and lowest > highest:
        raise BadRequestValue("min_price", _("The lowest price is above the highest."))
    return ProductFilter(
        categories=chosen(values, "category"),
        genders=chosen(values, "gender"),
        colours=chosen(values, "colour"),
        brands=chosen(values, "brand"),
        min_price_minor_units=lowest,
        max_price_minor_units=highest,
        in_stock_only=_flag(values, "in_stock"),
    )


def one_line(text: str) -> str:
    """Return a text that was typed as one line: without control characters, its white space single."""
    kept = (one for one in text if one.isspace() or unicodedata.category(one) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split())


def whole_number(values: "MultiDict[str, str]", field: str, *, default: int, lowest: int, highest: int) -> int:
    """Return a bounded whole number of a request. Raises BadRequestValue."""
    text = values.get(field, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not lowest <= int(text) <= highest:
        raise BadRequestValue(
            field, _("This must be a whole number from %(lowest)d to %(highest)d.", lowest=lowest, highest=highest)
        )
    return int(text)


def chosen(values: "MultiDict[str, str]", field: str) -> frozenset[str]:
    """Return the values of a field that may repeat."""
    return frozenset(value.strip() for value in values.getlist(field) if value.strip())


def price(values: "MultiDict[str, str]", field: str) -> int | None:
    """Return a price of a form in cents, None when nothing is written. Raises BadRequestValue."""
    text = values.get(field, "").strip().replace(",", ".")
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadRequestValue(field, _("Write a price as 29.90.")) from error
    if not amount.is_finite() or not 0 <= amount <= 1_000_000:
        raise BadRequestValue(field, _("A price lies between 0 and 1000000."))
    return round(amount * 100)


def _flag(values: "MultiDict[str, str]", field: str) -> bool:
    text = values.get(field, "").strip().lower()
    if text not in _TRUE | _FALSE:
        raise BadRequestValue(field, _("This must be 1 or 0."))
    return text in _TRUE
