"""A person's word on the garments of their photo: kept sealed with the photo, it decides what is recommended first."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from catalog.products import ProductFilter
from catalog.vocabulary import Kind, slugs
from privacy.audit_notes import note
from privacy.errors import PhotoPartMissing
from privacy.photo_vault import OpenPhoto
from recommender.errors import NoSuchAttributeValue, NoSuchGarment

PART = "corrections.json"
"""The part of a kept photo that holds the corrections of its garments."""


@dataclass(frozen=True)
class GarmentCorrection:
    """What a garment is, as its owner says; empty: nothing was corrected. Values are the shop's own slugs."""

    category: str = ""
    colour: str = ""

    def __bool__(self) -> bool:
        return bool(self.category or self.colour)

    def narrowed(self, wanted: ProductFilter) -> ProductFilter:
        """Return the filter with what was corrected; what the shopper chose for this search stays as it is."""
        return replace(
            wanted,
            categories=wanted.categories or frozenset(filter(None, (self.category,))),
            colours=wanted.colours or frozenset(filter(None, (self.colour,))),
        )

    def tiers(self, wanted: ProductFilter) -> list[ProductFilter]:
        """Return the filters to search with, the most fitting first, `wanted` itself last; each once."""
        parts = (self, replace(self, colour=""), replace(self, category=""), NOTHING_CORRECTED)
        return list(dict.fromkeys(part.narrowed(wanted) for part in parts))

    def said(self) -> dict[str, str]:
        """Return what was corrected: attribute -> value."""
        return {attribute: value for attribute, value in asdict(self).items() if value}


Box = tuple[float, float, float, float]

NOTHING_CORRECTED = GarmentCorrection()


def corrections_of(kept: OpenPhoto) -> dict[int, GarmentCorrection]:
    """Return what was corrected of a photo: number of the garment -> correction. Raises CannotBeDecrypted."""
    try:
        stored = json.loads(kept.read(PART))
    except PhotoPartMissing:
        return {}
    return {int(number): GarmentCorrection(**said) for number, said in stored.items()}


def correct_garment(
    kept: OpenPhoto, number: int, correction: GarmentCorrection, *, garments: int, pseudonym: str
) -> None:
    """Keep what the owner says of a garment, in place of what was said before; an empty one lets the model speak again.

    garments: how many the photo has. Raises NoSuchGarment, NoSuchAttributeValue. The audit note waits for a commit.
    """
    if not 0 <= number < garments:
        raise NoSuchGarment(number, garments)
    _require_known(correction)
    corrections = corrections_of(kept) | {number: correction}
    stored = {str(one): said.said() for one, said in sorted(corrections.items()) if said}
    kept.write(PART, json.dumps(stored).encode())
    note("garment.corrected", actor=pseudonym, subject=pseudonym, details={"attributes": ", ".join(correction.said())})


def correction_from(said: Mapping[str, object]) -> GarmentCorrection:
    """Return the correction of an export, or of another source. Raises NoSuchAttributeValue."""
    correction = GarmentCorrection(str(said.get("category", "")), str(said.get("colour", "")))
    _require_known(correction)
    return correction


def carried_over(
    exported: Iterable[tuple[str, Box, Mapping[str, str]]], seen: Sequence[tuple[str, Box]]
) -> dict[int, GarmentCorrection]:
    """Return the corrections of a photo that was read anew: number of the garment seen now -> correction.

    A garment (label, box in pixels, what was said) is the one with the same label whose box covers the same place;
    what this shop has no word for is left out.
    """
    carried = {}
    for label, box, said in exported:
        same = [number for number, (name, place) in enumerate(seen) if name == label and _overlap(box, place) > 0.5]
        if same and said:
            try:
                carried[same[0]] = correction_from(said)
            except NoSuchAttributeValue:
                continue
    return carried


def _overlap(one: Box, other: Box) -> float:
    """Return the intersection of two boxes over their union, 0 to 1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared) if areas > shared else 0.0


def _require_known(correction: GarmentCorrection) -> None:
    for kind, value in ((Kind.CATEGORY, correction.category), (Kind.COLOUR, correction.colour)):
        if value and value not in slugs(kind):
            raise NoSuchAttributeValue(kind.value, value, slugs(kind))
