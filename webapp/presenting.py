"""Words and numbers that every template needs."""

from decimal import Decimal
from typing import cast

from flask import Flask, current_app, g
from flask_babel import format_currency, lazy_gettext

from catalog.models import Product
from catalog.money import minor_digits
from catalog.products import categories_on_sale
from catalog.vocabulary import label_of
from recommender.favourites import favourite_product_ids
from recommender.similar import Likeness
from webapp.addresses import address_to_return_to, address_with, address_without_filters
from webapp.filter_panel import active_filters, choice_groups
from webapp.i18n import current_language
from webapp.merchandising import rules_in_force
from webapp.settings import LANGUAGES
from webapp.visitor import current_visitor

_ = lazy_gettext
_CATEGORIES_IN_MENU = 14

LIKENESS_WORDS = {
    Likeness.VERY_CLOSE: _("Very close"),
    Likeness.CLOSE: _("Close"),
    Likeness.SAME_SPIRIT: _("In the same spirit"),
    Likeness.DISTANT: _("A distant cousin"),
}

GARMENT_WORDS = {
    "hat": _("Hat"),
    "eyewear": _("Glasses"),
    "top": _("Top"),
    "outerwear": _("Jacket or coat"),
    "skirt": _("Skirt"),
    "pants": _("Trousers"),
    "dress": _("Dress"),
    "belt": _("Belt"),
    "shoes": _("Shoes"),
    "bag": _("Bag"),
    "scarf": _("Scarf"),
    "whole": _("Whole photo"),
}


def price_of(product: Product) -> str:
    """Return the price in the page's language, such as `29,90 €`."""
    return money_words(product.price_minor_units, product.currency)


def money_words(minor_units: int, currency: str) -> str:
    """Return an amount in the page's language."""
    return str(format_currency(Decimal(minor_units).scaleb(-minor_digits(currency)), currency))


def menu_categories() -> list[str]:
    """Return the slugs of the shop's largest categories, for the menus; the database is asked once a page."""
    if "menu_categories" not in g:
        g.menu_categories = list(categories_on_sale(rules_in_force()))[:_CATEGORIES_IN_MENU]
    return cast(list[str], g.menu_categories)


def favourite_ids() -> set[int]:
    """Return the ids of the logged-in person's favourites; asked of the database once a page that draws hearts."""
    if "favourite_ids" not in g:
        g.favourite_ids = favourite_product_ids(current_visitor().pseudonym)
    return cast(set[int], g.favourite_ids)


def has_endpoint(name: str) -> bool:
    """Say whether the application has this page: a menu names only the pages that exist."""
    return name in current_app.view_functions


def register_template_words(app: Flask) -> None:
    """Make the shop's words known to the templates."""

    @app.context_processor
    def _words() -> dict[str, object]:
        language = current_language()
        return {
            "language": language,
            "languages": LANGUAGES,
            "price_of": price_of,
            "label_of": lambda kind, slug: label_of(kind, slug, language),
            "likeness_words": LIKENESS_WORDS,
            "garment_words": GARMENT_WORDS,
            "menu_categories": menu_categories,
            "choice_groups": choice_groups,
            "active_filters": active_filters,
            "address_with": address_with,
            "address_without_filters": address_without_filters,
            "address_to_return_to": address_to_return_to,
            "favourite_ids": favourite_ids,
            "has_endpoint": has_endpoint,
        }
