"""Jeans, trousers, leggings, shorts and skirts."""

from dataclasses import dataclass

import numpy as np

from demo.body import Body
from demo.canvas import Fold, Glow, Panel, Stroke
from demo.cloth import lining_of, ribbing_of
from demo.curves import Corners, Points, at_height, band, shifted, sided, smooth, symmetric
from demo.fabric import Fabric
from demo.palette import COGNAC_THREAD, GOLD, darker, thread_on
from demo.spec import GarmentSpec
from demo.tops import button, crease, stitches

WAISTS = {"high": 66.0, "mid": 71.0, "low": 76.0}
LEG_WIDTHS = {
    "skinny": (6.0, 4.5),
    "straight": (7.6, 7.4),
    "wide": (10.6, 12.8),
    "flared": (6.7, 11.4),
    "tapered": (8.0, 5.6),
}
PANTS_HEMS = {"short": 152.0, "regular": 165.0, "long": 169.0}
SHORTS_HEMS = {"short": 101.0, "regular": 108.0, "long": 119.0}
SKIRT_HEMS = {"short": 107.0, "regular": 132.0, "long": 158.0}


@dataclass(frozen=True)
class Hips:
    """The right side of what hangs from the waist."""

    waist: float
    half_waist: float
    outer: Points

    def half_width(self, y: float) -> float:
        """Return half the width at a height."""
        return at_height(self.outer, y)


def _waist_width(body: Body, y: float) -> float:
    return at_height(body.sides, y) + 0.7


