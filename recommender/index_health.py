"""How the vector index is: what it lacks, what it holds in vain, how large it is and how fast it answers."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from catalog.products import matching_image_ids
from recommender.errors import IndexDamaged, IndexMissing
from recommender.models import ImageEmbedding
from recommender.ports import IndexManifest, VectorIndex
from storage.database import db

_SEARCHES = 50
_LIMIT = 24


@dataclass(frozen=True)
class IndexBuild:
    """One index on disk."""

    manifest: IndexManifest
    size_bytes: int


@dataclass(frozen=True)
class Coverage:
    """The index beside the catalogue's pictures on sale."""

    pictures: int
    rows: int
    waiting_ids: NDArray[np.int64]
    """Pictures on sale that no search finds yet, ascending."""
    stale: int
    """Rows of pictures that are not on sale any more; they are never shown, and the next update removes them."""

    @property
    def is_complete(self) -> bool:
        return not len(self.waiting_ids) and not self.stale


@dataclass(frozen=True)
class Latency:
    """How long searches took just now, in milliseconds."""

    searches: int
    median: float
    slowest_of_twenty: float
    """The 95th percentile."""


def coverage_of(index: VectorIndex) -> Coverage:
    """Compare the index with the catalogue; one that is absent or damaged has no rows."""
    on_sale = matching_image_ids()
    try:
        rows = index.row_ids()
    except (IndexMissing, IndexDamaged):
        rows = np.empty(0, np.int64)
    waiting = np.setdiff1d(on_sale, rows, assume_unique=True)
    return Coverage(len(on_sale), len(rows), waiting, len(np.setdiff1d(rows, on_sale, assume_unique=True)))


def measure_latency(index: VectorIndex, *, seconds: float = 0.3) -> Latency:
    """Search for random directions until the time is up, 50 times at most. Raises IndexMissing, IndexDamaged."""
    directions = np.random.default_rng(0).standard_normal((_SEARCHES + 1, index.manifest.encoder.dim))
    queries = (directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype(np.float32)
    # The first one may load the index from the disk.
    index.search(queries[0], limit=_LIMIT)
    until, taken = time.perf_counter() + seconds, list[float]()
    for query in queries[1:]:
        begun = time.perf_counter()
        index.search(query, limit=_LIMIT)
        taken.append(1000 * (time.perf_counter() - begun))
        if time.perf_counter() > until:
            break
    return Latency(len(taken), float(np.median(taken)), float(np.percentile(taken, 95)))


def stored_by_encoder() -> dict[str, int]:
    """Return how many embeddings are kept of each encoder: what a rebuild with it need not compute again."""
    counts = select(ImageEmbedding.encoder_id, func.count()).group_by(ImageEmbedding.encoder_id)
    return {row[0]: row[1] for row in db.session.execute(counts.order_by(ImageEmbedding.encoder_id))}
