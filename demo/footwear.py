"""Shoes seen from the side, toe to the right, the ground at y = 0; drawn as a pair."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from demo.canvas import Fold, Panel, Stroke, placed
from demo.curves import Points, band, ellipse, outline, smooth
from demo.fabric import Fabric
from demo.palette import GOLD, OUTSOLE, Rgb, darker, is_dark, lighter, mix
from demo.spec import GarmentSpec

LABEL = "shoes"
COUNTRY_SOLE: Rgb = (66, 52, 44)
CORK: Rgb = (196, 158, 112)


def shoe_panels(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """Return the panels of a pair, back to front."""
    makers: dict[str, Callable[[GarmentSpec, Fabric], list[Panel]]] = {
        "sneakers": _sneaker,
        "high sneakers": _sneaker,
        "boots": _boot,
        "ankle boots": _boot,
        "heels": _pump,
        "sandals": _sandal,
        "flats": _flat,
        "loafers": _loafer,
    }
    near = makers[spec.type](spec, fabric)
    apart = (8.5, -5.5) if spec.type in ("boots", "ankle boots", "high sneakers") else (6.5, -6.0)
    far = [replace(placed(panel, *apart, scale=0.97), tone=panel.tone * 0.9) for panel in near]
    return [*far, *near]


def _piece(shape: Points, fabric: Fabric, **look: object) -> Panel:
    chosen: dict[str, object] = {
        "roundness": 1.6,
        "wrinkles": 0.15,
        "edge": 0.3,
        "gloss": 0.5 if fabric.weave == "leather" else 0.35,
    }
    return Panel(shape, fabric, LABEL, **{**chosen, **look})  # type: ignore[arg-type]


def _row(points: list[tuple[float, float]], fabric: Fabric) -> Stroke:
    thread = lighter(fabric.rgb, 0.35) if is_dark(fabric.rgb) else darker(fabric.rgb, 0.3)
    return Stroke(smooth(points), 0.14, thread, 0.7, (0.4, 0.25))


def _sneaker(spec: GarmentSpec, fabric: Fabric) -> list[Panel]:
    lift = 6.0 if spec.type == "high sneakers" else 0.0
    accent = Fabric(_accent(spec, fabric))
    upper = outline(
        [(1.2, -2.4), (0.7, -7.0), (1.6, -11.0 - lift)],
        [(1.6, -11.0 - lift), (4.6, -9.8 - lift), (8.2, -10.2 - lift)],
        [(8.2, -10.2 - lift), (12.4, -10.6 - lift * 0.5), (16.6, -7.8), (20.6, -6.0)],
        [(20.6, -6.0), (24.6, -5.5), (27.4, -4.2), (28.4, -2.2)],
        [(28.4, -2.2), (1.2, -2.2)],
    )
    tongue = outline(
        [(7.0, -9.5 - lift), (8.0, -13.2 - lift), (10.8, -12.6 - lift), (14.0, -9.6), (17.6, -7.4), (18, -6), (8, -8)]
    )
    inside = outline(
        [
            (1.8, -10.6 - lift),
            (4.6, -11.4 - lift),
            (8.4, -11.2 - lift),
            (8.4, -9.4 - lift),
            (4.6, -9.0 - lift),
            (1.8, -10.6 - lift),
        ]
    )
    toe = outline(
        [(22.0, -2.2), (22.2, -4.2), (23.4, -5.7)],
        [(23.4, -5.7), (25.6, -5.2), (27.6, -4.0), (28.4, -2.2)],
        [(28.4, -2.2), (22, -2.2)],
    )
    heel = outline(
        [(1.2, -2.4), (0.7, -7.0), (1.6, -11.0 - lift)],
        [(1.6, -11 - lift), (4.2, -9.9 - lift)],
        [(4.2, -9.9 - lift), (4.6, -6), (6.6, -2.2)],
        [(6.6, -2.2), (1.2, -2.4)],
    )
    side = outline(
        [(8.6, -2.4), (11.0, -5.0), (14.6, -7.4)],
        [(14.6, -7.4), (16.6, -6.6)],
        [(16.6, -6.6), (13.4, -4.6), (11.6, -2.4)],
        [(11.6, -2.4), (8.6, -2.4)],
    )
    quarter = outline(
        [(8.4, -10.2 - lift), (13.0, -9.4 - lift * 0.3), (19.8, -6.2)],
        [(19.8, -6.2), (18.0, -4.4), (14.6, -6.4), (9.4, -8.0 - lift * 0.6)],
        [(9.4, -8.0 - lift * 0.6), (8.4, -10.2 - lift)],
    )
    panels = [
        _piece(inside, fabric.toned(-0.25), tone=0.7),
        _piece(tongue, fabric.toned(-0.05), roundness=1.0),
        _piece(upper, fabric, strokes=[_row([(5.2, -9.2 - lift), (5.4, -6), (7.4, -2.6)], fabric)]),
        _piece(
            toe, fabric.toned(0.06), roundness=1.0, strokes=[_row([(22.4, -2.4), (22.6, -4.1), (23.6, -5.3)], fabric)]
        ),
        _piece(heel, accent, roundness=1.0),
        _piece(side, accent, roundness=0.6, shadow=0.1),
        _piece(quarter, fabric.toned(0.04), roundness=0.8, shadow=0.2),
    ]
    return [*panels, *_laces(lift, fabric), *_sneaker_sole(fabric)]


def _accent(spec: GarmentSpec, fabric: Fabric) -> Rgb:
    return fabric.accent if spec.accent != spec.colour else darker(fabric.rgb, 0.2)


def _laces(lift: float, fabric: Fabric) -> list[Panel]:
    cord = Fabric((240, 238, 232) if fabric.rgb[1] < 225 else (226, 226, 224))
    panels = []
    for share in np.linspace(0, 1, 5 if not lift else 7):
        x, y = 9.6 + share * 8.0, -9.9 - lift * 0.75 * (1 - share) + share * 3.3
        panels.append(
            _piece(
                band(((x - 0.3, y - 1.9 + share * 0.5), (x + 0.3, y - 0.8), (x + 0.2, y + 0.6)), 0.36),
                cord,
                roundness=0.3,
                shadow=0.3,
                wrinkles=0,
            )
        )
    return panels


def _sneaker_sole(fabric: Fabric) -> list[Panel]:
    sole = outline(
        [(0.6, -2.9), (10, -2.5), (20, -2.5), (27.0, -2.9), (28.9, -3.3)],
        [(28.9, -3.3), (29.3, -1.7), (27.4, -0.2)],
        [(27.4, -0.2), (20, 0), (2, 0)],
        [(2, 0), (0.4, -0.6), (0.2, -1.8), (0.6, -2.9)],
    )
    groove = Stroke(smooth([(0.5, -1.2), (10, -1.0), (20, -1.0), (28.6, -1.5)]), 0.16, (170, 166, 158), 0.7)
    base = Stroke(smooth([(1, -0.15), (20, -0.1), (27.6, -0.3)]), 0.4, (150, 140, 126), 0.6)
    return [_piece(sole, Fabric(OUTSOLE), roundness=0.8, strokes=[groove, base], wrinkles=0, edge=0.35)]


def _boot(spec: GarmentSpec, fabric: Fabric) -> list[Panel]:
    top = -38.0 if spec.type == "boots" else -18.5
    wide = 1.9 if spec.type == "boots" else 0.4
    shaft = outline(
        [(3.0, -3.4), (2.2, -9.0), (3.0, -16.0), (2.4 - wide, (top - 16) / 2 - 2), (2.2 - wide, top)],
        [(2.2 - wide, top), (8, top + 0.5), (13.2 + wide, top + 0.2)],
        [
            (13.2 + wide, top + 0.2),
            (13.4 + wide * 0.8, (top - 14) / 2 - 2),
            (13.0, -14.0),
            (15.6, -9.2),
            (20.4, -6.6),
            (25.6, -5.0),
            (28.2, -2.2),
        ],
        [(28.2, -2.2), (20, -1.6), (12.5, -3.0), (3.0, -3.4)],
    )
    inside = ellipse(7.7, top + 0.3, 5.5 + wide, 1.1)
    ankle = [Fold((12.6, -14.5), (6.5, -11.5), 0.9, 0.4, 0.3), Fold((12.8, -11.0), (7.0, -9.0), 0.8, 0.35, 0.3)]
    crease = (
        [Stroke(smooth([(5.2, top + 1), (5.6, -12), (4.6, -4)]), 0.14, darker(fabric.rgb, 0.5), 0.5)]
        if spec.type == "boots"
        else []
    )
    elastic = outline(
        [(6.2, top + 0.6), (10.4, top + 0.6)],
        [(10.4, top + 0.6), (9.6, -11.5), (8.3, -8.5)],
        [(8.3, -8.5), (7.2, -11.5), (6.2, top + 0.6)],
    )
    heel = outline(
        [(2.6, -4.0), (10.0, -3.4)],
        [(10.0, -3.4), (9.2, -1.5), (9.0, 0)],
        [(9.0, 0), (3.0, 0)],
        [(3.0, 0), (2.9, -2), (2.6, -4.0)],
    )
    sole = outline(
        [(2.8, -3.9), (9.5, -3.4), (14, -2.8), (20, -1.7), (28.5, -2.4)],
        [(28.5, -2.4), (28.8, -1.2), (26.8, -0.3)],
        [(26.8, -0.3), (20, -0.1), (14.5, -1.6), (10, -2.6), (2.8, -3.0)],
    )
    dark = Fabric(COUNTRY_SOLE if not is_dark(fabric.rgb) else (38, 34, 34))
    pull = band(((2.6 - wide, top + 2.4), (1.4 - wide, top - 1.4), (3.2 - wide, top + 0.4)), 0.5)
    panels = [
        _piece(inside, fabric.toned(-0.3), tone=0.6, wrinkles=0),
        _piece(pull, fabric, roundness=0.4),
        _piece(shaft, fabric, roundness=2.6, folds=ankle, strokes=crease),
    ]
    if spec.type == "ankle boots":
        panels.append(_piece(elastic, Fabric(darker(fabric.rgb, 0.35), weave="rib"), roundness=0.8, relief=0.4))
    return [*panels, _piece(heel, dark, roundness=0.8, wrinkles=0), _piece(sole, dark, roundness=0.5, wrinkles=0)]


def _pump(spec: GarmentSpec, fabric: Fabric) -> list[Panel]:
    far = outline(
        [(2.6, -17.4), (6.5, -15.2), (12, -10.6), (18.6, -6.9)],
        [(18.6, -6.9), (16, -5.6), (9, -10.0), (2.8, -14)],
        [(2.8, -14), (2.6, -17.4)],
    )
    upper = outline(
        [(1.6, -17.0), (5.0, -13.2), (10.5, -8.6), (16.0, -5.6), (20.2, -5.6)],
        [(20.2, -5.6), (24.6, -3.9), (28.0, -2.0), (30.2, -0.7)],
        [(30.2, -0.7), (26.5, -0.5), (21.0, -0.5), (16.4, -2.2), (11.0, -6.2), (6.0, -9.6)],
        [(6.0, -9.6), (3.0, -10.6), (1.0, -12.6)],
        [(1.0, -12.6), (0.8, -14.8), (1.6, -17.0)],
    )
    heel = outline(
        [(1.0, -12.8), (0.95, -9.0), (1.9, -4.0), (2.2, 0)],
        [(2.2, 0), (3.3, 0)],
        [(3.3, 0), (3.5, -4.5), (4.4, -8.4), (6.6, -9.4)],
        [(6.6, -9.4), (3.0, -11.6), (1.0, -12.8)],
    )
    sole = outline(
        [(6.0, -9.6), (11, -6.2), (16.4, -2.2), (21, -0.5), (30.2, -0.7)],
        [(30.2, -0.7), (26, 0), (20.6, 0), (15.8, -1.6), (10.6, -5.4), (6.0, -9.0)],
    )
    lining = Fabric(mix((222, 196, 164), fabric.rgb, 0.12))
    shine = [Stroke(smooth([(22.5, -4.2), (25.5, -2.9), (28.0, -1.6)]), 0.5, (255, 255, 255), 0.22)]
    return [
        _piece(far, lining, tone=0.9, roundness=1.0),
        _piece(heel, fabric.toned(-0.06), roundness=0.8, wrinkles=0),
        _piece(upper, fabric, roundness=1.7, gloss=0.7, strokes=shine, wrinkles=0),
        _piece(sole, Fabric((52, 42, 38)), roundness=0.3, wrinkles=0),
    ]


def _sandal(spec: GarmentSpec, fabric: Fabric) -> list[Panel]:
    sole = outline(
        [(0.4, -4.6), (8, -4.0), (18, -2.6), (26, -2.4), (28.8, -2.8)],
        [(28.8, -2.8), (29.2, -1.2), (27.6, 0)],
        [(27.6, 0), (2, 0)],
        [(2, 0), (0.1, -1.6), (0.4, -4.6)],
    )
    bed = outline(
        [(0.4, -4.7), (5, -5.8), (14, -4.4), (24, -3.6), (28.6, -3.0)],
        [(28.6, -3.0), (20, -2.3), (10, -3.6), (0.4, -4.7)],
    )
    far_toe = outline(
        [(19.4, -3.2), (19.4, -7.0), (22.6, -8.0)],
        [(22.6, -8.0), (25.6, -7.2), (26.4, -3.2)],
        [(26.4, -3.2), (19.4, -3.2)],
    )
    far_ankle = band(((1.4, -13.4), (4.6, -15.4), (8.2, -13.6)), 0.7)
    counter = outline(
        [(1.0, -4.6), (0.7, -9.0), (1.0, -14.0)],
        [(1.0, -14.0), (2.8, -14.0)],
        [(2.8, -14.0), (3.2, -9.0), (6.6, -4.4)],
        [(6.6, -4.4), (1.0, -4.6)],
    )
    toe = outline(
        [(16.6, -2.8), (17.8, -6.6), (21.0, -8.2)],
        [(21.0, -8.2), (24.0, -8.0), (25.4, -6.8)],
        [(25.4, -6.8), (24.6, -4.6), (24.6, -2.5)],
        [(24.6, -2.5), (16.6, -2.8)],
    )
    ankle = band(((1.2, -13.0), (4.6, -11.8), (8.4, -13.4)), 0.75)
    buckle = outline([(4.0, -13.2), (6.2, -13.1)], [(6.2, -13.1), (6.1, -10.7)], [(6.1, -10.7), (3.9, -10.8)])
    hole = buckle * 0.6 + buckle.mean(axis=0) * 0.4
    row = _row([(17.5, -3.0), (18.5, -6.2), (21.3, -7.6), (24.6, -6.5)], fabric)
    return [
        _piece(far_ankle, fabric, tone=0.62, roundness=0.6),
        _piece(far_toe, fabric, tone=0.55, roundness=0.8),
        _piece(bed, Fabric(mix(CORK, (255, 255, 255), 0.25)), roundness=0.6),
        _piece(sole, Fabric(CORK, weave="tweed"), roundness=0.8, wrinkles=0),
        _piece(counter, fabric, roundness=1.0),
        _piece(ankle, fabric, roundness=0.6, shadow=0.3),
        _piece(toe, fabric, roundness=1.6, shadow=0.2, strokes=[row]),
        _piece(buckle, Fabric(GOLD), holes=[hole], roundness=0.3, wrinkles=0, shadow=0.4),
    ]


def _flat(spec: GarmentSpec, fabric: Fabric) -> list[Panel]:
    far = outline(
        [(1.2, -6.9), (7, -5.4), (14, -4.6), (19.4, -5.6)],
        [(19.4, -5.6), (17, -2.8), (8, -2.6), (1.4, -4.0)],
        [(1.4, -4.0), (1.2, -6.9)],
    )
    upper = outline(
        [(1.0, -6.6), (5.0, -4.6), (11.0, -3.4), (16.0, -3.6), (19.4, -5.2)],
        [(19.4, -5.2), (23.4, -4.6), (26.8, -3.2), (28.4, -0.8)],
        [(28.4, -0.8), (20, -0.6), (1.4, -0.8)],
        [(1.4, -0.8), (0.5, -3.2), (1.0, -6.6)],
    )
    sole = outline(
        [(0.9, -1.0), (14, -0.8), (28.6, -1.0)],
        [(28.6, -1.0), (27.8, -0.1), (20, 0)],
        [(20, 0), (1.4, 0)],
        [(1.4, 0), (0.9, -1.0)],
    )
    bow = [
        outline([(20.4, -5.0), (18.2, -6.9), (17.9, -4.6), (20.4, -5.0)]),
        outline([(20.4, -5.0), (22.8, -6.4), (22.7, -4.0), (20.4, -5.0)]),
        ellipse(20.4, -5.0, 0.6, 0.6),
    ]
    lining = Fabric(mix((226, 204, 176), fabric.rgb, 0.1))
    trim = Stroke(
        smooth([(1.0, -6.4), (5.0, -4.4), (11.0, -3.2), (16.0, -3.4), (19.2, -4.9)]), 0.35, darker(fabric.rgb, 0.3), 0.5
    )
    return [
        _piece(far, lining, roundness=1.0, tone=0.88),
        _piece(upper, fabric, roundness=1.5, strokes=[trim], gloss=0.55, wrinkles=0),
        _piece(sole, Fabric(COUNTRY_SOLE), roundness=0.3, wrinkles=0),
        *[_piece(b, fabric.toned(-0.08), roundness=0.5, shadow=0.3, wrinkles=0) for b in bow],
    ]


def _loafer(spec: GarmentSpec, fabric: Fabric) -> list[Panel]:
    far = outline(
        [(1.6, -8.9), (6, -7.8), (11.4, -8.8)],
        [(11.4, -8.8), (11, -5.4), (4, -5.0), (1.6, -6)],
        [(1.6, -6), (1.6, -8.9)],
    )
    upper = outline(
        [(1.2, -8.6), (4.6, -7.2), (8.6, -6.8), (11.6, -8.4)],
        [(11.6, -8.4), (15.6, -7.8), (20.6, -6.2), (25.6, -4.6), (28.4, -1.8)],
        [(28.4, -1.8), (1.4, -2.0)],
        [(1.4, -2.0), (0.6, -5.0), (1.2, -8.6)],
    )
    apron = outline(
        [(14.6, -7.4), (19.6, -6.1), (23.8, -4.9)],
        [(23.8, -4.9), (22.4, -4.0), (17.6, -4.6), (13.6, -5.6)],
        [(13.6, -5.6), (14.6, -7.4)],
    )
    strap = outline(
        [(11.2, -8.2), (14.4, -8.0)],
        [(14.4, -8.0), (14.0, -5.0), (15.6, -2.2)],
        [(15.6, -2.2), (11.6, -2.2)],
        [(11.6, -2.2), (10.4, -5.0), (11.2, -8.2)],
    )
    slot = ellipse(13.0, -6.3, 0.9, 0.4)
    sole = outline(
        [(0.9, -2.2), (14, -1.9), (28.8, -2.1)],
        [(28.8, -2.1), (28.8, -1.1), (27, -0.7)],
        [(27, -0.7), (10, -0.9), (9.6, 0)],
        [(9.6, 0), (1.2, 0)],
        [(1.2, 0), (0.9, -2.2)],
    )
    lining = Fabric(mix((206, 176, 140), fabric.rgb, 0.15))
    return [
        _piece(far, lining, tone=0.8),
        _piece(upper, fabric, roundness=1.8, gloss=0.6, wrinkles=0),
        _piece(
            apron,
            fabric.toned(0.05),
            roundness=0.9,
            strokes=[_row([(13.7, -5.6), (17.6, -4.7), (22.3, -4.1), (23.6, -4.8)], fabric)],
            wrinkles=0,
        ),
        _piece(strap, fabric.toned(-0.05), roundness=0.9, shadow=0.25, wrinkles=0),
        _piece(slot, fabric.toned(-0.5), roundness=0.2, wrinkles=0),
        _piece(sole, Fabric((46, 38, 34)), roundness=0.5, wrinkles=0),
    ]
