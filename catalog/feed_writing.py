"""Products -> feeds that a shop like this one, a spreadsheet or Google Merchant reads; streamed, in bounded memory."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from catalog.feed_cells import harmless
from catalog.feed_google import google_category
from catalog.feed_mapping import Cell
from catalog.feed_skus import SeenSkus
from catalog.merchandising import NO_RULES, Rules
from catalog.models import Product, ProductImage
from catalog.money import amount_of
from catalog.pictures import name_in_exports
from catalog.places import WEB
from catalog.stock import stock_by_place
from catalog.vocabulary import Kind, as_slug, label_of
from storage.blobs import BlobStore
from storage.database import db
from storage.errors import BlobNotFound

_AT_ONCE = 200
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE_OF_GOOGLE = "http://base.google.com/ns/1.0"
_MAX_MORE_IMAGES = 10
_CHILDREN = {"girls": "female", "boys": "male"}
_ADULTS = {"women": "female", "men": "male", "unisex": "unisex"}
_FIELDS = (
    "brand", "category", "sub_category", "colour", "pattern", "gender", "season", "sizes", "price", "currency", "cost",
)  # fmt: skip
_GOOGLE_COLUMNS = (
    "id", "item_group_id", "title", "description", "link", "image_link", "additional_image_link", "availability",
    "price", "brand", "google_product_category", "product_type", "gender", "age_group", "color", "size",
    "pattern", "condition", "identifier_exists",
)  # fmt: skip


class FeedFormat(StrEnum):
    """What an export can be."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    ZIP = "zip"
    GOOGLE_XML = "google-xml"
    GOOGLE_TSV = "google-tsv"

    @property
    def file_name(self) -> str:
        """The name of a file of this format."""
        return {"google-xml": "google-products.xml", "google-tsv": "google-products.tsv"}.get(
            self.value, f"products.{self.value}"
        )

    @property
    def media_type(self) -> str:
        """For HTTP."""
        return {
            "csv": "text/csv; charset=utf-8",
            "jsonl": "application/jsonl; charset=utf-8",
            "zip": "application/zip",
            "google-xml": "application/xml; charset=utf-8",
            "google-tsv": "text/tab-separated-values; charset=utf-8",
        }[self.value]


@dataclass(frozen=True)
class Storefront:
    """What Google has to know of the shop beside its products."""

    name: str
    address: str
    product_address: Callable[[Product], str]
    picture_address: Callable[[ProductImage], str]
    language: str = "en"
    """Of titles and descriptions: a feed of Google has one."""


def export_products(
    wanted: Sequence[ColumnElement[bool]],
    feed_format: FeedFormat,
    *,
    places: Sequence[str],
    storefront: Storefront,
    blobs: BlobStore,
    rules: Rules = NO_RULES,
) -> Iterator[bytes]:
    """Yield a feed of the products that fulfil the conditions, oldest first, in parts.

    rules: what they withhold from shoppers is not sent to Google, where shoppers would see it.
    places: slugs of the shops, each a column `stock_…`. Pictures go along in a ZIP alone; elsewhere their names are of
    use to this shop, which has them, and Google gets their addresses.
    """
    if feed_format == FeedFormat.ZIP:
        return _zip(wanted, places, blobs)
    if feed_format == FeedFormat.CSV:
        return _encoded(_csv(wanted, places))
    if feed_format == FeedFormat.JSON_LINES:
        return _encoded(_json_line(product, places) for product in _each(wanted))
    wanted = [*wanted, *rules.not_withheld()]
    write = _google_xml if feed_format == FeedFormat.GOOGLE_XML else _google_tsv
    return _encoded(write(wanted, storefront))


