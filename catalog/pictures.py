"""A product's pictures: from a file or bytes to stored JPEGs under the name of their content."""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from sqlalchemy import select

from catalog.errors import PictureNotUsable
from catalog.feed_pictures import FoundPicture
from catalog.history import pictures_on_record
from catalog.models import PICTURE_FOLDER, ProductImage, cutout_key, full_key, thumb_key
from storage.blobs import BlobStore
from storage.database import db
from storage.images import ImageLimits, Pixels, encode_jpeg, encode_webp, read_picture, shrink

FULL_SIDE_PIXELS = 1000
THUMB_SIDE_PIXELS = 400
_NAME_IN_EXPORTS = re.compile(r"([0-9a-f]{64})\.jpg")

_CONTENT_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredPicture:
    """A picture whose two JPEGs are in the blob store; width and height are the full one's, in pixels."""

    content_hash: str
    width: int
    height: int

    @property
    def blob_key(self) -> str:
        return full_key(self.content_hash)


@dataclass(frozen=True)
class StoredPictures:
    """The shop's own pictures, by the names that its exports give them."""

    blobs: BlobStore

    def find(self, name: str) -> FoundPicture:
        """Return the picture. Raises PictureNotUsable for any other name."""
        match = _NAME_IN_EXPORTS.fullmatch(name)
        if match is None or not self.blobs.has(full_key(match[1])):
            raise PictureNotUsable(name, "the shop has no such picture")
        return FoundPicture(name, (), partial(self.blobs.get, full_key(match[1])), content_hash=match[1])


def name_in_exports(content_hash: str) -> str:
    """Return the name of a picture in the shop's own feeds: it says which one it is."""
    return f"{content_hash}.jpg"


def is_stored_as(picture: FoundPicture, content_hash: str) -> bool:
    """Say whether a feed's picture is this stored one, byte by byte; it is read only when it has its name in exports.

    Raises PictureNotUsable, OSError.
    """
    if picture.content_hash:
        return picture.content_hash == content_hash
    if PurePosixPath(picture.name).name != name_in_exports(content_hash):
        return False
    return hashlib.sha256(picture.read()).hexdigest() == content_hash


def store_picture(content: bytes, *, blobs: BlobStore) -> StoredPicture:
    """Decode a picture, store it at most 1000 pixels wide or high, and at most 400; it is never enlarged.

    One that comes back from an export is the stored one, byte by byte, and stays it.
    Raises BadImage, whose words say how to mend the file; then nothing is stored.
    """
    pixels = read_picture(content, limits=ImageLimits(working_side_pixels=FULL_SIDE_PIXELS))
    content_hash = hashlib.sha256(content).hexdigest()
    full = content if blobs.has(full_key(content_hash)) else encode_jpeg(pixels)
    content_hash = hashlib.sha256(full).hexdigest()
    height, width = pixels.shape[:2]
    if not (blobs.has(full_key(content_hash)) and blobs.has(thumb_key(content_hash))):
        fits = max(width, height) <= THUMB_SIDE_PIXELS
        thumb = full if fits else encode_jpeg(shrink(pixels, side_pixels=THUMB_SIDE_PIXELS))
        # The full one last: where it is, both are.
        blobs.put(thumb_key(content_hash), thumb)
        blobs.put(full_key(content_hash), full)
    return StoredPicture(content_hash, width, height)


def stored_picture(content_hash: str, *, blobs: BlobStore) -> StoredPicture:
    """Return a picture that was stored before, under its content's SHA-256. Raises PictureNotUsable when it is not."""
    if not _CONTENT_HASH.fullmatch(content_hash) or not blobs.has(full_key(content_hash)):
        raise PictureNotUsable(content_hash, "this picture is no longer stored: upload it again")
    height, width = stored_pixels(content_hash, blobs=blobs).shape[:2]
    return StoredPicture(content_hash, width, height)


def stored_pixels(content_hash: str, *, blobs: BlobStore) -> Pixels:
    """Return the full-size picture, uint8 (H, W, 3). Raises BlobNotFound."""
    return read_picture(blobs.get(full_key(content_hash)))


def has_cutout(content_hash: str, *, blobs: BlobStore) -> bool:
    """Say whether a picture's garment was cut out and stored."""
    return blobs.has(cutout_key(content_hash))


def store_cutout(content_hash: str, cutout: Pixels, *, blobs: BlobStore) -> None:
    """Store the garment alone, uint8 (h, w, 4), beside its picture."""
    blobs.put(cutout_key(content_hash), encode_webp(cutout))


def sweep_pictures(blobs: BlobStore, *, shown_elsewhere: Collection[str] = ()) -> int:
    """Delete the stored pictures that no product has any more and no undo brings back; return how many there were.

    shown_elsewhere: keys in the store of files that something else still shows; their pictures stay.

    Not to be run beside an import, or while product forms are open: both store pictures before the products that need
    them. A form whose picture went says so, and asks for it again.
    """
    needed = set(db.session.scalars(select(ProductImage.content_hash).distinct())) | pictures_on_record()
    needed |= {key.split("/")[1] for key in shown_elsewhere}
    orphans = [key for key in _stored_keys(blobs) if key.split("/")[1] not in needed]
    for key in orphans:
        blobs.delete(key)
    return len({key.split("/")[1] for key in orphans})


def _stored_keys(blobs: BlobStore) -> Iterator[str]:
    return (key for key in list(blobs.keys(PICTURE_FOLDER)) if key.count("/") == 2)
