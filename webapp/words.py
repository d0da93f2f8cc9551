"""What the pages and the API share: words -> products."""

from catalog.products import ProductFilter
from recommender.judging import Answer
from webapp.photo_flow import shelf
from webapp.wiring import serving

MAX_WORDS_CHARACTERS = 200


def matches_of_words(words: str, wanted: ProductFilter, *, limit: int) -> Answer:
    """Return the products that the words (French or English) describe best, best first, and whether they answer."""
    encoder = serving().text_encoder
    embedding = encoder.encode_texts([words[:MAX_WORDS_CHARACTERS]])[0]
    return shelf(wanted).answer_words(words, embedding, encoder.identity, limit=limit)
