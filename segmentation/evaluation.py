"""How good masks are: intersection over union by group of classes and of the foreground, by lightness of skin too."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segmentation.labels import GARMENTS, LabelSet
from segmentation.ports import Pixels

UNSCORED = 255
"""Truth pixels of this value count neither for nor against a prediction."""

ClassIds = NDArray[np.uint8]
Counts = NDArray[np.int64]


@dataclass
class Confusion:
    """Pixel counts of (truth group, predicted group) over all photos added; outerwear counts as top.

    A blouse and a jacket worn open over it cannot be told apart reliably even by annotators, so they are one group.
    """

    label_set: LabelSet = GARMENTS
    merged: tuple[tuple[str, str], ...] = (("outerwear", "top"),)
    counts: Counts = field(init=False)

    def __post_init__(self) -> None:
        size = len(self.label_set.names)
        self.counts = np.zeros((size, size), dtype=np.int64)

    def add(self, truth: ClassIds, predicted: ClassIds) -> None:
        """Count one photo. truth and predicted: class ids, uint8 (H, W). Raises ValueError on different shapes."""
        if truth.shape != predicted.shape:
            raise ValueError(f"masks of one photo differ in shape: {truth.shape} and {predicted.shape}")
        size = len(self.label_set.names)
        scored = truth != UNSCORED
        group_of = self._group_of()
        pairs = group_of[truth[scored]].astype(np.int64) * size + group_of[predicted[scored]]
        self.counts += np.bincount(pairs, minlength=size * size).reshape(size, size)

    def iou_by_group(self) -> dict[str, float]:
        """Return the IoU (0 to 1) of each group that stands in the truth or in a prediction, in id order."""
        hits = np.diagonal(self.counts)
        union = self.counts.sum(axis=0) + self.counts.sum(axis=1) - hits
        names = self.label_set.names
        return {names[i]: float(hits[i] / union[i]) for i in np.flatnonzero(union)}

    def mean_iou(self, among: frozenset[str] | None = None) -> float:
        """Return the mean over the groups of `iou_by_group`, or over those of `among`.

        Raises ValueError when no pixel of them was counted.
        """
        by_group = {name: iou for name, iou in self.iou_by_group().items() if among is None or name in among}
        if not by_group:
            raise ValueError("no scored pixel was added")
        return sum(by_group.values()) / len(by_group)

    def groups_in_truth(self) -> frozenset[str]:
        """Return the groups that the truth shows."""
        return frozenset(self.label_set.names[i] for i in np.flatnonzero(self.counts.sum(axis=1)))

    def _group_of(self) -> NDArray[np.uint8]:
        group_of = np.arange(256, dtype=np.uint8)
        for name, into in self.merged:
            group_of[self.label_set.id_of(name)] = self.label_set.id_of(into)
        return group_of


def foreground_iou(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    """Return the IoU of two foregrounds, bool, shape (H, W); 1.0 when both are empty."""
    union = int(np.logical_or(truth, predicted).sum())
    return float(np.logical_and(truth, predicted).sum() / union) if union else 1.0


def main_group(class_ids: ClassIds, label_set: LabelSet = GARMENTS) -> str:
    """Return the garment group with most pixels of a mask, uint8 (H, W), outerwear as top; "nothing" without any."""
    areas = np.bincount(class_ids.ravel(), minlength=256)
    groups: dict[str, int] = {}
    for class_id in label_set.wearable_ids:
        name = merged_group(label_set.names[class_id])
        groups[name] = groups.get(name, 0) + int(areas[class_id])
    best = max(groups, key=lambda name: groups[name])
    return best if groups[best] else "nothing"


def merged_group(name: str) -> str:
    """Return the group that a class is counted in."""
    return "top" if name == "outerwear" else name


SKIN_GROUPS = (("dark", 0.0), ("medium", 45.0), ("light", 60.0))
"""Name and least mean L* (CIELAB, 0 to 100) of the skin seen in a photo: fixed, so that two folders compare."""
LEAST_SKIN_SHARE = 0.002
"""Of the photo's area: below, the mean is that of a few pixels on an edge."""


def skin_group(pixels: Pixels, skin: NDArray[np.bool_]) -> str | None:
    """Return the group of SKIN_GROUPS of a photo, uint8 (H, W, 3), by where its skin is, bool (H, W).

    None when it shows too little skin to tell. The photo's light counts too: it is the lightness that a model sees.
    """
    if skin.mean() < LEAST_SKIN_SHARE:
        return None
    lightness = float(lightness_of(pixels[skin]).mean())
    return [name for name, least in SKIN_GROUPS if lightness >= least][-1]


def lightness_of(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return L* (CIE 15, D65), 0 to 100, of sRGB values (IEC 61966-2-1), uint8, shape (..., 3)."""
    value = pixels.astype(np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    relative = linear @ np.array((0.2126729, 0.7151522, 0.0721750))
    lightness: NDArray[np.float64] = np.where(
        relative > (6 / 29) ** 3, 116 * np.cbrt(relative) - 16, relative * (29 / 3) ** 3
    )
    return lightness
