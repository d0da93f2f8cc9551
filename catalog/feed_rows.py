"""One row of a feed -> all that the shop says of a product, or every reason why not."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from catalog.editing import ProductDetails
from catalog.errors import InvalidPrice, Problem, RowRejected, UnknownCurrency
from catalog.feed_mapping import Cell, FeedMapping, language_of, place_of
from catalog.money import known_currency, parse_price, split_currency
from catalog.places import WEB
from catalog.vocabulary import Kind, canonical, canonical_category, own_slug, slugs

MAX_STOCK = 10_000_000
_MAX_CHARACTERS = {
    "title": 300, "description": 10_000, "brand": 100, "sub_category": 100, "sizes": 40, "link": 2_000,
}  # fmt: skip
_SKU = re.compile(r"\w[\w.:+-]{0,63}")
_WHOLE_NUMBER = re.compile(r"(\d{1,9})(?:[.,]0+)?")

# What is neither text nor white space: C0 and C1 controls, and halves of surrogate pairs (JSON can hold them).
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")

Value = TypeVar("Value")


@dataclass(frozen=True)
class FeedProduct:
    """A row that can become a product, once its pictures are found in the image folder."""

    details: ProductDetails
    image_names: tuple[str, ...]


def parse_row(cells: Mapping[str, Cell], mapping: FeedMapping) -> FeedProduct:
    """Return the product that a row describes. Raises RowRejected with one problem for each faulty field."""
    return _Row(mapping.read(cells), mapping).product()


def sku_in(cells: Mapping[str, Cell], mapping: FeedMapping) -> str:
    """Return the row's SKU as it is written, right or wrong; empty when there is none."""
    return _Row(mapping.read(cells), mapping).text("sku")[:64]


