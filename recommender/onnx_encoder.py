"""The embedded encoders: ONNX Runtime on the CPU, weights from a folder of this package."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recommender.colour import with_colour
from recommender.errors import EncoderWeightsDamaged, EncoderWeightsMissing, EncoderWeightsMixed
from recommender.ports import Embeddings, EncoderIdentity, Pixels
from recommender.preprocess import InputFormat, encoder_input

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parent / "weights"
"""The folder of the weights that come with this package."""

_IMAGES_A_RUN = 16
_TEXTS_A_RUN = 64


@dataclass(frozen=True)
class EncoderCard:
    """What `encoder.json` says of the weights beside it."""

    identity: EncoderIdentity
    image_format: InputFormat
    token_limit: int
    colour_weight: float
    """How much the measured colours count in a vector; without any (0), it has no such part."""
    sha256: Mapping[str, str] = field(default_factory=dict)
    """Of the files beside the card, by name: a network with a few damaged bytes runs, and finds the wrong things."""

    def __post_init__(self) -> None:
        """Raise ValueError for what no encoder is."""
        image = self.image_format
        if not all(type(number) is int and number > 0 for number in (self.identity.dim, image.size_pixels)):
            raise ValueError("dim and size_pixels are whole numbers above 0")
        if type(self.token_limit) is not int or self.token_limit < 1:
            raise ValueError("token_limit is a whole number above 0")
        if len(image.mean) != 3 or len(image.std) != 3 or not all(math.isfinite(one) for one in image.mean):
            raise ValueError("mean and std have three numbers each")
        if not all(math.isfinite(one) and one > 0 for one in image.std) or not 0 <= self.colour_weight <= 1:
            raise ValueError("std is above 0, colour_weight from 0 to 1")

    def require_sound(self, file: Path) -> None:
        """Raise EncoderWeightsDamaged when a file is not the one that the card describes."""
        expected = self.sha256.get(file.name)
        if expected is not None and hashlib.sha256(file.read_bytes()).hexdigest() != expected:
            raise EncoderWeightsDamaged(file, "it is not the file that encoder.json describes")

    def fitting(self, vectors: Embeddings) -> Embeddings:
        """Return the vectors. Raises EncoderWeightsDamaged when they have not the card's dimensions."""
        if vectors.shape[1] != self.identity.dim:
            reason = f"it says {self.identity.dim} dimensions, the networks give {vectors.shape[1]}"
            raise EncoderWeightsDamaged("encoder.json", reason)
        return vectors

    @classmethod
    def read(cls, weights_dir: Path) -> "EncoderCard":
        """Return the card of a weights folder. Raises EncoderWeightsMissing or EncoderWeightsDamaged."""
        path = weights_dir / "encoder.json"
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            image = said["image"]
            return cls(
                EncoderIdentity(said["encoder_id"], said["revision"], said["dim"]),
                InputFormat(image["size_pixels"], tuple(image["mean"]), tuple(image["std"])),
                said["text"]["token_limit"],
                said.get("colour_weight", 0.0),
                dict(said.get("sha256", {})),
            )
        except FileNotFoundError as error:
            raise EncoderWeightsMissing(path) from error
        except (ValueError, KeyError, TypeError) as error:
            raise EncoderWeightsDamaged(path, str(error)) from error


class OnnxImageEncoder:
    """Photos -> embeddings. Made at once; the network loads on first use and may be used by several threads."""

    def __init__(self, weights_dir: Path = WEIGHTS, *, threads: int = 1) -> None:
        """Read the card only. Raises EncoderWeightsMissing or EncoderWeightsDamaged."""
        self._card = EncoderCard.read(weights_dir)
        self._network = _Network(weights_dir / "image_encoder.onnx", self._card, threads)

    @property
    def identity(self) -> EncoderIdentity:
        """The encoder of these weights."""
        return self._card.identity

    def encode_images(self, images: Sequence[Pixels]) -> Embeddings:
        """Return one unit-length row an image, in order; (0, dim) for none.

        Raises EncoderWeightsMissing, EncoderWeightsDamaged or EncoderWeightsMixed on first use.
        """
        rows = np.empty((len(images), self.identity.dim), np.float32)
        for start in range(0, len(images), _IMAGES_A_RUN):
            part = slice(start, start + _IMAGES_A_RUN)
            found = self._network.run(encoder_input(images[part], self._card.image_format))
            weight = self._card.colour_weight
            vectors = with_colour(found, images[part], weight=weight) if weight else found
            rows[part] = self._card.fitting(vectors)
        return rows


