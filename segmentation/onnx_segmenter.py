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

from segmentation.cleaning import Probabilities, cleaned, is_worn
from segmentation.decision import decide, nothing_in, resized, shows_nothing, softmax
from segmentation.errors import SegmenterWeightsDamaged, SegmenterWeightsMissing
from segmentation.labels import GARMENTS, LabelSet
from segmentation.letterbox import best_size, fitted, shrunk
from segmentation.ports import Pixels, Segmentation

CLOSER_WEIGHT = 0.55
"""How much the second, larger and mirrored, look at people counts; found on held-out photos."""


@dataclass(frozen=True)
class WeightsFacts:
    """What garments.json says of garments.onnx."""

    model_id: str
    revision: str
    names: tuple[str, ...]
    input_sizes_hw: tuple[tuple[int, int], ...]
    closer_sizes_hw: tuple[tuple[int, int], ...]
    """Of the second look at photos of people; without any there is none."""
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

        A garment that lies alone is seen best whole and small; small things that people wear need a closer look.

        Raises SegmenterWeightsMissing or SegmenterWeightsDamaged when the network cannot be loaded.
        """
        if shows_nothing(photo):
            return nothing_in(photo)
        # Once for both looks: to make a large photo small costs as much as a tenth of the network.
        small = shrunk(photo, (*self._facts.input_sizes_hw, *self._facts.closer_sizes_hw))
        seen = self._look(small, self._facts.input_sizes_hw)
        if self._facts.closer_sizes_hw and is_worn(seen, self.label_set):
            closer = self._look(small, self._facts.closer_sizes_hw, mirrored=True)
            seen = CLOSER_WEIGHT * closer + (1 - CLOSER_WEIGHT) * resized(seen, closer.shape[1:])
        height, width = seen.shape[1:]
        return decide(cleaned(seen, self.label_set), (0, 0, height, width), 1, photo.shape[:2])

    def _look(self, photo: Pixels, sizes_hw: tuple[tuple[int, int], ...], *, mirrored: bool = False) -> Probabilities:
        """Return class probabilities of the photo, (classes, h, w), h and w a stride-th of its place in the input.

        mirrored: the network sees the photo's mirror image; the answer is the photo's all the same.
        """
        placed, (top, left, height, width) = fitted(photo, best_size(photo.shape[0], photo.shape[1], sizes_hw))
        logits = self._logits(placed[:, ::-1])[:, :, ::-1] if mirrored else self._logits(placed)
        coarse, stride = softmax(logits), self._facts.logits_stride
        grid_hw = (max(1, round(height / stride)), max(1, round(width / stride)))
        box = (left / stride, top / stride, (left + width) / stride, (top + height) / stride)
        return resized(coarse, grid_hw, box=box)

    def _logits(self, placed: NDArray[np.uint8]) -> NDArray[np.float32]:
        image = np.empty((1, 3, *placed.shape[:2]), dtype=np.float32)
        for plane, colour, mean, std in zip(
            image[0], placed.transpose(2, 0, 1), self._facts.mean, self._facts.std, strict=True
        ):
            np.multiply(colour, np.float32(1 / (255 * std)), out=plane)
            plane -= np.float32(mean / std)
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
                input_sizes_hw=_sizes(read["input_sizes_hw"]),
                closer_sizes_hw=_sizes(read.get("closer_sizes_hw", ())),
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


def _sizes(said: Any) -> tuple[tuple[int, int], ...]:
    return tuple((int(height), int(width)) for height, width in said)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SegmenterWeightsMissing(f"the segmenter's weights file {path} cannot be read") from error
