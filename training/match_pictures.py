"""The pictures that the calibration of "no good match" is fitted and judged on, seen as the shop sees them.

Vectors and what the segmenter saw are kept in `training/runs/match`, by what both networks' files hold.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from tqdm import tqdm

from recommender.from_photo import embed_garments, main_garment
from recommender.onnx_encoder import WEIGHTS, OnnxImageEncoder
from recommender.ports import Embeddings, Pixels
from segmentation.garments import whole_photo
from segmentation.onnx_segmenter import OnnxSegmenter
from training.retrieval_data import (
    DRAWN_TYPES,
    SEGMENTER_WEIGHTS,
    USER_CLASS_TYPES,
    catalogue_examples,
    catalogue_picture,
    data_folder,
    user_examples,
    user_picture,
)

CACHE = Path(__file__).parent / "runs" / "match"
TRAINING_PHOTOS_A_CLASS, SHOWN_OF_A_TYPE = 40, 150
STREETS, NONSENSE, DRAWN_PRODUCTS, DRAWN_QUERIES = 200, 120, 360, 120
SMALLEST_STREET_PIXELS = 96
PART = 100


@dataclass(frozen=True)
class Picture:
    """kinds: the article types that answer it, as `A|B`, empty where nothing does; group: what is the same thing."""

    name: str
    kinds: str
    group: str
    pixels: Pixels
    unseen: bool = True
    """False for what the encoder was trained on."""


@dataclass(frozen=True)
class Seen:
    """Pictures of one source, one row each: vectors float32 (n, dim), and what the segmenter saw where it was asked."""

    names: NDArray[np.str_]
    kinds: NDArray[np.str_]
    groups: NDArray[np.str_]
    unseen: NDArray[np.bool_]
    labels: NDArray[np.str_]
    confidences: NDArray[np.float64]
    box_shares: NDArray[np.float64]
    vectors: Embeddings

    def __len__(self) -> int:
        return len(self.names)


def seen(source: str) -> Seen:
    """Return a source's pictures as the shop's networks see them, from the cache or for the first time."""
    image, segmenter = OnnxImageEncoder(), OnnxSegmenter(SEGMENTER_WEIGHTS)
    folder = CACHE / networks_held()
    path = folder / f"{source}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        parts = list(_parts(source, path.with_suffix(""), image, None if source in GALLERIES else segmenter))
        np.savez(path, **{field.name: np.concatenate([part[field.name] for part in parts]) for field in fields(Seen)})
    with np.load(path) as stored:
        return Seen(**stored)


def _parts(
    source: str, folder: Path, image: OnnxImageEncoder, segmenter: OnnxSegmenter | None
) -> Iterator[dict[str, NDArray[np.generic]]]:
    """Yield the columns of PART pictures after another; a part that was seen before is read, so a stop loses little."""
    folder.mkdir(exist_ok=True)
    pictures = iter(tqdm({**GALLERIES, **QUERIES}[source](), desc=source, mininterval=5))
    for number, part in enumerate(iter(lambda: list(islice(pictures, PART)), [])):
        path = folder / f"{number}.npz"
        if not path.exists():
            rows = zip(*(_looked_at(picture, image, segmenter) for picture in part), strict=True)
            np.savez(path, **{field.name: np.array(column) for field, column in zip(fields(Seen), rows, strict=True)})
        with np.load(path) as stored:
            yield dict(stored)


@cache
def networks_held() -> str:
    """Return a name for encoder, segmenter and the code between them as they are: others make other vectors."""
    held = hashlib.sha256()
    code = [WEIGHTS.parent / name for name in ("from_photo.py", "preprocess.py", "onnx_encoder.py")]
    for path in (*code, *sorted(WEIGHTS.glob("*encoder.*")), SEGMENTER_WEIGHTS / "garments.onnx"):
        held.update(path.read_bytes())
    return held.hexdigest()[:12]


def _looked_at(picture: Picture, image: OnnxImageEncoder, segmenter: OnnxSegmenter | None) -> tuple[object, ...]:
    pixels = picture.pixels
    garments = [whole_photo(pixels)] if segmenter is None else main_garment(pixels, segmenter)
    garment = embed_garments(pixels, garments, image).garments[0]
    left, top, right, bottom = garment.box_xyxy_pixels
    share = (right - left) * (bottom - top) / (pixels.shape[0] * pixels.shape[1])
    return (
        picture.name,
        picture.kinds,
        picture.group,
        picture.unseen,
        garment.label,
        garment.confidence,
        share,
        garment.embedding,
    )


def subcategories() -> dict[str, str]:
    """Return the catalogue's subCategory of each article type."""
    with (data_folder() / "fashion-products" / "products.csv").open(newline="", encoding="utf-8") as table:
        return {row["articleType"]: row["subCategory"] for row in csv.DictReader(table)}


