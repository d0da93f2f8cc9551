"""Photo -> the image encoder's input; the same steps in training and in serving, without torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender.ports import Pixels

WHITE = (255, 255, 255)


@dataclass(frozen=True)
class InputFormat:
    """What an image encoder expects: a square of `size_pixels`, (value / 255 - mean) / std by channel, RGB."""

    size_pixels: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def squared(photo: Pixels, size_pixels: int) -> Pixels:
    """Return the whole photo on a white square, uint8, shape (size_pixels, size_pixels, 3), its proportions kept.

    photo: uint8, shape (H, W, 3), or (H, W) for grey. Raises ValueError for any other shape or type.
    """
    _check(photo)
    height, width = photo.shape[:2]
    scale = size_pixels / max(height, width)
    new_size = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = Image.fromarray(photo).convert("RGB")
    picture = picture.resize(new_size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    square = Image.new("RGB", (size_pixels, size_pixels), WHITE)
    square.paste(picture, ((size_pixels - new_size[0]) // 2, (size_pixels - new_size[1]) // 2))
    return np.asarray(square)


def stretched(photo: Pixels, size_pixels: int) -> Pixels:
    """Return the whole photo, stretched to a square, uint8, shape (size_pixels, size_pixels, 3).

    photo: uint8, shape (H, W, 3), or (H, W) for grey. Raises ValueError for any other shape or type.
    """
    _check(photo)
    picture = Image.fromarray(photo).convert("RGB")
    return np.asarray(picture.resize((size_pixels, size_pixels), Image.Resampling.BICUBIC, reducing_gap=3.0))


def encoder_input(photos: Sequence[Pixels], wanted: InputFormat) -> NDArray[np.float32]:
    """Return float32, shape (n, 3, size, size), in the order of `photos`, ready for the image encoder."""
    squares = np.empty((len(photos), wanted.size_pixels, wanted.size_pixels, 3), np.uint8)
    for row, photo in enumerate(photos):
        squares[row] = squared(photo, wanted.size_pixels)
    return normalised(squares, wanted)


def normalised(squares: NDArray[np.uint8], wanted: InputFormat) -> NDArray[np.float32]:
    """Return uint8 RGB squares, shape (n, size, size, 3), as normalised float32, shape (n, 3, size, size)."""
    mean, std = np.array(wanted.mean, np.float32), np.array(wanted.std, np.float32)
    values = (squares.astype(np.float32) - 255 * mean) / (255 * std)
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2))


def _check(photo: Pixels) -> None:
    is_colour = photo.ndim == 3 and photo.shape[2] == 3
    if photo.dtype != np.uint8 or not (is_colour or photo.ndim == 2) or 0 in photo.shape:
        raise ValueError(f"a photo is uint8, shape (H, W, 3) or (H, W); this one is {photo.dtype}, {photo.shape}")
