"""The TF-IDF words of the classification study: counted once, weighed anew by what each training side knows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.listings import Listing
from recommender.softmax_head import Rows


@dataclass(frozen=True)
class _Source:
    """One kind of words: its analyser, and the products that must have a term for it to count."""

    title_only: bool
    analyzer: str
    lengths: tuple[int, int]
    fewest: int


_SOURCES = (
    _Source(title_only=False, analyzer="word", lengths=(1, 2), fewest=2),
    _Source(title_only=False, analyzer="char_wb", lengths=(3, 5), fewest=2),
    _Source(title_only=True, analyzer="word", lengths=(1, 1), fewest=1),
    _Source(title_only=True, analyzer="char_wb", lengths=(3, 5), fewest=1),
)


@dataclass(frozen=True)
class WordCounts:
    """How often each term stands in each text, sparse, a matrix a source; knows nothing but the texts themselves."""

    sources: tuple[Rows, ...]

    @classmethod
    def of(cls, listings: Sequence[Listing]) -> "WordCounts":
        """Count the words of title and description, and of the title alone, whole and in pieces."""
        return cls(tuple(_counted(listings, source) for source in _SOURCES))

    def weighed(self, known: NDArray[np.int64]) -> Rows:
        """Return TF-IDF rows of all listings, float32, of unit length, with weights from the rows `known` alone.

        A listing without words is a row of zeros.

        A term that `known` lacks counts nowhere, as if the vocabulary were made from `known`.
        """
        from scipy.sparse import hstack
        from sklearn.preprocessing import normalize

        parts = [
            normalize(_weighed(counts, known, source.fewest))
            for counts, source in zip(self.sources, _SOURCES, strict=True)
        ]
        return normalize(hstack(parts, format="csr", dtype=np.float32))


def _counted(listings: Sequence[Listing], source: _Source) -> Rows:
    from sklearn.feature_extraction.text import CountVectorizer

    texts = [_text(listing, source) for listing in listings]
    counter = CountVectorizer(
        analyzer=source.analyzer, ngram_range=source.lengths, strip_accents="unicode", dtype=np.float32
    )
    try:
        return counter.fit_transform(texts)
    except ValueError:
        # scikit-learn's word for texts without any word.
        from scipy.sparse import csr_matrix

        return csr_matrix((len(texts), 1), dtype=np.float32)


def _text(listing: Listing, source: _Source) -> str:
    if source.title_only or not listing.has_words:
        # The full stop between two texts that are not there would make all such products near-duplicates.
        return listing.title or listing.description
    return f"{listing.title}. {listing.description}"


def _weighed(counts: Rows, known: NDArray[np.int64], fewest: int) -> Rows:
    """Sub-linear term frequency times smooth inverse document frequency, as scikit-learn's TfidfTransformer."""
    from scipy.sparse import diags

    having = np.asarray((counts[known] > 0).sum(axis=0)).ravel()
    rarity = np.where(having >= fewest, np.log((1 + len(known)) / (1 + having)) + 1, 0).astype(np.float32)
    weighed = counts.copy()
    weighed.data = 1 + np.log(weighed.data)
    return weighed @ diags(rarity)
