"""The shop's rules for one request: the same from its first question to its last."""

from datetime import date
from typing import cast
from zoneinfo import ZoneInfo

from flask import g

from catalog.errors import ProductNotFound
from catalog.merchandising import Rules
from catalog.models import Product
from catalog.products import product_by_sku
from recommender.arranging import Arrangement
from storage.database import now
from webapp.wiring import wiring


def shop_day() -> date:
    """Return today's date where the shop is."""
    return now().astimezone(ZoneInfo(wiring().settings.time_zone)).date()


def arrangement_in_force() -> Arrangement:
    """Return what holds for this request."""
    if "arrangement" not in g:
        g.arrangement = wiring().rule_book.current(shop_day())
    return cast(Arrangement, g.arrangement)


def rules_in_force() -> Rules:
    """Return the rules alone, for lists and counts."""
    return arrangement_in_force().rules


def shown_product(sku: str) -> Product:
    """Return a product that shoppers may see. Raises ProductNotFound, for one that the rules withhold too."""
    product = product_by_sku(sku)
    if rules_in_force().withholds(product):
        raise ProductNotFound(sku)
    return product