def pants_panels(spec: GarmentSpec, body: Body, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """Return the panels of trousers, jeans, leggings or shorts, back to front."""
    leg = {"leggings": "skinny", "joggers": "tapered"}.get(spec.type, spec.leg)
    hips, inner = legs_of(spec, body, leg)
    hem = float(hips.outer[-1, 1])
    folds, glows = leg_folds(hips, inner, body, leg, rng), _fading(fabric, body, hem)
    right = [(0, hips.waist), (hips.half_waist, hips.waist)], hips.outer, _leg_end(hips.outer[-1], inner[0]), inner
    main = Panel(
        symmetric(*right),
        fabric,
        "pants",
        roundness=3.4,
        folds=folds,
        glows=glows,
        relief=1.0,
        strokes=_pants_seams(spec, hips, inner, body, fabric),
    )
    ends = _ribbed_ends(hips, inner, fabric) if spec.type == "joggers" else []
    inside = [] if body.worn else [_inside_waist(hips, fabric, "pants")]
    return [*inside, *ends, main, *_pants_details(spec, hips, body, fabric)]


def legs_of(spec: GarmentSpec, body: Body, leg: str) -> tuple[Hips, Points]:
    """Return the outer sides, and the inner side of the right leg from the hem up to the crotch."""
    waist = WAISTS["high" if spec.type == "leggings" else spec.rise] + (body.waist[1] - 66)
    shorts = "shorts" in spec.type
    hem = (SHORTS_HEMS if shorts else PANTS_HEMS)[spec.length] + (body.crotch - 91)
    knee, end = LEG_WIDTHS[leg]
    ease = {"skinny": 0.2, "wide": 2.2}.get(leg, 1.0) + {"slim": -0.4, "relaxed": 1.2}.get(spec.fit, 0.0)
    bulk = (body.knee_width - 5.4) * 0.5
    knots = [
        (body.hip[1] + 6, body.thigh_width + ease + 0.2),
        (body.knee[1], knee + bulk),
        (hem if not shorts else 169.0, end + bulk),
    ]
    heights = [y for y, _ in knots]
    rows = [hem] if shorts else [y for y in (body.hip[1] + 12, 110.0, body.knee[1], 146.0) if y < hem - 4] + [hem]
    middles = [_leg_middle(body, y) for y in rows]
    halves = [float(np.interp(y, heights, [w for _, w in knots])) + (0.8 if shorts else 0) for y in rows]
    inside = [
        max(m - h, 0.4 + (0.10 if shorts else 0.012) * (y - 91)) for m, h, y in zip(middles, halves, rows, strict=True)
    ]
    outside = [i + 2 * h for i, h in zip(inside, halves, strict=True)]
    top = _waist_width(body, waist)
    side = [(top, waist), (max(body.hip[0] + ease, top), body.hip[1] + 1), *zip(outside, rows, strict=True)]
    return Hips(waist, top, smooth(side)), smooth(
        [*reversed(list(zip(inside, rows, strict=True))), (0.0, body.crotch + ease)]
    )


def _leg_end(outer: Points, inner: Points) -> Points:
    """Return the hem of a leg, bent a little as around an ankle."""
    return smooth(np.vstack([outer, shifted((outer + inner)[None] / 2, 0, 0.7), inner]))


def _leg_middle(body: Body, y: float) -> float:
    return float(np.interp(y, [body.crotch, body.knee[1], body.ankle[1]], [8.6, body.knee[0], body.ankle[0]]))


def leg_folds(hips: Hips, inner: Points, body: Body, leg: str, rng: np.random.Generator) -> list[Fold]:
    """Return the folds at the crotch, the knees and the ankles."""
    hem = float(hips.outer[-1, 1])
    folds = [
        crease((1.0, body.crotch - 1), (11, body.crotch - 7 + step), 1.2, 0.30, side, rng=rng)
        for side in (-1, 1)
        for step in (0, 6)
    ]
    if hem > body.knee[1] + 10:
        knee_y = body.knee[1]
        for side in (-1, 1):
            left, right = at_height(inner[::-1], knee_y), hips.half_width(knee_y)
            folds += [
                crease((left + 1, knee_y + step), (right - 1, knee_y + step - 3), 1.2, 0.26, side, rng=rng)
                for step in (-4.0, 2.0, 7.0)
            ]
            if leg in ("skinny", "straight", "tapered"):
                folds += [
                    crease((left + 1, hem - step), (right - 1, hem - step + 2), 1.1, 0.26, side, rng=rng)
                    for step in (4.0, 9.5)
                ]
    if leg in ("wide", "flared"):
        folds += [
            crease((x, body.crotch + 6), (x * 1.3, hem + 14), 1.9, 0.36, side, rng=rng)
            for side in (-1, 1)
            for x in (5.5, 11.0)
        ]
    return folds


def _fading(fabric: Fabric, body: Body, hem: float) -> list[Glow]:
    if fabric.weave != "denim":
        return []
    glows = [Glow(side * 9.2, body.crotch + 14, 5.0, 18, 0.20) for side in (-1, 1)]
    if hem > body.knee[1]:
        glows += [Glow(side * 9.2, body.knee[1] + 1, 4.4, 9, 0.13) for side in (-1, 1)]
    return glows


def _pants_seams(spec: GarmentSpec, hips: Hips, inner: Points, body: Body, fabric: Fabric) -> list[Stroke]:
    hem = float(hips.outer[-1, 1])
    thread = COGNAC_THREAD if fabric.weave == "denim" else thread_on(fabric.rgb)
    middle = smooth([(0.0, hips.waist + 3), (0.2, body.crotch - 9), (0.0, body.crotch + 2)])
    strokes = [Stroke(middle, 0.3, darker(fabric.rgb, 0.5), 0.4)]
    left, right = at_height(inner[::-1], hem - 2.2), hips.half_width(hem - 2.2)
    for side in (-1, 1):
        if spec.type not in ("joggers", "trousers"):
            strokes.append(Stroke(sided([(left, hem - 2.2), (right, hem - 2.2)], side), 0.24, thread, 0.7, (0.5, 0.3)))
        if fabric.weave == "denim":
            seam = shifted(hips.outer[6:], -1.1, 0)
            strokes.append(Stroke(sided(seam, side), 0.2, darker(fabric.rgb, 0.45), 0.25))
    if spec.type == "leggings":
        return strokes[1:]
    return strokes + _pockets(spec, hips, fabric) + _fly(hips, body, fabric, spec)


def _pockets(spec: GarmentSpec, hips: Hips, fabric: Fabric) -> list[Stroke]:
    top = hips.waist + 3.6
    x = hips.half_width(top)
    if fabric.weave == "denim":
        line = smooth([(x * 0.48, top), (x * 0.56, top + 6.0), (hips.half_width(top + 9) + 0.4, top + 9.0)])
        thread = COGNAC_THREAD
    else:
        line = smooth([(x * 0.62, top), (x * 0.8, top + 8), (hips.half_width(top + 14) + 0.2, top + 14.5)])
        thread = thread_on(fabric.rgb)
    strokes = []
    for side in (-1, 1):
        strokes.append(Stroke(sided(line, side), 0.4, darker(fabric.rgb, 0.6), 0.5))
        strokes.append(Stroke(sided(shifted(line, -0.5, 0.5), side), 0.22, thread, 0.7, (0.5, 0.3)))
    return strokes


def _fly(hips: Hips, body: Body, fabric: Fabric, spec: GarmentSpec) -> list[Stroke]:
    if spec.type in ("joggers", "leggings"):
        return []
    end = body.crotch - 8
    line = smooth([(3.0, hips.waist + 3.6), (3.0, end - 5), (2.2, end - 1.2), (0.1, end)])
    thread = COGNAC_THREAD if fabric.weave == "denim" else thread_on(fabric.rgb)
    return [Stroke(line, 0.22, thread, 0.6, (0.5, 0.3))]


def _inside_waist(hips: Hips, fabric: Fabric, label: str) -> Panel:
    x, y = hips.half_waist, hips.waist
    shape = symmetric([(0, y - 1.5), (x * 0.6, y - 1.1), (x, y + 0.1)], [(x, y + 1.2), (0, y + 2.2)])
    return Panel(shape, lining_of(fabric), label, tone=0.74, roundness=1.5, relief=0.5, wrinkles=0)


def waistband(hips: Hips, fabric: Fabric, label: str, height: float = 3.6) -> Panel:
    """Return the band at the waist, a little lower in the middle."""
    x, y = hips.half_waist, hips.waist
    low = hips.half_width(y + height) + 0.1
    shape = symmetric(
        [(0, y + 1.0), (x * 0.6, y + 0.7), (x + 0.1, y - 0.1)],
        [(x + 0.1, y - 0.1), (low, y + height)],
        [(low, y + height), (low * 0.6, y + height + 0.9), (0, y + height + 1.2)],
    )
    return Panel(shape, fabric, label, roundness=2.0, relief=0.6, shadow=0.15, edge=0.3, wrinkles=0.2)


def _pants_details(spec: GarmentSpec, hips: Hips, body: Body, fabric: Fabric) -> list[Panel]:
    if spec.type == "leggings":
        return [waistband(hips, fabric, "pants", 8.5)]
    belt_line = waistband(
        hips, ribbing_of(fabric) if spec.type == "joggers" else fabric, "pants", 4.2 if spec.type == "joggers" else 3.6
    )
    if spec.type == "joggers":
        cord = Fabric((236, 232, 224))
        y = hips.waist + 3
        return [belt_line] + [
            Panel(
                band(((0.8 * s, y), (1.8 * s, y + 5), (1.2 * s, y + 9 + s)), 0.32),
                cord,
                "pants",
                roundness=0.3,
                shadow=0.3,
                wrinkles=0,
            )
            for s in (-1, 1)
        ]
    rgb = GOLD if fabric.weave == "denim" else darker(fabric.rgb, 0.35)
    loops = [_belt_loop(x * hips.half_waist, hips.waist + 0.9 - abs(x) * 0.7, fabric) for x in (-0.62, 0.62)]
    return [belt_line, *loops, button(0.2, hips.waist + 2.8, rgb, "pants", 0.8)]


def _belt_loop(x: float, y: float, fabric: Fabric) -> Panel:
    shape = np.array([(x - 0.55, y - 0.5), (x + 0.55, y - 0.5), (x + 0.55, y + 4.4), (x - 0.55, y + 4.4)])
    return Panel(shape, fabric.plain(), "pants", roundness=0.5, relief=0.5, shadow=0.3, edge=0.3, wrinkles=0)


def _ribbed_ends(hips: Hips, inner: Points, fabric: Fabric) -> list[Panel]:
    hem = float(hips.outer[-1, 1])
    left, right = inner[0, 0] + 0.7, hips.outer[-1, 0] - 0.7
    shape = np.array([(left, hem - 1), (right, hem - 1), (right - 0.3, hem + 4.6), (left + 0.3, hem + 4.6)])
    return [Panel(sided(shape, side), ribbing_of(fabric), "pants", roundness=1.6, wrinkles=0.1) for side in (-1, 1)]


def skirt_panels(spec: GarmentSpec, body: Body, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """Return the panels of a skirt, back to front."""
    waist = WAISTS[spec.rise] + (body.waist[1] - 66)
    hem = SKIRT_HEMS[spec.length]
    top = _waist_width(body, waist)
    hips = Hips(waist, top, skirt_side(spec, body, top, waist, hem))
    lower = skirt_hem(hips, hem, rng, wave=0.1 if spec.type in ("pencil skirt", "denim skirt") else 0.7)
    shape = symmetric([(0, waist), (top, waist)], hips.outer, lower)
    main = Panel(
        shape,
        fabric,
        "skirt",
        roundness=4.5,
        folds=skirt_folds(spec, hips, hem, rng),
        glows=_fading(fabric, body, hem),
        strokes=_skirt_lines(spec, hips, hem, fabric),
    )
    inside = [] if body.worn else [_inside_waist(hips, fabric, "skirt")]
    panels = [*inside, main, waistband(hips, fabric.plain() if fabric.pattern != "solid" else fabric, "skirt", 3.4)]
    return panels + (_denim_front(hips, hem, fabric) if spec.type == "denim skirt" else [])


def skirt_side(spec: GarmentSpec, body: Body, top: float, waist: float, hem: float) -> Points:
    """Return the right side of a skirt from the waist to the hem."""
    flares = {"pencil skirt": -1.2, "denim skirt": 1.2, "pleated skirt": 9.0, "knitted dress": 0.0, "slip dress": 4.0}
    flare = flares.get(spec.type, {"slim": 2.0, "regular": 7.0, "relaxed": 12.0}[spec.fit]) * float(
        np.interp(hem, [100, 160], [0.75, 1.25])
    )
    hip = body.hip[0] + 0.8 + max(flare, 0) * 0.22
    knots = [
        (top, waist),
        (top + (hip - top) * 0.72, waist + (body.hip[1] - waist) * 0.5),
        (hip, body.hip[1]),
        (body.hip[0] + 0.8 + flare, hem),
    ]
    return smooth(knots)


def skirt_hem(hips: Hips, hem: float, rng: np.random.Generator, wave: float) -> Corners:
    """Return the right half of a hem, from the side to the middle, waving with the folds."""
    x = float(hips.outer[-1, 0])
    shares = np.linspace(1, 0, 7)
    drops = 1.6 * (1 - shares**2) + wave * np.where(np.arange(7) % 2, 0.9, -0.5) * (shares > 0) * (shares < 1)
    return [(float(x * s), float(hem + d)) for s, d in zip(shares, drops, strict=True)]


def skirt_folds(spec: GarmentSpec, hips: Hips, hem: float, rng: np.random.Generator) -> list[Fold]:
    """Return the folds that hang from the waist."""
    if spec.type in ("pencil skirt", "denim skirt", "knitted dress"):
        return [crease((6, hips.waist + 16), (12, hips.waist + 12), 1.4, 0.22, side, rng=rng) for side in (-1, 1)]
    count = 15 if spec.type == "pleated skirt" else int(rng.integers(6, 9))
    strength = 0.42 if spec.type == "pleated skirt" else 0.44
    bottom = float(hips.outer[-1, 0])
    folds = []
    for share in (np.arange(count) + 0.5) / count * 2 - 1 + rng.normal(0, 0.015, count):
        start = (
            share * hips.half_waist * 0.94,
            hips.waist + (2 if spec.type == "pleated skirt" else rng.uniform(4, 16)),
        )
        end = (share * bottom * 0.97, hem + (hem - hips.waist) * 0.45)
        folds.append(
            Fold(start, end, 10.0 / count + 0.5, strength * float(rng.uniform(0.75, 1.2)), float(rng.normal(0, 0.5)))
        )
    return folds


def _skirt_lines(spec: GarmentSpec, hips: Hips, hem: float, fabric: Fabric) -> list[Stroke]:
    if spec.type == "pleated skirt":
        bottom = float(hips.outer[-1, 0])
        shares = np.linspace(-1, 1, 17)[1:-1]
        return [
            Stroke(
                np.array([(s * hips.half_waist, hips.waist + 3), (s * bottom, hem + 2)]),
                0.3,
                darker(fabric.rgb, 0.5),
                0.4,
            )
            for s in shares
        ]
    x = hips.half_width(hem - 2)
    return [stitches(smooth([(-x, hem - 2), (0, hem - 0.6), (x, hem - 2)]), fabric)]


def _denim_front(hips: Hips, hem: float, fabric: Fabric) -> list[Panel]:
    line = np.array([(-1.6, hips.waist + 4), (1.6, hips.waist + 4), (1.6, hem + 1.2), (-1.6, hem + 1.2)])
    rows = [
        Stroke(np.array([(x, hips.waist + 4), (x, hem + 1)]), 0.2, COGNAC_THREAD, 0.7, (0.5, 0.3)) for x in (-1.3, 1.3)
    ]
    front = Panel(line, fabric, "skirt", roundness=1.0, relief=0.3, strokes=rows, wrinkles=0.3)
    return [front] + [button(0, y, GOLD, "skirt", 0.75) for y in np.arange(hips.waist + 2.6, hem - 2, 6.4)]
