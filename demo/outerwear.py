"""Cardigans, jackets, blazers and coats; closed on the hanger, open or closed on a figure."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from demo.body import Body
from demo.bottoms import Hips
from demo.canvas import Fold, Panel, Stroke
from demo.cloth import lining_of, ribbing_of
from demo.curves import Points, outline, shifted, sided, smooth, symmetric
from demo.dresses import tied_belt
from demo.fabric import Fabric
from demo.palette import COGNAC_THREAD, GOLD, SILVER, darker, is_dark, lighter
from demo.spec import GarmentSpec
from demo.tops import (
    EASE,
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
    trunk_folds,
)

LABEL = "outerwear"
HEMS = {
    "cardigan": (80.0, 94.0, 118.0),
    "jacket": (78.0, 86.0, 94.0),
    "denim jacket": (76.0, 83.0, 90.0),
    "leather jacket": (76.0, 83.0, 90.0),
    "puffer jacket": (80.0, 90.0, 112.0),
    "blazer": (84.0, 94.0, 100.0),
    "coat": (106.0, 124.0, 142.0),
    "trench coat": (104.0, 122.0, 138.0),
}


@dataclass(frozen=True)
class Coat(Garment):
    """An outer garment; gap: half width of its opening in centimetres, None when it is closed."""

    gap: float | None = None


def outer_panels(
    spec: GarmentSpec, body: Body, fabric: Fabric, rng: np.random.Generator, *, gap: float | None = None
) -> list[Panel]:
    """Return the panels of an outer garment, back to front. gap: half width of the opening when worn open."""
    heights = HEMS[spec.type]
    hem = heights[("short", "regular", "long").index(spec.length)] + (body.hip[1] - 85)
    ease = EASE[spec.fit] + {"cardigan": 1.6, "blazer": 1.8, "denim jacket": 1.8, "leather jacket": 1.6}.get(
        spec.type, 2.6
    )
    neckline = {"cardigan": "v", "blazer": "deep v", "coat": "deep v", "trench coat": "deep v"}.get(spec.type, "collar")
    flare = 3.0 if spec.type in ("coat", "trench coat") else 0.6
    cut = bodice(body, replace(spec, neckline=neckline), hem=hem, ease=ease, fitted=_fitted(spec), flare=flare)
    coat = Coat(spec, body, fabric, _with_depth(cut, spec), rng, gap)
    inside = [] if body.worn else back_of_neck(coat.cut, fabric, LABEL)
    return [*inside, *_arms(coat), *_fronts(coat), *_details(coat)]


def _fitted(spec: GarmentSpec) -> float:
    fitted = {"slim": 0.85, "regular": 0.5, "relaxed": 0.1}[spec.fit]
    return fitted * (0.4 if spec.type in ("jacket", "puffer jacket", "cardigan") or spec.body == "men" else 1.0)


def _with_depth(cut: Bodice, spec: GarmentSpec) -> Bodice:
    depth = {"blazer": 66.0, "coat": 60.0, "trench coat": 52.0, "cardigan": 54.0}.get(spec.type)
    if depth is None:
        return cut
    x, y = cut.neck
    bend = 0.62 if spec.type != "cardigan" else 0.66
    return replace(cut, depth=depth, neckline=smooth([(0, depth), (x * bend, y + (depth - y) * 0.5), (x, y)]))


def _arms(coat: Coat) -> list[Panel]:
    spec, fabric = coat.spec, coat.fabric
    cuffs = {"denim jacket": fabric} | dict.fromkeys(("cardigan", "jacket", "puffer jacket"), ribbing_of(fabric))
    ease = EASE[spec.fit] * 0.7 + {"cardigan": 1.6, "puffer jacket": 3.2}.get(spec.type, 2.4)
    panels = sleeves(coat, end=1.0, ease=ease, cuff=cuffs.get(spec.type))
    return [_quilted_sleeve(panel) for panel in panels] if spec.type == "puffer jacket" else panels


def _quilted_sleeve(panel: Panel) -> Panel:
    low, high = panel.outline.min(axis=0), panel.outline.max(axis=0)
    if panel.fabric.weave == "rib":
        return panel
    rows = np.arange(low[1] + 6, high[1], 7.0)
    lean = 3.0 if panel.outline[:, 0].mean() > 0 else -3.0
    lines = [np.array([(low[0] - 1, y + lean / 2), (high[0] + 1, y - lean / 2)]) for y in rows]
    return replace(panel, strokes=_quilt_strokes(lines, panel.fabric), folds=[*panel.folds, *_quilt_folds(lines)])


def _quilt_strokes(lines: list[Points], fabric: Fabric) -> list[Stroke]:
    return [Stroke(line, 0.4, darker(fabric.rgb, 0.6), 0.45) for line in lines]


def _quilt_folds(lines: list[Points]) -> list[Fold]:
    folds = []
    for line in lines:
        (x0, y0), (x1, y1) = line
        stretch = (x1 - x0) * 0.35
        folds.append(Fold((x0 - stretch, y0), (x1 + stretch, y1), 1.7, -0.75))
    return folds


def _fronts(coat: Coat) -> list[Panel]:
    cut, fabric, spec = coat.cut, coat.fabric, coat.spec
    folds = trunk_folds(coat, 0.5 if spec.type == "leather jacket" else 0.8)
    strokes = [*armhole_seams(cut, fabric)]
    if spec.type == "puffer jacket":
        lines = [np.array([(-32.0, y), (32.0, y)]) for y in np.arange(cut.neck[1] + 9, cut.hem - 2, 8.0)]
        folds, strokes = _quilt_folds(lines), [*strokes, *_quilt_strokes(lines, fabric)]
    if cut.hem > 95:
        folds += _skirt_of_coat(cut, coat.rng)
    shiny = spec.type in ("leather jacket", "puffer jacket")
    look: dict[str, Any] = {"folds": folds, "roundness": 4.6, "gloss": 0.75 if shiny else 0.35}
    if coat.gap is not None:
        return [_open_front(coat, side, strokes, look) for side in (-1, 1)]
    front = front_panel(cut, fabric, LABEL, strokes=[*strokes, *_closing(coat)], **look)
    ribbed = spec.type in ("cardigan", "jacket") and spec.length != "long"
    return [hem_band(cut, ribbing_of(fabric), LABEL, 5.2), front] if ribbed else [front]


def _skirt_of_coat(cut: Bodice, rng: np.random.Generator) -> list[Fold]:
    return [
        Fold((s * 8, 84.0), (s * (11 + rng.normal()), cut.hem + 22), 2.4, 0.34, float(rng.normal(0, 0.6)))
        for s in (-1.6, -0.8, 0.9, 1.5)
    ]


def _open_front(coat: Coat, side: int, strokes: list[Stroke], look: dict[str, Any]) -> Panel:
    """Return one half of a garment that is worn open."""
    cut, gap = coat.cut, coat.gap or 0.0
    x, y = cut.neck
    edge = smooth([(gap + 1.6, cut.hem + 1.2), (gap, (cut.hem + y) / 2 + 4), (max(gap * 0.8, 2.2), y + 24), (x, y)])
    right = outline(
        cut.shoulder_seam, cut.armhole, cut.side_seam, [(cut.sides[-1][0], cut.hem), (gap + 1.6, cut.hem + 1.2)], edge
    )
    return Panel(sided(right, side), coat.fabric, LABEL, strokes=strokes, shadow=0.35, **look)


def _closing(coat: Coat) -> list[Stroke]:
    """Return the line where the fronts overlap and the hem's stitches."""
    cut, fabric = coat.cut, coat.fabric
    x = {"coat": 1.6, "blazer": 1.0, "trench coat": 6.4}.get(coat.spec.type, 0.0)
    top = cut.depth - 0.5 if x < 5 else cut.depth - 12
    line = np.array([(x if x < 5 else 6.4, top), (x, cut.hem + 2)])
    strokes = [Stroke(line, 0.35, darker(fabric.rgb, 0.6), 0.55)]
    if coat.spec.type in ("denim jacket", "trench coat"):
        strokes += hem_stitches(cut, fabric, 2.4)
    return strokes


