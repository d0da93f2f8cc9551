"""Trained towers -> the files of `recommender/weights/`."""

import hashlib
import json
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from recommender.colour import COLOUR_DIM
from training.backbone import IMAGENET_MEAN, IMAGENET_STD
from training.encoder_fusion import COLOUR_WEIGHT, SHARES, TEMPERATURES, FusedImageEncoder
from training.encoder_model import TOKEN_LIMIT, TextTower

ENCODER_ID = "fashion-insta-lite2"
INPUT_SIZE_PIXELS = 192


def export(
    images: FusedImageEncoder,
    words: TextTower,
    tokenizer: Tokenizer,
    folder: Path,
    *,
    calibration: NDArray[np.float32],
    temperatures: Mapping[str, float],
) -> str:
    """Write both towers, the tokenizer and `encoder.json`; return the revision, a digest of the weights.

    The convolutions of the image tower are kept in eight bits (four times smaller, about three times as quick).
    calibration: normalised pictures, (n, 3, S, S), that set their ranges. temperatures: of each attribute's logits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    images, words = images.eval().float(), words.eval().float()
    revision = _digest(images, words)
    pictures = torch.zeros(2, 3, INPUT_SIZE_PIXELS, INPUT_SIZE_PIXELS)
    axes = {"input": {0: "n"}, "embeddings": {0: "n"}, "attributes": {0: "n"}}
    path = folder / "image_encoder.onnx"
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        _write(images, pictures, ["embeddings", "attributes"], axes, plain)
        quantise(plain, path, calibration)
    _name_revision(path, revision)
    ids = torch.ones(2, 7, dtype=torch.int64)
    axes = {"input": {0: "n", 1: "length"}, "embeddings": {0: "n"}}
    _write(words, ids, ["embeddings"], axes, folder / "text_encoder.onnx")
    _name_revision(folder / "text_encoder.onnx", revision)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    files = (path, folder / "text_encoder.onnx", folder / "tokenizer.json")
    sha256 = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    card = _card(images, revision, temperatures) | {"sha256": sha256}
    (folder / "encoder.json").write_text(json.dumps(card, indent=1) + "\n")
    return revision


def _digest(*towers: nn.Module) -> str:
    digest = hashlib.sha256(json.dumps([SHARES, TEMPERATURES, COLOUR_WEIGHT, INPUT_SIZE_PIXELS]).encode())
    for name, value in sorted(item for tower in towers for item in tower.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()[:12]


def _card(images: FusedImageEncoder, revision: str, temperatures: Mapping[str, float]) -> dict[str, object]:
    dim = images.vectors(torch.zeros(1, images.image.backbone.head_channels)).shape[1]
    return {
        "encoder_id": ENCODER_ID,
        "revision": revision,
        "dim": dim + COLOUR_DIM,
        "colour_weight": COLOUR_WEIGHT,
        "image": {"size_pixels": INPUT_SIZE_PIXELS, "mean": IMAGENET_MEAN, "std": IMAGENET_STD},
        "text": {"token_limit": TOKEN_LIMIT},
        "attributes": [
            {"name": name, "values": values, "temperature": round(temperatures[name], 3)}
            for name, values in images.blocks.items()
        ],
    }


def _write(
    tower: nn.Module, example: Tensor, outputs: list[str], axes: Mapping[str, Mapping[int, str]], path: Path
) -> None:
    plain = tower.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            plain,
            (example,),
            str(path),
            input_names=["input"],
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )


def _name_revision(path: Path, revision: str) -> None:
    network = onnx.load(str(path))
    onnx.helper.set_model_props(network, {"revision": revision})
    onnx.checker.check_model(network)
    onnx.save(network, str(path))


def quantise(
    plain: Path, path: Path, calibration: NDArray[np.float32], *, input_name: str = "input", batch: int = 8
) -> None:
    """Write the network with convolutions in eight bits: weights by channel, ranges from `calibration` (n, 3, H, W)."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Pictures(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._parts: Iterator[NDArray[np.float32]] = iter(
                calibration[start : start + batch] for start in range(0, len(calibration), batch)
            )

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            part = next(self._parts, None)
            return None if part is None else {input_name: part}

    prepared = plain.with_suffix(".prepared.onnx")
    quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
    # Behind the last convolution stand logarithms and masks, which eight bits cannot hold.
    nodes = onnx.load(str(prepared)).graph.node
    last = max(at for at, node in enumerate(nodes) if node.op_type == "Conv")
    after = [node.name for node in nodes[last + 2 :]]
    quantize_static(
        str(prepared),
        str(path),
        Pictures(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=after,
    )