class _Row:
    """Reads our fields of one row, and gathers what is wrong with them."""

    def __init__(self, fields: Mapping[str, Cell], mapping: FeedMapping) -> None:
        self._fields = fields
        self._mapping = mapping
        self._problems: list[Problem] = []

    def product(self) -> FeedProduct:
        sku = self._take("sku", _sku, "")
        currency, price = self._price()
        stock, places = self._stocks()
        details = ProductDetails(
            sku=sku,
            titles=self._texts("title"),
            descriptions=self._texts("description"),
            brand=self._take("brand", _long("brand"), ""),
            category=self._take("category", _category, ""),
            sub_category=self._take("sub_category", _long("sub_category"), ""),
            colour=self._take("colour", _colour, ""),
            pattern=self._take("pattern", _pattern, ""),
            gender=self._take("gender", _gender, ""),
            season=self._take("season", _season, ""),
            sizes=self._sizes(),
            price_minor_units=price,
            currency=currency,
            cost_minor_units=self._cost(currency),
            stock=stock,
            stock_by_place=places,
            link=self._take("link", _link, ""),
        )
        image_names = self._image_names()
        if self._problems:
            raise RowRejected(*self._problems, sku=sku or self.text("sku")[:64])
        return FeedProduct(details, image_names)

    def _take(self, field: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
        try:
            return parse(self.text(field))
        except (ValueError, InvalidPrice, UnknownCurrency) as error:
            self._problems.append(Problem(field, str(error)))
            return otherwise

    def text(self, field: str) -> str:
        cell = self._fields.get(field, "")
        return _one_line(cell if isinstance(cell, str) else " ".join(cell))

    def _texts(self, subject: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for field in self._fields:
            named = language_of(field, otherwise=self._mapping.language)
            if named and named[0] == subject and (text := self._take(field, _long(subject), "")):
                found[named[1]] = text
        if subject == "title" and not found:
            self._problems.append(
                Problem("title", "a title is needed, in at least one language (title_en, title_fr …)")
            )
        return dict(sorted(found.items()))

    def _price(self) -> tuple[str, int]:
        amount, beside = split_currency(self.text("price"))
        stated = self.text("currency") or beside
        if not amount:
            self._problems.append(Problem("price", "a price is needed; the mapping can give a default"))
        if not stated:
            self._problems.append(
                Problem("currency", "a currency such as EUR is needed; the mapping can give a default")
            )
            return "", 0
        currency = self._take("currency", lambda _: known_currency(stated), "")
        if not (currency and amount):
            return "", 0
        if beside and beside != currency:
            self._problems.append(Problem("currency", f"the price is in {beside} but the currency says {currency}"))
        sign = self._mapping.decimal_sign
        return currency, self._take("price", lambda _: parse_price(amount, currency, decimal_sign=sign), 0)

    def _cost(self, currency: str) -> int | None:
        amount, beside = split_currency(self.text("cost"))
        if not (amount and currency):
            return None
        if beside and beside != currency:
            self._problems.append(Problem("cost", f"the cost is in {beside} but the price in {currency}"))
        sign = self._mapping.decimal_sign
        return self._take("cost", lambda _: parse_price(amount, currency, decimal_sign=sign), None)

    def _stocks(self) -> tuple[int, dict[str, int] | None]:
        """The pieces in all places, and in each where the row says so: what no shop has lies with the web."""
        fields = {place: field for field in sorted(self._fields) if (place := place_of(field))}
        if not fields:
            return self._take("stock", _stock, 0), None
        places = {place: self._take(field, _stock, 0) for place, field in fields.items()}
        held = sum(places.values())
        stock = self._take("stock", _stock, held) if self.text("stock") else held
        if stock < held or (WEB in places and stock != held):
            self._problems.append(Problem("stock", f"the stock is {stock}, but the places hold {held}"))
            return held, places
        places[WEB] = places.get(WEB, stock - held)
        return stock, {place: number for place, number in places.items() if number}

    def _sizes(self) -> tuple[str, ...]:
        sizes = self._list("sizes", "|;,")
        for size in sizes:
            if len(size) > _MAX_CHARACTERS["sizes"]:
                self._problems.append(Problem("sizes", f"{size[:40]!r}… is too long for one size: check the separator"))
        return tuple(dict.fromkeys(sizes))

    def _image_names(self) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(self._list("image", "|")))
        if not names:
            self._problems.append(Problem("image", "a picture is needed: give its file name in the image folder"))
        return names

    def _list(self, field: str, separators: str) -> tuple[str, ...]:
        cell = self._fields.get(field, "")
        if isinstance(cell, str):
            used = self._mapping.list_separator or next((each for each in separators if each in cell), "|")
            cell = tuple(cell.split(used))
        # A list of JSON keeps its parts apart by itself; in a table the bar does, so no part has one.
        return tuple(text for item in cell for part in item.split("|") if (text := _one_line(part)))


def _sku(text: str) -> str:
    if not text:
        raise ValueError("a SKU is needed: the shop's own number of the product")
    if not _SKU.fullmatch(text):
        raise ValueError(
            f"{text[:64]!r} is no SKU: use up to 64 letters, digits, and . : + - _ (first a letter or digit)"
        )
    return text


def _category(text: str) -> str:
    if not text:
        raise ValueError("a category is needed, such as dress or t-shirt")
    slug = canonical_category(text)
    if not slug:
        raise ValueError(f"{text[:60]!r} has no Latin letter: translate it in the mapping's values")
    return slug


def _colour(text: str) -> str:
    return _known(Kind.COLOUR, text) if text else ""


def _gender(text: str) -> str:
    return _known(Kind.GENDER, text) if text else "unisex"


def _pattern(text: str) -> str:
    # Words for patterns have no end; the filter has five.
    return (canonical(Kind.PATTERN, text) or "other") if text else ""


def _season(text: str) -> str:
    return (canonical(Kind.SEASON, text) or own_slug(text)) if text else ""


def _known(kind: Kind, text: str) -> str:
    slug = canonical(kind, text)
    if slug is None:
        raise ValueError(f"{text[:60]!r} is not known: use {', '.join(slugs(kind))}, or translate it in the mapping")
    return slug


def _stock(text: str) -> int:
    if not text:
        raise ValueError("a stock is needed, 0 or more; the mapping can give a default")
    match = _WHOLE_NUMBER.fullmatch(text)
    if match is None or int(match[1]) > MAX_STOCK:
        raise ValueError(f"{text[:40]!r} is no stock: give a whole number from 0 to {MAX_STOCK}")
    return int(match[1])


def _link(text: str) -> str:
    if not text:
        return ""
    address = urlsplit(text)
    # Another scheme (javascript:, data:) would run or lie when a shopper follows it.
    if address.scheme not in ("http", "https") or not address.hostname or len(text) > _MAX_CHARACTERS["link"]:
        raise ValueError(f"{text[:60]!r} is no web address: it must begin with https://")
    return text


def _long(subject: str) -> Callable[[str], str]:
    limit = _MAX_CHARACTERS[subject]

    def check(text: str) -> str:
        if len(text) > limit:
            raise ValueError(f"{len(text)} characters are too many: {limit} at most")
        return text

    return check


def _one_line(text: str) -> str:
    """The text composed (NFC), without control characters, its white space single."""
    return " ".join(_CONTROL.sub("", unicodedata.normalize("NFC", text)).split())
