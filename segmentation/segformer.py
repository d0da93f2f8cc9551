"""Any public SegFormer in the format of transformers, from the hub or from a folder."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation.cleaning import cleaned
from segmentation.decision import decide, nothing_in, shows_nothing, softmax
from segmentation.errors import SegmenterUnavailable
from segmentation.label_maps import MappedLabels, mapped_labels
from segmentation.labels import GARMENTS, LabelSet
from segmentation.ports import Pixels, Segmentation
from storage.torch_models import import_with_torchvision, pretrained_network, weights_digest


@dataclass(frozen=True)
class _Loaded:
    network: Any
    processor: Any
    labels: MappedLabels
    digest: str


class TransformersSegmenter:
    """A SegFormer of the hub or of a folder; loads on first use, once, and may be shared by threads.

    Its classes become those of the label set that they fit (`label_maps.py`). The photo is resized and normalised as
    the checkpoint's image processor says; what follows the network is the embedded segmenter's.
    """

    def __init__(self, model: str, *, revision: str = "", threads: int = 1) -> None:
        """model: OWNER/MODEL of the hub (revision: a commit or tag there), or a folder."""
        self._model = model
        self._revision = revision or None
        self._threads = threads
        self._lock = Lock()
        self._loaded: _Loaded | None = None

    @property
    def label_set(self) -> LabelSet:
        """Loads the network. Raises SegmenterUnavailable."""
        return self._ready().labels.label_set

    @property
    def model_id(self) -> str:
        """Name, and a digest of the weights. Raises SegmenterUnavailable."""
        shown = Path(self._model).name if Path(self._model).is_absolute() else self._model
        return f"{shown}@{self._ready().digest}"

    def segment(self, photo: Pixels) -> Segmentation:
        """Return the segmentation of one upright sRGB photo, uint8, shape (H, W, 3), of any size.

        Raises SegmenterUnavailable when the network cannot be loaded.
        """
        if shows_nothing(photo):
            return nothing_in(photo)
        ready = self._ready()
        coarse = ready.labels.probabilities(softmax(_logits(photo, ready)))
        if ready.labels.label_set == GARMENTS:
            coarse = cleaned(coarse, GARMENTS)
        # The published preparation fills the network's square with the photo, whatever its shape.
        rows, columns = coarse.shape[1:]
        return decide(coarse, (0, 0, rows, columns), 1, (photo.shape[0], photo.shape[1]))

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._try_to_load()
            return self._loaded

    def _try_to_load(self) -> _Loaded:
        try:
            import torch

            torch.set_num_threads(self._threads)
            return self._load()
        except ImportError as error:
            raise SegmenterUnavailable(self._model, f"{error}; pip install -e '.[models]'") from error
        except Exception as error:  # What libraries and hubs raise shares no base class.
            raise SegmenterUnavailable(self._model, str(error)) from error

    def _load(self) -> _Loaded:
        transformers = import_with_torchvision("transformers")
        config = transformers.AutoConfig.from_pretrained(self._model, revision=self._revision)
        labels = mapped_labels(config.id2label)
        network = pretrained_network("AutoModelForSemanticSegmentation", self._model, self._revision)
        processor = transformers.AutoImageProcessor.from_pretrained(self._model, revision=self._revision)
        return _Loaded(network, processor, labels, weights_digest(network, processor.to_dict()))


def _logits(photo: Pixels, ready: _Loaded) -> NDArray[np.float32]:
    """Return float32, shape (published classes, h, w), a quarter of the network's input along each axis."""
    import torch
    from PIL import Image

    pixels = ready.processor(images=Image.fromarray(photo), return_tensors="pt")["pixel_values"]
    with torch.inference_mode():
        logits: NDArray[np.float32] = ready.network(pixel_values=pixels).logits[0].numpy()
    return logits
