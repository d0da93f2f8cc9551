"""What every segmenter promises, on drawn photos; what the embedded one promises about its weights and its quality.

The public ones are small SegFormers with random weights, in the hub's folder format.
"""

import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from segmentation.errors import SegmenterWeightsDamaged, SegmenterWeightsMissing
from segmentation.evaluation import Confusion
from segmentation.garments import garments_in
from segmentation.onnx_segmenter import OnnxSegmenter
from segmentation.ports import Segmentation, Segmenter
from segmentation.segformer import TransformersSegmenter
from tests.small_models import ATR, CITYSCAPES, save_segformer
from training.segmentation_data import ccp_names, ccp_photos

WEIGHTS = Path(__file__).parents[2] / "segmentation/weights"


@pytest.fixture(scope="module")
def embedded() -> Segmenter:
    return OnnxSegmenter(WEIGHTS)


@pytest.fixture(scope="module", params=["embedded", "SegFormer of ATR-18", "SegFormer of Cityscapes"])
def make_segmenter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Segmenter]:
    if request.param == "embedded":
        return partial(OnnxSegmenter, WEIGHTS)
    names = ATR if request.param.endswith("ATR-18") else CITYSCAPES
    return partial(TransformersSegmenter, str(save_segformer(tmp_path_factory.mktemp("model"), names)))


@pytest.fixture(scope="module")
def segmenter(make_segmenter: Callable[[], Segmenter]) -> Segmenter:
    return make_segmenter()


def drawn_trousers(width: int, height: int) -> NDArray[np.uint8]:
    """Return a photo, uint8 (height, width, 3), of blue trousers lying on a light floor."""
    image = Image.new("RGB", (width, height), (225, 215, 200))
    corners = ((0.3, 0.1), (0.7, 0.1), (0.78, 0.92), (0.58, 0.92), (0.5, 0.35), (0.42, 0.92), (0.22, 0.92))
    ImageDraw.Draw(image).polygon([(x * width, y * height) for x, y in corners], fill=(40, 60, 110))
    return np.asarray(image)


def assert_keeps_the_contract(found: Segmentation, photo: NDArray[np.uint8], segmenter: Segmenter) -> None:
    assert found.class_ids.dtype == np.uint8
    assert found.class_ids.shape == photo.shape[:2]
    present = set(np.unique(found.class_ids).tolist()) - {0}
    assert [region.class_id for region in found.regions] == sorted(present)
    assert max(present, default=0) < len(segmenter.label_set.names)
    for region in found.regions:
        rows, columns = np.nonzero(found.class_ids == region.class_id)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert region.box_xyxy_pixels == box
        assert region.area_pixels == rows.size
        assert 0.0 <= region.confidence <= 1.0


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (17, 900), (900, 17), (277, 416), (640, 640), (3000, 2000)])
def test_a_photo_of_any_size_gets_a_mask_of_its_own_size(segmenter: Segmenter, size: tuple[int, int]) -> None:
    photo = drawn_trousers(*size)
    assert_keeps_the_contract(segmenter.segment(photo), photo, segmenter)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_photo_of_one_colour_shows_no_garment(segmenter: Segmenter, level: int) -> None:
    photo = np.full((300, 200, 3), level, dtype=np.uint8)
    found = segmenter.segment(photo)
    assert_keeps_the_contract(found, photo, segmenter)
    assert garments_in(photo, found, segmenter.label_set) == []


def test_the_same_photo_gives_the_same_segmentation(segmenter: Segmenter) -> None:
    photo = drawn_trousers(300, 400)
    one, other = segmenter.segment(photo), segmenter.segment(photo)
    assert np.array_equal(one.class_ids, other.class_ids)
    assert one.regions == other.regions


def test_a_photo_is_left_as_it_was_and_may_be_read_only(segmenter: Segmenter) -> None:
    photo = drawn_trousers(300, 400).copy()
    before = photo.copy()
    photo.setflags(write=False)
    segmenter.segment(photo)
    assert np.array_equal(photo, before)


def test_drawn_trousers_are_found_where_they_lie(embedded: Segmenter) -> None:
    photo = drawn_trousers(480, 640)
    garments = garments_in(photo, embedded.segment(photo), embedded.label_set)
    assert garments[0].label == "pants"
    left, top, right, bottom = garments[0].box_xyxy_pixels
    assert max(abs(left - 106), abs(right - 374)) < 40
    assert max(abs(top - 64), abs(bottom - 589)) < 50


def test_one_segmenter_serves_several_threads_and_loads_once(
    segmenter: Segmenter, make_segmenter: Callable[[], Segmenter]
) -> None:
    photos = [drawn_trousers(200 + 40 * i, 300) for i in range(4)]
    alone = [segmenter.segment(photo).class_ids for photo in photos]
    fresh = make_segmenter()
    together: dict[int, NDArray[np.uint8]] = {}

    def work(index: int) -> None:
        together[index] = fresh.segment(photos[index]).class_ids

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(alone[index], together[index]) for index in range(4))


def test_the_model_id_names_weights_and_revision(segmenter: Segmenter) -> None:
    name, _, revision = segmenter.model_id.partition("@")
    assert name
    assert revision


def test_a_missing_weights_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SegmenterWeightsMissing, match=r"garments\.json"):
        OnnxSegmenter(tmp_path).segment(drawn_trousers(20, 20))


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    shutil.copy(WEIGHTS / "garments.json", tmp_path)
    with pytest.raises(SegmenterWeightsMissing, match=r"garments\.onnx"):
        OnnxSegmenter(tmp_path).segment(drawn_trousers(20, 20))


def test_a_truncated_network_is_refused(tmp_path: Path) -> None:
    shutil.copy(WEIGHTS / "garments.json", tmp_path)
    network = (WEIGHTS / "garments.onnx").read_bytes()
    (tmp_path / "garments.onnx").write_bytes(network[: len(network) // 2])
    with pytest.raises(SegmenterWeightsDamaged, match=r"garments\.onnx"):
        OnnxSegmenter(tmp_path).segment(drawn_trousers(20, 20))


@pytest.mark.parametrize("facts", ["", "{", "[]", '{"model_id": "x"}'])
def test_garbled_facts_are_refused(tmp_path: Path, facts: str) -> None:
    (tmp_path / "garments.json").write_text(facts)
    with pytest.raises(SegmenterWeightsDamaged):
        _ = OnnxSegmenter(tmp_path).model_id


def test_held_out_street_photos_are_segmented_well(embedded: Segmenter, fashion_data: Path) -> None:
    confusion = Confusion()
    for photo in ccp_photos(fashion_data, ccp_names(fashion_data)[1][:30]):
        confusion.add(photo.class_ids, embedded.segment(photo.pixels).class_ids)
    assert confusion.mean_iou() > 0.50
