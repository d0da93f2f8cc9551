"""Listings that are copies of each other: they stand on one side whenever a model is judged."""

import numpy as np
from numpy.typing import NDArray

from recommender.ports import Embeddings
from recommender.softmax_head import Rows

_ROWS_AT_ONCE = 512


def duplicate_groups(
    words: Rows, photos: Embeddings | None, *, min_words_cosine: float = 0.9, min_photo_cosine: float = 0.98
) -> NDArray[np.int64]:
    """Return a group number for each row; two of one group are near-duplicates, or linked by a chain of them.

    words: rows of ListingWords, any length (0 is no word); photos: unit rows, zeros where there is no photo.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = [_pairs(_unit(words), min_words_cosine)]
    if photos is not None:
        pairs.append(_pairs(photos, min_photo_cosine))
    left, right = np.hstack(pairs)
    links = coo_matrix((np.ones(len(left), bool), (left, right)), shape=(words.shape[0], words.shape[0]))
    groups: NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return groups


def _unit(rows: Rows) -> Rows:
    from sklearn.preprocessing import normalize

    return normalize(rows)


def _pairs(rows: Rows, least: float) -> NDArray[np.int64]:
    """Return the pairs of rows at least so similar, shape (2, pairs)."""
    found = []
    for start in range(0, rows.shape[0], _ROWS_AT_ONCE):
        near = rows[start : start + _ROWS_AT_ONCE] @ rows.T
        near = near.toarray() if hasattr(near, "toarray") else near
        left, right = np.nonzero(near >= least)
        found.append(np.stack([left + start, right]))
    return np.hstack(found) if found else np.empty((2, 0), np.int64)
