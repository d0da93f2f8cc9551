"""Dresses and jumpsuits."""

from dataclasses import replace

import numpy as np

from demo.body import Body
from demo.bottoms import Hips, leg_folds, legs_of, skirt_folds, skirt_hem, skirt_side
from demo.canvas import Fold, Panel, Stroke
from demo.cloth import ribbing_of
from demo.curves import Corners, Points, band, ellipse, mirrored, shifted, smooth, symmetric
from demo.fabric import Fabric
from demo.palette import darker
from demo.spec import GarmentSpec
from demo.tops import (
    EASE,
    SLEEVE_END,
    Bodice,
    Garment,
    armhole_seams,
    back_of_neck,
    bodice,
    neck_band,
    placket,
    shirt_collar,
    sleeves,
    trunk_folds,
)

DRESS_HEMS = {"short": 112.0, "regular": 134.0, "long": 160.0}


def dress_panels(spec: GarmentSpec, body: Body, fabric: Fabric, rng: np.random.Generator) -> list[Panel]:
    """Return the panels of a dress or a jumpsuit, back to front."""
    if spec.type == "shirt dress":
        spec = replace(spec, neckline="collar")
    cut = _bodice_of(spec, body)
    hips, lower, folds = _skirt_part(spec, body, rng)
    upper_side = smooth([cut.underarm, (body.bust[0] + 0.9, body.bust[1] + 2), (hips.half_waist, hips.waist)])
    shape = symmetric(cut.neckline, cut.shoulder_seam, cut.armhole, upper_side, hips.outer, *lower)
    garment = Garment(spec, body, fabric, replace(cut, sides=((hips.half_waist, hips.waist),), hem=hips.waist), rng)
    folds = [*folds, *trunk_folds(garment, 0.8)]
    front = Panel(
        shape,
        fabric,
        "dress",
        roundness=4.4,
        folds=folds,
        strokes=[*_armholes(spec, cut, fabric), *_waist_seam(spec, hips, fabric)],
    )
    inside = [] if body.worn else back_of_neck(cut, fabric, "dress")
    return [*inside, *_dress_sleeves(garment), front, *_trimmings(spec, body, cut, hips, fabric)]


def _bodice_of(spec: GarmentSpec, body: Body) -> Bodice:
    cut = bodice(body, spec, hem=body.waist[1], ease=min(EASE[spec.fit], 2.4), fitted=0.9)
    if spec.type == "slip dress":
        neck, shoulder = (8.8, 38.6), (9.8, 38.8)
        line = smooth([(0, 47.0), (4.6, 44.2), neck])
        return replace(
            cut, neck=neck, shoulder=shoulder, neckline=line, depth=47.0, underarm=(body.underarm[0] + 0.4, 47.5)
        )
    if spec.sleeves == "none":
        shoulder = (
            cut.neck[0] + (cut.shoulder[0] - cut.neck[0]) * 0.62,
            cut.neck[1] + (cut.shoulder[1] - cut.neck[1]) * 0.55,
        )
        return replace(cut, shoulder=shoulder)
    return cut


def _skirt_part(
    spec: GarmentSpec, body: Body, rng: np.random.Generator
) -> tuple[Hips, tuple[Corners | Points, ...], list[Fold]]:
    """Return the sides below the waist, the segments from the side's hem to the middle, and the folds."""
    waist = body.waist[1] - 1
    top = body.waist[0] + {"slim": 0.8, "regular": 1.4, "relaxed": 3.4}[spec.fit]
    if spec.type == "jumpsuit":
        hips, inner = legs_of(replace(spec, type="trousers", rise="high"), body, spec.leg)
        side = smooth([(top, waist), (body.hip[0] + 1.4, body.hip[1] + 1), *hips.outer[16::8]])
        cut_hips = Hips(waist, top, side)
        return (
            cut_hips,
            (np.vstack([side[-1], inner[0]]), inner),
            leg_folds(cut_hips, inner, body, spec.leg, rng),
        )
    hem = DRESS_HEMS[spec.length]
    hips = Hips(waist, top, skirt_side(spec, body, top, waist, hem))
    wave = 0.1 if spec.type == "knitted dress" else 0.8
    return hips, (skirt_hem(hips, hem, rng, wave),), skirt_folds(spec, hips, hem, rng)


