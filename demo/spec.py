"""What a garment is, before it is drawn."""

from dataclasses import dataclass

TOP_TYPES = ("t-shirt", "tank top", "long-sleeved top", "polo", "shirt", "blouse", "sweater", "sweatshirt", "hoodie")
OUTER_TYPES = ("cardigan", "jacket", "denim jacket", "leather jacket", "puffer jacket", "blazer", "coat", "trench coat")
PANTS_TYPES = ("jeans", "trousers", "leggings", "joggers", "shorts", "denim shorts")
SKIRT_TYPES = ("skirt", "pleated skirt", "pencil skirt", "denim skirt")
DRESS_TYPES = ("dress", "shirt dress", "slip dress", "knitted dress", "jumpsuit")
SHOE_TYPES = ("sneakers", "high sneakers", "boots", "ankle boots", "heels", "sandals", "flats", "loafers")
HAT_TYPES = ("cap", "beanie", "hat")
BAG_TYPES = ("handbag", "tote", "crossbody bag", "backpack")
OTHER_TYPES = ("belt", "scarf", "sunglasses")

LABELS: dict[str, str] = {
    **dict.fromkeys(TOP_TYPES, "top"),
    **dict.fromkeys(OUTER_TYPES, "outerwear"),
    **dict.fromkeys(PANTS_TYPES, "pants"),
    **dict.fromkeys(SKIRT_TYPES, "skirt"),
    **dict.fromkeys(DRESS_TYPES, "dress"),
    **dict.fromkeys(SHOE_TYPES, "shoes"),
    **dict.fromkeys(HAT_TYPES, "hat"),
    **dict.fromkeys(BAG_TYPES, "bag"),
    "belt": "belt",
    "scarf": "scarf",
    "sunglasses": "eyewear",
}
"""Type of garment -> its class in the label set `garments`."""
TYPES: tuple[str, ...] = tuple(LABELS)
PATTERNS = ("solid", "striped", "vertical", "pinstriped", "checked", "gingham", "dotted", "floral", "leafy", "graphic")


@dataclass(frozen=True)
class GarmentSpec:
    """A garment to draw.

    type: one of `TYPES`. colour, accent: names of `palette.COLOURS`; shade picks one real shade. pattern: one of
    `PATTERNS`. fit: slim, regular, relaxed. length: short (cropped, mini), regular (midi), long. sleeves: none, short,
    elbow, long. neckline: crew, v, scoop, boat, turtleneck, square. leg: skinny, straight, wide, flared, tapered.
    rise: low, mid, high. body: women or men (the figure that the garment is cut for).
    """

    type: str
    colour: str
    shade: int = 0
    pattern: str = "solid"
    accent: str = "white"
    fit: str = "regular"
    length: str = "regular"
    sleeves: str = "long"
    neckline: str = "crew"
    leg: str = "straight"
    rise: str = "mid"
    body: str = "women"

    @property
    def label(self) -> str:
        """The garment's class in the label set `garments`."""
        return LABELS[self.type]
