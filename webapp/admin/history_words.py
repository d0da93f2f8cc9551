"""What was done to products, in words: acts, actors, fields and their values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString, format_decimal, gettext, lazy_gettext, ngettext

from catalog.history import LeftAlone
from catalog.history_models import ChangeBatch, ProductChange
from catalog.models import Product
from catalog.vocabulary import Kind, label_of
from webapp.i18n import current_language
from webapp.presenting import money_words
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_ = lazy_gettext

KIND_WORDS = {
    "": _("Change of products"),
    "form": _("Edited"),
    "bulk edit": _("Bulk edit"),
    "import": _("Import"),
    "undo": _("Undone"),
    "on sale": _("Put back on sale"),
    "off sale": _("Taken off sale"),
    "suggestion": _("Suggestion accepted"),
    "suggestions": _("Suggestions accepted"),
    "put right": _("Put right"),
}
FIELD_WORDS = {
    "titles": _("Title"),
    "descriptions": _("Description"),
    "brand": _("Brand"),
    "category": _("Category"),
    "sub_category": _("Sub-category"),
    "colour": _("Colour"),
    "pattern": _("Pattern"),
    "gender": _("For"),
    "season": _("Season"),
    "sizes": _("Sizes"),
    "price_minor_units": _("Price"),
    "currency": _("Currency"),
    "cost_minor_units": _("Cost"),
    "stock": _("Stock"),
    "shop_stock": _("Stock by shop"),
    "link": _("Link"),
    "deleted_at": _("State"),
    "images": _("Pictures"),
    "created": _("Created"),
}
_ROLE_WORDS = {
    "merchandiser": _("Merchandiser"),
    "admin": _("Administrator"),
    "system": _("The server"),
    "command line": _("The command line"),
}
_HIDDEN = frozenset({"row_hash"})


@dataclass(frozen=True)
class ShownChange:
    """One field of a product, before and after."""

    field: str | LazyString
    before: str
    """Empty where `after` says it all."""
    after: str


def actor_words(batch: ChangeBatch) -> str:
    """Return who it was: "you", a role with the beginning of the pseudonym, or the server; never a name."""
    role = str(_ROLE_WORDS.get(batch.role, batch.role or _("Staff")))
    if not batch.actor:
        return role
    if batch.actor == current_visitor().pseudonym:
        return str(_("You"))
    return f"{role} {batch.actor[:6]}"


def kind_words(batch: ChangeBatch) -> str:
    """Return by what means it was done."""
    return str(KIND_WORDS.get(batch.kind, batch.kind.capitalize()))


def shown_changes(change: ProductChange) -> list[ShownChange]:
    """Return the change's fields in words; none for a creation."""
    return list(_shown(change.product, change.before or {}, change.after))


def left_words(left: LeftAlone) -> str:
    """Return what of a product an undo left alone, in words."""
    if "created" in left.fields:
        return str(gettext("created by this act, and stays on sale"))
    return ", ".join(str(FIELD_WORDS.get(name, name)) for name in left.fields if name not in _HIDDEN)


def value_words(field: str, value: Any, product: Product) -> str:
    """Return a recorded value in words of the page's language."""
    if field == "deleted_at":
        return str(_("Withdrawn") if value else _("On sale"))
    if value in (None, "", [], {}):
        return "–"
    if field in _SLUG_FIELDS:
        return label_of(field, str(value), current_language())
    words = _VALUE_WORDS.get(field)
    if words is not None:
        return words(value, product)
    return ", ".join(map(str, value)) if isinstance(value, list) else _short(str(value))


def _shown(product: Product, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ShownChange]:
    for name in before.keys() - _HIDDEN:
        old, new = value_words(name, before[name], product), value_words(name, after[name], product)
        if old == new and name == "images":
            new = str(_("others, or another order"))
        yield ShownChange(FIELD_WORDS.get(name, name), old, new)


def _money(minor_units: Any, product: Product) -> str:
    return money_words(minor_units, product.currency)


def _by_place(rows: Any, _product: Product) -> str:
    names = {shop.slug: shop.name for shop in wiring().settings.places}
    return ", ".join(f"{names.get(row['place'], row['place'])} {row['pieces']}" for row in rows)


def _by_language(texts: Any, _product: Product) -> str:
    return " · ".join(f"{language}: {_short(text)}" for language, text in sorted(texts.items()) if text)


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}…"


_SLUG_FIELDS = frozenset(kind.value for kind in Kind)
_VALUE_WORDS: Mapping[str, Callable[[Any, Product], str]] = {
    "price_minor_units": _money,
    "cost_minor_units": _money,
    "stock": lambda value, _product: str(format_decimal(value)),
    "images": lambda value, _product: str(ngettext("%(num)d picture", "%(num)d pictures", len(value))),
    "shop_stock": _by_place,
    "titles": _by_language,
    "descriptions": _by_language,
}


def plain(value: Any) -> Any:
    """Return a value as the history records it: `value_words` takes either."""
    return value.isoformat() if isinstance(value, datetime) else value
