"""Draws one garment as a boutique's product photo: no wearer, white ground, soft shadow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from demo.body import BODIES
from demo.canvas import Canvas, Panel, View
from demo.cuts import garment_panels
from demo.fabric import Colours, Field
from demo.spec import GarmentSpec

MARGIN = 0.085
"""White border, as a share of the image's side."""


@dataclass(frozen=True)
class Drawing:
    """image: uint8 sRGB, shape (H, W, 3); class_ids: uint8, shape (H, W), ids of `segmentation.labels.GARMENTS`;
    attributes: the garments that were drawn."""

    image: NDArray[np.uint8]
    class_ids: NDArray[np.uint8]
    attributes: tuple[GarmentSpec, ...]


def draw_garment(spec: GarmentSpec, *, side_pixels: int = 640, seed: int) -> Drawing:
    """Return the garment on white, side_pixels wide and high; the same arguments give the same pixels."""
    canvas = paint_garment(spec, side_pixels=side_pixels, seed=seed)
    ground = np.full((1, 1, 1), 255, np.float32)
    return Drawing(canvas.over(shaded_ground(ground, canvas.alpha)), canvas.class_ids, (spec,))


def paint_garment(spec: GarmentSpec, *, side_pixels: int, seed: int) -> Canvas:
    """Return the garment over a transparent ground."""
    rng = np.random.default_rng(seed)
    panels = garment_panels(spec, BODIES[spec.body], rng)
    canvas = Canvas(side_pixels, side_pixels, fitting_view(panels, side_pixels, rng), rng)
    canvas.paint(panels)
    return canvas


def fitting_view(panels: list[Panel], side_pixels: int, rng: np.random.Generator) -> View:
    """Return the view that centres the panels in a square image."""
    corners = np.vstack([panel.outline for panel in panels])
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = side_pixels * (1 - 2 * MARGIN) / float((high - low).max())
    left, top = side_pixels / 2 - (low + high) / 2 * scale
    size = float((high - low).max())
    return View(scale, float(left), float(top), sway_cm=size * 0.003, sway_phase=float(rng.uniform(0, 6.3)))


def shaded_ground(ground: Colours, alpha: Field, strength: float = 0.20) -> Colours:
    """Return the ground, which may be one colour (1, 1, 1), with the soft shadow of what lies on it."""
    height, width = alpha.shape
    drop = max(2, height // 90)
    mask = Image.fromarray((np.clip(alpha, 0, 1) * 255).astype(np.uint8))
    small = mask.resize((width // 4, height // 4), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(height / 4 / 42)).resize((width, height), Image.Resampling.BICUBIC)
    shadow = np.roll(np.asarray(soft, np.float32) / 255, drop, axis=0)
    return ground * (1 - strength * shadow)[..., None]
