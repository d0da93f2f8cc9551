"""What the columns of a feed mean, as a form: our fields, each with a column or a text, and back to a mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from catalog.feed_guessing import sample_values
from catalog.feed_mapping import is_field, mapping_from, place_of
from catalog.feed_reading import FeedSample
from catalog.places import WEB
from webapp.settings import LANGUAGES
from webapp.wiring import wiring

TITLES: Mapping[str, LazyString] = {
    "sku": lazy_gettext("SKU"),
    "title": lazy_gettext("Title"),
    "title_fr": lazy_gettext("Title in French"),
    "title_en": lazy_gettext("Title in English"),
    "category": lazy_gettext("Category"),
    "sub_category": lazy_gettext("Sub-category"),
    "price": lazy_gettext("Price"),
    "currency": lazy_gettext("Currency"),
    "stock": lazy_gettext("Stock"),
    "image": lazy_gettext("Pictures"),
    "brand": lazy_gettext("Brand"),
    "colour": lazy_gettext("Colour"),
    "pattern": lazy_gettext("Pattern"),
    "gender": lazy_gettext("For"),
    "season": lazy_gettext("Season"),
    "sizes": lazy_gettext("Sizes"),
    "cost": lazy_gettext("Cost"),
    "description": lazy_gettext("Description"),
    "description_fr": lazy_gettext("Description in French"),
    "description_en": lazy_gettext("Description in English"),
    "link": lazy_gettext("Link to the shop"),
    "state": lazy_gettext("State"),
    "row": lazy_gettext("Whole row"),
}
"""Our fields in the order of the form, and what a rejection or a change may name besides."""
NEEDED = ("sku", "category", "price", "stock", "image")
_TITLE_FIELDS = ("title", "title_fr", "title_en")
_AS_SAVED = "rule"
_COLUMN = "column:"
_LONGEST_TEXT = 300


@dataclass(frozen=True)
class FieldRow:
    """One of our fields in the form."""

    name: str
    title: str
    column: str
    """What the select holds: "", `column:` and its number, or `rule`."""
    text: str
    """Used where the column says nothing, or without a column for every row."""
    rule: str = ""
    """In words, what a saved mapping does that the form cannot show."""
    is_needed: bool = False
    problem: str = ""

    @property
    def is_in_use(self) -> bool:
        """Whether the form shows it at once; the others are folded away."""
        return self.is_needed or bool(self.column or self.text or self.problem)


@dataclass(frozen=True)
class ColumnChoice:
    """A column of the feed, with some of what stands in it."""

    value: str
    words: str


def title_of(field: str) -> str:
    """Return the name of a field in the page's language; of one that has none, the field itself."""
    place = place_of(field)
    if place is not None:
        return str(_("Stock: %(place)s", place=_places().get(place, place)))
    return str(TITLES.get(field, field))


def offered_fields(document: Mapping[str, Any]) -> list[str]:
    """Return our fields that the form shows: the usual ones, and those that the mapping fills besides."""
    usual = [*(name for name in TITLES if is_field(name)), *(f"stock_{place}" for place in _places())]
    return [*usual, *(name for name in (*document["fields"], *document["defaults"]) if name not in usual)]


def column_choices(sample: FeedSample) -> list[ColumnChoice]:
    """Return the feed's columns, each with its first values."""
    return [
        ColumnChoice(f"{_COLUMN}{number}", _words_of(sample, column))
        for number, column in enumerate(sample.columns)
        if column
    ]


def unused_columns(document: Mapping[str, Any], sample: FeedSample) -> list[str]:
    """Return the feed's columns that nothing takes with this mapping, each with its first values."""
    mapping = mapping_from(document)
    used = mapping.columns()
    return [
        _words_of(sample, column)
        for column in sample.columns
        if column and column not in used and not (mapping.by_name and is_field(column.lower()))
    ]


def field_rows(document: Mapping[str, Any], columns: Sequence[str], problems: Mapping[str, str]) -> list[FieldRow]:
    """Return the form's rows of a mapping's document for a feed with these columns."""
    full = {"fields": {}, "defaults": {}} | dict(document)
    return [_row(name, full, columns, problems.get(name, "")) for name in offered_fields(full)]


