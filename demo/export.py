"""Writes the demo shop as a feed that the catalogue can import, and the demo looks as photos."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random

from PIL import Image

from demo.draw import draw_garment
from demo.looks import demo_looks, draw_look
from demo.products import DemoProduct, demo_products

IMAGE_SIDE_PIXELS = 480
JPEG_QUALITY = 88
_PATTERNS = {
    "solid": "solid", "striped": "striped", "vertical": "striped", "pinstriped": "striped", "checked": "checked",
    "gingham": "checked",
}  # fmt: skip
_SEASONS = {
    "spring": "blouse blazer flats",
    "summer": "shorts sandals tank-top sunglasses cap",
    "fall": "jacket cardigan hat",
    "winter": "coat sweater scarf boots hoodie",
}
_SHOPS = ("paris", "lyon", "marseille", "bordeaux", "lille", "nantes")
OnProgress = Callable[[int, int], None]
"""Called with the number of products written so far and the number of all."""


def write_demo_catalogue(
    folder: Path,
    *,
    products: Sequence[DemoProduct] | None = None,
    on_progress: OnProgress = lambda done, total: None,
    side_pixels: int = IMAGE_SIDE_PIXELS,
) -> None:
    """Write `products.jsonl` and `images/SKU.jpg` under the folder; the feed comes last, when its images are there.

    products: the whole demo shop when None.
    """
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    products = demo_products() if products is None else products
    for number, product in enumerate(products, start=1):
        drawing = draw_garment(product.spec, side_pixels=side_pixels, seed=product.seed)
        Image.fromarray(drawing.image).save(images / f"{product.sku}.jpg", quality=JPEG_QUALITY)
        on_progress(number, len(products))
    lines = [json.dumps(feed_row(product), ensure_ascii=False) for product in products]
    (folder / "products.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def feed_row(product: DemoProduct) -> dict[str, str | int | list[str]]:
    """Return the product as one flat record; `image` is relative to the folder of images."""
    return {
        "sku": product.sku,
        "title_fr": product.title_fr,
        "title_en": product.title_en,
        "description_fr": product.description_fr,
        "description_en": product.description_en,
        "brand": product.brand,
        "category": product.category,
        "colour": product.colour,
        "gender": product.gender,
        "sizes": list(product.sizes),
        "price": str(product.price_euros),
        "currency": "EUR",
        "stock": product.stock,
        "image": f"{product.sku}.jpg",
        **_trade(product),
    }


def _trade(product: DemoProduct) -> dict[str, str | int]:
    """What a merchandiser knows of the product: its pattern, its season, its cost, and the shops that have it."""
    dice = Random(product.seed)
    season = next(
        (name for name, worn in _SEASONS.items() if product.category in worn.split()), dice.choice(list(_SEASONS))
    )
    cost = (product.price_euros * dice.randint(35, 62) / 100).quantize(Decimal("0.01"))
    row: dict[str, str | int] = {
        "pattern": _PATTERNS.get(product.spec.pattern, "printed"), "season": season, "cost": str(cost)
    }  # fmt: skip
    left = product.stock
    for shop in dice.sample(_SHOPS, k=3):
        pieces = dice.randint(0, left // 2)
        left -= pieces
        row[f"stock_{shop}"] = pieces
    return row


def write_demo_looks(folder: Path, *, height_pixels: int = 960) -> list[Path]:
    """Write one JPEG for each demo look, named by its slug; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for look in demo_looks():
        drawing = draw_look(look.spec, height_pixels=height_pixels, seed=look.seed)
        files.append(folder / f"{look.slug}.jpg")
        Image.fromarray(drawing.image).save(files[-1], quality=90)
    return files
