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
    "hat": 0.0032,
    "shoes": 0.0006,
    "bag": 0.0015,
    "scarf": 0.0015,
}
"""Smaller regions are dropped; shares of the photo's area."""

LEAST_CONFIDENCE = 0.4
LEAST_CONFIDENCE_OF_CLASS = {"eyewear": 0.68, "hat": 0.55, "belt": 0.52, "scarf": 0.45}
"""Small things that the network likes to see where they usually are; found on held-out photos."""

LOOK_ALIKES = (
    frozenset({"top", "outerwear", "dress"}),
    frozenset({"dress", "skirt"}),
    frozenset({"pants", "skirt"}),
    frozenset({"scarf", "top"}),
    frozenset({"scarf", "outerwear"}),
    frozenset({"hat", "bag"}),
    frozenset({"bag", "shoes"}),
)
DOMINANT_FACTOR = 10.0
"""A blotch yields to a touching look-alike region at least this many times its area."""

DRESS_FACTOR = 3.0
"""A dress beside a skirt wins with a third of the skirt's probability: found on held-out photos."""

SIGNS_OF_A_WEARER = ("skin", "hair")
LEAST_WEARER_SHARE = 0.006
"""Of the photo: less skin and hair than this is a mistake, or a hand that holds a hanger."""
CRUMB_SHARE = 0.05
"""Without a wearer, what is smaller than this share of the largest thing is dropped."""
DOMINANT_SHARE = 0.75
"""Without a wearer, touching pieces are one garment when one class or its look-alikes hold so much of their area."""


@dataclass
class Piece:
    """One connected region of a class: its pixels' flat indices."""

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
    """Return the probabilities after specks, doubtful regions and blotches have gone to a class that they touch."""
    kept = probabilities.copy()
    _settle_weak_pieces(kept, label_set)
    _choose_dress_or_skirt(kept, label_set)
    _make_lying_garments_whole(kept, label_set)
    return kept


def _settle_weak_pieces(probabilities: Probabilities, label_set: LabelSet) -> None:
    """Give each weak piece, smallest first, to the touching class that is likeliest there."""
    class_ids = probabilities.argmax(axis=0).astype(np.uint8)
    for piece in sorted(connected_pieces(class_ids), key=lambda piece: piece.pixels.size):
        heir = _heir(piece, class_ids, probabilities, label_set)
        if heir is not None:
            _hand_over(probabilities, piece, heir)
            class_ids.flat[piece.pixels] = heir


