"""Shoes and accessories as a standing figure wears them, seen from the front."""

from dataclasses import replace

import numpy as np

from demo.accessories import accessory_panels
from demo.body import Body
from demo.canvas import Panel, Stroke, placed
from demo.curves import Points, at_height, band, outline, sided, smooth, symmetric
from demo.fabric import Fabric
from demo.palette import GOLD, OUTSOLE, SILVER, darker
from demo.spec import GarmentSpec


def _piece(shape: Points, fabric: Fabric, label: str, **look: object) -> Panel:
    chosen: dict[str, object] = {"roundness": 1.2, "wrinkles": 0.1, "edge": 0.3, "gloss": 0.45}
    return Panel(shape, fabric, label, **{**chosen, **look})  # type: ignore[arg-type]


def worn_shoes(spec: GarmentSpec, body: Body, fabric: Fabric) -> list[Panel]:
    """Return a pair of shoes on the feet."""
    panels: list[Panel] = []
    for side in (-1, 1):
        for shape, cloth, strokes in _shoe(spec, body, fabric):
            panels.append(
                _piece(
                    sided(shape, side),
                    cloth,
                    "shoes",
                    strokes=[replace(s, points=sided(s.points, side)) for s in strokes],
                )
            )
    return panels


Piece = tuple[Points, Fabric, list[Stroke]]


def _shoe(spec: GarmentSpec, body: Body, fabric: Fabric) -> list[Piece]:
    x, y = body.ankle[0] + 0.3, body.ankle[1]
    if spec.type in ("sneakers", "high sneakers"):
        return _worn_sneaker(x, y, fabric, 4.5 if spec.type == "high sneakers" else 0.0)
    if spec.type in ("boots", "ankle boots"):
        return _worn_boot(body, x, y, fabric, tall=spec.type == "boots")
    if spec.type == "sandals":
        sole = outline(
            [(x - 4.0, y + 5), (x - 3.9, y + 9.4), (x + 0.6, y + 11.0), (x + 5.0, y + 8.8), (x + 4.6, y + 5)],
            [(x + 4.6, y + 5), (x + 4.4, y + 8), (x + 0.6, y + 9.9), (x - 3.4, y + 8.4), (x - 4.0, y + 5)],
        )
        return [
            (sole, Fabric((186, 148, 104)), []),
            (band(((x - 3.8, y + 5.2), (x, y + 4.0), (x + 4.4, y + 4.8)), 1.0), fabric, []),
            (band(((x - 3.5, y - 0.6), (x, y + 0.4), (x + 3.5, y - 0.6)), 0.7), fabric, []),
        ]
    return _worn_low(x, y, fabric, pointed=spec.type == "heels", closed=spec.type == "loafers")


def _worn_sneaker(x: float, y: float, fabric: Fabric, lift: float) -> list[Piece]:
    upper = outline(
        [(x - 3.7, y - 2.5 - lift), (x - 4.3, y + 3.0), (x - 4.5, y + 7.4)],
        [(x - 4.5, y + 7.4), (x + 0.4, y + 9.2), (x + 5.2, y + 7.2)],
        [(x + 5.2, y + 7.2), (x + 4.6, y + 3), (x + 3.8, y - 2.5 - lift)],
        [(x + 3.8, y - 2.5 - lift), (x, y - 1.3 - lift), (x - 3.7, y - 2.5 - lift)],
    )
    sole = outline(
        [(x - 4.8, y + 6.4), (x - 2, y + 8.3), (x + 0.4, y + 8.7), (x + 3, y + 8.1), (x + 5.5, y + 6.2)],
        [(x + 5.5, y + 6.2), (x + 5.4, y + 8.8), (x + 0.4, y + 11.0), (x - 4.6, y + 9.0), (x - 4.8, y + 6.4)],
    )
    tongue = outline(
        [(x - 1.9, y - 2.6 - lift), (x + 1.9, y - 2.6 - lift)],
        [(x + 1.9, y - 2.6 - lift), (x + 1.6, y + 4.2)],
        [(x + 1.6, y + 4.2), (x - 1.4, y + 4.2)],
        [(x - 1.4, y + 4.2), (x - 1.9, y - 2.6 - lift)],
    )
    lace = (244, 242, 236) if fabric.rgb[1] < 215 else (206, 206, 204)
    laces = [
        Stroke(np.array([(x - 1.7, y + d), (x + 1.8, y + d + 0.3)]), 0.55, lace, 1.0)
        for d in np.arange(-1.2 - lift, 4.2, 1.6)
    ]
    toe = [
        Stroke(smooth([(x - 3.6, y + 6.4), (x + 0.4, y + 4.9), (x + 4.3, y + 6.2)]), 0.25, darker(fabric.rgb, 0.4), 0.5)
    ]
    return [(upper, fabric, toe), (tongue, fabric.toned(-0.06), laces), (sole, Fabric(OUTSOLE), [])]


