"""A segmented photo becomes garments: one crop on white ground and one outline each, largest first."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from segmentation.evaluation import foreground_iou
from segmentation.garments import WHOLE, garments_in, outline_of, simplified, whole_photo
from segmentation.labels import GARMENTS
from segmentation.ports import Region, Segmentation

GREEN = (20, 160, 60)


def segmentation_of(class_ids: NDArray[np.uint8]) -> Segmentation:
    regions = []
    for class_id in np.unique(class_ids[class_ids > 0]):
        rows, columns = np.nonzero(class_ids == class_id)
        box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        regions.append(Region(int(class_id), box, 0.8, rows.size))
    return Segmentation(class_ids, tuple(regions))


def dressed_person() -> tuple[NDArray[np.uint8], Segmentation]:
    """Return a green photo, 200 by 120, with hair, skin, a top, pants and two shoes apart from each other."""
    class_ids = np.zeros((200, 120), dtype=np.uint8)
    boxes = {
        "hair": [(50, 5, 70, 15)],
        "skin": [(50, 15, 70, 30)],
        "top": [(35, 30, 85, 90)],
        "pants": [(40, 90, 80, 180)],
        "shoes": [(35, 180, 55, 195), (65, 180, 85, 195)],
    }
    for name, parts in boxes.items():
        for left, top, right, bottom in parts:
            class_ids[top:bottom, left:right] = GARMENTS.id_of(name)
    return np.full((200, 120, 3), GREEN, dtype=np.uint8), segmentation_of(class_ids)


def painted(outline: tuple[tuple[tuple[float, float], ...], ...], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the inside of an outline by the even-odd rule, bool, as a browser fills it."""
    inside = np.zeros(shape, dtype=bool)
    for polygon in outline:
        image = Image.new("1", (shape[1] * 4, shape[0] * 4))
        ImageDraw.Draw(image).polygon([(x * 4, y * 4) for x, y in polygon], fill=1)
        inside ^= np.asarray(image)[2::4, 2::4]
    return inside


def test_only_what_a_shop_sells_is_a_garment_and_the_largest_comes_first() -> None:
    photo, segmentation = dressed_person()
    garments = garments_in(photo, segmentation, GARMENTS)
    assert [garment.label for garment in garments] == ["pants", "top", "shoes"]
    assert garments[0].area_share == pytest.approx(40 * 90 / (200 * 120))


def with_confidences(segmentation: Segmentation, **confidences: float) -> Segmentation:
    regions = (
        replace(region, confidence=confidences.get(GARMENTS.names[region.class_id], region.confidence))
        for region in segmentation.regions
    )
    return Segmentation(segmentation.class_ids, tuple(regions))


def test_a_doubtful_garment_is_left_out_beside_sure_ones() -> None:
    photo, segmentation = dressed_person()
    doubtful = with_confidences(segmentation, shoes=0.3)
    assert [garment.label for garment in garments_in(photo, doubtful, GARMENTS)] == ["pants", "top"]


def test_the_largest_is_kept_when_all_are_doubtful() -> None:
    photo, segmentation = dressed_person()
    doubtful = with_confidences(segmentation, shoes=0.3, pants=0.4, top=0.4)
    assert [garment.label for garment in garments_in(photo, doubtful, GARMENTS)] == ["pants"]


def test_a_crop_shows_the_garment_alone_on_white_ground() -> None:
    photo, segmentation = dressed_person()
    crop = garments_in(photo, segmentation, GARMENTS)[1].crop
    assert crop.shape[0] > 60
    assert crop.shape[1] > 50
    middle_row, middle_column = crop.shape[0] // 2, crop.shape[1] // 2
    assert tuple(crop[middle_row, middle_column]) == GREEN
    assert (crop[0] == 255).all()
    assert (crop[-1] == 255).all()
    assert (crop[:, 0] == 255).all()


