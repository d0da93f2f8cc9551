"""What a garment is: its type, colours, pattern, usage, gender and season, each with how sure the reading is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.errors import NoSuchAttribute, NoSuchAttributeValue
from recommender.garment_colours import (
    FAMILIES,
    GarmentColour,
    family_probabilities,
    garment_pixels,
    has_white_ground,
    measured_colours,
    named_colours,
)
from recommender.ports import AttributeReader, Pixels
from segmentation.garments import garments_in
from segmentation.ports import Segmenter

COLOUR = "colour"
NAMED_ATTRIBUTES = ("articleType", "pattern", "usage", "gender", "season")
"""The attributes that have one value of a list; colours are several, measured."""
ATTRIBUTES = ("articleType", COLOUR, "pattern", "usage", "gender", "season")

RUNNERS_UP = 3


@dataclass(frozen=True)
class ReadValue:
    """One value of an attribute and the probability, 0 to 1, that it is the right one."""

    value: str
    probability: float


@dataclass(frozen=True)
class ReadAttribute:
    """What was read of one attribute: the likeliest value and up to RUNNERS_UP others, likeliest first.

    One that a person has corrected has probability 1 and no others.
    """

    best: ReadValue
    others: tuple[ReadValue, ...] = ()
    corrected: bool = False


@dataclass(frozen=True)
class AttributeReading:
    """All that was read of one garment.

    values: one of each NAMED_ATTRIBUTES; colours: the main one first, then by share; the shares sum to 1.
    """

    values: Mapping[str, ReadAttribute]
    colours: tuple[GarmentColour, ...]


@dataclass(frozen=True)
class GarmentView:
    """One garment as it is read. picture: the network's view, uint8 (H, W, 3); pixels: the garment's own, (n, 3)."""

    picture: Pixels
    pixels: Pixels


def whole_view(photo: Pixels) -> GarmentView:
    """Return a photo, uint8 (H, W, 3), as one garment; white ground is not the garment's."""
    return GarmentView(photo, garment_pixels(photo))


def largest_garment_view(photo: Pixels, segmenter: Segmenter) -> GarmentView:
    """Return the largest garment of a photo, uint8 (H, W, 3); all of it where the photo is a catalogue's, on white.

    The network has learned catalogue photos whole, and knows which of the worn garments one is about.
    """
    if has_white_ground(photo):
        return whole_view(photo)
    segmentation = segmenter.segment(photo)
    garments = garments_in(photo, segmentation, segmenter.label_set)
    if not garments:
        return whole_view(photo)
    return GarmentView(garments[0].crop, photo[segmentation.class_ids == garments[0].class_id])


def read_attributes(
    view: GarmentView, reader: AttributeReader, corrections: Mapping[str, str] | None = None
) -> AttributeReading:
    """Return what a garment is; what a person has corrected (attribute -> value) wins over what the network says."""
    corrected = corrections or {}
    seen = {name: rows[0] for name, rows in reader.read_probabilities([view.picture]).items()}
    values = {
        name: _corrected(corrected[name]) if name in corrected else _ranked(reader.values[name], seen[name])
        for name in NAMED_ATTRIBUTES
    }
    names = dict(zip(reader.values[COLOUR], seen[COLOUR].tolist(), strict=True))
    colours = named_colours(measured_colours(view.pixels), family_probabilities(names), corrected=corrected.get(COLOUR))
    return AttributeReading(values, colours)


def known_values(reader: AttributeReader) -> dict[str, tuple[str, ...]]:
    """Return the values that each of ATTRIBUTES may have; a colour is one of the twelve families."""
    return {name: FAMILIES if name == COLOUR else reader.values[name] for name in ATTRIBUTES}


def require_known(attribute: str, value: str, known: Mapping[str, tuple[str, ...]]) -> None:
    """Raise NoSuchAttribute or NoSuchAttributeValue, which list what there is."""
    if attribute not in known:
        raise NoSuchAttribute(attribute, tuple(known))
    if value not in known[attribute]:
        raise NoSuchAttributeValue(attribute, value, known[attribute])


def _ranked(values: tuple[str, ...], probabilities: NDArray[np.float32]) -> ReadAttribute:
    order = np.argsort(-probabilities, kind="stable")[: 1 + RUNNERS_UP]
    best, *others = (ReadValue(values[index], float(probabilities[index])) for index in order)
    return ReadAttribute(best, tuple(others))


def _corrected(value: str) -> ReadAttribute:
    return ReadAttribute(ReadValue(value, 1.0), corrected=True)
