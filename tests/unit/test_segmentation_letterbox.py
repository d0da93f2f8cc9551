"""A photo of any shape is fitted into the network's input with its aspect kept."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segmentation.letterbox import PADDING_RGB, best_size, fitted

SIZES = ((384, 256), (320, 320), (256, 384))


def test_an_upright_photo_gets_an_upright_input_and_a_wide_one_a_wide() -> None:
    assert best_size(960, 640, SIZES) == (384, 256)
    assert best_size(640, 960, SIZES) == (256, 384)
    assert best_size(500, 500, SIZES) == (320, 320)


@given(st.integers(1, 700), st.integers(1, 700), st.sampled_from(SIZES))
def test_the_photo_stands_whole_and_in_proportion_inside_the_input(height: int, width: int, size: tuple) -> None:
    photo = np.full((height, width, 3), 200, dtype=np.uint8)
    placed, (top, left, inner_height, inner_width) = fitted(photo, size)
    assert placed.shape == (*size, 3)
    assert (placed[top : top + inner_height, left : left + inner_width] == 200).all()
    assert (placed == 200).all(axis=2).sum() == inner_height * inner_width
    assert inner_height == size[0] or inner_width == size[1]
    scale = min(size[0] / height, size[1] / width)
    assert abs(inner_height - height * scale) <= max(0.5, 1 - height * scale)
    assert abs(inner_width - width * scale) <= max(0.5, 1 - width * scale)


def test_what_the_photo_leaves_free_is_plain() -> None:
    placed, (top, left, _, _) = fitted(np.zeros((100, 10, 3), dtype=np.uint8), (320, 320))
    assert top == 0
    assert (placed[:, : left - 1] == PADDING_RGB).all()
