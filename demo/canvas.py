"""Paints panels of cloth: anti-aliased edges, relief lit from the upper left, stitches, shadows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from demo.curves import Points
from demo.fabric import SUPERSAMPLING, Colours, Fabric, Field, coloured
from demo.palette import Rgb
from segmentation.labels import GARMENTS

RELIEF_SIDE_PIXELS = 150
LIGHT_X, LIGHT_Y = 0.55, 0.75


@dataclass(frozen=True)
class Fold:
    """A soft ridge (height above 0) or valley in the cloth; bow bends it sideways, in centimetres."""

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    height: float
    bow: float = 0.0
    fades_at_both_ends: bool = True


@dataclass(frozen=True)
class Glow:
    """A lighter (amount above 0) or darker patch, such as the worn thigh of a pair of jeans."""

    x: float
    y: float
    radius_x: float
    radius_y: float
    amount: float


@dataclass(frozen=True)
class Stroke:
    """A drawn line, width in centimetres; dash_cm = (drawn, left out) makes it a row of stitches."""

    points: Points
    width: float
    rgb: Rgb
    opacity: float = 1.0
    dash_cm: tuple[float, float] | None = None


@dataclass(frozen=True)
class Panel:
    """A piece of a drawing, seen flat: the outline in centimetres and how it looks.

    label: its class in the label set `garments`. roundness: how far the edges curve away, in centimetres. tone:
    brightness (an inside is darker). angle: the turn of the cloth in radians. shadow: what it casts on the cloth
    under it, 0 to 1. edge: darkness of its border, 0 to 1. picture: painted on the cloth, stretched over `frame`.
    """

    outline: Points
    fabric: Fabric
    label: str
    roundness: float = 4.0
    relief: float = 1.0
    tone: float = 1.0
    angle: float = 0.0
    folds: Sequence[Fold] = ()
    glows: Sequence[Glow] = ()
    strokes: Sequence[Stroke] = ()
    holes: Sequence[Points] = ()
    shadow: float = 0.0
    edge: float = 0.22
    wrinkles: float = 1.0
    opacity: float = 1.0
    gloss: float = 0.35
    picture: Image.Image | None = None
    frame: tuple[float, float, float, float] = (0, 0, 1, 1)


def placed(panel: Panel, x: float, y: float, scale: float = 1.0) -> Panel:
    """Return the panel scaled about the origin, then shifted."""

    def move(points: Points) -> Points:
        return points * scale + (x, y)

    def move_one(point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * scale + x, point[1] * scale + y

    return replace(
        panel,
        outline=move(panel.outline),
        holes=[move(hole) for hole in panel.holes],
        strokes=[replace(s, points=move(s.points), width=s.width * scale) for s in panel.strokes],
        folds=[
            replace(f, start=move_one(f.start), end=move_one(f.end), width=f.width * scale, bow=f.bow * scale)
            for f in panel.folds
        ],
        glows=[Glow(*move_one((g.x, g.y)), g.radius_x * scale, g.radius_y * scale, g.amount) for g in panel.glows],
        roundness=panel.roundness * scale,
    )


@dataclass(frozen=True)
class View:
    """Where centimetres lie on the canvas, with a slight seeded sway so that no garment is perfectly straight."""

    pixels_per_cm: float
    left_pixels: float
    top_pixels: float
    sway_cm: float = 0.0
    sway_phase: float = 0.0
    hip_shift_cm: float = 0.0
    leg_stretch: float = 1.0
    """How much longer legs are drawn than measured, as fashion illustrators do; 1 changes nothing."""

    def to_pixels(self, points: Points) -> Points:
        """Return the points in pixels, float64, shape (n, 2)."""
        x, y = points[:, 0], points[:, 1]
        moved = x + self.sway_cm * np.sin(y / 17 + x / 31 + self.sway_phase)
        moved = moved + self.hip_shift_cm * np.exp(-(((y - 88) / 34) ** 2))
        y = np.where(y > 88, 88 + (y - 88) * self.leg_stretch, y)
        lifted = y + self.sway_cm * 0.6 * np.sin(x / 13 + self.sway_phase * 2)
        return np.column_stack(
            [moved * self.pixels_per_cm + self.left_pixels, lifted * self.pixels_per_cm + self.top_pixels]
        )

    def heights_cm(self, rows: Field) -> Field:
        """Return the height in centimetres of each pixel row."""
        y = (rows - self.top_pixels) / self.pixels_per_cm
        return np.where(y > 88, 88 + (y - 88) / self.leg_stretch, y).astype(np.float32)


@dataclass
class _Patch:
    """The part of the canvas that one panel touches."""

    box: tuple[int, int, int, int]
    alpha: Field
    x_cm: Field
    y_cm: Field

    @property
    def rows_and_columns(self) -> tuple[slice, slice]:
        left, top, right, bottom = self.box
        return slice(top, bottom), slice(left, right)


@dataclass
class Canvas:
    """Panels over a transparent ground, painted back to front."""

    width_pixels: int
    height_pixels: int
    view: View
    rng: np.random.Generator
    ink: Colours = field(init=False)
    alpha: Field = field(init=False)
    class_ids: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        shape = (self.height_pixels, self.width_pixels)
        self.ink = np.zeros((*shape, 3), np.float32)
        self.alpha = np.zeros(shape, np.float32)
        self.class_ids = np.zeros(shape, np.uint8)

    def paint(self, panels: Sequence[Panel]) -> None:
        """Paint the panels in order, the first at the back."""
        for panel in panels:
            self._paint_panel(panel)

    def _paint_panel(self, panel: Panel) -> None:
        patch = self._patch_of(panel)
        if patch is None:
            return
        if panel.shadow:
            self._cast_shadow(patch, panel.shadow)
        cloth = lit(self._cloth(panel, patch), self._light(panel, patch), panel.gloss)
        for stroke in (*self._border(panel), *panel.strokes):
            share = self._stroke_cover(stroke, patch)[..., None] * stroke.opacity
            cloth = cloth + (np.asarray(stroke.rgb, np.float32) - cloth) * share
        self._lay(cloth, patch, panel)

    def _lay(self, cloth: Colours, patch: _Patch, panel: Panel) -> None:
        where = patch.rows_and_columns
        share = patch.alpha * panel.opacity
        self.ink[where] += (cloth - self.ink[where]) * share[..., None]
        self.alpha[where] += share * (1 - self.alpha[where])
        self.class_ids[where][patch.alpha >= 0.5] = GARMENTS.id_of(panel.label)

    def _patch_of(self, panel: Panel) -> _Patch | None:
        corners = self.view.to_pixels(panel.outline)
        low = np.floor(corners.min(axis=0)).astype(int) - 1
        high = np.ceil(corners.max(axis=0)).astype(int) + 2
        left, top = max(low[0], 0), max(low[1], 0)
        right, bottom = min(high[0], self.width_pixels), min(high[1], self.height_pixels)
        if right - left < 2 or bottom - top < 2:
            return None
        box = (left, top, right, bottom)
        alpha = self._cover(box, [corners], [self.view.to_pixels(hole) for hole in panel.holes])
        x_cm = (np.arange(left, right, dtype=np.float32) - self.view.left_pixels) / self.view.pixels_per_cm
        y_cm = self.view.heights_cm(np.arange(top, bottom, dtype=np.float32))
        return _Patch(box, alpha, x_cm, y_cm)

    def _cover(self, box: tuple[int, int, int, int], shapes: Sequence[Points], holes: Sequence[Points]) -> Field:
        """Return how much of each pixel the shapes cover, 0 to 1."""
        left, top, right, bottom = box
        large = Image.new("L", ((right - left) * SUPERSAMPLING, (bottom - top) * SUPERSAMPLING))
        pen = ImageDraw.Draw(large)
        for corners, value in [*((shape, 255) for shape in shapes), *((hole, 0) for hole in holes)]:
            pen.polygon([tuple(p) for p in ((corners - (left, top)) * SUPERSAMPLING).tolist()], fill=value)
        return np.asarray(large.reduce(SUPERSAMPLING), np.float32) / 255

    def _cloth(self, panel: Panel, patch: _Patch) -> Colours:
        x, y = np.meshgrid(patch.x_cm, patch.y_cm)
        cosine, sine = np.float32(np.cos(panel.angle)), np.float32(np.sin(panel.angle))
        u, v = x * cosine + y * sine, y * cosine - x * sine
        if panel.fabric.pattern != "solid":
            u = u + 0.25 * np.sin(v / 5 + self.view.sway_phase)
            v = v + 0.3 * np.sin(u / 6 + self.view.sway_phase)
        colours = coloured(panel.fabric, u, v, 1 / self.view.pixels_per_cm)
        return _with_picture(colours, panel, patch) if panel.picture else colours

    def _light(self, panel: Panel, patch: _Patch) -> Field:
        """Return the brightness of each pixel, about 1, from the panel's relief."""
        height, width = patch.alpha.shape
        small_width = int(np.clip(round(width / max(width, height) * RELIEF_SIDE_PIXELS), 4, width))
        small_height = int(np.clip(round(height / max(width, height) * RELIEF_SIDE_PIXELS), 4, height))
        x = np.linspace(patch.x_cm[0], patch.x_cm[-1], small_width, dtype=np.float32)
        y = np.linspace(patch.y_cm[0], patch.y_cm[-1], small_height, dtype=np.float32)
        mask = np.asarray(_resized(patch.alpha, small_width, small_height), np.float32)
        light = self._relief_light(panel, mask, x, y)
        return np.asarray(_resized(light, width, height), np.float32) * panel.tone

    def _relief_light(self, panel: Panel, mask: Field, x: Field, y: Field) -> Field:
        cell_x, cell_y = float(x[1] - x[0]), float(y[1] - y[0])
        body = blurred(mask, panel.roundness / cell_x, panel.roundness / cell_y)
        relief = body * panel.roundness * 1.1 * panel.relief
        for fold in panel.folds:
            relief = relief + _ridge(fold, x, y)
        if panel.wrinkles:
            relief = relief + self._wrinkles(mask.shape, x, y) * panel.wrinkles
        slope_y, slope_x = np.gradient(relief, cell_y, cell_x)
        light = 1 + 0.42 * (slope_x * LIGHT_X + slope_y * LIGHT_Y) - 0.30 * panel.relief * (0.92 - body).clip(0)
        for glow in panel.glows:
            distance = ((x[None] - glow.x) / glow.radius_x) ** 2 + ((y[:, None] - glow.y) / glow.radius_y) ** 2
            light = light + glow.amount * np.exp(-distance)
        return np.asarray(light, np.float32)

    def _wrinkles(self, shape: tuple[int, int], x: Field, y: Field) -> Field:
        """Return slow random undulation, about 7 cm long, in centimetres."""
        across = max(3, int((x[-1] - x[0]) / 7) + 2)
        along = max(3, int((y[-1] - y[0]) / 9) + 2)
        noise = self.rng.normal(0, 0.22, (along, across)).astype(np.float32)
        return np.asarray(_resized(noise, shape[1], shape[0]), np.float32)

    def _border(self, panel: Panel) -> list[Stroke]:
        if not panel.edge:
            return []
        red, green, blue = (int(c * 0.45) for c in panel.fabric.rgb)
        loop = np.vstack([panel.outline, panel.outline[:1]])
        width = 2.6 / self.view.pixels_per_cm
        return [Stroke(loop, width, (red, green, blue), panel.edge)]

    def _stroke_cover(self, stroke: Stroke, patch: _Patch) -> Field:
        left, top, right, bottom = patch.box
        large = Image.new("L", ((right - left) * SUPERSAMPLING, (bottom - top) * SUPERSAMPLING))
        pen = ImageDraw.Draw(large)
        points = (self.view.to_pixels(stroke.points) - (left, top)) * SUPERSAMPLING
        scale = SUPERSAMPLING * self.view.pixels_per_cm
        width = max(1, round(stroke.width * scale))
        pieces = _dashes(points, stroke.dash_cm, scale) if stroke.dash_cm else [points]
        for piece in pieces:
            joint = "curve" if width > 14 else None
            pen.line([tuple(p) for p in piece.tolist()], fill=255, width=width, joint=joint)
        return np.asarray(large.reduce(SUPERSAMPLING), np.float32) / 255

    def _cast_shadow(self, patch: _Patch, strength: float) -> None:
        """Darken the cloth around and below the panel."""
        reach = max(2, int(1.1 * self.view.pixels_per_cm))
        left, top, right, bottom = patch.box
        wide = (max(left - reach, 0), max(top - reach, 0))
        wide_right, wide_bottom = min(right + reach, self.width_pixels), min(bottom + reach, self.height_pixels)
        mask = Image.new("L", (wide_right - wide[0], wide_bottom - wide[1]))
        drop = max(1, reach // 3)
        mask.paste(
            Image.fromarray((patch.alpha * 255).astype(np.uint8)), (left - wide[0] + drop // 2, top - wide[1] + drop)
        )
        soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(reach / 2.2)), np.float32) / 255
        self.ink[wide[1] : wide_bottom, wide[0] : wide_right] *= (1 - strength * soft)[..., None]

    def over(self, ground: Colours) -> NDArray[np.uint8]:
        """Return the painting over an opaque ground that fits (H, W, 3), uint8, shape (H, W, 3)."""
        whole = self.ink + ground * (1 - self.alpha)[..., None]
        whole += 0.5
        return np.clip(whole, 0, 255, out=whole).astype(np.uint8)


