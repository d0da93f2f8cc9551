"""T-shirts, shirts, blouses, sweaters, sweatshirts and hoodies."""

from dataclasses import replace

import numpy as np

from demo.body import Body
from demo.canvas import Panel, Stroke
from demo.cloth import ribbing_of
from demo.curves import band, ellipse, outline, shifted, sided, smooth, symmetric
from demo.fabric import Fabric
from demo.graphics import chest_print
from demo.palette import darker, lighter
from demo.spec import GarmentSpec
from demo.tops import (
    EASE,
    SLEEVE_END,
    Bodice,
    Garment,
    armhole_seams,
    back_of_neck,
    bodice,
    button,
    front_panel,
    hem_band,
    hem_stitches,
    neck_band,
    patch_pocket,
    placket,
    shirt_collar,
    sleeves,
    stitches,
    trunk_folds,
)

HEMS = {"short": 75.0, "regular": 89.0, "long": 97.0}


def upper_panels(
    spec: GarmentSpec, body: Body, fabric: Fabric, rng: np.random.Generator, *, tucked: bool = False
) -> list[Panel]:
    """Return the panels of a top, back to front. tucked: its hem ends at the waist."""
    if spec.type in ("shirt", "blouse", "polo"):
        spec = replace(
            spec, neckline="collar" if spec.neckline in ("crew", "collar") or spec.type != "blouse" else spec.neckline
        )
    if spec.type == "tank top":
        spec = replace(spec, neckline="scoop")
    ease = EASE[spec.fit] + (1.2 if fabric.weave in ("knit", "fleece") else 0)
    hem = body.waist[1] + 4 if tucked else HEMS[spec.length] + (body.hip[1] - 85)
    cut = bodice(body, spec, hem=hem, ease=ease, fitted=_fitted(spec), flare=0.6 if spec.type == "blouse" else 0.0)
    makers = {
        "tank top": _tank_top,
        "shirt": _shirt,
        "blouse": _shirt,
        "polo": _polo,
        "sweater": _sweater,
        "sweatshirt": _sweater,
        "hoodie": _hoodie,
    }
    return makers.get(spec.type, _t_shirt)(Garment(spec, body, fabric, cut, rng), ease)


def _fitted(spec: GarmentSpec) -> float:
    fitted = {"slim": 0.9, "regular": 0.45, "relaxed": 0.1}[spec.fit]
    return fitted * (0.55 if spec.body == "men" or spec.type in ("sweatshirt", "hoodie", "polo") else 1.0)


def _t_shirt(garment: Garment, ease: float) -> list[Panel]:
    spec, body, fabric, cut = garment.spec, garment.body, garment.fabric, garment.cut
    arms = sleeves(garment, end=SLEEVE_END.get(spec.sleeves, 0.34), ease=ease + 0.6)
    front = _front(garment)
    band_cloth = ribbing_of(fabric) if fabric.pattern in ("solid", "striped") else fabric.plain()
    width = 3.4 if spec.neckline == "turtleneck" else 1.7
    return [*_inside(body, cut, fabric), *arms, front, *_neck(spec, body, cut, band_cloth, width)]


def _inside(body: Body, cut: Bodice, fabric: Fabric) -> list[Panel]:
    return [] if body.worn else back_of_neck(cut, fabric, "top")


def _front(garment: Garment, strength: float = 1.0) -> Panel:
    spec, fabric, cut = garment.spec, garment.fabric, garment.cut
    lines = [*armhole_seams(cut, fabric)]
    if fabric.weave not in ("knit", "fleece"):
        lines += hem_stitches(cut, fabric)
    panel = front_panel(cut, fabric, "top", folds=trunk_folds(garment, strength), strokes=lines, roundness=4.2)
    if spec.pattern != "graphic":
        return panel
    half = 10.5 if spec.body == "women" else 12.0
    top = cut.depth + 6
    return replace(panel, picture=chest_print(spec, garment.rng), frame=(-half, top, half, top + 2 * half))


def _neck(spec: GarmentSpec, body: Body, cut: Bodice, cloth: Fabric, width: float) -> list[Panel]:
    if spec.neckline != "turtleneck":
        return [neck_band(cut, cloth, "top", width)]
    x, y = cut.neck
    tube = symmetric(
        [(0, y - 5.4), (x * 0.7, y - 5.2), (x - 0.2, y - 4.2)],
        [(x - 0.2, y - 4.2), (x + 0.7, y + 1.4)],
        [(x + 0.7, y + 1.4), (x * 0.6, y + 4.4), (0, y + 5.2)],
    )
    fold = Stroke(smooth([(-x, y - 1.4), (0, y + 0.6), (x, y - 1.4)]), 0.5, darker(cloth.rgb, 0.5), 0.25)
    opening = ellipse(0, y - 4.6, x - 0.5, 1.2)
    tube_panel = Panel(tube, cloth, "top", roundness=2.4, shadow=0.3, strokes=[fold], wrinkles=0.3)
    inside = Panel(opening, cloth, "top", tone=0.55, roundness=1, relief=0.3, wrinkles=0)
    return [tube_panel] if body.worn else [tube_panel, inside]


