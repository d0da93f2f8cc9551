"""Prints for the front of a T-shirt or a sweatshirt."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from demo.palette import Rgb, is_dark, shade_of
from demo.spec import GarmentSpec

SIDE = 480
WORDS = ("RIVAGE", "SOLEIL", "ATELIER", "NORD", "DIMANCHE", "HORIZON", "JARDIN", "ESCALE")


def chest_print(spec: GarmentSpec, rng: np.random.Generator) -> Image.Image:
    """Return one of a few prints, RGBA, square, in colours that show on the garment."""
    image = Image.new("RGBA", (SIDE, SIDE))
    pen = ImageDraw.Draw(image)
    accent = shade_of(spec.accent, spec.shade)
    light = (244, 238, 224) if is_dark(shade_of(spec.colour, spec.shade)) else (52, 54, 66)
    prints = (_sunrise, _word, _mountains, _flower, _circles)
    prints[int(rng.integers(len(prints)))](pen, accent, light, rng)
    return image


def _sunrise(pen: ImageDraw.ImageDraw, accent: Rgb, light: Rgb, rng: np.random.Generator) -> None:
    pen.pieslice((110, 60, 370, 320), 180, 360, fill=accent)
    for row in range(5):
        y = 212 + row * 26
        wave = [(x, y + 7 * np.sin(x / 26 + row)) for x in range(90 + row * 12, 391 - row * 12, 6)]
        pen.line(wave, fill=light if row % 2 else accent, width=10, joint="curve")
    _text(pen, str(rng.choice(WORDS)), 380, 44, light)


def _word(pen: ImageDraw.ImageDraw, accent: Rgb, light: Rgb, rng: np.random.Generator) -> None:
    _text(pen, str(rng.choice(WORDS)), 60, 92, accent)
    pen.line([(70, 178), (410, 178)], fill=light, width=7)
    _text(pen, "maison de mer", 200, 50, light)


def _mountains(pen: ImageDraw.ImageDraw, accent: Rgb, light: Rgb, rng: np.random.Generator) -> None:
    pen.ellipse((60, 40, 420, 400), outline=light, width=9)
    pen.ellipse((250, 92, 322, 164), fill=accent)
    pen.polygon([(92, 310), (196, 150), (300, 310)], fill=light)
    pen.polygon([(210, 310), (292, 196), (388, 310)], fill=accent)
    pen.line([(88, 322), (392, 322)], fill=light, width=8)


def _flower(pen: ImageDraw.ImageDraw, accent: Rgb, light: Rgb, rng: np.random.Generator) -> None:
    stem = [(240, 230), (246, 300), (238, 390)]
    pen.line(stem, fill=light, width=8, joint="curve")
    pen.ellipse((246, 290, 306, 322), fill=light)
    pen.ellipse((178, 326, 238, 356), fill=light)
    for angle in np.arange(6) * np.pi / 3:
        x, y = 240 + 62 * np.cos(angle), 160 + 62 * np.sin(angle)
        pen.ellipse((x - 44, y - 44, x + 44, y + 44), fill=accent)
    pen.ellipse((210, 130, 270, 190), fill=light)


def _circles(pen: ImageDraw.ImageDraw, accent: Rgb, light: Rgb, rng: np.random.Generator) -> None:
    for number, x in enumerate((30, 165, 300)):
        pen.ellipse((x, 70, x + 150, 220), fill=accent if number % 2 == 0 else None, outline=light, width=9)
    _text(pen, str(rng.choice(WORDS)).lower(), 250, 76, light)


def _text(pen: ImageDraw.ImageDraw, words: str, y: float, size: int, rgb: Rgb) -> None:
    font = ImageFont.load_default(size)
    pen.text((SIDE / 2, y), words, font=font, fill=rgb, anchor="ma", stroke_width=max(1, size // 30))
