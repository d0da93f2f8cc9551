"""The merchandiser's search by look: what a picture or words are most like, with no rule of the shop window."""

import numpy as np

from catalog.models import Product
from catalog.product_list import ListFilter, pictures_that_pass
from recommender.ports import VectorIndex
from recommender.similar import Query, find_similar


def products_like(query: Query, *, index: VectorIndex, wanted: ListFilter, limit: int) -> list[Product]:
    """Return at most `limit` products on sale that pass the filter, most similar first. Raises as `find_similar`."""
    among = None if wanted == ListFilter() else np.asarray(pictures_that_pass(wanted), dtype=np.int64)
    return [match.product for match in find_similar(query, index=index, among=among, limit=limit)]
