"""Tables behind what was chosen on held-out photos: `FASHION_DATA=… python -m training.choices parts words looks`.

parts: precision@10 of the released vectors with other shares of the squared vector for their parts. words: what words
weigh beside a photo (`recommender.similar.WEIGHT_OF_WORDS`). looks: how much the segmenter's closer look counts
(`segmentation.onnx_segmenter.CLOSER_WEIGHT`; 0: no second look). The product is the row marked `released`.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from unittest.mock import patch

import numpy as np
from tqdm import tqdm

from recommender.colour import COLOUR_DIM
from recommender.evaluation_retrieval import (
    Answers,
    Gallery,
    answers_to_catalogue_photos,
    answers_to_changes,
    answers_to_user_photos,
    codes_of,
)
from recommender.evaluation_sets import catalogue_products, is_held_out
from recommender.evaluation_shop import Intake
from recommender.onnx_encoder import OnnxImageEncoder, OnnxTextEncoder
from recommender.ports import Embeddings
from recommender.similar import WEIGHT_OF_WORDS
from segmentation.evaluation import Confusion
from segmentation.evaluation_sets import garment_photos
from segmentation.onnx_segmenter import CLOSER_WEIGHT, OnnxSegmenter
from training.encoder_batches import COLOUR_NAMES
from training.encoder_fusion import COLOUR_WEIGHT, SHARES
from training.retrieval_data import SEGMENTER_WEIGHTS, data_folder
from training.segmentation_data import ccp_names, ccp_photos

EMBEDDING_DIM = 256
RELEASED = (*(share * (1 - COLOUR_WEIGHT) for share in SHARES.values()), COLOUR_WEIGHT)
"""Shares of the squared vector: embedding, articles, colours, measured colours."""
OTHER_SHARES = (
    (1.0, 0.0, 0.0, 0.0),
    (0.0, 1.0, 0.0, 0.0),
    (0.95, 0.0, 0.0, 0.05),
    (0.8, 0.0, 0.0, 0.2),
    (0.5, 0.5, 0.0, 0.0),
    (0.45, 0.45, 0.1, 0.0),
    (0.35, 0.5, 0.1, 0.05),
    (0.4, 0.4, 0.15, 0.05),
)
WEIGHTS_OF_WORDS = (1.0, 2.0, 4.0, WEIGHT_OF_WORDS, 10.0)
CLOSER_WEIGHTS = (0.0, 0.3, 0.45, CLOSER_WEIGHT, 0.65, 1.0)


@dataclass
class Photos:
    """Held-out photos as the shop takes them in; looked at when first asked for."""

    @cached_property
    def gallery(self) -> Gallery:
        """The whole catalogue."""
        products = catalogue_products(data_folder())
        rows = tqdm(products, desc="catalogue", file=sys.stderr, mininterval=5)
        taken = self._intake.products(rows, lambda product: product.picture)
        return Gallery(taken.items, taken.vectors)

    @cached_property
    def asking(self) -> list[int]:
        """The gallery's rows that were not trained on."""
        return [row for row, product in enumerate(self.gallery.products) if is_held_out(product.title)]

    @cached_property
    def shoppers(self) -> tuple[list[str], Embeddings]:
        """Kinds and vectors of the shoppers' validation photos."""
        seen = list(self._intake.queries(garment_photos(data_folder()), lambda photo: photo.path))
        return [photo.kind for photo, _ in seen], np.stack([view.vector for _, view in seen])

    @cached_property
    def _intake(self) -> Intake:
        return Intake(OnnxImageEncoder(), OnnxSegmenter(SEGMENTER_WEIGHTS))


def shared_anew(vectors: Embeddings, shares: tuple[float, ...]) -> Embeddings:
    """Return released vectors, (n, dim), with other shares of the squared vector for their parts, at length 1."""
    colours = len(COLOUR_NAMES)
    articles = vectors.shape[1] - EMBEDDING_DIM - colours - COLOUR_DIM
    widths = (EMBEDDING_DIM, articles, colours, COLOUR_DIM)
    factors = [np.full(width, (new / old) ** 0.5) for width, new, old in zip(widths, shares, RELEASED, strict=True)]
    found: Embeddings = (vectors * np.concatenate(factors)).astype(np.float32)
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


def parts(photos: Photos) -> None:
    """Print what the parts of the vector give."""
    kinds, shoppers = photos.shoppers
    print("embedding, articles, colours, measured colours: (a) type and gender / and colour; (b) over photos / classes")
    for shares in (RELEASED, *OTHER_SHARES):
        gallery = Gallery(photos.gallery.products, shared_anew(photos.gallery.vectors, shares))
        alike, coloured = answers_to_catalogue_photos(gallery, photos.asking)
        users = answers_to_user_photos(gallery, shared_anew(shoppers, shares), kinds)
        print(
            f"{', '.join(f'{share:.2f}' for share in shares)}{_mark(shares == RELEASED)}: "
            f"{_mean(alike)} / {_mean(coloured)}; {_mean(users)} / {users.figure_over_classes().value:.3f}"
        )


def words(photos: Photos) -> None:
    """Print what the weight of words gives for "this, in blue" on held-out products."""
    gallery, rows = photos.gallery, photos.asking
    types = codes_of([(product.type_name,) for product in gallery.products])
    colours = [gallery.products[row].colour for row in rows]
    encode = OnnxTextEncoder().encode_texts
    print("weight of words beside a photo: precision@10 of same type and asked colour")
    for weight in WEIGHTS_OF_WORDS:
        with patch("recommender.similar.WEIGHT_OF_WORDS", weight):
            both, *_ = answers_to_changes(
                gallery,
                gallery.vectors[rows],
                types[rows][:, None] == types,
                colours,
                encode_texts=encode,
                own_rows=rows,
            )
        print(f"{weight:g}{_mark(weight == WEIGHT_OF_WORDS)}: {_mean(both)}")


def looks(_photos: Photos) -> None:
    """Print what the segmenter's closer look gives on held-out street photos."""
    segmenter = OnnxSegmenter(SEGMENTER_WEIGHTS)
    names = ccp_names(data_folder())[1]
    print("weight of the closer look: mean IoU of street photos")
    for weight in CLOSER_WEIGHTS:
        confusion = Confusion()
        with patch("segmentation.onnx_segmenter.CLOSER_WEIGHT", weight):
            for photo in ccp_photos(data_folder(), names):
                confusion.add(photo.class_ids, segmenter.segment(photo.pixels).class_ids)
        print(f"{weight:g}{_mark(weight == CLOSER_WEIGHT)}: {confusion.mean_iou():.3f}")


def _mean(answers: Answers) -> str:
    return f"{answers.figure().value:.3f}"


def _mark(is_released: bool) -> str:
    return " (released)" if is_released else ""


TABLES: dict[str, Callable[[Photos], None]] = {"parts": parts, "words": words, "looks": looks}


def main() -> None:
    """Print the tables that are named."""
    parser = argparse.ArgumentParser(prog="python -m training.choices", description=__doc__)
    parser.add_argument("tables", nargs="+", choices=tuple(TABLES))
    photos = Photos()
    for name in parser.parse_args().tables:
        TABLES[name](photos)


if __name__ == "__main__":
    main()
