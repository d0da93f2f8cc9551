"""The product form: what was typed, what is wrong with it, and the listing that it becomes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from flask_babel import LazyString, lazy_gettext
from werkzeug.datastructures import MultiDict

from catalog.errors import PictureNotUsable, RowRejected
from catalog.feed_mapping import FeedMapping
from catalog.feed_rows import parse_row
from catalog.listing import DISMISSED, SHOWN, ListedPicture, Listing
from catalog.money import minor_digits
from catalog.pictures import has_cutout, stored_picture
from catalog.places import WEB
from catalog.vocabulary import canonical_category
from storage.blobs import BlobStore

_ = lazy_gettext

MOST_PICTURES = 12
STOCK = "stock_"

_TEXTS = (
    "sku", "title_fr", "title_en", "description_fr", "description_en", "brand", "category", "sub_category", "colour",
    "pattern", "gender", "season", "sizes", "price", "currency", "cost", "link",
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TOO_LONG = _("This text is too long: %(most)s characters at most.", most=300)

_ADVICE: Mapping[str, LazyString] = {
    "sku": _("Write a reference of up to 64 letters, digits, and . : + - _ (a letter or digit first)."),
    "title": _("A title is needed, in French or in English."),
    "title_fr": _TOO_LONG,
    "title_en": _TOO_LONG,
    "description": _("This text is too long: 10,000 characters at most."),
    "brand": _("This name is too long: 100 characters at most."),
    "category": _("Choose a category, or name another one in Latin letters."),
    "colour": _("Choose a colour of the list."),
    "gender": _("Choose one of the list."),
    "sub_category": _("This word is too long: 100 characters at most."),
    "sizes": _("Put commas between sizes; each has 40 characters at most."),
    "price": _("Write a price such as 29.90 or 1 299,00."),
    "cost": _("Write a cost such as 12.50, or leave it empty."),
    "currency": _("Write the currency as its three letters, such as EUR."),
    "link": _("Write the whole address: it begins with https://."),
    "stock": _("Write a whole number, 0 or more."),
    "pictures": _("Add at least one picture: shoppers find the item by it."),
}


@dataclass(frozen=True)
class Typed:
    """A form as it was typed: each field's text, and the pictures in their order."""

    texts: Mapping[str, str]
    pictures: tuple[ListedPicture, ...] = ()

    def moved(self, content_hash: str, step: int) -> "Typed":
        """Return the form with one picture moved up (-1) or down (+1); at the end of the list it stays."""
        order = list(self.pictures)
        place = next((number for number, one in enumerate(order) if one.picture.content_hash == content_hash), -1)
        if place >= 0 and 0 <= place + step < len(order):
            order[place], order[place + step] = order[place + step], order[place]
        return replace(self, pictures=tuple(order))

    def without(self, content_hash: str) -> "Typed":
        """Return the form without one picture."""
        kept = tuple(one for one in self.pictures if one.picture.content_hash != content_hash)
        return replace(self, pictures=kept)

    def with_pictures(self, added: Sequence[ListedPicture]) -> "Typed":
        """Return the form with these at its end; one that it holds already takes its new cut-out where it stands."""
        new = {one.picture.content_hash: one for one in added}
        had = [new.pop(one.picture.content_hash, one) for one in self.pictures]
        return replace(self, pictures=(*had, *new.values()))

    @property
    def fields(self) -> dict[str, str]:
        """Every field as a text, the pictures too."""
        shown = " ".join(f"{one.picture.content_hash}:{one.cutout}" for one in self.pictures)
        return {**self.texts, "pictures": shown}


@dataclass(frozen=True)
class Parsed:
    """What became of a form: a listing, or what is wrong by field."""

    listing: Listing | None = None
    problems: Mapping[str, LazyString | str] = field(default_factory=dict)


def empty_form(currency: str) -> Typed:
    """Return the form of a new product, in the shop's usual currency."""
    return Typed({**dict.fromkeys(_TEXTS, ""), "gender": "unisex", "currency": currency})