def _armholes(spec: GarmentSpec, cut: Bodice, fabric: Fabric) -> list[Stroke]:
    return [] if spec.sleeves == "none" or spec.type == "slip dress" else armhole_seams(cut, fabric)


def _waist_seam(spec: GarmentSpec, hips: Hips, fabric: Fabric) -> list[Stroke]:
    if spec.type in ("slip dress", "knitted dress"):
        return []
    x, y = hips.half_waist, hips.waist
    return [Stroke(smooth([(-x, y), (0, y + 1.0), (x, y)]), 0.35, darker(fabric.rgb, 0.55), 0.45)]


def _dress_sleeves(garment: Garment) -> list[Panel]:
    spec, fabric = garment.spec, garment.fabric
    if spec.type == "slip dress" or spec.sleeves == "none":
        return []
    cuff = fabric.plain() if spec.type == "shirt dress" and spec.sleeves == "long" else None
    flare = 2.4 if spec.sleeves == "elbow" else 1.0 if spec.sleeves == "long" and spec.type == "dress" else 0.0
    return sleeves(garment, end=SLEEVE_END[spec.sleeves], ease=1.6, cuff=cuff, flare=flare)


def _trimmings(spec: GarmentSpec, body: Body, cut: Bodice, hips: Hips, fabric: Fabric) -> list[Panel]:
    if spec.type == "slip dress":
        return _straps(cut, fabric)
    if spec.type == "shirt dress":
        end = float(hips.outer[-1, 1]) + 0.8
        return [
            *placket(cut, fabric, "dress", end=end),
            *shirt_collar(cut, fabric, "dress", worn=body.worn),
            *tied_belt(hips, fabric, "dress"),
        ]
    trim = ribbing_of(fabric) if spec.type == "knitted dress" else fabric.plain()
    panels = [neck_band(cut, trim, "dress", 2.2 if spec.type == "knitted dress" else 0.9)]
    return panels + (tied_belt(hips, fabric, "dress") if spec.type == "jumpsuit" else [])


def _straps(cut: Bodice, fabric: Fabric) -> list[Panel]:
    x, y = cut.neck
    shapes = [
        band(((side * (x + 0.3), y + 0.6), (side * (x - 0.4), y - 5), (side * (x - 1.4), y - 9.6)), 0.38)
        for side in (-1, 1)
    ]
    edge = Stroke(shifted(np.vstack([mirrored(cut.neckline), cut.neckline]), 0, 0.7), 0.2, darker(fabric.rgb, 0.4), 0.3)
    trim = neck_band(cut, fabric.plain(), "dress", 0.8)
    return [Panel(s, fabric.plain(), "dress", roundness=0.3, wrinkles=0) for s in shapes] + [
        replace(trim, strokes=[edge])
    ]


def tied_belt(hips: Hips, fabric: Fabric, label: str) -> list[Panel]:
    """Return a belt of the garment's own cloth, knotted beside the middle."""
    x, y = hips.half_waist + 0.2, hips.waist
    ribbon = symmetric([(0, y - 0.9), (x, y - 1.8)], [(x, y - 1.8), (x, y + 1.6)], [(x, y + 1.6), (0, y + 2.7)])
    cloth = fabric.plain().toned(-0.06)
    ends = [band(((2.6, y + 1), (3.6 + d, y + 9), (3.2 + 2 * d, y + 17 + d)), (0.9, 1.3, 1.6)) for d in (0.0, 2.4)]
    loops = [ellipse(2.6 + d, y + 0.6, 2.6, 1.3) for d in (-2.4, 2.4)]
    panels = [Panel(ribbon, cloth, label, roundness=1.6, shadow=0.25, edge=0.3, wrinkles=0.3)]
    panels += [Panel(e, cloth, label, roundness=0.8, shadow=0.25, edge=0.3, wrinkles=0.2) for e in ends]
    panels += [Panel(e, cloth, label, roundness=0.8, shadow=0.25, edge=0.3, wrinkles=0.2) for e in loops]
    return [
        *panels,
        Panel(ellipse(2.6, y + 0.7, 1.2, 1.5), cloth, label, roundness=0.7, shadow=0.3, edge=0.3, wrinkles=0),
    ]
