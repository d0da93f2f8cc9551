"""The store of embeddings: computed once, kept by content hash and encoder."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from recommender.models import ImageEmbedding
from recommender.ports import Embedding, EncoderIdentity
from storage.database import db

_HASHES_A_QUERY = 500
_STORED = np.dtype("<f4")


def stored_embeddings(content_hashes: Iterable[str], encoder: EncoderIdentity) -> dict[str, Embedding]:
    """Return the embeddings that are kept for these pictures under this encoder; the others are left out."""
    wanted = sorted(set(content_hashes))
    found: dict[str, Embedding] = {}
    for start in range(0, len(wanted), _HASHES_A_QUERY):
        rows = db.session.execute(
            select(ImageEmbedding.content_hash, ImageEmbedding.vector)
            .filter_by(encoder_id=encoder.encoder_id, revision=encoder.revision)
            .where(ImageEmbedding.content_hash.in_(wanted[start : start + _HASHES_A_QUERY]))
        )
        found.update((content_hash, _unpacked(vector)) for content_hash, vector in rows)
    return found


def store_embeddings(vectors: Mapping[str, Embedding], encoder: EncoderIdentity) -> None:
    """Keep embeddings by content hash; flushes, does not commit."""
    for content_hash, vector in vectors.items():
        db.session.merge(
            ImageEmbedding(
                content_hash=content_hash,
                encoder_id=encoder.encoder_id,
                revision=encoder.revision,
                vector=np.asarray(vector, _STORED).tobytes(),
            )
        )
    db.session.flush()


def _unpacked(vector: bytes) -> NDArray[np.float32]:
    return np.frombuffer(vector, _STORED).astype(np.float32)
