"""From a network's coarse class probabilities to the segmentation of a photo: the same for every adapter."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.cleaning import Probabilities
from segmentation.letterbox import Placement
from segmentation.ports import Pixels, Region, Segmentation

LONGEST_WORKING_SIDE = 512
"""Classes are decided at this size at most; larger photos get the mask enlarged."""

LEAST_CONTRAST = 10
"""A photo whose lightest and darkest values are closer shows nothing (a covered lens); the network would guess."""


def shows_nothing(photo: Pixels) -> bool:
    """Say whether the photo is of one colour."""
    return bool(np.ptp(photo) < LEAST_CONTRAST)


def nothing_in(photo: Pixels) -> Segmentation:
    """Return the segmentation of a photo that is all background."""
    return Segmentation(np.zeros(photo.shape[:2], dtype=np.uint8), ())


def softmax(logits: NDArray[np.float32]) -> Probabilities:
    """Return the probabilities of logits, float32, both of shape (classes, h, w)."""
    powers = np.exp(logits - logits.max(axis=0))
    shares: Probabilities = powers / powers.sum(axis=0)
    return shares


def resized(
    probabilities: Probabilities, size_hw: tuple[int, ...], *, box: tuple[float, float, float, float] | None = None
) -> Probabilities:
    """Return probabilities, (classes, h, w), at another size; box: the part (left, top, right, bottom) to show."""
    if box is None and probabilities.shape[1:] == tuple(size_hw):
        return probabilities
    height, width = size_hw
    images = (Image.fromarray(plane) for plane in np.ascontiguousarray(probabilities))
    return np.stack([np.asarray(one.resize((width, height), Image.Resampling.BILINEAR, box=box)) for one in images])


def decide(coarse: Probabilities, placement: Placement, stride: float, photo_hw: tuple[int, ...]) -> Segmentation:
    """Return the likeliest class of every pixel of the photo, and a region for each class found.

    placement: where the photo stands in the network's input; stride: pixels of that input a cell of `coarse`.
    """
    height, width = photo_hw
    scale = min(1.0, LONGEST_WORKING_SIDE / max(height, width))
    working_hw = (max(1, round(height * scale)), max(1, round(width * scale)))
    class_ids, surety = _decided(coarse, placement, working_hw, stride)
    confidences = _mean_by_class(class_ids, surety, len(coarse))
    if working_hw != (height, width):
        enlarged = Image.fromarray(class_ids).resize((width, height), Image.Resampling.NEAREST)
        class_ids = np.asarray(enlarged)
    return Segmentation(class_ids, _regions(class_ids, confidences))


def _decided(
    coarse: Probabilities, placement: Placement, working_hw: tuple[int, int], stride: float
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return (class ids, uint8; the probability of each, float32), both of shape `working_hw`."""
    top, left, inner_height, inner_width = placement
    box = (left / stride, top / stride, (left + inner_width) / stride, (top + inner_height) / stride)
    likely = np.unique(coarse.argmax(axis=0))
    best = np.full(working_hw, -1.0, dtype=np.float32)
    class_ids = np.zeros(working_hw, dtype=np.uint8)
    for class_id in likely:
        plane = Image.fromarray(coarse[class_id]).resize(working_hw[::-1], Image.Resampling.BILINEAR, box=box)
        probability = np.asarray(plane)
        higher = probability > best
        class_ids[higher] = class_id
        np.maximum(best, probability, out=best)
    return class_ids, best


def _mean_by_class(class_ids: NDArray[np.uint8], surety: NDArray[np.float32], classes: int) -> NDArray[np.float64]:
    totals = np.bincount(class_ids.ravel(), weights=surety.ravel(), minlength=classes)
    means: NDArray[np.float64] = totals / np.maximum(np.bincount(class_ids.ravel(), minlength=classes), 1)
    return np.clip(means, 0.0, 1.0)


def _regions(class_ids: NDArray[np.uint8], confidences: NDArray[np.float64]) -> tuple[Region, ...]:
    areas = np.bincount(class_ids.ravel(), minlength=len(confidences))
    regions = []
    # Plain integers: compared with one of NumPy's, every pixel would be widened to eight bytes first.
    for class_id in (np.flatnonzero(areas[1:]) + 1).tolist():
        inside = class_ids == class_id
        rows = np.flatnonzero(inside.any(axis=1))
        columns = np.flatnonzero(inside[rows[0] : rows[-1] + 1].any(axis=0))
        box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        regions.append(Region(class_id, box, float(confidences[class_id]), int(areas[class_id])))
    return tuple(regions)
