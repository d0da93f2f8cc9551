"""Writes the trained segmenter as the ONNX file and the facts that the embedded adapter reads."""

import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segmentation.labels import GARMENTS
from training.backbone import IMAGENET_MEAN, IMAGENET_STD
from training.encoder_export import quantise
from training.segmenter_network import GarmentNetwork

WEIGHTS = Path(__file__).parents[1] / "segmentation/weights"
MODEL_ID, REVISION = "garments-lite2", "2"
TAKEN_BACK = 0.8
INPUT_SIZES_HW = ((352, 256), (320, 256), (288, 288), (256, 320), (256, 352), (480, 192), (192, 480))
CLOSER_SIZES_HW = ((512, 352), (480, 384), (416, 416), (384, 480), (352, 512), (672, 256), (256, 672))


def export(
    network: GarmentNetwork, class_weights: Tensor, weights: Path = WEIGHTS, *, calibration: NDArray[np.float32]
) -> None:
    """Write garments.onnx (opset 17, convolutions in eight bits, one file) and garments.json under `weights`.

    class_weights: those of the training loss, (classes,). They make rare classes too likely; most of that is taken
    back in the exported biases. calibration: normalised photos, (n, 3, H, W), that set the ranges of the eight bits.
    """
    weights.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        network.classify.bias -= TAKEN_BACK * class_weights.log()
    plain = network.to(memory_format=torch.contiguous_format).eval()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "plain.onnx"
        torch.onnx.export(
            plain,
            (torch.zeros(1, 3, *INPUT_SIZES_HW[0]),),
            str(path),
            input_names=["image"],
            output_names=["logits"],
            dynamic_axes={name: {0: "n", 2: f"{name}_height", 3: f"{name}_width"} for name in ("image", "logits")},
            opset_version=17,
            dynamo=False,
        )
        quantise(path, weights / "garments.onnx", calibration, input_name="image")
    facts = {
        "model_id": MODEL_ID,
        "revision": REVISION,
        "label_set": GARMENTS.name,
        "names": GARMENTS.names,
        "input_sizes_hw": INPUT_SIZES_HW,
        "closer_sizes_hw": CLOSER_SIZES_HW,
        "mean": IMAGENET_MEAN,
        "std": IMAGENET_STD,
        "logits_stride": 4,
        "sha256": hashlib.sha256((weights / "garments.onnx").read_bytes()).hexdigest(),
    }
    (weights / "garments.json").write_text(json.dumps(facts, indent=2) + "\n")
