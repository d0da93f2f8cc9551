"""One change made to many products: what it would do, and doing it, at once or piece by piece."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import selectinload

from catalog.errors import InvalidBulkEdit, InvalidPrice
from catalog.history_models import ProductChange
from catalog.models import CREATION_UNDONE, Product
from catalog.money import minor_digits, parse_price
from catalog.product_list import FIELDS, products_by_ids
from catalog.vocabulary import Kind, canonical, canonical_category, own_slug, slugs
from storage.database import begin_writing, db, now

Which = Sequence[ColumnElement[bool]]
"""What a statement about Product asks for, so that it is about the products to change."""
_A_PIECE = 500
_MOST_PIECES = 1_000_000
_MOST_PRICE = 2_000_000_000
_TEXT_CHARACTERS = 60
_OF_TWO_DECIMALS = "EUR"


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
    PRICE_TO = "price_to"
    STOCK = "stock"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


_MAY_BE_EMPTY = frozenset(
    {BulkAction.SUB_CATEGORY, BulkAction.BRAND, BulkAction.COLOUR, BulkAction.PATTERN, BulkAction.SEASON}
)


_FIELDS = {
    BulkAction.WITHDRAW: "deleted_at",
    BulkAction.RESTORE: "deleted_at",
    BulkAction.PRICE: "price_minor_units",
    BulkAction.PRICE_TO: "price_minor_units",
}
PRICE_ACTIONS = frozenset({BulkAction.PRICE, BulkAction.PRICE_TO})
ENDINGS = (0, 90, 95, 99)
"""What a changed price may end in, in hundredths: 1 299,90 ends in 90."""


@dataclass(frozen=True)
class BulkEdit:
    """An action and its value: slug or text, percent or an amount for the price, pieces for the stock, or nothing."""

    action: BulkAction
    value: str | int | Decimal = ""
    ending: int | None = None
    """Of a changed price: one of ENDINGS, to which it is rounded; None leaves it as it comes out."""

    @property
    def field(self) -> str:
        """The field of Product that it changes."""
        return _FIELDS.get(self.action, self.action.value)

    @property
    def moves_sale(self) -> bool:
        """Whether it changes what shoppers find, beyond what is said of it."""
        return self.field == "deleted_at"

    @property
    def moves_price(self) -> bool:
        """Whether it changes prices: what becomes of one depends on its currency."""
        return self.action in PRICE_ACTIONS

    def after(self, before: Any, currency: str) -> Any:
        """Return what becomes of a value of the field; the value itself where it is so already.

        currency: of the product, for its price.
        """
        match self.action:
            case BulkAction.WITHDRAW:
                return before or now()
            case BulkAction.RESTORE:
                return None
            case BulkAction.PRICE:
                return _price(Decimal(before) * (100 + Decimal(self.value)) / 100, self.ending, currency)
            case BulkAction.PRICE_TO:
                return _price(Decimal(self.value).scaleb(minor_digits(currency)), self.ending, currency)
        return self.value

    def change(self, product: Product) -> "FieldChange | None":
        """Return what it would change of a product; None when that is so already."""
        before = getattr(product, self.field)
        after = self.after(before, product.currency)
        return None if before == after else FieldChange(product, self.field, before, after)


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
    fingerprint: str
    """Of the products and of what is changed of them, as they are now: another one says that the edit does more, or
    less, than was looked at."""


def read_bulk_edit(action: str, text: str, ending: str = "") -> BulkEdit:
    """Return the edit of a form; an ending counts for prices alone. Raises InvalidBulkEdit, which says why."""
    try:
        wanted = BulkAction(action)
    except ValueError as error:
        raise InvalidBulkEdit("action", "action") from error
    text = " ".join(text.replace("\0", "").split())
    match wanted:
        case BulkAction.WITHDRAW | BulkAction.RESTORE:
            return BulkEdit(wanted)
        case BulkAction.PRICE:
            return BulkEdit(wanted, _percent(text, may_be_0=bool(ending)), _ending(ending))
        case BulkAction.PRICE_TO:
            return BulkEdit(wanted, _amount(text), _ending(ending))
        case BulkAction.STOCK:
            return BulkEdit(wanted, _pieces(text))
    if not text and wanted not in _MAY_BE_EMPTY:
        raise InvalidBulkEdit("value", "missing")
    if len(text) > _TEXT_CHARACTERS:
        raise InvalidBulkEdit("value", "long")
    return BulkEdit(wanted, _word(wanted, text))


def preview(edit: BulkEdit, which: Which, *, examples: int = 20) -> BulkPreview:
    """Count what the edit would change, by ascending id; nothing is written, and few rows are held at a time."""
    column = getattr(Product, edit.field)
    rows = select(Product.id, column, Product.currency).where(*which).order_by(Product.id)
    total, changing, shown, seen = 0, 0, [], hashlib.sha256()
    for product_id, value, currency in db.session.execute(rows.execution_options(yield_per=1000)):
        total += 1
        seen.update(f"{product_id} {value} {currency if edit.moves_price else ''}\n".encode())
        if edit.after(value, currency) != value:
            changing += 1
            shown += [product_id] if changing <= examples else []
    changes = [change for product in products_by_ids(shown) if (change := edit.change(product)) is not None]
    return BulkPreview(total, changing, changes, seen.hexdigest())


def is_new_value(edit: BulkEdit) -> bool:
    """Return whether the edit's value is one that no product has, withdrawn ones included, and no label names.

    It may be meant so, or misspelled.
    """
    if edit.action.value not in FIELDS or not edit.value:
        return False
    if edit.action.value in set(Kind) and edit.value in slugs(edit.action.value):
        return False
    _part, column = FIELDS[edit.action.value]
    return db.session.scalar(select(Product.id).where(column == edit.value).limit(1)) is None


def those(ids: Sequence[int]) -> Which:
    """Return the condition that a product is one of these."""
    return [Product.id.in_(ids)]


def products_to_change(edit: BulkEdit, which: Which, *, above: int = 0, limit: int | None = None) -> list[Product]:
    """Return the products that pass, by ascending id, from above an id on, with what the edit needs of them."""
    wanted = select(Product).where(*which, Product.id > above).order_by(Product.id).limit(limit)
    wanted = wanted.with_for_update(of=Product)
    if edit.action is BulkAction.STOCK:
        wanted = wanted.options(selectinload(Product.shop_stock))
    return list(db.session.scalars(wanted))


def apply_in_pieces(
    edit: BulkEdit,
    which: Which,
    *,
    batch: str,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Change any number of products, by ascending id; return False when it was asked to stop before the end.

    Commits every 500. batch: that of `changes_by` around the call; products up to the last one that it changed were
    looked at by a run that was cut short, and no product is changed twice.
    """
    last = db.session.scalar(select(func.max(ProductChange.product_id)).where(ProductChange.batch_id == batch)) or 0
    done = 0
    total = db.session.scalar(select(func.count()).select_from(Product).where(*which, Product.id > last)) or 0
    while True:
        # Read and written as one: an import beside it changes the same products.
        begin_writing()
        piece = products_to_change(edit, which, above=last, limit=_A_PIECE)
        if not piece or should_stop():
            db.session.commit()
            return not piece
        last, done = piece[-1].id, done + len(piece)
        apply(edit, piece)
        db.session.commit()
        on_progress(done, max(done, total))


