"""What the pages and the API share: words -> products."""

from catalog.products import ProductFilter
from recommender.similar import Match, Query, QueryKind, find_similar
from webapp.wiring import serving

MAX_WORDS_CHARACTERS = 200


def matches_of_words(words: str, wanted: ProductFilter, *, limit: int) -> list[Match]:
    """Return the products that the words (French or English) describe best, best first."""
    encoder = serving().text_encoder
    embedding = encoder.encode_texts([words[:MAX_WORDS_CHARACTERS]])[0]
    query = Query(embedding, encoder.identity, QueryKind.WORDS)
    return find_similar(query, index=serving().index, wanted=wanted, limit=limit)
