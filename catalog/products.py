"""Reading the catalogue: by SKU, by filter, by picture. A withdrawn product is not there."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from catalog.errors import ProductNotFound
from catalog.merchandising import NO_RULES, Rules
from catalog.models import Product, ProductImage
from storage.database import db

Item = TypeVar("Item")


@dataclass(frozen=True)
class ProductFilter:
    """What a shopper wants; an empty set or None asks for nothing. Prices compare within the shop's one currency."""

    categories: frozenset[str] = frozenset()
    genders: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    min_price_minor_units: int | None = None
    max_price_minor_units: int | None = None
    in_stock_only: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether every product on sale passes."""
        return self == ProductFilter()


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list; pages count from 1."""

    items: list[Item]
    total: int
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        """How many pages there are; 1 for an empty list."""
        return max(1, -(-self.total // self.page_size))

    @property
    def has_next(self) -> bool:
        return self.page < self.pages

    @property
    def has_previous(self) -> bool:
        return self.page > 1


@dataclass(frozen=True)
class Facets:
    """What a filter form can offer: for each value, how many products its choice would show; most first.

    Each part is counted under the filter's other parts, so that a second colour can still be chosen.
    """

    categories: dict[str, int]
    genders: dict[str, int]
    colours: dict[str, int]
    brands: dict[str, int]
    min_price_minor_units: int | None
    max_price_minor_units: int | None


class LiveImage(NamedTuple):
    """A picture that the vector index should hold, under its id."""

    image_id: int
    content_hash: str
    blob_key: str


def product_by_sku(sku: str) -> Product:
    """Return the product on sale with this SKU. Raises ProductNotFound, for a withdrawn one too."""
    product = db.session.scalar(select(Product).where(Product.sku == sku, Product.deleted_at.is_(None)))
    if product is None:
        raise ProductNotFound(sku)
    return product


def products_by_sku(skus: Collection[str]) -> dict[str, Product]:
    """Return the products on sale with these SKUs, with their pictures; an unknown or withdrawn one has no entry."""
    rows = db.session.scalars(
        select(Product).where(Product.sku.in_(skus), Product.deleted_at.is_(None)).options(selectinload(Product.images))
    )
    return {product.sku: product for product in rows}


def unknown_skus(skus: Sequence[str]) -> list[str]:
    """Return those SKUs that no product has, in their order; a withdrawn product has its."""
    known = set(db.session.scalars(select(Product.sku).where(Product.sku.in_(skus))))
    return [sku for sku in skus if sku not in known]


def skus_shown(skus: Collection[str], rules: Rules) -> set[str]:
    """Return those of the SKUs whose product is on sale and not withheld."""
    on_sale = select(Product.sku).where(Product.sku.in_(skus), Product.deleted_at.is_(None), *rules.not_withheld())
    return set(db.session.scalars(on_sale))


def list_products(
    wanted: ProductFilter = ProductFilter(), *, page: int = 1, page_size: int = 24, rules: Rules = NO_RULES
) -> Page[Product]:
    """Return one page of the products that pass, newest first, with their pictures; a page past the end is empty.

    rules: what the shop puts forward and hides.
    """
    page = max(1, page)
    conditions = _conditions(wanted, rules)
    total = db.session.scalar(select(func.count()).select_from(Product).where(*conditions)) or 0
    rows = db.session.scalars(
        select(Product)
        .where(*conditions)
        .options(selectinload(Product.images))
        .order_by(*rules.list_order(), Product.id.desc())
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    return Page(items=list(rows), total=total, page=page, page_size=page_size)


def matching_image_ids(
    wanted: ProductFilter = ProductFilter(), rules: Rules = NO_RULES, *also: ColumnElement[bool]
) -> NDArray[np.int64]:
    """Return the ids of the pictures of all products that pass and are not hidden, ascending, int64, shape (n,).

    also: further conditions of a product.
    """
    ids = db.session.scalars(
        select(ProductImage.id).join(Product).where(*_conditions(wanted, rules), *also).order_by(ProductImage.id)
    ).all()
    return np.asarray(ids, dtype=np.int64)


def products_of_images(image_ids: Sequence[int]) -> dict[int, Product]:
    """Return the product on sale behind each picture; an unknown id or a withdrawn product has no entry."""
    rows = db.session.execute(
        select(ProductImage.id, Product)
        .join(Product, ProductImage.product_id == Product.id)
        .where(ProductImage.id.in_([int(image_id) for image_id in image_ids]), Product.deleted_at.is_(None))
        .options(selectinload(Product.images))
    )
    return {row[0]: row[1] for row in rows}


def live_images() -> Iterator[LiveImage]:
    """Yield the pictures of all products on sale, by ascending id."""
    rows = db.session.execute(
        select(ProductImage.id, ProductImage.content_hash, ProductImage.blob_key)
        .join(Product)
        .where(Product.deleted_at.is_(None))
        .order_by(ProductImage.id)
    )
    return (LiveImage(*row) for row in rows)


def facets(wanted: ProductFilter = ProductFilter(), rules: Rules = NO_RULES) -> Facets:
    """Return what can still be chosen, with counts, and the price bounds under the filter's other parts."""
    any_price = replace(wanted, min_price_minor_units=None, max_price_minor_units=None)
    lowest, highest = db.session.execute(
        select(func.min(Product.price_minor_units), func.max(Product.price_minor_units)).where(
            *_conditions(any_price, rules)
        )
    ).one()
    return Facets(
        categories=_counts(Product.category, replace(wanted, categories=frozenset()), rules),
        genders=_counts(Product.gender, replace(wanted, genders=frozenset()), rules),
        colours=_counts(Product.colour, replace(wanted, colours=frozenset()), rules),
        brands=_counts(Product.brand, replace(wanted, brands=frozenset()), rules),
        min_price_minor_units=lowest,
        max_price_minor_units=highest,
    )


def values_on_sale(column: InstrumentedAttribute[str]) -> dict[str, int]:
    """Return how many products on sale have each value of a column that is not empty, most first."""
    return _counts(column, ProductFilter(), NO_RULES)


def values_in_use(column: InstrumentedAttribute[str], *, limit: int) -> list[str]:
    """Return the values of a column that are not empty, of withdrawn products too, in the alphabet's order."""
    return list(db.session.scalars(select(column).where(column != "").distinct().order_by(column).limit(limit)))


def usual_currency() -> str | None:
    """Return the currency that most products have; None in an empty shop."""
    return db.session.scalar(select(Product.currency).group_by(Product.currency).order_by(func.count().desc()).limit(1))


def categories_on_sale(rules: Rules = NO_RULES) -> dict[str, int]:
    """Return how many products each category has, most first; hidden ones do not count."""
    return _counts(Product.category, ProductFilter(), rules)


def _counts(column: InstrumentedAttribute[str], wanted: ProductFilter, rules: Rules) -> dict[str, int]:
    rows = db.session.execute(
        select(column, func.count())
        .where(*_conditions(wanted, rules), column != "")
        .group_by(column)
        .order_by(func.count().desc(), column)
    )
    return {row[0]: row[1] for row in rows}


def _conditions(wanted: ProductFilter, rules: Rules = NO_RULES) -> list[ColumnElement[bool]]:
    conditions: list[Any] = [Product.deleted_at.is_(None), *rules.visible()]
    for column, values in (
        (Product.category, wanted.categories),
        (Product.gender, wanted.genders),
        (Product.colour, wanted.colours),
        (Product.brand, wanted.brands),
    ):
        if values:
            conditions.append(column.in_(sorted(values)))
    if wanted.min_price_minor_units is not None:
        conditions.append(Product.price_minor_units >= wanted.min_price_minor_units)
    if wanted.max_price_minor_units is not None:
        conditions.append(Product.price_minor_units <= wanted.max_price_minor_units)
    if wanted.in_stock_only:
        conditions.append(Product.stock > 0)
    return conditions
