"""Cuts of what covers the upper body, as panels on a body: parts of tops, knitwear, coats and bodices."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from demo.body import Arm, Body
from demo.canvas import Fold, Panel, Stroke
from demo.cloth import lining_of
from demo.curves import Points, at_height, edges_along, ellipse, mirrored, outline, shifted, sided, smooth, symmetric
from demo.fabric import Fabric
from demo.palette import IVORY, Rgb, darker, is_dark, lighter, thread_on
from demo.spec import GarmentSpec

EASE = {"slim": 0.6, "regular": 2.4, "relaxed": 5.4}
SLEEVE_END = {"cap": 0.16, "short": 0.34, "elbow": 0.55, "three-quarter": 0.8, "long": 1.0, "under a coat": 0.2}


@dataclass(frozen=True)
class Bodice:
    """The right half of a front, from which all the panels are cut."""

    neck: tuple[float, float]
    depth: float
    shoulder: tuple[float, float]
    underarm: tuple[float, float]
    sides: tuple[tuple[float, float], ...]
    hem: float
    neckline: Points

    @property
    def shoulder_seam(self) -> Points:
        """From the neck to the shoulder, rising a little along the neck and rounded at the end."""
        (x0, y0), (x1, y1) = self.neck, self.shoulder
        return smooth([(x0, y0), (x0 + (x1 - x0) * 0.45, y0 + (y1 - y0) * 0.42), (x1 - 1.2, y1 - 0.75), (x1, y1)])

    @property
    def armhole(self) -> Points:
        """From the shoulder down to the underarm, curved inwards."""
        (x0, y0), (x1, y1) = self.shoulder, self.underarm
        return smooth([(x0, y0), (min(x0, x1) - 1.7, y0 + (y1 - y0) * 0.62), (x1, y1)])

    @property
    def side_seam(self) -> Points:
        """From the underarm down to the hem."""
        return smooth([self.underarm, *self.sides])

    def half_width(self, y: float) -> float:
        """Return half the width of the front at a height."""
        return at_height(self.side_seam, y)


def bodice(
    body: Body, spec: GarmentSpec, *, hem: float, ease: float, flare: float = 0.0, fitted: float = 0.5
) -> Bodice:
    """Cut a front. hem: its height; flare: more half width at the hem; fitted: how far it follows the waist, 0 to 1."""
    drop = max(ease - 2.4, 0) * 0.9
    shoulder = (body.shoulder[0] + 0.4 + drop, body.shoulder[1] + drop * 0.45)
    underarm = (body.underarm[0] + ease * 0.7, body.underarm[1] + ease * 0.5)
    neck, depth = _neck_opening(body, spec)
    return Bodice(
        neck, depth, shoulder, underarm, _sides(body, hem, ease, flare, fitted), hem, _neckline(neck, depth, spec)
    )


def _sides(body: Body, hem: float, ease: float, flare: float, fitted: float) -> tuple[tuple[float, float], ...]:
    straight = body.bust[0] + ease * 0.6
    waist = straight + (body.waist[0] + ease - straight) * fitted
    hip = max(body.hip[0] + ease * 0.55, waist)
    knots = [(waist, body.waist[1]), (hip, body.hip[1])]
    kept = [(x, y) for x, y in knots if y < hem - 6]
    below = (
        body.hip[0] + ease * 0.55
        if hem >= body.hip[1]
        else float(np.interp(hem, [body.waist[1], body.hip[1]], [waist, hip]))
    )
    return (*kept, (below + flare, hem))


def _neck_opening(body: Body, spec: GarmentSpec) -> tuple[tuple[float, float], float]:
    x, y = body.neck
    widths = {"scoop": 2.6, "boat": 5.2, "square": 4.2, "v": 1.0, "turtleneck": -0.2, "collar": 0.2}
    depths = {"scoop": 12.0, "boat": 4.2, "square": 11.5, "v": 17.0, "turtleneck": 3.2, "collar": 5.5, "deep v": 30.0}
    wider = widths.get(spec.neckline, 0.9)
    return (x + wider, y + wider * 0.32), y + depths.get(spec.neckline, 6.2)


def _neckline(neck: tuple[float, float], depth: float, spec: GarmentSpec) -> Points:
    """From the middle of the front up to the shoulder."""
    x, y = neck
    if spec.neckline in ("v", "deep v"):
        return smooth([(0, depth), (x * 0.52, y + (depth - y) * 0.55), (x, y)])
    if spec.neckline == "square":
        return outline([(0, depth), (x * 0.82, depth - 0.3)], [(x * 0.86, depth - 1), (x, y)])
    return smooth([(0, depth), (x * 0.55, y + (depth - y) * 0.84), (x * 0.9, y + (depth - y) * 0.42), (x, y)])


def front_panel(cut: Bodice, fabric: Fabric, label: str, *, curve: float = 0.8, **look: Any) -> Panel:
    """Return the whole front in one piece."""
    right = (
        cut.neckline,
        cut.shoulder_seam,
        cut.armhole,
        cut.side_seam,
        [(cut.sides[-1][0], cut.hem), (cut.sides[-1][0] * 0.5, cut.hem + curve), (0, cut.hem + curve * 1.2)],
    )
    return Panel(symmetric(*right), fabric, label, **look)


def back_of_neck(cut: Bodice, fabric: Fabric, label: str) -> list[Panel]:
    """Return the inside of the back, seen through the neckline of a garment that nobody wears."""
    x, y = cut.neck
    back = smooth([(x, y), (x * 0.6, y + 1.5), (0, y + 2.1)])
    inside = symmetric(back[::-1], cut.neckline[::-1])
    tag = np.array([(-1.7, y + 2.6), (1.7, y + 2.6), (1.7, y + 4.6), (-1.7, y + 4.6)])
    seam = np.vstack([mirrored(shifted(back[::-1], 0, 1.6)), shifted(back[::-1], 0, 1.6)])
    panels = [
        Panel(inside, lining_of(fabric), label, tone=0.80, roundness=3, relief=0.7, strokes=[_seam(seam, fabric.rgb)])
    ]
    if cut.depth - y > 5:
        panels.append(Panel(tag, Fabric(IVORY), label, roundness=0.4, relief=0.2, tone=0.93, edge=0.15, wrinkles=0))
    return panels


def _seam(points: Points, rgb: Rgb, width: float = 0.3) -> Stroke:
    return Stroke(points, width, darker(rgb, 0.55), 0.42)


def stitches(points: Points, fabric: Fabric, width: float = 0.24) -> Stroke:
    """Return a row of stitches along a line."""
    return Stroke(points, width, thread_on(fabric.rgb), 0.6, (0.55, 0.32))


def neck_band(cut: Bodice, fabric: Fabric, label: str, width: float = 1.9) -> Panel:
    """Return the band around the front of a neckline."""
    outer = cut.neckline + _outwards(cut.neckline) * width
    outer[0, 0] = 0
    edge = np.vstack([mirrored(outer), outer])
    line = [_seam(shifted(edge, 0, -0.12), fabric.rgb)]
    return Panel(_ring(cut.neckline, outer), fabric, label, roundness=0.9, relief=0.6, wrinkles=0, strokes=line)


def _ring(inner: Points, outer: Points) -> Points:
    return np.vstack([mirrored(inner), inner, outer[::-1], mirrored(outer[::-1])])


def _outwards(line: Points) -> Points:
    """Return unit vectors that point from the neck into the cloth (down and outwards)."""
    tangents = np.gradient(line, axis=0)
    tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-9)
    return np.column_stack([-tangents[:, 1], tangents[:, 0]])


@dataclass(frozen=True)
class Garment:
    """What every maker of an upper garment needs."""

    spec: GarmentSpec
    body: Body
    fabric: Fabric
    cut: Bodice
    rng: np.random.Generator

    @property
    def label(self) -> str:
        """The garment's class in the label set `garments`."""
        return self.spec.label


