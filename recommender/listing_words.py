"""What a listing says -> TF-IDF features of words and of pieces of words."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recommender.listings import Listing

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

_SOURCES = ("words", "title", "pieces")
_MOST_FEATURES = 30_000
_WEIGHTS = {"words": 0.6, "title": 0.5, "pieces": 0.6}
"""Of the three parts beside each other; title and description together, the title alone, and pieces of its words."""


class ListingWords:
    """TF-IDF with sub-linear counts: words and pairs of title and description, words of the title, pieces of it.

    The parts are of unit length each and weighted; a listing without words is a row of zeros.
    """

    def __init__(self, vectorizers: dict[str, "TfidfVectorizer"]) -> None:
        self._vectorizers = vectorizers

    @classmethod
    def fit(cls, listings: Sequence[Listing]) -> "ListingWords":
        """Return the features of these listings' words."""
        # One word more: scikit-learn refuses a vocabulary without any, which photos alone would have.
        texts = [*(listing for listing in listings if listing.has_words), Listing(title="product")]
        return cls({source: _vectorizer(source).fit([_text(one, source) for one in texts]) for source in _SOURCES})

    def rows(self, listings: Sequence[Listing]) -> "csr_matrix":
        """Return one row a listing, float32, sparse, length at most 1."""
        from scipy.sparse import hstack

        parts = [
            self._vectorizers[source].transform([_text(listing, source) for listing in listings]) * _WEIGHTS[source]
            for source in _SOURCES
        ]
        return hstack(parts, format="csr", dtype=np.float32)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return arrays from which `of_state` makes the same features."""
        kept: dict[str, NDArray[Any]] = {}
        for source, vectorizer in self._vectorizers.items():
            terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            kept[f"{source}_terms"] = np.frombuffer(json.dumps(terms, ensure_ascii=False).encode(), np.uint8)
            kept[f"{source}_idf"] = vectorizer.idf_.astype(np.float32)
        return kept

    @classmethod
    def of_state(cls, kept: Any) -> "ListingWords":
        """Return the features of a `state`. Raises KeyError or ValueError when it is not one."""
        vectorizers = {}
        for source in _SOURCES:
            terms = json.loads(kept[f"{source}_terms"].tobytes())
            vectorizer = _vectorizer(source).set_params(vocabulary={term: row for row, term in enumerate(terms)})
            vectorizer.idf_ = kept[f"{source}_idf"]
            vectorizers[source] = vectorizer
        return cls(vectorizers)


def _text(listing: Listing, source: str) -> str:
    return f"{listing.title}. {listing.description}" if source == "words" else listing.title or listing.description


def _vectorizer(source: str) -> "TfidfVectorizer":
    from sklearn.feature_extraction.text import TfidfVectorizer

    kinds: dict[str, dict[str, Any]] = {
        "words": {"ngram_range": (1, 2)},
        "title": {"ngram_range": (1, 2)},
        "pieces": {"analyzer": "char_wb", "ngram_range": (3, 5)},
    }
    return TfidfVectorizer(
        sublinear_tf=True, strip_accents="unicode", max_features=_MOST_FEATURES, dtype=np.float32, **kinds[source]
    )