def _worn_boot(body: Body, x: float, y: float, fabric: Fabric, *, tall: bool) -> list[Piece]:
    top = body.knee[1] + 9 if tall else y - 11
    calf = body.knee_width + 1.6 if tall else body.ankle_width + 2.0
    shaft = band(
        ((x - 0.3, top), (x - 0.3, (top + y) / 2), (x, y - 2), (x + 0.2, y + 3)),
        (calf, calf - 0.3 if tall else calf - 0.4, body.ankle_width + 1.2, body.ankle_width + 0.8),
    )
    foot = outline(
        [
            (x - 3.9, y),
            (x - 4.3, y + 5),
            (x - 3.6, y + 9.4),
            (x + 0.5, y + 11.2),
            (x + 4.9, y + 8.8),
            (x + 4.8, y + 4),
            (x + 4.0, y),
        ]
    )
    sole = [Stroke(smooth([(x - 4.2, y + 8.6), (x + 0.5, y + 11.0), (x + 5.2, y + 8.2)]), 1.1, (40, 34, 32), 0.9)]
    rim = [
        Stroke(
            smooth([(x - 0.3 - calf, top + 0.5), (x, top + 1.2), (x - 0.3 + calf, top + 0.5)]),
            0.6,
            darker(fabric.rgb, 0.4),
            0.6,
        )
    ]
    return [(foot, fabric, sole), (shaft, fabric, rim)]


def _worn_low(x: float, y: float, fabric: Fabric, *, pointed: bool, closed: bool) -> list[Piece]:
    tip = 12.6 if pointed else 10.8
    top = 4.6 if not closed else 1.2
    shape = outline(
        [
            (x - 3.9, y + 1.6),
            (x - 4.2, y + 5.4),
            (x - 3.2 + (0.8 if pointed else 0), y + 9.0),
            (x + 0.7, y + tip),
            (x + 4.4 - (0.6 if pointed else 0), y + 8.8),
            (x + 4.7, y + 5.2),
            (x + 4.0, y + 1.6),
        ],
        [(x + 4.0, y + 1.6), (x + 3.3, y + top), (x + 0.4, y + top + 1.6), (x - 2.9, y + top), (x - 3.9, y + 1.6)],
    )
    shine = [Stroke(smooth([(x - 1.6, y + 8.4), (x + 0.4, y + 9.4)]), 0.5, (255, 255, 255), 0.25)]
    strap = (
        [
            Stroke(
                smooth([(x - 3.4, y + 4.6), (x + 0.4, y + 6.4), (x + 4.0, y + 4.4)]), 1.2, darker(fabric.rgb, 0.25), 0.8
            )
        ]
        if closed
        else []
    )
    return [(shape, fabric, [*shine, *strap])]


