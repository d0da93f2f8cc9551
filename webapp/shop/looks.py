"""The drawn looks on the front page, to try the shop with one tap."""

import json
from dataclasses import dataclass

from storage.blobs import BlobStore
from storage.errors import BlobNotFound

LOOKS_FOLDER = "looks"
_LIST = f"{LOOKS_FOLDER}/looks.json"


@dataclass(frozen=True)
class LookOnOffer:
    """A drawn figure: its address part and its name by language."""

    slug: str
    titles: dict[str, str]

    @property
    def picture_key(self) -> str:
        return f"{LOOKS_FOLDER}/{self.slug}.jpg"


def offer_look(blobs: BlobStore, look: LookOnOffer, picture: bytes) -> None:
    """Put a look's picture and name where the front page finds them; the same slug replaces."""
    others = [other for other in looks_on_offer(blobs) if other.slug != look.slug]
    blobs.put(look.picture_key, picture)
    listed = [{"slug": one.slug, "titles": one.titles} for one in [*others, look]]
    blobs.put(_LIST, json.dumps(listed, ensure_ascii=False).encode())


def looks_on_offer(blobs: BlobStore) -> list[LookOnOffer]:
    """Return the looks in the order in which they were offered; none outside the demo shop."""
    try:
        listed = json.loads(blobs.get(_LIST))
    except BlobNotFound:
        return []
    return [LookOnOffer(one["slug"], one["titles"]) for one in listed]
