"""Suggestions in the desk's language: what the classifier says of a product, how surely, and because of what."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from catalog.models import Product
from catalog.products import products_by_sku
from catalog.vocabulary import Kind, label_of, slugs
from recommender.listing_records import ListingSuggestion
from recommender.listing_suggestions import open_suggestions
from recommender.listings import LISTING_FIELDS, FieldSuggestion, RankedValue
from webapp.admin.attribute_words import words_of
from webapp.i18n import current_language

_ = lazy_gettext

FIELD_WORDS = {
    "category": _("Category"),
    "sub_category": _("Sub-category"),
    "colour": _("Colour"),
    "pattern": _("Pattern"),
    "gender": _("For"),
}
_PATTERNS = ("solid", "striped", "checked", "printed", "other")
_REASONS_SHOWN = 3
_LEAST_SHOWN = 0.005
"""Rarer values would be shown as 0 %."""


@dataclass(frozen=True)
class ShownSuggestion:
    """One field of one product as the desk shows it."""

    id: int
    """0 for one that is not kept: beside a form."""
    field: str
    title: LazyString
    was: str
    """In words; empty when the product says nothing."""
    value: str
    words: str
    probability: float
    is_sure: bool
    others: tuple[tuple[str, float], ...]
    """(words, probability)."""
    reasons: tuple[Product, ...]
    choices: tuple[tuple[str, str], ...]
    """(value, words) that the field can be corrected to; empty where any word may be written."""


def shown_suggestions(product: Product, *, sure_from: float) -> list[ShownSuggestion]:
    """Return what waits for a decision about a product; for `admin/suggestions.html`."""
    return shown(open_suggestions(product.id), sure_from=sure_from)


def shown(suggestions: Iterable[ListingSuggestion], *, sure_from: float) -> list[ShownSuggestion]:
    """Return kept suggestions in words."""
    some = list(suggestions)
    examples = _examples({sku for one in some for sku in one.reasons[:_REASONS_SHOWN]})
    return [
        _shown(
            one.field,
            [RankedValue(one.value, one.probability), *(RankedValue(*other) for other in one.others)],
            [examples[sku] for sku in one.reasons[:_REASONS_SHOWN] if sku in examples],
            sure_from=sure_from,
            suggestion_id=one.id,
            was=one.was,
        )
        for one in some
    ]


def shown_answer(
    answer: Mapping[str, FieldSuggestion], *, sure_from: float, picture: str = ""
) -> list[ShownSuggestion]:
    """Return in words what a classifier says of a listing that is only being written.

    picture: content hash of its own; a product with the same one is no reason.
    """
    found = _examples({near.key for said in answer.values() for near in said.examples})
    examples = {sku: product for sku, product in found.items() if product.images[0].content_hash != picture}
    return [
        _shown(
            field,
            answer[field].ranked,
            [examples[near.key] for near in answer[field].examples if near.key in examples],
            sure_from=sure_from,
        )
        for field in LISTING_FIELDS
        if field in answer
    ]


def value_words(field: str, value: str, language: str) -> str:
    """Return a value of a field in words; a word of the shop's own as it is."""
    if field == "pattern":
        return words_of("pattern", value, language)
    return label_of(field, value, language) if field in set(Kind) and value else value


def choices_of(field: str, language: str) -> tuple[tuple[str, str], ...]:
    """Return (value, words) of what a field can be, in the order of the words; none where any word may be written."""
    values = slugs(field) if field in set(Kind) else _PATTERNS if field == "pattern" else ()
    named = ((value, value_words(field, value, language)) for value in values)
    return tuple(sorted(named, key=lambda choice: choice[1].casefold()))


def _shown(
    field: str,
    values: Iterable[RankedValue],
    reasons: list[Product],
    *,
    sure_from: float,
    suggestion_id: int = 0,
    was: str = "",
) -> ShownSuggestion:
    language = current_language()
    best, *others = values
    return ShownSuggestion(
        id=suggestion_id,
        field=field,
        title=FIELD_WORDS[field],
        was=value_words(field, was, language) if was else "",
        value=best.value,
        words=value_words(field, best.value, language),
        probability=best.probability,
        is_sure=best.probability >= sure_from,
        others=tuple(
            (value_words(field, other.value, language), other.probability)
            for other in others
            if other.probability >= _LEAST_SHOWN
        ),
        reasons=tuple(reasons),
        choices=choices_of(field, language),
    )


def _examples(skus: Collection[str]) -> dict[str, Product]:
    """Return the products on sale of these SKUs that have a picture to show."""
    return {sku: product for sku, product in products_by_sku(skus).items() if product.images}
