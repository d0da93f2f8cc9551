"""What a kept photo's garments are, for what its owner agreed to besides the search."""

from privacy.photo_vault import OpenPhoto
from privacy.statistics import CountedGarment
from recommender.from_photo import PhotoReading
from recommender.garment_colours import family_probabilities, garment_pixels, measured_colours, named_colours
from recommender.ports import Pixels
from storage.images import read_picture


def garment_labels(kept: OpenPhoto) -> list[str]:
    """Return the labels of the photo's garments, in the order of its crops. Raises PhotoNotFound."""
    return [garment.label for garment in PhotoReading.from_json(kept.read("reading.json")).garments]


def garments_to_count(kept: OpenPhoto) -> list[CountedGarment]:
    """Return each garment's label and main colour, measured on its crop. Raises PhotoNotFound."""
    return [
        CountedGarment(label, main_colour(read_picture(kept.read(f"crop-{number}.jpg"))))
        for number, label in enumerate(garment_labels(kept))
    ]


def main_colour(crop: Pixels) -> str:
    """Return the colour family (one of FAMILIES) of a garment on white ground, uint8 (h, w, 3)."""
    measured = measured_colours(garment_pixels(crop))
    return named_colours(measured, family_probabilities({}))[0].name
