"""What a search is called in what people say of its matches: an id that tells nothing of what was looked for."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from recommender.from_photo import MAX_GARMENTS


class AskedBy(StrEnum):
    """What a shopper looked with."""

    PHOTO = "photo"
    WORDS = "words"


@dataclass(frozen=True)
class SearchId:
    """One search: for a garment of a photo, or for words."""

    kind: AskedBy
    id: str
    """32 hexadecimal digits."""


def search_of_garment(photo_id: str, number: int) -> SearchId:
    """Return the id of the search for a photo's garment: the same each time, and no way back to the photo."""
    hashed = hashlib.blake2s(f"{photo_id}/{number}".encode(), digest_size=16, person=b"search")
    return SearchId(AskedBy.PHOTO, hashed.hexdigest())


def new_search_of_words() -> SearchId:
    """Return the id of a new search for words: random, so that the same words leave no trace of being the same."""
    return SearchId(AskedBy.WORDS, secrets.token_hex(16))


def ids_of_photo(photo_id: str) -> list[str]:
    """Return the ids of all searches that a photo can be behind."""
    return [search_of_garment(photo_id, number).id for number in range(MAX_GARMENTS)]
