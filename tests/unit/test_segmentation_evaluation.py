"""Scores of masks: what counts, what does not, and what is counted together."""

import numpy as np
import pytest

from segmentation.evaluation import UNSCORED, Confusion, foreground_iou
from segmentation.labels import GARMENTS


def ids(*names: str) -> np.ndarray:
    return np.array([[GARMENTS.id_of(name) for name in names]], dtype=np.uint8)


def test_a_perfect_mask_scores_one_for_each_group_in_it() -> None:
    confusion = Confusion()
    confusion.add(ids("background", "hat", "shoes"), ids("background", "hat", "shoes"))
    assert confusion.iou_by_group() == {"background": 1.0, "hat": 1.0, "shoes": 1.0}
    assert confusion.mean_iou() == 1.0


def test_outerwear_counts_as_top() -> None:
    confusion = Confusion()
    confusion.add(ids("outerwear", "top"), ids("top", "outerwear"))
    assert confusion.iou_by_group() == {"top": 1.0}


def test_unscored_pixels_count_neither_for_nor_against() -> None:
    confusion = Confusion()
    truth = ids("hat", "hat", "hat")
    truth[0, 2] = UNSCORED
    confusion.add(truth, ids("hat", "hat", "bag"))
    assert confusion.iou_by_group() == {"hat": 1.0}


def test_a_group_is_scored_over_all_photos_together() -> None:
    confusion = Confusion()
    confusion.add(ids("hat", "hat", "hat"), ids("hat", "hat", "hat"))
    confusion.add(ids("hat"), ids("bag"))
    assert confusion.iou_by_group() == {"hat": 0.75, "bag": 0.0}
    assert confusion.mean_iou() == pytest.approx(0.375)


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        Confusion().add(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8))


def test_a_mean_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no scored pixel"):
        Confusion().mean_iou()


def test_foregrounds_overlap_by_shared_over_covered_pixels() -> None:
    one, other = np.array([[True, True, False]]), np.array([[False, True, True]])
    assert foreground_iou(one, other) == pytest.approx(1 / 3)
    assert foreground_iou(np.zeros((2, 2), bool), np.zeros((2, 2), bool)) == 1.0