def _catalogue() -> Iterator[Picture]:
    with (data_folder() / "fashion-products" / "products.csv").open(newline="", encoding="utf-8") as table:
        titles = {row["id"]: row["productDisplayName"].strip().lower() for row in csv.DictReader(table)}
    for example in catalogue_examples():
        [kind] = example.attributes.types
        yield Picture(example.name, kind, titles[example.name], catalogue_picture(example), example.held_out)


def _held_out_products() -> Iterator[Picture]:
    return (picture for picture in _catalogue() if picture.unseen)


def _training_products(most_a_type: int) -> Iterator[Picture]:
    taken: dict[str, int] = {}
    for picture in _catalogue():
        taken[picture.kinds] = taken.get(picture.kinds, 0) + (not picture.unseen)
        if not picture.unseen and taken[picture.kinds] <= most_a_type:
            yield picture


def _shown_products() -> Iterator[Picture]:
    yield from _held_out_products()
    yield from _training_products(SHOWN_OF_A_TYPE)


def _user_photos(split: str, most_a_class: int) -> Iterator[Picture]:
    taken: dict[str, int] = {}
    for example in user_examples(split):
        name = example.name.split("/")[0]
        taken[name] = taken.get(name, 0) + 1
        if taken[name] <= most_a_class:
            kinds = "|".join(sorted(USER_CLASS_TYPES[name]))
            yield Picture(example.name, kinds, example.name, user_picture(example, split), split != "train")


def _streets() -> Iterator[Picture]:
    """Street photos with the columns cut away in which somebody stands."""
    folder = data_folder() / "ccp"
    found = 0
    for mask_path in sorted((folder / "masks").glob("*.png")):
        empty = ~np.asarray(Image.open(mask_path)).any(axis=0)
        if empty.sum() < SMALLEST_STREET_PIXELS or found >= STREETS:
            continue
        found += 1
        photo = _rgb(next((folder / "photos").glob(f"{mask_path.stem}.*")))[:, empty]
        yield Picture(mask_path.stem, "", mask_path.stem, np.ascontiguousarray(_lying(photo, found)))