def _details(coat: Coat) -> list[Panel]:
    makers = {
        "cardigan": _cardigan,
        "jacket": _bomber,
        "denim jacket": _denim,
        "leather jacket": _biker,
        "puffer jacket": _puffer,
        "blazer": _blazer,
        "coat": _overcoat,
        "trench coat": _trench,
    }
    return makers[coat.spec.type](coat)


def _cardigan(coat: Coat) -> list[Panel]:
    cut, rib = coat.cut, ribbing_of(coat.fabric)
    if coat.gap is not None:
        return _edges(coat, rib, 2.6)
    end = cut.hem + (0.9 if coat.spec.length == "long" else 4.6)
    band = np.array([(-1.7, cut.depth - 1.5), (1.7, cut.depth - 1.5), (1.7, end), (-1.7, end)])
    panels = [neck_band(cut, rib, LABEL, 3.0), Panel(band, rib, LABEL, roundness=1.2, relief=0.4, wrinkles=0.2)]
    rgb = (122, 84, 56) if not is_dark(coat.fabric.rgb) else lighter(coat.fabric.rgb, 0.3)
    return panels + [button(0, y, rgb, LABEL, 0.95) for y in np.arange(cut.depth + 2, end - 1.5, 7.2)]


def _edges(coat: Coat, cloth: Fabric, width: float) -> list[Panel]:
    """Return the bands along both front edges of an open garment."""
    cut, gap = coat.cut, coat.gap or 0.0
    x, y = cut.neck
    edge = smooth([(x, y), (max(gap * 0.8, 2.2), y + 24), (gap, (cut.hem + y) / 2 + 4), (gap + 1.6, cut.hem + 1.2)])
    shape = np.vstack([edge, shifted(edge[::-1], width, 0.3)])
    return [Panel(sided(shape, side), cloth, LABEL, roundness=0.9, relief=0.5, wrinkles=0.1) for side in (-1, 1)]


