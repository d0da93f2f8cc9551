"""The pictures that the encoders learn from, with their attributes (the hold-out: recommender/evaluation_sets.py).

Pictures are read in place from FASHION_DATA and kept as RGBA squares (alpha: the garment) in `training/runs/encoder`.
"""

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from demo.spec import GarmentSpec
from recommender.evaluation_sets import USER_CLASS_TYPES, is_held_out
from recommender.preprocess import squared
from segmentation.onnx_segmenter import OnnxSegmenter
from training.caption_words import LONG_BOTTOMS, PATTERN_OF_DETAIL, SHOES
from training.captions import Attributes, brand_of, details_of, pattern_of

CACHE = Path(__file__).parent / "runs" / "encoder"
SEGMENTER_WEIGHTS = Path(__file__).parents[1] / "segmentation" / "weights"
CACHED_SIZE_PIXELS = 208

_USER_CLASS_DETAILS = {"longsleeve": frozenset({"long sleeves"})}
_MORE_USER_TYPES = {"outwear": frozenset({"Coats", "Cardigans"}), "longsleeve": frozenset({"Cardigans"})}

STREET_TAG_TYPES: dict[str, str] = {
    "bag": "Handbags|Backpacks|Clutches|Messenger Bag",
    "belt": "Belts",
    "blazer": "Blazers",
    "blouse": "Tops|Shirts",
    "boots": "Boots",
    "cape": "Coats",
    "cardigan": "Cardigans",
    "coat": "Coats",
    "dress": "Dresses",
    "flats": "Flats",
    "glasses": "Glasses",
    "gloves": "Gloves",
    "hat": "Caps|Hat",
    "heels": "Heels",
    "hoodie": "Sweatshirts",
    "jacket": "Jackets|Coats|Blazers",
    "jeans": "Jeans",
    "jumper": "Sweaters",
    "leggings": "Leggings|Tights|Stockings",
    "loafers": "Casual Shoes|Formal Shoes|Flats",
    "pants": LONG_BOTTOMS,
    "pumps": "Heels",
    "purse": "Handbags|Clutches",
    "romper": "Jumpsuits",
    "sandals": "Sandals|Heels|Flats",
    "scarf": "Scarves|Mufflers|Stoles",
    "shirt": "Shirts",
    "shoes": SHOES,
    "shorts": "Shorts",
    "skirt": "Skirts",
    "sneakers": "Casual Shoes|Sports Shoes",
    "socks": "Socks",
    "stockings": "Stockings|Tights",
    "suit": "Blazers",
    "sunglasses": "Sunglasses",
    "sweater": "Sweaters",
    "sweatshirt": "Sweatshirts",
    "t-shirt": "Tshirts",
    "tie": "Ties",
    "tights": "Tights|Stockings",
    "top": "Tops|Tshirts",
    "vest": "Waistcoat",
    "wallet": "Wallets",
    "watch": "Watches",
    "wedges": "Heels",
}

DRAWN_TYPES: dict[str, str] = {
    "t-shirt": "Tshirts",
    "tank top": "Innerwear Vests",
    "long-sleeved top": "Tops|Tshirts",
    "polo": "Tshirts",
    "shirt": "Shirts",
    "blouse": "Tops",
    "sweater": "Sweaters",
    "sweatshirt": "Sweatshirts",
    "hoodie": "Sweatshirts",
    "cardigan": "Cardigans",
    "jacket": "Jackets",
    "denim jacket": "Jackets",
    "leather jacket": "Jackets",
    "puffer jacket": "Jackets",
    "blazer": "Blazers",
    "coat": "Coats",
    "trench coat": "Coats",
    "jeans": "Jeans",
    "trousers": "Trousers",
    "leggings": "Leggings",
    "joggers": "Track Pants",
    "shorts": "Shorts",
    "denim shorts": "Shorts",
    "skirt": "Skirts",
    "pleated skirt": "Skirts",
    "pencil skirt": "Skirts",
    "denim skirt": "Skirts",
    "dress": "Dresses",
    "shirt dress": "Dresses",
    "slip dress": "Dresses",
    "knitted dress": "Dresses",
    "jumpsuit": "Jumpsuits",
    "sneakers": "Casual Shoes",
    "high sneakers": "Casual Shoes",
    "boots": "Boots",
    "ankle boots": "Boots",
    "heels": "Heels",
    "sandals": "Sandals",
    "flats": "Flats",
    "loafers": "Casual Shoes|Formal Shoes|Flats",
    "cap": "Caps",
    "beanie": "Caps",
    "hat": "Hat",
    "handbag": "Handbags",
    "tote": "Handbags",
    "crossbody bag": "Handbags",
    "backpack": "Backpacks",
    "belt": "Belts",
    "scarf": "Scarves",
    "sunglasses": "Sunglasses",
}
"""Type of a drawn garment (`demo.spec`) -> article types."""


