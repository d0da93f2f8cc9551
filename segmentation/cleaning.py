"""Makes coarse class probabilities trustworthy: no specks, no blotches of a look-alike class on a garment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentation.labels import LabelSet

Probabilities = NDArray[np.float32]
"""float32, shape (classes, h, w); each pixel sums to 1."""

SMALLEST_SHARE = 0.003
SMALLEST_SHARE_OF_CLASS = {
    "skin": 0.0005,
    "hair": 0.0005,
    "eyewear": 0.0003,
    "belt": 0.0006,
    "hat": 0.001,
    "shoes": 0.0006,
    "bag": 0.0015,
    "scarf": 0.0015,
}
"""Smaller regions are dropped; shares of the photo's area."""

LEAST_CONFIDENCE = 0.4
LOOK_ALIKES = (
    frozenset({"top", "outerwear", "dress"}),
    frozenset({"dress", "skirt"}),
    frozenset({"pants", "skirt"}),
    frozenset({"scarf", "top"}),
    frozenset({"scarf", "outerwear"}),
    frozenset({"hat", "bag"}),
    frozenset({"bag", "shoes"}),
)
DOMINANT_FACTOR = 5.0
"""A blotch yields to a touching look-alike region at least this many times its area."""


@dataclass(frozen=True)
class Piece:
    """One connected region of a class: its pixels' flat indices, ascending."""

    class_id: int
    pixels: NDArray[np.intp]


def connected_pieces(class_ids: NDArray[np.uint8]) -> list[Piece]:
    """Return the 4-connected regions of equal id but the background's, of a mask uint8 (h, w)."""
    width = class_ids.shape[1]
    starts, ends, ids = _runs(class_ids)
    parent = list(range(len(starts)))
    above: list[int] = []
    row: list[int] = []
    current = -1
    for index, (start, end, class_id) in enumerate(zip(starts, ends, ids, strict=True)):
        if start // width != current:
            above = row if start // width == current + 1 else []
            row, current = [], start // width
        row.append(index)
        for other in above:
            if ids[other] == class_id and starts[other] + width < end and start < ends[other] + width:
                _join(parent, other, index)
    members: dict[int, list[NDArray[np.intp]]] = {}
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        members.setdefault(_root(parent, index), []).append(np.arange(start, end))
    return [Piece(ids[root], np.concatenate(parts)) for root, parts in members.items() if ids[root] != 0]


def _runs(class_ids: NDArray[np.uint8]) -> tuple[list[int], list[int], list[int]]:
    """Return (flat start, flat end, class id) of each horizontal run of one id."""
    width = class_ids.shape[1]
    flat = class_ids.ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.union1d(changes, np.arange(0, flat.size, width))
    ends = np.append(starts[1:], flat.size)
    return starts.tolist(), ends.tolist(), flat[starts].tolist()


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def _join(parent: list[int], one: int, other: int) -> None:
    parent[_root(parent, other)] = _root(parent, one)


def cleaned(probabilities: Probabilities, label_set: LabelSet) -> Probabilities:
    """Return the probabilities with specks, doubtful regions and look-alike blotches given to another class."""
    kept = probabilities.copy()
    _give_blotches_to_look_alikes(kept, label_set)
    _drop_specks(kept, label_set)
    return kept


def _give_blotches_to_look_alikes(probabilities: Probabilities, label_set: LabelSet) -> None:
    class_ids = probabilities.argmax(axis=0).astype(np.uint8)
    pieces = sorted(connected_pieces(class_ids), key=lambda piece: piece.pixels.size)
    owner = np.full(class_ids.size, -1)
    for index, piece in enumerate(pieces):
        owner[piece.pixels] = index
    for index, piece in enumerate(pieces):
        larger = [pieces[i] for i in np.unique(_neighbours(owner, piece, class_ids.shape[1])) if i > index]
        for other in sorted(larger, key=lambda neighbour: -neighbour.pixels.size):
            if _yields(piece, other, label_set):
                _hand_over(probabilities, piece, other.class_id)
                break


def _neighbours(owner: NDArray[np.intp], piece: Piece, width: int) -> NDArray[np.intp]:
    column = piece.pixels % width
    beside = (
        piece.pixels[column > 0] - 1,
        piece.pixels[column < width - 1] + 1,
        piece.pixels[piece.pixels >= width] - width,
        piece.pixels[piece.pixels < owner.size - width] + width,
    )
    return owner[np.concatenate(beside)]


def _yields(piece: Piece, other: Piece, label_set: LabelSet) -> bool:
    pair = {label_set.names[piece.class_id], label_set.names[other.class_id]}
    alike = len(pair) == 2 and any(pair <= group for group in LOOK_ALIKES)
    return alike and other.pixels.size >= DOMINANT_FACTOR * piece.pixels.size


def _hand_over(probabilities: Probabilities, piece: Piece, class_id: int) -> None:
    flat = probabilities.reshape(len(probabilities), -1)
    flat[class_id, piece.pixels] += flat[piece.class_id, piece.pixels]
    flat[piece.class_id, piece.pixels] = 0


def _drop_specks(probabilities: Probabilities, label_set: LabelSet) -> None:
    """Set a small or doubtful region's class to zero there, so that the next likely class takes its pixels."""
    flat = probabilities.reshape(len(probabilities), -1)
    class_ids = probabilities.argmax(axis=0).astype(np.uint8)
    for piece in connected_pieces(class_ids):
        smallest = SMALLEST_SHARE_OF_CLASS.get(label_set.names[piece.class_id], SMALLEST_SHARE) * class_ids.size
        surety = float(flat[piece.class_id, piece.pixels].mean())
        if piece.pixels.size < smallest or surety < LEAST_CONFIDENCE:
            flat[piece.class_id, piece.pixels] = 0
