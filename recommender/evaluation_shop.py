"""Photos as the shop takes them in, for its evaluation: a product whole, a shopper's photo by its largest garment."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from recommender.from_photo import embed_garments, main_garment
from recommender.ports import Embedding, Embeddings, ImageEncoder, Pixels
from segmentation.evaluation import skin_group
from segmentation.garments import whole_photo
from segmentation.labels import LabelSet
from segmentation.ports import Segmentation, Segmenter
from storage.errors import BadImage
from storage.images import ImageLimits, read_picture

Item = TypeVar("Item")


@dataclass(frozen=True)
class UserPhotoSeen:
    """A shopper's photo: its vector, how sure the segmenter is of its garment, and how light the skin in it is.

    garment_confidence: 0 to 1, 0 where the whole photo stands for it; skin: a group of SKIN_GROUPS, None: too little.
    """

    vector: Embedding
    garment_confidence: float
    skin: str | None


@dataclass(frozen=True)
class Taken(Generic[Item]):
    """Items whose picture could be read, and their vectors, float32 (n, dim)."""

    items: list[Item]
    vectors: Embeddings


@dataclass
class Intake:
    """Reads and embeds pictures; remembers the unreadable ones."""

    encoder: ImageEncoder
    segmenter: Segmenter
    unreadable: list[str] = field(default_factory=list)

    def read(self, path: Path) -> Pixels | None:
        """Return a picture's pixels; None, and a line in `unreadable`, when it cannot be read."""
        try:
            return read_picture(path.read_bytes(), limits=ImageLimits(working_side_pixels=0))
        except (BadImage, OSError) as error:
            self.unreadable.append(f"{path}: {error}")
            return None

    def product(self, pixels: Pixels) -> Embedding:
        """Return the vector of a catalogue picture, which is taken whole."""
        return embed_garments(pixels, [whole_photo(pixels)], self.encoder).garments[0].embedding

    def user_photo(self, pixels: Pixels) -> UserPhotoSeen:
        """Return a shopper's photo by its largest garment."""
        seeing = _Seeing(self.segmenter)
        largest = embed_garments(pixels, main_garment(pixels, seeing), self.encoder).garments[0]
        return UserPhotoSeen(largest.embedding, largest.confidence, skin_group(pixels, seeing.skin()))

    def products(self, items: Iterable[Item], picture_of: Callable[[Item], Path]) -> Taken[Item]:
        """Return the vectors of catalogue pictures."""
        kept, rows = [], []
        for item, pixels in self._readable(items, picture_of):
            kept.append(item)
            rows.append(self.product(pixels))
        return Taken(kept, np.stack(rows) if rows else np.empty((0, self.encoder.identity.dim), np.float32))

    def queries(
        self, items: Iterable[Item], picture_of: Callable[[Item], Path]
    ) -> Iterator[tuple[Item, UserPhotoSeen]]:
        """Yield each readable photo as a shopper's."""
        for item, pixels in self._readable(items, picture_of):
            yield item, self.user_photo(pixels)

    def _readable(self, items: Iterable[Item], picture_of: Callable[[Item], Path]) -> Iterator[tuple[Item, Pixels]]:
        for item in items:
            pixels = self.read(picture_of(item))
            if pixels is not None:
                yield item, pixels


class _Seeing:
    """A segmenter that remembers where it saw skin last."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._last: Segmentation | None = None

    @property
    def label_set(self) -> LabelSet:
        return self._segmenter.label_set

    @property
    def model_id(self) -> str:
        return self._segmenter.model_id

    def segment(self, photo: Pixels) -> Segmentation:
        self._last = self._segmenter.segment(photo)
        return self._last

    def skin(self) -> NDArray[np.bool_]:
        if self._last is None or "skin" not in self.label_set.names:
            return np.zeros((1, 1), bool)
        skin: NDArray[np.bool_] = self._last.class_ids == self.label_set.id_of("skin")
        return skin