def sleeves(
    garment: Garment,
    *,
    end: float,
    ease: float,
    cuff: Fabric | None = None,
    flare: float = 0.0,
) -> list[Panel]:
    """Return both sleeves. end: covered share of the arm; cuff: a tighter end in another cloth; flare: wider end."""
    panels: list[Panel] = []
    cut, body = garment.cut, garment.body
    cuff = cuff if end > 0.5 else None
    stop = end - 0.07 if cuff else end
    for side, arm in zip((-1, 1), body.arms, strict=True):
        edges = _sleeve_edges(cut, arm, body, ease, flare)
        lean = float(np.arctan2(arm.elbow[0] - arm.shoulder[0], arm.elbow[1] - arm.shoulder[1]))
        if cuff:
            panels.append(_cuff(edges, end, side, cuff, garment.label))
        panel = Panel(
            sided(_sleeve_shape(cut, edges, stop), side),
            garment.fabric,
            garment.label,
            roundness=2.6,
            angle=-lean * side,
            folds=_sleeve_folds(arm, side, stop, body.arm_width + ease, garment.rng),
            strokes=_sleeve_hem(edges, stop, side, garment.fabric),
            wrinkles=0.8,
        )
        panels.append(panel)
    return panels


def _sleeve_edges(cut: Bodice, arm: Arm, body: Body, ease: float, flare: float) -> tuple[Points, Points]:
    """Return the inner and outer edge of a right sleeve, 25 points each, from the armhole to the wrist."""
    start = (arm.shoulder[0] - 0.6, (cut.shoulder[1] + cut.underarm[1]) / 2)
    top = body.arm_width * 0.95 + 0.5 + ease * 0.38 + (cut.shoulder[0] - body.shoulder[0]) * 0.7
    elbow = body.arm_width * 0.82 + 0.7 + ease * 0.46 + flare * 0.5
    wrist = body.arm_width * 0.6 + 0.6 + ease * 0.42 + flare
    return edges_along([start, arm.elbow, arm.wrist], [top, elbow, wrist], steps=12)


