"""One product as a form shows and saves it: what it says, its pictures, and what somebody else changed meanwhile."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from catalog.editing import ProductDetails, details_of, replace_pictures, write_details
from catalog.errors import ProductNotFound, SkuTaken
from catalog.models import Product
from catalog.pictures import StoredPicture
from storage.database import begin_writing, db

SHOWN = "shown"
DISMISSED = "dismissed"


@dataclass(frozen=True)
class ListedPicture:
    """A picture in its place. cutout: SHOWN, DISMISSED, or empty where there is none."""

    picture: StoredPicture
    cutout: str = ""


@dataclass(frozen=True)
class Listing:
    """All that a form saves at once; the places of the stock are known."""

    details: ProductDetails
    pictures: tuple[ListedPicture, ...]


@dataclass(frozen=True)
class Merged:
    """The fields of one's own form after those that somebody else changed meanwhile were taken over.

    taken_over: changed by the other alone; contested: changed by both, one's own stays.
    """

    fields: Mapping[str, str]
    taken_over: tuple[str, ...]
    contested: tuple[str, ...]


def any_product(sku: str) -> Product:
    """Return the product with this SKU, on sale or withdrawn. Raises ProductNotFound for one that never was."""
    product = db.session.scalar(select(Product).where(Product.sku == sku))
    if product is None:
        raise ProductNotFound(sku)
    return product


def lock_product(sku: str) -> Product:
    """Return the product as it is now; nobody else writes it before this transaction ends. Raises ProductNotFound."""
    begin_writing()
    db.session.execute(select(Product.id).where(Product.sku == sku).with_for_update())
    return any_product(sku)


def listing_of(product: Product) -> Listing:
    """Return what a form shows of the product."""
    pictures = tuple(
        ListedPicture(StoredPicture(image.content_hash, image.width, image.height), image.cutout)
        for image in product.images
    )
    return Listing(details_of(product), pictures)


def create_listing(listing: Listing) -> Product:
    """Add a product that is not there yet. Raises SkuTaken, for a withdrawn product's SKU too."""
    sku = listing.details.sku
    if db.session.scalar(select(Product.id).where(Product.sku == sku)) is not None:
        raise SkuTaken(sku)
    product = Product(sku=sku)
    db.session.add(product)
    write_listing(product, listing)
    return product


def write_listing(product: Product, listing: Listing) -> None:
    """Make the product what the listing says; texts in languages that the listing does not have stay. Flushes."""
    details = listing.details
    titles = {**(product.titles or {}), **details.titles}
    descriptions = {**(product.descriptions or {}), **details.descriptions}
    write_details(product, replace(details, titles=_filled(titles), descriptions=_filled(descriptions)))
    replace_pictures(product, [listed.picture for listed in listing.pictures])
    cutouts = {listed.picture.content_hash: listed.cutout for listed in listing.pictures}
    for image in product.images:
        image.cutout = cutouts[image.content_hash]
    db.session.flush()


def fingerprints(fields: Mapping[str, str]) -> dict[str, str]:
    """Return a short digest of each field's text: what a form carries along to know what was there at its start."""
    return {name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, text in fields.items()}


def merge(mine: Mapping[str, str], now_stored: Mapping[str, str], *, at_start: Mapping[str, str]) -> Merged:
    """Join one's own fields with those that are stored now; at_start: the `fingerprints` of when the form was opened.

    A field that has no fingerprint was empty then; with no fingerprint at all nobody else changed anything.
    """
    theirs = {name: now_stored.get(name, "") for name in mine}
    mine_now, theirs_now = fingerprints(mine), fingerprints(theirs)
    started = {**fingerprints(dict.fromkeys(mine, "")), **at_start} if at_start else theirs_now
    by_others = [name for name in mine if theirs_now[name] != started[name] and theirs_now[name] != mine_now[name]]
    taken_over = tuple(name for name in by_others if mine_now[name] == started[name])
    contested = tuple(name for name in by_others if mine_now[name] != started[name])
    return Merged({**mine, **{name: theirs[name] for name in taken_over}}, taken_over, contested)


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in sorted(texts.items()) if text}
