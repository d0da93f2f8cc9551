"""Several builds of the index in one folder, one of them active: a new one is made beside it, then swapped in."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from recommender.errors import IndexDamaged, IndexMissing, NoEarlierIndex
from recommender.faiss_index import FaissIndex, read_manifest, sync_folder, write_durably
from recommender.index_health import IndexBuild
from recommender.ports import Embedding, Embeddings, EncoderIdentity, IndexManifest, Neighbour
from storage.database import now

_POINTER = "active.json"
_BUILDS = "builds"

Stamp = tuple[int, int]


@dataclass(frozen=True)
class _Pointer:
    """The names of the build that answers and of the one before it, which a rollback makes active again."""

    active: str
    earlier: str | None


class IndexBuilds:
    """The `VectorIndex` that is active in a folder, for many threads and processes.

    The folder holds `active.json` and `builds/NAME/`, each what `FaissIndex` writes. `replace_all` makes a build beside
    the active one and replaces the pointer last: whoever fails or is killed before that leaves the old build active.
    Other processes see the new one at their next question. The build before the active one is kept for a rollback;
    all others, half-made ones too, go at the next `replace_all`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opening = Lock()
        self._opened: tuple[Stamp, FaissIndex] | None = None

    @property
    def stamp(self) -> Stamp | None:
        """Something that changes whenever another build becomes active; None while there is none."""
        try:
            status = (self._folder / _POINTER).stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def active(self) -> FaissIndex:
        """Return the active build; it stays the same index after a swap. Raises IndexMissing, IndexDamaged."""
        stamp = self.stamp
        if stamp is None:
            raise IndexMissing(self._folder)
        with self._opening:
            if self._opened is None or self._opened[0] != stamp:
                self._opened = stamp, FaissIndex(self._build(self._read_pointer().active))
            return self._opened[1]

    def earlier(self) -> FaissIndex:
        """Return the build that a rollback would make active. Raises NoEarlierIndex, IndexMissing, IndexDamaged."""
        name = self._read_pointer().earlier
        if name is None or not self._build(name).is_dir():
            raise NoEarlierIndex
        return FaissIndex(self._build(name))

    def builds(self) -> tuple[IndexBuild, ...]:
        """Return the active build, then the earlier one; without those that are missing or damaged."""
        pointer = self._pointer_or_none()
        found = []
        for name in (pointer.active, pointer.earlier) if pointer else ():
            with suppress(IndexMissing, IndexDamaged):
                if name:
                    found.append(IndexBuild(read_manifest(self._build(name)), _size_bytes(self._build(name))))
        return tuple(found)

    def roll_back(self) -> None:
        """Make the earlier build active; the active one becomes the earlier one. Raises as `earlier`."""
        with self._changing():
            self.earlier()
            pointer = self._read_pointer()
            assert pointer.earlier is not None
            self._point_to(_Pointer(pointer.earlier, pointer.active))

    @property
    def manifest(self) -> IndexManifest:
        """Raises IndexMissing, IndexDamaged."""
        return self.active().manifest

    def row_ids(self) -> NDArray[np.int64]:
        """Return the ids of all rows, ascending. Raises IndexMissing, IndexDamaged."""
        return self.active().row_ids()

    def apply(self, *, add_ids: NDArray[np.int64], add_vectors: Embeddings, remove_ids: NDArray[np.int64]) -> None:
        """Remove, then add, as one durable change. Raises IndexMissing, IndexDamaged, IndexBuiltWithAnotherEncoder."""
        self.active().apply(add_ids=add_ids, add_vectors=add_vectors, remove_ids=remove_ids)

    def search(self, query: Embedding, *, limit: int, among: NDArray[np.int64] | None = None) -> list[Neighbour]:
        """Return at most `limit` rows, most similar first. Raises IndexMissing, IndexBuiltWithAnotherEncoder."""
        return self.active().search(query, limit=limit, among=among)

    def replace_all(self, *, ids: NDArray[np.int64], vectors: Embeddings, encoder: EncoderIdentity) -> None:
        """Make a new build beside the active one and swap it in, in one durable step."""
        with self._changing():
            before = self._pointer_or_none()
            self._sweep(before)
            name = f"{now():%Y%m%dT%H%M%S%f}-{os.getpid()}"
            try:
                FaissIndex(self._build(name)).replace_all(ids=ids, vectors=vectors, encoder=encoder)
                sync_folder(self._folder / _BUILDS)
                swapped = _Pointer(name, before.active if before else None)
                self._point_to(swapped)
            except BaseException:
                # A full disk should not stay full because of what it had no room for.
                self._sweep(self._pointer_or_none())
                raise
            self._sweep(swapped)

    def _build(self, name: str) -> Path:
        return self._folder / _BUILDS / name

    def _read_pointer(self) -> _Pointer:
        try:
            pointer = _Pointer(**json.loads((self._folder / _POINTER).read_bytes()))
        except FileNotFoundError as error:
            raise IndexMissing(self._folder) from error
        except (ValueError, TypeError) as error:
            raise IndexDamaged(f"{_POINTER} cannot be read") from error
        if not isinstance(pointer.active, str) or not isinstance(pointer.earlier, str | None):
            raise IndexDamaged(f"{_POINTER} names no build")
        return pointer

    def _pointer_or_none(self) -> _Pointer | None:
        with suppress(IndexMissing, IndexDamaged):
            return self._read_pointer()
        return None

    def _point_to(self, pointer: _Pointer) -> None:
        write_durably(self._folder / _POINTER, json.dumps(asdict(pointer)).encode())

    def _sweep(self, pointer: _Pointer | None) -> None:
        kept = {pointer.active, pointer.earlier} if pointer else set()
        for build in (self._folder / _BUILDS).glob("*"):
            if build.name not in kept:
                shutil.rmtree(build, ignore_errors=True)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / ".lock"):
            yield


def _size_bytes(folder: Path) -> int:
    size = 0
    for file in folder.iterdir():
        # An update may replace a file meanwhile.
        with suppress(FileNotFoundError):
            size += file.stat().st_size
    return size