def document_of(form: "MultiDict[str, str]", columns: Sequence[str], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mapping that the form describes; what it cannot show is taken from `base`."""
    base = {"fields": {}, "defaults": {}} | dict(base)
    fields: dict[str, Any] = {}
    defaults: dict[str, str] = {}
    sent = [name for key in form if is_field(name := key.removeprefix("column-").removeprefix("text-"))]
    for name in dict.fromkeys((*offered_fields(base), *sent)):
        kept, chosen = base["fields"].get(name), form.get(f"column-{name}", "")
        column = _column_chosen(chosen, columns)
        if chosen == _AS_SAVED and kept:
            fields[name] = kept
        elif column:
            # With its translations of values, say, as long as the column is the same.
            fields[name] = kept if _column_of(kept) == column else {"column": column}
        if text := form.get(f"text-{name}", "").strip()[:_LONGEST_TEXT]:
            defaults[name] = text
    return {
        "by_name": False,
        "language": _one_of(form, "language", LANGUAGES, "fr"),
        "decimal_sign": _one_of(form, "decimal_sign", (".", ","), ""),
        "list_separator": form.get("list_separator", "").strip()[:3],
        "fields": fields,
        "defaults": defaults,
    }


def missing_columns(document: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str]:
    """Return which fields of a mapping need a column that the feed has not, in the page's language."""
    named = {name: _column_of(source) for name, source in document.get("fields", {}).items()}
    return {
        name: _("The feed has no column “%(column)s”.", column=column)
        for name, column in named.items()
        if column and column not in columns
    }


def problems_of(document: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str]:
    """Return what a mapping lacks, field by field, in the page's language."""
    filled = {*document["fields"], *document["defaults"]}
    problems = {name: _("Choose a column, or write a text.") for name in NEEDED if name not in filled}
    if any(place_of(name) for name in filled):
        # The shops' pieces make the stock.
        problems.pop("stock", None)
    if not filled & set(_TITLE_FIELDS):
        problems["title"] = _("Choose a column for the title, in at least one language.")
    if "sku" in document["fields"] and len(document["fields"]) > 1:
        # Some fields are enough for products that are there already; a row of a new one says what it lacks.
        problems = {}
    if "sku" in document["defaults"]:
        problems["sku"] = _("A SKU cannot be the same for all rows: choose a column.")
    return problems | missing_columns(document, columns)


def _places() -> dict[str, str]:
    """The slugs of the places that hold pieces, with their names, the web first."""
    return {WEB: _("Online")} | {shop.slug: shop.name for shop in wiring().settings.places}


def _row(name: str, document: Mapping[str, Any], columns: Sequence[str], problem: str) -> FieldRow:
    source, text = document["fields"].get(name), str(document["defaults"].get(name, ""))
    column = _column_of(source)
    chosen = _AS_SAVED if source and not column else ""
    if column in columns:
        # By its number: a browser changes line breaks, which a column's name may hold.
        chosen = f"{_COLUMN}{columns.index(column)}"
    has_other_title = any(each in document["fields"] for each in _TITLE_FIELDS if each != "title")
    is_needed = name in NEEDED or (name == "title" and not has_other_title)
    return FieldRow(name, title_of(name), chosen, text, _rule_of(source), is_needed, problem)


def _column_chosen(chosen: str, columns: Sequence[str]) -> str:
    number = chosen.removeprefix(_COLUMN)
    is_one = chosen.startswith(_COLUMN) and number.isascii() and number.isdigit() and len(number) < 6
    return columns[int(number)] if is_one and int(number) < len(columns) else ""


def _column_of(source: Any) -> str:
    """The column of a source; a text alone is a column, unless it is a template."""
    if isinstance(source, str):
        return "" if "{" in source else source
    return str(source.get("column", "")) if source else ""


def _rule_of(source: Any) -> str:
    if isinstance(source, str):
        return source
    return str(source.get("template", "")) if source else ""


def _words_of(sample: FeedSample, column: str) -> str:
    values = " · ".join(value[:24] for value in sample_values(sample, column))
    return f"{column} ({values})" if values else column


def _one_of(form: "MultiDict[str, str]", name: str, allowed: tuple[str, ...], otherwise: str) -> str:
    value = form.get(name, "")
    return value if value in allowed else otherwise
