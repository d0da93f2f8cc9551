"""Labelled photos for the garment segmenter, and the random views of them that training sees.

Sources (see data_cards): CCP masks; single-garment photos whose class is their folder and whose foreground is
u2netp's; catalogue photos of one accessory on white ground. A label of UNSCORED is never trained on.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from tqdm import tqdm

from segmentation.evaluation import UNSCORED
from segmentation.evaluation_sets import (
    CLASS_OF_FOLDER,
    held_out_street_names,
    read_photo,
    street_names,
    street_photos,
)
from segmentation.labels import GARMENTS
from segmentation.u2netp import load_foreground_network

Pixels = NDArray[np.uint8]
Mask = NDArray[np.uint8]

CLASS_OF_ARTICLE = {
    "Sunglasses": "eyewear",
    "Handbags": "bag",
    "Backpacks": "bag",
    "Clutches": "bag",
    "Belts": "belt",
    "Caps": "hat",
    "Scarves": "scarf",
    "Mufflers": "scarf",
    "Heels": "shoes",
    "Sandals": "shoes",
    "Casual Shoes": "shoes",
    "Flats": "shoes",
}
MOST_PHOTOS_OF_AN_ARTICLE = 120


@dataclass(frozen=True)
class LabelledPhoto:
    """pixels: uint8 (H, W, 3); class_ids: uint8 (H, W), a class of GARMENTS or UNSCORED; garment: its one, if known."""

    name: str
    pixels: Pixels
    class_ids: Mask
    garment: str = ""

    @property
    def is_labelled(self) -> bool:
        return bool((self.class_ids != UNSCORED).any())

    def holds(self, class_name: str) -> bool:
        return bool((self.class_ids == GARMENTS.id_of(class_name)).any())


def ccp_names(data: Path) -> tuple[list[str], list[str]]:
    """Return (training names, the fixed hold-out of 100 names) of the CCP photos with masks."""
    names = street_names(data)
    held_out = held_out_street_names(names)
    return [name for name in names if name not in held_out], sorted(held_out)


def ccp_photos(data: Path, names: Iterable[str]) -> list[LabelledPhoto]:
    """Return the CCP photos of `names` with their masks in our class ids."""
    return [LabelledPhoto(photo.name, photo.pixels, photo.class_ids) for photo in street_photos(data, list(names))]


def cache_foregrounds(data: Path, split: str, cache: Path, *, most_per_class: int) -> None:
    """Write the foregrounds of the first clothing-small photos of each class under `cache`, as PNG, once.

    One takes about 0.4 core-seconds, so the classes take turns: a run cut short leaves a balanced set.
    """
    foreground_of = load_foreground_network(data.parent / "weights/u2netp.onnx")
    folders = sorted((data / "clothing-small" / split).iterdir())
    in_turns = [
        (turn, path) for folder in folders for turn, path in enumerate(sorted(folder.glob("*.jpg"))[:most_per_class])
    ]
    for _, path in tqdm(sorted(in_turns), desc=f"foregrounds of {split}"):
        target = _cached_foreground(cache, path)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(foreground_of(read_photo(path))).save(target)


def _cached_foreground(cache: Path, photo_path: Path) -> Path:
    return cache / photo_path.parent.parent.name / photo_path.parent.name / f"{photo_path.stem}.png"


def looks_like_skin(pixels: Pixels) -> NDArray[np.bool_]:
    """Return where the colour is one that skin can have (YCbCr box of Chai and Ngan, 1999); bool (H, W)."""
    _, cb, cr = np.moveaxis(np.asarray(Image.fromarray(pixels).convert("YCbCr")), 2, 0)
    found: NDArray[np.bool_] = (cb >= 77) & (cb <= 127) & (cr >= 136) & (cr <= 173)
    return found


def single_garment_photos(data: Path, split: str, cache: Path) -> list[LabelledPhoto]:
    """Return all clothing-small photos, labelled as far as the labels are sure.

    Sure foreground is the folder's class, sure background 0, the rest UNSCORED; all of it where no foreground is
    cached. Many are worn, so skin-coloured foreground is not trained on: it may be an arm.
    """
    photos = []
    for path in sorted((data / "clothing-small" / split).glob("*/*.jpg")):
        pixels, garment = read_photo(path), CLASS_OF_FOLDER[path.parent.name]
        class_ids = np.full(pixels.shape[:2], UNSCORED, dtype=np.uint8)
        cached = _cached_foreground(cache, path)
        if cached.exists():
            foreground = np.asarray(Image.open(cached))
            class_ids[foreground < 40] = 0
            class_ids[(foreground > 190) & ~looks_like_skin(pixels)] = GARMENTS.id_of(garment)
        photos.append(LabelledPhoto(f"{path.parent.name}/{path.stem}", pixels, class_ids, garment))
    return photos


def catalogue_photos(data: Path) -> list[LabelledPhoto]:
    """Return catalogue photos of bags, belts, hats, eyewear, scarves and shoes; white ground is background."""
    taken: dict[str, int] = {}
    photos = []
    with (data / "fashion-products/products.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            article = row["articleType"]
            path = data / f"fashion-products/images/{row['id']}.jpg"
            if article in CLASS_OF_ARTICLE and taken.get(article, 0) < MOST_PHOTOS_OF_AN_ARTICLE and path.exists():
                taken[article] = taken.get(article, 0) + 1
                photos.append(_on_white_ground(row["id"], read_photo(path), GARMENTS.id_of(CLASS_OF_ARTICLE[article])))
    return photos


def _on_white_ground(name: str, pixels: Pixels, class_id: int) -> LabelledPhoto:
    darkest = pixels.min(axis=2)
    class_ids = np.full(darkest.shape, UNSCORED, dtype=np.uint8)
    class_ids[darkest > 248] = 0
    class_ids[darkest < 225] = class_id
    return LabelledPhoto(name, pixels, class_ids)


def on_another_ground(photo: LabelledPhoto, ground: Pixels, rng: np.random.Generator) -> LabelledPhoto:
    """Return a catalogue photo whose white ground is replaced by a stretched patch of `ground`."""
    height, width = photo.class_ids.shape
    side = int(rng.integers(24, 90))
    top, left = (int(rng.integers(0, max(1, extent - side))) for extent in ground.shape[:2])
    patch = Image.fromarray(ground[top : top + side, left : left + side]).resize((width, height))
    outside = photo.class_ids == 0
    alpha = Image.fromarray((~outside).astype(np.uint8) * 255).filter(ImageFilter.GaussianBlur(0.8))
    mixed = Image.composite(Image.fromarray(photo.pixels), patch, alpha)
    return LabelledPhoto(photo.name, np.asarray(mixed), photo.class_ids)


def drawn_photos(count: int, *, seed: int) -> list[LabelledPhoto]:
    """Return drawings with their exact masks: garments on white and other grounds, and as many dressed figures."""
    from demo.looks import random_look
    from demo.random_drawings import random_garment

    seeds = [seed * 100_000 + index for index in range(count // 2)]
    drawings = [draw(s) for s in tqdm(seeds, desc="drawing") for draw in (random_garment, random_look)]
    return [LabelledPhoto(f"drawn/{i}", drawing.image, drawing.class_ids) for i, drawing in enumerate(drawings)]


@dataclass(frozen=True)
class View:
    """How far a random view may depart from the whole photo fitted into the network's input."""

    smallest_zoom: float
    largest_zoom: float
    rotation_degrees: float


