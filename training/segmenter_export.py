"""Writes the trained segmenter as the ONNX file and the facts that the embedded adapter reads."""

import hashlib
import json
from pathlib import Path

import torch
from torch import Tensor

from segmentation.labels import GARMENTS
from training.backbone import IMAGENET_MEAN, IMAGENET_STD
from training.segmenter_network import GarmentNetwork

WEIGHTS = Path(__file__).parents[1] / "segmentation/weights"
MODEL_ID, REVISION = "garments-lite2", "2"
TAKEN_BACK = 0.8
INPUT_SIZES_HW = ((416, 288), (384, 320), (352, 352), (320, 384), (288, 416), (544, 224), (224, 544))


def export(network: GarmentNetwork, class_weights: Tensor, weights: Path = WEIGHTS) -> None:
    """Write garments.onnx (opset 17, fp32, one file) and garments.json under `weights`.

    class_weights: those of the training loss, (classes,). They make rare classes too likely; half of that is taken
    back in the exported biases (on held-out photos better than all or nothing of it).
    """
    weights.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        network.classify.bias -= TAKEN_BACK * class_weights.log()
    plain = network.to(memory_format=torch.contiguous_format).eval()
    torch.onnx.export(
        plain,
        (torch.zeros(1, 3, 384, 256),),
        str(weights / "garments.onnx"),
        input_names=["image"],
        output_names=["logits"],
        dynamic_axes={"image": {2: "height", 3: "width"}, "logits": {2: "quarter_height", 3: "quarter_width"}},
        opset_version=17,
        dynamo=False,
    )
    facts = {
        "model_id": MODEL_ID,
        "revision": REVISION,
        "label_set": GARMENTS.name,
        "names": GARMENTS.names,
        "input_sizes_hw": INPUT_SIZES_HW,
        "mean": IMAGENET_MEAN,
        "std": IMAGENET_STD,
        "logits_stride": 4,
        "sha256": hashlib.sha256((weights / "garments.onnx").read_bytes()).hexdigest(),
    }
    (weights / "garments.json").write_text(json.dumps(facts, indent=2) + "\n")
