"""Pictures of what the embedded models get wrong, for the model cards; of drawings only, so nobody's photo is shown.

    python -m training.failures segmenter --out docs/images/segmenter_failures.png
    python -m training.failures encoder --out docs/images/encoder_failures.png

The drawings are other ones than those of training (their seeds start at FIRST_SEED). Of each kind of mistake only the
worst case is shown, so the pictures tell what goes wrong, not how often; the share is in their first line.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from tqdm import tqdm

from demo.draw import draw_garment
from demo.looks import random_look
from demo.products import demo_products
from demo.random_drawings import random_garment
from demo.spec import GarmentSpec
from recommender.onnx_encoder import OnnxImageEncoder
from segmentation.evaluation import Confusion, merged_group
from segmentation.labels import GARMENTS
from segmentation.onnx_segmenter import OnnxSegmenter
from training.retrieval_data import DRAWN_TYPES

FIRST_SEED = 900_000
SEGMENTER_WEIGHTS = Path(__file__).parents[1] / "segmentation" / "weights"
SHOWN = 6
INK, PAPER, FAINT = (30, 30, 34), (255, 255, 255), (120, 120, 126)
RIGHT, OTHER_COLOUR, OTHER_TYPE = (46, 125, 50), (245, 160, 20), (198, 40, 40)

Rgb = tuple[int, int, int]
Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

CLASS_COLOURS: dict[str, Rgb] = {
    "background": (70, 70, 76),
    "skin": (240, 150, 110),
    "hair": (121, 62, 30),
    "hat": (230, 25, 75),
    "eyewear": (0, 190, 200),
    "top": (30, 100, 230),
    "skirt": (225, 60, 215),
    "pants": (110, 40, 170),
    "dress": (250, 150, 0),
    "belt": (0, 110, 60),
    "shoes": (140, 195, 0),
    "bag": (0, 150, 120),
    "scarf": (255, 205, 0),
}


@dataclass(frozen=True)
class Mistake:
    """A class of pixels read as another; mask: bool (H, W)."""

    truth: str
    read: str
    mask: Mask

    @property
    def share(self) -> float:
        """The share of the picture that is misread."""
        return float(self.mask.mean())


@dataclass(frozen=True)
class MisreadLook:
    """A drawn look, uint8 (H, W, 3), what was misread in it, largest first, and its mean IoU."""

    seed: int
    image: Pixels
    mistakes: tuple[Mistake, ...]
    mean_iou: float


def misread_looks(segmenter: OnnxSegmenter, seeds: Iterable[int]) -> list[MisreadLook]:
    """Segment the random look of each seed and compare it with what was drawn."""
    found = []
    for seed in tqdm(seeds, desc="looks", mininterval=5):
        drawing = random_look(seed)
        read = segmenter.segment(drawing.image).class_ids
        confusion = Confusion()
        confusion.add(drawing.class_ids, read)
        mistakes = mistakes_in(drawing.class_ids, read)
        found.append(MisreadLook(seed, drawing.image, mistakes, confusion.mean_iou()))
    return found


def mistakes_in(truth: Pixels, read: Pixels) -> tuple[Mistake, ...]:
    """Return the misread regions; outlines that lie a pixel or two beside the drawn ones are none."""
    true_groups, read_groups = _groups(truth), _groups(read)
    pairs = np.unique(np.stack([true_groups, read_groups])[:, true_groups != read_groups], axis=1)
    wrong = true_groups != read_groups
    thick = np.asarray(Image.fromarray(wrong).convert("L").filter(ImageFilter.MinFilter(5)).filter(_GROWN)) > 0
    regions = [
        Mistake(GARMENTS.names[true], GARMENTS.names[got], thick & (true_groups == true) & (read_groups == got))
        for true, got in pairs.T
    ]
    return tuple(sorted((one for one in regions if one.share > 0.001), key=lambda one: -one.share))


_GROWN = ImageFilter.MaxFilter(7)


def _groups(class_ids: Pixels) -> Pixels:
    table = np.array([GARMENTS.id_of(merged_group(name)) for name in GARMENTS.names], np.uint8)
    groups: Pixels = table[class_ids]
    return groups


def one_of_each_kind(looks: Sequence[MisreadLook], most: int) -> list[MisreadLook]:
    """Return the looks with the largest mistakes, each of another kind (truth, read) than those before it."""
    chosen: dict[tuple[str, str], MisreadLook] = {}
    for look in sorted((one for one in looks if one.mistakes), key=lambda one: -one.mistakes[0].share):
        chosen.setdefault((look.mistakes[0].truth, look.mistakes[0].read), look)
    return list(chosen.values())[:most]


def picture_of_looks(looks: Sequence[MisreadLook], heading: str) -> Image.Image:
    """Return looks in two rows: each as drawn, then faded with the misread regions in the colour of what was read."""
    height, width = looks[0].image.shape[:2]
    cell_width, cell_height, columns = 2 * width + 30, height + 100, (len(looks) + 1) // 2
    sheet = _Sheet(columns * cell_width + 10, 2 * cell_height + 104)
    sheet.text((16, 10), heading, size=20)
    sheet.text((16, 38), "Left: as drawn. Right: what was misread, in the colour of the class that it was read as.")
    for place, look in enumerate(looks):
        left, top = 16 + (place % columns) * cell_width, 74 + (place // columns) * cell_height
        sheet.image.paste(Image.fromarray(look.image), (left, top))
        sheet.image.paste(Image.fromarray(_marked(look)), (left + width + 4, top))
        sheet.text((left, top + height + 4), f"mean IoU {look.mean_iou:.2f} (seed {look.seed})", ink=FAINT)
        for line, one in enumerate(look.mistakes[:3]):
            said = f"{one.truth} read as {one.read}, {100 * one.share:.1f} % of the picture"
            sheet.swatch((left, top + height + 28 + 22 * line), CLASS_COLOURS[one.read], said)
    names = sorted({one.read for look in looks for one in look.mistakes}, key=list(CLASS_COLOURS).index)
    for place, name in enumerate(names):
        sheet.swatch((16 + 122 * place, 2 * cell_height + 80), CLASS_COLOURS[name], name)
    return sheet.image


def _marked(look: MisreadLook) -> Pixels:
    marked = (0.3 * look.image + 0.7 * 255).astype(np.uint8)
    for one in look.mistakes:
        marked[one.mask] = CLASS_COLOURS[one.read]
    return marked


@dataclass(frozen=True)
class Item:
    """A drawn garment and its picture, uint8 (S, S, 3)."""

    spec: GarmentSpec
    picture: Pixels

    @property
    def types(self) -> frozenset[str]:
        """The article types that it may be called."""
        return frozenset(DRAWN_TYPES[self.spec.type].split("|"))

    def frame_beside(self, query: "Item") -> Rgb:
        """Say by a colour how good an answer to `query` this is."""
        if not self.types & query.types:
            return OTHER_TYPE
        return RIGHT if self.spec.colour == query.spec.colour else OTHER_COLOUR


@dataclass(frozen=True)
class Answer:
    """A query with its nearest items, most alike first, and their cosines."""

    query: Item
    nearest: tuple[Item, ...]
    cosines: tuple[float, ...]

    @property
    def verdict(self) -> Rgb:
        """How good the nearest item is."""
        return self.nearest[0].frame_beside(self.query)


def shop_items(side_pixels: int) -> list[Item]:
    """Draw the products of the demo shop."""
    products = tqdm(demo_products(), desc="products", mininterval=5)
    return [Item(one.spec, draw_garment(one.spec, side_pixels=side_pixels, seed=one.seed).image) for one in products]


def query_items(seeds: Iterable[int], side_pixels: int, shop: Sequence[Item]) -> list[Item]:
    """Draw garments by lot on any ground; only types of which the shop has five products in that very colour."""
    drawings = [random_garment(seed, side_pixels=side_pixels) for seed in tqdm(seeds, desc="queries", mininterval=5)]
    items = [Item(drawing.attributes[0], drawing.image) for drawing in drawings]
    return [one for one in items if any(product.frame_beside(one) == RIGHT for product in shop)]


def answers(encoder: OnnxImageEncoder, queries: Sequence[Item], shop: Sequence[Item], most: int) -> list[Answer]:
    """Return each query's nearest products."""
    asked = encoder.encode_images([one.picture for one in queries])
    likeness = asked @ encoder.encode_images([one.picture for one in shop]).T
    order = np.argsort(-likeness, axis=1, kind="stable")[:, :most]
    return [
        Answer(query, tuple(shop[i] for i in row), tuple(float(alike[i]) for i in row))
        for query, alike, row in zip(queries, likeness, order, strict=True)
    ]