def _lying(photo: Pixels, number: int) -> Pixels:
    """Return the upper, the lower part or all of a high narrow photo."""
    height, width = photo.shape[:2]
    kept = min(height, round(width / 1.3))
    return (photo[:kept], photo[(height - kept) // 2 :][:kept], photo[-kept:], photo)[number % 4]


def _nonsense() -> Iterator[Picture]:
    for seed in range(NONSENSE):
        yield Picture(str(seed), "", str(seed), drawn_nonsense(seed))


def drawn_nonsense(seed: int, *, side_pixels: int = 320) -> Pixels:
    """Return a drawing without any garment, uint8 (H, W, 3): noise, gradients, shapes, streets or lines of text."""
    rng = np.random.default_rng(seed)
    height, width = side_pixels, int(side_pixels * rng.uniform(0.7, 1.4))
    return (_noise, _gradient, _shapes, _street, _text)[seed % 5](rng, height, width)


def _noise(rng: np.random.Generator, height: int, width: int) -> Pixels:
    cell = int(rng.choice((1, 2, 4, 16, 40)))
    coarse = rng.integers(0, 256, (height // cell + 1, width // cell + 1, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def _gradient(rng: np.random.Generator, height: int, width: int) -> Pixels:
    corners = rng.integers(0, 256, (2, 2, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(corners).resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(0, 256, 3)
    return int(red), int(green), int(blue)


def _shapes(rng: np.random.Generator, height: int, width: int) -> Pixels:
    image = Image.new("RGB", (width, height), (255, 255, 255) if rng.random() < 0.5 else _colour(rng))
    pen = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 14))):
        x, y = int(rng.integers(0, width * 3 // 4)), int(rng.integers(0, height * 3 // 4))
        box = (x, y, x + int(rng.integers(10, width // 2)), y + int(rng.integers(10, height // 2)))
        (pen.ellipse, pen.rectangle)[int(rng.integers(2))](box, fill=_colour(rng))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 2)))))


def _street(rng: np.random.Generator, height: int, width: int) -> Pixels:
    image = Image.new("RGB", (width, height), (int(rng.integers(130, 220)), 200, 235))
    pen = ImageDraw.Draw(image)
    horizon = int(height * rng.uniform(0.4, 0.65))
    x = 0
    while x < width:
        step, top = int(rng.integers(30, 110)), int(horizon * rng.uniform(0, 0.8))
        pen.rectangle((x, top, x + step, horizon), fill=_colour(rng))
        for window in range(top + 8, horizon - 12, 22):
            for side in range(x + 6, x + step - 10, 18):
                pen.rectangle((side, window, side + 8, window + 12), fill=(70, 80, 95))
        x += step
    pen.polygon(((0, height), (width, height), (width * 0.6, horizon), (width * 0.4, horizon)), fill=(95, 95, 98))
    for _ in range(int(rng.integers(0, 4))):
        left, low = int(rng.integers(0, width)), int(rng.integers(horizon, height))
        pen.rounded_rectangle((left, low - 22, left + 62, low), 8, fill=_colour(rng))
        for wheel in (left + 8, left + 42):
            pen.ellipse((wheel, low - 7, wheel + 12, low + 5), fill=(20, 20, 20))
    grainy = np.asarray(image, np.float32) + rng.normal(0, 7, (height, width, 1))
    return np.clip(grainy, 0, 255).astype(np.uint8)


def _text(rng: np.random.Generator, height: int, width: int) -> Pixels:
    image = Image.new("RGB", (width, height), (250, 250, 248))
    pen = ImageDraw.Draw(image)
    for line in range(10, height, int(rng.integers(12, 30))):
        letters = "".join(rng.choice(list("abcdefghijklmnop  0123456789"), 60))
        pen.text((8, line), letters, fill=_colour(rng) if rng.random() < 0.2 else (30, 30, 30))
    return np.asarray(image)


def _drawn_products() -> Iterator[Picture]:
    from demo.draw import draw_garment
    from demo.products import demo_products

    for product in demo_products()[:DRAWN_PRODUCTS]:
        pixels = draw_garment(product.spec, side_pixels=256, seed=product.seed).image
        yield Picture(product.sku, DRAWN_TYPES[product.spec.type], product.sku, pixels)


def _drawn_queries() -> Iterator[Picture]:
    from demo.random_drawings import random_garment

    for seed in range(10_000, 10_000 + DRAWN_QUERIES):
        drawing = random_garment(seed)
        yield Picture(str(seed), DRAWN_TYPES[drawing.attributes[0].type], str(seed), drawing.image)


def _camvid() -> Iterator[Picture]:
    for path in sorted((data_folder() / "camvid").glob("*/photos/*"))[::2]:
        yield Picture(path.stem, "", path.stem, _rgb(path))


def _marketplace() -> Iterator[Picture]:
    folder = data_folder() / "marketplace-1050"
    with (folder / "products.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            name = f"{row['category']}/{row['sub_category']}/{row['product_name'][:60]}"
            yield Picture(name, "", row["uniq_id"], _rgb(folder / "images" / row["image"]))


def _rgb(path: Path) -> Pixels:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


Pictures = Callable[[], Iterator[Picture]]
GALLERIES: dict[str, Pictures] = {"catalogue": _shown_products, "drawn-products": _drawn_products}
QUERIES: dict[str, Pictures] = {
    "user-validation": lambda: _user_photos("validation", 1000),
    "user-train": lambda: _user_photos("train", TRAINING_PHOTOS_A_CLASS),
    "products": _held_out_products,
    "streets": _streets,
    "nonsense": _nonsense,
    "drawn": _drawn_queries,
    "camvid": _camvid,
    "marketplace": _marketplace,
}
