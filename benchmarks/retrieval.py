"""How well photos find the right products: ours beside plain ImageNet features, in one run.

    FASHION_DATA=… python -m benchmarks.retrieval [--whole-gallery] [--weights FOLDER] [--json]

The measures are `flask vision evaluate retrieval`'s, which also asks in words; held-out products and validation photos
only. ImageNet: the pooled features of EfficientNet-lite2 at its own 260 pixels, photos whole. The interval is that of
the difference, over the same queries.
"""

import argparse
import io
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recommender.evaluation import AT, mean_over_classes, paired_bootstrap, precision_at_10
from recommender.evaluation_phrases import ENGLISH, plain_phrases
from recommender.evaluation_retrieval import (
    Answers,
    Gallery,
    answers_to_catalogue_photos,
    answers_to_user_photos,
    answers_to_words,
    codes_of,
    relevant_to_users,
)
from recommender.evaluation_sets import CatalogueProduct, catalogue_products, is_held_out
from recommender.evaluation_shop import Intake
from recommender.onnx_encoder import WEIGHTS, OnnxImageEncoder, OnnxTextEncoder
from recommender.ports import Embeddings, Pixels
from recommender.preprocess import InputFormat, encoder_input
from segmentation.evaluation_sets import GarmentPhoto, garment_photos, read_photo
from segmentation.onnx_segmenter import OnnxSegmenter
from training.retrieval_data import SEGMENTER_WEIGHTS, data_folder

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["precision_at_10", "print_report"]

IMAGENET_SIZE_PIXELS = 260
"""What EfficientNet-lite2 was trained at."""
Encode = Callable[[Pixels], NDArray[np.float32]]


@dataclass(frozen=True)
class Row:
    """One line of the report: a task's precision@10 for ours and for ImageNet, and the interval of the difference."""

    task: str
    ours: float
    imagenet: float | None
    gain: tuple[float, float, float] | None
    queries: int


@dataclass(frozen=True)
class Seen:
    """What one encoder makes of the catalogue and of the shoppers' photos, and its core-milliseconds a picture."""

    gallery: Gallery
    photos: Embeddings
    core_ms: float


def imagenet_features() -> Encode:
    """Return EfficientNet-lite2's pooled ImageNet features as an encoder. Raises ImportError without [training]."""
    from training.backbone import IMAGENET_MEAN, IMAGENET_STD

    session = _imagenet_session()
    wanted = InputFormat(IMAGENET_SIZE_PIXELS, IMAGENET_MEAN, IMAGENET_STD)

    def encode(picture: Pixels) -> NDArray[np.float32]:
        pooled = session.run(None, {"input": encoder_input([picture], wanted)})[0].mean(axis=(2, 3))[0]
        unit: NDArray[np.float32] = pooled / np.linalg.norm(pooled)
        return unit

    return encode


def _imagenet_session() -> "InferenceSession":
    """Run it by ONNX Runtime on one core, as ours, for it is several times faster than torch."""
    import onnxruntime
    import torch

    from training.backbone import LITE2, load_backbone

    network = io.BytesIO()
    example = torch.zeros(1, 3, IMAGENET_SIZE_PIXELS, IMAGENET_SIZE_PIXELS)
    backbone = load_backbone(LITE2, with_head=True).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(backbone, (example,), network, input_names=["input"], dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(network.getvalue(), options, providers=["CPUExecutionProvider"])


def seen_by(
    product: Encode, photo: Encode, products: Sequence[CatalogueProduct], photos: Sequence[GarmentPhoto], what: str
) -> Seen:
    """Return what an encoder makes of all pictures; product, photo: from pixels to a unit vector."""
    started = time.process_time()
    rows = _rows((product(read_photo(one.picture)) for one in products), len(products), f"catalogue, {what}")
    core_ms = (time.process_time() - started) * 1000 / len(products)
    queries = _rows((photo(read_photo(one.path)) for one in photos), len(photos), f"photos, {what}")
    return Seen(Gallery(products, rows), queries, core_ms)


def _rows(vectors: Iterable[NDArray[np.float32]], total: int, what: str) -> Embeddings:
    return np.stack(list(tqdm(vectors, total=total, desc=what, mininterval=2, file=sys.stderr)))


def answers_of(seen: Seen, asking: Sequence[int], photos: Sequence[GarmentPhoto]) -> list[Answers]:
    """Return tasks (a) and (b) for what one encoder saw."""
    alike, coloured = answers_to_catalogue_photos(seen.gallery, asking)
    users = answers_to_user_photos(seen.gallery, seen.photos, [photo.kind for photo in photos])
    return [alike.renamed("(a) same type and gender"), coloured.renamed("(a) and colour"), users.renamed("(b) photo")]


def rows_of(ours: list[Answers], plain: list[Answers] | None) -> Iterator[Row]:
    """Yield the lines of the report, ours beside ImageNet's."""
    for number, mine in enumerate(ours):
        other = plain[number] if plain else None
        gain = paired_bootstrap(mine.precisions, other.precisions) if other else None
        yield Row(
            mine.task,
            mine.figure().value,
            other.figure().value if other else None,
            (gain.value, gain.low, gain.high) if gain else None,
            mine.queries,
        )
    over = mean_over_classes(ours[-1].precisions, ours[-1].classes)
    of_plain = mean_over_classes(plain[-1].precisions, plain[-1].classes) if plain else None
    yield Row(f"{ours[-1].task}, mean over classes", over, of_plain, None, ours[-1].queries)


@dataclass(frozen=True)
class Spread:
    """Cosines among the first ten: the 10, 25, 50 and 75 % quantiles of right answers, the median of wrong ones."""

    query: str
    right: tuple[float, float, float, float]
    wrong: float


def spread(query: str, likeness: NDArray[np.float32], relevant: NDArray[np.bool_]) -> Spread:
    """likeness, relevant: shape (number of queries, number of products)."""
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :AT]
    cosines = np.take_along_axis(likeness, nearest, axis=1)
    found = np.take_along_axis(relevant, nearest, axis=1)
    low, quarter, half, high = (float(np.quantile(cosines[found], share)) for share in (0.1, 0.25, 0.5, 0.75))
    return Spread(query, (low, quarter, half, high), float(np.median(cosines[~found])))


