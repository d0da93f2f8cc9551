"""How well photos and words find the right products: `python -m benchmarks.retrieval` (FASHION_DATA must be set).

Ours and plain ImageNet features side by side. Precision@10: the share of the ten nearest products that are relevant;
a query with fewer than ten relevant products is left out.
"""

import argparse
import io
import json
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from demo.draw import draw_garment
from demo.products import demo_products
from recommender.from_photo import embed_garments, read_garments
from recommender.onnx_encoder import WEIGHTS, OnnxImageEncoder, OnnxTextEncoder
from recommender.ports import Embedding, Embeddings, Pixels
from recommender.preprocess import InputFormat, encoder_input
from segmentation.errors import SegmentationError
from segmentation.onnx_segmenter import OnnxSegmenter
from segmentation.ports import Segmenter
from training.captions import COLOURS, NOUNS, FrenchNoun, Noun
from training.retrieval_data import (
    USER_CLASS_TYPES,
    Example,
    catalogue_examples,
    catalogue_picture,
    user_examples,
    user_picture,
)

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SEGMENTER_WEIGHTS = Path(__file__).parents[1] / "segmentation" / "weights"
AT = 10
PICTURES_A_STEP = 32
IMAGENET_SIZE_PIXELS = 224
"""What EfficientNet-lite0 was trained at; ours sees less (176)."""
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
        from training.backbone import IMAGENET_MEAN, IMAGENET_STD
    except ImportError:
        return None
    session = _imagenet_session()
    wanted = InputFormat(IMAGENET_SIZE_PIXELS, IMAGENET_MEAN, IMAGENET_STD)

    def encode(pictures: Sequence[Pixels]) -> Embeddings:
        maps = session.run(None, {"input": encoder_input(pictures, wanted)})[0]
        return _unit(maps.mean(axis=(2, 3)))

    return encode


def _imagenet_session() -> "InferenceSession":
    """Run it by ONNX Runtime on one core, as ours, for it is several times faster than torch."""
    import onnxruntime
    import torch

    from training.backbone import LITE0, load_backbone

    network = io.BytesIO()
    example = torch.zeros(1, 3, IMAGENET_SIZE_PIXELS, IMAGENET_SIZE_PIXELS)
    backbone = load_backbone(LITE0, with_head=True).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            backbone, (example,), network, input_names=["input"], dynamic_axes={"input": {0: "n"}}, dynamo=False
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(network.getvalue(), options, providers=["CPUExecutionProvider"])


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


def photo_rows(
    gallery: Gallery, image: OnnxImageEncoder, imagenet: Encode | None, segmenter: Segmenter | None
) -> list[Row]:
    """Validation photos of clothing-small against the catalogue: by whole photo, by garment crop, by both."""
    photos = user_examples("validation")
    classes = [photo.name.split("/")[0] for photo in photos]
    relevant = np.array([[bool(p.attributes.types & USER_CLASS_TYPES[c]) for p in gallery.products] for c in classes])

    def vectors(encode: Encode, what: str) -> Embeddings:
        pictures = (user_picture(photo, "validation") for photo in photos)
        return embedded(encode, pictures, total=len(photos), what=what)

    whole = vectors(image.encode_images, "photos, ours")
    ways = {"whole photo": whole}
    if segmenter is not None:
        ways["largest garment"] = vectors(by_crop(image, segmenter), "photos, garment crops")
        ways["mean of both"] = _unit(whole + ways["largest garment"])
        ways["as the shop does"] = vectors(as_the_shop_does(image, segmenter), "photos, as the shop does")
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


def embedded_segmenter() -> Segmenter | None:
    """Return the segmenter of the repository; None, and a line on standard error, where its weights are missing."""
    try:
        segmenter = OnnxSegmenter(SEGMENTER_WEIGHTS)
        print(f"Garments by {segmenter.model_id}", file=sys.stderr)
    except SegmentationError as error:
        print(f"No garment crops: {error}", file=sys.stderr)
        return None
    return segmenter


def by_crop(image: OnnxImageEncoder, segmenter: Segmenter) -> Encode:
    """Return an encoder of each photo's largest garment alone, or of the whole photo where none is found."""
    return lambda photos: image.encode_images([read_garments(photo, segmenter)[0].crop for photo in photos])


def as_the_shop_does(image: OnnxImageEncoder, segmenter: Segmenter) -> Encode:
    """Return an encoder of each photo's largest garment by the shop's main flow."""

    def encode(photo: Pixels) -> Embedding:
        return embed_garments(photo, read_garments(photo, segmenter), image).garments[0].embedding

    return lambda photos: np.stack([encode(photo) for photo in photos])


GARMENT_OF_CLASS = {
    "t-shirt": "top",
    "longsleeve": "top",
    "shirt": "top",
    "outwear": "outerwear",
    "pants": "pants",
    "shorts": "pants",
    "skirt": "skirt",
    "dress": "dress",
    "shoes": "shoes",
    "hat": "hat",
}
"""Class of a clothing-small photo -> class of the label set `garments`."""


