"""Changing the catalogue. These functions flush and never commit: the caller decides what belongs together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from catalog.errors import InvalidStock, ProductNotFound
from catalog.models import CREATION_UNDONE, Product, ProductImage
from catalog.pictures import StoredPicture
from catalog.stock import put_stock, stock_by_place
from storage.database import db, now


@dataclass(frozen=True)
class ProductDetails:
    """All that the shop says of a product, but its pictures; slugs and codes are canonical already."""

    sku: str
    titles: Mapping[str, str]
    category: str
    price_minor_units: int
    currency: str
    stock: int
    descriptions: Mapping[str, str] = field(default_factory=dict)
    brand: str = ""
    sub_category: str = ""
    colour: str = ""
    pattern: str = ""
    gender: str = "unisex"
    season: str = ""
    cost_minor_units: int | None = None
    sizes: tuple[str, ...] = ()
    link: str = ""
    stock_by_place: Mapping[str, int] | None = None
    """Pieces by slug of a shop, or `web`; a place that is not named has none, and their sum is the stock.

    None: the places are not known, `stock` alone is (see `catalog.stock`).
    """

    def __post_init__(self) -> None:
        if self.stock_by_place is not None and sum(self.stock_by_place.values()) != self.stock:
            raise ValueError(f"{self.sku}: the places hold {sum(self.stock_by_place.values())}, not {self.stock}")


def save_product(details: ProductDetails, *, pictures: Sequence[StoredPicture] | None = None) -> Product:
    """Create the product, or change the one with its SKU, and return it; without `pictures` it keeps its own.

    A withdrawn product is changed and stays withdrawn.
    """
    product = _any_by_sku(details.sku)
    if product is None:
        product = Product(sku=details.sku)
        db.session.add(product)
    write_details(product, details)
    if pictures is not None:
        replace_pictures(product, pictures)
    db.session.flush()
    return product


def soft_delete(sku: str) -> Product:
    """Withdraw the product from sale: it is kept with its pictures, and no search shows it. Raises ProductNotFound."""
    product = _known(sku)
    if product.deleted_at is None:
        product.deleted_at = now()
    db.session.flush()
    return product


def restore(sku: str) -> Product:
    """Put a withdrawn product back on sale. Raises ProductNotFound for a SKU that never was."""
    product = _known(sku)
    product.deleted_at = None
    if product.row_hash == CREATION_UNDONE:
        product.row_hash = ""
    db.session.flush()
    return product


def set_stock(sku: str, stock: int) -> Product:
    """Set how many pieces can be sold in all places. Raises InvalidStock below 0, ProductNotFound."""
    if stock < 0:
        raise InvalidStock(stock)
    product = _known(sku)
    product.stock = stock
    db.session.flush()
    return product


def details_of(product: Product) -> ProductDetails:
    """Return all that the shop says of the product, the places of its stock included."""
    return ProductDetails(
        sku=product.sku,
        titles=product.titles,
        category=product.category,
        price_minor_units=product.price_minor_units,
        currency=product.currency,
        stock=product.stock,
        descriptions=product.descriptions,
        brand=product.brand,
        sub_category=product.sub_category,
        colour=product.colour,
        pattern=product.pattern,
        gender=product.gender,
        season=product.season,
        cost_minor_units=product.cost_minor_units,
        sizes=tuple(product.sizes),
        link=product.link,
        stock_by_place=stock_by_place(product),
    )


def write_details(product: Product, details: ProductDetails) -> None:
    """Copy the details onto the row; nothing is flushed."""
    product.titles = dict(details.titles)
    product.descriptions = dict(details.descriptions)
    product.brand = details.brand
    product.category = details.category
    product.sub_category = details.sub_category
    product.colour = details.colour
    product.pattern = details.pattern
    product.gender = details.gender
    product.season = details.season
    product.cost_minor_units = details.cost_minor_units
    product.sizes = list(details.sizes)
    product.price_minor_units = details.price_minor_units
    product.currency = details.currency
    if details.stock_by_place is None:
        product.stock = details.stock
    else:
        put_stock(product, details.stock_by_place)
    product.link = details.link


def replace_pictures(product: Product, pictures: Sequence[StoredPicture]) -> None:
    """Give the product these pictures, in this order; one that it had keeps its row, and so its place in the index."""
    had = {image.content_hash: image for image in product.images}
    wanted = {picture.content_hash: picture for picture in pictures}
    product.images = [had.get(content_hash) or _row(picture) for content_hash, picture in wanted.items()]
    for position, image in enumerate(product.images):
        image.position = position


def _row(picture: StoredPicture) -> ProductImage:
    return ProductImage(
        content_hash=picture.content_hash, blob_key=picture.blob_key, width=picture.width, height=picture.height
    )


def _known(sku: str) -> Product:
    product = _any_by_sku(sku)
    if product is None:
        raise ProductNotFound(sku)
    return product


def _any_by_sku(sku: str) -> Product | None:
    return db.session.scalar(select(Product).where(Product.sku == sku))
