"""Trained towers -> the files of `recommender/weights/`."""

import hashlib
import json
import warnings
from pathlib import Path

import onnx
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from training.backbone import IMAGENET_MEAN, IMAGENET_STD
from training.encoder_model import DIM, TOKEN_LIMIT, DualEncoder

ENCODER_ID = "fashion-insta-lite2"
INPUT_SIZE_PIXELS = 192


def export(model: DualEncoder, tokenizer: Tokenizer, folder: Path) -> str:
    """Write both towers, the tokenizer and `encoder.json`; return the revision, a digest of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    model = model.eval().float()
    revision = _digest(model)
    pictures = torch.zeros(2, 3, INPUT_SIZE_PIXELS, INPUT_SIZE_PIXELS)
    _write(model.image, pictures, {0: "n"}, folder / "image_encoder.onnx", revision)
    ids = torch.ones(2, 7, dtype=torch.int64)
    _write(model.text, ids, {0: "n", 1: "length"}, folder / "text_encoder.onnx", revision)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "encoder.json").write_text(json.dumps(_card(revision), indent=2) + "\n")
    return revision


def _digest(model: nn.Module) -> str:
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()[:12]


def _card(revision: str) -> dict[str, object]:
    image = {"size_pixels": INPUT_SIZE_PIXELS, "mean": IMAGENET_MEAN, "std": IMAGENET_STD}
    return {
        "encoder_id": ENCODER_ID,
        "revision": revision,
        "dim": DIM,
        "image": image,
        "text": {"token_limit": TOKEN_LIMIT},
    }


def _write(tower: nn.Module, example: Tensor, axes: dict[int, str], path: Path, revision: str) -> None:
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            tower,
            (example,),
            str(path),
            input_names=["input"],
            output_names=["embeddings"],
            dynamic_axes={"input": axes, "embeddings": {0: "n"}},
            opset_version=17,
            dynamo=False,
        )
    network = onnx.load(str(path))
    onnx.helper.set_model_props(network, {"revision": revision})
    onnx.checker.check_model(network)
    onnx.save(network, str(path))
