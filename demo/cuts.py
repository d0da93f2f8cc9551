"""From a garment's description to its panels on a body."""

from collections.abc import Callable

import numpy as np

from demo.accessories import accessory_panels
from demo.body import Body
from demo.bottoms import pants_panels, skirt_panels
from demo.canvas import Panel
from demo.cloth import fabric_of
from demo.dresses import dress_panels
from demo.fabric import Fabric
from demo.footwear import shoe_panels
from demo.outerwear import outer_panels
from demo.spec import DRESS_TYPES, OUTER_TYPES, PANTS_TYPES, SHOE_TYPES, SKIRT_TYPES, TOP_TYPES, GarmentSpec
from demo.upper import upper_panels

Cutter = Callable[[GarmentSpec, Body, Fabric, np.random.Generator], list[Panel]]


def garment_panels(spec: GarmentSpec, body: Body, rng: np.random.Generator) -> list[Panel]:
    """Return the panels of a garment, back to front."""
    fabric = fabric_of(spec, rng)
    cutters: dict[str, Cutter] = {
        **dict.fromkeys(TOP_TYPES, upper_panels),
        **dict.fromkeys(OUTER_TYPES, outer_panels),
        **dict.fromkeys(PANTS_TYPES, pants_panels),
        **dict.fromkeys(SKIRT_TYPES, skirt_panels),
        **dict.fromkeys(DRESS_TYPES, dress_panels),
    }
    if spec.type in cutters:
        return cutters[spec.type](spec, body, fabric, rng)
    return (shoe_panels if spec.type in SHOE_TYPES else accessory_panels)(spec, fabric, rng)