STREET_VIEW = View(0.75, 2.0, 6.0)
SINGLE_VIEW = View(0.7, 1.3, 15.0)


def random_view(
    photo: LabelledPhoto, size_hw: tuple[int, int], view: View, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return (pixels, float32 (3, H, W) in 0..1; class ids, int64 (H/2, W/2)) of a random view of the photo."""
    matrix = _inverse_affine(photo.class_ids.shape, size_hw, view, rng)
    height, width = size_hw
    fill = tuple(int(v) for v in rng.integers(0, 256, 3)) if rng.random() < 0.5 else (124, 116, 104)
    image = Image.fromarray(photo.pixels).transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=fill
    )
    a, b, c, d, e, f = matrix
    labels = Image.fromarray(photo.class_ids).transform(
        (width // 2, height // 2),
        Image.Transform.AFFINE,
        (2 * a, 2 * b, c, 2 * d, 2 * e, f),
        Image.Resampling.NEAREST,
        fillcolor=UNSCORED,
    )
    if rng.random() < 0.15:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.6))))
    coloured = _other_colours(np.asarray(image, dtype=np.float32) / 255.0, rng)
    return coloured.transpose(2, 0, 1), np.asarray(labels, dtype=np.int64)


ImageAndLabels = tuple[NDArray[np.float32], NDArray[np.int64]]


def with_person_of(other: ImageAndLabels, view: ImageAndLabels) -> ImageAndLabels:
    """Return `view` with all that `other` labels as person or garment pasted over it at the same place."""
    pasted = (other[1] != 0) & (other[1] != UNSCORED)
    at_full_size = pasted.repeat(2, axis=0).repeat(2, axis=1)
    return np.where(at_full_size, other[0], view[0]), np.where(pasted, other[1], view[1])


def _inverse_affine(
    photo_hw: tuple[int, ...], size_hw: tuple[int, int], view: View, rng: np.random.Generator
) -> tuple[float, float, float, float, float, float]:
    """Return the six numbers that take a pixel of the view to a place in the photo."""
    fit = min(size_hw[0] / photo_hw[0], size_hw[1] / photo_hw[1])
    zoom = fit * float(np.exp(rng.uniform(np.log(view.smallest_zoom), np.log(view.largest_zoom))))
    stretch = float(np.exp(rng.uniform(-0.12, 0.12)))
    angle = np.radians(rng.uniform(-1, 1) * view.rotation_degrees)
    flip = -1.0 if rng.random() < 0.5 else 1.0
    forward = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    forward = forward @ np.diag((flip * zoom * stretch, zoom / stretch))
    back = np.linalg.inv(forward)
    room = np.array((size_hw[1] - photo_hw[1] * zoom, size_hw[0] - photo_hw[0] * zoom)) / 2
    centre = np.array((size_hw[1], size_hw[0])) / 2 + room * rng.uniform(-1, 1, 2)
    shift = np.array((photo_hw[1], photo_hw[0])) / 2 - back @ centre
    return back[0, 0], back[0, 1], shift[0], back[1, 0], back[1, 1], shift[1]


def _other_colours(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the image, float32 (H, W, 3) in 0..1, with other light, contrast, tint and saturation."""
    grey = image.mean(axis=2, keepdims=True)
    saturation = 0.0 if rng.random() < 0.06 else float(rng.uniform(0.5, 1.5))
    changed = grey + (image - grey) * saturation
    gains = np.exp(rng.normal(0, 0.07, 3) + rng.normal(0, 0.2)).astype(np.float32)
    changed = (changed - 0.5) * np.float32(rng.uniform(0.7, 1.3)) + 0.5
    clipped: NDArray[np.float32] = np.clip(changed * gains, 0, 1).astype(np.float32)
    return clipped