class OnnxTextEncoder:
    """Words -> embeddings. Made at once; the network loads on first use and may be used by several threads."""

    def __init__(self, weights_dir: Path = WEIGHTS, *, threads: int = 1) -> None:
        """Read the card only. Raises EncoderWeightsMissing or EncoderWeightsDamaged."""
        self._card = EncoderCard.read(weights_dir)
        self._network = _Network(weights_dir / "text_encoder.onnx", self._card, threads)
        self._tokens = _Tokens(weights_dir / "tokenizer.json", self._card)

    @property
    def identity(self) -> EncoderIdentity:
        """The encoder of these weights."""
        return self._card.identity

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Return one unit-length row a text, in order; (0, dim) for none. Words past the token limit are left out.

        Raises EncoderWeightsMissing, EncoderWeightsDamaged or EncoderWeightsMixed on first use.
        """
        rows = np.empty((len(texts), self.identity.dim), np.float32)
        for start in range(0, len(texts), _TEXTS_A_RUN):
            part = slice(start, start + _TEXTS_A_RUN)
            rows[part] = self._card.fitting(self._network.run(self._tokens.ids(texts[part])))
        return rows


class _Network:
    """One ONNX file with one input and one output, loaded once."""

    def __init__(self, path: Path, card: EncoderCard, threads: int) -> None:
        self._path = path
        self._card = card
        self._threads = threads
        self._lock = Lock()
        self._session: InferenceSession | None = None

    def run(self, values: NDArray[np.float32] | NDArray[np.int64]) -> Embeddings:
        session = self._loaded()
        result: Embeddings = session.run(None, {session.get_inputs()[0].name: values})[0]
        return result

    def outputs(self, values: NDArray[np.float32] | NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
        """Return everything that the network says, by the name of the output."""
        session = self._loaded()
        found = session.run(None, {session.get_inputs()[0].name: values})
        return {output.name: value for output, value in zip(session.get_outputs(), found, strict=True)}

    def _loaded(self) -> "InferenceSession":
        with self._lock:
            if self._session is None:
                self._session = self._load()
            return self._session

    def _load(self) -> "InferenceSession":
        import onnxruntime

        if not self._path.exists():
            raise EncoderWeightsMissing(self._path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # Without its own pool of memory the network is as fast, and gives back what a large batch took.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class.
            raise EncoderWeightsDamaged(self._path, str(error)) from error
        found = session.get_modelmeta().custom_metadata_map.get("revision", "")
        if found != self._card.identity.revision:
            raise EncoderWeightsMixed(self._path, found, self._card.identity.revision)
        self._card.require_sound(self._path)
        return session


class _Tokens:
    """The tokenizer of a weights folder, loaded once; id 0 pads."""

    def __init__(self, path: Path, card: EncoderCard) -> None:
        self._path = path
        self._card = card
        self._limit = card.token_limit
        self._lock = Lock()
        self._tokenizer: Tokenizer | None = None

    def ids(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return int64, shape (n, longest), for at least one text; a text without words is one unknown word."""
        tokenizer = self._loaded()
        unknown = [tokenizer.token_to_id("[UNK]") or 0]
        encoded = [found.ids[: self._limit] or unknown for found in tokenizer.encode_batch(list(texts))]
        ids = np.zeros((len(encoded), max(len(row) for row in encoded)), np.int64)
        for row, found in zip(ids, encoded, strict=True):
            row[: len(found)] = np.array(found, np.int64)
        return ids

    def _loaded(self) -> "Tokenizer":
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = self._load()
            return self._tokenizer

    def _load(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        if not self._path.exists():
            raise EncoderWeightsMissing(self._path)
        try:
            tokenizer = Tokenizer.from_file(str(self._path))
        except Exception as error:  # The tokenizers library raises plain Exception.
            raise EncoderWeightsDamaged(self._path, str(error)) from error
        self._card.require_sound(self._path)
        return tokenizer
