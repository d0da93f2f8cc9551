"""Teach words to name pictures whose vectors no longer change (Zhai et al., 2022: locked-image tuning).

The second part of training the dual encoder: the picture tower and its classifiers stand, the text tower learns where
in the space of the stored vectors a caption belongs. A few minutes on one core.
"""

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from recommender.preprocess import InputFormat, normalised, squared
from training.backbone import IMAGENET_MEAN, IMAGENET_STD
from training.captions import Attributes, Caption, is_described, write_caption
from training.encoder_batches import SHARES, BatchMaker, as_number
from training.encoder_fusion import FusedImageEncoder, stored_vectors
from training.encoder_losses import contrastive
from training.encoder_model import TextTower
from training.encoder_tokens import token_ids
from training.retrieval_data import PictureSet
from training.tracking import RunLog

PICTURES_A_STEP, CAPTIONED_A_STEP = 224, 112
TOP_RATE = 1.5e-3
WARM_UP_STEPS = 50
FIRST_SCALE, MAX_SCALE = 20.0, 80.0
AVERAGING = 0.99
DROPPED_MERGES = 0.08
"""Words fall into smaller pieces at times, so that unseen forms are read by theirs (Provilkov et al., 2020)."""
PICTURES_A_RUN = 32
SIZE_PIXELS = 192
SEED = 21


@dataclass(frozen=True)
class NamedPictures:
    """Pictures of one source with what is known of them: unit vectors (n, D) and attributes."""

    vectors: Tensor
    attributes: tuple[Attributes, ...]


@torch.no_grad()
def named_pictures(encoder: FusedImageEncoder, pictures: PictureSet) -> NamedPictures:
    """Return the stored vectors of a source's pictures, seen whole and unvaried."""
    found = []
    for start in range(0, len(pictures), PICTURES_A_RUN):
        rows = range(start, min(start + PICTURES_A_RUN, len(pictures)))
        fused = encoder.vectors(pooled_features(encoder, pictures, rows))
        found.append(stored_vectors(fused, [pictures.pictures[row][:, :, :3] for row in rows]))
    return NamedPictures(torch.cat(found), tuple(example.attributes for example in pictures.examples))


@torch.no_grad()
def pooled_features(encoder: FusedImageEncoder, pictures: PictureSet, rows: Sequence[int]) -> Tensor:
    """Return the features under all heads, float32 (n, 1280), of some pictures."""
    images = torch.from_numpy(network_input(pictures, rows)).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        return encoder.image.pooled(images).float()


def network_input(pictures: PictureSet, rows: Sequence[int]) -> NDArray[np.float32]:
    """Return some pictures as the network sees them, normalised, (n, 3, SIZE_PIXELS, SIZE_PIXELS)."""
    squares = [squared(np.ascontiguousarray(pictures.pictures[row][:, :, :3]), SIZE_PIXELS) for row in rows]
    return normalised(np.stack(squares), InputFormat(SIZE_PIXELS, IMAGENET_MEAN, IMAGENET_STD))


def train_words(
    sources: dict[str, PictureSet],
    named: dict[str, NamedPictures],
    tokenizer: Tokenizer,
    *,
    minutes: float,
    log: RunLog,
) -> TextTower:
    """Return a text tower, its weights averaged, that puts captions beside the pictures they describe."""
    torch.manual_seed(SEED)
    dim = next(iter(named.values())).vectors.shape[1]
    tower = TextTower(tokenizer.get_vocab_size(), dim).train()
    averaged = {name: value.clone() for name, value in tower.state_dict().items()}
    log_scale = torch.nn.Parameter(torch.tensor(FIRST_SCALE).log())
    optimizer = torch.optim.AdamW([*tower.parameters(), log_scale], lr=TOP_RATE, betas=(0.9, 0.98), weight_decay=0.02)
    draws = _Draws(BatchMaker(sources, (), (), seed=SEED), named)
    in_pieces = Tokenizer.from_str(tokenizer.to_str())
    in_pieces.model.dropout = DROPPED_MERGES
    started, step, losses = time.monotonic(), 0, []
    while (progress := (time.monotonic() - started) / (60 * minutes)) < 1:
        optimizer.param_groups[0]["lr"] = TOP_RATE * _share_of_rate(progress, step)
        vectors, captions, fits = draws.next()
        with torch.autocast("cpu", torch.bfloat16):
            said = tower(token_ids(in_pieces, captions))
        loss = contrastive(vectors, said, fits, log_scale.exp().clamp(max=MAX_SCALE))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 5.0)
        optimizer.step()
        step += 1
        _average(averaged, tower, step)
        losses.append(float(loss.detach()))
        if step % 50 == 0:
            log.metrics({"words_loss": float(np.mean(losses[-50:]))}, step=step)
            print(
                f"words: step {step}  loss {np.mean(losses[-50:]):.3f}  {minutes * (1 - progress):.1f} min left",
                flush=True,
            )
    tower.load_state_dict(averaged)
    return tower.eval()


def _share_of_rate(progress: float, step: int) -> float:
    return min(1.0, (step + 1) / WARM_UP_STEPS) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


@torch.no_grad()
def _average(averaged: dict[str, Tensor], tower: TextTower, step: int) -> None:
    keep = min(AVERAGING, (1 + step) / (10 + step))
    for name, value in tower.state_dict().items():
        averaged[name].lerp_(value, 1 - keep)


class _Draws:
    """Draws pictures as the first part of training does, and captions in both languages for some of them."""

    def __init__(self, batches: BatchMaker, named: dict[str, NamedPictures]) -> None:
        self._batches, self._named = batches, named
        self._rng = random.Random(SEED)

    def next(self) -> tuple[Tensor, list[str], Tensor]:
        """Return (vectors (n, D), captions (m), fits int8 (n, m): 1 described, 0 not, -1 unknown)."""
        rows = [
            (source, row)
            for source, share in SHARES.items()
            for row in self._batches.draw(source, round(PICTURES_A_STEP * share / sum(SHARES.values())))
        ]
        self._rng.shuffle(rows)
        known = [self._named[source].attributes[row] for source, row in rows]
        captions = [self._caption(item, language) for language in ("en", "fr") for item in known[:CAPTIONED_A_STEP]]
        fits = np.array([[as_number(is_described(item, caption)) for caption in captions] for item in known], np.int8)
        vectors = torch.stack([self._named[source].vectors[row] for source, row in rows])
        return vectors, [self._batches.mistyped(caption.text) for caption in captions], torch.from_numpy(fits)

    def _caption(self, item: Attributes, language: Literal["en", "fr"]) -> Caption:
        return write_caption(item, language=language, rng=self._rng)
