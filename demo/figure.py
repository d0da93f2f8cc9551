"""The person who wears a look: skin, face and hair, in the manner of a fashion illustration."""

import numpy as np

from demo.body import Arm, Body
from demo.canvas import Glow, Panel, Stroke
from demo.curves import Points, band, edges_along, ellipse, outline, sided, smooth, symmetric
from demo.fabric import Fabric
from demo.palette import Rgb, darker, lighter, mix

HAIR_STYLES = ("long", "bob", "bun", "ponytail", "curly", "short")


def _skin(shape: Points, rgb: Rgb, **look: object) -> Panel:
    chosen: dict[str, object] = {"roundness": 2.2, "relief": 0.8, "wrinkles": 0.0, "edge": 0.16, "gloss": 0.25}
    return Panel(shape, Fabric(rgb), "skin", **{**chosen, **look})  # type: ignore[arg-type]


def _limb(inner: Points, outer: Points, rgb: Rgb, roundness: float, lines: tuple[Stroke, ...] = ()) -> Panel:
    """Return a limb between its edges, open at both ends so that no line crosses a wrist or an ankle."""
    rims = [Stroke(edge, 0.3, darker(rgb, 0.5), 0.16) for edge in (inner, outer)]
    return _skin(np.vstack([inner, outer[::-1]]), rgb, roundness=roundness, edge=0.0, strokes=[*rims, *lines])


def trunk(body: Body, rgb: Rgb) -> list[Panel]:
    """Return neck, shoulders and trunk."""
    x, y = body.neck
    (sx, sy), (ux, uy) = body.shoulder, body.underarm
    shape = symmetric(
        [(0, y + 4), (x * 0.95, y + 0.6)],
        [(x * 0.95, y + 0.6), (x + 4, sy - 1.2), (sx - 2.2, sy + 0.6), (sx, sy + 4), (ux + 0.6, uy - 5), (ux, uy)],
        body.sides,
        [(body.hip[0], body.hip[1]), (8, body.crotch - 2), (0, body.crotch)],
    )
    neck = symmetric(
        [(0, 15), (x * 0.8, 15)],
        [(x * 0.8, 15), (x * 0.76, 24), (x * 0.98, y + 1.2)],
        [(x * 0.98, y + 1.2), (0, y + 6.5)],
    )
    bones = [
        Stroke(sided(smooth([(1.6, y + 5.2), (6, y + 4.2), (11, y + 4.0)]), s), 0.4, darker(rgb, 0.35), 0.25)
        for s in (-1, 1)
    ]
    chin_shadow = Glow(0, 22.6, x, 2.8, -0.26)
    return [_skin(shape, rgb, strokes=bones, roundness=3.2), _skin(neck, rgb, glows=[chin_shadow], edge=0.0)]


def arm(body: Body, side: int, rgb: Rgb) -> list[Panel]:
    """Return one bare arm with its relaxed hand. side: -1 on the left of the picture, 1 on the right."""
    joints = body.arms[0 if side < 0 else 1]
    width = body.arm_width
    (x0, y0) = joints.shoulder
    along = np.array(joints.wrist) - np.array(joints.elbow)
    reach = along / np.linalg.norm(along) * 0.9 + np.array([-0.06, 0.2])
    palm, palm_widths = _palm(joints, reach, width)
    axis = [(x0 - 0.6, y0 - 0.6), *joints.axis[1:], *palm[1:]]
    inner, outer = edges_along(axis, [width * 1.02, width * 0.80, width * 0.52, *palm_widths[1:]], steps=10)
    limb = _limb(sided(inner, side), sided(outer, side), rgb, 2.2, _fingers(joints, reach, width, side, rgb))
    return [_thumb(joints, reach, width, side, rgb), limb]


def hand(body: Body, side: int, rgb: Rgb, reach: tuple[float, float]) -> list[Panel]:
    """Return a hand that rests on the clothes. reach: the direction of its fingers, counted outwards and down."""
    joints, width, along = body.arms[0 if side < 0 else 1], body.arm_width, np.array(reach)
    axis, widths = _palm(joints, along, width)
    inner, outer = edges_along(axis, widths)
    lines = _fingers(joints, along, width, side, rgb)
    return [_limb(sided(inner, side), sided(outer, side), rgb, 1.2, lines), _thumb(joints, along, width, side, rgb)]


