"""One change made to many products: what it would do, and doing it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from catalog.errors import InvalidBulkEdit
from catalog.models import CREATION_UNDONE, Product
from catalog.vocabulary import Kind, canonical, canonical_category, own_slug
from storage.database import db, now

MOST_PRODUCTS = 5000
"""So many are changed in one transaction, within a few seconds."""
_MOST_PIECES = 1_000_000
_MOST_PRICE = 2_000_000_000
_TEXT_CHARACTERS = 60


class BulkAction(StrEnum):
    """What is done to each product."""

    CATEGORY = "category"
    SUB_CATEGORY = "sub_category"
    BRAND = "brand"
    COLOUR = "colour"
    PATTERN = "pattern"
    GENDER = "gender"
    SEASON = "season"
    PRICE = "price"
    STOCK = "stock"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


_MAY_BE_EMPTY = frozenset(
    {BulkAction.SUB_CATEGORY, BulkAction.BRAND, BulkAction.COLOUR, BulkAction.PATTERN, BulkAction.SEASON}
)


@dataclass(frozen=True)
class BulkEdit:
    """An action and its value: a slug or text, percent for the price, pieces for the stock, nothing else."""

    action: BulkAction
    value: str | int | Decimal = ""

    def change(self, product: Product) -> "FieldChange | None":
        """Return what it would change of a product; None when that is so already, or it does not apply."""
        field, value = self._target(product)
        before = getattr(product, field)
        return None if before == value else FieldChange(product, field, before, value)

    def _target(self, product: Product) -> tuple[str, Any]:
        match self.action:
            case BulkAction.WITHDRAW:
                return "deleted_at", product.deleted_at or now()
            case BulkAction.RESTORE:
                return "deleted_at", None
            case BulkAction.PRICE:
                return "price_minor_units", _changed_price(product.price_minor_units, Decimal(self.value))
        return self.action.value, self.value


@dataclass(frozen=True)
class FieldChange:
    """A product's field as it is and as it would be."""

    product: Product
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class BulkPreview:
    """What an edit would do: of `total` products `changing` would change, `examples` among them."""

    total: int
    changing: int
    examples: list[FieldChange]


def read_bulk_edit(action: str, text: str) -> BulkEdit:
    """Return the edit of a form. Raises InvalidBulkEdit, which says what is wrong."""
    try:
        wanted = BulkAction(action)
    except ValueError as error:
        raise InvalidBulkEdit("action", "action") from error
    text = " ".join(text.split())
    match wanted:
        case BulkAction.WITHDRAW | BulkAction.RESTORE:
            return BulkEdit(wanted)
        case BulkAction.PRICE:
            return BulkEdit(wanted, _percent(text))
        case BulkAction.STOCK:
            return BulkEdit(wanted, _pieces(text))
    if not text and wanted not in _MAY_BE_EMPTY:
        raise InvalidBulkEdit("value", "missing")
    if len(text) > _TEXT_CHARACTERS:
        raise InvalidBulkEdit("value", "long")
    return BulkEdit(wanted, _word(wanted, text))


def preview(edit: BulkEdit, products: Iterable[Product], *, examples: int = 20) -> BulkPreview:
    """Count what the edit would change; nothing is written."""
    total, changes = 0, []
    for product in products:
        total += 1
        changes += [edit.change(product)]
    changing = [change for change in changes if change is not None]
    return BulkPreview(total, len(changing), changing[:examples])


def apply(edit: BulkEdit, products: Iterable[Product]) -> int:
    """Change the products and return how many changed; flushes, the caller commits."""
    changes = [change for product in products if (change := edit.change(product)) is not None]
    for change in changes:
        setattr(change.product, change.field, change.after)
        if edit.action is BulkAction.RESTORE and change.product.row_hash == CREATION_UNDONE:
            change.product.row_hash = ""
    db.session.flush()
    return len(changes)


def _changed_price(minor_units: int, percent: Decimal) -> int:
    changed = (Decimal(minor_units) * (100 + percent) / 100).quantize(Decimal(1), ROUND_HALF_UP)
    return min(int(changed), _MOST_PRICE)


def _percent(text: str) -> Decimal:
    try:
        percent = Decimal(text.removesuffix("%").strip().replace(",", ".").replace("−", "-"))
    except InvalidOperation as error:
        raise InvalidBulkEdit("value", "percent") from error
    if not percent.is_finite() or not -95 <= percent <= 500 or percent == 0:
        raise InvalidBulkEdit("value", "percent")
    return percent


def _pieces(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > _MOST_PIECES:
        raise InvalidBulkEdit("value", "pieces")
    return int(text)


def _word(action: BulkAction, text: str) -> str:
    """Return the text as products have it: a slug for what has slugs, the text itself for a brand."""
    match action:
        case BulkAction.CATEGORY:
            word = canonical_category(text)
        case BulkAction.COLOUR | BulkAction.PATTERN | BulkAction.GENDER | BulkAction.SEASON:
            word = canonical(Kind(action.value), text) or own_slug(text)
        case _:
            return text
    if text and not word:
        raise InvalidBulkEdit("value", "letters")
    return word