def _tank_top(garment: Garment, ease: float) -> list[Panel]:
    body, fabric, cut = garment.body, garment.fabric, garment.cut
    neck = (cut.neck[0] + 2.2, cut.neck[1] + 1.4)
    shoulder = (neck[0] + 4.4, neck[1] + 1.9)
    line = smooth([(0, cut.depth + 4), (neck[0] * 0.6, cut.depth + 2.2), (neck[0] * 0.92, neck[1] + 6), neck])
    slim = replace(cut, neck=neck, shoulder=shoulder, neckline=line, depth=cut.depth + 4)
    front = replace(_front(replace(garment, cut=slim)), strokes=hem_stitches(slim, fabric))
    trims = [band(sided(slim.armhole, side)[::4].tolist(), 0.55) for side in (-1, 1)]
    trim = [Panel(shape, fabric.plain(), "top", roundness=0.5, relief=0.4, wrinkles=0, edge=0.25) for shape in trims]
    return [*_inside(body, slim, fabric), front, *trim, neck_band(slim, fabric.plain(), "top", 1.1)]


def _shirt(garment: Garment, ease: float) -> list[Panel]:
    spec, body, fabric, cut = garment.spec, garment.body, garment.fabric, garment.cut
    end = SLEEVE_END.get(spec.sleeves, 1.0)
    full = 1.6 if spec.type == "blouse" else 0.0
    cuff = fabric if end > 0.75 else None
    arms = sleeves(garment, end=end, ease=ease, cuff=cuff, flare=full)
    front = replace(_front(garment, 1.1))
    x, y = cut.sides[-1]
    tail = [(x, y), (x * 0.75, y + 2.2), (x * 0.4, y + 4.4), (0, y + 4.8)]
    shape = symmetric(cut.neckline, cut.shoulder_seam, cut.armhole, cut.side_seam, tail)
    front = replace(front, outline=shape, strokes=[*armhole_seams(cut, fabric), *_tail_stitches(tail, fabric)])
    panels = [*_inside(body, cut, fabric), *arms, front]
    if spec.neckline != "collar":
        return [*panels, *_bow_or_band(spec, cut, fabric)]
    panels += placket(cut, fabric, "top", end=cut.hem + 4.6)
    if spec.type == "shirt" and spec.body == "men":
        panels += patch_pocket(5.2, body.underarm[1] + 1.5, fabric, "top", size=(8.4, 9.4))
    return panels + shirt_collar(cut, fabric, "top", worn=body.worn)


def _tail_stitches(tail: list[tuple[float, float]], fabric: Fabric) -> list[Stroke]:
    right = shifted(smooth(tail), 0, -1.0)
    return [stitches(sided(right, side), fabric, 0.2) for side in (-1, 1)]


def _bow_or_band(spec: GarmentSpec, cut: Bodice, fabric: Fabric) -> list[Panel]:
    """Return the neck of a blouse without collar: a narrow band, and buttons under a V."""
    panels = [neck_band(cut, fabric, "top", 1.2)]
    if spec.neckline == "v":
        rgb = lighter(fabric.rgb, 0.3)
        slit = Stroke(np.array([(0, cut.depth), (0, cut.hem + 4)]), 0.3, darker(fabric.rgb, 0.5), 0.35)
        panels[0] = replace(panels[0], strokes=[*panels[0].strokes, slit])
        panels += [button(0, y, rgb, "top", 0.55) for y in np.arange(cut.depth + 3, cut.hem, 7.5)]
    return panels


def _polo(garment: Garment, ease: float) -> list[Panel]:
    spec, body, fabric, cut = garment.spec, garment.body, garment.fabric, garment.cut
    cuff = ribbing_of(fabric)
    arms = sleeves(garment, end=SLEEVE_END.get(spec.sleeves, 0.36), ease=ease + 0.3)
    front = _front(garment)
    closing = placket(cut, fabric.plain(), "top", end=cut.depth + 13, half=1.6, spacing=4.6)
    collar = shirt_collar(cut, cuff, "top", worn=body.worn, size=0.92)
    return [*_inside(body, cut, fabric), *arms, front, *closing, *collar]