def _sleeve_shape(cut: Bodice, edges: tuple[Points, Points], end: float) -> Points:
    inner, outer = edges
    knots = np.linspace(0, end * (len(inner) - 1), 5)[1:].round().astype(int)
    cap = (cut.shoulder[0] + 1.7, cut.shoulder[1] + 2.3)
    outside = smooth(np.vstack([[cut.shoulder], [cap], outer[knots]]))
    inside = smooth(np.vstack([[cut.underarm], inner[knots]]))
    middle = (outside[-1] + inside[-1]) / 2 + (outside[-1] - inside[-1])[::-1] * (-0.06, 0.06)
    root = [(cut.shoulder[0] - 5, cut.shoulder[1] + 1.6), (cut.underarm[0] - 5, cut.underarm[1] - 1)]
    return np.vstack([root[:1], outside, smooth([outside[-1], middle, inside[-1]]), inside[::-1], root[1:]])


def _cuff(edges: tuple[Points, Points], end: float, side: int, cuff: Fabric, label: str) -> Panel:
    inner, outer = edges
    start, stop = (round(share * (len(inner) - 1)) for share in (end - 0.10, end))
    middle_start, middle_stop = (inner[start] + outer[start]) / 2, (inner[stop] + outer[stop]) / 2
    narrow = 0.84 if cuff.weave == "rib" else 0.97
    corners = np.array(
        [
            middle_start + (outer[start] - middle_start) * narrow,
            middle_stop + (outer[stop] - middle_stop) * narrow,
            middle_stop + (inner[stop] - middle_stop) * narrow,
            middle_start + (inner[start] - middle_start) * narrow,
        ]
    )
    return Panel(sided(corners, side), cuff, label, roundness=1.6, wrinkles=0.2)


def _sleeve_hem(edges: tuple[Points, Points], end: float, side: int, fabric: Fabric) -> list[Stroke]:
    if fabric.weave in ("knit", "leather"):
        return []
    inner, outer = edges
    index = max(round((end - 0.035) * (len(inner) - 1)), 1)
    line = np.vstack([inner[index] * 1.02 - outer[index] * 0.02, outer[index] * 1.02 - inner[index] * 0.02])
    return [stitches(sided(line, side), fabric)]


def _sleeve_folds(arm: Arm, side: int, end: float, width: float, rng: np.random.Generator) -> list[Fold]:
    (x0, y0), (x1, y1), (x2, y2) = arm.shoulder, arm.elbow, arm.wrist
    folds = [crease((x0 - 1, y0 + 7), (x0 + width * 0.9, y0 + 14 * max(end, 0.4)), 1.5, 0.32, side, rng=rng)]
    if end > 0.5:
        for step in (-4.5, 0.0, 4.5):
            folds.append(
                crease((x1 - width * 0.8, y1 + step), (x1 + width * 0.5, y1 + step + 3.4), 1.1, 0.34, side, rng=rng)
            )
    if end > 0.8:
        for step in (5.0, 10.0):
            folds.append(
                crease((x2 - width * 0.6, y2 - step - 2), (x2 + width * 0.6, y2 - step), 1.0, 0.26, side, rng=rng)
            )
    return folds


