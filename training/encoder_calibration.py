"""Makes the classifiers' probabilities right as often as they say (temperature scaling: Guo et al., 2017)."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.captions import Attributes
from training.encoder_fusion import FusedImageEncoder
from training.encoder_words import pooled_features
from training.retrieval_data import PictureSet

TEMPERATURES = np.geomspace(0.4, 3.0, 60)


@torch.no_grad()
def attribute_temperatures(encoder: FusedImageEncoder, catalogue: PictureSet) -> dict[str, float]:
    """Return for each attribute the temperature under which held-out products' values are likeliest."""
    rows = [row for row, example in enumerate(catalogue.examples) if example.held_out]
    logits = encoder.attributes(pooled_features(encoder, catalogue, rows))
    columns = logits.split([len(values) for values in encoder.blocks.values()], dim=1)
    known = [catalogue.examples[row].attributes for row in rows]
    return {
        name: likeliest_temperature(part, _places([_known(item, name) for item in known], encoder.blocks[name]))
        for name, part in zip(encoder.blocks, columns, strict=True)
    }


def likeliest_temperature(logits: Tensor, places: NDArray[np.int64]) -> float:
    """Return the temperature of least cross-entropy of logits (n, values); places: right columns, -1 where unknown."""
    right = torch.from_numpy(places)
    losses = [float(F.cross_entropy(logits / float(one), right, ignore_index=-1)) for one in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _known(item: Attributes, attribute: str) -> str | None:
    return min(item.types) if attribute == "articleType" else getattr(item, attribute)


def _places(known: Sequence[str | None], values: Sequence[str]) -> NDArray[np.int64]:
    return np.array([values.index(value) if value in values else -1 for value in known], np.int64)
