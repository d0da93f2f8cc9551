"""What this package needs from encoders and from a vector index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""An upright sRGB image, uint8, shape (H, W, 3)."""

Embedding = NDArray[np.float32]
"""A unit-length float32 vector, shape (dim,)."""

Embeddings = NDArray[np.float32]
"""Unit-length float32 rows, shape (n, dim)."""


@dataclass(frozen=True)
class EncoderIdentity:
    """Which encoder made a vector; vectors of two identities are never compared."""

    encoder_id: str
    revision: str
    dim: int
    setting: str = field(default="embedded", compare=False)
    """What ENCODER must say to get this encoder again: how to find it, not what it is."""


class ImageEncoder(Protocol):
    """Turns images into embeddings of a space shared with the text encoder of the same identity."""

    @property
    def identity(self) -> EncoderIdentity: ...

    def encode_images(self, images: Sequence[Pixels]) -> Embeddings:
        """Return one row an image, in order; (0, dim) for none. Images may be of any size and of different sizes."""
        ...


class TextEncoder(Protocol):
    """Turns words (English or French) into embeddings of the image encoder's space."""

    @property
    def identity(self) -> EncoderIdentity: ...

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Return one row a text, in order; (0, dim) for none."""
        ...


class AttributeReader(Protocol):
    """Says what a garment is: for each attribute, how probable each of its values is."""

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """Attribute -> the values that it may have, in the order of its probabilities."""
        ...

    def read_probabilities(self, images: Sequence[Pixels]) -> Mapping[str, NDArray[np.float32]]:
        """Return for each attribute one row an image, float32 (n, values), summing to 1; (0, values) for no image."""
        ...


@dataclass(frozen=True)
class IndexManifest:
    """What is in an index file; compared with the encoder in use when the index is loaded."""

    encoder: EncoderIdentity
    rows: int
    built_at: datetime


@dataclass(frozen=True)
class Neighbour:
    """One row of the index near a query; similarity is the cosine, -1 to 1."""

    row_id: int
    similarity: float


class VectorIndex(Protocol):
    """Nearest neighbours by cosine similarity, kept on disk, changed row by row without a rebuild."""

    @property
    def manifest(self) -> IndexManifest: ...

    def row_ids(self) -> NDArray[np.int64]:
        """Return the ids of all rows, ascending."""
        ...

    def apply(self, *, add_ids: NDArray[np.int64], add_vectors: Embeddings, remove_ids: NDArray[np.int64]) -> None:
        """Remove, then add, as one durable change: after a crash the index on disk is the old or the new one.

        An id that is added again replaces its row. Removing an absent id does nothing.
        Raises IndexBuiltWithAnotherEncoder when the vectors' dim differs from the index's.
        """
        ...

    def replace_all(self, *, ids: NDArray[np.int64], vectors: Embeddings, encoder: EncoderIdentity) -> None:
        """Swap the whole index for a new one in one durable step."""
        ...

    def search(self, query: Embedding, *, limit: int, among: NDArray[np.int64] | None = None) -> list[Neighbour]:
        """Return at most `limit` rows, most similar first; only rows of `among` when it is given (exact)."""
        ...
