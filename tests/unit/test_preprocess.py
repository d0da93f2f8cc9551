"""Photos of every shape become the encoder's square."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.preprocess import InputFormat, encoder_input, normalised, squared, stretched

FORMAT = InputFormat(32, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def flat(height: int, width: int, value: int = 0) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


@settings(max_examples=40)
@given(height=st.integers(1, 300), width=st.integers(1, 300))
def test_every_size_fills_the_square_without_stretching(height: int, width: int) -> None:
    square = squared(flat(height, width), 32)
    assert square.shape == (32, 32, 3)
    dark = square.max(axis=2) < 128
    across, down = dark.any(axis=0).sum(), dark.any(axis=1).sum()
    scale = 32 / max(height, width)
    assert abs(across - max(1, width * scale)) <= 1
    assert abs(down - max(1, height * scale)) <= 1


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 5000), (5000, 1), (3, 700)])
def test_extreme_shapes_keep_their_colour_in_the_middle(height: int, width: int) -> None:
    square = squared(flat(height, width, 40), 32)
    assert square[15:17, 15:17].min() <= 60


def test_what_a_photo_does_not_fill_is_white() -> None:
    square = squared(flat(10, 40), 32)
    assert (square[:10] == 255).all()
    assert (square[-10:] == 255).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (10, 40), (300, 7)])
def test_a_stretched_photo_fills_the_square(height: int, width: int) -> None:
    square = stretched(flat(height, width, 40), 32)
    assert square.shape == (32, 32, 3)
    assert (square == 40).all()


def test_a_grey_photo_is_taken_as_colour() -> None:
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8)
    assert np.array_equal(squared(grey, 32), squared(np.stack([grey] * 3, axis=2), 32))


@pytest.mark.parametrize(
    "photo",
    [
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros(4, np.uint8),
    ],
)
def test_what_is_no_photo_is_refused(photo: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a photo is uint8"):
        squared(photo, 32)
    with pytest.raises(ValueError, match="a photo is uint8"):
        stretched(photo, 32)


def test_photos_of_different_sizes_share_a_batch_in_order() -> None:
    batch = encoder_input([flat(5, 5, 0), flat(90, 20, 255)], FORMAT)
    assert batch.shape == (2, 3, 32, 32)
    assert batch.dtype == np.float32
    assert batch[0].max() < 0 < batch[1].min()


def test_no_photos_make_an_empty_batch() -> None:
    assert encoder_input([], FORMAT).shape == (0, 3, 32, 32)


def test_normalising_is_undone_by_mean_and_deviation() -> None:
    squares = np.random.default_rng(4).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    values = normalised(squares, FORMAT).transpose(0, 2, 3, 1)
    back = (values * np.array(FORMAT.std) + np.array(FORMAT.mean)) * 255
    assert np.allclose(back, squares, atol=1e-3)
