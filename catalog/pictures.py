"""A product's pictures: from a file or bytes to stored JPEGs under the name of their content."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from catalog.history import pictures_on_record
from catalog.models import ProductImage, full_key, thumb_key
from storage.blobs import BlobStore
from storage.database import db
from storage.images import ImageLimits, encode_jpeg, read_picture, shrink

FULL_SIDE_PIXELS = 1000
THUMB_SIDE_PIXELS = 400


@dataclass(frozen=True)
class StoredPicture:
    """A picture whose two JPEGs are in the blob store; width and height are the full one's, in pixels."""

    content_hash: str
    width: int
    height: int

    @property
    def blob_key(self) -> str:
        return full_key(self.content_hash)


def store_picture(content: bytes, *, blobs: BlobStore) -> StoredPicture:
    """Decode a picture, store it at most 1000 pixels wide or high, and at most 400; it is never enlarged.

    Raises BadImage, whose words say how to mend the file; then nothing is stored.
    """
    pixels = read_picture(content, limits=ImageLimits(working_side_pixels=FULL_SIDE_PIXELS))
    full = encode_jpeg(pixels)
    content_hash = hashlib.sha256(full).hexdigest()
    height, width = pixels.shape[:2]
    if not blobs.has(full_key(content_hash)):
        fits = max(width, height) <= THUMB_SIDE_PIXELS
        thumb = full if fits else encode_jpeg(shrink(pixels, side_pixels=THUMB_SIDE_PIXELS))
        # The full one last: where it is, both are.
        blobs.put(thumb_key(content_hash), thumb)
        blobs.put(full_key(content_hash), full)
    return StoredPicture(content_hash, width, height)


def sweep_pictures(blobs: BlobStore) -> int:
    """Delete the stored pictures that no product has any more and no undo brings back; return how many there were.

    Not to be run beside an import: it stores pictures before the products that need them.
    """
    needed = set(db.session.scalars(select(ProductImage.content_hash).distinct())) | pictures_on_record()
    orphans = [key for key in _stored_keys(blobs) if key.split("/")[1] not in needed]
    for key in orphans:
        blobs.delete(key)
    return len({key.split("/")[1] for key in orphans})


def _stored_keys(blobs: BlobStore) -> Iterator[str]:
    return (key for key in list(blobs.keys("products")) if key.count("/") == 2)
