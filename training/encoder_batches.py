"""Batches for the encoders: which pictures, how they are varied, which captions they get."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.captions import COLOURS, Attributes, Caption, is_described, write_caption
from training.retrieval_data import CACHED_SIZE_PIXELS, DRAWN_TYPES, STREET_TAG_TYPES, Example, PictureSet

Square = NDArray[np.uint8]
UNKNOWN = -1
GENDERS = ("Men", "Women", "Unisex", "Boys", "Girls")
USAGES = ("Casual", "Sports", "Formal", "Ethnic")
SEASONS = ("Spring", "Summer", "Fall", "Winter")
PATTERNS = ("solid", "striped", "checked", "printed", "other")
COLOUR_NAMES = tuple(COLOURS)

SHARES: Mapping[str, int] = {"catalogue": 34, "user": 20, "street": 6, "drawn": 6}
"""How many pictures of each source stand in a batch; sources without pictures are left out."""


@dataclass(frozen=True)
class Variation:
    """How strongly a source's pictures are varied: shares are probabilities, the rest relative ranges."""

    whitened: float
    other_background: float
    turned_degrees: float
    light: float
    tint: float


VARIATIONS: Mapping[str, Variation] = {
    "catalogue": Variation(whitened=0.1, other_background=0.2, turned_degrees=4, light=0.1, tint=0.02),
    "user": Variation(whitened=0.5, other_background=0.2, turned_degrees=15, light=0.25, tint=0.07),
    "street": Variation(whitened=0.75, other_background=0.05, turned_degrees=8, light=0.2, tint=0.05),
    "drawn": Variation(whitened=0.1, other_background=0.3, turned_degrees=6, light=0.12, tint=0.03),
}


@dataclass(frozen=True)
class Labels:
    """Targets of n pictures or captions: types and articles bool (n, number of them), what it may be, none where open.

    The others int64 (n,), UNKNOWN where open. An article is one type for one gender.
    """

    types: NDArray[np.bool_]
    colours: NDArray[np.int64]
    genders: NDArray[np.int64]
    usages: NDArray[np.int64]
    seasons: NDArray[np.int64]
    patterns: NDArray[np.int64]
    articles: NDArray[np.bool_]


@dataclass(frozen=True)
class Batch:
    """pictures: uint8 (n, S, S, 3). fits: int8 (n, number of captions): 1 described, 0 not described, -1 unknown."""

    pictures: NDArray[np.uint8]
    labels: Labels
    captions: list[str]
    caption_labels: Labels
    fits: NDArray[np.int8]


