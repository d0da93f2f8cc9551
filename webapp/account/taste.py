"""What the shop does with a profile: favourite categories come first, one's own sizes are marked. Nothing else."""

from flask_login import current_user

from accounts.people import account_with_id
from accounts.profile import Profile, profile_of
from catalog.models import Product
from catalog.products import ProductFilter, list_products
from privacy.consent import Purpose
from privacy.errors import ObjectionStands, PhotoNotFound, ProcessingRestricted
from privacy.standing import refuse_by_standing
from webapp.merchandising import rules_in_force
from webapp.visitor import current_visitor
from webapp.wiring import wiring


def new_arrivals(limit: int) -> list[Product]:
    """Return the newest items, those of the visitor's favourite categories before the others."""
    liked = frozenset(_profile().favourite_categories)
    rules = rules_in_force()
    first = list(list_products(ProductFilter(categories=liked), page_size=limit, rules=rules).items) if liked else []
    known = {product.id for product in first}
    others = [product for product in list_products(page_size=limit, rules=rules).items if product.id not in known]
    return [*first, *others][:limit]


def own_sizes() -> frozenset[str]:
    """Return the sizes of the visitor, as the catalogue writes them."""
    profile = _profile()
    return frozenset({profile.garment_size, profile.trouser_size, profile.shoe_size} - {""})


def _profile() -> Profile:
    """The visitor's profile; an empty one for a visitor without an account, or whose data may not be used for this."""
    if not current_user.is_authenticated:
        return Profile()
    try:
        refuse_by_standing(current_visitor().pseudonym, Purpose.RECOMMENDATION)
    except (ObjectionStands, ProcessingRestricted, PhotoNotFound):
        return Profile()
    return profile_of(account_with_id(current_user.account_id), wiring().keys)