def _from_wrist(joints: Arm, reach: Points, down: float, aside: float) -> tuple[float, float]:
    """Return the place `down` centimetres along the hand and `aside` across it."""
    x, y = np.array(joints.wrist) + reach * down + np.array([-reach[1], reach[0]]) * aside
    return float(x), float(y)


def _palm(joints: Arm, reach: Points, width: float) -> tuple[list[tuple[float, float]], list[float]]:
    """Return axis and half widths of a hand, from above the wrist to the fingertips."""
    size = width / 4.2 * 0.86
    places = ((-2.0, 0.0), (3.4 * size, 0.2), (8.2 * size, 0.3), (13.6 * size, 0.9), (16.6 * size, 1.5))
    axis = [_from_wrist(joints, reach, down, aside) for down, aside in places]
    return axis, [2.2 * size, 2.6 * size, 2.9 * size, 2.1 * size, 0.7 * size]


def _thumb(joints: Arm, reach: Points, width: float, side: int, rgb: Rgb) -> Panel:
    size = width / 4.2 * 0.86
    places = ((1.6, 1.2), (6.0 * size, 3.2 * size), (9.6 * size, 3.2 * size))
    axis = [_from_wrist(joints, reach, down, aside) for down, aside in places]
    return _skin(sided(band(axis, [1.1 * size, 1.0 * size, 0.55 * size]), side), rgb, roundness=0.7)


def _fingers(joints: Arm, reach: Points, width: float, side: int, rgb: Rgb) -> tuple[Stroke, ...]:
    """Return the lines between the fingers."""
    size = width / 4.2 * 0.86
    lines = [
        [_from_wrist(joints, reach, 9.5 * size, d), _from_wrist(joints, reach, 15.0 * size, d * 0.5 + 0.9)]
        for d in (-1.1, 0.3, 1.5)
    ]
    return tuple(Stroke(sided(line, side), 0.2, darker(rgb, 0.4), 0.35) for line in lines)


def legs(body: Body, rgb: Rgb, bare_from: float = 0.0) -> list[Panel]:
    """Return both legs and feet, seen from the front; bare_from: the height where clothes stop hiding them."""
    (kx, ky), (ax, ay) = body.knee, body.ankle
    axis = [
        (8.6, body.hip[1] - 4),
        (8.2, body.crotch + 6),
        (kx, ky - 4),
        (kx + 0.2, ky + 13),
        (ax, ay - 6),
        (ax + 0.1, ay + 5.5),
    ]
    widths = [
        body.thigh_width + 0.2,
        body.thigh_width - 0.4,
        body.knee_width,
        body.knee_width + 0.5,
        body.ankle_width + 0.5,
        body.ankle_width,
    ]
    inner, outer = edges_along(axis, widths)
    seen = inner[:, 1] >= bare_from
    foot = outline(
        [
            (ax - 3.4, ay - 2),
            (ax - 3.8, ay + 4),
            (ax - 3.4, ay + 8.6),
            (ax + 0.6, ay + 10.2),
            (ax + 4.6, ay + 8.0),
            (ax + 4.0, ay + 3),
            (ax + 3.4, ay - 2),
        ]
    )
    panels: list[Panel] = []
    for side in (-1, 1):
        knee = Stroke(
            sided(smooth([(kx - 2.6, ky + 1.6), (kx, ky + 2.8), (kx + 2.4, ky + 1.4)]), side),
            0.35,
            darker(rgb, 0.35),
            0.22,
        )
        toes = [
            Stroke(sided([(ax - 1.6 + d, ay + 8.9), (ax - 1.4 + d, ay + 7)], side), 0.2, darker(rgb, 0.4), 0.35)
            for d in (0.2, 1.6, 3.0, 4.3)
        ]
        panels += [
            _skin(sided(foot, side), rgb, roundness=1.4, strokes=toes),
            _limb(sided(inner[seen], side), sided(outer[seen], side), rgb, 3.0, (knee,)),
        ]
    return panels


