"""Keeps the vector index equal to the catalogue: the import, the start-up repair and a rebuild are one use case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.products import LiveImage, live_images
from recommender.embeddings import store_embeddings, stored_embeddings
from recommender.errors import IndexDamaged, IndexMissing
from recommender.ports import Embedding, EncoderIdentity, ImageEncoder, VectorIndex
from storage.blobs import BlobStore
from storage.database import db
from storage.images import read_picture

_PICTURES_A_BATCH = 16

Progress = Callable[[int, int], None]
"""Called with (pictures embedded, pictures to embed)."""


@dataclass(frozen=True)
class IndexDifference:
    """What must change in the index so that it holds the catalogue's pictures and nothing else."""

    missing: tuple[LiveImage, ...]
    surplus_ids: NDArray[np.int64]
    rebuild: bool
    """The index is absent, damaged, or from another encoder: all rows are written anew."""

    def __bool__(self) -> bool:
        return self.rebuild or bool(self.missing) or len(self.surplus_ids) > 0


@dataclass(frozen=True)
class IndexReport:
    """What one run did, in pictures."""

    embedded: int
    reused: int
    removed: int
    rows: int
    finished: bool
    """False when the run was stopped: the index holds what was embedded so far."""


def index_difference(index: VectorIndex, encoder: EncoderIdentity, *, rebuild: bool = False) -> IndexDifference:
    """Compare the index with the catalogue in the database."""
    pictures = tuple(live_images())
    try:
        rebuild = rebuild or index.manifest.encoder != encoder
        indexed = index.row_ids()
    except (IndexMissing, IndexDamaged):
        rebuild = True
    if rebuild:
        return IndexDifference(pictures, np.empty(0, np.int64), rebuild=True)
    live_ids = np.array([picture.image_id for picture in pictures], np.int64)
    absent = set(np.setdiff1d(live_ids, indexed).tolist())
    missing = tuple(picture for picture in pictures if picture.image_id in absent)
    return IndexDifference(missing, np.setdiff1d(indexed, live_ids), rebuild=False)


def synchronise_index(
    index: VectorIndex,
    encoder: ImageEncoder,
    pictures: BlobStore,
    *,
    rebuild: bool = False,
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> IndexReport:
    """Embed what is new, then change the index in one step; commits embeddings batch by batch, so a run can resume."""
    difference = index_difference(index, encoder.identity, rebuild=rebuild)
    if not difference:
        return IndexReport(0, 0, 0, index.manifest.rows, finished=True)
    hashes = [picture.content_hash for picture in difference.missing]
    vectors = stored_embeddings(hashes, encoder.identity)
    reused = sum(content_hash in vectors for content_hash in hashes)
    to_embed = list({p.content_hash: p for p in difference.missing if p.content_hash not in vectors}.values())
    embedded = 0
    on_progress(0, len(to_embed))
    for start in range(0, len(to_embed), _PICTURES_A_BATCH):
        if should_stop():
            break
        batch = to_embed[start : start + _PICTURES_A_BATCH]
        fresh = _embed(batch, encoder, pictures)
        store_embeddings(fresh, encoder.identity)
        db.session.commit()
        vectors |= fresh
        embedded += len(fresh)
        on_progress(start + len(batch), len(to_embed))
    _change(index, difference, vectors, encoder.identity)
    finished = embedded == len(to_embed)
    return IndexReport(embedded, reused, len(difference.surplus_ids), index.manifest.rows, finished)


def _embed(batch: Sequence[LiveImage], encoder: ImageEncoder, pictures: BlobStore) -> dict[str, Embedding]:
    images = [read_picture(pictures.get(picture.blob_key)) for picture in batch]
    vectors = encoder.encode_images(images)
    return {picture.content_hash: vector for picture, vector in zip(batch, vectors, strict=True)}


def _change(
    index: VectorIndex, difference: IndexDifference, vectors: dict[str, Embedding], encoder: EncoderIdentity
) -> None:
    ready = [picture for picture in difference.missing if picture.content_hash in vectors]
    ids = np.array([picture.image_id for picture in ready], np.int64)
    rows = [vectors[picture.content_hash] for picture in ready]
    matrix = np.stack(rows) if rows else np.empty((0, encoder.dim), np.float32)
    if difference.rebuild:
        index.replace_all(ids=ids, vectors=matrix, encoder=encoder)
    else:
        index.apply(add_ids=ids, add_vectors=matrix, remove_ids=difference.surplus_ids)