def _zip(cut: Bodice, top: float, end: float, x: float = 0.0) -> list[Panel]:
    shape = np.array([(x - 0.55, top), (x + 0.55, top), (x + 0.55, end), (x - 0.55, end)])
    teeth = Stroke(np.array([(x, top), (x, end)]), 0.5, (70, 70, 74), 0.9, (0.3, 0.22))
    pull = np.array([(x - 0.4, top + 0.6), (x + 0.4, top + 0.6), (x + 0.3, top + 3.4), (x - 0.3, top + 3.4)])
    metal = Fabric(SILVER)
    return [
        Panel(shape, metal, LABEL, roundness=0.4, relief=0.4, edge=0.4, strokes=[teeth], wrinkles=0),
        Panel(pull, metal, LABEL, roundness=0.3, shadow=0.4, wrinkles=0),
    ]


def _stand(coat: Coat, cloth: Fabric, height: float) -> Panel:
    x, y = coat.cut.neck
    right = (
        [(0, coat.cut.depth - height * 0.8), (x * 0.62, y + 3.4 - height * 0.8), (x - 0.4, y - height)],
        [(x - 0.4, y - height), (x + 1.2, y + 1)],
    )
    low = smooth([(x + 1.2, y + 1), (x * 0.8, y + 4.6), (0, coat.cut.depth + 1.2)])
    return Panel(symmetric(*right, low), cloth, LABEL, roundness=1.6, shadow=0.25, wrinkles=0.3)


def _stand_back(coat: Coat, height: float) -> list[Panel]:
    """Return the inside of a stand-up collar, behind the neck."""
    x, y = coat.cut.neck
    shape = symmetric(
        [(0, y - height + 0.3), (x * 0.6, y - height), (x - 0.4, y - height)],
        [(x - 0.4, y - height), (x, y + 2)],
        [(x, y + 2), (x * 0.6, y + 5), (0, coat.cut.depth)],
    )
    return (
        []
        if coat.body.worn
        else [Panel(shape, lining_of(coat.fabric), LABEL, tone=0.8, roundness=2, relief=0.6, wrinkles=0)]
    )


def _bomber(coat: Coat) -> list[Panel]:
    rib = ribbing_of(coat.fabric)
    welts = [_welt(side, coat.cut.hem - 19, 0.55, coat.fabric) for side in (-1, 1)]
    if coat.gap is not None:
        return [*welts, *_edges(coat, rib, 1.0)]
    return [
        *welts,
        *_stand_back(coat, 3.0),
        _stand(coat, rib, 3.0),
        *_zip(coat.cut, coat.cut.depth - 1.5, coat.cut.hem + 4),
    ]


def _welt(side: int, y: float, lean: float, fabric: Fabric) -> Panel:
    shape = np.array([(9.0, y), (10.6, y - 0.4), (10.6 + 5 * lean, y + 11.0), (9.0 + 5 * lean, y + 11.4)])
    return Panel(sided(shape, side), fabric, LABEL, roundness=0.6, relief=0.6, shadow=0.3, edge=0.35, wrinkles=0)


