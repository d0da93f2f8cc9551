from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from demo.draw import Drawing, draw_garment
from demo.palette import COLOURS, SHADES
from demo.random_drawings import random_garment
from demo.spec import TYPES, GarmentSpec
from segmentation.labels import GARMENTS

SIDE = 128
CLOTHES = ("sweater", "trousers", "dress", "coat")


def lab(rgb: NDArray[np.floating]) -> NDArray[np.floating]:
    """CIELAB (D65) of sRGB colours 0 to 255, last axis 3; formulas of CIE 15:2004."""
    linear = np.where(rgb / 255 <= 0.04045, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / (0.9505, 1.0, 1.089)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


@cache
def drawn(type_name: str, colour: str = "red", **cut: str) -> Drawing:
    return draw_garment(GarmentSpec(type_name, colour, **cut), side_pixels=SIDE, seed=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("type_name", TYPES)
def test_every_type_fills_its_picture_with_its_own_class(type_name: str) -> None:
    drawing = drawn(type_name)
    own = GARMENTS.id_of(GarmentSpec(type_name, "red").label)
    assert drawing.image.shape == (SIDE, SIDE, 3)
    assert drawing.image.dtype == np.uint8
    assert set(np.unique(drawing.class_ids)) == {0, own}
    rows, columns = np.nonzero(drawing.class_ids)
    assert max(np.ptp(rows), np.ptp(columns)) > 0.75 * SIDE


@pytest.mark.parametrize("type_name", TYPES)
def test_outside_the_mask_there_is_only_white_and_a_soft_shadow(type_name: str) -> None:
    drawing = drawn(type_name)
    near = drawing.class_ids > 0
    for _ in range(2):
        near = near | np.roll(near, 1, 0) | np.roll(near, -1, 0) | np.roll(near, 1, 1) | np.roll(near, -1, 1)
    ground = drawing.image[~near].astype(int)
    assert ground.min() > 190
    assert (ground.max(axis=1) - ground.min(axis=1)).max() <= 2


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("type_name", CLOTHES)
def test_a_plain_garment_has_the_colour_that_it_is_said_to_have(type_name: str, colour: str) -> None:
    drawing = drawn(type_name, colour)
    seen = lab(drawing.image[drawing.class_ids > 0].astype(float)).mean(axis=0)
    wanted = lab(np.array(SHADES[colour], dtype=float))
    assert np.linalg.norm(wanted - seen, axis=1).min() < 15


def test_the_same_seed_gives_the_same_pixels_and_another_seed_does_not() -> None:
    spec = GarmentSpec("dress", "green", pattern="floral")
    first, again, other = (draw_garment(spec, side_pixels=SIDE, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.class_ids, again.class_ids)
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("pattern", ["striped", "checked", "dotted", "floral", "leafy", "gingham", "graphic"])
def test_a_pattern_shows_more_colours_than_the_plain_cloth(pattern: str) -> None:
    plain, patterned = (
        drawn("t-shirt", "navy", sleeves="short"),
        drawn("t-shirt", "navy", sleeves="short", pattern=pattern),
    )
    spread = [lab(d.image[d.class_ids > 0].astype(float)).std(axis=0).sum() for d in (plain, patterned)]
    assert spread[1] > 1.5 * spread[0]


def test_longer_cuts_are_longer_and_wider_legs_are_wider() -> None:
    def shape(**cut: str) -> float:
        rows, columns = np.nonzero(drawn(**cut).class_ids)
        return float(np.ptp(rows) / np.ptp(columns))

    assert shape(type_name="skirt", length="long") > shape(type_name="skirt", length="short")
    assert shape(type_name="jeans", leg="skinny") > shape(type_name="jeans", leg="wide")


def test_random_garments_cover_every_class_that_a_shop_sells() -> None:
    seen = {
        int(class_id) for seed in range(200) for class_id in np.unique(random_garment(seed, side_pixels=32).class_ids)
    }
    assert set(GARMENTS.wearable_ids) <= seen
