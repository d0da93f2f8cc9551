"""The colours of a garment as a vector: known values, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.colour import COLOUR_DIM, describe_colour, srgb_to_lab, with_colour, with_no_colour

RED, NAVY, WHITE = (200, 20, 30), (20, 24, 70), (255, 255, 255)
colours = st.tuples(*(st.integers(0, 235) for _ in range(3)))


def square(colour: tuple[int, int, int], *, ground: tuple[int, int, int] = WHITE) -> np.ndarray:
    picture = np.full((60, 60, 3), ground, np.uint8)
    picture[15:45, 20:40] = colour
    return picture


@pytest.mark.parametrize(
    ("srgb", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_known_colours_have_their_published_lab_values(
    srgb: tuple[int, int, int], lab: tuple[float, float, float]
) -> None:
    assert srgb_to_lab(np.array(srgb, np.uint8)) == pytest.approx(lab, abs=0.05)


@given(colours)
def test_every_garment_is_described_by_a_vector_of_length_one(colour: tuple[int, int, int]) -> None:
    described = describe_colour(square(colour))
    assert described.shape == (COLOUR_DIM,)
    assert np.linalg.norm(described) == pytest.approx(1, abs=1e-4)


def test_white_ground_does_not_count() -> None:
    tight = describe_colour(np.full((30, 20, 3), RED, np.uint8))
    assert describe_colour(square(RED)) @ tight == pytest.approx(1, abs=1e-4)


def test_an_empty_white_picture_is_white() -> None:
    white = np.full((20, 20, 3), 255, np.uint8)
    assert np.linalg.norm(describe_colour(white)) == pytest.approx(1, abs=1e-4)


@given(colours, st.lists(st.floats(0.94, 1.06), min_size=3, max_size=3))
def test_slightly_other_light_changes_little(colour: tuple[int, int, int], gains: list[float]) -> None:
    lit = tuple(int(min(240, value * gain)) for value, gain in zip(colour, gains, strict=True))
    assert describe_colour(square(colour)) @ describe_colour(square(lit)) > 0.75  # type: ignore[arg-type]


def test_red_is_nearer_to_dark_red_than_to_navy() -> None:
    red, dark_red, navy = (describe_colour(square(colour)) for colour in (RED, (150, 15, 25), NAVY))
    assert red @ dark_red > red @ navy + 0.3


def test_the_weight_is_the_share_of_the_colours_in_a_cosine() -> None:
    rows = np.eye(2, 4, dtype=np.float32)
    fused = with_colour(rows, [square(RED), square(RED)], weight=0.3)
    assert fused.shape == (2, 4 + COLOUR_DIM)
    assert fused[0] @ fused[1] == pytest.approx(0.3, abs=1e-3)
    assert np.linalg.norm(fused, axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_words_leave_the_colours_open() -> None:
    rows = with_no_colour(np.eye(2, 4, dtype=np.float32))
    assert rows.shape == (2, 4 + COLOUR_DIM)
    assert not rows[:, 4:].any()
