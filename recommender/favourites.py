"""The products that a person keeps at hand."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from catalog.models import Product
from catalog.products import product_by_sku
from privacy.standing import refuse_the_erased, refuse_the_restricted
from recommender.errors import FavouritesFull
from recommender.signal_models import Favourite
from storage.database import db

MOST_FAVOURITES = 500


@dataclass(frozen=True)
class KeptProduct:
    """A favourite; the product may have been withdrawn since."""

    product: Product
    added_at: datetime

    @property
    def is_on_sale(self) -> bool:
        return self.product.deleted_at is None


def keep_favourite(sku: str, *, pseudonym: str) -> None:
    """Put a product on sale among the person's favourites; once more changes nothing. Flushes.

    Raises ProductNotFound, FavouritesFull, ProcessingRestricted, BeingErased.
    """
    product = product_by_sku(sku)
    refuse_the_restricted(pseudonym)
    refuse_the_erased(pseudonym)
    known = favourite_product_ids(pseudonym)
    if product.id in known:
        return
    if len(known) >= MOST_FAVOURITES:
        raise FavouritesFull(MOST_FAVOURITES)
    db.session.add(Favourite(pseudonym=pseudonym, product_id=product.id))
    db.session.flush()
    # Once more after the write: it made this request wait for an erasure that began meanwhile.
    refuse_the_erased(pseudonym)


def drop_favourite(sku: str, *, pseudonym: str) -> None:
    """Take a product, also a withdrawn one, from the person's favourites; one that is none is no error. Flushes."""
    of_product = select(Product.id).filter_by(sku=sku).scalar_subquery()
    db.session.execute(
        delete(Favourite).where(Favourite.pseudonym == pseudonym, Favourite.product_id == of_product),
        execution_options={"synchronize_session": False},
    )


def favourites_of(pseudonym: str) -> list[KeptProduct]:
    """Return the person's favourites, the newest first."""
    kept = (
        select(Product, Favourite.added_at)
        .join(Favourite, Favourite.product_id == Product.id)
        .where(Favourite.pseudonym == pseudonym)
        .options(selectinload(Product.images))
        .order_by(Favourite.added_at.desc(), Favourite.id.desc())
    )
    return [KeptProduct(product, added_at) for product, added_at in db.session.execute(kept)]


def favourite_product_ids(pseudonym: str) -> set[int]:
    """Return which products are the person's favourites."""
    return set(db.session.scalars(select(Favourite.product_id).filter_by(pseudonym=pseudonym)))