def head(rgb: Rgb, hair_rgb: Rgb, *, man: bool, eyes: bool = True) -> list[Panel]:
    """Return the head with a hint of a face."""
    jaw = 1.06 if man else 1.0
    shape = symmetric(
        [(0, 0.8), (4.6, 1.8), (7.1, 6.2), (7.2, 11.0), (6.5 * jaw, 15.6), (4.6 * jaw, 19.6), (2.2, 22.0), (0, 22.6)]
    )
    ears = [_skin(ellipse(s * 7.3, 12.2, 1.1, 2.1), rgb, roundness=0.6) for s in (-1, 1)]
    blush = [Glow(s * 4.4, 15.2, 2.0, 1.6, 0.045) for s in (-1, 1)]
    features = [*_nose(rgb), *_mouth(rgb, man), *_brows(hair_rgb, man)]
    return [*ears, _skin(shape, rgb, strokes=features, glows=blush, roundness=2.6), *(_eyes() if eyes else [])]


def _eyes() -> list[Panel]:
    """Return white, iris and upper lid of both eyes."""
    panels: list[Panel] = []
    for s in (-1, 1):
        white = outline(
            [(1.9, 11.9), (3.0, 11.05), (4.2, 11.1), (5.0, 11.7)], [(5.0, 11.7), (4.0, 12.4), (2.8, 12.45), (1.9, 11.9)]
        )
        look = {"edge": 0.0, "relief": 0.0, "roundness": 0.5}
        panels.append(_skin(sided(white, s), (246, 242, 238), **look))
        panels.append(_skin(ellipse(s * 3.4, 11.65, 0.72, 0.74, 18), (70, 48, 38), **look))
        panels.append(_skin(ellipse(s * 3.4 - 0.2, 11.42, 0.2, 0.2, 10), (240, 236, 232), **look))
        lid = band([(1.7, 11.9), (2.9, 10.95), (4.2, 11.0), (5.3, 11.5)], (0.08, 0.18, 0.2, 0.1))
        panels.append(_skin(sided(lid, s), (44, 32, 30), **look))
    return panels


def _brows(hair_rgb: Rgb, man: bool) -> list[Stroke]:
    brow = darker(hair_rgb, 0.25)
    return [
        Stroke(sided(smooth([(1.9, 9.5), (3.6, 8.9), (5.5, 9.5)]), s), 0.6 if man else 0.42, brow, 0.7) for s in (-1, 1)
    ]


def _nose(rgb: Rgb) -> list[Stroke]:
    line = smooth([(1.0, 11.5), (1.05, 13.6), (1.5, 15.3), (0.7, 16.0)])
    return [
        Stroke(line, 0.26, darker(rgb, 0.4), 0.34),
        Stroke(np.array([(-0.9, 16.0), (-0.2, 16.2)]), 0.3, darker(rgb, 0.5), 0.4),
    ]


def _mouth(rgb: Rgb, man: bool) -> list[Stroke]:
    lips = mix(rgb, (176, 64, 70), 0.30 if man else 0.55)
    upper = Stroke(smooth([(-2.2, 18.1), (-0.8, 18.05), (0, 18.25), (0.8, 18.05), (2.2, 18.1)]), 0.5, lips, 0.9)
    lower = Stroke(smooth([(-1.7, 18.6), (0, 19.25), (1.7, 18.6)]), 0.75, lighter(lips, 0.08), 0.8)
    smile = smooth([(-2.7, 17.9), (-1.4, 18.45), (0, 18.6), (1.4, 18.45), (2.7, 17.9)])
    return [lower, upper, Stroke(smile, 0.2, darker(lips, 0.5), 0.7)]


def _hair(shape: Points, rgb: Rgb, strands: list[Points] | None = None, **look: object) -> Panel:
    light = lighter(rgb, 0.22)
    strokes = [Stroke(line, 0.22, light if n % 2 else darker(rgb, 0.5), 0.35) for n, line in enumerate(strands or [])]
    chosen: dict[str, object] = {"roundness": 2.2, "wrinkles": 1.2, "edge": 0.2, "gloss": 0.4, "strokes": strokes}
    return Panel(shape, Fabric(rgb, weave="fleece"), "hair", **{**chosen, **look})  # type: ignore[arg-type]