def surest_mistakes(found: Sequence[Answer], verdict: Rgb, most: int) -> list[Answer]:
    """Return the wrong answers of the highest cosine, each of another kind."""
    chosen: dict[tuple[str, ...], Answer] = {}
    for one in sorted((one for one in found if one.verdict == verdict), key=lambda one: -one.cosines[0]):
        parts = (one.query.spec, one.nearest[0].spec)
        kind = tuple(sorted(spec.type if verdict == OTHER_TYPE else spec.colour for spec in parts))
        chosen.setdefault(kind, one)
    return list(chosen.values())[:most]


def picture_of_answers(found: Sequence[Answer], heading: str) -> Image.Image:
    """Return a row a query: the query at the left, its nearest products at the right, framed by how right they are."""
    side = found[0].query.picture.shape[0]
    columns, step = len(found[0].nearest) + 1, side + 16
    sheet = _Sheet(columns * step + 40, len(found) * (side + 58) + 140)
    for line, words in enumerate(heading.splitlines()):
        sheet.text((16, 8 + 28 * line), words, size=20)
    legend = ((RIGHT, "type and colour right"), (OTHER_COLOUR, "another colour"), (OTHER_TYPE, "another type"))
    for place, (colour, words) in enumerate(legend):
        sheet.swatch((16 + 230 * place, 70), colour, words)
    sheet.text((16, 98), "asked for")
    sheet.text((16 + step + 20, 98), "nearest products of the drawn shop, most alike first (cosine)")
    for row, answer in enumerate(found):
        top = 128 + row * (side + 58)
        sheet.framed((16, top), answer.query.picture, FAINT, _name(answer.query.spec))
        for column, (item, cosine) in enumerate(zip(answer.nearest, answer.cosines, strict=True), start=1):
            words = f"{_name(item.spec)} {cosine:.2f}"
            sheet.framed((36 + column * step, top), item.picture, item.frame_beside(answer.query), words)
    return sheet.image


