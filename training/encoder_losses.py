"""What the encoders are trained towards."""

import torch
import torch.nn.functional as F
from torch import Tensor

from training.encoder_batches import UNKNOWN, Labels
from training.encoder_model import DualEncoder

PROXY_SCALE = 16.0
"""Cosines are multiplied by this before the softmax over proxies."""

ARTICLE_WEIGHT = 0.6
HEAD_WEIGHTS = {"colours": 0.4, "patterns": 0.3, "usages": 0.2, "seasons": 0.1}

WEIGHTS = {"types": 1.0, "colours": 0.5, "genders": 0.3, "usages": 0.15}


def contrastive(pictures: Tensor, captions: Tensor, fits: Tensor, scale: Tensor) -> Tensor:
    """CLIP's loss with several right answers, both ways.

    pictures: (n, d) and captions: (m, d), unit length. fits: (n, m): 1 described, 0 not, -1 unknown (left out).
    """
    logits = scale * pictures @ captions.T
    logits = logits.masked_fill(fits < 0, -1e4)
    right = (fits > 0).float()
    return 0.5 * (_several_right(logits, right) + _several_right(logits.T, right.T))


def _several_right(logits: Tensor, right: Tensor) -> Tensor:
    """Cross-entropy against the even distribution over the right answers of each row."""
    target = right / right.sum(dim=1, keepdim=True).clamp(min=1)
    return -(target * F.log_softmax(logits, dim=1)).sum(dim=1).mean()


def labelled(model: DualEncoder, embeddings: Tensor, labels: Labels) -> Tensor:
    """Pull embeddings to the proxies of what is known of them; what is unknown adds nothing."""
    total = WEIGHTS["types"] * _any_of(
        PROXY_SCALE * model.likeness(embeddings, "types"), torch.from_numpy(labels.types)
    )
    for name, known in (("colours", labels.colours), ("genders", labels.genders), ("usages", labels.usages)):
        target = torch.from_numpy(known)
        if bool((target != UNKNOWN).any()):
            logits = PROXY_SCALE * model.likeness(embeddings, name)
            total = total + WEIGHTS[name] * F.cross_entropy(logits, target, ignore_index=UNKNOWN, label_smoothing=0.05)
    return total


def classified(model: DualEncoder, pooled: Tensor, labels: Labels) -> Tensor:
    """Return the weighted cross-entropies of the plain classifiers; what is unknown adds nothing."""
    total = ARTICLE_WEIGHT * _any_of(model.heads["articles"](pooled).float(), torch.from_numpy(labels.articles))
    for name, weight in HEAD_WEIGHTS.items():
        target = torch.from_numpy(getattr(labels, name))
        if bool((target != UNKNOWN).any()):
            logits = model.heads[name](pooled).float()
            total = total + weight * F.cross_entropy(logits, target, ignore_index=UNKNOWN, label_smoothing=0.05)
    return total


def _any_of(logits: Tensor, allowed: Tensor) -> Tensor:
    """-log of the probability that the label is one of `allowed`; rows that allow none add nothing."""
    said = allowed.any(dim=1)
    chances = F.log_softmax(logits[said], dim=1)
    return -torch.logsumexp(chances.masked_fill(~allowed[said], -1e4), dim=1).mean()
