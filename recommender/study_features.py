"""What the classification study looks at: each part of a product's words and photo as rows of numbers, timed."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.ports import ImageEncoder, Pixels
from recommender.softmax_head import Rows
from recommender.study_sets import StudyProduct
from recommender.study_words import WordCounts
from storage.errors import BadImage
from storage.images import ImageLimits, read_picture

TEXT_PARTS, IMAGE_PARTS = ("words", "sentences"), ("encoder", "imagenet")
PARTS_OF = {"text": TEXT_PARTS, "image": IMAGE_PARTS, "both": (*TEXT_PARTS, *IMAGE_PARTS, "joined")}
"""Model -> the parts that it looks at; joined: the rows of all other parts, concatenated."""

_PHOTOS_AT_ONCE = 16
_JOINED_WEIGHTS = {"words": 0.7, "sentences": 0.55, "imagenet": 0.45}


class SentenceReader(Protocol):
    """Turns sentences into vectors."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row a text, in order."""
        ...


class GeneralImageReader(Protocol):
    """Turns photos into features of general networks, not of this shop's."""

    def encode(self, photos: Sequence[Pixels]) -> list[NDArray[np.float32]]:
        """Return for each network one row a photo, none of the numbers below 0."""
        ...


@dataclass(frozen=True)
class StudyReaders:
    """What reads the products; what is not installed is None, and `notes` say how to get it."""

    image_encoder: ImageEncoder
    sentences: SentenceReader | None = None
    imagenet: GeneralImageReader | None = None
    notes: tuple[str, ...] = ()


@dataclass
class StudyFeatures:
    """The parts that there are, for all products; what each took; and notes of what is missing and how to get it.

    blocks: part -> its networks' rows, float32 (n, d) each; a product without the input is a row of zeros.
    """

    words: WordCounts | None = None
    blocks: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that there are, in the order of the models."""
        found = [*(["words"] if self.words else []), *self.blocks]
        joined = ["joined"] if {"words", "imagenet"} <= set(found) else []
        return tuple(part for part in PARTS_OF["both"] if part in (*found, *joined))

    def of(self, model: str) -> tuple[str, ...]:
        """Return the parts that a model (text, image, both) looks at here; none when its input is missing."""
        return tuple(part for part in PARTS_OF[model] if part in self.parts)

    def rows(self, part: str, known: NDArray[np.int64]) -> Rows:
        """Return a row a product, at most unit length, centred and weighed by the products `known` alone."""
        if part == "joined":
            from scipy.sparse import csr_matrix, hstack

            weights = {one: weight for one, weight in _JOINED_WEIGHTS.items() if one in self.parts}
            return hstack([csr_matrix(self.rows(one, known)) * by for one, by in weights.items()], format="csr")
        if part == "words":
            assert self.words is not None
            return self.words.weighed(known)
        blocks = [_scaled(block, known, spread=part != "sentences") for block in self.blocks[part]]
        return np.hstack(blocks) / np.sqrt(len(blocks))


def study_features(
    products: Sequence[StudyProduct], readers: StudyReaders, on_progress: Callable[[int, int], None]
) -> StudyFeatures:
    """Return every part that can be had of these products: what is not installed is named in the notes."""
    found = StudyFeatures(notes=list(readers.notes))
    _read_words(products, readers.sentences, found)
    _read_photos(products, readers, found, on_progress)
    return found


def words_again(products: Sequence[StudyProduct], readers: StudyReaders, seen: StudyFeatures) -> StudyFeatures:
    """Return the features of the same products with other words: what was seen in the photos is kept."""
    blocks = {part: rows for part, rows in seen.blocks.items() if part in IMAGE_PARTS}
    found = StudyFeatures(None, blocks, {part: seen.seconds[part] for part in blocks})
    _read_words(products, readers.sentences, found)
    return found


def _read_words(products: Sequence[StudyProduct], sentences: SentenceReader | None, found: StudyFeatures) -> None:
    listings = [product.listing for product in products]
    if not any(listing.has_words for listing in listings):
        found.notes.append("no product has words: there is no text model")
        return
    with _timed(found, "words"):
        found.words = WordCounts.of(listings)
    if sentences is None:
        return
    with _timed(found, "sentences"):
        titles = sentences.encode([listing.title or listing.description for listing in listings])
        said = any(listing.description for listing in listings)
        whole = sentences.encode([f"{one.title}. {one.description}" for one in listings]) if said else titles
        absent = np.array([not listing.has_words for listing in listings])
        titles[absent] = whole[absent] = 0
        found.blocks["sentences"] = [titles, whole] if said else [titles]


def _read_photos(
    products: Sequence[StudyProduct],
    readers: StudyReaders,
    found: StudyFeatures,
    on_progress: Callable[[int, int], None],
) -> None:
    if not any(product.photo for product in products):
        found.notes.append("no product has a photo: there is no image model")
        return
    count, seconds = len(products), {"encoder": 0.0, "imagenet": 0.0}
    encoded = np.zeros((count, readers.image_encoder.identity.dim), np.float32)
    general: list[NDArray[np.float32]] = []
    for start in range(0, count, _PHOTOS_AT_ONCE):
        on_progress(start, count)
        rows, photos = _pixels(products, start, found)
        if not rows:
            continue
        begun = time.perf_counter()
        encoded[rows] = readers.image_encoder.encode_images(photos)
        seconds["encoder"] += time.perf_counter() - begun
        if readers.imagenet is not None:
            begun = time.perf_counter()
            seen = readers.imagenet.encode(photos)
            general = general or [np.zeros((count, new.shape[1]), np.float32) for new in seen]
            for kept, new in zip(general, seen, strict=True):
                kept[rows] = new
            seconds["imagenet"] += time.perf_counter() - begun
    on_progress(count, count)
    found.blocks["encoder"] = [encoded]
    if general:
        found.blocks["imagenet"] = general
    found.seconds |= {part: spent for part, spent in seconds.items() if part in found.blocks}


def _pixels(products: Sequence[StudyProduct], start: int, found: StudyFeatures) -> tuple[list[int], list[Pixels]]:
    rows, photos = [], []
    for row, product in enumerate(products[start : start + _PHOTOS_AT_ONCE], start=start):
        if product.photo is None:
            continue
        try:
            photos.append(read_picture(product.photo.read_bytes(), limits=ImageLimits(working_side_pixels=512)))
            rows.append(row)
        except (BadImage, OSError) as error:
            found.notes.append(f"{product.photo} cannot be read, as if it had no photo: {error}")
    return rows, photos


def _scaled(block: NDArray[np.float32], known: NDArray[np.int64], *, spread: bool) -> NDArray[np.float32]:
    """Return the block centred, with `spread` each number by its standard deviation, every row of unit length."""
    there = np.any(block, axis=1)
    taught = block[known][there[known]]
    if not len(taught):
        return np.zeros_like(block)
    scaled = block - taught.mean(axis=0)
    if spread:
        scaled /= taught.std(axis=0) + 1e-6
    scaled[~there] = 0
    found: NDArray[np.float32] = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-9)
    return found


@contextmanager
def _timed(found: StudyFeatures, part: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    found.seconds[part] = time.perf_counter() - begun
