"""From a segmented photo to the garments in it: a crop on white ground and an outline of each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from segmentation.labels import LabelSet
from segmentation.ports import Pixels, Region, Segmentation

WHOLE = "whole"
"""The label of a photo taken as one garment because none was found in it."""

Polygon = tuple[tuple[float, float], ...]
"""Corners (x, y) in the photo's pixels; the last joins the first."""

PADDING_SHARE = 0.06
OUTLINE_LONG_SIDE = 200
OUTLINE_TOLERANCE_SHARE = 0.008
SMALLEST_PART_SHARE = 0.02
_DRAWN_IN_FROM_PIXELS = 150
"""A smaller cut-out would lose straps and laces."""
LEAST_CONFIDENCE = 0.45
LEAST_CONFIDENCE_OF_LABEL = {"hat": 0.66, "belt": 0.6}
"""A garment is shown from this mean probability on: below, hair is called a hat more often than a hat is."""


@dataclass(frozen=True)
class Garment:
    """One wearable region of a photo.

    crop: the garment alone on white ground, cut to its padded box, uint8 (h, w, 3); outline: closed polygons
    (parts and holes, to be filled by the even-odd rule); area_share: of the photo's area, 0 to 1.
    """

    label: str
    class_id: int
    box_xyxy_pixels: tuple[int, int, int, int]
    confidence: float
    area_share: float
    crop: Pixels
    outline: tuple[Polygon, ...]


def garments_in(photo: Pixels, segmentation: Segmentation, label_set: LabelSet) -> list[Garment]:
    """Return the photo's garments, largest first; empty when it shows none.

    Doubtful ones are left out unless all are: a shopper forgives a belt that was missed sooner than hair called a hat.

    photo: uint8 (H, W, 3), the photo that was segmented. Raises ValueError when the sizes differ.
    """
    if photo.shape[:2] != segmentation.class_ids.shape:
        raise ValueError(f"photo {photo.shape[:2]} and mask {segmentation.class_ids.shape} differ in size")
    worn = [region for region in segmentation.regions if region.class_id in label_set.wearable_ids]
    worn.sort(key=lambda region: -region.area_pixels)
    sure = [region for region in worn if region.confidence >= _least_confidence(region, label_set)]
    return [_garment(photo, segmentation.class_ids, region, label_set) for region in sure or worn[:1]]


def _least_confidence(region: Region, label_set: LabelSet) -> float:
    return LEAST_CONFIDENCE_OF_LABEL.get(label_set.names[region.class_id], LEAST_CONFIDENCE)


def whole_photo(photo: Pixels) -> Garment:
    """Return the whole photo, uint8 (H, W, 3), as one garment of unknown kind (confidence 0)."""
    height, width = photo.shape[:2]
    corners = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    return Garment(WHOLE, 0, (0, 0, width, height), 0.0, 1.0, photo, (corners,))


def _garment(photo: Pixels, class_ids: NDArray[np.uint8], region: Region, label_set: LabelSet) -> Garment:
    left, top, right, bottom = _padded(region.box_xyxy_pixels, class_ids.shape)
    inside = class_ids[top:bottom, left:right] == region.class_id
    outline = tuple(
        tuple((round(x + left, 1), round(y + top, 1)) for x, y in polygon) for polygon in outline_of(inside)
    )
    return Garment(
        label=label_set.names[region.class_id],
        class_id=region.class_id,
        box_xyxy_pixels=region.box_xyxy_pixels,
        confidence=region.confidence,
        area_share=region.area_pixels / class_ids.size,
        crop=on_white_ground(photo[top:bottom, left:right], inside),
        outline=outline,
    )


