"""In-memory doubles of ports; each passes the same contract suite as the real adapter."""

import numpy as np
from numpy.typing import NDArray

from recommender.errors import IndexBuiltWithAnotherEncoder, IndexMissing
from recommender.ports import Embedding, Embeddings, EncoderIdentity, IndexManifest, Neighbour
from storage.database import now


class InMemoryIndex:
    """`VectorIndex` by brute force."""

    def __init__(self) -> None:
        self._rows: dict[int, Embedding] = {}
        self._encoder: EncoderIdentity | None = None

    @property
    def manifest(self) -> IndexManifest:
        if self._encoder is None:
            raise IndexMissing("memory")
        return IndexManifest(self._encoder, len(self._rows), now())

    def row_ids(self) -> NDArray[np.int64]:
        return np.array(sorted(self._rows), np.int64)

    def apply(self, *, add_ids: NDArray[np.int64], add_vectors: Embeddings, remove_ids: NDArray[np.int64]) -> None:
        if len(add_ids):
            self._check(add_vectors.shape[1])
        for row_id in remove_ids:
            self._rows.pop(int(row_id), None)
        self._rows.update(zip(add_ids.tolist(), add_vectors, strict=True))

    def replace_all(self, *, ids: NDArray[np.int64], vectors: Embeddings, encoder: EncoderIdentity) -> None:
        self._encoder = encoder
        self._rows = dict(zip(ids.tolist(), vectors, strict=True))

    def search(self, query: Embedding, *, limit: int, among: NDArray[np.int64] | None = None) -> list[Neighbour]:
        self._check(len(query))
        allowed = self._rows.keys() if among is None else self._rows.keys() & set(among.tolist())
        found = [Neighbour(row_id, float(self._rows[row_id] @ query)) for row_id in allowed]
        return sorted(found, key=lambda near: (-near.similarity, near.row_id))[:limit]

    def _check(self, dim: int) -> None:
        if dim != self.manifest.encoder.dim:
            raise IndexBuiltWithAnotherEncoder(self.manifest.encoder.dim, dim)