def _denim(coat: Coat) -> list[Panel]:
    cut, fabric = coat.cut, coat.fabric
    pockets = [
        p
        for side in (-1, 1)
        for p in patch_pocket(side * 9.2 - 5, cut.underarm[1] + 1, fabric, LABEL, size=(10, 10.5), flap=4.2)
    ]
    seams = [
        Stroke(np.array([(s * 6, cut.underarm[1] + 12), (s * 3.4, cut.hem - 4)]), 0.22, COGNAC_THREAD, 0.75, (0.5, 0.3))
        for s in (-1, 1)
    ]
    x = cut.half_width(cut.hem - 2)
    waist = symmetric(
        [(0, cut.hem - 3.4), (x, cut.hem - 4.4)], [(x, cut.hem - 4.4), (x, cut.hem)], [(x, cut.hem), (0, cut.hem + 1.2)]
    )
    bottom = Panel(waist, fabric, LABEL, roundness=2, relief=0.5, edge=0.3, wrinkles=0.3, strokes=seams)
    if coat.gap is not None:
        return [*pockets, *shirt_collar(replace(cut, depth=cut.neck[1] + 9), fabric, LABEL, worn=True, size=1.1)]
    closing = placket(cut, fabric, LABEL, end=cut.hem - 3, half=1.8, spacing=7.4, button_rgb=GOLD)
    closing[0] = replace(closing[0], strokes=[*closing[0].strokes, *seams])
    return [*pockets, bottom, *closing, *shirt_collar(cut, fabric, LABEL, worn=coat.body.worn, size=1.1)]


def _lapels(coat: Coat, *, width: float, end: float, low_x: float = 0.8) -> list[Panel]:
    """Return collar and lapels, folded along the opening from the neck to the first button."""
    cut, fabric = coat.cut, coat.fabric
    x, y = cut.neck
    panels: list[Panel] = []
    for side in (-1, 1):
        lapel = outline(
            [(x - 0.6, y + 3.0), (x * 0.62, y + (end - y) * 0.5), (low_x - 1.2, end)],
            [
                (low_x - 1.2, end),
                (x * 0.7 + width * 0.42, y + (end - y) * 0.6),
                (x + width * 0.55, y + (end - y) * 0.36 + 1),
            ],
            [(x + width * 0.55, y + (end - y) * 0.36 + 1), (x + width * 0.16, y + (end - y) * 0.30)],
            [(x + width * 0.16, y + (end - y) * 0.30), (x - 0.6, y + 3.0)],
        )
        collar = outline(
            [(x * 0.7, y - 1.8), (x - 0.2, y + 2.2), (x * 0.74, y + (end - y) * 0.30)],
            [(x * 0.74, y + (end - y) * 0.30), (x + width * 0.2, y + (end - y) * 0.31)],
            [
                (x + width * 0.2, y + (end - y) * 0.31),
                (x + width * 0.42, y + (end - y) * 0.22),
                (x + 2.2, y + 2.0),
                (x * 0.9, y - 1.6),
            ],
        )
        for shape, dim in ((lapel, 1.0), (collar, 0.97)):
            panels.append(
                Panel(
                    sided(shape, side),
                    fabric,
                    LABEL,
                    roundness=1.4,
                    relief=0.5,
                    shadow=0.34,
                    edge=0.34,
                    tone=dim,
                    angle=0.3 * side,
                    wrinkles=0.1,
                )
            )
    if not coat.body.worn:
        back = symmetric(
            [(0, y - 2.6), (x * 0.5, y - 2.5), (x * 0.8, y - 1.9)],
            [(x * 0.8, y - 1.9), (x, y + 0.8)],
            [(x, y + 0.8), (x * 0.6, y + 2.4), (0, y + 3.0)],
        )
        panels.insert(0, Panel(back, fabric, LABEL, roundness=1.6, relief=0.6, tone=0.9, wrinkles=0))
    return panels


def _flap_pockets(coat: Coat, y: float, x: float = 10.2, width: float = 11.0) -> list[Panel]:
    panels = []
    for side in (-1, 1):
        left, right = x - width / 2, x + width / 2
        shape = sided(
            [(left, y), (right, y - 0.6), (right + 0.3, y + 3.6), (right - 0.6, y + 4.4), (left + 0.3, y + 4.8)], side
        )
        panels.append(Panel(shape, coat.fabric, LABEL, roundness=0.8, relief=0.4, shadow=0.3, edge=0.36, wrinkles=0.1))
    return panels