def _padded(box: tuple[int, int, int, int], photo_hw: tuple[int, ...]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    margin = round(PADDING_SHARE * max(right - left, bottom - top)) + 1
    return (
        max(0, left - margin),
        max(0, top - margin),
        min(photo_hw[1], right + margin),
        min(photo_hw[0], bottom + margin),
    )


def on_white_ground(pixels: Pixels, inside: NDArray[np.bool_]) -> Pixels:
    """Return the pixels, uint8 (h, w, 3), with all outside the mask, bool (h, w), white and a soft edge between."""
    alpha = Image.fromarray(inside.astype(np.uint8) * 255).filter(ImageFilter.BoxBlur(_softness(inside.shape)))
    white = Image.new("RGB", (inside.shape[1], inside.shape[0]), (255, 255, 255))
    return np.asarray(Image.composite(Image.fromarray(pixels), white, alpha))


def _softness(shape: tuple[int, ...]) -> float:
    return max(0.6, max(shape) / 400)


def cut_out(photo: Pixels, segmentation: Segmentation, garment: Garment) -> Pixels:
    """Return one garment of a segmented photo, cut to its padded box: uint8 (h, w, 4), transparent around it.

    Its rim is drawn in a little and softened: there garment and ground mix.
    """
    left, top, right, bottom = _padded(garment.box_xyxy_pixels, segmentation.class_ids.shape)
    inside = segmentation.class_ids[top:bottom, left:right] == garment.class_id
    mask = Image.fromarray(inside.astype(np.uint8) * 255)
    if max(inside.shape) >= _DRAWN_IN_FROM_PIXELS:
        mask = mask.filter(ImageFilter.MinFilter(3))
    alpha = np.asarray(mask.filter(ImageFilter.BoxBlur(_softness(inside.shape))))
    # What is wholly transparent is white too: whoever takes the transparency away finds nobody behind the garment.
    colours = np.where(alpha[..., None] > 0, photo[top:bottom, left:right], 255).astype(np.uint8)
    return np.dstack((colours, alpha))


def outline_of(inside: NDArray[np.bool_]) -> tuple[Polygon, ...]:
    """Return the closed polygons around a mask, bool (h, w), in its pixels: few corners, specks left out.

    Empty for an empty mask.
    """
    height, width = inside.shape
    scale = min(1.0, OUTLINE_LONG_SIDE / max(height, width))
    small_hw = (max(1, round(height * scale)), max(1, round(width * scale)))
    mask = Image.fromarray(inside.astype(np.uint8) * 255)
    small = np.asarray(mask.resize(small_hw[::-1], Image.Resampling.BOX), dtype=np.float64)
    lines = sorted(_contours(small), key=_area, reverse=True)
    tolerance = OUTLINE_TOLERANCE_SHARE * max(small_hw)
    ratio = np.array((width / small_hw[1], height / small_hw[0]))
    kept = [line for line in lines if _area(line) >= SMALLEST_PART_SHARE * _area(lines[0])]
    return tuple(tuple((float(x), float(y)) for x, y in simplified(line, tolerance) * ratio) for line in kept)


def _contours(levels: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Yield the closed half-way lines of levels 0 to 255, each (points, 2) as x, y, without a repeated last point."""
    import contourpy

    framed = np.pad(levels, 1)
    for line in contourpy.contour_generator(z=framed).lines(127.5):
        points = np.asarray(line, dtype=np.float64)[:-1] - 0.5
        yield np.clip(points, 0, (levels.shape[1], levels.shape[0]))


def _area(points: NDArray[np.float64]) -> float:
    x, y = points.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def simplified(points: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Return the closed polygon (points, 2) with fewer corners, none dropped farther than `tolerance` from it.

    Douglas and Peucker (1973), started from the two corners farthest apart along x and y.
    """
    if len(points) < 5:
        return points
    # As complex numbers: a handful of array operations a piece instead of twice as many on pairs.
    first = int(points.sum(axis=1).argmin())
    line = np.roll(points, -first, axis=0) @ (1, 1j)
    ring = np.append(line, line[0])
    far = int(np.abs(ring - ring[0]).argmax())
    keep = {0, far}
    waiting = [(0, far), (far, len(ring) - 1)]
    while waiting:
        start, end = waiting.pop()
        if end - start < 2:
            continue
        distances = _distances(ring[start + 1 : end], ring[start], ring[end])
        middle = int(distances.argmax())
        if distances[middle] > tolerance:
            middle += start + 1
            keep.add(middle)
            waiting += [(start, middle), (middle, end)]
    kept = ring[sorted(keep)]
    return np.column_stack((kept.real, kept.imag)) if len(keep) > 2 else points


def _distances(points: NDArray[np.complex128], start: complex, end: complex) -> NDArray[np.float64]:
    """Return how far each point x + iy, (n,), is from the straight piece between start and end, float64 (n,)."""
    along, away = end - start, points - start
    squared = max(along.real**2 + along.imag**2, 1e-12)
    share = np.minimum(np.maximum((away * along.conjugate()).real / squared, 0.0), 1.0)
    distances: NDArray[np.float64] = np.abs(away - share * along)
    return distances
