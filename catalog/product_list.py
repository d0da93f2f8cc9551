"""The merchandiser's list: all products, also withdrawn ones, by words, filters and order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import selectinload

from catalog.models import Product, ProductImage
from catalog.products import Page
from catalog.vocabulary import TERMS, Kind
from storage.database import db
from storage.folding import fold

NOT_STATED = "-"
"""The value that stands for an empty field in a filter."""
LOW_STOCK = 5


class Shown(StrEnum):
    """Which products the list shows."""

    ON_SALE = "on_sale"
    WITHDRAWN = "withdrawn"
    WITHOUT_PICTURE = "without_picture"
    ALL = "all"


class StockLevel(StrEnum):
    """How many pieces there are."""

    ANY = ""
    IN = "in"
    LOW = "low"
    OUT = "out"


class Order(StrEnum):
    """The list's order."""

    NEWEST = "newest"
    CHANGED = "changed"
    TITLE = "title"
    SKU = "sku"
    BRAND = "brand"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    LEAST_STOCK = "least_stock"
    MOST_STOCK = "most_stock"


@dataclass(frozen=True)
class ListFilter:
    """What a merchandiser looks for; empty asks for nothing. A set may hold NOT_STATED for products that do not say."""

    words: str = ""
    """Each word must be found in SKU, titles, brand, season, sub-category, or the words for category, colour …"""
    categories: frozenset[str] = frozenset()
    sub_categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    genders: frozenset[str] = frozenset()
    seasons: frozenset[str] = frozenset()
    stock: StockLevel = StockLevel.ANY
    min_price_minor_units: int | None = None
    max_price_minor_units: int | None = None
    shown: Shown = Shown.ON_SALE


FIELDS = {
    "category": ("categories", Product.category),
    "sub_category": ("sub_categories", Product.sub_category),
    "brand": ("brands", Product.brand),
    "colour": ("colours", Product.colour),
    "pattern": ("patterns", Product.pattern),
    "gender": ("genders", Product.gender),
    "season": ("seasons", Product.season),
}
"""Fields of which values are chosen: name -> their part of ListFilter, and the column."""


def find_products(
    wanted: ListFilter = ListFilter(), *, order: Order = Order.NEWEST, page: int = 1, page_size: int = 50
) -> Page[Product]:
    """Return one page of the products that pass, with their pictures; a page past the end is empty."""
    first = (page - 1) * page_size
    rows = db.session.scalars(
        select(Product)
        .where(*conditions(wanted))
        .options(selectinload(Product.images))
        .order_by(*_ORDERS[order])
        .limit(page_size)
        .offset(first)
    )
    return Page(items=list(rows), total=count_products(wanted), page=page, page_size=page_size)


def count_products(wanted: ListFilter) -> int:
    """Return how many products pass."""
    return db.session.scalar(select(func.count()).select_from(Product).where(*conditions(wanted))) or 0


def newest_id() -> int:
    """Return the id of the newest product; 0 without any."""
    return db.session.scalar(select(func.max(Product.id))) or 0


def products_by_ids(ids: Sequence[int]) -> list[Product]:
    """Return these products with their pictures, in the order of `ids`; withdrawn ones too, unknown ones left out."""
    rows = db.session.scalars(select(Product).where(Product.id.in_(ids)).options(selectinload(Product.images)))
    found = {product.id: product for product in rows}
    return [found[product_id] for product_id in ids if product_id in found]


def pictures_that_pass(wanted: ListFilter) -> list[int]:
    """Return the ids of the pictures of all products that pass, ascending."""
    return list(
        db.session.scalars(select(ProductImage.id).join(Product).where(*conditions(wanted)).order_by(ProductImage.id))
    )


def choices(field: str) -> dict[str, int]:
    """Return the values that products on sale have in one of FIELDS, with how many have it, most first."""
    column: Any = FIELDS[field][1]
    rows = db.session.execute(
        select(column, func.count())
        .where(Product.deleted_at.is_(None))
        .group_by(column)
        .order_by(func.count().desc(), column)
    )
    return {value or NOT_STATED: count for value, count in rows}


def conditions(wanted: ListFilter) -> list[ColumnElement[bool]]:
    """Return what a statement about Product asks for, so that it is about the products that pass."""
    return [
        *_of_state(wanted.shown),
        *(_one_of(column, getattr(wanted, part)) for part, column in FIELDS.values() if getattr(wanted, part)),
        *_STOCK[wanted.stock],
        *([Product.price_minor_units >= wanted.min_price_minor_units] if wanted.min_price_minor_units else []),
        *(
            [Product.price_minor_units <= wanted.max_price_minor_units]
            if wanted.max_price_minor_units is not None
            else []
        ),
        *(_holds(word) for word in sorted(fold(wanted.words).split(), key=len, reverse=True)),
    ]


_STOCK: dict[StockLevel, list[ColumnElement[bool]]] = {
    StockLevel.ANY: [],
    StockLevel.IN: [Product.stock > 0],
    StockLevel.LOW: [Product.stock > 0, Product.stock <= LOW_STOCK],
    StockLevel.OUT: [Product.stock == 0],
}


def _of_state(shown: Shown) -> list[ColumnElement[bool]]:
    match shown:
        case Shown.ON_SALE:
            return [Product.deleted_at.is_(None)]
        case Shown.WITHDRAWN:
            return [Product.deleted_at.is_not(None)]
        case Shown.WITHOUT_PICTURE:
            return [Product.deleted_at.is_(None), ~Product.images.any()]
    return []


def _one_of(column: Any, values: frozenset[str]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.in_(sorted("" if value == NOT_STATED else value for value in values))
    return condition


def _title(language: str) -> ColumnElement[str]:
    return func.coalesce(Product.titles[language].as_string(), "")


def _holds(word: str) -> ColumnElement[bool]:
    """Say that a product's texts hold the word, or that one of its slugs has a label that does."""
    found: ColumnElement[bool] = Product.category.contains(word, autoescape=True)
    for kind, column in _NAMED:
        slugs = [term.slug for term in TERMS[kind] if any(word in fold(name) for name in (term.slug, term.fr, term.en))]
        found = found | column.in_(slugs) if slugs else found
    return found | Product.search_text.contains(word, autoescape=True)


_NAMED: tuple[tuple[Kind, Any], ...] = (
    (Kind.CATEGORY, Product.category),
    (Kind.COLOUR, Product.colour),
    (Kind.GENDER, Product.gender),
    (Kind.PATTERN, Product.pattern),
    (Kind.SEASON, Product.season),
)
_ORDERS: dict[Order, tuple[Any, ...]] = {
    Order.NEWEST: (Product.id.desc(),),
    Order.CHANGED: (Product.updated_at.desc(), Product.id.desc()),
    Order.TITLE: (func.lower(func.coalesce(Product.titles["fr"].as_string(), _title("en"))), Product.id),
    Order.SKU: (Product.sku,),
    Order.BRAND: (func.lower(Product.brand), Product.id),
    Order.CHEAPEST: (Product.price_minor_units, Product.id),
    Order.DEAREST: (Product.price_minor_units.desc(), Product.id),
    Order.LEAST_STOCK: (Product.stock, Product.id),
    Order.MOST_STOCK: (Product.stock.desc(), Product.id),
}
