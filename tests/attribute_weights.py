"""Small real weights with attributes: a network of one average and one matrix, in the released files' form."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

VALUES = {
    "articleType": ("Tshirts", "Dresses", "Jeans", "Shirts", "Skirts"),
    "gender": ("Men", "Women", "Unisex"),
    "colour": ("Black", "White", "Red", "Navy Blue", "Multi"),
    "pattern": ("solid", "striped", "checked", "printed", "other"),
    "usage": ("Casual", "Sports", "Formal", "Ethnic"),
    "season": ("Spring", "Summer", "Fall", "Winter"),
}
COLUMNS = sum(len(values) for values in VALUES.values())
REVISION = "small"


def write_weights(
    folder: Path, *, outputs: tuple[str, ...] = ("embeddings", "attributes"), columns: int = COLUMNS
) -> Path:
    """Write `image_encoder.onnx` and `encoder.json` to a new folder; return it."""
    folder.mkdir()
    rng = np.random.default_rng(7)
    sizes = {"embeddings": 6, "attributes": columns}
    nodes = [
        helper.make_node("GlobalAveragePool", ["input"], ["means"]),
        helper.make_node("Flatten", ["means"], ["rows"]),
    ]
    nodes += [helper.make_node("MatMul", ["rows", f"to_{name}"], [name]) for name in outputs]
    matrices = [
        numpy_helper.from_array(rng.normal(size=(3, sizes[name])).astype(np.float32), f"to_{name}") for name in outputs
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", sizes[name]]) for name in outputs],
        matrices,
    )
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    helper.set_model_props(network, {"revision": REVISION})
    onnx.save(network, str(folder / "image_encoder.onnx"))
    (folder / "encoder.json").write_text(json.dumps(card()))
    return folder


def card() -> dict[str, object]:
    """What `encoder.json` says beside the small network."""
    return {
        "encoder_id": "small",
        "revision": REVISION,
        "dim": 6,
        "image": {"size_pixels": 8, "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
        "text": {"token_limit": 4},
        "attributes": [{"name": name, "values": values, "temperature": 2.0} for name, values in VALUES.items()],
    }
