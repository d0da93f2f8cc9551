"""What this package needs from a segmentation model."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from segmentation.labels import LabelSet

Pixels = NDArray[np.uint8]
"""An upright sRGB photo, uint8, shape (H, W, 3)."""


@dataclass(frozen=True)
class Region:
    """All pixels of one class in a photo (a pair of shoes is one region)."""

    class_id: int
    box_xyxy_pixels: tuple[int, int, int, int]
    """Left, top, right, bottom; right and bottom are exclusive."""
    confidence: float
    """Mean probability of the class over its pixels, 0 to 1."""
    area_pixels: int


@dataclass(frozen=True)
class Segmentation:
    """class_ids: uint8, shape (H, W), the photo's own size; regions: one for each class found but the background."""

    class_ids: NDArray[np.uint8]
    regions: tuple[Region, ...]


class Segmenter(Protocol):
    """Assigns every pixel of a photo to a class of a label set."""

    @property
    def label_set(self) -> LabelSet: ...

    @property
    def model_id(self) -> str:
        """Name and revision of the weights, such as `garments-lite0@1`."""
        ...

    def segment(self, photo: Pixels) -> Segmentation:
        """Return the segmentation of one upright sRGB photo, uint8, shape (H, W, 3)."""
        ...
