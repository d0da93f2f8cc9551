"""Which cloth a garment is made of."""

import numpy as np

from demo.fabric import Fabric
from demo.palette import darker, denim_of, is_dark, lighter, mix, shade_of
from demo.spec import GarmentSpec

WEAVES = {
    "sweater": "knit",
    "cardigan": "knit",
    "beanie": "rib",
    "scarf": "knit",
    "knitted dress": "rib",
    "sweatshirt": "fleece",
    "hoodie": "fleece",
    "joggers": "fleece",
    "jeans": "denim",
    "denim shorts": "denim",
    "denim skirt": "denim",
    "denim jacket": "denim",
    "leather jacket": "leather",
    "coat": "tweed",
    "hat": "fleece",
    **dict.fromkeys(("boots", "ankle boots", "heels", "sandals", "flats", "loafers", "belt"), "leather"),
    **dict.fromkeys(("handbag", "crossbody bag"), "leather"),
}
PATTERN_CM = {
    "striped": 3.4,
    "vertical": 3.2,
    "pinstriped": 2.6,
    "checked": 9.0,
    "gingham": 3.0,
    "dotted": 9.0,
    "floral": 22.0,
    "leafy": 26.0,
}


def fabric_of(spec: GarmentSpec, rng: np.random.Generator) -> Fabric:
    """Return the main cloth of a garment."""
    weave = WEAVES.get(spec.type, "plain")
    rgb = denim_of(spec.colour, spec.shade) if weave == "denim" else shade_of(spec.colour, spec.shade)
    accent = shade_of(spec.accent, spec.shade)
    pattern = "solid" if spec.pattern == "graphic" else spec.pattern
    return Fabric(
        rgb=rgb,
        weave=weave,
        pattern=pattern,
        accent=accent if pattern != "pinstriped" else mix(rgb, accent, 0.7),
        third=_third_colour(rgb, rng),
        pattern_cm=PATTERN_CM.get(pattern, 4.0) * float(rng.uniform(0.85, 1.2)),
        seed=int(rng.integers(1_000)),
    )


def _third_colour(rgb: tuple[int, int, int], rng: np.random.Generator) -> tuple[int, int, int]:
    names = (
        ("red", "yellow", "pink", "navy", "orange") if not is_dark(rgb) else ("pink", "orange", "light blue", "yellow")
    )
    return shade_of(str(rng.choice(names)))


def lining_of(fabric: Fabric) -> Fabric:
    """Return the inside of the cloth, as seen through a neckline."""
    inside = lighter(fabric.rgb, 0.08) if is_dark(fabric.rgb) else darker(fabric.rgb, 0.16)
    return Fabric(rgb=inside, weave="plain")


def ribbing_of(fabric: Fabric) -> Fabric:
    """Return the ribbed trimming that goes with the cloth."""
    return Fabric(rgb=fabric.rgb, weave="rib")
