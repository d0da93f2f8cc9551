"""One row of a feed -> all that the shop says of a product, or every reason why not."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from catalog.editing import ProductDetails
from catalog.errors import InvalidPrice, Problem, RowRejected, UnknownCurrency
from catalog.feed_mapping import Cell, FeedMapping, language_of, missing_in, place_of
from catalog.money import known_currency, parse_price, split_currency
from catalog.places import WEB
from catalog.vocabulary import Kind, canonical, canonical_category, own_slug, slugs

MAX_STOCK = 10_000_000
_MOST_PLACES = 500
_MOST_PROBLEMS = 20
"""Told of one row; a row of JSON has as many fields as it likes."""
_MAX_CHARACTERS = {
    "title": 300, "description": 10_000, "brand": 100, "sub_category": 100, "sizes": 40, "link": 2_000,
}  # fmt: skip
_NAMED_ALIKE = frozenset(
    ("brand", "category", "sub_category", "colour", "pattern", "gender", "season", "sizes", "link")
)
"""Fields that the details have under the same name."""
_FIELD_OF = {
    "titles": "title",
    "descriptions": "description",
    "price_minor_units": "price",
    "cost_minor_units": "cost",
    "stock_by_place": "stock",
}
"""Under which name a feed says what the details hold."""
_SKU = re.compile(r"\w[\w.:+-]{0,63}")
_WHOLE_NUMBER = re.compile(r"(\d{1,9})(?:[.,]0+)?")

# What is neither text nor white space: C0 and C1 controls, and halves of surrogate pairs (JSON can hold them).
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")

Value = TypeVar("Value")


@dataclass(frozen=True)
class FeedProduct:
    """A row that can become a product, or change one, once its pictures are found."""

    details: ProductDetails
    """A field that the row does not say is empty here: `brought_up_to_date` keeps what the product has."""
    image_names: tuple[str, ...]
    """Empty only where the row does not speak of pictures."""
    said: frozenset[str] = frozenset()
    """Our fields that the row speaks of, empty ones too: title_fr, price, stock_lyon …"""

    @property
    def says_pictures(self) -> bool:
        return "image" in self.said


@dataclass(frozen=True)
class KnownPrice:
    """What the reading of a row needs to know of the product that it changes."""

    currency: str
    has_cost: bool = False


def parse_row(cells: Mapping[str, Cell], mapping: FeedMapping, *, known: KnownPrice | None = None) -> FeedProduct:
    """Return the product that a row describes, or with `known` what it says of one that the catalogue has.

    Raises RowRejected with one problem for each faulty field.
    """
    return parse_fields(mapping.read(cells), mapping, known=known)


def parse_fields(fields: Mapping[str, Cell], mapping: FeedMapping, *, known: KnownPrice | None = None) -> FeedProduct:
    """Do as `parse_row` does, with the row's fields as the mapping reads them."""
    return _Row(fields, mapping, known).product()


def sku_of(fields: Mapping[str, Cell]) -> str:
    """Return the SKU among a row's fields as it is written, right or wrong; empty when there is none."""
    return _text_of(fields, "sku")[:64]


def brought_up_to_date(current: ProductDetails, row: FeedProduct) -> ProductDetails:
    """Return a product's details with what a row says in their place; `current` knows the places of its stock."""
    new = row.details
    changes = {name: getattr(new, name) for name in _NAMED_ALIKE & row.said}
    if "price" in row.said:
        changes |= {"price_minor_units": new.price_minor_units, "currency": new.currency}
    if "cost" in row.said:
        changes["cost_minor_units"] = new.cost_minor_units
    for subject, attribute in (("title", "titles"), ("description", "descriptions")):
        said = {field.removeprefix(f"{subject}_") for field in row.said if field.startswith(f"{subject}_")}
        texts = {language: text for language, text in getattr(current, attribute).items() if language not in said}
        changes[attribute] = texts | dict(getattr(new, attribute))
    return replace(current, **changes, **_stock_after(current, row))


def differences(before: ProductDetails, after: ProductDetails) -> tuple[str, ...]:
    """Return which of our fields differ, texts in whatever language and stock in whatever place as one field each."""
    changed = (each.name for each in fields(before) if getattr(before, each.name) != getattr(after, each.name))
    return tuple(dict.fromkeys(_FIELD_OF.get(name, name) for name in changed))


def _stock_after(current: ProductDetails, row: FeedProduct) -> dict[str, Any]:
    """A total alone lets the shops keep what they have; places alone leave the other places as they are."""
    stock, places = row.details.stock, row.details.stock_by_place
    if places is None:
        is_news = "stock" in row.said and stock != current.stock
        return {"stock": stock, "stock_by_place": None} if is_news else {}
    if "stock" not in row.said:
        named = {place: places.get(place, 0) for field in row.said if (place := place_of(field))}
        together = {**(current.stock_by_place or {}), **named}
        places = {place: number for place, number in together.items() if number}
    return {"stock": sum(places.values()), "stock_by_place": places}


