"""What the shop compares: a picture's trained embedding, with what its classifiers say of it, in one unit vector.

The classifiers' probabilities enter as square roots, so that the scalar product of two vectors compares their
distributions (Bhattacharyya, 1943): "the same article for the same people" counts even where two photos look unlike.
The colours measured in CIELAB (`recommender.colour`) come last; ONNX gives all parts before them.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from recommender.colour import with_colour
from training.encoder_batches import COLOUR_NAMES, GENDERS, PATTERNS, SEASONS, USAGES
from training.encoder_model import DualEncoder

SHARES = {"embedding": 0.47, "articles": 0.51, "colours": 0.02}
"""How much each part counts in a cosine; they sum to 1."""
TEMPERATURES = {"articles": 0.6, "colours": 1.0}
"""Of the classifiers' logits inside the vector: sharper articles tell types apart better."""
COLOUR_WEIGHT = 0.02
"""How much the measured colours count beside them (training/RESULTS.md)."""


class FusedImageEncoder(nn.Module):
    """Pictures (n, 3, S, S), normalised -> (unit vectors (n, D) without measured colours, attribute logits (n, T))."""

    def __init__(self, model: DualEncoder, articles: Sequence[str]) -> None:
        super().__init__()
        self.image, self.heads = model.image, model.heads
        self.blocks = attribute_values(articles)
        types, genders = self.blocks["articleType"], self.blocks["gender"]
        named = [article.split("|") for article in articles]
        self.register_buffer("not_of_type", _not_of([name for name, _ in named], types))
        self.register_buffer("not_of_gender", _not_of([gender for _, gender in named], genders))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        pooled = self.image.pooled(pictures)
        return self.vectors(pooled), self.attributes(pooled)

    def vectors(self, pooled: Tensor) -> Tensor:
        """Return the fused unit vectors, (n, D), of pooled features."""
        parts = [self.image.embedded(pooled) * SHARES["embedding"] ** 0.5]
        for name, temperature in TEMPERATURES.items():
            probabilities = (self.heads[name](pooled).float() / temperature).softmax(1)
            parts.append((probabilities * SHARES[name]).sqrt())
        return torch.cat(parts, dim=1)

    def attributes(self, pooled: Tensor) -> Tensor:
        """Return the logits of all attributes side by side, in the order of `blocks`."""
        articles = self.heads["articles"](pooled).float().log_softmax(1)
        types = (articles[:, None] + self.not_of_type).logsumexp(2)
        genders = (articles[:, None] + self.not_of_gender).logsumexp(2)
        others = [self.heads[name](pooled).float() for name in ("colours", "patterns", "usages", "seasons")]
        return torch.cat([types, genders, *others], dim=1)


def attribute_values(articles: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the values of each attribute in the order of the network's columns."""
    types = tuple(sorted({article.split("|")[0] for article in articles}))
    return {
        "articleType": types,
        "gender": GENDERS,
        "colour": COLOUR_NAMES,
        "pattern": PATTERNS,
        "usage": USAGES,
        "season": SEASONS,
    }


def _not_of(named: Sequence[str], values: Sequence[str]) -> Tensor:
    """Return (values, articles): 0 where the article has the value, a large negative number elsewhere."""
    return torch.tensor([[0.0 if name == value else -1e4 for name in named] for value in values])


def stored_vectors(fused: Tensor, squares: Sequence[NDArray[np.uint8]]) -> Tensor:
    """Return what an index stores, (n, D + COLOUR_DIM), for fused vectors and the pictures they are of."""
    return torch.from_numpy(with_colour(fused.numpy(), squares, weight=COLOUR_WEIGHT))