def _resized(values: Field, width: int, height: int) -> Image.Image:
    way = Image.Resampling.BOX if width < values.shape[1] else Image.Resampling.BICUBIC
    return Image.fromarray(np.ascontiguousarray(values, np.float32)).resize((width, height), way)


def blurred(values: Field, sigma_x: float, sigma_y: float) -> Field:
    """Return the values after a Gaussian blur, sigma in cells, with zeros beyond the border.

    By Fourier transform rather than matrices: BLAS threads that wait busily would triple the cost of a drawing.
    """
    height, width = values.shape
    padded = (height + int(3 * sigma_y) + 1, width + int(3 * sigma_x) + 1)
    along = (sigma_y * np.fft.fftfreq(padded[0]).astype(np.float32)) ** 2
    across = (sigma_x * np.fft.rfftfreq(padded[1]).astype(np.float32)) ** 2
    passed = np.exp(-2 * np.float32(np.pi) ** 2 * (along[:, None] + across[None]))
    soft: Field = np.fft.irfft2(np.fft.rfft2(values, padded) * passed, padded)
    return soft[:height, :width]


def _ridge(fold: Fold, x: Field, y: Field) -> Field:
    """Return the height of one fold, in centimetres, over the grid of x and y."""
    (x0, y0), (x1, y1) = fold.start, fold.end
    length = max(float(np.hypot(x1 - x0, y1 - y0)), 1e-6)
    along_x, along_y = (x1 - x0) / length, (y1 - y0) / length
    dx, dy = x[None] - x0, y[:, None] - y0
    t = (dx * along_x + dy * along_y) / length
    across = dy * along_x - dx * along_y - fold.bow * 4 * t * (1 - t)
    inside = np.clip(t, 0, 1)
    window = np.sin(np.pi * inside) if fold.fades_at_both_ends else np.cos(np.pi / 2 * inside) * (t > -0.05)
    window = np.where((t > 1) | (t < -0.05), 0, window)
    ridge: Field = fold.height * fold.width * window * np.exp(-((across / fold.width) ** 2))
    return ridge


