"""Keeps the vector index equal to the catalogue: the import, the start-up repair and a rebuild are one use case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from catalog.products import LiveImage, live_images
from recommender.embeddings import store_embeddings, stored_embeddings
from recommender.errors import IndexDamaged, IndexMissing, PicturesUnreadable
from recommender.ports import Embedding, EncoderIdentity, ImageEncoder, VectorIndex
from storage.blobs import BlobStore
from storage.database import db
from storage.errors import BadImage, BlobNotFound
from storage.images import Pixels, read_picture

MOST_UNREADABLE = 0.1
"""Of the pictures: with more, it is the store that is out of reach, and a rebuild does not swap its ruin in."""
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
    unreadable: tuple[int, ...] = ()
    """Ids of pictures that have no row, since their file is gone or damaged."""


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
    """Embed what is new, then change the index in one step; commits embeddings batch by batch, so a run can resume.

    A picture whose file is gone or damaged gets no row, and keeps no other from its own. A rebuild that is stopped, or
    fails, leaves an index that can be read as it was. Raises PicturesUnreadable.
    """
    difference = index_difference(index, encoder.identity, rebuild=rebuild)
    if not difference:
        return IndexReport(0, 0, 0, index.manifest.rows, finished=True)
    work = _Embedding(encoder, pictures, on_progress, should_stop)
    vectors = work.vectors_of(difference.missing)
    reused = sum(picture.content_hash in vectors.keys() - work.fresh for picture in difference.missing)
    while difference.rebuild and work.finished and difference.missing != (latest := _live()):
        # A rebuild may take hours: what was imported meanwhile is in the old index and must be in the new one.
        difference = replace(difference, missing=latest)
        vectors = work.vectors_of(latest)
    unreadable = tuple(one.image_id for one in difference.missing if one.content_hash in work.unreadable)
    if difference.rebuild and len(unreadable) > MOST_UNREADABLE * len(difference.missing) and _readable(index):
        raise PicturesUnreadable(len(unreadable), len(difference.missing))
    if work.finished or not (difference.rebuild and _readable(index)):
        _change(index, difference, vectors, encoder.identity)
    if difference.rebuild and work.finished:
        # What came in between the last look at the catalogue and the swap went to the index of before.
        synchronise_index(index, encoder, pictures)
    return IndexReport(
        len(work.fresh), reused, len(difference.surplus_ids), index.manifest.rows, work.finished, unreadable
    )


class _Embedding:
    """The embedding of one run: `fresh` holds what it embedded, `unreadable` what it could not (content hashes).

    `finished` is False once it was stopped.
    """

    def __init__(
        self, encoder: ImageEncoder, pictures: BlobStore, on_progress: Progress, should_stop: Callable[[], bool]
    ) -> None:
        self._encoder = encoder
        self._pictures = pictures
        self._on_progress = on_progress
        self._should_stop = should_stop
        self.fresh: set[str] = set()
        self.unreadable: set[str] = set()
        self.finished = True

    def vectors_of(self, pictures: Sequence[LiveImage]) -> dict[str, Embedding]:
        """Return an embedding by content hash, of fewer pictures when the run is stopped; commits batch by batch."""
        vectors = stored_embeddings([picture.content_hash for picture in pictures], self._encoder.identity)
        known = vectors.keys() | self.unreadable
        to_embed = list({p.content_hash: p for p in pictures if p.content_hash not in known}.values())
        self._on_progress(0, len(to_embed))
        for start in range(0, len(to_embed), _PICTURES_A_BATCH):
            if self._should_stop():
                self.finished = False
                break
            batch = to_embed[start : start + _PICTURES_A_BATCH]
            vectors |= self._embed(batch)
            self._on_progress(start + len(batch), len(to_embed))
        return vectors

    def _embed(self, batch: Sequence[LiveImage]) -> dict[str, Embedding]:
        images = {picture.content_hash: self._read(picture) for picture in batch}
        readable = {content_hash: pixels for content_hash, pixels in images.items() if pixels is not None}
        self.unreadable |= images.keys() - readable.keys()
        if not readable:
            return {}
        fresh = dict(zip(readable, self._encoder.encode_images(list(readable.values())), strict=True))
        store_embeddings(fresh, self._encoder.identity)
        db.session.commit()
        self.fresh |= fresh.keys()
        return fresh

    def _read(self, picture: LiveImage) -> Pixels | None:
        """Return a picture; None when its file is gone or damaged, which the report says."""
        try:
            return read_picture(self._pictures.get(picture.blob_key))
        except (BadImage, BlobNotFound):
            return None


def _live() -> tuple[LiveImage, ...]:
    """Return the catalogue's pictures as they are now, not as this transaction first saw them."""
    db.session.commit()
    return tuple(live_images())


def _readable(index: VectorIndex) -> bool:
    try:
        index.row_ids()
    except (IndexMissing, IndexDamaged):
        return False
    return True


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