def type_names(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return every article type that any source may name, in a fixed order."""
    mapped = [*STREET_TAG_TYPES.values(), *DRAWN_TYPES.values()]
    named = {name for types in mapped for name in types.split("|")}
    return tuple(sorted(named.union(*(example.attributes.types for example in examples))))


def article_names(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return every pair `type|gender` that examples show, in a fixed order."""
    named = {_article(example.attributes) for example in examples}
    return tuple(sorted(name for name in named if name is not None))


def _article(item: Attributes | Caption) -> str | None:
    return f"{min(item.types)}|{item.gender}" if len(item.types) == 1 and item.gender else None


def _may_be(described: Sequence[Attributes | Caption], articles: Sequence[str]) -> NDArray[np.bool_]:
    """Say which articles each may be, bool (n, number of articles)."""
    pairs = [article.split("|") for article in articles]
    rows = {(item.types, item.gender): np.empty(0, bool) for item in described}
    for types, gender in rows:
        rows[types, gender] = np.array([named in types and gender in (of, None) for named, of in pairs], bool)
    return np.stack([rows[item.types, item.gender] for item in described])


def labels_of(described: Sequence[Attributes | Caption], types: Sequence[str], articles: Sequence[str]) -> Labels:
    """Return the targets of pictures (by their attributes) or of captions (by what they state)."""
    place = {name: index for index, name in enumerate(types)}
    hot = np.zeros((len(described), len(types)), bool)
    for row, item in zip(hot, described, strict=True):
        row[[place[name] for name in item.types if name in place]] = True
    return Labels(
        hot,
        _places([item.colour for item in described], COLOUR_NAMES),
        _places([item.gender for item in described], GENDERS),
        _places([item.usage for item in described], USAGES),
        _places([getattr(item, "season", None) for item in described], SEASONS),
        _places([getattr(item, "pattern", None) for item in described], PATTERNS),
        _may_be(described, articles),
    )


def _places(values: Sequence[str | None], names: Sequence[str]) -> NDArray[np.int64]:
    return np.array([names.index(value) if value in names else UNKNOWN for value in values], np.int64)


class BatchMaker:
    """Draws batches from the sources: rare types more often than their number, each picture varied."""

    def __init__(
        self, sources: Mapping[str, PictureSet], types: Sequence[str], articles: Sequence[str], *, seed: int
    ) -> None:
        self._types, self._articles = types, articles
        self._rng = random.Random(seed)
        self._sources = {name: pictures for name, pictures in sources.items() if len(pictures)}
        self._rows = {name: _learnable(pictures.examples) for name, pictures in self._sources.items()}
        self._chances = {name: _chances(self._sources[name].examples, rows) for name, rows in self._rows.items()}

    def next_batch(self, size_pixels: int) -> Batch:
        """Return a batch of pictures of `size_pixels` and two captions for each: English, then French."""
        chosen = [(name, row) for name in self._sources for row in self.draw(name, SHARES[name])]
        attributes = [self._sources[name].examples[row].attributes for name, row in chosen]
        pictures = [self._varied(self._sources[name].pictures[row], name, size_pixels) for name, row in chosen]
        captions = [
            write_caption(known, language=language, rng=self._rng) for language in ("en", "fr") for known in attributes
        ]
        fits = [[as_number(is_described(known, caption)) for caption in captions] for known in attributes]
        return Batch(
            np.stack(pictures),
            labels_of(attributes, self._types, self._articles),
            [self.mistyped(caption.text) for caption in captions],
            labels_of(captions, self._types, self._articles),
            np.array(fits, np.int8),
        )

    def draw(self, source: str, count: int) -> list[int]:
        """Return rows of a source, rare types more often than their number."""
        return self._rng.choices(self._rows[source], weights=self._chances[source], k=count)

    def _varied(self, rgba: Square, source: str, size_pixels: int) -> Square:
        variation = VARIATIONS[source]
        picture = self._on_background(rgba, variation)
        picture = self._moved(picture, variation, size_pixels)
        return self._lit(picture, variation)

    def _on_background(self, rgba: Square, variation: Variation) -> Image.Image:
        chance = self._rng.random()
        whole = Image.fromarray(rgba[:, :, :3])
        garment = Image.fromarray(rgba[:, :, 3])
        box = garment.getbbox()
        if box is None or chance >= variation.whitened + variation.other_background:
            return whole
        if chance >= variation.whitened:
            return Image.composite(whole, self._background(), garment)
        cut = Image.composite(whole, Image.new("RGB", whole.size, "white"), garment).crop(box)
        square = Image.new("RGB", (max(cut.size),) * 2, "white")
        square.paste(cut, ((square.width - cut.width) // 2, (square.height - cut.height) // 2))
        return square

    def _background(self) -> Image.Image:
        kind = self._rng.random()
        size = (CACHED_SIZE_PIXELS, CACHED_SIZE_PIXELS)
        if kind < 0.4:
            return Image.new("RGB", size, self._any_colour())
        if kind < 0.6 or "user" not in self._sources:
            small = np.array([self._any_colour() for _ in range(9)], np.uint8).reshape(3, 3, 3)
            return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
        photos = self._sources["user"].pictures
        return Image.fromarray(photos[self._rng.randrange(len(photos))][:, :, :3]).reduce(4).resize(size)

    def _any_colour(self) -> tuple[int, int, int]:
        base = self._rng.randint(60, 255)
        red, green, blue = (min(255, max(0, base + self._rng.randint(-40, 40))) for _ in range(3))
        return red, green, blue

    def _moved(self, picture: Image.Image, variation: Variation, size_pixels: int) -> Image.Image:
        """Turn, scale, shift and mirror in one resampling; what comes in at the edges is white."""
        angle = np.deg2rad(self._rng.uniform(-1, 1) * variation.turned_degrees)
        scale = self._rng.uniform(0.78, 1.12) * picture.width / size_pixels
        stretch = self._rng.uniform(0.92, 1.08)
        mirror = self._rng.choice((-1, 1))
        across = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        across = across @ np.diag([mirror * scale * stretch, scale / stretch])
        slack = 0.08 * picture.width
        centre = picture.width / 2 + np.array([self._rng.uniform(-slack, slack) for _ in range(2)])
        start = centre - across @ np.full(2, size_pixels / 2)
        matrix = (across[0, 0], across[0, 1], start[0], across[1, 0], across[1, 1], start[1])
        size = (size_pixels, size_pixels)
        return picture.transform(
            size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=(255, 255, 255)
        )

    def _lit(self, picture: Image.Image, variation: Variation) -> Square:
        """Vary brightness, contrast and white balance through one table a channel; sometimes lose sharpness."""
        if self._rng.random() < 0.15:
            picture = picture.reduce(2).resize(picture.size, Image.Resampling.BILINEAR)
        light = 1 + self._rng.uniform(-1, 0.6) * variation.light
        contrast = 1 + self._rng.uniform(-1, 1) * variation.light
        levels = np.arange(256, dtype=np.float32)
        tables = []
        for _ in range(3):
            gain = light * (1 + self._rng.uniform(-1, 1) * variation.tint)
            tables.append(np.clip((levels - 128) * contrast + 128, 0, 255) * gain)
        table = np.clip(np.stack(tables), 0, 255).astype(np.uint8)
        pixels = np.asarray(picture)
        return np.stack([table[channel][pixels[:, :, channel]] for channel in range(3)], axis=2)

    def mistyped(self, text: str) -> str:
        """Leave out or swap a letter now and then: people type so."""
        if len(text) < 6 or self._rng.random() > 0.05:
            return text
        at = self._rng.randrange(1, len(text) - 1)
        return text[:at] + (text[at + 1 :] if self._rng.random() < 0.5 else text[at + 1] + text[at] + text[at + 2 :])


def _learnable(examples: Sequence[Example]) -> list[int]:
    """Rows that are not held out and of which something can be said."""
    return [row for row, example in enumerate(examples) if not example.held_out and _can_be_said(example.attributes)]


def _can_be_said(attributes: Attributes) -> bool:
    try:
        write_caption(Attributes(attributes.types), language="en", rng=random.Random(0))
    except ValueError:
        return False
    return True


def _chances(examples: Sequence[Example], rows: Sequence[int]) -> list[float]:
    """The inverse square root of how many pictures share the types."""
    count = Counter(examples[row].attributes.types for row in rows)
    return [count[examples[row].attributes.types] ** -0.5 for row in rows]


def as_number(fits: bool | None) -> int:
    return -1 if fits is None else int(fits)