DRAWN_COLOURS: dict[str, str] = {"navy": "Navy Blue", "khaki": "Olive"}
"""Colour names of the drawings that the catalogue calls something else; the others only differ by capitals."""

DRAWN_DETAILS: dict[str, str] = {
    "solid": "solid",
    "striped": "striped",
    "vertical": "striped",
    "pinstriped": "striped",
    "checked": "checked",
    "gingham": "checked",
    "dotted": "dotted",
    "floral": "floral",
    "leafy": "floral",
    "graphic": "printed",
}
_SLEEVED = ("top", "dress")
_SLEEVES = {"none": "sleeveless", "short": "short sleeves", "long": "long sleeves"}
DRAWINGS = 1500


@dataclass(frozen=True)
class Example:
    """One picture: where it is from, its name there and what is known of it."""

    source: str
    name: str
    attributes: Attributes
    held_out: bool = False


@dataclass(frozen=True)
class PictureSet:
    """Examples and their pictures: uint8, shape (n, CACHED_SIZE_PIXELS, CACHED_SIZE_PIXELS, 4), memory-mapped."""

    examples: tuple[Example, ...]
    pictures: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.examples)


def data_folder() -> Path:
    """Return the folder of the data sets. Raises SystemExit when FASHION_DATA is not set."""
    try:
        return Path(os.environ["FASHION_DATA"])
    except KeyError:
        raise SystemExit("Set FASHION_DATA to the folder of the data sets (training/data_cards lists them).") from None


def catalogue_examples() -> list[Example]:
    """Return every product of `fashion-products`, in the order of its table."""
    with (data_folder() / "fashion-products" / "products.csv").open(newline="", encoding="utf-8") as table:
        return [_product(row) for row in csv.DictReader(table)]


def catalogue_titles() -> list[str]:
    """Return the titles of the products that are not held out."""
    with (data_folder() / "fashion-products" / "products.csv").open(newline="", encoding="utf-8") as table:
        titles = [row["productDisplayName"] for row in csv.DictReader(table)]
    return [title for title in titles if not is_held_out(title)]


def _product(row: dict[str, str]) -> Example:
    title = row["productDisplayName"]
    attributes = Attributes(
        types=frozenset({row["articleType"]}),
        colour=row["baseColour"] or None,
        gender=row["gender"] or None,
        usage=row["usage"] or None,
        brand=brand_of(title),
        details=details_of(title),
        season=row["season"] or None,
        pattern=pattern_of(title),
    )
    return Example("catalogue", row["id"], attributes, held_out=is_held_out(title))


def catalogue_picture(example: Example) -> NDArray[np.uint8]:
    """Return the product's photo, uint8, shape (H, W, 3)."""
    return _rgb(data_folder() / "fashion-products" / "images" / f"{example.name}.jpg")


def user_examples(split: str) -> list[Example]:
    """Return the photos of `clothing-small`; split: train or validation; named `<class>/<file>`."""
    folder = data_folder() / "clothing-small" / split
    paths = sorted(folder.glob("*/*.jpg"))
    return [Example("user", f"{path.parent.name}/{path.name}", _user_attributes(path.parent.name)) for path in paths]


def _user_attributes(user_class: str) -> Attributes:
    types = USER_CLASS_TYPES[user_class] | _MORE_USER_TYPES.get(user_class, frozenset())
    return Attributes(types=types, details=_USER_CLASS_DETAILS.get(user_class, frozenset()))


def user_picture(example: Example, split: str) -> NDArray[np.uint8]:
    """Return a photo of `clothing-small`, uint8, shape (H, W, 3)."""
    return _rgb(data_folder() / "clothing-small" / split / example.name)