def _touching(piece: Piece, class_ids: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the other class ids beside the piece, ascending."""
    width, column = class_ids.shape[1], piece.pixels % class_ids.shape[1]
    beside = np.concatenate(
        (
            piece.pixels[column > 0] - 1,
            piece.pixels[column < width - 1] + 1,
            piece.pixels[piece.pixels >= width] - width,
            piece.pixels[piece.pixels < class_ids.size - width] + width,
        )
    )
    ids = np.unique(class_ids.ravel()[beside])
    others: NDArray[np.uint8] = ids[ids != piece.class_id]
    return others


def _heir(piece: Piece, class_ids: NDArray[np.uint8], probabilities: Probabilities, label_set: LabelSet) -> int | None:
    """Return the class that gets a weak piece; None when the piece stands."""
    flat = probabilities.reshape(len(probabilities), -1)
    inside = flat[:, piece.pixels].mean(axis=1)
    touching = _touching(piece, class_ids)
    smallest = SMALLEST_SHARE_OF_CLASS.get(label_set.names[piece.class_id], SMALLEST_SHARE) * flat.shape[1]
    least_sure = LEAST_CONFIDENCE_OF_CLASS.get(label_set.names[piece.class_id], LEAST_CONFIDENCE)
    if piece.pixels.size < smallest or inside[piece.class_id] < least_sure:
        candidates = touching if touching.size else np.array([0])
        return int(candidates[inside[candidates].argmax()])
    areas = np.bincount(class_ids.ravel(), minlength=len(probabilities))
    for other in touching:
        if _alike(piece.class_id, int(other), label_set) and areas[other] >= DOMINANT_FACTOR * piece.pixels.size:
            return int(other)
    return None


def _alike(one: int, other: int, label_set: LabelSet) -> bool:
    pair = {label_set.names[one], label_set.names[other]}
    return any(pair <= group for group in LOOK_ALIKES)


def _hand_over(probabilities: Probabilities, piece: Piece, class_id: int) -> None:
    flat = probabilities.reshape(len(probabilities), -1)
    flat[class_id, piece.pixels] += flat[piece.class_id, piece.pixels]
    flat[piece.class_id, piece.pixels] = 0
    others = np.delete(np.arange(len(flat)), class_id)
    highest = flat[np.ix_(others, piece.pixels)].max(axis=0)
    flat[class_id, piece.pixels] = np.maximum(flat[class_id, piece.pixels], highest + 1e-3)


def _choose_dress_or_skirt(probabilities: Probabilities, label_set: LabelSet) -> None:
    """Read a skirt and a dress in one photo as the one that all their pixels together make likelier.

    Nobody wears both; a belted or half-covered dress looks like a skirt below its waist. Where the skirt wins, what
    was read as dress above its waistband becomes a top.
    """
    top, skirt, dress = (label_set.id_of(name) for name in ("top", "skirt", "dress"))
    class_ids = probabilities.argmax(axis=0)
    as_skirt, as_dress = class_ids == skirt, class_ids == dress
    if not as_skirt.any() or not as_dress.any():
        return
    either = as_skirt | as_dress
    if DRESS_FACTOR * probabilities[dress][either].sum() > probabilities[skirt][either].sum():
        _hand_over(probabilities, Piece(skirt, np.flatnonzero(as_skirt)), dress)
        return
    waistband = np.percentile(np.nonzero(as_skirt)[0], 5)
    below = np.arange(class_ids.shape[0])[:, None] >= waistband
    _hand_over(probabilities, Piece(dress, np.flatnonzero(as_dress & below)), skirt)
    _hand_over(probabilities, Piece(dress, np.flatnonzero(as_dress & ~below)), top)


def is_worn(probabilities: Probabilities, label_set: LabelSet) -> bool:
    """Say whether there is somebody in the photo who wears its garments."""
    signs = [label_set.id_of(name) for name in SIGNS_OF_A_WEARER]
    return bool(np.isin(probabilities.argmax(axis=0), signs).mean() >= LEAST_WEARER_SHARE)


def _make_lying_garments_whole(probabilities: Probabilities, label_set: LabelSet) -> None:
    """Where nobody wears them, read touching pieces as one garment and drop crumbs of what lies there."""
    if is_worn(probabilities, label_set):
        return
    class_ids = probabilities.argmax(axis=0).astype(np.uint8)
    pieces = connected_pieces(class_ids)
    lying = connected_pieces((class_ids > 0).astype(np.uint8))
    largest = max((together.pixels.size for together in lying), default=0)
    for together in lying:
        inside = [piece for piece in pieces if np.isin(piece.pixels[0], together.pixels)]
        if together.pixels.size < CRUMB_SHARE * largest:
            heir: int | None = 0
        else:
            heir = _one_garment(inside, label_set)
        for piece in inside:
            if heir is not None and piece.class_id != heir:
                _hand_over(probabilities, piece, heir)


def _one_garment(pieces: list[Piece], label_set: LabelSet) -> int | None:
    """Return the class that touching pieces nobody wears are together; None when they are several garments."""
    shares = np.zeros(len(label_set.names))
    for piece in pieces:
        shares[piece.class_id] += piece.pixels.size
    shares /= shares.sum()
    top, skirt, dress = (label_set.id_of(name) for name in ("top", "skirt", "dress"))
    winner = int(shares.argmax())
    if min(shares[top], shares[skirt]) > 0.15:
        winner = dress
    alike = [c for c in np.flatnonzero(shares) if c == winner or _alike(int(c), winner, label_set)]
    return winner if shares[alike].sum() >= DOMINANT_SHARE else None
