"""Masks as COCO uncompressed run lengths, for the API.

Pixels are read column by column; the counts alternate between outside and inside and start with outside (maybe 0).
Format: https://github.com/cocodataset/cocoapi (mask.frPyObjects of a dict with a list of counts).
"""

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from segmentation.errors import MalformedMask


class RunLengths(TypedDict):
    """size: [height, width]; counts: lengths of the runs, outside first."""

    size: list[int]
    counts: list[int]


def encode_mask(mask: NDArray[np.bool_]) -> RunLengths:
    """Return the run lengths of a mask, bool, shape (H, W)."""
    flat = mask.astype(bool).ravel(order="F")
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    borders = np.concatenate(([0], changes, [flat.size]))
    counts = np.diff(borders).tolist() if flat.size else []
    starts_inside = bool(flat.size and flat[0])
    return {"size": [int(extent) for extent in mask.shape], "counts": [0, *counts] if starts_inside else counts}


def decode_mask(runs: RunLengths) -> NDArray[np.bool_]:
    """Return the mask, bool, shape (H, W). Raises MalformedMask when the runs do not fill the size exactly."""
    height, width = runs["size"]
    counts = np.asarray(runs["counts"], dtype=np.int64)
    if height < 0 or width < 0 or (counts < 0).any() or counts.sum() != height * width:
        raise MalformedMask(f"runs of {int(counts.sum())} pixels do not fill a mask of {height} x {width}")
    inside = np.arange(counts.size) % 2 == 1
    return np.repeat(inside, counts).reshape((height, width), order="F")