def crease(
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    height: float,
    side: int,
    *,
    rng: np.random.Generator,
) -> Fold:
    """Return a fold near the given one, on the right (side 1) or mirrored to the left (-1)."""
    jitter = rng.normal(0, 0.9, 4)
    near_start = (side * (start[0] + jitter[0]), start[1] + jitter[1])
    near_end = (side * (end[0] + jitter[2]), end[1] + jitter[3])
    wider, higher = float(rng.uniform(0.75, 1.3)), float(rng.uniform(0.6, 1.3))
    return Fold(near_start, near_end, width * wider, height * higher, float(rng.choice((-0.5, 0.5))))


def trunk_folds(garment: Garment, strength: float = 1.0) -> list[Fold]:
    """Return the folds of a front: from the underarms inwards, around the waist, down to the hem."""
    cut, body, rng = garment.cut, garment.body, garment.rng
    folds: list[Fold] = []
    x, y = cut.underarm
    for side in (-1, 1):
        folds.append(crease((x - 0.6, y + 0.5), (x * 0.42, y + 9), 1.7, 0.34 * strength, side, rng=rng))
        folds.append(crease((x - 0.2, y + 4), (x * 0.55, y + 17), 1.5, 0.26 * strength, side, rng=rng))
        folds.append(
            crease((cut.shoulder[0] - 3, cut.shoulder[1] + 3), (x * 0.7, y - 1), 1.8, 0.18 * strength, side, rng=rng)
        )
        if cut.hem > body.waist[1] + 4:
            at = cut.half_width(body.waist[1])
            for step in (-3.0, 2.5):
                folds.append(
                    crease(
                        (at, body.waist[1] + step),
                        (at * 0.3, body.waist[1] + step + 4),
                        1.3,
                        0.26 * strength,
                        side,
                        rng=rng,
                    )
                )
            folds.append(
                crease((at * 0.6, body.waist[1] + 5), (at * 0.8, cut.hem), 1.9, 0.24 * strength, side, rng=rng)
            )
    folds.append(crease((rng.uniform(-4, 4), y + 14), (rng.uniform(-5, 5), cut.hem), 2.2, 0.22 * strength, 1, rng=rng))
    return folds


def hem_stitches(cut: Bodice, fabric: Fabric, height: float = 2.0) -> list[Stroke]:
    """Return the row of stitches above a hem."""
    x = cut.half_width(cut.hem - height)
    line = smooth([(-x, cut.hem - height), (0, cut.hem - height + 0.9), (x, cut.hem - height)])
    return [stitches(line, fabric)]


def armhole_seams(cut: Bodice, fabric: Fabric) -> list[Stroke]:
    """Return the seams between front and sleeves, just inside the border of the front."""
    return [_seam(sided(shifted(cut.armhole, -0.15, 0), side), fabric.rgb, 0.35) for side in (-1, 1)]


def hem_band(cut: Bodice, fabric: Fabric, label: str, height: float, narrower: float = 0.8) -> Panel:
    """Return the ribbed band that ends a sweater or a bomber."""
    x, y = cut.sides[-1][0], cut.hem
    shape = symmetric(
        [(0, y - 1.6), (x * 0.6, y - 1.9), (x + 0.15, y - 2.4)],
        [(x, y - 1), (x - narrower, y + height - 1.6)],
        [(x - narrower, y + height - 1.6), (x * 0.5, y + height - 0.6), (0, y + height - 0.4)],
    )
    return Panel(shape, fabric, label, roundness=2.2, wrinkles=0.3)


def button(x: float, y: float, rgb: Rgb, label: str, radius: float = 0.62) -> Panel:
    """Return one button."""
    holes = Stroke(np.array([(x - 0.16, y), (x + 0.16, y)]), 0.2, darker(rgb, 0.6), 0.8)
    return Panel(
        ellipse(x, y, radius, radius, 16),
        Fabric(rgb),
        label,
        roundness=0.3,
        relief=0.5,
        shadow=0.3,
        wrinkles=0,
        strokes=[holes],
    )