def typed_of(listing: Listing) -> Typed:
    """Return the form of a listing."""
    details = listing.details
    texts = {name: str(getattr(details, name)) for name in _TEXTS if hasattr(details, name)}
    texts |= {
        "title_fr": details.titles.get("fr", ""),
        "title_en": details.titles.get("en", ""),
        "description_fr": details.descriptions.get("fr", ""),
        "description_en": details.descriptions.get("en", ""),
        "sizes": ", ".join(details.sizes),
        "price": _amount(details.price_minor_units, details.currency),
        "cost": "" if details.cost_minor_units is None else _amount(details.cost_minor_units, details.currency),
    }
    pieces = details.stock_by_place or {}
    stock = {f"{STOCK}{place}": str(number) for place, number in pieces.items() if number}
    return Typed(texts | stock, listing.pictures)


def typed_in(form: MultiDict[str, str], *, places: Sequence[str], blobs: BlobStore) -> tuple[Typed, list[str]]:
    """Return what a sent form holds, and the pictures in it that are no longer stored. places: those of the stock."""
    texts = {name: _clean(form.get(name, "")) for name in _TEXTS}
    stock = {name: _clean(form.get(name, "")) for name in (f"{STOCK}{place}" for place in places)}
    texts |= {name: text for name, text in stock.items() if text not in ("", "0")}
    if own := _clean(form.get("own_category", "")):
        texts["category"] = canonical_category(own) or own
    shown = set(form.getlist("cutout"))
    pictures, lost = [], []
    for content_hash in dict.fromkeys(form.getlist("picture")[:MOST_PICTURES]):
        try:
            pictures.append(listed_picture(content_hash, blobs, is_shown=content_hash in shown))
        except PictureNotUsable:
            lost.append(content_hash)
    return Typed(texts, tuple(pictures)), lost


def listed_picture(content_hash: str, blobs: BlobStore, *, is_shown: bool) -> ListedPicture:
    """Return a stored picture, with its cut-out where it has one. Raises PictureNotUsable."""
    picture = stored_picture(content_hash, blobs=blobs)
    cutout = (SHOWN if is_shown else DISMISSED) if has_cutout(content_hash, blobs=blobs) else ""
    return ListedPicture(picture, cutout)


def parse(typed: Typed, *, places: Sequence[str]) -> Parsed:
    """Return the listing that a form describes, or what is wrong beside each field. places: slugs, the web's too.

    The rules of a feed's row are the form's too; its words name the cells of a feed, so the form has its own.
    """
    problems: dict[str, LazyString | str] = {}
    try:
        details = parse_row(_cells(typed.texts, places), FeedMapping()).details
    except RowRejected as error:
        for problem in error.problems:
            advice = _ADVICE.get(problem.field) or _ADVICE.get(problem.field.partition("_")[0])
            problems.setdefault("title_fr" if problem.field == "title" else problem.field, advice or problem.reason)
    if not typed.pictures:
        problems["pictures"] = _ADVICE["pictures"]
    if problems:
        return Parsed(problems=problems)
    # Empty texts are named too: one that was taken out of the form is taken out of the product.
    titles = {language: details.titles.get(language, "") for language in ("fr", "en")}
    descriptions = {language: typed.texts[f"description_{language}"] for language in ("fr", "en")}
    return Parsed(Listing(replace(details, titles=titles, descriptions=descriptions), typed.pictures))


def _cells(texts: Mapping[str, str], places: Sequence[str]) -> dict[str, str | tuple[str, ...]]:
    stock = {f"{STOCK}{place}": texts.get(f"{STOCK}{place}", "") for place in places}
    return {
        **{name: texts[name] for name in _TEXTS},
        **{name: re.sub(r"\s", "", text) or "0" for name, text in stock.items()},
        "sizes": tuple(re.split(r"[,;|\n]", texts["sizes"])),
        "image": "-",
    }


def places_of(shops: Sequence[str], holding: Iterable[str]) -> list[str]:
    """Return the places that a form shows: the web, the shops, and those that hold pieces though they are closed."""
    known = [WEB, *shops]
    return known + sorted(set(holding) - set(known))


def _amount(minor_units: int, currency: str) -> str:
    digits = minor_digits(currency)
    return f"{Decimal(minor_units).scaleb(-digits):.{digits}f}"


def _clean(text: str) -> str:
    """The text with its lines, without control characters and white space around it."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