def _sweater(garment: Garment, ease: float) -> list[Panel]:
    spec, body, fabric, cut = garment.spec, garment.body, garment.fabric, garment.cut
    rib = ribbing_of(fabric)
    arms = sleeves(garment, end=SLEEVE_END.get(spec.sleeves, 1.0), ease=ease, cuff=rib)
    front = _front(garment, 0.9)
    ends = [] if cut.hem < body.waist[1] + 6 else [hem_band(cut, rib, "top", 5.6)]
    width = 2.6 if spec.type == "sweater" else 2.2
    return [*_inside(body, cut, fabric), *arms, *ends, front, *_neck(spec, body, cut, rib, width)]


def _hoodie(garment: Garment, ease: float) -> list[Panel]:
    body, fabric, cut = garment.body, garment.fabric, garment.cut
    rib = ribbing_of(fabric)
    x, y = cut.neck
    arms = sleeves(garment, end=1.0, ease=ease, cuff=rib)
    hood = symmetric(
        [(0, y - 11), (x * 0.9, y - 10), (x + 4.6, y - 4), (x + 3.4, y + 4)], [(x + 3.4, y + 4), (0, y + 5)]
    )
    inner = symmetric(
        [(0, y - 8.6), (x * 0.8, y - 7.6), (x + 1.4, y - 2), (x - 0.6, y + 4)], [(x - 0.6, y + 4), (0, y + 9)]
    )
    back = [
        Panel(hood, fabric, "top", roundness=3.5),
        Panel(inner, fabric.plain(), "top", tone=0.62, roundness=3, relief=0.6),
    ]
    front = _front(garment, 0.9)
    return [
        *(_lowered_hood(x, y, fabric) if body.worn else back),
        *arms,
        hem_band(cut, rib, "top", 5.6),
        front,
        *_kangaroo_pocket(cut, fabric),
        *_hood_edges(cut, fabric, rise=1.0 if body.worn else 5.0),
        *_cords(cut, fabric),
    ]


def _hood_edges(cut: Bodice, fabric: Fabric, rise: float) -> list[Panel]:
    """Return the two edges of the hood that cross under the chin."""
    x, y = cut.neck
    end = (0.2, cut.depth + 4.6)
    outer = [(x + 1.6, y - rise), (x + 4.8, y - rise / 5), (x + 3.6, y + 4.6), (4.4, cut.depth + 4), end]
    shape = outline(outer, [end, (x * 0.55, y + 5), (x + 0.2, y + 1), outer[0]])
    return [Panel(sided(shape, side), fabric, "top", roundness=1.8, relief=0.8, shadow=0.25) for side in (-1, 1)]


def _lowered_hood(x: float, y: float, fabric: Fabric) -> list[Panel]:
    """Return the bulge of a hood that lies on the shoulders, behind the neck."""
    shape = symmetric(
        [(0, y - 4.6), (x * 0.9, y - 4.2), (x + 4.4, y - 0.6), (x + 5.0, y + 4)], [(x + 5.0, y + 4), (0, y + 6)]
    )
    neck = symmetric([(0, y - 3), (x * 0.8, y - 2.4), (x * 0.9, y + 3)], [(x * 0.9, y + 3), (0, y + 7)])
    return [Panel(shape, fabric, "top", roundness=2.4, tone=0.9, holes=[neck])]


def _kangaroo_pocket(cut: Bodice, fabric: Fabric) -> list[Panel]:
    top, bottom = cut.hem - 20, cut.hem - 2.6
    right = (
        [(0, top), (7.2, top)],
        [(7.2, top), (9.5, top + 5), (12.6, top + 10)],
        [(12.6, top + 10), (12.8, bottom)],
        [(12.8, bottom), (0, bottom + 0.8)],
    )
    shape = symmetric(*right)
    edge = smooth([(6.4, top + 0.6), (8.8, top + 5), (11.9, top + 10.4)])
    rows = [stitches(sided(edge, side), fabric) for side in (-1, 1)]
    return [Panel(shape, fabric, "top", roundness=1.2, relief=0.4, shadow=0.16, edge=0.3, strokes=rows, wrinkles=0.5)]


def _cords(cut: Bodice, fabric: Fabric) -> list[Panel]:
    y = cut.depth + 3
    cord = Fabric(lighter(fabric.rgb, 0.55))
    axes = [((-2.2, y), (-2.9, y + 8), (-2.3, y + 15)), ((2.2, y), (2.5, y + 7), (3.2, y + 13.5))]
    return [Panel(band(axis, 0.36), cord, "top", roundness=0.3, relief=0.5, shadow=0.3, wrinkles=0) for axis in axes]
