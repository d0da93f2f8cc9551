"""Cloth: its colour, weave and pattern, as pixels."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from demo.palette import Rgb, darker, is_dark, lighter, mix

Field = NDArray[np.floating[Any]]
"""float32, shape (H, W)."""
Colours = NDArray[np.floating[Any]]
"""float32 sRGB, 0 to 255, shape (H, W, 3)."""

TILE_PIXELS = 384
SUPERSAMPLING = 3


@dataclass(frozen=True)
class Fabric:
    """What a panel is cut from. pattern_cm: the length after which the pattern repeats."""

    rgb: Rgb
    weave: str = "plain"
    pattern: str = "solid"
    accent: Rgb = (245, 244, 240)
    third: Rgb = (190, 60, 60)
    pattern_cm: float = 4.0
    seed: int = 0

    def plain(self) -> "Fabric":
        """Return the same cloth without its pattern, for trimmings and linings."""
        return replace(self, pattern="solid")

    def toned(self, share: float) -> "Fabric":
        """Return the cloth darkened (negative share) or lightened (positive share)."""
        change = lighter if share > 0 else darker
        return replace(self, rgb=change(self.rgb, abs(share)))


def coloured(fabric: Fabric, u_cm: Field, v_cm: Field, pixel_cm: float) -> Colours:
    """Return the cloth's colours at the given places of the cloth (u across, v down)."""
    colours = _patterned(fabric, u_cm, v_cm, pixel_cm)
    return colours * _weave(fabric.weave, u_cm, v_cm, pixel_cm)[..., None]


def _patterned(fabric: Fabric, u: Field, v: Field, pixel_cm: float) -> Colours:
    base = np.broadcast_to(np.asarray(fabric.rgb, np.float32), (*u.shape, 3))
    if fabric.pattern in ("striped", "pinstriped", "vertical"):
        share = {"striped": 0.42, "pinstriped": 0.08, "vertical": 0.4}[fabric.pattern]
        across = v if fabric.pattern == "striped" else u
        return _blend(base, fabric.accent, _stripes(across, fabric.pattern_cm, share, pixel_cm))
    if fabric.pattern in ("checked", "gingham"):
        return _checked(fabric, base, u, v, pixel_cm)
    if fabric.pattern in ("dotted", "floral", "leafy", "speckled"):
        return _tiled(fabric, u, v, pixel_cm)
    return np.array(base)


def _blend(base: Colours, rgb: Rgb, share: Field) -> Colours:
    return base + (np.asarray(rgb, np.float32) - base) * share[..., None]


def _stripes(position: Field, period: float, share: float, pixel_cm: float) -> Field:
    """Return 1 on the stripes and 0 between, softened over one pixel."""
    phase = np.abs((position / period) % 1.0 - 0.5) * period
    stripes: Field = np.clip((share * period / 2 - phase) / max(pixel_cm, 0.02) + 0.5, 0, 1)
    return stripes


def _checked(fabric: Fabric, base: Colours, u: Field, v: Field, pixel_cm: float) -> Colours:
    period = fabric.pattern_cm
    across = _stripes(u, period, 0.5, pixel_cm)
    along = _stripes(v, period, 0.5, pixel_cm)
    colours = _blend(base, fabric.accent, (across + along) * (0.5 if fabric.pattern == "gingham" else 0.27))
    if fabric.pattern == "checked":
        lines = np.maximum(
            _stripes(u + period / 2, period, 0.08, pixel_cm), _stripes(v + period / 2, period, 0.08, pixel_cm)
        )
        colours = _blend(colours, fabric.third, lines * 0.6)
    return colours


def _tiled(fabric: Fabric, u: Field, v: Field, pixel_cm: float) -> Colours:
    """Sample the pattern's tile at the resolution that the drawing needs."""
    side = int(np.clip(fabric.pattern_cm / pixel_cm, 8, TILE_PIXELS))
    tile = _tile_at(fabric, side)
    columns = ((u / fabric.pattern_cm) % 1.0 * side).astype(np.int32) % side
    rows = ((v / fabric.pattern_cm) % 1.0 * side).astype(np.int32) % side
    return tile[rows, columns]


@lru_cache(maxsize=64)
def _tile_at(fabric: Fabric, side: int) -> Colours:
    return np.asarray(_tile(fabric).resize((side, side), Image.Resampling.BOX), np.float32)


@lru_cache(maxsize=32)
def _tile(fabric: Fabric) -> Image.Image:
    painter = _TilePainter(fabric)
    getattr(painter, fabric.pattern)()
    return painter.image


