"""Labels that a half-trained segmenter adds: photos known only by tags, and single-garment photos cleaned."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from segmentation.evaluation import UNSCORED
from segmentation.labels import GARMENTS
from segmentation.letterbox import Placement, best_size, fitted
from training.segmentation_data import LabelledPhoto, read_photo

WEIGHTS = Path(__file__).parents[1] / "segmentation/weights"

Probabilities = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""From a photo, uint8 (H, W, 3), to class probabilities, float32 (classes, H, W)."""


def exported_probabilities(weights: Path) -> Probabilities:
    """Return what the ONNX network of a folder (as in `segmentation/weights`) sees, without its cleaning."""
    import onnxruntime

    facts = json.loads((weights / "garments.json").read_text())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(weights / "garments.onnx"), options, providers=["CPUExecutionProvider"])
    mean, std = (np.array(facts[name], np.float32) for name in ("mean", "std"))

    def seen(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        height, width = photo.shape[:2]
        placed, placement = fitted(photo, best_size(height, width, facts["input_sizes_hw"]))
        image = ((placed / np.float32(255) - mean) / std).transpose(2, 0, 1)[None]
        logits = torch.from_numpy(session.run(None, {"image": np.ascontiguousarray(image)})[0])
        return at_photo_size(logits, placement, (height, width))

    return seen


def at_photo_size(logits: Tensor, placement: Placement, photo_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Return class probabilities, float32 (classes, H, W), from logits (1, classes, h, w) at a quarter of the input."""
    top, left, height, width = placement
    large = functional.interpolate(logits, scale_factor=4.0, mode="bilinear", align_corners=False)
    inner = large[:, :, top : top + height, left : left + width]
    whole = functional.interpolate(inner, size=photo_hw, mode="bilinear", align_corners=False)
    found: NDArray[np.float32] = whole.softmax(dim=1)[0].numpy()
    return found


def both_ways(probabilities_of: Probabilities) -> Probabilities:
    """Return the mean of what is seen in a photo and in its mirror image."""

    def seen(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        mirrored = probabilities_of(np.ascontiguousarray(photo[:, ::-1]))[:, :, ::-1]
        mean: NDArray[np.float32] = (probabilities_of(photo) + mirrored) / 2
        return mean

    return seen


ALWAYS_POSSIBLE = ("background", "skin", "hair")
SURE = 0.6


def labelled_by_tags(data: Path, probabilities_of: Probabilities) -> list[LabelledPhoto]:
    """Return the CCP photos without a mask, labelled where the network is sure among the classes of their tags."""
    groups = json.loads((data / "ccp/groups.json").read_text())
    tags = json.loads((data / "ccp/weak/tags.json").read_text())
    photos = []
    for name in tqdm(sorted(tags), desc="labels from tags"):
        pixels = read_photo(data / f"ccp/weak/photos/{name}.jpg")
        worn = {groups[tag] for tag in tags[name]} - {"ignore"}
        photos.append(LabelledPhoto(name, pixels, _sure_labels(probabilities_of(pixels), worn)))
    return photos


def _sure_labels(probabilities: NDArray[np.float32], worn: set[str]) -> NDArray[np.uint8]:
    allowed = np.zeros((len(GARMENTS.names), 1, 1), dtype=np.float32)
    for name in (*ALWAYS_POSSIBLE, *worn):
        allowed[GARMENTS.id_of(name)] = 1
    kept = probabilities * allowed
    kept /= np.maximum(kept.sum(axis=0), 1e-6)
    class_ids = kept.argmax(axis=0).astype(np.uint8)
    class_ids[kept.max(axis=0) < SURE] = UNSCORED
    return class_ids


def cleaned_single_garments(photos: list[LabelledPhoto], probabilities_of: Probabilities) -> list[LabelledPhoto]:
    """Return the photos with wearers' skin, hair and other garments told apart from the garment of the folder.

    A photo without labels gets its foreground from the network. Where the network surely sees skin, hair or a garment
    that is not easily confused with the folder's, that label stands; all other foreground keeps the folder's class.
    """
    return [_cleaned(photo, probabilities_of(photo.pixels)) for photo in tqdm(photos, desc="single garments")]


CONFUSABLE = (
    {"top", "outerwear", "dress", "skirt"},
    {"pants", "skirt", "dress"},
    {"scarf", "top", "outerwear"},
    {"hat", "bag"},
    {"shoes", "bag"},
)


def _cleaned(photo: LabelledPhoto, probabilities: NDArray[np.float32]) -> LabelledPhoto:
    own_id = GARMENTS.id_of(photo.garment)
    near = {photo.garment} | {name for group in CONFUSABLE if photo.garment in group for name in group}
    seen, surety = probabilities.argmax(axis=0), probabilities.max(axis=0)
    other = np.isin(seen, [i for i, name in enumerate(GARMENTS.names) if name not in near and i > 0])
    class_ids = photo.class_ids.copy()
    if not photo.is_labelled:
        class_ids[probabilities[0] > 0.85] = 0
        class_ids[probabilities[0] < 0.15] = own_id
    class_ids[other & (surety > 0.75)] = seen[other & (surety > 0.75)].astype(np.uint8)
    class_ids[other & (surety <= 0.75)] = UNSCORED
    class_ids[(photo.class_ids == UNSCORED) & (seen == own_id) & (surety > SURE)] = own_id
    return replace(photo, class_ids=class_ids)
