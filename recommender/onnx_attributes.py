"""The embedded attribute reader: the second output of the image encoder's network, by ONNX Runtime on the CPU."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.errors import EncoderReadsNoAttributes, EncoderWeightsDamaged
from recommender.onnx_encoder import WEIGHTS, EncoderCard, _Network
from recommender.ports import Pixels
from recommender.preprocess import encoder_input

_IMAGES_A_RUN = 16


@dataclass(frozen=True)
class AttributeBlock:
    """Neighbouring columns of the network's output that are the logits of one attribute's values."""

    name: str
    values: tuple[str, ...]
    temperature: float
    """Logits are divided by it, so that the softmax is right as often as it says (Guo et al., 2017)."""

    def probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return rows that sum to 1, float32 (n, values), of logits of the same shape."""
        scaled = logits / self.temperature
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        shares: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        return shares


class OnnxAttributeReader:
    """Garments -> probabilities of attributes. The network loads on first use and may be used by several threads."""

    def __init__(self, weights_dir: Path = WEIGHTS, *, threads: int = 1) -> None:
        """Read the card only.

        Raises EncoderWeightsMissing, EncoderWeightsDamaged, or EncoderReadsNoAttributes for weights without them.
        """
        self._path = weights_dir / "image_encoder.onnx"
        self._card = EncoderCard.read(weights_dir)
        self._blocks = _blocks_of(weights_dir / "encoder.json")
        self._network = _Network(self._path, self._card, threads)

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """Attribute -> the values that it may have, in the order of its probabilities."""
        return {block.name: block.values for block in self._blocks}

    def read_probabilities(self, images: Sequence[Pixels]) -> dict[str, NDArray[np.float32]]:
        """Return for each attribute one row an image, float32 (n, values), each summing to 1; (0, values) for none.

        Raises EncoderWeightsMissing, EncoderWeightsDamaged or EncoderWeightsMixed on first use.
        """
        logits = np.empty((len(images), sum(len(block.values) for block in self._blocks)), np.float32)
        for start in range(0, len(images), _IMAGES_A_RUN):
            part = slice(start, start + _IMAGES_A_RUN)
            logits[part] = self._logits(images[part], columns=logits.shape[1])
        return {block.name: block.probabilities(columns) for block, columns in self._columns(logits)}

    def _logits(self, images: Sequence[Pixels], *, columns: int) -> NDArray[np.float32]:
        found = self._network.outputs(encoder_input(images, self._card.image_format)).get("attributes")
        if found is None or found.shape[1] != columns:
            shape = "no attributes" if found is None else f"{found.shape[1]} columns of attributes"
            raise EncoderWeightsDamaged(self._path, f"it gives {shape}, encoder.json names {columns}")
        return found

    def _columns(self, logits: NDArray[np.float32]) -> Iterator[tuple[AttributeBlock, NDArray[np.float32]]]:
        start = 0
        for block in self._blocks:
            yield block, logits[:, start : start + len(block.values)]
            start += len(block.values)


def _blocks_of(card: Path) -> tuple[AttributeBlock, ...]:
    said = json.loads(card.read_text(encoding="utf-8")).get("attributes")
    if not said:
        raise EncoderReadsNoAttributes(card)
    try:
        return tuple(AttributeBlock(one["name"], tuple(one["values"]), float(one["temperature"])) for one in said)
    except (ValueError, KeyError, TypeError) as error:
        raise EncoderWeightsDamaged(card, f"attributes: {error!r}") from error
