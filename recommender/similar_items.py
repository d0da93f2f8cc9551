"""A product -> what its page shows beside it."""

from catalog.models import Product
from recommender.arranging import AS_IT_IS, Arrangement, find_arranged
from recommender.embeddings import stored_embeddings
from recommender.ports import EncoderIdentity, VectorIndex
from recommender.similar import Likeness, Match, Query, QueryKind

SIMILAR_ITEMS = 8
FEWEST_SIMILAR_ITEMS = 4


def similar_items(
    product: Product, *, encoder: EncoderIdentity, index: VectorIndex, arrangement: Arrangement = AS_IT_IS
) -> list[Match]:
    """Return at most SIMILAR_ITEMS other products in the shop's order, distant ones only to reach the fewest.

    Empty for a product without a picture, or whose first one is not embedded yet. Raises as `find_similar`.
    """
    if not product.images:
        return []
    content_hash = product.images[0].content_hash
    known = stored_embeddings([content_hash], encoder)
    if content_hash not in known:
        return []
    query = Query(known[content_hash], encoder, QueryKind.PRODUCT)
    found = find_arranged(query, index=index, arrangement=arrangement, limit=SIMILAR_ITEMS, leave_out=product.sku)
    close = [match for match in found.shown if match.likeness is not Likeness.DISTANT]
    return close if len(close) >= FEWEST_SIMILAR_ITEMS else found.shown[:FEWEST_SIMILAR_ITEMS]
