"""Where a product's pieces are, in the page's words."""

from dataclasses import dataclass

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _

from catalog.models import Product
from catalog.places import WEB
from catalog.stock import stock_by_place
from webapp.wiring import wiring


@dataclass(frozen=True)
class PlaceWithPieces:
    """A place in words, and how many pieces it holds."""

    name: str
    pieces: int


def in_places(product: Product) -> list[PlaceWithPieces]:
    """Return the places that hold any pieces, in the setting's order, the web first, closed shops last."""
    pieces = stock_by_place(product)
    names = {WEB: _("Online")} | {shop.slug: shop.name for shop in wiring().settings.places}
    ordered = [*(place for place in names if place in pieces), *(place for place in pieces if place not in names)]
    return [PlaceWithPieces(names.get(place, place), pieces[place]) for place in ordered]


def shops_with(product: Product) -> str:
    """Return the open shops that hold a piece, as "Lyon, Lille and Nice"; empty where only the web has any."""
    pieces = stock_by_place(product)
    names = [shop.name for shop in wiring().settings.places if shop.slug in pieces]
    return format_list(names, locale=get_locale()) if names else ""


def is_online(product: Product) -> bool:
    """Say whether the web has a piece."""
    return WEB in stock_by_place(product)
