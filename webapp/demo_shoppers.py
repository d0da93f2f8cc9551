"""Invented shoppers for the demo: weeks of searches, opinions and favourites, so that the insight page shows something.

Nobody is behind their pseudonyms.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import delete, select

from catalog.models import Product
from recommender.insight import weeks_over
from recommender.questions import AskedBy
from recommender.signal_models import Favourite, MatchOpinion, PublishedWeek, SearchCount
from storage.database import Model, db

_GARMENTS = {"dress": 9, "top": 8, "outerwear": 5, "pants": 5, "shoes": 4, "skirt": 3, "bag": 2, "hat": 1}
_COLOURS = {"black": 7, "blue": 6, "white": 4, "red": 4, "green": 3, "beige": 2, "pink": 2, "purple": 1}
_RARELY_THERE = {("dress", "red"), ("dress", "green"), ("top", "red"), ("outerwear", "green"), ("skirt", "red")}
_SEED = 5


def invent_shoppers(today: date, *, weeks: int) -> int:
    """Add the shoppers of the last weeks that are over to a shop with products; flushes. Return how many there are."""
    # What was shown of the weeks before they came would hide them.
    db.session.execute(delete(PublishedWeek))
    dice = random.Random(_SEED)
    products = db.session.scalars(select(Product.id).where(Product.deleted_at.is_(None)).order_by(Product.id)).all()
    shoppers = 0
    for age, monday in enumerate(weeks_over(today, weeks=weeks)):
        for _ in range(dice.randint(380, 430) - 12 * age):
            db.session.add_all(_visit(dice, monday, products))
            shoppers += 1
    db.session.flush()
    return shoppers


def _visit(dice: random.Random, monday: date, products: Sequence[int]) -> Iterator[Model]:
    pseudonym, day = _id(dice), monday + timedelta(days=dice.randrange(7))
    for _ in range(dice.randint(1, 4)):
        search = _search(dice, pseudonym, day)
        yield search
        if search.answered and dice.random() < 0.4:
            for product in dice.sample(products, k=min(2, len(products))):
                good = dice.random() < 0.76
                yield MatchOpinion(
                    pseudonym=pseudonym,
                    question=search.id,
                    kind=search.kind,
                    product_id=product,
                    good=good,
                    given_on=day,
                )
    if dice.random() < 0.35:
        kept = products[min(len(products) - 1, int(dice.expovariate(0.2)))]
        yield Favourite(pseudonym=pseudonym, product_id=kept, added_at=datetime.combine(day, time(12), UTC))


def _search(dice: random.Random, pseudonym: str, day: date) -> SearchCount:
    garment, colour = (dice.choices(list(of), list(of.values()))[0] for of in (_GARMENTS, _COLOURS))
    answered = dice.random() < (0.15 if (garment, colour) in _RARELY_THERE else 0.85)
    return SearchCount(
        id=_id(dice),
        pseudonym=pseudonym,
        counted_on=day,
        kind=dice.choices((AskedBy.PHOTO, AskedBy.WORDS), (3, 2))[0].value,
        garment=garment,
        colour=colour,
        answered=answered,
        clicked=dice.random() < (0.5 if answered else 0.15),
    )


def _id(dice: random.Random) -> str:
    return f"{dice.getrandbits(128):032x}"