def feed_row(product: Product, places: Sequence[str]) -> dict[str, Cell]:
    """Return the product as a row of a feed that is read back as the same product; empty fields are left out."""
    cost = product.cost_minor_units
    row: dict[str, Cell] = {
        "sku": product.sku,
        **{f"title_{language}": text for language, text in sorted(product.titles.items())},
        **{f"description_{language}": text for language, text in sorted(product.descriptions.items())},
        "brand": product.brand,
        "category": product.category,
        "sub_category": product.sub_category,
        "colour": product.colour,
        "pattern": product.pattern,
        "gender": product.gender,
        "season": product.season,
        "sizes": tuple(product.sizes),
        "price": amount_of(product.price_minor_units, product.currency),
        "currency": product.currency,
        "cost": "" if cost is None else amount_of(cost, product.currency),
        "link": product.link,
        "image": tuple(name_in_exports(image.content_hash) for image in product.images),
    }
    pieces = stock_by_place(product)
    stocks = {f"stock_{place}": str(pieces.get(place, 0)) for place in dict.fromkeys((*places, *pieces, WEB))}
    return {name: cell for name, cell in {**row, **stocks}.items() if cell}


def _json_line(product: Product, places: Sequence[str]) -> str:
    """With its empty fields: one that is left out would stay as it is where the line is imported."""
    row = dict.fromkeys((*_FIELDS, "link"), "") | feed_row(product, places)
    return f"{json.dumps(row, ensure_ascii=False)}\n"


def _each(wanted: Sequence[ColumnElement[bool]]) -> Iterator[Product]:
    """The products by id, some at a time: no transaction is open while a slow reader takes them."""
    parts = (selectinload(Product.images), selectinload(Product.shop_stock))
    query = select(Product).where(*wanted).options(*parts).order_by(Product.id).limit(_AT_ONCE)
    last = 0
    while True:
        with Session(db.engine) as session:
            products = session.scalars(query.where(Product.id > last)).all()
        if not products:
            return
        last = products[-1].id
        yield from products


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    part: list[str] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if size > 50_000:
            yield "".join(part).encode()
            part, size = [], 0
    yield "".join(part).encode()


def _csv(wanted: Sequence[ColumnElement[bool]], places: Sequence[str]) -> Iterator[str]:
    # The mark tells Excel that this is UTF-8.
    yield "\ufeff"
    yield from csv_lines((feed_row(product, places) for product in _each(wanted)), _columns(wanted, places))


def csv_lines(rows: Iterable[Mapping[str, Cell]], columns: Sequence[str]) -> Iterator[str]:
    """Yield a CSV of rows, its header first, that no spreadsheet runs."""
    yield _line(columns, ",")
    for row in rows:
        yield _line([_cell(name, row.get(name, "")) for name in columns], ",")


def _columns(wanted: Sequence[ColumnElement[bool]], places: Sequence[str]) -> list[str]:
    """All columns that any of the products needs: languages and former shops are known from their rows alone."""
    named: dict[str, None] = dict.fromkeys(("sku", "title_fr", "title_en", "description_fr", "description_en"))
    languages, shops = set[str](), set[str]()
    for product in _each(wanted):
        languages.update((*product.titles, *product.descriptions))
        shops.update(stock_by_place(product))
    for subject in ("title", "description"):
        named.update(dict.fromkeys(f"{subject}_{language}" for language in sorted(languages)))
    stocks = [f"stock_{place}" for place in dict.fromkeys((*places, *sorted(shops - {WEB}), WEB))]
    return [*named, *_FIELDS, *stocks, "link", "image"]


def _cell(name: str, cell: Cell) -> str:
    if isinstance(cell, str):
        return harmless(cell)
    text = "|".join(cell)
    # A bar at the end says that one size is one, though it holds a comma.
    return harmless(f"{text}|" if name == "sizes" and len(cell) == 1 and ("," in text or ";" in text) else text)


