"""From a garment's description to its panels on a body."""

import numpy as np

from demo.accessories import accessory_panels
from demo.body import Body
from demo.bottoms import pants_panels, skirt_panels
from demo.canvas import Panel
from demo.cloth import fabric_of
from demo.dresses import dress_panels
from demo.footwear import shoe_panels
from demo.outerwear import outer_panels
from demo.spec import DRESS_TYPES, OUTER_TYPES, PANTS_TYPES, SHOE_TYPES, SKIRT_TYPES, TOP_TYPES, GarmentSpec
from demo.upper import upper_panels


def garment_panels(spec: GarmentSpec, body: Body, rng: np.random.Generator) -> list[Panel]:
    """Return the panels of a garment, back to front."""
    fabric = fabric_of(spec, rng)
    if spec.type in TOP_TYPES:
        return upper_panels(spec, body, fabric, rng)
    if spec.type in OUTER_TYPES:
        return outer_panels(spec, body, fabric, rng)
    if spec.type in PANTS_TYPES:
        return pants_panels(spec, body, fabric, rng)
    if spec.type in SKIRT_TYPES:
        return skirt_panels(spec, body, fabric, rng)
    if spec.type in DRESS_TYPES:
        return dress_panels(spec, body, fabric, rng)
    if spec.type in SHOE_TYPES:
        return shoe_panels(spec, fabric, rng)
    return accessory_panels(spec, fabric, rng)
