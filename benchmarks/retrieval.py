"""How well photos and words find the right products: `python -m benchmarks.retrieval` (FASHION_DATA must be set).

Ours and plain ImageNet features side by side. Precision@10: the share of the ten nearest products that are relevant;
a query with fewer than ten relevant products is left out.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recommender.onnx_encoder import WEIGHTS, OnnxImageEncoder, OnnxTextEncoder
from recommender.ports import Embeddings, Pixels
from recommender.preprocess import InputFormat, encoder_input
from segmentation.errors import SegmentationError
from segmentation.garments import garments_in
from segmentation.onnx_segmenter import OnnxSegmenter
from training.captions import COLOURS, NOUNS, FrenchNoun, Noun
from training.retrieval_data import (
    USER_CLASS_TYPES,
    Example,
    catalogue_examples,
    catalogue_picture,
    user_examples,
    user_picture,
)

SEGMENTER_WEIGHTS = Path(__file__).parents[1] / "segmentation" / "weights"
AT = 10
PICTURES_A_STEP = 32
Encode = Callable[[Sequence[Pixels]], Embeddings]


@dataclass(frozen=True)
class Row:
    """One line of the report: a task, its precision@10 for ours and for ImageNet (None: not measured), its queries."""

    task: str
    ours: float
    imagenet: float | None
    queries: int


@dataclass(frozen=True)
class Gallery:
    """The catalogue: what each product is and its embedding, shape (n, dim), by encoder."""

    products: list[Example]
    ours: Embeddings
    imagenet: Embeddings | None


def precision_at_10(queries: Embeddings, gallery: Embeddings, relevant: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each query's precision@10, NaN where fewer than ten products are relevant.

    relevant: bool, shape (number of queries, number of products).
    """
    nearest = np.argsort(-(queries @ gallery.T), axis=1, kind="stable")[:, :AT]
    found = np.take_along_axis(relevant, nearest, axis=1).mean(axis=1)
    return np.where(relevant.sum(axis=1) >= AT, found, np.nan)


def imagenet_features() -> Encode | None:
    """Return EfficientNet-lite0's pooled ImageNet features as an encoder; None when the training extra is missing."""
    try:
        import torch

        from training.backbone import IMAGENET_MEAN, IMAGENET_STD, load_lite0_backbone
    except ImportError:
        return None
    torch.set_num_threads(1)
    backbone = load_lite0_backbone(with_head=True).eval()
    wanted = InputFormat(224, IMAGENET_MEAN, IMAGENET_STD)

    def encode(pictures: Sequence[Pixels]) -> Embeddings:
        with torch.inference_mode():
            pooled = backbone(torch.from_numpy(encoder_input(pictures, wanted))).mean(dim=(2, 3))
            features: Embeddings = torch.nn.functional.normalize(pooled, dim=1).numpy()
        return features

    return encode


def embedded(encode: Encode, pictures: Iterable[Pixels], *, total: int, what: str) -> Embeddings:
    """Return one row a picture; shows progress on standard error."""
    rows, waiting = [], []
    for picture in tqdm(pictures, total=total, desc=what, mininterval=2, file=sys.stderr):
        waiting.append(picture)
        if len(waiting) == PICTURES_A_STEP:
            rows.append(encode(waiting))
            waiting = []
    return np.concatenate([*rows, encode(waiting)]) if waiting else np.concatenate(rows)


def build_gallery(ours: Encode, imagenet: Encode | None) -> Gallery:
    """Embed the 6,500 products with both encoders."""
    products = catalogue_examples()

    def vectors(encode: Encode, what: str) -> Embeddings:
        return embedded(encode, map(catalogue_picture, products), total=len(products), what=what)

    plain = vectors(imagenet, "catalogue, ImageNet") if imagenet else None
    return Gallery(products, vectors(ours, "catalogue, ours"), plain)


