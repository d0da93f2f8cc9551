"""Fits a photo of any shape into one of a network's input sizes, its aspect kept."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.ports import Pixels

PADDING_RGB = (124, 116, 104)
"""About the ImageNet mean, which a network sees as zero."""

Placement = tuple[int, int, int, int]
"""Top, left, height, width of the photo inside the network's input, in its pixels."""


def best_size(height: int, width: int, sizes_hw: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the (height, width) of `sizes_hw` in which the photo stands largest."""
    return max(sizes_hw, key=lambda size: min(size[0] / height, size[1] / width))


def shrunk(photo: Pixels, sizes_hw: Sequence[tuple[int, int]]) -> Pixels:
    """Return the photo no larger than it can stand in any of `sizes_hw`, its aspect kept."""
    height, width = photo.shape[:2]
    size = best_size(height, width, sizes_hw)
    scale = min(size[0] / height, size[1] / width)
    if scale >= 1:
        return photo
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(photo).resize(inner, Image.Resampling.BILINEAR, reducing_gap=2.0))


def fitted(photo: Pixels, size_hw: tuple[int, int]) -> tuple[NDArray[np.uint8], Placement]:
    """Return (the photo resized and centred on a plain ground, uint8 (*size_hw, 3); where it stands there)."""
    height, width = photo.shape[:2]
    scale = min(size_hw[0] / height, size_hw[1] / width)
    inner_height = min(size_hw[0], max(1, round(height * scale)))
    inner_width = min(size_hw[1], max(1, round(width * scale)))
    top, left = (size_hw[0] - inner_height) // 2, (size_hw[1] - inner_width) // 2
    resized = Image.fromarray(photo).resize((inner_width, inner_height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    placed = np.empty((*size_hw, 3), dtype=np.uint8)
    placed[:] = PADDING_RGB
    placed[top : top + inner_height, left : left + inner_width] = np.asarray(resized)
    return placed, (top, left, inner_height, inner_width)