def demo_rows(ours: Encode) -> list[Row]:
    """The same photos against the drawn catalogue of the demo shop: garments of the same class."""
    products = demo_products()
    drawings = (draw_garment(product.spec, side_pixels=256, seed=product.seed).image for product in products)
    gallery = embedded(ours, drawings, total=len(products), what="demo shop, ours")
    photos = user_examples("validation")
    pictures = (user_picture(photo, "validation") for photo in photos)
    queries = embedded(ours, pictures, total=len(photos), what="photos, ours")
    wanted = [GARMENT_OF_CLASS[photo.name.split("/")[0]] for photo in photos]
    relevant = np.array([[product.spec.label == label for product in products] for label in wanted])
    found = precision_at_10(queries, gallery, relevant)
    return [Row("user photo -> drawn demo shop, same garment class", float(np.nanmean(found)), None, len(photos))]


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
    """A held-out photo and "in blue": the same type in that colour, by photo + words and by photo + 2 words."""
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
        for weight in (1, 2):
            found = precision_at_10(_unit(photos + np.float32(weight) * said), gallery.ours, relevant)
            task = f"photo + {weight} x words ({language}) -> same type, new colour"
            rows.append(Row(task, float(np.mean(found)), None, len(asked)))
    return rows


def english_change(colour: str) -> str:
    """Return such as `in blue`."""
    return f"in {COLOURS[colour].english[0]}"


def french_change(colour: str) -> str:
    """Return such as `en bleu`."""
    return f"en {COLOURS[colour].french[0][0]}"


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


def spreads(gallery: Gallery, ours: Encode, text: OnnxTextEncoder) -> list[Spread]:
    """How alike right answers are, by kind of query: the steps of `recommender.similar.likeness_of` come from it."""
    photos = user_examples("validation")
    pictures = (user_picture(photo, "validation") for photo in photos)
    queries = embedded(ours, pictures, total=len(photos), what="photos, ours")
    wanted = [USER_CLASS_TYPES[photo.name.split("/")[0]] for photo in photos]
    answers = np.array([[bool(product.attributes.types & types) for product in gallery.products] for types in wanted])
    asked, described = _asked_in_words(gallery, np.ones(len(gallery.products), bool), AT)
    words = text.encode_texts([english_phrase(noun, colour) for noun, colour in asked])
    held_out = [index for index, product in enumerate(gallery.products) if product.held_out]
    kinds = [(product.attributes.types, product.attributes.gender) for product in gallery.products]
    same = np.array([[kind == kinds[query] for kind in kinds] for query in held_out])
    likeness = gallery.ours[held_out] @ gallery.ours.T
    likeness[np.arange(len(held_out)), held_out] = -1
    return [
        spread("user photo", queries @ gallery.ours.T, answers),
        spread("catalogue photo", likeness, same),
        spread("words", words @ gallery.ours.T, described),
    ]


def measure(weights: Path, *, with_imagenet: bool = True) -> tuple[list[Row], list[Spread]]:
    """Return all that the report says of the weights of a folder."""
    image, text = OnnxImageEncoder(weights), OnnxTextEncoder(weights)
    imagenet = imagenet_features() if with_imagenet else None
    if imagenet is None and with_imagenet:
        print("No ImageNet column: it needs torch (pip install '.[training]').", file=sys.stderr)
    gallery = build_gallery(image.encode_images, imagenet)
    rows = [
        *photo_rows(gallery, image, imagenet, embedded_segmenter()),
        *demo_rows(image.encode_images),
        *product_rows(gallery),
        *word_rows(gallery, text),
        *change_rows(gallery, text),
    ]
    return rows, spreads(gallery, image.encode_images, text)


def print_report(weights: Path = WEIGHTS, *, as_json: bool = False, with_imagenet: bool = True) -> None:
    """Measure and print, as a table or as JSON."""
    rows, likenesses = measure(weights, with_imagenet=with_imagenet)
    if as_json:
        print(
            json.dumps({"precision_at_10": list(map(asdict, rows)), "cosines": list(map(asdict, likenesses))}, indent=2)
        )
        return
    print(f"{'precision@10':68} {'ours':>6} {'ImageNet':>9} {'queries':>8}")
    for row in rows:
        plain = "" if row.imagenet is None else f"{row.imagenet:.3f}"
        print(f"{row.task:68} {row.ours:6.3f} {plain:>9} {row.queries:8}")
    print(f"\n{'cosine of right answers at 10, 25, 50, 75 %; wrong ones at 50 %':68}")
    for kind in likenesses:
        print(f"{kind.query:44} {'  '.join(f'{cosine:.2f}' for cosine in (*kind.right, kind.wrong))}")


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
