"""What adapters on torch share: importing what builds on torchvision, loading whole checkpoints, telling weights apart.

torchvision's wheel from PyPI is compiled against the CUDA build of torch. Beside the CPU build its own operators do not
load, and `import torchvision` ends in "operator torchvision::nms does not exist", although what is needed of it
(resizing, normalising) is plain torch. Declaring the two missing operators is enough. This lies in the shared ground
because `segmentation` and `recommender` both need it, and `storage` is the only room below the two.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

_MISSING_OPERATORS = ("nms", "qnms")
_kept: list[Any] = []


def import_with_torchvision(name: str) -> ModuleType:
    """Return the module `name` (open_clip, transformers, …). Raises ImportError when a library is not installed."""
    _make_torchvision_importable()
    return import_module(name)


def pretrained_network(auto_class: str, model: str, revision: str | None) -> Any:
    """Return a network of transformers, float32, ready for inference, from the hub or a folder.

    Raises ValueError when the checkpoint lacks weights: transformers would fill them with random numbers.
    """
    import torch

    loader = getattr(import_with_torchvision("transformers"), auto_class)
    network, report = loader.from_pretrained(model, revision=revision, dtype=torch.float32, output_loading_info=True)
    if report["missing_keys"]:
        raise ValueError(f"the checkpoint lacks the weights {', '.join(sorted(report['missing_keys'])[:5])}")
    return network.eval()


def weights_digest(network: Any, facts: Mapping[str, Any]) -> str:
    """Return 32 hexadecimal digits of a torch network's weights and of `facts` about how it is used."""
    import torch

    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode())
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()[:32]


@cache
def _make_torchvision_importable() -> None:
    try:
        import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        for half_imported in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[half_imported]
        _declare_operators()
        import_module("torchvision")


def _declare_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in _MISSING_OPERATORS:
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    # The declarations last as long as this object.
    _kept.append(library)