class _Row:
    """Reads our fields of one row, and gathers what is wrong with them."""

    def __init__(self, fields: Mapping[str, Cell], mapping: FeedMapping, known: KnownPrice | None) -> None:
        self._fields = fields
        self._mapping = mapping
        self._known = known
        self._problems: list[Problem] = []

    def product(self) -> FeedProduct:
        sku = self._take("sku", _sku, "")
        missing = missing_in(self._fields)
        if missing and self._known is None:
            raise RowRejected(*self._problems or [Problem("sku", _unknown(missing))], sku=sku)
        currency, price = self._price()
        stock, places = self._stocks()
        details = ProductDetails(
            sku=sku,
            titles=self._texts("title"),
            descriptions=self._texts("description"),
            brand=self._take("brand", _long("brand"), ""),
            category=self._take("category", _category, "") if "category" in self._fields else "",
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
            raise RowRejected(*_told(self._problems), sku=sku or self.text("sku")[:64])
        return FeedProduct(details, image_names, self._said())

    def _said(self) -> frozenset[str]:
        named = {field: language_of(field, otherwise=self._mapping.language) for field in self._fields}
        return frozenset(f"{both[0]}_{both[1]}" if both else field for field, both in named.items())

    def _take(self, field: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
        try:
            return parse(self.text(field))
        except (ValueError, InvalidPrice, UnknownCurrency) as error:
            self._problems.append(Problem(field, str(error)))
            return otherwise

    def text(self, field: str) -> str:
        return _text_of(self._fields, field)

    def _texts(self, subject: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for field in self._fields:
            named = language_of(field, otherwise=self._mapping.language)
            if named and named[0] == subject and (text := self._take(field, _long(subject), "")):
                found[named[1]] = text
        if subject == "title" and not found and any(field.startswith("title") for field in self._fields):
            self._problems.append(
                Problem("title", "a title is needed, in at least one language (title_en, title_fr …)")
            )
        return dict(sorted(found.items()))

    def _price(self) -> tuple[str, int]:
        had = self._known.currency if self._known else ""
        amount, beside = split_currency(self.text("price"))
        stated = self.text("currency") or beside or had
        currency = self._take("currency", lambda _: known_currency(stated), "") if stated else ""
        if "price" not in self._fields and currency in ("", had):
            return had, 0
        if not amount:
            self._problems.append(Problem("price", "a price is needed; the mapping can give a default"))
        if not stated:
            self._problems.append(
                Problem("currency", "a currency such as EUR is needed; the mapping can give a default")
            )
        if not (currency and amount):
            return "", 0
        if beside and beside != currency:
            self._problems.append(Problem("currency", f"the price is in {beside} but the currency says {currency}"))
        if self._known and self._known.has_cost and currency != had and "cost" not in self._fields:
            self._problems.append(Problem("cost", f"the cost is in {had} but the price in {currency}"))
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
            return (self._take("stock", _stock, 0) if "stock" in self._fields else 0), None
        if len(fields) > _MOST_PLACES:
            reason = f"{len(fields)} shops with pieces are too many for one row: {_MOST_PLACES} at most"
            self._problems.append(Problem("stock", reason))
            return 0, None
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
        if not names and "image" in self._fields:
            self._problems.append(Problem("image", "a picture is needed: give its file name in the image folder"))
        return names

    def _list(self, field: str, separators: str) -> tuple[str, ...]:
        cell = self._fields.get(field, "")
        if isinstance(cell, str):
            used = self._mapping.list_separator or next((each for each in separators if each in cell), "|")
            cell = tuple(cell.split(used))
        # A list of JSON keeps its parts apart by itself; in a table the bar does, so no part has one.
        return tuple(text for item in cell for part in item.split("|") if (text := _one_line(part)))


def _text_of(fields: Mapping[str, Cell], field: str) -> str:
    cell = fields.get(field, "")
    return _one_line(cell if isinstance(cell, str) else " ".join(cell))


def _told(problems: Sequence[Problem]) -> Sequence[Problem]:
    """The first problems of a row, and how many there are besides."""
    more = len(problems) - _MOST_PROBLEMS
    return [*problems[:_MOST_PROBLEMS], Problem("row", f"{more} more fields are wrong")] if more > 0 else problems


def _unknown(missing: Sequence[str]) -> str:
    return f"no product has this SKU yet, and a new one needs {', '.join(missing)} too"


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
