"""The label set `garments`: which class id means what."""

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