def photo_rows(gallery: Gallery, ours: Encode, imagenet: Encode | None, crop: Encode | None) -> list[Row]:
    """Validation photos of clothing-small against the catalogue: by whole photo, by garment crop, by both."""
    photos = user_examples("validation")
    classes = [photo.name.split("/")[0] for photo in photos]
    relevant = np.array([[bool(p.attributes.types & USER_CLASS_TYPES[c]) for p in gallery.products] for c in classes])

    def vectors(encode: Encode, what: str) -> Embeddings:
        pictures = (user_picture(photo, "validation") for photo in photos)
        return embedded(encode, pictures, total=len(photos), what=what)

    whole = vectors(ours, "photos, ours")
    ways = {"whole photo": whole}
    if crop is not None:
        ways["largest garment"] = vectors(crop, "photos, garment crops")
        ways["mean of both"] = _unit(whole + ways["largest garment"])
    plain = None
    if imagenet is not None and gallery.imagenet is not None:
        plain = precision_at_10(vectors(imagenet, "photos, ImageNet"), gallery.imagenet, relevant)
    rows = []
    for way, queries in ways.items():
        found = precision_at_10(queries, gallery.ours, relevant)
        for over, average in (("photos", np.nanmean), ("classes", lambda values: _mean_over(values, classes))):
            reference = float(average(plain)) if plain is not None else None
            rows.append(
                Row(f"user photo -> category, {way}, mean over {over}", float(average(found)), reference, len(photos))
            )
    return rows


def _mean_over(values: NDArray[np.float64], classes: Sequence[str]) -> float:
    named = np.array(classes)
    return float(np.mean([np.nanmean(values[named == name]) for name in sorted(set(classes))]))


def _unit(rows: Embeddings) -> Embeddings:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def largest_garment(ours: Encode) -> Encode | None:
    """Return an encoder of each photo's largest garment, or of the whole photo; None without a segmenter."""
    try:
        segmenter = OnnxSegmenter(SEGMENTER_WEIGHTS)
        print(f"Garments by {segmenter.model_id}", file=sys.stderr)
    except SegmentationError as error:
        print(f"No garment crops: {error}", file=sys.stderr)
        return None

    def crop(photo: Pixels) -> Pixels:
        found = garments_in(photo, segmenter.segment(photo), segmenter.label_set)
        return found[0].crop if found else photo

    return lambda photos: ours([crop(photo) for photo in photos])


def product_rows(gallery: Gallery) -> list[Row]:
    """Held-out products against all the others: the same type and gender; the same colour too."""
    queries = [index for index, product in enumerate(gallery.products) if product.held_out]
    kinds = {
        "type and gender": lambda product: (product.attributes.types, product.attributes.gender),
        "type, gender and colour": lambda product: (
            product.attributes.types,
            product.attributes.gender,
            product.attributes.colour,
        ),
    }
    rows = []
    for kind, key in kinds.items():
        names = [key(product) for product in gallery.products]
        relevant = np.array([[name == names[query] for name in names] for query in queries])
        relevant[np.arange(len(queries)), queries] = False
        scores = {}
        for which, vectors in (("ours", gallery.ours), ("imagenet", gallery.imagenet)):
            scores[which] = None if vectors is None else _without_self(vectors, queries, relevant)
        answered = int((relevant.sum(axis=1) >= AT).sum())
        rows.append(Row(f"held-out product -> same {kind}", scores["ours"] or 0.0, scores["imagenet"], answered))
    return rows


def _without_self(vectors: Embeddings, queries: Sequence[int], relevant: NDArray[np.bool_]) -> float:
    likeness = vectors[queries] @ vectors.T
    likeness[np.arange(len(queries)), queries] = -np.inf
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :AT]
    found = np.take_along_axis(relevant, nearest, axis=1).mean(axis=1)
    return float(found[relevant.sum(axis=1) >= AT].mean())


def word_rows(gallery: Gallery, text: OnnxTextEncoder) -> list[Row]:
    """Type and colour in words ("red dress", "robe rouge") against the catalogue and against its held-out part."""
    rows = []
    held_out = np.array([product.held_out for product in gallery.products])
    for where, among, least in (("all products", np.ones(len(held_out), bool), AT), ("held-out products", held_out, 3)):
        asked, relevant = _asked_in_words(gallery, among, least)
        for language, phrase in (("English", english_phrase), ("French", french_phrase)):
            queries = text.encode_texts([phrase(noun, colour) for noun, colour in asked])
            found = _r_precision(queries, gallery.ours[among], relevant)
            rows.append(Row(f"words ({language}) -> type and colour, {where}", float(found.mean()), None, len(asked)))
    return rows


Asked = list[tuple[Noun, str]]


