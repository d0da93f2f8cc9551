"""The foreground network U2-NetP (Apache-2.0), a reference for masks: what stands out from its ground."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmentation.ports import Pixels

SIDE_PIXELS = 320
MEAN, STD = np.array((0.485, 0.456, 0.406)), np.array((0.229, 0.224, 0.225))

ForegroundOf = Callable[[Pixels], NDArray[np.uint8]]
"""From a photo, uint8 (H, W, 3), to how surely each pixel is foreground, uint8 (H, W), 255 = surely."""


def load_foreground_network(path: Path) -> ForegroundOf:
    """Return the network of an ONNX file as a function; it runs on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    input_name = session.get_inputs()[0].name

    def foreground_of(photo: Pixels) -> NDArray[np.uint8]:
        found = session.run(None, {input_name: _network_input(photo)})[0][0, 0]
        stretched = (found - found.min()) / max(float(np.ptp(found)), 1e-6)
        mask = Image.fromarray((stretched * 255).astype(np.uint8))
        return np.asarray(mask.resize((photo.shape[1], photo.shape[0]), Image.Resampling.BILINEAR))

    return foreground_of


def _network_input(photo: Pixels) -> NDArray[np.float32]:
    side = (SIDE_PIXELS, SIDE_PIXELS)
    small = np.asarray(Image.fromarray(photo).resize(side, Image.Resampling.BILINEAR), dtype=np.float32)
    scaled = small / max(float(small.max()), 1.0)
    normalised: NDArray[np.float32] = ((scaled - MEAN) / STD).transpose(2, 0, 1)[None].astype(np.float32)
    return normalised
