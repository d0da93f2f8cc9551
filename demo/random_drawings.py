"""Drawings without end, for training: every type, colour and pattern, on many grounds."""

import numpy as np

from demo.draw import Drawing, paint_garment, shaded_ground
from demo.fabric import Colours
from demo.palette import COLOURS
from demo.spec import BAG_TYPES, HAT_TYPES, OTHER_TYPES, PATTERNS, SHOE_TYPES, TYPES, GarmentSpec

PLAIN_TYPES = (
    *SHOE_TYPES,
    *HAT_TYPES,
    *BAG_TYPES,
    *OTHER_TYPES,
    "leather jacket",
    "puffer jacket",
    "leggings",
    "jeans",
    "denim jacket",
)


def random_spec(rng: np.random.Generator, types: tuple[str, ...] = TYPES, body: str | None = None) -> GarmentSpec:
    """Return a garment drawn by lot among the types."""
    chosen = str(rng.choice(types))
    colour, accent = (str(name) for name in rng.choice(COLOURS, 2, replace=False))
    plain = chosen in PLAIN_TYPES or rng.random() < 0.55
    return GarmentSpec(
        type=chosen,
        colour=colour,
        shade=int(rng.integers(3)),
        pattern="solid" if plain else str(rng.choice(_patterns_of(chosen))),
        accent=accent if rng.random() < 0.4 else ("white" if colour != "white" else "navy"),
        fit=str(rng.choice(("slim", "regular", "relaxed"))),
        length=str(rng.choice(("short", "regular", "regular", "long"))),
        sleeves=str(rng.choice(_sleeves_of(chosen))),
        neckline=str(
            rng.choice(("crew", "crew", "v", "scoop", "boat", "turtleneck" if "sweater" in chosen else "square"))
        ),
        leg=str(rng.choice(("skinny", "straight", "wide", "flared", "tapered"))),
        rise=str(rng.choice(("low", "mid", "high"))),
        body=body or ("men" if rng.random() < 0.4 else "women"),
    )


def _patterns_of(type_name: str) -> tuple[str, ...]:
    if type_name in ("t-shirt", "sweatshirt", "hoodie"):
        return (*PATTERNS[1:], "graphic", "graphic", "striped")
    return PATTERNS[1:-1]


def _sleeves_of(type_name: str) -> tuple[str, ...]:
    if type_name in ("t-shirt", "polo"):
        return ("short",)
    if type_name in ("dress", "jumpsuit", "shirt dress"):
        return ("none", "short", "elbow", "long")
    return ("short", "long", "long") if type_name in ("shirt", "blouse") else ("long",)


def random_ground(rng: np.random.Generator, height_pixels: int, width_pixels: int) -> Colours:
    """Return a plain or softly graded ground, float32 sRGB, shape (H, W, 3)."""
    first, second = rng.uniform(70, 250, 3), rng.uniform(150, 255)
    if rng.random() < 0.5:
        first = np.full(3, rng.uniform(190, 255))
    tone = first + (second - first) * rng.uniform(0, 0.8)
    fall = np.linspace(-1, 1, height_pixels, dtype=np.float32)[:, None, None] * rng.uniform(-22, 22)
    grain = rng.normal(0, rng.uniform(0, 5), (height_pixels, width_pixels, 1)).astype(np.float32)
    ground: Colours = np.clip(
        np.broadcast_to(tone.astype(np.float32), (height_pixels, width_pixels, 3)) + fall + grain, 0, 255
    )
    return ground


def random_garment(seed: int, *, side_pixels: int = 320) -> Drawing:
    """Return one garment of any type on a white (half of the time) or coloured ground."""
    rng = np.random.default_rng(seed)
    spec = random_spec(rng)
    canvas = paint_garment(spec, side_pixels=side_pixels, seed=int(rng.integers(2**31)))
    white = np.full((side_pixels, side_pixels, 3), 255, np.float32)
    ground = white if rng.random() < 0.5 else random_ground(rng, side_pixels, side_pixels)
    return Drawing(canvas.over(shaded_ground(ground, canvas.alpha)), canvas.class_ids, (spec,))
