"""A folder of labelled products (`products.csv` and `images/`) -> what the classification study needs of it."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.vocabulary import CATEGORIES, COLOURS
from recommender.errors import StudySetUnreadable
from recommender.listings import Listing

COLUMNS = {
    "category": ("category", "articletype", "article_type", "product_category", "label", "class"),
    "fine": ("sub_category", "subcategory", "product_sub_category"),
    "title": ("product_name", "productdisplayname", "product_display_name", "title", "name"),
    "description": ("description", "product_description"),
    "photo": ("image", "photo", "image_file", "file"),
    "id": ("id", "uniq_id", "sku", "product_id"),
    "colour": ("basecolour", "base_colour", "colour", "color"),
}
"""What is read -> the columns that may carry it (letters' case does not count); the first that is there is taken."""

FEWEST_OF_A_CATEGORY = 10
"""A rarer category is left out of a cross-validation: each of five folds needs some of it."""
_FIELD_BYTES = 1_000_000


@dataclass(frozen=True)
class StudyProduct:
    """One product: its words, its photo's place (None without one), and what it is.

    fine: a finer word below the category, or empty.
    """

    name: str
    listing: Listing
    photo: Path | None
    category: str
    fine: str = ""
    colour: str = ""


@dataclass(frozen=True)
class StudySet:
    """The products of a folder, in the order of its table; `notes` say what was left out."""

    folder: Path
    products: tuple[StudyProduct, ...]
    notes: tuple[str, ...] = ()

    @property
    def categories(self) -> list[str]:
        """Each product's category."""
        return [product.category for product in self.products]

    @property
    def leaks(self) -> bool:
        """Whether type and colour words are known, and so can be masked: the table says the products' colours."""
        return any(product.colour for product in self.products)


def read_study_set(folder: Path, *, limit: int | None = None) -> StudySet:
    """Return the labelled products of a folder; with `limit`, so many, spread evenly over the table.

    Raises StudySetUnreadable when it has no such table, no category, or nothing to tell a product by.
    """
    path = folder / "products.csv"
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            products, notes = _products(folder, file)
    except FileNotFoundError as error:
        raise StudySetUnreadable(f"{folder} holds no products.csv: a folder to study has it, and images/") from error
    except OSError as error:
        raise StudySetUnreadable(f"{path} cannot be read: {error.strerror}") from error
    except csv.Error as error:
        raise StudySetUnreadable(f"{path} is no table of comma-separated values: {error}") from error
    if not products:
        raise StudySetUnreadable(f"{path} holds no product with a category")
    if limit is not None and limit < len(products):
        notes.append(f"{limit} of {len(products)} products, evenly spread (--limit)")
        products = [products[number * len(products) // limit] for number in range(limit)]
    return StudySet(folder, tuple(products), tuple(notes))


def without_rare(studied: StudySet, *, fewest: int = FEWEST_OF_A_CATEGORY) -> StudySet:
    """Return the set without categories of fewer products. Raises StudySetUnreadable when fewer than two are left."""
    counts = Counter(studied.categories)
    kept = tuple(product for product in studied.products if counts[product.category] >= fewest)
    if len({product.category for product in kept}) < 2:
        raise StudySetUnreadable(
            f"{studied.folder / 'products.csv'} has fewer than two categories of {fewest} products: "
            "there is nothing to tell apart"
        )
    rare = sorted(name for name, count in counts.items() if count < fewest)
    said = f"{len(rare)} categories of fewer than {fewest} products were left out: {', '.join(rare)}"
    return replace(studied, products=kept, notes=(*studied.notes, *([said] if rare else [])))


def masked(studied: StudySet) -> StudySet:
    """Return the set with every word of its categories and colours, and the shop's own, taken out of the words."""
    pattern = _leaking_words(studied.products)
    return replace(studied, products=tuple(_masked(product, pattern) for product in studied.products))


def _masked(product: StudyProduct, pattern: re.Pattern[str]) -> StudyProduct:
    listing = product.listing
    words = Listing(pattern.sub(" ", listing.title).strip(), pattern.sub(" ", listing.description).strip())
    return replace(product, listing=words)


def _leaking_words(products: Sequence[StudyProduct]) -> re.Pattern[str]:
    phrases = [word for product in products for word in (product.category, product.fine, product.colour)]
    phrases += [term.en for term in (*CATEGORIES, *COLOURS)]
    words = {_stem(word) for phrase in set(phrases) for word in re.findall(r"[^\W\d_]{3,}", phrase.casefold())}
    # "T-shirt", "T shirt" and "Tshirts" are one word.
    listed = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"\b(?:t[- ]?)?(?:{listed})(?:s|es)?\b", re.IGNORECASE)


def _stem(word: str) -> str:
    return word.removesuffix("es") if word.endswith(("sses", "ches", "shes")) else word.removesuffix("s")


def _products(folder: Path, lines: Iterable[str]) -> tuple[list[StudyProduct], list[str]]:
    csv.field_size_limit(_FIELD_BYTES)
    table = csv.DictReader(lines)
    columns = _columns(table.fieldnames or [])
    path = folder / "products.csv"
    if "category" not in columns:
        raise StudySetUnreadable(f"{path} has no column of the category: one of {', '.join(COLUMNS['category'])}")
    if not {"title", "description", "photo", "id"} & columns.keys():
        raise StudySetUnreadable(f"{path} has neither words nor photos: a title, a description or an image column")
    read = list(_rows(folder, table, columns))
    products = [product for product in read if product.category]
    notes = []
    if len(products) < len(read):
        notes.append(f"{len(read) - len(products)} rows without a category were left out")
    for what, many in (
        ("photo", sum(product.photo is None for product in products)),
        ("words", sum(not product.listing.has_words for product in products)),
    ):
        if many:
            notes.append(f"{many} products without {what}")
    return products, notes


def _columns(header: Sequence[str]) -> dict[str, str]:
    by_name = {name.strip().casefold().replace(" ", "_"): name for name in header if name}
    found = {}
    for what, names in COLUMNS.items():
        column = next((by_name[name] for name in names if name in by_name), None)
        if column is not None:
            found[what] = column
    return found


def _rows(folder: Path, table: Iterable[dict[str, str]], columns: dict[str, str]) -> Iterator[StudyProduct]:
    for number, row in enumerate(table, start=1):
        said = {what: (row.get(column) or "").strip() for what, column in columns.items()}
        listing = Listing(said.get("title", ""), said.get("description", ""))
        name = said.get("id") or said.get("photo") or f"row {number}"
        category = said["category"]
        fine = f"{category} / {said['fine']}" if said.get("fine") else ""
        yield StudyProduct(name, listing, _photo(folder, said), category, fine, said.get("colour", ""))


def _photo(folder: Path, said: dict[str, str]) -> Path | None:
    """Return the photo's place: the one that is named, else ID.jpg; a name never leads out of images/."""
    names = (Path(said.get("photo", "")).name, Path(f"{said['id']}.jpg").name if said.get("id") else "")
    return next((path for name in names if name and _is_file(path := folder / "images" / name)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # Some names are none, such as one that is too long: an address, or a list of them.
        return False