def worn_hat(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """Return a hat on the head."""
    if spec.type == "cap":
        return _worn_cap(fabric)
    scale, y = {"beanie": (0.70, 8.2), "hat": (0.86, 4.6)}[spec.type]
    return [placed(panel, 0, y, scale) for panel in accessory_panels(spec, fabric, rng)]


def _worn_cap(fabric: Fabric) -> list[Panel]:
    dome = symmetric([(0, -3.4), (4.6, -2.6), (7.8, 1.6), (8.3, 7.4)], [(8.3, 7.4), (4, 6.2), (0, 5.8)])
    peak = symmetric([(0, 5.2), (4.6, 5.4), (8.0, 7.2)], [(8.0, 7.2), (8.8, 9.6), (5, 9.0), (0, 8.7)])
    seam = [Stroke(np.array([(0, -3.4), (0, 5.4)]), 0.2, darker(fabric.rgb, 0.5), 0.5)]
    return [
        _piece(dome, fabric, "hat", roundness=2.4, strokes=seam),
        _piece(peak, fabric.toned(-0.05), "hat", shadow=0.3),
    ]


def worn_sunglasses(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """Return sunglasses on the nose."""
    lenses = accessory_panels(spec, fabric, rng)[2:]
    return [placed(panel, 0, 11.2, 0.92) for panel in lenses]


def worn_scarf(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """Return a scarf around the neck."""
    panels = [p for p in accessory_panels(spec, fabric, rng) if p.tone > 0.7]
    return [placed(panel, 0, 28.5, 0.82) for panel in panels]


def worn_belt(spec: GarmentSpec, body: Body, fabric: Fabric, waist: float) -> list[Panel]:
    """Return a belt at a height."""
    x = at_height(body.sides, waist) + 1.5
    ribbon = symmetric(
        [(0, waist - 0.9), (x * 0.6, waist - 1.3), (x, waist - 2.0)],
        [(x, waist - 2.0), (x + 0.1, waist + 1.4)],
        [(x + 0.1, waist + 1.4), (x * 0.6, waist + 2.1), (0, waist + 2.5)],
    )
    frame = outline(
        [(-2.3, waist - 1.6), (2.3, waist - 1.6)],
        [(2.3, waist - 1.6), (2.3, waist + 3.2)],
        [(2.3, waist + 3.2), (-2.3, waist + 3.2)],
        [(-2.3, waist + 3.2), (-2.3, waist - 1.6)],
    )
    metal = Fabric(GOLD if spec.shade % 2 == 0 else SILVER)
    buckle = _piece(frame, metal, "belt", holes=[frame * 0.62 + frame.mean(axis=0) * 0.38], roundness=0.4, shadow=0.4)
    return [_piece(ribbon, fabric, "belt", roundness=1.4, shadow=0.3), buckle]


def worn_bag(spec: GarmentSpec, body: Body, fabric: Fabric, side: int, rng: np.random.Generator) -> list[Panel]:
    """Return a bag: held in the hand, across the chest, or on the back."""
    if spec.type == "backpack":
        axis = ((10.8, 31.4), (12.2, 38), (12.4, 46), (16.2, 56))
        return [_piece(sided(band(axis, 1.7), s), fabric.toned(-0.08), "bag", shadow=0.25) for s in (-1, 1)]
    panels = accessory_panels(spec, fabric, rng)
    if spec.type == "crossbody bag":
        strap = band(((-side * 8.0, 30.4), (-side * 4, 44), (side * 6, 66), (side * 15.0, 84)), 0.55)
        return [_piece(strap, fabric, "bag", shadow=0.2), *[placed(p, side * 15.5, 95.0, 0.74) for p in panels[1:]]]
    wrist = body.arms[0 if side < 0 else 1].wrist
    top = min(float(panel.outline[:, 1].min()) for panel in panels)
    scale = 0.62 if spec.type == "tote" else 0.78
    return [placed(panel, side * (wrist[0] + 1.0), wrist[1] + 10.5 - top * scale, scale) for panel in panels]