def _name(spec: GarmentSpec) -> str:
    pattern = "" if spec.pattern == "solid" else f"{spec.pattern} "
    return f"{spec.colour} {pattern}{spec.type}"


class _Sheet:
    """A white picture to write and paste on."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def text(self, at: tuple[int, int], words: str, *, size: int = 15, ink: Rgb = INK) -> None:
        self._draw.text(at, words, fill=ink, font=ImageFont.load_default(size))

    def swatch(self, at: tuple[int, int], colour: Rgb, words: str) -> None:
        self._draw.rectangle((at[0], at[1] + 3, at[0] + 13, at[1] + 16), fill=colour)
        self.text((at[0] + 20, at[1]), words)

    def framed(self, at: tuple[int, int], picture: Pixels, colour: Rgb, words: str) -> None:
        """Paste a square picture with a frame, and words under it in as many lines as they need."""
        side = picture.shape[0]
        self._draw.rectangle((at[0] - 4, at[1] - 4, at[0] + side + 3, at[1] + side + 3), fill=colour)
        self.image.paste(Image.fromarray(picture), at)
        for line, part in enumerate(_broken(words, side)):
            self.text((at[0], at[1] + side + 6 + 18 * line), part, size=14)


def _broken(words: str, width_pixels: int) -> list[str]:
    font = ImageFont.load_default(14)
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) > width_pixels:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def segmenter_failures(looks: int) -> Image.Image:
    """Judge `looks` random looks and picture the worst."""
    found = misread_looks(OnnxSegmenter(SEGMENTER_WEIGHTS), range(FIRST_SEED, FIRST_SEED + looks))
    mean = np.mean([one.mean_iou for one in found])
    heading = f"The largest mistakes on {looks} drawn looks, one of each kind. All looks: mean IoU {mean:.2f}."
    shown = one_of_each_kind(found, SHOWN)
    if not shown:
        raise SystemExit("Nothing was misread on these looks: judge more with --drawings.")
    return picture_of_looks(shown, heading)


def encoder_failures(queries: int) -> Image.Image:
    """Search the demo shop with `queries` drawn garments and picture the surest mistakes."""
    shop = shop_items(160)
    found = answers(OnnxImageEncoder(), query_items(range(FIRST_SEED, FIRST_SEED + queries), 160, shop), shop, most=5)
    other_type, other_colour = ([one for one in found if one.verdict == v] for v in (OTHER_TYPE, OTHER_COLOUR))
    heading = (
        f"The surest mistakes of {len(found)} drawn queries, one of each kind\nOf all nearest products "
        f"{len(other_type) / len(found):.0%} are another type, {len(other_colour) / len(found):.0%} another colour."
    )
    shown = surest_mistakes(found, OTHER_TYPE, SHOWN - 2)
    shown += surest_mistakes(found, OTHER_COLOUR, SHOWN - len(shown))
    if not shown:
        raise SystemExit("No nearest product was wrong for these queries: judge more with --drawings.")
    return picture_of_answers(shown, heading)


def main() -> None:
    """Write one of the two pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=("segmenter", "encoder"))
    parser.add_argument("--out", type=Path, required=True, help="a .png file")
    parser.add_argument("--drawings", type=int, help="how many to judge (default: 100 looks, 400 garments)")
    asked = parser.parse_args()
    if asked.model == "segmenter":
        picture = segmenter_failures(asked.drawings or 100)
    else:
        picture = encoder_failures(asked.drawings or 400)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    # Maximum coverage keeps rare colours apart: two classes must not end up with one.
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(asked.out, optimize=True)
    print(f"{asked.out}: {asked.out.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
