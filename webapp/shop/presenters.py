"""A photo's reading -> what the result page draws."""

from dataclasses import dataclass

from recommender.from_photo import PhotoReading, SeenGarment


@dataclass(frozen=True)
class PresentedGarment:
    """One garment as the page shows it; coordinates are pixels of the photo (the SVG's view box)."""

    number: int
    label: str
    path: str
    """SVG path data of the outline."""
    label_x: int
    label_y: int
    chosen: bool
    sure: bool
    """False when the segmenter doubts: the page then says "perhaps"."""


@dataclass(frozen=True)
class PresentedPhoto:
    """The photo with its garments."""

    id: str
    width: int
    height: int
    garments: tuple[PresentedGarment, ...]
    whole_photo_used: bool

    @property
    def chosen(self) -> PresentedGarment:
        return next(garment for garment in self.garments if garment.chosen)


def present_photo(photo_id: str, reading: PhotoReading, chosen: int) -> PresentedPhoto:
    """Return the page's view of a reading; `chosen` is the number of the garment whose matches are shown."""
    garments = tuple(_present(number, seen, number == chosen) for number, seen in enumerate(reading.garments))
    return PresentedPhoto(photo_id, reading.width_pixels, reading.height_pixels, garments, reading.whole_photo_used)


def _present(number: int, seen: SeenGarment, chosen: bool) -> PresentedGarment:
    left, top, right, bottom = seen.box_xyxy_pixels
    path = " ".join("M" + " L".join(f"{x} {y}" for x, y in polygon) + " Z" for polygon in seen.outline)
    return PresentedGarment(
        number=number,
        label=seen.label,
        path=path,
        label_x=(left + right) // 2,
        label_y=(top + bottom) // 2,
        chosen=chosen,
        sure=seen.confidence >= 0.6,
    )
