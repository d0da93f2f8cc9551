"""The colours of a garment: measured, gathered and named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from recommender.colour import srgb_to_lab
from recommender.garment_colours import (
    FAMILIES,
    FAMILY_OF_CATALOGUE_NAME,
    SHADES,
    MeasuredColour,
    ciede2000,
    family_likelihoods,
    family_probabilities,
    garment_pixels,
    has_white_ground,
    main_family_probabilities,
    measured_colours,
    named_colours,
    shade_of,
    srgb_hex,
)
from recommender.ports import Pixels

SWATCHES = {
    "#101010": "black",
    "#f9f9f9": "white",
    "#8a8a8a": "grey",
    "#6a4630": "brown",
    "#d9c7a8": "beige",
    "#c01c28": "red",
    "#ec9ab8": "pink",
    "#e8772c": "orange",
    "#f1d030": "yellow",
    "#2e7d45": "green",
    "#2b5bb5": "blue",
    "#6c3f92": "purple",
}
UNSURE = np.full(12, 1 / 12)


def rgb(code: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(code[1:])
    return red, green, blue


def swatch(code: str, side: int = 40) -> Pixels:
    return np.full((side, side, 3), rgb(code), np.uint8)


def garment_on_white(*codes: str) -> Pixels:
    """Equal upright bands of colours, in the middle of white ground."""
    picture = Image.new("RGB", (120, 120), "white")
    drawing = ImageDraw.Draw(picture)
    width = 60 // len(codes)
    for number, code in enumerate(codes):
        drawing.rectangle((30 + number * width, 20, 30 + (number + 1) * width - 1, 99), fill=code)
    return np.asarray(picture)


def lab_of(code: str) -> tuple[float, float, float]:
    lightness, a, b = srgb_to_lab(np.array(rgb(code), np.uint8)).tolist()
    return lightness, a, b


def certain(family: str) -> np.ndarray:
    return np.where(np.array(FAMILIES) == family, 0.89, 0.01)


# Sharma, Wu and Dalal (2005), table 1: pairs 1, 7, 17, 20, 25 and 34.
@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_colour_differences_are_those_of_the_published_table(
    one: tuple[float, ...], other: tuple[float, ...], difference: float
) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(difference, abs=1e-4)
    assert ciede2000(np.array(other), np.array(one)) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize(("code", "family"), SWATCHES.items())
def test_a_drawn_swatch_has_its_own_name_and_all_of_the_share(code: str, family: str) -> None:
    colours = named_colours(measured_colours(garment_pixels(swatch(code))), UNSURE)
    assert [(colour.name, colour.share) for colour in colours] == [(family, pytest.approx(1.0))]
    assert colours[0].lab == pytest.approx(lab_of(code), abs=0.1)


def test_two_bands_have_half_of_the_share_each() -> None:
    colours = named_colours(measured_colours(garment_pixels(garment_on_white("#c01c28", "#2b5bb5"))), UNSURE)
    assert {colour.name: colour.share for colour in colours} == {
        "red": pytest.approx(0.5, abs=0.05),
        "blue": pytest.approx(0.5, abs=0.05),
    }


def test_white_ground_is_not_the_garments() -> None:
    colours = measured_colours(garment_pixels(garment_on_white("#2e7d45")))
    assert len(colours) == 1
    assert colours[0].lab == pytest.approx(lab_of("#2e7d45"), abs=0.1)


def test_a_picture_that_is_all_white_is_a_white_garment() -> None:
    pixels = garment_pixels(np.full((30, 30, 3), 255, np.uint8))
    assert len(pixels) == 900
    assert named_colours(measured_colours(pixels), UNSURE)[0].name == "white"


def test_folds_of_one_cloth_are_one_colour() -> None:
    shading = np.linspace(0.75, 1.0, 100)[None, :, None] * np.array(rgb("#2b5bb5"))
    pixels = np.broadcast_to(shading.round(), (100, 100, 3)).astype(np.uint8)
    assert len(measured_colours(pixels.reshape(-1, 3))) == 1


def test_what_the_network_says_decides_between_near_families() -> None:
    greyish = (MeasuredColour((82.0, 0.0, 0.5), 1.0),)
    assert named_colours(greyish, certain("white"))[0].name == "white"
    assert named_colours(greyish, certain("grey"))[0].name == "grey"


def test_the_main_colour_comes_first_though_another_has_more_pixels() -> None:
    measured = (MeasuredColour(lab_of("#141416"), 0.6), MeasuredColour(lab_of("#c01c28"), 0.4))
    colours = named_colours(measured, np.where(np.array(FAMILIES) == "red", 0.999, 0.0001))
    assert [colour.name for colour in colours] == ["red", "black"]
    assert colours[0].share >= colours[1].share


def test_a_person_names_the_colour_whatever_was_measured() -> None:
    measured = measured_colours(garment_pixels(garment_on_white("#c01c28", "#2b5bb5")))
    colours = named_colours(measured, certain("red"), corrected="purple")
    assert (colours[0].name, colours[0].probability, colours[0].corrected) == ("purple", 1.0, True)
    assert not any(colour.corrected for colour in colours[1:])


def test_every_shade_is_of_its_own_family() -> None:
    for family, shades in SHADES.items():
        for shade, lab in shades.items():
            assert FAMILIES[int(family_likelihoods(np.array([lab])).argmax())] == family
            assert shade_of(lab, family) == shade


def test_a_dark_blue_is_navy_and_a_dark_red_burgundy() -> None:
    assert shade_of(lab_of("#1b2440"), "blue") == "navy"
    assert shade_of(lab_of("#5e1a2b"), "red") == "burgundy"


def test_catalogue_names_add_up_to_their_families() -> None:
    shares = family_probabilities({"Navy Blue": 0.5, "Blue": 0.25, "Maroon": 0.15, "Multi": 0.1})
    assert shares[FAMILIES.index("blue")] == pytest.approx(0.75 / 0.9)
    assert shares.sum() == pytest.approx(1.0)
    assert set(FAMILY_OF_CATALOGUE_NAME.values()) == set(FAMILIES)


def test_only_a_picture_with_white_sides_is_a_catalogues() -> None:
    assert has_white_ground(garment_on_white("#c01c28"))
    assert not has_white_ground(swatch("#8a8a8a"))


def test_a_colour_survives_the_way_to_lab_and_back() -> None:
    for code in SWATCHES:
        assert srgb_hex(lab_of(code)) == code


pixel_sets = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=60).map(
    lambda colours: np.array(colours, np.uint8)
)


@settings(max_examples=60, deadline=None)
@given(pixel_sets, st.sampled_from(FAMILIES))
def test_shares_sum_to_one_largest_first_and_the_likeliest_family_leads(pixels: Pixels, family: str) -> None:
    measured, network = measured_colours(pixels), certain(family)
    colours = named_colours(measured, network)
    shares = [colour.share for colour in colours]
    assert sum(shares) == pytest.approx(1.0)
    assert shares == sorted(shares, reverse=True)
    assert colours[0].name == FAMILIES[int(main_family_probabilities(measured, network).argmax())]
    assert len({(colour.name, colour.shade) for colour in colours}) == len(colours)
