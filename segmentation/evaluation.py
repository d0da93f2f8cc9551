"""How good masks are: intersection over union by group of classes and of the foreground."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segmentation.labels import GARMENTS, LabelSet

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

    def mean_iou(self) -> float:
        """Return the mean over groups of `iou_by_group`. Raises ValueError when no pixel was counted."""
        by_group = self.iou_by_group()
        if not by_group:
            raise ValueError("no scored pixel was added")
        return sum(by_group.values()) / len(by_group)

    def _group_of(self) -> NDArray[np.uint8]:
        group_of = np.arange(256, dtype=np.uint8)
        for name, into in self.merged:
            group_of[self.label_set.id_of(name)] = self.label_set.id_of(into)
        return group_of


def foreground_iou(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    """Return the IoU of two foregrounds, bool, shape (H, W); 1.0 when both are empty."""
    union = int(np.logical_or(truth, predicted).sum())
    return float(np.logical_and(truth, predicted).sum() / union) if union else 1.0
