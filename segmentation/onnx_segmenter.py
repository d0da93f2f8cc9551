"""The embedded segmenter: a small network run by ONNX Runtime on one core."""

import hashlib
import json
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.cleaning import Probabilities, cleaned
from segmentation.errors import SegmenterWeightsDamaged, SegmenterWeightsMissing
from segmentation.labels import GARMENTS, LabelSet
from segmentation.letterbox import Placement, best_size, fitted
from segmentation.ports import Pixels, Region, Segmentation

LONGEST_WORKING_SIDE = 640
"""Classes are decided at this size at most; larger photos get the mask enlarged."""

LEAST_CONTRAST = 10
"""A photo whose lightest and darkest values are closer shows nothing (a covered lens); the network would guess."""


@dataclass(frozen=True)
class WeightsFacts:
    """What garments.json says of garments.onnx."""

    model_id: str
    revision: str
    names: tuple[str, ...]
    input_sizes_hw: tuple[tuple[int, int], ...]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    logits_stride: int
    sha256: str


class OnnxSegmenter:
    """Segments with `garments.onnx` of a weights folder; loads it on first use, once, and may be shared by threads."""

    label_set: LabelSet = GARMENTS

    def __init__(self, weights_dir: Path, *, threads: int = 1) -> None:
        self._weights_dir = weights_dir
        self._threads = threads
        self._loading = threading.Lock()
        self._loaded: Any = None

    @property
    def model_id(self) -> str:
        """Name and revision of the weights. Raises SegmenterWeightsMissing or SegmenterWeightsDamaged."""
        return f"{self._facts.model_id}@{self._facts.revision}"

    def segment(self, photo: Pixels) -> Segmentation:
        """Return the segmentation of one upright sRGB photo, uint8, shape (H, W, 3), of any size.

        Raises SegmenterWeightsMissing or SegmenterWeightsDamaged when the network cannot be loaded.
        """
        height, width = photo.shape[:2]
        if np.ptp(photo) < LEAST_CONTRAST:
            return Segmentation(np.zeros((height, width), dtype=np.uint8), ())
        size_hw = best_size(height, width, self._facts.input_sizes_hw)
        placed, placement = fitted(photo, size_hw)
        coarse = cleaned(_softmax(self._logits(placed)), self.label_set)
        scale = min(1.0, LONGEST_WORKING_SIDE / max(height, width))
        working_hw = (max(1, round(height * scale)), max(1, round(width * scale)))
        class_ids, surety = _decided(coarse, placement, working_hw, self._facts.logits_stride)
        confidences = _mean_by_class(class_ids, surety, len(self.label_set.names))
        if working_hw != (height, width):
            enlarged = Image.fromarray(class_ids).resize((width, height), Image.Resampling.NEAREST)
            class_ids = np.asarray(enlarged)
        return Segmentation(class_ids, _regions(class_ids, confidences))

    def _logits(self, placed: NDArray[np.uint8]) -> NDArray[np.float32]:
        scale = (1 / (255 * np.asarray(self._facts.std))).astype(np.float32)
        offset = (np.asarray(self._facts.mean) / np.asarray(self._facts.std)).astype(np.float32)
        image = np.ascontiguousarray((placed * scale - offset).transpose(2, 0, 1)[None])
        logits: NDArray[np.float32] = self._session().run(["logits"], {"image": image})[0][0]
        return logits

    @cached_property
    def _facts(self) -> WeightsFacts:
        text = _bytes_of(self._weights_dir / "garments.json")
        try:
            read = json.loads(text)
            facts = WeightsFacts(
                model_id=read["model_id"],
                revision=read["revision"],
                names=tuple(read["names"]),
                input_sizes_hw=tuple((int(h), int(w)) for h, w in read["input_sizes_hw"]),
                mean=tuple(read["mean"]),
                std=tuple(read["std"]),
                logits_stride=int(read["logits_stride"]),
                sha256=read["sha256"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SegmenterWeightsDamaged(f"garments.json in {self._weights_dir} is damaged: {error!r}") from error
        if facts.names != self.label_set.names:
            raise SegmenterWeightsDamaged(f"garments.json names other classes than the label set {self.label_set.name}")
        return facts

    def _session(self) -> Any:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def _load(self) -> Any:
        import onnxruntime

        network = _bytes_of(self._weights_dir / "garments.onnx")
        if hashlib.sha256(network).hexdigest() != self._facts.sha256:
            raise SegmenterWeightsDamaged(f"garments.onnx in {self._weights_dir} is not the file of garments.json")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # Without its own pool of memory the network is as fast, and gives back what a large batch took.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SegmenterWeightsMissing(f"the segmenter's weights file {path} cannot be read") from error


def _softmax(logits: NDArray[np.float32]) -> Probabilities:
    powers = np.exp(logits - logits.max(axis=0))
    shares: Probabilities = powers / powers.sum(axis=0)
    return shares


def _decided(
    coarse: Probabilities, placement: Placement, working_hw: tuple[int, int], stride: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return (class ids, uint8; the probability of each, float32), both of shape `working_hw`."""
    top, left, inner_height, inner_width = placement
    box = (left / stride, top / stride, (left + inner_width) / stride, (top + inner_height) / stride)
    likely = np.unique(coarse.argmax(axis=0))
    best = np.full(working_hw, -1.0, dtype=np.float32)
    class_ids = np.zeros(working_hw, dtype=np.uint8)
    for class_id in likely:
        plane = Image.fromarray(coarse[class_id]).resize(working_hw[::-1], Image.Resampling.BILINEAR, box=box)
        probability = np.asarray(plane)
        higher = probability > best
        class_ids[higher] = class_id
        np.maximum(best, probability, out=best)
    return class_ids, best


def _mean_by_class(class_ids: NDArray[np.uint8], surety: NDArray[np.float32], classes: int) -> NDArray[np.float64]:
    totals = np.bincount(class_ids.ravel(), weights=surety.ravel(), minlength=classes)
    means: NDArray[np.float64] = totals / np.maximum(np.bincount(class_ids.ravel(), minlength=classes), 1)
    return np.clip(means, 0.0, 1.0)


def _regions(class_ids: NDArray[np.uint8], confidences: NDArray[np.float64]) -> tuple[Region, ...]:
    areas = np.bincount(class_ids.ravel(), minlength=len(confidences))
    regions = []
    for class_id in np.flatnonzero(areas[1:]) + 1:
        inside = class_ids == class_id
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        regions.append(Region(int(class_id), box, float(confidences[class_id]), int(areas[class_id])))
    return tuple(regions)
