"""Perceived relevance: a person's thumb up or down on a match."""

from datetime import date

from sqlalchemy import delete, func, select

from catalog.models import Product
from catalog.products import product_by_sku
from privacy.consent import Purpose
from privacy.standing import refuse_by_standing, refuse_the_erased
from recommender.errors import TooManyOpinions
from recommender.questions import SearchId
from recommender.signal_models import MatchOpinion
from storage.database import db

MOST_OF_ONE_SEARCH = 60
"""More than a page shows: whoever says more presses no buttons of ours."""


def give_opinion(search: SearchId, sku: str, *, good: bool, pseudonym: str, day: date) -> None:
    """Record whether a product answered a search, in place of what the person said before; flushes.

    Raises ProductNotFound, TooManyOpinions, ObjectionStands (to statistics), ProcessingRestricted, BeingErased.
    """
    product = product_by_sku(sku)
    refuse_the_erased(pseudonym)
    refuse_by_standing(pseudonym, Purpose.STATISTICS)
    said = db.session.scalar(
        select(MatchOpinion).filter_by(pseudonym=pseudonym, question=search.id, product_id=product.id)
    )
    if said is None:
        if _count(search, pseudonym) >= MOST_OF_ONE_SEARCH:
            raise TooManyOpinions(MOST_OF_ONE_SEARCH)
        said = MatchOpinion(pseudonym=pseudonym, question=search.id, kind=search.kind, product_id=product.id)
        db.session.add(said)
    said.good, said.given_on = good, day
    db.session.flush()
    # Once more after the write: it made this request wait for an erasure that began meanwhile.
    refuse_the_erased(pseudonym)


def take_opinion_back(search: SearchId, sku: str, *, pseudonym: str) -> None:
    """Forget what the person said of a match; flushes. Where nothing was said, that is no error."""
    of_product = select(Product.id).filter_by(sku=sku).scalar_subquery()
    said = (MatchOpinion.pseudonym == pseudonym, MatchOpinion.question == search.id)
    db.session.execute(
        delete(MatchOpinion).where(*said, MatchOpinion.product_id == of_product),
        execution_options={"synchronize_session": False},
    )


def opinions_of(search: SearchId, *, pseudonym: str) -> dict[int, bool]:
    """Return what the person said of the search's matches: product id -> whether it answered."""
    said = select(MatchOpinion.product_id, MatchOpinion.good).filter_by(pseudonym=pseudonym, question=search.id)
    return {row.product_id: row.good for row in db.session.execute(said)}


def _count(search: SearchId, pseudonym: str) -> int:
    of_search = select(func.count()).select_from(MatchOpinion).filter_by(pseudonym=pseudonym, question=search.id)
    return db.session.scalar(of_search) or 0