def _dashes(points: Points, dash_cm: tuple[float, float], scale: float) -> list[Points]:
    """Cut a line into stitches."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    travelled = np.concatenate([[0], np.cumsum(steps)])
    drawn, skipped = (max(2.0, part * scale) for part in dash_cm)
    starts = np.arange(0, travelled[-1], drawn + skipped)
    ends = np.minimum(starts + drawn, travelled[-1])
    return [
        np.column_stack([np.interp([a, b], travelled, points[:, axis]) for axis in (0, 1)])
        for a, b in zip(starts, ends, strict=True)
    ]


def _with_picture(colours: Colours, panel: Panel, patch: _Patch) -> Colours:
    """Print the panel's picture (RGBA) on the cloth inside its frame, in centimetres."""
    assert panel.picture is not None
    left, top, right, bottom = panel.frame
    columns = np.flatnonzero((patch.x_cm >= left) & (patch.x_cm < right))
    rows = np.flatnonzero((patch.y_cm >= top) & (patch.y_cm < bottom))
    if not len(columns) or not len(rows):
        return colours
    small = np.asarray(panel.picture.resize((len(columns), len(rows)), Image.Resampling.LANCZOS), np.float32)
    where = np.ix_(rows, columns)
    share = small[..., 3:] / 255 * 0.93
    colours[where] += (small[..., :3] - colours[where]) * share
    return colours


def lit(colours: Colours, light: Field, gloss: float) -> Colours:
    """Return the colours under the light: below 1 darkens, above 1 moves towards white by `gloss`."""
    shade = np.minimum(light, 1)[..., None]
    shine = (np.maximum(light, 1) - 1)[..., None] * gloss
    return colours * shade + (255 - colours) * shine
