"""What encoders on torch have in common: a public dual encoder, loaded once, gives vectors that the index can hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from recommender.colour import COLOUR_DIM, with_colour, with_no_colour
from recommender.errors import EncoderUnavailable
from recommender.ports import Embeddings, EncoderIdentity, Pixels
from recommender.preprocess import squared

WEIGHT_OF_COLOUR = 0.1
"""Share of the colours in a cosine of two pictures: little, for cosines of public encoders lie close together."""

_IMAGES_A_RUN = 8
_TEXTS_A_RUN = 32


@dataclass(frozen=True)
class Towers:
    """Both halves of a loaded network: torch rows, float (n, width), of any length.

    embed_images takes RGB PIL images, squares of side `size_pixels`, and resizes and normalises as was published.
    """

    embed_images: Callable[[Sequence[Any]], Any]
    embed_texts: Callable[[Sequence[str]], Any]
    size_pixels: int
    width: int
    digest: str
    """Of the weights and of how inputs are prepared."""


class TorchEncoder:
    """An `ImageEncoder` and a `TextEncoder` in one; it loads on first use, once, and may be shared by threads.

    A picture's vector carries its colours (`colour.py`), that of words leaves them open.
    """

    def __init__(self, load: Callable[[], Towers], *, encoder_id: str, setting: str, threads: int = 1) -> None:
        """encoder_id: a name for people; setting: what ENCODER must say to get this encoder again."""
        self._load = load
        self._encoder_id = encoder_id
        self._setting = setting
        self._threads = threads
        self._lock = Lock()
        self._towers: Towers | None = None

    @property
    def identity(self) -> EncoderIdentity:
        """The revision is a digest of the weights, so the first call loads them. Raises EncoderUnavailable."""
        towers = self._loaded()
        revision = f"{towers.digest}-colour-{COLOUR_DIM}-{WEIGHT_OF_COLOUR}"
        return EncoderIdentity(self._encoder_id, revision, towers.width + COLOUR_DIM, self._setting)

    def encode_images(self, images: Sequence[Pixels]) -> Embeddings:
        """Return one unit-length row an image, in order; (0, dim) for none. Raises EncoderUnavailable on first use."""
        towers = self._loaded()
        rows = np.empty((len(images), towers.width), np.float32)
        for start in range(0, len(images), _IMAGES_A_RUN):
            part = slice(start, start + _IMAGES_A_RUN)
            rows[part] = _unit_rows(towers.embed_images, [_whole(image, towers.size_pixels) for image in images[part]])
        return with_colour(rows, images, weight=WEIGHT_OF_COLOUR)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Return one unit-length row a text, in order; (0, dim) for none. Raises EncoderUnavailable on first use."""
        towers = self._loaded()
        rows = np.empty((len(texts), towers.width), np.float32)
        for start in range(0, len(texts), _TEXTS_A_RUN):
            part = slice(start, start + _TEXTS_A_RUN)
            rows[part] = _unit_rows(towers.embed_texts, texts[part])
        return with_no_colour(rows)

    def _loaded(self) -> Towers:
        with self._lock:
            if self._towers is None:
                self._towers = self._try_to_load()
            return self._towers

    def _try_to_load(self) -> Towers:
        try:
            import torch

            torch.set_num_threads(self._threads)
            return self._load()
        except ImportError as error:
            raise EncoderUnavailable(self._setting, f"{error}; pip install -e '.[models]'") from error
        except Exception as error:  # What libraries and hubs raise shares no base class.
            raise EncoderUnavailable(self._setting, str(error)) from error


def width_of(embed_texts: Callable[[Sequence[str]], Any]) -> int:
    """Return how many numbers the network gives for a text."""
    import torch

    with torch.inference_mode():
        return int(embed_texts(["a"]).shape[1])


def _whole(image: Pixels, size_pixels: int) -> Any:
    """Return the whole photo on a white square: published preparation would cut a long dress at both ends."""
    from PIL import Image

    return Image.fromarray(squared(image, size_pixels))


def _unit_rows(embed: Callable[[Sequence[Any]], Any], inputs: Sequence[Any]) -> Embeddings:
    import torch

    with torch.inference_mode():
        rows: Embeddings = torch.nn.functional.normalize(embed(inputs).float(), dim=-1).numpy()
    return rows