def spreads(seen: Seen, asking: Sequence[int], photos: Sequence[GarmentPhoto], text: OnnxTextEncoder) -> list[Spread]:
    """How alike right answers are, by kind of query: the steps of `recommender.similar.likeness_of` come from it."""
    products, vectors = seen.gallery.products, seen.gallery.vectors
    kinds = codes_of([(product.type_name, product.gender) for product in products])
    likeness = vectors[list(asking)] @ vectors.T
    likeness[np.arange(len(asking)), asking] = -1
    asked = [one for one in plain_phrases((p.type_name, p.colour) for p in products) if one.language == ENGLISH]
    described = np.array(
        [[one.is_answered_by(type_name=p.type_name, colour=p.colour, usage=p.usage) for p in products] for one in asked]
    )
    many = described.sum(axis=1) >= AT
    words = text.encode_texts([one.text for one, enough in zip(asked, many, strict=True) if enough])
    users = relevant_to_users(products, [photo.kind for photo in photos])
    return [
        spread("user photo", seen.photos @ vectors.T, users),
        spread("catalogue photo", likeness, kinds[list(asking)][:, None] == kinds),
        spread("words", words @ vectors.T, described[many]),
    ]


def print_report(
    weights: Path = WEIGHTS, *, as_json: bool = False, with_imagenet: bool = True, whole_gallery: bool = True
) -> None:
    """Measure the weights of a folder and print, as a table or as JSON."""
    data, text = data_folder(), OnnxTextEncoder(weights)
    intake = Intake(OnnxImageEncoder(weights), OnnxSegmenter(SEGMENTER_WEIGHTS))
    products, photos = catalogue_products(data, held_out=not whole_gallery), garment_photos(data)
    asking = [row for row, product in enumerate(products) if is_held_out(product.title)]
    ours = seen_by(intake.product, lambda picture: intake.user_photo(picture).vector, products, photos, "ours")
    plain = None
    if with_imagenet:
        encode = imagenet_features()
        plain = seen_by(encode, encode, products, photos, "ImageNet")
    rows = list(rows_of(answers_of(ours, asking, photos), answers_of(plain, asking, photos) if plain else None))
    for answers in answers_to_words(ours.gallery, text.encode_texts):
        rows.append(Row(f"(c) {answers.task}", answers.figure().value, None, None, answers.queries))
    _print(rows, spreads(ours, asking, photos, text), ours, plain, as_json=as_json)


def _print(rows: list[Row], likenesses: list[Spread], ours: Seen, plain: Seen | None, *, as_json: bool) -> None:
    if as_json:
        said = {"precision_at_10": list(map(asdict, rows)), "cosines": list(map(asdict, likenesses))}
        print(json.dumps(said | {"core_ms_a_catalogue_picture": ours.core_ms}, indent=2))
        return
    print(f"{'precision@10':32} {'ours':>6} {'ImageNet':>9} {'gain [95 %]':>24} {'queries':>8}")
    for row in rows:
        other = "" if row.imagenet is None else f"{row.imagenet:.3f}"
        gain = "" if row.gain is None else "{:+.3f} [{:+.3f}, {:+.3f}]".format(*row.gain)
        print(f"{row.task:32} {row.ours:6.3f} {other:>9} {gain:>24} {row.queries:8}")
    ratio = f", ImageNet features {plain.core_ms:.0f} ({ours.core_ms / plain.core_ms:.2f} x)" if plain else ""
    print(f"\ncore-milliseconds a catalogue picture, read and embedded: {ours.core_ms:.0f}{ratio}")
    print("\ncosine of right answers at 10, 25, 50, 75 %; wrong ones at 50 %")
    for kind in likenesses:
        print(f"{kind.query:44} {'  '.join(f'{cosine:.2f}' for cosine in (*kind.right, kind.wrong))}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the encoder's weights")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--no-imagenet", action="store_true", help="leave out the ImageNet column (faster)")
    parser.add_argument("--whole-gallery", action="store_true", help="search among all products, trained on or not")
    asked = parser.parse_args()
    print_report(
        asked.weights,
        as_json=asked.json,
        with_imagenet=not asked.no_imagenet,
        whole_gallery=asked.whole_gallery,
    )


if __name__ == "__main__":
    main()
