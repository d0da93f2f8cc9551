"""Judging a segmenter: street photos together and by skin, photos of one garment by their main group."""

from pathlib import Path

import numpy as np
import pytest

from segmentation.evaluation import lightness_of, main_group, skin_group
from segmentation.evaluation_sets import GarmentPhoto, StreetPhoto
from segmentation.judgement import judge_garment_photos, judge_street_photos
from segmentation.labels import GARMENTS, LabelSet
from segmentation.ports import Pixels, Segmentation
from tests.factories import encoded, photo

TOP, OUTERWEAR, HAT, SKIN = (GARMENTS.id_of(name) for name in ("top", "outerwear", "hat", "skin"))


class FixedSegmenter:
    """`Segmenter` that sees the same everywhere: class ids, uint8 (H, W), stretched over the photo."""

    model_id = "fixed@1"

    def __init__(self, class_ids: list[list[int]]) -> None:
        self._class_ids = np.array(class_ids, np.uint8)

    @property
    def label_set(self) -> LabelSet:
        return GARMENTS

    def segment(self, photo: Pixels) -> Segmentation:
        rows, columns = self._class_ids.shape
        tall, wide = photo.shape[0] // rows, photo.shape[1] // columns
        return Segmentation(self._class_ids.repeat(tall, axis=0).repeat(wide, axis=1), ())


def street_photo(skin_grey: int, class_ids: list[list[int]]) -> StreetPhoto:
    truth = np.array(class_ids, np.uint8)
    pixels = np.full((*truth.shape, 3), 200, np.uint8)
    pixels[truth == SKIN] = skin_grey
    return StreetPhoto("one", pixels, truth)


@pytest.mark.parametrize(("grey", "lightness"), [(0, 0.0), (119, 50.0), (255, 100.0)])
def test_lightness_is_that_of_cielab(grey: int, lightness: float) -> None:
    assert lightness_of(np.full(3, grey, np.uint8)) == pytest.approx(lightness, abs=0.2)


@pytest.mark.parametrize(("grey", "group"), [(60, "dark"), (120, "medium"), (180, "light")])
def test_skin_is_grouped_by_its_mean_lightness(grey: int, group: str) -> None:
    assert skin_group(np.full((4, 4, 3), grey, np.uint8), np.eye(4, dtype=bool)) == group


def test_too_little_skin_tells_nothing() -> None:
    skin = np.zeros((50, 50), bool)
    skin[0, 0] = True
    assert skin_group(np.zeros((50, 50, 3), np.uint8), skin) is None


def test_street_photos_are_scored_together_and_by_skin() -> None:
    photos = [street_photo(60, [[SKIN, HAT], [TOP, TOP]]), street_photo(180, [[SKIN, TOP], [TOP, TOP]])]
    scores = judge_street_photos(photos, FixedSegmenter([[SKIN, HAT], [TOP, OUTERWEAR]]))
    assert scores.together.iou_by_group() == pytest.approx({"skin": 1.0, "hat": 0.5, "top": 4 / 5})
    assert scores.photos_by_skin == {"dark": 1, "light": 1}
    dark, light = scores.mean_iou_by_skin()["dark"], scores.mean_iou_by_skin()["light"]
    assert dark == pytest.approx((1.0, (1.0 + 0.5 + 4 / 5) / 3))
    assert light == pytest.approx(((1.0 + 2 / 3) / 2, (1.0 + 4 / 5) / 2)), "no hat stands in the light group's truth"


def test_the_main_group_has_the_most_pixels_and_outerwear_is_top() -> None:
    assert main_group(np.array([[HAT, HAT, TOP, OUTERWEAR, OUTERWEAR, SKIN, SKIN, SKIN, SKIN]], np.uint8)) == "top"
    assert main_group(np.array([[SKIN, 0]], np.uint8)) == "nothing"


def test_photos_of_one_garment_are_right_when_their_main_group_is(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(photo(8, 8)))
    photos = [GarmentPhoto(path, "hat"), GarmentPhoto(path, "shirt"), GarmentPhoto(path, "outwear")]
    segmenter = FixedSegmenter([[OUTERWEAR, OUTERWEAR], [TOP, 0]])

    def left_half(pixels: Pixels) -> np.ndarray:
        columns = np.arange(pixels.shape[1]) < pixels.shape[1] // 2
        return np.broadcast_to(columns * np.uint8(255), pixels.shape[:2])

    scores = judge_garment_photos(photos, segmenter, left_half)
    assert scores.right == {"hat": [False], "shirt": [True], "outwear": [True]}
    assert scores.share_right() == pytest.approx(2 / 3)
    assert scores.mean_overlap() == pytest.approx(2 / 3)
    assert np.isnan(judge_garment_photos(photos, segmenter).mean_overlap())
