"""Labelled photos to judge a segmenter by: street photos with masks (`ccp`), photos of one garment (`clothing-small`).

Any folder of the same form will do; what the developers keep out of training is decided here, for both sides.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.errors import EvaluationSetMalformed, EvaluationSetMissing
from segmentation.evaluation import UNSCORED
from segmentation.labels import GARMENTS
from segmentation.ports import Pixels

CLASS_OF_FOLDER = {
    "t-shirt": "top",
    "shirt": "top",
    "longsleeve": "top",
    "outwear": "outerwear",
    "pants": "pants",
    "shorts": "pants",
    "dress": "dress",
    "hat": "hat",
    "shoes": "shoes",
    "skirt": "skirt",
}
"""Folder of a clothing-small photo -> the class of its garment in the label set `garments`."""

HOLD_OUT_SEED, HOLD_OUT_SIZE = 20, 100
DEFAULT_SPLIT = "validation"
_PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
# What Pillow reports damage through.
_UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


@dataclass(frozen=True)
class StreetPhoto:
    """pixels: uint8 (H, W, 3); class_ids: the truth, uint8 (H, W), classes of GARMENTS or UNSCORED."""

    name: str
    pixels: Pixels
    class_ids: NDArray[np.uint8]


@dataclass(frozen=True)
class GarmentPhoto:
    """A photo of one garment; kind: the name of its folder, a key of CLASS_OF_FOLDER."""

    path: Path
    kind: str


def read_photo(path: Path) -> Pixels:
    """Return a picture, uint8 (H, W, 3). Raises EvaluationSetMalformed when it is none."""
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except _UNREADABLE as error:
        raise EvaluationSetMalformed(path, f"cannot be read as a picture: {error}") from error


def street_names(data: Path, *, held_out: bool = False) -> list[str]:
    """Return the names of the street photos that have a mask; held_out: only those kept out of training.

    Raises EvaluationSetMissing, or EvaluationSetMalformed when there is no mask.
    """
    folder = needed(data / "ccp")
    names = sorted(path.stem for path in (folder / "masks").glob("*.png"))
    if not names:
        raise EvaluationSetMalformed(folder / "masks", "holds no mask (*.png)")
    return sorted(held_out_street_names(names)) if held_out else names


def held_out_street_names(names: Sequence[str]) -> set[str]:
    """Return which of the sorted names the developers keep out of training: a hundred, fixed (all, where fewer)."""
    return set(random.Random(HOLD_OUT_SEED).sample(names, min(HOLD_OUT_SIZE, len(names))))


def street_photos(data: Path, names: Sequence[str]) -> Iterator[StreetPhoto]:
    """Yield the street photos of these names with their truth. Raises EvaluationSetMalformed at the first bad one."""
    classes = group_ids(data)
    for name in names:
        yield _street_photo(data / "ccp", name, classes)


def _street_photo(folder: Path, name: str, classes: NDArray[np.uint8]) -> StreetPhoto:
    path = next((path for path in (folder / "photos").glob(f"{name}.*") if path.suffix in _PHOTO_SUFFIXES), None)
    if path is None:
        raise EvaluationSetMalformed(folder / "photos", f"lacks the photo of masks/{name}.png")
    pixels, tags = read_photo(path), _tags(folder / "masks" / f"{name}.png")
    if tags.shape != pixels.shape[:2] or tags.dtype != np.uint8:
        raise EvaluationSetMalformed(
            folder / "masks" / f"{name}.png", f"is no 8-bit mask of its photo's size: {tags.shape}"
        )
    return StreetPhoto(name, pixels, classes[tags])


def _tags(mask: Path) -> NDArray[Any]:
    try:
        with Image.open(mask) as image:
            return np.asarray(image)
    except _UNREADABLE as error:
        raise EvaluationSetMalformed(mask, f"cannot be read as a mask: {error}") from error


def group_ids(data: Path) -> NDArray[np.uint8]:
    """Return a look-up table, uint8 (256,), from a value of a CCP mask to our class id; `ignore` becomes UNSCORED.

    Raises EvaluationSetMalformed when labels.json and groups.json do not say it.
    """
    folder = needed(data / "ccp")
    table = np.full(256, UNSCORED, dtype=np.uint8)
    try:
        tags = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        groups = json.loads((folder / "groups.json").read_text(encoding="utf-8"))
        for value, tag in enumerate(tags):
            table[value] = UNSCORED if groups[tag] == "ignore" else GARMENTS.id_of(groups[tag])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise EvaluationSetMalformed(
            folder, f"labels.json and groups.json do not name each tag's group: {error}"
        ) from error
    return table


def garment_photos(data: Path, split: str = DEFAULT_SPLIT) -> list[GarmentPhoto]:
    """Return the photos of `clothing-small/<split>/<kind>`; of the only split there is, when `split` is not.

    Raises EvaluationSetMissing, or EvaluationSetMalformed when no folder of a known kind holds a photo.
    """
    folder = split_folder(data, split)
    photos = [
        GarmentPhoto(path, kind)
        for kind in sorted(CLASS_OF_FOLDER)
        for path in sorted((folder / kind).glob("*"))
        if path.suffix.lower() in _PHOTO_SUFFIXES
    ]
    if not photos:
        raise EvaluationSetMalformed(folder, f"holds no photo in a folder named {', '.join(sorted(CLASS_OF_FOLDER))}")
    return photos


def split_folder(data: Path, split: str) -> Path:
    """Return the folder of a split of clothing-small, or of the only one there is. Raises as `garment_photos`."""
    root = needed(data / "clothing-small")
    splits = sorted(path for path in root.iterdir() if path.is_dir() and path.name not in CLASS_OF_FOLDER)
    if (root / split).is_dir() or len(splits) == 1:
        return root / split if (root / split).is_dir() else splits[0]
    found = ", ".join(path.name for path in splits) or "none"
    raise EvaluationSetMalformed(root, f"has no split {split!r} (there: {found})")


def needed(folder: Path) -> Path:
    """Return the folder. Raises EvaluationSetMissing when it is not there."""
    if not folder.is_dir():
        raise EvaluationSetMissing(folder)
    return folder