def _asked_in_words(gallery: Gallery, among: NDArray[np.bool_], least: int) -> tuple[Asked, NDArray[np.bool_]]:
    """Return each noun and colour with at least `least` products, and which products they are."""
    products = [product.attributes for product, kept in zip(gallery.products, among, strict=True) if kept]
    asked, relevant = [], []
    for noun in NOUNS:
        of_type = np.array([bool(product.types <= noun.types) for product in products])
        for colour in COLOURS:
            right = of_type & np.array([product.colour == colour for product in products])
            if right.sum() >= least and len(noun.types) <= 2:
                asked.append((noun, colour))
                relevant.append(right)
    return asked, np.array(relevant)


def _r_precision(queries: Embeddings, gallery: Embeddings, relevant: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each query's precision among its first ten, or among as many as are relevant when they are fewer."""
    order = np.argsort(-(queries @ gallery.T), axis=1, kind="stable")
    depths = np.minimum(AT, relevant.sum(axis=1))
    return np.array(
        [right[row[:depth]].mean() for right, row, depth in zip(relevant, order, depths, strict=True)], np.float64
    )


def english_phrase(noun: Noun, colour: str) -> str:
    """Return such as `red dress`."""
    return f"{COLOURS[colour].english[0]} {noun.english[0]}"


def french_phrase(noun: Noun, colour: str) -> str:
    """Return such as `robe rouge`, the adjective in agreement."""
    name: FrenchNoun = noun.french[0]
    return f"{name.word} {COLOURS[colour].french[0][name.feminine + 2 * name.plural]}"


BASIC_COLOURS = ("Black", "White", "Blue", "Red", "Green", "Grey", "Brown", "Pink", "Purple", "Yellow")


def change_rows(gallery: Gallery, text: OnnxTextEncoder) -> list[Row]:
    """A held-out photo and "in blue": the same type in that colour, by the unit mean of photo and words."""
    products = [product.attributes for product in gallery.products]
    asked = [
        (query, colour, right)
        for query, product in enumerate(gallery.products)
        if product.held_out
        for colour in BASIC_COLOURS
        if colour != products[query].colour
        and (right := np.array([p.types == products[query].types and p.colour == colour for p in products])).sum() >= AT
    ][::5]
    if not asked:
        return []
    relevant = np.array([right for _, _, right in asked])
    photos = gallery.ours[[query for query, _, _ in asked]]
    rows = []
    for language, words in (("English", english_change), ("French", french_change)):
        said = text.encode_texts([words(colour) for _, colour, _ in asked])
        found = precision_at_10(_unit(photos + said), gallery.ours, relevant)
        rows.append(
            Row(f"photo and words ({language}) -> same type, new colour", float(np.mean(found)), None, len(asked))
        )
    return rows


def english_change(colour: str) -> str:
    """Return such as `in blue`."""
    return f"in {COLOURS[colour].english[0]}"


def french_change(colour: str) -> str:
    """Return such as `en bleu`."""
    return f"en {COLOURS[colour].french[0][0]}"


def measure(weights: Path, *, with_imagenet: bool = True) -> list[Row]:
    """Return all rows of the report for the weights of a folder."""
    image, text = OnnxImageEncoder(weights), OnnxTextEncoder(weights)
    imagenet = imagenet_features() if with_imagenet else None
    if imagenet is None and with_imagenet:
        print("No ImageNet column: it needs torch (pip install '.[training]').", file=sys.stderr)
    gallery = build_gallery(image.encode_images, imagenet)
    return [
        *photo_rows(gallery, image.encode_images, imagenet, largest_garment(image.encode_images)),
        *product_rows(gallery),
        *word_rows(gallery, text),
        *change_rows(gallery, text),
    ]


def print_report(weights: Path = WEIGHTS, *, as_json: bool = False, with_imagenet: bool = True) -> None:
    """Measure and print, as a table or as JSON."""
    rows = measure(weights, with_imagenet=with_imagenet)
    if as_json:
        print(json.dumps([vars(row) for row in rows], indent=2))
        return
    print(f"{'precision@10':68} {'ours':>6} {'ImageNet':>9} {'queries':>8}")
    for row in rows:
        plain = "" if row.imagenet is None else f"{row.imagenet:.3f}"
        print(f"{row.task:68} {row.ours:6.3f} {plain:>9} {row.queries:8}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the encoder's weights")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--no-imagenet", action="store_true", help="leave out the ImageNet column (faster)")
    asked = parser.parse_args()
    print_report(asked.weights, as_json=asked.json, with_imagenet=not asked.no_imagenet)


if __name__ == "__main__":
    main()