def apply(edit: BulkEdit, products: Iterable[Product]) -> int:
    """Change the products and return how many changed; flushes, the caller commits."""
    changes = [change for product in products if (change := edit.change(product)) is not None]
    for change in changes:
        setattr(change.product, change.field, change.after)
        if edit.action is BulkAction.RESTORE and change.product.row_hash == CREATION_UNDONE:
            change.product.row_hash = ""
    db.session.flush()
    return len(changes)


def _price(minor_units: Decimal, ending: int | None, currency: str) -> int:
    """Return whole minor units, at least one, rounded to the nearest that end so; 0, which is no price, stays 0."""
    if not minor_units:
        return 0
    # In a currency without decimals every ending is a whole amount.
    whole = 10 ** minor_digits(currency) if ending is not None else 1
    end = (ending or 0) * whole // 100 if whole > 1 else 0
    steps = int(((minor_units - end) / whole).quantize(Decimal(1), ROUND_HALF_UP))
    return min(max(steps, 0 if end else 1) * whole + end, _MOST_PRICE)


def _percent(text: str, *, may_be_0: bool) -> Decimal:
    try:
        percent = Decimal(text.removesuffix("%").strip().replace(",", ".").replace("−", "-"))
    except InvalidOperation as error:
        raise InvalidBulkEdit("value", "percent") from error
    if not percent.is_finite() or not -95 <= percent <= 500 or not (percent or may_be_0):
        raise InvalidBulkEdit("value", "percent")
    return percent


def _amount(text: str) -> Decimal:
    """Return an amount above 0 with two decimals at most, as people write it: "1 299,00"."""
    try:
        hundredths = parse_price(text, _OF_TWO_DECIMALS)
    except InvalidPrice as error:
        raise InvalidBulkEdit("value", "amount") from error
    if not hundredths:
        raise InvalidBulkEdit("value", "amount")
    return Decimal(hundredths).scaleb(-2)


def _ending(text: str) -> int | None:
    if text and text not in map(str, ENDINGS):
        raise InvalidBulkEdit("ending", "ending")
    return int(text) if text else None


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
