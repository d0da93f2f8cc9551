"""What stands behind a figure: a studio, a street, or anything."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from demo.canvas import View
from demo.fabric import Colours
from demo.palette import Rgb, mix
from demo.random_drawings import random_ground

GROUNDS = ("studio", "warm studio", "street", "wall", "any")


def background(kind: str, height_pixels: int, width_pixels: int, view: View, rng: np.random.Generator) -> Colours:
    """Return what stands behind the figure, float32 sRGB, shape (H, W, 3), with its shadow on the floor."""
    if kind == "any":
        return _floor_shadow(_cluttered(random_ground(rng, height_pixels, width_pixels), rng), view)
    floor = int(view.top_pixels + view.pixels_per_cm * 176)
    tops: dict[str, tuple[Rgb, Rgb]] = {
        "studio": ((236, 236, 238), (222, 221, 222)),
        "warm studio": ((240, 230, 218), (226, 212, 196)),
        "street": ((206, 198, 186), (178, 174, 168)),
        "wall": ((198, 208, 212), (188, 184, 178)),
    }
    wall, ground = tops.get(kind, tops["studio"])
    image = Image.new("RGB", (width_pixels, height_pixels), wall)
    pen = ImageDraw.Draw(image)
    edge = floor - int(view.pixels_per_cm * (16 if kind in ("street", "wall") else 8))
    pen.rectangle((0, edge, width_pixels, height_pixels), fill=ground)
    if kind == "street":
        _facade(pen, width_pixels, edge, wall)
    blur = height_pixels / (26 if "studio" in kind else 200)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(blur)), np.float32)
    return _floor_shadow(soft + rng.normal(0, 1.2, (height_pixels, width_pixels, 1)).astype(np.float32), view)


def _cluttered(ground: Colours, rng: np.random.Generator) -> Colours:
    """Return the ground with a few flat shapes on it, as walls, doors and cars leave in a photo."""
    height, width = ground.shape[:2]
    image = Image.fromarray(ground.astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(0, 7))):
        x, y = int(rng.integers(-width // 4, width)), int(rng.integers(-height // 4, height))
        box = (x, y, x + int(rng.integers(20, width)), y + int(rng.integers(20, height)))
        pen.rectangle(box, fill=(int(rng.integers(30, 240)), int(rng.integers(30, 240)), int(rng.integers(30, 240))))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, height / 60)))), np.float32)


def _facade(pen: ImageDraw.ImageDraw, width: int, edge: int, wall: Rgb) -> None:
    pen.rectangle((0, int(edge * 0.86), width, edge), fill=mix(wall, (90, 84, 78), 0.25))
    pen.rectangle(
        (int(width * 0.06), int(edge * 0.06), int(width * 0.34), int(edge * 0.62)), fill=mix(wall, (96, 112, 124), 0.55)
    )
    pen.rectangle((int(width * 0.70), int(edge * 0.10), int(width * 0.95), edge), fill=mix(wall, (74, 92, 84), 0.6))
    pen.line(
        (int(width * 0.2), int(edge * 0.06), int(width * 0.2), int(edge * 0.62)), fill=wall, width=max(2, width // 90)
    )
    pen.rectangle(
        (int(width * 0.735), int(edge * 0.16), int(width * 0.915), int(edge * 0.55)), fill=mix(wall, (74, 92, 84), 0.4)
    )


def _floor_shadow(ground: Colours, view: View) -> Colours:
    height, width = ground.shape[:2]
    x = (np.arange(width) - view.left_pixels) / view.pixels_per_cm
    y = (np.arange(height) - view.top_pixels) / view.pixels_per_cm
    shadow = np.exp(-((x[None] / 22) ** 2) - ((y[:, None] - 183.5) / 3.4) ** 2).astype(np.float32)
    return ground * (1 - 0.32 * shadow)[..., None]