def placket(
    cut: Bodice,
    fabric: Fabric,
    label: str,
    *,
    end: float,
    half: float = 1.5,
    spacing: float = 8.2,
    button_rgb: Rgb | None = None,
) -> list[Panel]:
    """Return the buttoned band down the middle of a front."""
    top = cut.depth - 0.3
    shape = np.array([(-half, top), (half, top), (half, end), (-half, end)])
    sides = [Stroke(np.array([(x, top), (x, end)]), 0.28, darker(fabric.rgb, 0.5), 0.35) for x in (-half, half)]
    rows = [stitches(np.array([(x, top), (x, end)]), fabric, 0.18) for x in (-half * 0.7, half * 0.7)]
    rgb = button_rgb or (IVORY if not is_dark(fabric.rgb) else lighter(fabric.rgb, 0.25))
    panels = [Panel(shape, fabric, label, roundness=1.0, relief=0.25, edge=0.0, strokes=[*sides, *rows], wrinkles=0.4)]
    return panels + [button(0, y, rgb, label) for y in np.arange(top + 3.0, end - 3, spacing)]


def shirt_collar(cut: Bodice, fabric: Fabric, label: str, *, worn: bool, size: float = 1.0) -> list[Panel]:
    """Return the stand behind the neck and both leaves of a shirt collar."""
    x, y = cut.neck
    panels: list[Panel] = []
    if not worn:
        stand = symmetric(
            [(0, y - 2.5), (x * 0.62, y - 2.3), (x + 0.2, y - 0.6)], [(x + 0.2, y), (x * 0.6, y + 4), (0, y + 5.0)]
        )
        panels.append(Panel(stand, lining_of(fabric), label, tone=0.86, roundness=2, relief=0.6, wrinkles=0))
    for side in (-1, 1):
        leaf = outline(
            [(x * 0.62, y - 2.3), (x + 0.3, y - 1.4), (x + 1.9 * size, y + 1.6)],
            [(x + 1.9 * size, y + 1.6), (x * 0.9, cut.depth + 3.6 * size), (4.6 * size, cut.depth + 5.4 * size)],
            [(4.6 * size, cut.depth + 5.4 * size), (2.2, cut.depth + 2.4), (0.25, cut.depth - 0.5)],
            [(0.25, cut.depth - 0.5), (x * 0.55, y + 2.4), (x * 0.78, y - 0.4), (x * 0.62, y - 2.3)],
        )
        row = smooth(
            [(4.3 * size, cut.depth + 4.6 * size), (x * 0.86, cut.depth + 3.0 * size), (x + 1.4 * size, y + 1.5)]
        )
        panels.append(
            Panel(
                sided(leaf, side),
                fabric,
                label,
                roundness=1.1,
                relief=0.5,
                shadow=0.35,
                edge=0.3,
                angle=0.35 * side,
                wrinkles=0.1,
                strokes=[stitches(sided(row, side), fabric, 0.18)],
            )
        )
    return panels


def patch_pocket(
    x: float, y: float, fabric: Fabric, label: str, *, size: tuple[float, float], flap: float = 0.0
) -> list[Panel]:
    """Return a sewn-on pocket, its upper left corner at (x, y). size: width and height; flap: height of its flap."""
    width, height = size
    right, middle = x + width, x + width / 2
    shape = np.array([(x, y), (right, y), (right, y + height * 0.82), (middle, y + height), (x, y + height * 0.82)])
    rows = [stitches(_shrunk(shape, 0.94), fabric, 0.2)]
    look: dict[str, Any] = {"roundness": 0.8, "edge": 0.32}
    panels = [Panel(shape, fabric, label, relief=0.3, shadow=0.16, wrinkles=0.3, strokes=rows, **look)]
    if flap:
        left, right, top, low = x - 0.3, right + 0.3, y - 0.6, y + flap * 0.7
        shape = np.array([(left, top), (right, top), (right, low), (middle, y + flap), (left, low)])
        rows = [stitches(_shrunk(shape, 0.95)[1:], fabric, 0.2)]
        panels.append(Panel(shape, fabric, label, relief=0.4, shadow=0.3, wrinkles=0.1, strokes=rows, **look))
    return panels


def _shrunk(shape: Points, share: float) -> Points:
    """Return the closed border of a shape, drawn in towards its middle."""
    border: Points = np.vstack([shape, shape[:1]]) * share + shape.mean(axis=0) * (1 - share)
    return border
