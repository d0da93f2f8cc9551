"""Label sets: which class id means what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LabelSet:
    """Class names by class id (the position in `names`); id 0 is the background."""

    name: str
    names: tuple[str, ...]
    wearable: frozenset[str]

    def id_of(self, name: str) -> int:
        """Return the class id of `name`. Raises ValueError when the set lacks it."""
        return self.names.index(name)

    @property
    def wearable_ids(self) -> tuple[int, ...]:
        """Ids of the classes that a shop can sell, in id order."""
        return tuple(i for i, name in enumerate(self.names) if name in self.wearable)


_NAMES = (
    "background",
    "skin",
    "hair",
    "hat",
    "eyewear",
    "top",
    "outerwear",
    "skirt",
    "pants",
    "dress",
    "belt",
    "shoes",
    "bag",
    "scarf",
)

GARMENTS = LabelSet("garments", _NAMES, wearable=frozenset(_NAMES) - {"background", "skin", "hair"})

_STREET_NAMES = (
    "background",
    "road",
    "sidewalk",
    "building",
    "wall",
    "fence",
    "pole",
    "traffic light",
    "traffic sign",
    "vegetation",
    "terrain",
    "sky",
    "person",
    "rider",
    "car",
    "truck",
    "bus",
    "train",
    "motorcycle",
    "bicycle",
)

STREET = LabelSet("street", _STREET_NAMES, wearable=frozenset())
"""The 19 classes of Cityscapes in the order of its train ids, one up: id 0 stays the background. Nothing is worn."""
