"""Hats, bags, belts, scarves and sunglasses as they lie in a shop window."""

from collections.abc import Callable

import numpy as np

from demo.canvas import Fold, Glow, Panel, Stroke
from demo.cloth import lining_of
from demo.curves import Points, band, ellipse, outline, shifted, sided, smooth, symmetric
from demo.fabric import Fabric
from demo.palette import GOLD, SILVER, darker, is_dark, lighter, mix, thread_on
from demo.spec import GarmentSpec


def accessory_panels(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """Return the panels of an accessory, back to front."""
    makers: dict[str, Callable[[GarmentSpec, Fabric, np.random.Generator], list[Panel]]] = {
        "cap": _cap,
        "beanie": _beanie,
        "hat": _hat,
        "handbag": _handbag,
        "tote": _tote,
        "crossbody bag": _crossbody,
        "backpack": _backpack,
        "belt": _belt,
        "scarf": _scarf,
        "sunglasses": _sunglasses,
    }
    return makers[spec.type](spec, fabric, rng)


def _piece(shape: Points, fabric: Fabric, label: str, **look: object) -> Panel:
    chosen: dict[str, object] = {"roundness": 2.0, "wrinkles": 0.25, "edge": 0.3, "gloss": 0.45}
    return Panel(shape, fabric, label, **{**chosen, **look})  # type: ignore[arg-type]


def _row(points: Points, fabric: Fabric, width: float = 0.22) -> Stroke:
    return Stroke(points, width, thread_on(fabric.rgb), 0.7, (0.55, 0.3))


def _cap(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    dome = outline(
        [(0.4, 0), (0.2, -6.0), (3.0, -11.6), (9.2, -14.2), (15.4, -12.4), (18.6, -7.4), (19.4, -1.2)],
        [(19.4, -1.2), (10, 0.6), (0.4, 0)],
    )
    peak = outline(
        [(12.4, -2.4), (17.0, -3.6), (22.0, -3.0), (27.6, -0.4), (29.6, 2.6)],
        [(29.6, 2.6), (24.0, 1.8), (18.0, 1.4), (12.0, 0.4)],
        [(12.0, 0.4), (12.4, -2.4)],
    )
    under = outline(
        [(29.7, 2.5), (24.0, 1.7), (18.0, 1.3), (12.0, 0.3)], [(12.0, 0.3), (18, 2.4), (24, 2.9), (29.7, 2.5)]
    )
    seams = [smooth([(9.4, -14.2), (12.8, -8.6), (13.4, -0.4)]), smooth([(9.2, -14.2), (4.8, -8.0), (4.6, 0.1)])]
    rows = [_row(shifted(seam, 0.5, 0), fabric, 0.16) for seam in seams]
    lines = [Stroke(seam, 0.18, darker(fabric.rgb, 0.5), 0.5) for seam in seams]
    bows = [
        _row(smooth([(13.4, -1.6 + d), (18.0, -2.6 + d), (22.4, -1.8 + d), (27.6, 1.0 + d * 0.4)]), fabric, 0.14)
        for d in (0.0, 1.1, 2.2)
    ]
    eyelets = [
        _piece(ellipse(x, y, 0.35, 0.35, 14), fabric.toned(-0.4), "hat", roundness=0.2, wrinkles=0)
        for x, y in ((10.2, -9.4), (15.2, -8.6))
    ]
    return [
        _piece(under, fabric.toned(-0.3), "hat", wrinkles=0),
        _piece(dome, fabric, "hat", roundness=3.4, strokes=[*lines, *rows]),
        *eyelets,
        _piece(ellipse(9.3, -14.3, 1.0, 0.55), fabric, "hat", roundness=0.4),
        _piece(peak, fabric, "hat", roundness=1.6, strokes=bows, shadow=0.2),
    ]


def _beanie(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    dome = symmetric([(0, -20.5), (5.6, -19.6), (10.0, -14.6), (11.6, -7), (11.8, -3)], [(11.8, -3), (0, -2)])
    brim = symmetric(
        [(0, -6.4), (6, -6.7), (12.2, -7.4)], [(12.2, -7.4), (12.7, -3.6), (12.0, 0)], [(12.0, 0), (6, 0.8), (0, 1.1)]
    )
    fold = [Fold((x, -7), (x * 0.35, -22), 0.9, 0.3, 0.2) for x in (-8.5, -5, -1.8, 1.8, 5, 8.5)]
    panels = [
        _piece(dome, fabric, "hat", roundness=3.4, folds=fold),
        _piece(brim, fabric, "hat", roundness=1.6, shadow=0.3),
    ]
    if spec.length == "long":
        ball = ellipse(0, -23.5, 4.6, 4.4) + rng.normal(0, 0.22, (28, 2))
        panels.insert(
            0, _piece(ball, Fabric(lighter(fabric.rgb, 0.25), weave="tweed"), "hat", roundness=2.4, wrinkles=2)
        )
    return panels


def _hat(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    back = ellipse(0, 0, 19.5, 5.2, 48)
    crown = symmetric(
        [(0, -12.6), (3.4, -13.6), (6.4, -13.0), (8.4, -10.0), (9.8, -3.6), (10.2, 0.4)],
        [(10.2, 0.4), (6, 1.9), (0, 2.3)],
    )
    ribbon = symmetric(
        [(0, -1.8), (6, -2.2), (9.95, -3.6)], [(9.95, -3.6), (10.3, 0.5)], [(10.3, 0.5), (6, 2.0), (0, 2.4)]
    )
    brim = symmetric(
        [(0, 2.2), (6, 1.8), (10.2, 0.2)],
        [(10.2, 0.2), (15, -0.6), (19.5, -0.6)],
        [(19.5, -0.6), (18.6, 2.4), (12, 5.0), (0, 5.8)],
    )
    pinch = [
        Fold((0, -14), (0.4, -5), 2.4, -0.5),
        Fold((-6, -13), (-5, -6), 1.6, -0.25),
        Fold((6, -13), (5, -6), 1.6, -0.25),
    ]
    dark = Fabric(darker(fabric.rgb, 0.55) if not is_dark(fabric.rgb) else lighter(fabric.rgb, 0.2))
    edge = _row(smooth([(-18.4, 1.4), (-12, 4.2), (0, 5.0), (12, 4.2), (18.4, 1.4)]), fabric, 0.18)
    return [
        _piece(back, fabric.toned(-0.2), "hat", roundness=2.0, tone=0.85, wrinkles=0),
        _piece(crown, fabric, "hat", roundness=3.0, folds=pinch),
        _piece(ribbon, dark, "hat", roundness=1.2, wrinkles=0.1),
        _piece(brim, fabric, "hat", roundness=1.8, strokes=[edge], shadow=0.15),
    ]


def _handle(width: float, height: float, base: float, thick: float = 0.75) -> Points:
    return band(
        (
            (-width, base),
            (-width * 0.86, base - height * 0.7),
            (-width * 0.4, base - height),
            (width * 0.4, base - height),
            (width * 0.86, base - height * 0.7),
            (width, base),
        ),
        thick,
    )


def _ring(x: float, y: float, radius: float) -> Panel:
    return _piece(
        ellipse(x, y, radius, radius),
        Fabric(GOLD),
        "bag",
        holes=[ellipse(x, y, radius * 0.6, radius * 0.6)],
        roundness=0.3,
        wrinkles=0,
        shadow=0.3,
    )


def _handbag(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    body = symmetric(
        [(0, -20), (12.4, -20.2)], [(12.4, -20.2), (14.4, -10), (16.0, -1.8), (14.6, 0)], [(14.6, 0), (0, 0.5)]
    )
    top = symmetric([(0, -20.8), (12.6, -21.0)], [(12.6, -21.0), (13.0, -17.6)], [(13.0, -17.6), (0, -17.0)])
    gusset = [
        Stroke(sided(smooth([(11.4, -17.4), (12.8, -9), (13.8, -1)]), side), 0.2, darker(fabric.rgb, 0.5), 0.5)
        for side in (-1, 1)
    ]
    rows = [_row(np.array([(-12.4, -17.9), (12.4, -17.9)]), fabric, 0.16)]
    lock = outline(
        [(-1.8, -18.6), (1.8, -18.6)],
        [(1.8, -18.6), (1.6, -14.2), (0, -13.2)],
        [(0, -13.2), (-1.6, -14.2), (-1.8, -18.6)],
    )
    return [
        _piece(_handle(7.6, 15, -19), fabric.toned(-0.2), "bag", roundness=0.6),
        _piece(body, fabric, "bag", roundness=3.2, strokes=gusset),
        _piece(top, fabric, "bag", roundness=1.4, shadow=0.2, strokes=rows),
        *[_ring(x, -18.4, 1.15) for x in (-8.0, 8.0)],
        _piece(_handle(8.0, 13.5, -18.6), fabric, "bag", roundness=0.6, shadow=0.15),
        _piece(lock, fabric.toned(0.05), "bag", roundness=0.7, shadow=0.3),
        _piece(ellipse(0, -15.4, 0.8, 0.8), Fabric(GOLD), "bag", roundness=0.4, shadow=0.3, wrinkles=0),
    ]


def _tote(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    body = symmetric(
        [(0, -34), (16.6, -34.4)], [(16.6, -34.4), (17.2, -16), (16.2, -0.6)], [(16.2, -0.6), (8, 0.2), (0, 0.4)]
    )
    inside = symmetric([(0, -35.6), (10, -35.4), (16.4, -34.4)], [(16.4, -34.4), (8, -33.0), (0, -32.8)])
    folds = [
        Fold((-6, -30), (-10, -4), 2.2, 0.3),
        Fold((7, -32), (3, -8), 2.4, 0.28),
        Fold((12, -12), (2, -2), 1.8, 0.3),
    ]
    rows = [_row(np.array([(-16.2, -31.6), (16.2, -31.6)]), fabric)]
    straps = fabric.plain()
    return [
        _piece(_handle(7.6, 23, -33, 1.1), straps, "bag", roundness=0.8, tone=0.8),
        _piece(inside, lining_of(fabric), "bag", tone=0.75, roundness=1.2),
        _piece(body, fabric, "bag", roundness=3.6, folds=folds, strokes=rows, wrinkles=0.9),
        _piece(_handle(8.4, 21, -28.6, 1.1), straps, "bag", roundness=0.8, shadow=0.25),
    ]


def _crossbody(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    body = symmetric(
        [(0, -14.5), (10.5, -14.5)], [(10.5, -14.5), (11.6, -7), (11.2, -1.4), (9.6, 0)], [(9.6, 0), (0, 0.3)]
    )
    flap = symmetric(
        [(0, -15.4), (10.8, -15.2)], [(10.8, -15.2), (11.2, -9.5), (8.8, -6.4)], [(8.8, -6.4), (4.5, -4.7), (0, -4.3)]
    )
    strap = band(
        ((-10.6, -12.5), (-12.6, -22), (-8.0, -33), (1.0, -36.5), (9.4, -32), (12.8, -22), (10.6, -12.5)), 0.55
    )
    row = _row(
        smooth([(-10.4, -9.6), (-8.3, -6.9), (-4.4, -5.3), (0, -4.9), (4.4, -5.3), (8.3, -6.9), (10.4, -9.6)]),
        fabric,
        0.16,
    )
    clasp = outline(
        [(-1.5, -7.0), (1.5, -7.0)],
        [(1.5, -7.0), (1.5, -4.6)],
        [(1.5, -4.6), (-1.5, -4.6)],
        [(-1.5, -4.6), (-1.5, -7.0)],
    )
    return [
        _piece(strap, fabric, "bag", roundness=0.5),
        _piece(body, fabric, "bag", roundness=2.2),
        _piece(flap, fabric.toned(0.03), "bag", roundness=1.8, shadow=0.34, strokes=[row]),
        *[_ring(x, -13.0, 0.9) for x in (-10.8, 10.8)],
        _piece(clasp, Fabric(GOLD), "bag", roundness=0.6, shadow=0.3, wrinkles=0),
    ]


def _backpack(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    body = symmetric(
        [(0, -43), (8.6, -42.2), (13.6, -35.4), (15.0, -22), (15.0, -5), (13.6, -0.4)], [(13.6, -0.4), (0, 0.4)]
    )
    pocket = symmetric(
        [(0, -18.6), (9.6, -18.4), (11.4, -16.6)],
        [(11.4, -16.6), (11.9, -4.6), (10.8, -2.2)],
        [(10.8, -2.2), (0, -1.8)],
    )
    arc = smooth([(-12.6, -21), (-12.0, -32), (-7.6, -39), (0, -40.4), (7.6, -39), (12.0, -32), (12.6, -21)])
    zips = [Stroke(arc, 1.0, darker(fabric.rgb, 0.45), 0.8), Stroke(arc, 0.4, SILVER, 0.8, (0.3, 0.25))]
    line = np.array([(-10.2, -15.6), (10.2, -15.6)])
    pocket_zip = [Stroke(line, 1.0, darker(fabric.rgb, 0.45), 0.8), Stroke(line, 0.4, SILVER, 0.8, (0.3, 0.25))]
    straps = [
        band(((side * 12.0, -36), (side * 17.4, -28), (side * 17.2, -12), (side * 13.6, -4)), 1.3) for side in (-1, 1)
    ]
    loop = band(((-3.2, -42.4), (-2.2, -47), (2.2, -47), (3.2, -42.4)), 0.8)
    patch = outline(
        [(-3.4, -29.5), (3.4, -29.5)],
        [(3.4, -29.5), (3.4, -25.5)],
        [(3.4, -25.5), (-3.4, -25.5)],
        [(-3.4, -25.5), (-3.4, -29.5)],
    )
    leather = Fabric((150, 102, 66), weave="leather")
    return [
        *[_piece(s, fabric.toned(-0.25), "bag", roundness=0.9) for s in straps],
        _piece(loop, fabric.toned(-0.2), "bag", roundness=0.6),
        _piece(body, fabric, "bag", roundness=4.0, strokes=zips, wrinkles=0.5),
        _piece(patch, leather, "bag", roundness=0.6, shadow=0.2, wrinkles=0),
        _piece(pocket, fabric.toned(0.03), "bag", roundness=2.0, shadow=0.3, strokes=pocket_zip, wrinkles=0.3),
        _piece(band(((10.4, -15.6), (11.2, -14.2), (11.0, -12.0)), 0.4), leather, "bag", roundness=0.3, wrinkles=0),
    ]


def _belt(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """A coiled belt: the far half of the loop, then the near half with its buckle."""
    wide = 2.0
    far = np.vstack(
        [
            smooth([(-17, -1), (-12, -6.2), (0, -8.2), (12, -6.2), (17, -1)]),
            shifted(smooth([(17, -1), (12, -6.2), (0, -8.2), (-12, -6.2), (-17, -1)]), 0, wide * 1.7),
        ]
    )
    near_top = smooth([(-17.2, -1.6), (-12.6, 3.4), (0, 5.6), (12.6, 3.4), (17.2, -1.6)])
    near = np.vstack([near_top, shifted(near_top[::-1], 0, wide * 2)])
    rows = [_row(shifted(near_top, 0, d), fabric, 0.16) for d in (0.5, wide * 2 - 0.5)]
    tongue = band(((-2.5, 7.7), (-8.2, 7.4), (-13.6, 5.4), (-15.4, 4.2)), (1.95, 1.95, 1.9, 0.7))
    frame = outline(
        [(-1.6, 4.3), (4.2, 4.2)], [(4.2, 4.2), (4.4, 11.0)], [(4.4, 11.0), (-1.4, 11.1)], [(-1.4, 11.1), (-1.6, 4.3)]
    )
    metal = Fabric(GOLD if spec.shade % 2 else SILVER)
    holes = [
        _piece(ellipse(x, y, 0.36, 0.36, 14), fabric.toned(-0.6), "belt", roundness=0.2, wrinkles=0)
        for x, y in ((-5.6, 7.7), (-8.0, 7.4), (-10.4, 6.8))
    ]
    loop = band(((6.6, 4.6), (6.9, 10.6)), 0.8)
    prong = band(((3.8, 7.6), (-2.2, 7.7)), 0.42)
    return [
        _piece(far, fabric.toned(-0.15), "belt", roundness=1.0, tone=0.72),
        _piece(near, fabric, "belt", roundness=1.2, strokes=rows),
        _piece(tongue, fabric, "belt", roundness=1.0, shadow=0.3),
        *holes,
        _piece(
            frame,
            metal,
            "belt",
            holes=[frame * 0.66 + frame.mean(axis=0) * 0.34],
            roundness=0.5,
            shadow=0.4,
            wrinkles=0,
        ),
        _piece(prong, metal, "belt", roundness=0.3, shadow=0.3, wrinkles=0),
        _piece(loop, fabric, "belt", roundness=0.6, shadow=0.3),
    ]


def _scarf(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """A scarf wound once, both ends hanging."""
    left = outline(
        [(-9, 2), (-11.5, 20), (-12.5, 44)],
        [(-12.5, 44), (-1.0, 45)],
        [(-1.0, 45), (-0.5, 22), (2, 4)],
        [(2, 4), (-9, 2)],
    )
    right = outline(
        [(-2, 3), (1.0, 18), (2.0, 36)],
        [(2.0, 36), (13.0, 35.4)],
        [(13.0, 35.4), (11.5, 18), (9, 1)],
        [(9, 1), (-2, 3)],
    )
    back = ellipse(0, -6, 13.0, 6.2, 36)
    front = smooth(
        [
            (-12.6, -6.6),
            (-10.4, -3.4),
            (0, -0.6),
            (10.4, -3.4),
            (12.6, -6.6),
            (13.6, -3.0),
            (12.2, 4),
            (6, 9.2),
            (0, 10.2),
            (-6, 9.2),
            (-12.2, 4),
            (-13.6, -3.0),
        ],
        closed=True,
    )
    folds = [Fold((-13, -4 + d), (13, -4 + d), 1.0, 0.5, 4.2) for d in (1.2, 4.2, 7.0)]
    hang = [Fold((x, 6), (x * 1.15, 60), 1.4, 0.4) for x in (-9, -5.5, -2, 3.5, 7, 10)]
    fringe = [*_fringe(-12.3, -1.2, 44.2, 45.0, fabric), *_fringe(2.2, 12.8, 36.0, 35.5, fabric)]
    return [
        *fringe,
        _piece(back, lining_of(fabric), "scarf", roundness=3, tone=0.6, wrinkles=0.5),
        _piece(left, fabric, "scarf", roundness=2.4, folds=hang, angle=0.05),
        _piece(right, fabric, "scarf", roundness=2.4, folds=hang, shadow=0.3, angle=-0.06),
        _piece(front, fabric, "scarf", roundness=3.0, folds=folds, shadow=0.35, angle=0.1),
    ]


def _fringe(left: float, right: float, y_left: float, y_right: float, fabric: Fabric) -> list[Panel]:
    shares = np.linspace(0, 1, 13)
    axes = [
        (
            (left + (right - left) * s, y_left + (y_right - y_left) * s - 0.6),
            (left + (right - left) * s + 0.3 * (-1) ** i, y_left + (y_right - y_left) * s + 4.4),
        )
        for i, s in enumerate(shares)
    ]
    return [
        _piece(band(axis, (0.34, 0.26)), fabric.plain(), "scarf", roundness=0.3, wrinkles=0, edge=0.15) for axis in axes
    ]


def _sunglasses(spec: GarmentSpec, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    shapes = (_round_lens(), _square_lens(), _cat_lens())
    rim = shapes[("slim", "regular", "relaxed").index(spec.fit)]
    frame = Fabric(fabric.rgb)
    glass = Fabric(mix((52, 50, 54), (110, 78, 52), (spec.shade % 3) * 0.4))
    panels = []
    for side in (-1, 1):
        temple = band(((side * 6.9, -1.2), (side * 6.0, -2.6), (side * 2.2, -3.0)), (0.3, 0.26, 0.2))
        panels.append(_piece(temple, frame, "eyewear", roundness=0.3, tone=0.75, wrinkles=0))
    middle = rim.mean(axis=0)
    for side in (-1, 1):
        lens = (rim - middle) * (0.84, 0.82) + middle
        glows = [Glow(side * middle[0] - 0.8, middle[1] + 1.8, 3.0, 1.6, 0.75)]
        shine = [
            Stroke(
                np.array([(side * middle[0] - 1.9, middle[1] - 0.2), (side * middle[0] - 0.6, middle[1] - 1.7)]),
                0.28,
                (255, 255, 255),
                0.3,
            )
        ]
        panels.append(
            _piece(
                sided(lens, side),
                glass,
                "eyewear",
                roundness=0.8,
                relief=0.3,
                glows=glows,
                strokes=shine,
                wrinkles=0,
                gloss=0.4,
            )
        )
        panels.append(
            _piece(sided(rim, side), frame, "eyewear", holes=[sided(lens, side)], roundness=0.35, wrinkles=0, gloss=0.7)
        )
    bridge = band(((-1.5, -0.7), (0, -1.15), (1.5, -0.7)), (0.34, 0.26, 0.34))
    return [*panels, _piece(bridge, frame, "eyewear", roundness=0.3, wrinkles=0, gloss=0.7)]


def _round_lens() -> Points:
    return ellipse(3.95, 0.4, 2.75, 2.65, 40)


def _square_lens() -> Points:
    return smooth(
        [(1.3, -1.3), (3.8, -1.9), (6.7, -1.7), (7.2, -1.0), (6.8, 1.4), (5.4, 2.5), (3.0, 2.4), (1.5, 1.2)],
        closed=True,
    )


def _cat_lens() -> Points:
    return smooth(
        [(1.3, -0.7), (3.6, -1.5), (6.4, -2.4), (7.6, -2.6), (7.0, 0.4), (5.4, 2.3), (3.1, 2.3), (1.6, 1.1)],
        closed=True,
    )
