"""The products of the demo shop: the same list at every call."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from demo.assortment import LINES, Cut, Line
from demo.copywriting import description, title_en, title_fr
from demo.palette import is_dark, shade_of
from demo.spec import GarmentSpec

SEED = 20_26
BRANDS = (
    "Maison Corvelle",
    "Nordrive",
    "Oriande",
    "Kestrel & Thym",
    "Velmora",
    "Atelier Passerive",
    "Lunaro",
    "Brume Onze",
    "Saltane",
    "Filandre",
)
OUT_OF_STOCK_SHARE = 0.06


@dataclass(frozen=True)
class DemoProduct:
    """A product and its drawing. category, colour, gender: slugs of the catalogue; stock: pieces of all sizes."""

    sku: str
    title_fr: str
    title_en: str
    description_fr: str
    description_en: str
    brand: str
    category: str
    colour: str
    gender: str
    sizes: tuple[str, ...]
    price_euros: Decimal
    stock: int
    spec: GarmentSpec
    seed: int


def demo_products() -> list[DemoProduct]:
    """Return every product of the demo shop."""
    rng = np.random.default_rng(SEED)
    chosen = [(line, *model) for line in LINES for model in _models(line, rng)]
    # A boutique's latest arrivals are of every kind.
    chosen = [chosen[place] for place in rng.permutation(len(chosen))]
    return [_product(number, line, cut, spec, rng) for number, (line, cut, spec) in enumerate(chosen, start=1)]


def _models(line: Line, rng: np.random.Generator) -> Iterator[tuple[Cut, GarmentSpec]]:
    """Pick `line.count` different models, spread over cuts, colours and patterns."""
    seen: set[tuple[int, str, str]] = set()
    everything = len(line.cuts) * len(line.colours) * len(set(line.patterns))
    step = 0
    while len(seen) < min(line.count, everything):
        number, step = step, step + 1
        lap = number // len(line.colours)
        cut_at = (number + lap) % len(line.cuts)
        colour = line.colours[number % len(line.colours)]
        pattern = line.patterns[(number + lap * 2 + number // 3) % len(line.patterns)]
        if (cut_at, colour, pattern) in seen:
            pattern = str(rng.choice(line.patterns))
            cut_at = int(rng.integers(len(line.cuts)))
        if (cut_at, colour, pattern) not in seen:
            seen.add((cut_at, colour, pattern))
            yield line.cuts[cut_at], _spec(line, line.cuts[cut_at], colour, pattern, rng)


def _spec(line: Line, cut: Cut, colour: str, pattern: str, rng: np.random.Generator) -> GarmentSpec:
    body = "men" if line.gender in ("men", "boys") else "women"
    if line.gender == "unisex":
        body = str(rng.choice(("women", "men")))
    accent = _accent(line.type, colour, pattern, rng)
    drawn = {"body": body, **cut.drawn}
    return GarmentSpec(line.type, colour, shade=int(rng.integers(3)), pattern=pattern, accent=accent, **drawn)


def _accent(type_name: str, colour: str, pattern: str, rng: np.random.Generator) -> str:
    """Return a second colour that can be told from the first."""
    dark = is_dark(shade_of(colour))
    if type_name in ("sneakers", "high sneakers"):
        return str(rng.choice(("green", "navy", "red", "orange") if not dark else ("white", "beige")))
    if pattern == "graphic":
        return str(
            rng.choice(("orange", "yellow", "pink", "light blue") if dark else ("red", "navy", "green", "orange"))
        )
    if pattern in ("striped", "vertical", "gingham") and not dark:
        return "navy" if colour == "white" and pattern == "striped" else "blue" if colour == "white" else "white"
    if pattern in ("floral", "leafy") and not dark:
        return str(rng.choice([name for name in ("white", "red", "navy", "pink", "blue") if name != colour]))
    return "white" if colour != "white" else "navy"


def _product(number: int, line: Line, cut: Cut, spec: GarmentSpec, rng: np.random.Generator) -> DemoProduct:
    material = line.materials[int(rng.integers(len(line.materials)))]
    low, high = line.price_euros
    price = Decimal(int(rng.integers(low, high + 1))) + Decimal(str(rng.choice(("0.00", "0.90", "0.95", "0.50"))))
    stock = 0 if rng.random() < OUT_OF_STOCK_SHARE else int(rng.integers(1, 9)) * max(min(len(line.sizes), 5), 1)
    return DemoProduct(
        sku=f"DM-{number:04d}",
        title_fr=title_fr(spec, cut.name[0], line.gender),
        title_en=title_en(spec, cut.name[1], line.gender),
        description_fr=description((cut.sentence[0], material[0]), spec.pattern, 0),
        description_en=description((cut.sentence[1], material[1]), spec.pattern, 1),
        brand=BRANDS[int(rng.integers(len(BRANDS)))],
        category=line.category,
        colour=spec.colour.replace(" ", "-"),
        gender=line.gender,
        sizes=line.sizes,
        price_euros=price,
        stock=stock,
        spec=spec,
        seed=SEED * 1_000 + number,
    )
