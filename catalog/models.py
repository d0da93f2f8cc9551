"""The shop's tables: products, their pictures, and what each import of a feed did."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.money import minor_digits
from privacy.declarations import NOT_PERSONAL
from storage.database import Model, UtcDateTime, now
from storage.folding import fold

CREATION_UNDONE = "creation undone"
"""The `row_hash` of a product that was withdrawn because its creation was undone: a feed brings it back."""

PICTURE_FOLDER = "products"
"""Of the blob store: it holds a folder for each stored picture."""

COUNTED = ("brand", "category", "sub_category", "colour", "pattern", "gender", "season")
"""The columns of Product whose values lists are narrowed down by."""


class Product(Model):
    """One article that the shop sells, or sold (`deleted_at`); its SKU is never given to another."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("price_minor_units >= 0", name="price_not_negative"),
        CheckConstraint("cost_minor_units >= 0", name="cost_not_negative"),
        Index("ix_product_price", "currency", "price_minor_units"),
        # What is on sale is counted by each of these on every page of the list: an index answers without the table.
        *(Index(f"ix_product_sale_{name}", "deleted_at", name) for name in COUNTED),
        {"info": NOT_PERSONAL},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(unique=True)
    titles: Mapped[dict[str, str]] = mapped_column(JSON)
    """Language code -> text; never empty."""
    descriptions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    brand: Mapped[str] = mapped_column(default="")
    category: Mapped[str]
    """Slug of `vocabulary.CATEGORIES`, or the shop's own."""
    sub_category: Mapped[str] = mapped_column(default="", server_default="")
    """The shop's own finer word, or empty."""
    colour: Mapped[str] = mapped_column(default="")
    """Slug of `vocabulary.COLOURS`; empty when the feed does not say."""
    pattern: Mapped[str] = mapped_column(default="", server_default="")
    """solid, striped, checked, printed, other; empty when nobody says."""
    gender: Mapped[str] = mapped_column(default="unisex")
    season: Mapped[str] = mapped_column(default="", server_default="")
    """spring, summer, fall, winter, or the shop's own word such as ss26; empty when the feed does not say."""
    sizes: Mapped[list[str]] = mapped_column(JSON, default=list)
    price_minor_units: Mapped[int]
    """Cents, pence … as many decimals as ISO 4217 gives the currency."""
    currency: Mapped[str]
    cost_minor_units: Mapped[int | None] = mapped_column(default=None)
    """What one piece costs the shop, in the price's currency; shoppers never see it."""
    stock: Mapped[int] = mapped_column(default=0)
    """Pieces in all places together."""
    link: Mapped[str] = mapped_column(Text, default="")
    """Where the shop sells it (http or https), or empty."""
    row_hash: Mapped[str] = mapped_column(default="")
    """Of the feed's row that last wrote this product; an equal row is skipped. Empty for one made by hand."""
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    """SKU, titles, brand, sub-category and season, folded: where words are looked for. Written with every change."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=None)

    images: Mapped[list["ProductImage"]] = relationship(
        back_populates="product", order_by="ProductImage.position", cascade="all, delete-orphan"
    )
    shop_stock: Mapped[list["ProductStock"]] = relationship(back_populates="product", cascade="all, delete-orphan")
    """One row a shop that has pieces; read and write it through `catalog.stock`."""

    def title(self, language: str) -> str:
        """Return the title in `language`, or in another when that one is missing."""
        return _in_language(self.titles, language)

    def description(self, language: str) -> str:
        """Return the description in `language`, in another when that one is missing, or an empty text."""
        return _in_language(self.descriptions, language)

    @property
    def price(self) -> Decimal:
        """The price in whole units of the currency."""
        return Decimal(self.price_minor_units).scaleb(-minor_digits(self.currency))

    @property
    def margin(self) -> float | None:
        """The share of the price that is not cost, at most 1; None when the cost is unknown or the price is 0."""
        if self.cost_minor_units is None or not self.price_minor_units:
            return None
        return 1 - self.cost_minor_units / self.price_minor_units

    @property
    def in_stock(self) -> bool:
        return self.stock > 0


@event.listens_for(Product, "before_insert")
@event.listens_for(Product, "before_update")
def _keep_search_text(_mapper: Any, _connection: Any, product: Product) -> None:
    said = (product.sku, product.brand, product.sub_category, product.season, *(product.titles or {}).values())
    product.search_text = fold(" ".join(text for text in said if text))


class ProductImage(Model):
    """One picture of a product. A row never changes its picture: a new picture is a new row with a new id."""

    __tablename__ = "product_image"
    # The ids are the vector index's row ids: one that was deleted must not come back for another picture.
    __table_args__ = ({"sqlite_autoincrement": True, "info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    """0 is the picture that lists show."""
    content_hash: Mapped[str] = mapped_column(index=True)
    """SHA-256 of the stored full-size JPEG, hexadecimal."""
    blob_key: Mapped[str]
    """Of the full-size JPEG."""
    width: Mapped[int]
    height: Mapped[int]
    cutout: Mapped[str] = mapped_column(default="", server_default="")
    """Whether the garment cut out of the picture is there: shown, dismissed; empty where none was made."""

    product: Mapped[Product] = relationship(back_populates="images")

    @property
    def thumb_key(self) -> str:
        """Blob key of the small JPEG."""
        return thumb_key(self.content_hash)

    @property
    def cutout_key(self) -> str:
        """Blob key of the garment alone, a WebP with transparency; a blob is there when `cutout` is not empty."""
        return cutout_key(self.content_hash)


class ProductStock(Model):
    """The pieces of a product that one shop holds, at least one; the web holds the rest of `Product.stock`."""

    __tablename__ = "product_stock"
    __table_args__ = (CheckConstraint("pieces > 0", name="pieces_positive"), {"info": NOT_PERSONAL})

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    """Slug of a shop of the setting SHOPS, or of one that was there."""
    pieces: Mapped[int]

    product: Mapped[Product] = relationship(back_populates="shop_stock")


class ImportRun(Model):
    """One import of a feed: where it stands (a killed one goes on at `next_row`) and what it did."""

    __tablename__ = "import_run"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(index=True)
    """Of the feed, its mapping and its image folder."""
    state: Mapped[str] = mapped_column(default="running")
    """running (also after a crash), stopped (asked to), finished, abandoned (another import came after it)."""
    next_row: Mapped[int] = mapped_column(default=0)
    """How many rows are done; the next one has this index."""
    rows_total: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    """Rows (also counted above) of products that were soft-deleted, and stay so."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class ImportRejection(Model):
    """One reason why a row of a feed was not taken."""

    __tablename__ = "import_rejection"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), index=True)
    row_number: Mapped[int]
    """As a spreadsheet or editor counts: a CSV's header is row 1."""
    sku: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


def full_key(content_hash: str) -> str:
    """Return the blob key of a picture's full-size JPEG."""
    return f"{PICTURE_FOLDER}/{content_hash}/full.jpg"


def thumb_key(content_hash: str) -> str:
    """Return the blob key of a picture's small JPEG."""
    return f"{PICTURE_FOLDER}/{content_hash}/thumb.jpg"


def cutout_key(content_hash: str) -> str:
    """Return the blob key of the garment cut out of a picture, a WebP with transparency."""
    return f"{PICTURE_FOLDER}/{content_hash}/cutout.webp"


def _in_language(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")
