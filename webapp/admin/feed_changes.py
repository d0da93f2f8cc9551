"""What a checked row of a feed would change of its product, old and new, in words."""

from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from catalog.vocabulary import Kind, label_of
from webapp.admin.feed_columns import title_of
from webapp.admin.history_words import ShownChange
from webapp.i18n import current_language
from webapp.presenting import money_words

_LONGEST = 80
_ALIKE_SHOWN = 20
_PLACES_SHOWN = 5

_Details = Mapping[str, Any]
"""A product's details as the check kept them."""


def changes_of_row(row: Mapping[str, Any]) -> list[ShownChange]:
    """Return the fields that a row of a check's preview changes; of long texts the part that differs.

    None for a row that changes no product.
    """
    before = row.get("before")
    if not before:
        return []
    return [shown for field in row["changes"] for shown in _SHOWN.get(field, _text)(field, before, row)]


def _text(field: str, before: _Details, after: _Details) -> Iterator[ShownChange]:
    yield _contrast(field, str(before[field]), str(after[field]))


def _slug(field: str, before: _Details, after: _Details) -> Iterator[ShownChange]:
    old, new = (label_of(field, each[field], current_language()) if each[field] else "–" for each in (before, after))
    yield ShownChange(title_of(field), old, new)


def _texts(field: str, before: _Details, after: _Details) -> Iterator[ShownChange]:
    old, new = before[f"{field}s"], after[f"{field}s"]
    for language in sorted(old.keys() | new.keys()):
        if old.get(language) != new.get(language):
            yield _contrast(f"{field}_{language}", old.get(language, ""), new.get(language, ""))


def _sizes(field: str, before: _Details, after: _Details) -> Iterator[ShownChange]:
    yield _contrast(field, ", ".join(before["sizes"]), ", ".join(after["sizes"]))


def _amount(field: str, before: _Details, after: _Details) -> Iterator[ShownChange]:
    amounts = ((each[f"{field}_minor_units"], each["currency"]) for each in (before, after))
    old, new = ("–" if minor_units is None else money_words(minor_units, code) for minor_units, code in amounts)
    yield ShownChange(title_of(field), old, new)


def _currency(field: str, before: _Details, after: _Details) -> Iterator[ShownChange]:
    if "price" not in after["changes"]:
        yield from _text(field, before, after)


def _stock(field: str, before: _Details, after: _Details) -> Iterator[ShownChange]:
    if before["stock"] != after["stock"]:
        yield ShownChange(title_of(field), _number(before["stock"]), _number(after["stock"]))
    if after["stock_by_place"] is None:
        return
    old, new = before["stock_by_place"], after["stock_by_place"]
    differing = [place for place in sorted(old.keys() | new.keys()) if old.get(place, 0) != new.get(place, 0)]
    for place in differing[:_PLACES_SHOWN]:
        yield ShownChange(title_of(f"stock_{place}"), _number(old.get(place, 0)), _number(new.get(place, 0)))
    if more := len(differing[_PLACES_SHOWN:]):
        yield ShownChange("…", "", ngettext("and %(num)d more shop", "and %(num)d more shops", more))


def _pictures(field: str, before: _Details, after: _Details) -> Iterator[ShownChange]:
    had, has = before["pictures"], len(after["images"])
    old, new = (ngettext("%(num)d picture", "%(num)d pictures", number) for number in (had, has))
    yield ShownChange(title_of(field), old, _("others, or another order") if had == has else new)


def _state(field: str, _before: _Details, _after: _Details) -> Iterator[ShownChange]:
    yield ShownChange(title_of(field), _("Withdrawn"), _("On sale"))


def _contrast(field: str, before: str, after: str) -> ShownChange:
    """Two texts, without the long beginning that they share."""
    alike = sum(1 for _both in takewhile(lambda both: both[0] == both[1], zip(before, after, strict=False)))
    is_long = max(len(before), len(after)) > _LONGEST
    start = max(0, alike - _ALIKE_SHOWN) if is_long else 0
    return ShownChange(title_of(field), _part(before, start), _part(after, start))


def _part(text: str, start: int) -> str:
    if not text:
        return "–"
    part, is_cut = text[start : start + _LONGEST].strip(), start + _LONGEST < len(text)
    return f"{'…' if start else ''}{part}{'…' if is_cut else ''}"


def _number(pieces: int) -> str:
    return str(format_decimal(pieces))


_Shown = Callable[[str, _Details, _Details], Iterator[ShownChange]]
_SHOWN: Mapping[str, _Shown] = {
    **dict.fromkeys((kind.value for kind in Kind), _slug),
    "title": _texts,
    "description": _texts,
    "sizes": _sizes,
    "price": _amount,
    "cost": _amount,
    "currency": _currency,
    "stock": _stock,
    "image": _pictures,
    "state": _state,
}