def test_a_pair_of_shoes_is_one_garment_with_two_outlines() -> None:
    photo, segmentation = dressed_person()
    shoes = garments_in(photo, segmentation, GARMENTS)[2]
    assert shoes.box_xyxy_pixels == (35, 180, 85, 195)
    assert len(shoes.outline) == 2


def test_each_outline_covers_its_garment_in_the_photo() -> None:
    photo, segmentation = dressed_person()
    for garment in garments_in(photo, segmentation, GARMENTS):
        truth = segmentation.class_ids == garment.class_id
        assert foreground_iou(truth, painted(garment.outline, truth.shape)) > 0.93


def test_a_hole_in_a_garment_is_a_hole_in_its_outline() -> None:
    inside = np.zeros((120, 100), dtype=bool)
    inside[10:110, 10:90] = True
    inside[40:80, 35:65] = False
    outline = outline_of(inside)
    assert len(outline) == 2
    assert foreground_iou(inside, painted(outline, (120, 100))) > 0.95


def test_the_outline_of_a_curved_garment_has_a_few_dozen_corners() -> None:
    image = Image.new("1", (900, 1200))
    ImageDraw.Draw(image).ellipse((50, 50, 850, 1150), fill=1)
    inside = np.asarray(image)
    outline = outline_of(inside)
    assert 8 <= sum(len(polygon) for polygon in outline) <= 60
    assert foreground_iou(inside, painted(outline, inside.shape)) > 0.96


def test_an_outline_stays_within_the_photo() -> None:
    outline = outline_of(np.ones((30, 50), dtype=bool))
    corners = np.array([corner for polygon in outline for corner in polygon])
    assert corners.min() >= 0
    assert corners[:, 0].max() <= 50
    assert corners[:, 1].max() <= 30
    assert foreground_iou(np.ones((30, 50), dtype=bool), painted(outline, (30, 50))) > 0.97


def test_an_empty_mask_has_no_outline() -> None:
    assert outline_of(np.zeros((9, 7), dtype=bool)) == ()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_garment_however_small_has_a_closed_outline(height: int, width: int, seed: int) -> None:
    inside = np.random.default_rng(seed).random((height, width)) < 0.5
    inside[height // 2, width // 2] = True
    outline = outline_of(inside)
    assert outline
    assert all(len(polygon) >= 3 for polygon in outline)


@given(st.integers(3, 80), st.floats(0.1, 5.0), st.integers(0, 2**32 - 1))
def test_no_dropped_corner_is_far_from_the_simplified_outline(corners: int, tolerance: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    ring = np.stack((np.cos(angles), np.sin(angles)), axis=1) * rng.uniform(10, 40, (corners, 1))
    kept = simplified(ring, tolerance)
    if len(kept) < 3:
        pytest.fail("a polygon needs three corners")
    assert {tuple(point) for point in kept} <= {tuple(point) for point in ring}
    assert all(distance_to_outline(point, kept) <= tolerance + 1e-9 for point in ring)


def distance_to_outline(point: NDArray[np.float64], outline: NDArray[np.float64]) -> float:
    starts, ends = outline, np.roll(outline, -1, axis=0)
    along = ends - starts
    share = np.clip(((point - starts) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12), 0, 1)
    return float(np.hypot(*(starts + along * share[:, None] - point).T).min())


def test_a_photo_without_garments_is_taken_whole() -> None:
    photo = np.full((30, 40, 3), 7, dtype=np.uint8)
    assert garments_in(photo, segmentation_of(np.zeros((30, 40), np.uint8)), GARMENTS) == []
    whole = whole_photo(photo)
    assert (whole.label, whole.box_xyxy_pixels, whole.area_share) == (WHOLE, (0, 0, 40, 30), 1.0)
    assert np.array_equal(whole.crop, photo)


def test_a_mask_of_another_photo_is_refused() -> None:
    _, segmentation = dressed_person()
    with pytest.raises(ValueError, match="differ in size"):
        garments_in(np.zeros((10, 10, 3), np.uint8), segmentation, GARMENTS)
