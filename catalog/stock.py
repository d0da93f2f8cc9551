"""Pieces by place. `Product.stock` is the total; what the shops do not hold lies with the web.

Only the shops have rows, so a writer who knows a total alone (a feed, a bulk edit, an undo) need not know of places.
When such a total is lower than what the shops hold, pieces were sold and nobody said where: the web gives first, then
the shop with the most. A listener of the session sees to it for every writer.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from catalog.errors import InvalidStock
from catalog.models import Product, ProductStock
from catalog.places import WEB


def stock_by_place(product: Product) -> dict[str, int]:
    """Return the pieces of each place that has any, by slug, the web's last; their sum is `product.stock`."""
    shops = {row.place: row.pieces for row in sorted(product.shop_stock, key=lambda row: row.place)}
    in_web = product.stock - sum(shops.values())
    return {**shops, WEB: in_web} if in_web else shops


def put_stock(product: Product, pieces: Mapping[str, int]) -> None:
    """Give each place its pieces, a place that is not named none, and make the total their sum; nothing is flushed.

    Raises InvalidStock for a number below 0; then nothing has changed.
    """
    for number in pieces.values():
        if number < 0:
            raise InvalidStock(number)
    wanted = {place: number for place, number in pieces.items() if number and place != WEB}
    had = {row.place: row for row in product.shop_stock}
    for place, row in had.items():
        if place not in wanted:
            product.shop_stock.remove(row)
    for place, number in wanted.items():
        if place in had:
            had[place].pieces = number
        else:
            product.shop_stock.append(ProductStock(place=place, pieces=number))
    product.stock = sum(pieces.values())


def _let_shops_give(product: Product) -> None:
    rows = list(product.shop_stock)
    missing = sum(row.pieces for row in rows) - (product.stock or 0)
    for row in sorted(rows, key=lambda row: (-row.pieces, row.place)):
        if missing <= 0:
            return
        given = min(missing, row.pieces)
        row.pieces -= given
        missing -= given
        if not row.pieces:
            product.shop_stock.remove(row)


@event.listens_for(Session, "before_flush")
def _keep_totals_right(session: Session, _context: Any, _instances: Any) -> None:
    for changed in session.dirty:
        if isinstance(changed, Product) and inspect(changed).attrs.stock.history.has_changes():
            _let_shops_give(changed)