def _rgb(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def load_pictures(source: str) -> PictureSet:
    """Return a source's pictures from the cache, which the first call makes; source: a key of SOURCES."""
    table, pictures = CACHE / f"{source}.json", CACHE / f"{source}.npy"
    if not table.exists():
        _write_cache(source, table, pictures)
    examples = tuple(_example_from(row) for row in json.loads(table.read_text()))
    return PictureSet(examples, np.load(pictures, mmap_mode="r"))


def _write_cache(source: str, table: Path, pictures: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    found = [(example, rgba) for example, rgba in tqdm(SOURCES[source](), desc=f"caching {source}", mininterval=5)]
    np.save(pictures, np.stack([rgba for _, rgba in found]))
    table.write_text(json.dumps([_example_row(example) for example, _ in found]))


def _example_row(example: Example) -> dict[str, object]:
    attributes = vars(example.attributes)
    plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in attributes.items()}
    return {"source": example.source, "name": example.name, "held_out": example.held_out, "attributes": plain}


def _example_from(row: dict[str, object]) -> Example:
    plain = row["attributes"]
    assert isinstance(plain, dict)
    attributes = Attributes(**{key: frozenset(v) if isinstance(v, list) else v for key, v in plain.items()})
    return Example(str(row["source"]), str(row["name"]), attributes, bool(row["held_out"]))


Cut = tuple[Example, NDArray[np.uint8]]


def _catalogue_cuts() -> Iterator[Cut]:
    for example in catalogue_examples():
        picture = catalogue_picture(example)
        yield example, _rgba_square(picture, _not_white_ground(picture))


def _not_white_ground(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 255 for the product and 0 for near-white pixels that a straight line joins to the picture's edge."""
    light = picture.min(axis=2) >= 244
    ground = np.zeros_like(light)
    for axis in (0, 1):
        ground |= np.logical_and.accumulate(light, axis=axis)
        ground |= np.flip(np.logical_and.accumulate(np.flip(light, axis), axis=axis), axis)
    return np.where(ground, 0, 255).astype(np.uint8)


def _user_cuts() -> Iterator[Cut]:
    """User photos, cut out as the shop cuts them out: by the released segmenter, all garments together."""
    segmenter = OnnxSegmenter(SEGMENTER_WEIGHTS)
    for example in user_examples("train"):
        picture = user_picture(example, "train")
        garment = np.isin(segmenter.segment(picture).class_ids, segmenter.label_set.wearable_ids)
        yield example, _rgba_square(picture, np.where(garment, 255, 0).astype(np.uint8))


MIN_GARMENT_SIDE_PIXELS = 20
MIN_GARMENT_PIXELS = 350


def _street_cuts() -> Iterator[Cut]:
    folder = data_folder() / "ccp"
    labels = json.loads((folder / "labels.json").read_text())
    for path in sorted((folder / "masks").glob("*.png")):
        photo = _rgb(next((folder / "photos").glob(f"{path.stem}.*")))
        mask = np.asarray(Image.open(path))
        for value in np.unique(mask):
            types = STREET_TAG_TYPES.get(labels[value])
            if types is not None and (cut := _garment_square(photo, mask == value)) is not None:
                attributes = Attributes(frozenset(types.split("|")), details=details_of(labels[value]))
                example = Example("street", f"{path.stem}/{labels[value]}", attributes)
                yield example, cut


def _garment_square(photo: NDArray[np.uint8], garment: NDArray[np.bool_]) -> NDArray[np.uint8] | None:
    """Return the garment's surroundings as an RGBA square; None when it is too small to learn from."""
    rows, columns = np.flatnonzero(garment.any(axis=1)), np.flatnonzero(garment.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if min(bottom - top, right - left) < MIN_GARMENT_SIDE_PIXELS or garment.sum() < MIN_GARMENT_PIXELS:
        return None
    margin = round(0.06 * max(bottom - top, right - left))
    window = np.s_[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin]
    return _rgba_square(photo[window], np.where(garment[window], 255, 0).astype(np.uint8))


def _drawn_cuts() -> Iterator[Cut]:
    """Garments as the demo shop draws them, on white and coloured grounds."""
    from demo.random_drawings import random_garment

    for seed in range(DRAWINGS):
        drawing = random_garment(seed, side_pixels=CACHED_SIZE_PIXELS)
        garment = np.where(drawing.class_ids > 0, 255, 0).astype(np.uint8)
        attributes = drawn_attributes(drawing.attributes[0])
        yield Example("drawn", str(seed), attributes), _rgba_square(drawing.image, garment)


def drawn_attributes(spec: GarmentSpec) -> Attributes:
    """Return what captions may say of a drawn garment."""
    worn = spec.label in ("top", "outerwear", "pants", "skirt", "dress")
    details = {DRAWN_DETAILS[spec.pattern], *details_of(spec.type.replace("high sneakers", "high-top"))}
    if spec.label in _SLEEVED and spec.sleeves in _SLEEVES and spec.type != "tank top":
        details.add(_SLEEVES[spec.sleeves])
    return Attributes(
        types=frozenset(DRAWN_TYPES[spec.type].split("|")),
        colour=DRAWN_COLOURS.get(spec.colour, spec.colour.title()),
        gender=spec.body.title() if worn else None,
        details=frozenset(details),
        pattern=PATTERN_OF_DETAIL[DRAWN_DETAILS[spec.pattern]],
    )


def _rgba_square(picture: NDArray[np.uint8], garment: NDArray[np.uint8]) -> NDArray[np.uint8]:
    colour = squared(picture, CACHED_SIZE_PIXELS)
    inside = 255 - squared(255 - garment, CACHED_SIZE_PIXELS)[:, :, :1]
    return np.concatenate([colour, inside], axis=2)


SOURCES: dict[str, Callable[[], Iterator[Cut]]] = {
    "catalogue": _catalogue_cuts,
    "user": _user_cuts,
    "street": _street_cuts,
    "drawn": _drawn_cuts,
}


def main(sources: Sequence[str] = tuple(SOURCES)) -> None:
    """Make the caches that are missing."""
    for source in sources:
        print(source, len(load_pictures(source)))


if __name__ == "__main__":
    main()
