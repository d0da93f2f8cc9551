"""Folders of photos to judge recommendations by: a catalogue, shoppers' photos, and what no catalogue answers.

The catalogue is `fashion-products`, the shoppers' photos are `clothing-small`; `camvid` (street scenes) and
`marketplace-1050` (other goods) are what nothing answers. Any folder of the same form will do; what the developers keep
out of training is decided here, for both sides.
"""

import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segmentation.errors import EvaluationSetMalformed
from segmentation.evaluation_sets import needed

USER_CLASS_TYPES: dict[str, frozenset[str]] = {
    "t-shirt": frozenset({"Tshirts"}),
    "shirt": frozenset({"Shirts"}),
    "dress": frozenset({"Dresses"}),
    "hat": frozenset({"Caps", "Hat"}),
    "pants": frozenset({"Trousers", "Jeans", "Track Pants", "Leggings", "Capris"}),
    "shoes": frozenset(
        {"Casual Shoes", "Sports Shoes", "Formal Shoes", "Flats", "Heels", "Sandals", "Flip Flops"},
    ),
    "shorts": frozenset({"Shorts"}),
    "skirt": frozenset({"Skirts"}),
    "longsleeve": frozenset({"Tshirts", "Sweatshirts", "Sweaters", "Tops"}),
    "outwear": frozenset({"Jackets", "Sweaters", "Sweatshirts", "Blazers", "Rain Jacket", "Waistcoat"}),
}
"""Class of a clothing-small photo -> the article types of the catalogue that answer it."""

CATALOGUE_COLUMNS = (
    "id",
    "gender",
    "articleType",
    "subCategory",
    "baseColour",
    "season",
    "usage",
    "productDisplayName",
)
GOODS_COLUMNS = ("image", "category", "sub_category")

CLOTHES_AMONG_GOODS = frozenset({"Infant Wear"})
SOLD_AS: dict[str, frozenset[str]] = {
    "Wrist Watches": frozenset({"Watches"}),
    "Fragrances": frozenset({"Perfume and Body Mist", "Deodorant", "Fragrance Gift Set"}),
}
"""sub_category of another good -> the article types that answer it, where a catalogue has them."""


@dataclass(frozen=True)
class CatalogueProduct:
    """A row of `fashion-products` with its picture; an unknown attribute is ""."""

    product_id: str
    picture: Path
    type_name: str
    family: str
    colour: str
    gender: str
    usage: str
    season: str
    title: str


@dataclass(frozen=True)
class OtherGood:
    """A row of `marketplace-1050` that is no garment."""

    picture: Path
    kind: str

    def is_sold_by(self, types: frozenset[str]) -> bool:
        """Say whether a catalogue of these article types answers it all the same."""
        return bool(SOLD_AS.get(self.kind, frozenset()) & types)


def is_held_out(title: str) -> bool:
    """Say whether products of this title are kept for the developers' evaluation (about one title in ten)."""
    return int(hashlib.sha256(title.strip().lower().encode()).hexdigest(), 16) % 10 == 0


def catalogue_products(data: Path, *, held_out: bool = False) -> list[CatalogueProduct]:
    """Return the products whose picture is there, in the order of the table; held_out: those kept out of training.

    Raises EvaluationSetMissing, or EvaluationSetMalformed when the table lacks a column or no picture is there.
    """
    folder = needed(data / "fashion-products")
    products = [_product(folder, row) for row in _rows(folder / "products.csv", CATALOGUE_COLUMNS)]
    found = [product for product in products if product.picture.is_file()]
    if not found:
        raise EvaluationSetMalformed(folder, "holds no picture of its products.csv (images/ID.jpg)")
    return [product for product in found if not held_out or is_held_out(product.title)]


def _product(folder: Path, row: dict[str, str]) -> CatalogueProduct:
    return CatalogueProduct(
        product_id=row["id"],
        picture=folder / "images" / f"{row['id']}.jpg",
        type_name=row["articleType"],
        family=row["subCategory"],
        colour=row["baseColour"],
        gender=row["gender"],
        usage=row["usage"],
        season=row["season"],
        title=row["productDisplayName"],
    )


_WORDS_OF_PATTERN = {
    "solid": "solid|plain",
    "striped": "stripe|stripes|striped|pinstripe|pinstriped",
    "checked": "check|checks|checked|checkered|chequered|plaid|gingham|tartan",
    "printed": "print|prints|printed|graphic",
    "other": "floral|polka|dot|dots|dotted|paisley|camo|camouflage|animal|leopard|embroidered|tie-dye",
}
_PATTERNS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _WORDS_OF_PATTERN.items()}


def pattern_named_by(title: str) -> str:
    """Return the one pattern (solid, striped, checked, printed, other) that a title names; "" for none or several."""
    named = [name for name, words in _PATTERNS.items() if words.search(title)]
    return named[0] if len(named) == 1 else ""


def street_scenes(data: Path) -> list[Path]:
    """Return the photos of `camvid`, of all its splits. Raises EvaluationSetMissing, EvaluationSetMalformed."""
    folder = needed(data / "camvid")
    found = sorted(path for path in folder.glob("*/photos/*") if path.suffix.lower() in {".jpg", ".png"})
    if not found:
        raise EvaluationSetMalformed(folder, "holds no photo (<split>/photos/*.jpg)")
    return found


def other_goods(data: Path) -> list[OtherGood]:
    """Return the marketplace goods that are no clothes and whose picture is there.

    Raises EvaluationSetMissing, or EvaluationSetMalformed when the table lacks a column or no picture is there.
    """
    folder = needed(data / "marketplace-1050")
    rows = _rows(folder / "products.csv", GOODS_COLUMNS)
    goods = [OtherGood(folder / "images" / row["image"], row["sub_category"]) for row in rows]
    found = [good for good in goods if good.kind not in CLOTHES_AMONG_GOODS and good.picture.is_file()]
    if not found:
        raise EvaluationSetMalformed(folder, "holds no picture of its products.csv (images/…)")
    return found


def _rows(table: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            lacking = [column for column in columns if column not in (reader.fieldnames or ())]
            if lacking:
                raise EvaluationSetMalformed(table, f"lacks the columns {', '.join(lacking)}")
            return [{column: (row[column] or "").strip() for column in columns} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EvaluationSetMalformed(table, f"cannot be read as a table: {error}") from error
