"""What a garment is, from what a network says and what people correct."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.attributes import (
    NAMED_ATTRIBUTES,
    RUNNERS_UP,
    known_values,
    largest_garment_view,
    read_attributes,
    require_known,
    whole_view,
)
from recommender.errors import NoSuchAttribute, NoSuchAttributeValue
from recommender.garment_colours import FAMILIES
from recommender.ports import Pixels
from segmentation.labels import GARMENTS, LabelSet
from segmentation.ports import Region, Segmentation
from tests.attribute_weights import VALUES

RED = (192, 28, 40)


class FixedReader:
    """`AttributeReader` that says the same of every picture: the first value most, the others less and less."""

    values: Mapping[str, tuple[str, ...]] = VALUES

    def read_probabilities(self, images: Sequence[Pixels]) -> dict[str, NDArray[np.float32]]:
        return {name: np.stack([_falling(len(values))] * len(images)) for name, values in VALUES.items()}


def _falling(count: int) -> NDArray[np.float32]:
    weights = 0.5 ** np.arange(count)
    return (weights / weights.sum()).astype(np.float32)


class LowerHalfIsADress:
    """`Segmenter` that finds a dress in the lower half of every photo."""

    label_set: LabelSet = GARMENTS
    model_id = "lower-half"

    def segment(self, photo: Pixels) -> Segmentation:
        height, width = photo.shape[:2]
        dress = GARMENTS.id_of("dress")
        class_ids = np.zeros((height, width), np.uint8)
        class_ids[height // 2 :] = dress
        return Segmentation(class_ids, (Region(dress, (0, height // 2, width, height), 0.9, height // 2 * width),))


def photo_of_a_red_dress(ground: tuple[int, int, int]) -> Pixels:
    photo = np.full((60, 40, 3), ground, np.uint8)
    photo[30:] = RED
    return photo


def test_the_likeliest_value_comes_first_with_three_others() -> None:
    read = read_attributes(whole_view(photo_of_a_red_dress((40, 90, 40))), FixedReader()).values["articleType"]
    assert read.best.value == "Tshirts"
    assert [other.value for other in read.others] == ["Dresses", "Jeans", "Shirts"]
    assert len(read.others) == RUNNERS_UP
    probabilities = [read.best.probability, *(other.probability for other in read.others)]
    assert probabilities == sorted(probabilities, reverse=True)


def test_every_attribute_is_read() -> None:
    reading = read_attributes(whole_view(photo_of_a_red_dress((40, 90, 40))), FixedReader())
    assert tuple(reading.values) == NAMED_ATTRIBUTES
    assert reading.colours


def test_a_correction_wins_with_certainty_and_leaves_the_rest() -> None:
    view = whole_view(photo_of_a_red_dress((40, 90, 40)))
    reading = read_attributes(view, FixedReader(), {"articleType": "Dresses", "colour": "red"})
    corrected = reading.values["articleType"]
    assert (corrected.best.value, corrected.best.probability, corrected.corrected) == ("Dresses", 1.0, True)
    assert (reading.colours[0].name, reading.colours[0].corrected) == ("red", True)
    assert not reading.values["pattern"].corrected


def test_only_the_garments_own_pixels_are_measured() -> None:
    view = largest_garment_view(photo_of_a_red_dress((40, 90, 40)), LowerHalfIsADress())
    assert (view.pixels == RED).all()


def test_a_photo_on_white_ground_is_taken_whole() -> None:
    photo = np.full((60, 40, 3), 255, np.uint8)
    photo[20:40, 10:30] = RED
    view = largest_garment_view(photo, LowerHalfIsADress())
    assert view.picture is photo
    assert (view.pixels == RED).all()


def test_colours_can_be_corrected_to_the_twelve_families_only() -> None:
    known = known_values(FixedReader())
    assert known["colour"] == FAMILIES
    require_known("colour", "blue", known)
    with pytest.raises(NoSuchAttributeValue, match=r"Navy Blue.*purple"):
        require_known("colour", "Navy Blue", known)
    with pytest.raises(NoSuchAttribute, match="articleType"):
        require_known("sleeves", "long", known)
