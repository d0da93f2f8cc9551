"""What the pages and the API share: words -> products."""

from catalog.products import ProductFilter
from recommender.similar import Match, find_similar
from webapp.wiring import wiring

MAX_WORDS_CHARACTERS = 200


def matches_of_words(words: str, wanted: ProductFilter, *, limit: int) -> list[Match]:
    """Return the products that the words (French or English) describe best, best first."""
    encoder = wiring().text_encoder
    query = encoder.encode_texts([words[:MAX_WORDS_CHARACTERS]])[0]
    return find_similar(query, encoder=encoder.identity, index=wiring().index, wanted=wanted, limit=limit)