class _TilePainter:
    """Paints one repeat of a scattered pattern; motifs over the border come back on the other side."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        self.side = TILE_PIXELS * 2
        self.image = Image.new("RGB", (self.side, self.side), fabric.rgb)
        self.pen = ImageDraw.Draw(self.image)
        self.rng = np.random.default_rng(fabric.seed + 11)

    def dotted(self) -> None:
        cells = 4
        step = self.side / cells
        for row in range(cells):
            for column in range(cells):
                self._disc((column + row % 2 / 2) * step, row * step, step * 0.2, self.fabric.accent)

    def speckled(self) -> None:
        for _ in range(90):
            x, y = self.rng.uniform(0, self.side, 2)
            self._disc(x, y, self.side * self.rng.uniform(0.006, 0.016), self.fabric.accent)

    def floral(self) -> None:
        for x, y in self._places(5):
            self._leaves(x, y, self.side * 0.085)
        for number, (x, y) in enumerate(self._places(5)):
            rgb = (self.fabric.accent, self.fabric.third, lighter(self.fabric.third, 0.4))[number % 3]
            self._flower(x, y, self.side * self.rng.uniform(0.05, 0.085), rgb)

    def leafy(self) -> None:
        for x, y in self._places(4):
            for angle in np.linspace(0, np.pi, 4) + self.rng.uniform(0, 6):
                self._leaf(
                    x, y, angle, self.side * 0.15, mix(self.fabric.accent, self.fabric.third, self.rng.uniform(0, 0.7))
                )

    def _places(self, cells: int) -> list[tuple[float, float]]:
        step = self.side / cells
        jitter = self.rng.uniform(-0.3, 0.3, (cells, cells, 2))
        return [
            ((column + row % 2 / 2 + jitter[row, column, 0]) * step, (row + jitter[row, column, 1]) * step)
            for row in range(cells)
            for column in range(cells)
        ]

    def _flower(self, x: float, y: float, radius: float, rgb: Rgb) -> None:
        turn = self.rng.uniform(0, 6.3)
        for angle in turn + np.arange(5) * 2 * np.pi / 5:
            self._disc(x + np.cos(angle) * radius * 0.62, y + np.sin(angle) * radius * 0.62, radius * 0.5, rgb)
        heart = (226, 180, 80) if not is_dark(rgb) else (244, 226, 180)
        self._disc(x, y, radius * 0.3, heart)

    def _leaves(self, x: float, y: float, length: float) -> None:
        green = mix((84, 118, 78), self.fabric.rgb, 0.25)
        for angle in self.rng.uniform(0, 6.3, 2):
            self._leaf(x, y, angle, length, green)

    def _leaf(self, x: float, y: float, angle: float, length: float, rgb: Rgb) -> None:
        t = np.linspace(0, 1, 12)
        bulge = np.sin(np.pi * t) * length * 0.2
        across = np.concatenate([bulge, -bulge[::-1]])
        along = np.concatenate([t, t[::-1]]) * length
        xs = x + along * np.cos(angle) - across * np.sin(angle)
        ys = y + along * np.sin(angle) + across * np.cos(angle)
        for dx, dy in self._wraps():
            self.pen.polygon([(a + dx, b + dy) for a, b in zip(xs, ys, strict=True)], fill=rgb)

    def _disc(self, x: float, y: float, radius: float, rgb: Rgb) -> None:
        for dx, dy in self._wraps():
            box = (x - radius + dx, y - radius + dy, x + radius + dx, y + radius + dy)
            self.pen.ellipse(box, fill=rgb)

    def _wraps(self) -> list[tuple[int, int]]:
        return [(dx, dy) for dx in (-self.side, 0, self.side) for dy in (-self.side, 0, self.side)]


@lru_cache(maxsize=1)
def _grain_tile() -> Field:
    noise: Field = np.random.default_rng(5).normal(0, 1, (512, 512)).astype(np.float32)
    return noise


def _grain(shape: tuple[int, int]) -> Field:
    """Return fixed noise, mean 0 and deviation 1, of the wanted shape."""
    rows, columns = -(-shape[0] // 512), -(-shape[1] // 512)
    return np.tile(_grain_tile(), (rows, columns))[: shape[0], : shape[1]]


def _weave(weave: str, u: Field, v: Field, pixel_cm: float) -> Field:
    """Return how bright each place of the cloth's surface is, about 1."""
    grain = _grain(u.shape)
    if weave == "knit":
        return 1 + _visible(0.9, pixel_cm) * 0.075 * _stitches(u, v, 0.9) + 0.012 * grain
    if weave == "rib":
        ribs: Field = np.sin(u * (2 * np.pi / 0.8))
        return 1 + _visible(0.8, pixel_cm) * 0.09 * ribs + 0.012 * grain
    if weave == "denim":
        twill = np.sin((u + v) * (2 * np.pi / 0.42)) * _visible(0.42, pixel_cm)
        return 1 + 0.03 * twill + 0.035 * grain
    if weave == "tweed":
        return 1 + 0.06 * grain + 0.05 * np.sin((u + np.abs((v % 2) - 1)) * 6) * _visible(1, pixel_cm)
    return 1 + (0.022 if weave == "fleece" else 0.010) * grain


def _visible(period_cm: float, pixel_cm: float) -> float:
    """Fade a fine structure out before it would alias."""
    return float(np.clip(period_cm / pixel_cm / 3 - 0.8, 0, 1))


def _stitches(u: Field, v: Field, period: float) -> Field:
    """Return the little V shapes of plain knitting, -1 to 1."""
    zigzag = np.abs((u / period) % 1.0 - 0.5) * period
    rows: Field = np.sin((v + zigzag) * (2 * np.pi / (period * 0.8)))
    columns: Field = np.cos(u * (2 * np.pi / period))
    return (rows + columns) * 0.5
