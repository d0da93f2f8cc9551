"""Judges a segmenter on labelled photos: what `flask vision evaluate segmentation` and the benchmark print."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from segmentation.evaluation import SKIN_GROUPS, Confusion, foreground_iou, main_group, merged_group, skin_group
from segmentation.evaluation_sets import CLASS_OF_FOLDER, GarmentPhoto, StreetPhoto, read_photo
from segmentation.labels import GARMENTS
from segmentation.ports import Segmenter
from segmentation.u2netp import ForegroundOf


@dataclass
class StreetScores:
    """One confusion over all street photos, and one for each group of skin lightness with its number of photos."""

    together: Confusion = field(default_factory=Confusion)
    by_skin: dict[str, Confusion] = field(default_factory=dict)
    photos: int = 0
    photos_by_skin: dict[str, int] = field(default_factory=dict)

    def add(self, photo: StreetPhoto, predicted: Confusion) -> None:
        """Count one photo by its own confusion."""
        self.photos += 1
        self.together.counts += predicted.counts
        group = skin_group(photo.pixels, photo.class_ids == GARMENTS.id_of("skin"))
        if group is not None:
            self.by_skin.setdefault(group, Confusion()).counts += predicted.counts
            self.photos_by_skin[group] = self.photos_by_skin.get(group, 0) + 1

    def mean_iou_by_skin(self) -> dict[str, tuple[float, float]]:
        """Return (mean IoU, that of all photos) by group of skin, over the garment groups that it and all photos show.

        So a group of few photos is compared over the same garments.
        """
        means = {}
        for group, _ in SKIN_GROUPS:
            if group in self.by_skin:
                shown = self.by_skin[group].groups_in_truth()
                means[group] = (self.by_skin[group].mean_iou(shown), self.together.mean_iou(shown))
        return means


def judge_street_photos(photos: Iterable[StreetPhoto], segmenter: Segmenter) -> StreetScores:
    """Return the scores of a segmenter on street photos with masks."""
    scores = StreetScores()
    for photo in photos:
        confusion = Confusion()
        confusion.add(photo.class_ids, segmenter.segment(photo.pixels).class_ids)
        scores.add(photo, confusion)
    return scores


@dataclass
class GarmentScores:
    """By kind of photo: whether the main group was right, a photo; and each photo's IoU with the reference."""

    right: dict[str, list[bool]] = field(default_factory=dict)
    overlaps: list[float] = field(default_factory=list)

    @property
    def photos(self) -> int:
        """The number of photos judged."""
        return sum(map(len, self.right.values()))

    def share_right(self) -> float:
        """Return the share, 0 to 1, of photos whose main garment's group is right; NaN without photos."""
        return sum(map(sum, self.right.values())) / self.photos if self.photos else float("nan")

    def mean_overlap(self) -> float:
        """Return the mean IoU with the reference foreground; NaN without a reference."""
        return float(np.mean(self.overlaps)) if self.overlaps else float("nan")


def judge_garment_photos(
    photos: Iterable[GarmentPhoto], segmenter: Segmenter, foreground_of: ForegroundOf | None = None
) -> GarmentScores:
    """Return the scores on photos of one garment; foreground_of: the reference for their foreground, if any."""
    scores = GarmentScores()
    for photo in photos:
        pixels = read_photo(photo.path)
        class_ids = segmenter.segment(pixels).class_ids
        wanted = merged_group(CLASS_OF_FOLDER[photo.kind])
        scores.right.setdefault(photo.kind, []).append(main_group(class_ids) == wanted)
        if foreground_of is not None:
            scores.overlaps.append(foreground_iou(foreground_of(pixels) > 127, class_ids > 0))
    return scores
