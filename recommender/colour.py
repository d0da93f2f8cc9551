"""The colours of a garment as a short vector: how its pixels spread over fixed colours of CIELAB.

The distance is the Bhattacharyya one: the vector holds the square roots of shares, so a scalar product compares two
distributions and has length 1 of itself. Pixels count for all fixed colours near them, so a photo taken in slightly
warmer or darker light keeps nearly the same vector.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from recommender.ports import Embeddings, Pixels

Lab = NDArray[np.float32]
"""CIELAB (D65) values, float32, shape (..., 3): L* 0 to 100, a* and b* about -110 to 110."""

GREY_LIGHTNESSES = (8.0, 24.0, 40.0, 56.0, 72.0, 86.0, 98.0)
HUES = 12
CHROMAS_AND_LIGHTNESSES = ((16.0, 25.0), (16.0, 50.0), (16.0, 78.0), (42.0, 32.0), (42.0, 60.0), (42.0, 82.0))
COLOUR_DIM = len(GREY_LIGHTNESSES) + HUES * len(CHROMAS_AND_LIGHTNESSES)

SOFTNESS = 11.0
"""In CIE76 units: about how far a colour moves when a shop photo becomes a photo at home."""
GROUND = 244
SIDE_PIXELS = 40


def describe_colour(image: Pixels) -> NDArray[np.float32]:
    """Return the colours of what stands on white ground (all of it, where there is none), shape (COLOUR_DIM,).

    image: uint8, shape (H, W, 3). The result has length 1.
    """
    step = max(1, round(max(image.shape[:2]) / SIDE_PIXELS))
    small = image[::step, ::step]
    inside = ~white_ground(small)
    pixels = small[inside] if inside.any() else small.reshape(-1, 3)
    lab, fixed = srgb_to_lab(pixels), _fixed_colours()
    # The squared distance but for the pixel's own length, which the shares of one pixel have in common.
    distances = (fixed**2).sum(axis=1) - 2 * lab @ fixed.T
    nearness = np.exp((distances.min(axis=1, keepdims=True) - distances) / (2 * SOFTNESS**2))
    shares = (nearness / nearness.sum(axis=1, keepdims=True)).mean(axis=0)
    described: NDArray[np.float32] = np.sqrt(shares).astype(np.float32)
    return described


def with_colour(rows: Embeddings, images: Sequence[Pixels], *, weight: float) -> Embeddings:
    """Return unit-length rows, shape (n, dim + COLOUR_DIM): each embedding with its image's colours beside it.

    weight: the share of the colours in a cosine, 0 to 1.
    """
    colours = np.stack([describe_colour(image) for image in images]) if len(images) else np.empty((0, COLOUR_DIM))
    return np.hstack([np.sqrt(1 - weight) * rows, np.sqrt(weight) * colours]).astype(np.float32)


def with_no_colour(rows: Embeddings) -> Embeddings:
    """Return rows, shape (n, dim + COLOUR_DIM), that leave the colours open: zeros there."""
    return np.pad(rows, ((0, 0), (0, COLOUR_DIM))).astype(np.float32)


def white_ground(image: Pixels) -> NDArray[np.bool_]:
    """Return the near-white pixels that a straight line of such pixels joins to the image's edge, bool (H, W)."""
    light = image.min(axis=2) >= GROUND
    ground: NDArray[np.bool_] = np.zeros_like(light)
    for axis in (0, 1):
        ground |= np.logical_and.accumulate(light, axis=axis)
        ground |= np.flip(np.logical_and.accumulate(np.flip(light, axis), axis=axis), axis)
    return ground


_TO_XYZ = np.array(
    ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
)
_D65_WHITE = _TO_XYZ.sum(axis=1)


def srgb_to_lab(pixels: NDArray[np.uint8]) -> Lab:
    """Return CIELAB (CIE 15, D65) of sRGB values (IEC 61966-2-1), uint8, shape (..., 3)."""
    value = pixels.astype(np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    relative = linear @ _TO_XYZ.T / _D65_WHITE
    curve = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    x, y, z = np.moveaxis(curve, -1, 0)
    lab: Lab = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)
    return lab


@cache
def _fixed_colours() -> Lab:
    """Return the colours that shares are counted for: greys, and circles of hues, float32 (COLOUR_DIM, 3)."""
    greys = [(lightness, 0.0, 0.0) for lightness in GREY_LIGHTNESSES]
    angles = 2 * np.pi * np.arange(HUES) / HUES
    hues = [
        (lightness, chroma * np.cos(angle), chroma * np.sin(angle))
        for chroma, lightness in CHROMAS_AND_LIGHTNESSES
        for angle in angles
    ]
    return np.array(greys + hues, np.float32)