def hair_behind(style: str, rgb: Rgb, rng: np.random.Generator) -> list[Panel]:
    """Return the hair behind the head and shoulders."""
    dark = darker(rgb, 0.18)
    if style == "long":
        shape = symmetric(
            [(0, -1), (6, 0), (9.2, 6), (9.4, 16), (11.0, 28), (10.4, 41)], [(10.4, 41), (7, 44), (0, 40)]
        )
        return [_hair(shape, dark, [np.array([(x, 12), (x * 1.15, 42)]) for x in np.linspace(-9, 9, 13)])]
    if style == "bob":
        return [
            _hair(
                symmetric([(0, -1), (6, 0), (9.4, 6), (10.2, 15), (9.4, 23.5)], [(9.4, 23.5), (5, 25), (0, 24)]), dark
            )
        ]
    if style == "bun":
        return [
            _hair(
                ellipse(0.6, -3.4, 4.6, 4.2),
                rgb,
                [smooth([(-3, -3), (0, -5.6), (4, -4)]), smooth([(-2.6, -1.6), (1, -3.6), (4.6, -2.4)])],
            )
        ]
    if style == "ponytail":
        tail = outline(
            [(5.4, 2), (9.4, 4), (11.4, 14), (10.6, 26), (11.6, 35)],
            [(11.6, 35), (8.2, 30), (7.0, 18), (5.4, 8), (5.4, 2)],
        )
        return [_hair(tail, dark, [smooth([(7.4, 5), (9.6, 16), (9.6, 30)])])]
    if style == "curly":
        return _curls(rgb, rng)
    return []


def _curls(rgb: Rgb, rng: np.random.Generator) -> list[Panel]:
    """Return a round cloud of curls."""
    panels = [_hair(ellipse(0, 8.6, 11.2, 11.0, 40), darker(rgb, 0.3), edge=0.0)]
    for ring, count in ((10.4, 22), (8.2, 17)):
        for angle in np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 1):
            x, y = ring * np.cos(angle), 8.4 + ring * np.sin(angle)
            size = float(rng.uniform(2.1, 2.9))
            panels.append(
                _hair(
                    ellipse(x, y, size, size, 18),
                    mix(darker(rgb, 0.2), rgb, float(rng.uniform(0, 1))),
                    roundness=1.0,
                    edge=0.1,
                    wrinkles=0.0,
                )
            )
    return panels


def hair_in_front(style: str, rgb: Rgb, rng: np.random.Generator) -> list[Panel]:
    """Return the hair that frames the face."""
    part = float(rng.choice((-1.8, 1.8)))
    low = {"short": 8.2, "bun": 9.6, "ponytail": 9.6, "curly": 10.0}.get(style, 13.0)
    shapes: list[Panel] = []
    if style == "short":
        cap = outline(
            [(-7.6, 10.5), (-8.0, 5), (-5.4, 0), (0, -1.6), (5.4, -0.4), (8.0, 5), (7.6, 10.5)],
            [(7.6, 10.5), (6.7, 7.4), (5.8, 5.2), (part, 3.6), (-5.2, 4.8), (-6.7, 7.4), (-7.6, 10.5)],
        )
        return [_hair(cap, rgb, _strands(part))]
    for side in (-1, 1):
        away = part * side
        piece = outline(
            [(away - 0.6, -1.3), (5.6, -0.4), (8.3, 5.2), (8.0, low)],
            [(8.0, low), (6.9, low - 1.0), (5.8, 6.6), (2.6 + away * 0.4, 4.2), (away, 2.6)],
            [(away, 2.6), (away - 0.6, -1.3)],
        )
        strands = [smooth([(away + 0.6, 0.2 + d), (4.2, 1.2 + d), (7.2, 6.0 + d)]) for d in (0.0, 1.2, 2.3)]
        shapes.append(_hair(sided(piece, side), rgb, [sided(s, side) for s in strands], roundness=1.6, edge=0.1))
        if style in ("long", "bob"):
            end = 36.0 if style == "long" else 22.5
            lock = outline(
                [(6.6, 6.5), (8.4, 9), (9.6, 18), (9.8, end * 0.8), (9.0, end)],
                [(9.0, end), (6.8, end - 3), (7.0, 18), (6.5, 11), (6.6, 6.5)],
            )
            shapes.append(
                _hair(
                    sided(lock, side),
                    rgb,
                    [sided(smooth([(7.4, 9), (8.2, 18), (8.2, end - 3)]), side)],
                    roundness=1.2,
                    edge=0.12,
                )
            )
    return shapes


def _strands(part: float) -> list[Points]:
    return [smooth([(part, 0.5), (x * 0.6, 0.6), (x, 5.5)]) for x in (-7, -5.5, -4, 4, 5.5, 7)]