def _buttons_rgb(coat: Coat) -> tuple[int, int, int]:
    return darker(coat.fabric.rgb, 0.45) if not is_dark(coat.fabric.rgb) else lighter(coat.fabric.rgb, 0.16)


def _blazer(coat: Coat) -> list[Panel]:
    cut = coat.cut
    pockets = _flap_pockets(coat, min(cut.hem - 16, 79.0))
    lapels = _lapels(
        coat,
        width=9.5,
        end=cut.depth if coat.gap is None else cut.neck[1] + 27,
        low_x=0.8 if coat.gap is None else (coat.gap or 0) + 0.8,
    )
    if coat.gap is not None:
        return [*pockets, *lapels]
    return [*pockets, *lapels] + [
        button(1.0 - 2.2 * 0, y, _buttons_rgb(coat), LABEL, 1.0) for y in (cut.depth + 1.8, cut.depth + 11.0)
    ]


def _overcoat(coat: Coat) -> list[Panel]:
    cut = coat.cut
    pockets = _flap_pockets(coat, 84.0, 11.0, 12.0)
    lapels = _lapels(
        coat,
        width=11.0,
        end=cut.depth if coat.gap is None else cut.neck[1] + 27,
        low_x=0.8 if coat.gap is None else (coat.gap or 0) + 0.8,
    )
    if coat.gap is not None:
        return [*pockets, *lapels]
    return [*pockets, *lapels] + [
        button(-0.6, y, _buttons_rgb(coat), LABEL, 1.25) for y in np.arange(cut.depth + 3, 96, 13.0)
    ]


def _trench(coat: Coat) -> list[Panel]:
    cut = coat.cut
    lapels = _lapels(
        coat,
        width=12.0,
        end=cut.depth if coat.gap is None else cut.neck[1] + 25,
        low_x=0.8 if coat.gap is None else (coat.gap or 0) + 0.8,
    )
    welts = [_welt(side, 78.0, 0.5, coat.fabric) for side in (-1, 1)]
    if coat.gap is not None:
        return [*welts, *lapels]
    hips = Hips(coat.body.waist[1], cut.half_width(coat.body.waist[1]), cut.side_seam)
    rows = [
        button(x, y, _buttons_rgb(coat), LABEL, 1.15)
        for x in (-5.6, 4.6)
        for y in (cut.depth + 2, cut.depth + 26, cut.depth + 38)
    ]
    return [*welts, *rows, *lapels, *tied_belt(hips, coat.fabric, LABEL)]


def _biker(coat: Coat) -> list[Panel]:
    cut = coat.cut
    lapels = _lapels(coat, width=10.5, end=cut.neck[1] + 24, low_x=1.6 if coat.gap is None else coat.gap + 0.8)
    zips = []
    for side in (-1, 1):
        line = np.array([(side * 7.5, 66.0), (side * 13.0, 60.5)])
        zips.append(
            Panel(
                np.vstack([shifted(line, 0, -0.5), shifted(line[::-1], 0, 0.5)]),
                Fabric(SILVER),
                LABEL,
                roundness=0.3,
                wrinkles=0,
                edge=0.5,
                strokes=[Stroke(line, 0.4, (60, 60, 64), 0.9, (0.3, 0.25))],
            )
        )
    if coat.gap is not None:
        return [*zips, *lapels]
    return [*zips, *_zip(cut, cut.neck[1] + 20, cut.hem + 0.4, 2.2), *lapels]


def _puffer(coat: Coat) -> list[Panel]:
    if coat.gap is not None:
        return _edges(coat, coat.fabric, 1.4)
    stand = _stand(coat, coat.fabric, 5.6)
    x, y = coat.cut.neck
    seam = Stroke(smooth([(-x, y - 2.2), (0, y + 3.4), (x, y - 2.2)]), 0.4, darker(coat.fabric.rgb, 0.6), 0.4)
    return [
        *_stand_back(coat, 5.6),
        replace(stand, strokes=[seam], gloss=0.75, roundness=2.2),
        *_zip(coat.cut, coat.cut.depth - 3.6, coat.cut.hem),
    ]