def _line(cells: Sequence[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerow(cells)
    return line.getvalue()


class _Pipe(io.RawIOBase):
    """Takes what zipfile writes, and gives it out part by part."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        self._parts.append(bytes(content))  # type: ignore[call-overload]
        return len(self._parts[-1])

    def taken(self) -> bytes:
        content, self._parts = b"".join(self._parts), []
        return content


def _zip(wanted: Sequence[ColumnElement[bool]], places: Sequence[str], blobs: BlobStore) -> Iterator[bytes]:
    """The pictures, each once, then the table."""
    pipe, seen = _Pipe(), SeenSkus()
    with zipfile.ZipFile(pipe, "w") as archive:
        for number, product in enumerate(_each(wanted)):
            for image in product.images:
                if seen.first_row_of(image.content_hash, number) == number:
                    _add_picture(archive, image, blobs)
                    yield pipe.taken()
        with archive.open(zipfile.ZipInfo("products.csv"), "w", force_zip64=True) as table:
            for part in _encoded(_csv(wanted, places)):
                table.write(part)
                yield pipe.taken()
    yield pipe.taken()


def _add_picture(archive: zipfile.ZipFile, image: ProductImage, blobs: BlobStore) -> None:
    name = f"images/{name_in_exports(image.content_hash)}"
    # One that was lost must not keep the others from leaving; its row is refused where it arrives.
    with suppress(BlobNotFound):
        archive.writestr(name, blobs.get(image.blob_key))


def _google_xml(wanted: Sequence[ColumnElement[bool]], storefront: Storefront) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<rss version="2.0" xmlns:g="{_SPACE_OF_GOOGLE}">\n<channel>\n'
    yield f"<title>{_xml(storefront.name)}</title>\n<link>{_xml(storefront.address)}</link>\n"
    yield f"<description>{_xml(storefront.name)}</description>\n"
    for product in _each(wanted):
        for item in google_items(product, storefront):
            parts = (f"<g:{name}>{_xml(text)}</g:{name}>" for name, texts in item.items() for text in texts)
            yield f"<item>{''.join(parts)}</item>\n"
    yield "</channel>\n</rss>\n"


def _google_tsv(wanted: Sequence[ColumnElement[bool]], storefront: Storefront) -> Iterator[str]:
    yield _line(_GOOGLE_COLUMNS, "\t")
    for product in _each(wanted):
        for item in google_items(product, storefront):
            yield _line([harmless(",".join(item.get(name, ()))) for name in _GOOGLE_COLUMNS], "\t")


def google_items(product: Product, storefront: Storefront) -> Iterator[Mapping[str, tuple[str, ...]]]:
    """Yield what Google is told of a product: an item a size, each attribute with its texts; none for an empty one."""
    language = storefront.language
    pictures = [storefront.picture_address(image) for image in product.images]
    shared = {
        "title": (product.title(language),),
        "description": (product.description(language) or product.title(language),),
        "link": (product.link or storefront.product_address(product),),
        "image_link": tuple(pictures[:1]),
        "additional_image_link": tuple(pictures[1 : 1 + _MAX_MORE_IMAGES]),
        "availability": ("in_stock" if product.in_stock else "out_of_stock",),
        "price": (f"{amount_of(product.price_minor_units, product.currency)} {product.currency}",),
        "brand": (product.brand,),
        "google_product_category": (google_category(product.category),),
        "product_type": (_own_path(product, language),),
        "gender": (_CHILDREN.get(product.gender) or _ADULTS.get(product.gender, ""),),
        "age_group": ("kids" if product.gender in _CHILDREN else "adult",),
        "color": (label_of(Kind.COLOUR, product.colour, language) if product.colour else "",),
        "pattern": (label_of(Kind.PATTERN, product.pattern, language) if product.pattern else "",),
        "condition": ("new",),
        "identifier_exists": ("no",),
    }
    for item in _sizes(product):
        attributes = {**item, **shared}
        yield {name: texts for name in _GOOGLE_COLUMNS if (texts := tuple(filter(None, attributes.get(name, ()))))}


def _sizes(product: Product) -> Iterator[dict[str, tuple[str, ...]]]:
    """What tells Google one size from another; no number of pieces, which the shop does not know by size."""
    if not product.sizes:
        yield {"id": (product.sku,)}
    for place, size in enumerate(product.sizes):
        yield {"id": (f"{product.sku}-{as_slug(size) or place}",), "item_group_id": (product.sku,), "size": (size,)}


def _own_path(product: Product, language: str) -> str:
    names = [label_of(Kind.CATEGORY, product.category, language), product.sub_category]
    return " > ".join(name.replace(">", " ") for name in names if name)


def _xml(text: str) -> str:
    """The text within an element, without the characters that XML cannot hold."""
    return escape(_NOT_IN_XML.sub("", text))
