"""Google Merchant's product data (the attributes of its XML and TSV feeds) -> fields of ours, and back.

https://support.google.com/merchants/answer/7052112

Google wants an item for each size of a product; those that follow one another become one product of ours again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from catalog.feed_mapping import Cell
from catalog.vocabulary import Kind, as_slug, canonical
from storage.database import now

GOOGLE_PREFIX = "g:"
_MOST_SIZES = 500
"""Of one product: each is compared with those before it."""
_MOST_DIGITS = 12
_SIGNS_OF_GOOGLE = {"id", "title", "image_link", "price"}
_NAMES = """
    id title structured_title short_title description structured_description link mobile_link canonical_link image_link
    additional_image_link lifestyle_image_link video_link virtual_model_link ads_redirect availability
    availability_date expiration_date disclosure_date pause price sale_price sale_price_effective_date
    auto_pricing_min_price maximum_retail_price cost_of_goods_sold unit_pricing_measure unit_pricing_base_measure
    installment subscription_cost loyalty_program loyalty_points minimum_order_value quantity sell_on_google_quantity
    google_product_category product_type brand gtin mpn identifier_exists condition adult multipack is_bundle
    certification energy_efficiency_class min_energy_efficiency_class max_energy_efficiency_class age_group color
    gender material pattern size size_type size_system item_group_id product_length product_width product_height
    product_weight product_detail product_highlight custom_label_0 custom_label_1 custom_label_2 custom_label_3
    custom_label_4 promotion_id excluded_destination included_destination shopping_ads_excluded_country shipping
    shipping_label shipping_weight shipping_length shipping_width shipping_height ships_from_country
    max_handling_time min_handling_time transit_time_label tax tax_category store_code pickup_method pickup_sla
"""
_ATTRIBUTES = frozenset(_NAMES.split())
_SOURCES = {
    "sku": {"id"},
    "title": {"title"},
    "description": {"description"},
    "brand": {"brand"},
    "category": {"google_product_category", "product_type"},
    "sub_category": {"product_type"},
    "colour": {"color"},
    "pattern": {"pattern"},
    "gender": {"gender"},
    "sizes": {"size"},
    "price": {"price", "sale_price"},
    "cost": {"cost_of_goods_sold"},
    "stock": {"quantity", "sell_on_google_quantity", "availability"},
    "link": {"link"},
    "image": {"image_link"},
}
"""Our field -> Google's that say it: without any of them an item does not speak of it."""
_PIECES_OF_AVAILABILITY = {"in_stock": "1", "out_of_stock": "0", "preorder": "0", "backorder": "0"}
"""A feed that says "in stock" promises one piece at least, and no more."""
_OF_CHILDREN = {"newborn", "infant", "toddler", "kids"}
_GENDERS = {"female": ("women", "girls"), "male": ("men", "boys"), "unisex": ("unisex", "unisex")}
_WORLD = "Apparel & Accessories"


class _Node(NamedTuple):
    number: str
    path: str
    slug: str


# Google's product taxonomy of 2021-09-21 as far as a fashion shop needs it; of several nodes of one slug the first is
# what an export says.
_TAXONOMY = tuple(
    _Node(number, " > ".join((_WORLD, *path.split(" > "))) if path else _WORLD, slug)
    for number, path, slug in (
        ("212", "Clothing > Shirts & Tops", "top"),
        ("2271", "Clothing > Dresses", "dress"),
        ("5441", "Clothing > Wedding & Bridal Party Dresses", "dress"),
        ("5424", "Clothing > Baby & Toddler Clothing > Baby & Toddler Dresses", "dress"),
        ("204", "Clothing > Pants", "trousers"),
        ("207", "Clothing > Shorts", "shorts"),
        ("5344", "Clothing > Skorts", "shorts"),
        ("1581", "Clothing > Skirts", "skirt"),
        ("5598", "Clothing > Outerwear > Coats & Jackets", "jacket"),
        ("203", "Clothing > Outerwear", "jacket"),
        ("1831", "Clothing > Outerwear > Vests", "waistcoat"),
        ("1594", "Clothing > Suits", "suit"),
        ("5250", "Clothing > One-Pieces > Jumpsuits & Rompers", "jumpsuit"),
        ("5182", "Clothing > One-Pieces", "jumpsuit"),
        ("8248", "Clothing > Traditional & Ceremonial Clothing > Saris & Lehengas", "saree"),
        ("211", "Clothing > Swimwear", "swimwear"),
        ("208", "Clothing > Sleepwear & Loungewear", "nightwear"),
        ("213", "Clothing > Underwear & Socks", "underwear"),
        ("209", "Clothing > Underwear & Socks > Socks", "socks"),
        ("215", "Clothing > Underwear & Socks > Hosiery", "tights"),
        ("187", "Shoes", "casual-shoes"),
        ("173", "Clothing Accessories > Hats", "hat"),
        ("2020", "Clothing Accessories > Headwear", "hat"),
        ("169", "Clothing Accessories > Belts", "belt"),
        ("177", "Clothing Accessories > Scarves & Shawls", "scarf"),
        ("170", "Clothing Accessories > Gloves & Mittens", "gloves"),
        ("176", "Clothing Accessories > Neckties", "tie"),
        ("178", "Clothing Accessories > Sunglasses", "sunglasses"),
        ("3032", "Handbags, Wallets & Cases > Handbags", "bag"),
        ("2668", "Handbags, Wallets & Cases > Wallets & Money Clips", "wallet"),
        ("201", "Jewelry > Watches", "watch"),
        ("188", "Jewelry", "jewellery"),
        ("167", "Clothing Accessories", "accessory"),
    )
)
_SLUG_OF = {key: node.slug for node in _TAXONOMY for key in (node.number, node.path)}


def is_google(columns: Iterable[str]) -> bool:
    """Say whether a table with these columns is Google's product data, and not a feed with our own fields."""
    names = {_plain(column) for column in columns}
    # A supplemental feed has the id, and of the attributes some alone.
    is_supplement = "id" in names and names <= _ATTRIBUTES
    return (is_supplement or names >= _SIGNS_OF_GOOGLE) and "sku" not in names


def our_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Return what the columns of a Google table become: our fields, Google's as `g:…`, and those as they are named."""
    ours = our_cells(dict.fromkeys(columns, "-"))
    first = [name for name in _SOURCES if name in ours]
    return tuple(dict.fromkeys((*first, *(GOOGLE_PREFIX + _plain(column) for column in columns), *columns)))


def our_cells(cells: Mapping[str, Cell], *, moment: datetime | None = None) -> dict[str, Cell]:
    """Return our fields of an item, and all that it says as `g:…`, for a mapping that reads it otherwise.

    moment: for a sale price that holds from and to a date; now by default.
    """
    google = {_plain(name): cell for name, cell in cells.items()}
    category, sub_category = _categories(_text(google, "google_product_category"), _texts(google, "product_type"))
    ours: dict[str, Cell] = {
        "sku": _sku(google),
        "title": _text(google, "title"),
        "description": _text(google, "description"),
        "brand": _text(google, "brand"),
        "category": category,
        "sub_category": sub_category,
        # "Red/Green/Black": the first is the main one.
        "colour": _text(google, "color").partition("/")[0],
        "pattern": _text(google, "pattern"),
        "gender": _gender(_text(google, "gender"), _text(google, "age_group")),
        "sizes": _texts(google, "size"),
        "price": _price(google, moment or now()),
        "cost": _text(google, "cost_of_goods_sold"),
        "stock": _stock(google),
        "link": _text(google, "link"),
        "image": tuple(dict.fromkeys((*_texts(google, "image_link"), *_more_images(google)))),
    }
    raw = {GOOGLE_PREFIX + name: cell for name, cell in google.items()}
    said = {name: cell for name, cell in ours.items() if not _SOURCES[name].isdisjoint(google)}
    if not said.get("price") and "price" not in google:
        # A sale alone, which is over: it says nothing of the price.
        said.pop("price", None)
    return {**cells, **raw, **said}


def is_another_size(product: Mapping[str, Cell], item: Mapping[str, Cell]) -> bool:
    """Say whether an item is one more size of the product before it; both as `our_cells` gives them."""
    is_of_it = bool(item.get("g:item_group_id")) and item.get("sku") == product.get("sku")
    if not is_of_it or "sizes" not in item or "sizes" not in product or len(product["sizes"]) >= _MOST_SIZES:
        return False
    return not set(item["sizes"]) & set(product["sizes"])


def with_another_size(product: Mapping[str, Cell], item: Mapping[str, Cell]) -> dict[str, Cell]:
    """Return the product with the item's size and pieces; all else is as its first item says."""
    sizes = dict.fromkeys((*product["sizes"], *item["sizes"]))
    stocks = [str(cells.get("stock", "")) for cells in (product, item)]
    are_numbers = all(each.isdecimal() and len(each) <= _MOST_DIGITS for each in stocks)
    together = {"stock": str(sum(map(int, stocks)))} if are_numbers else {}
    return {**product, "sizes": tuple(sizes), **together}


def google_category(slug: str) -> str:
    """Return Google's path of a category of ours; empty for one that it has no node for."""
    return next((node.path for node in _TAXONOMY if node.slug == slug), "")


def _plain(name: str) -> str:
    """Google's name of an attribute: a table may write "g:image_link" or "image link"."""
    return re.sub(r"[\s_]+", "_", name.strip().lower().removeprefix(GOOGLE_PREFIX))


def _text(google: Mapping[str, Cell], name: str) -> str:
    cell = google.get(name, "")
    return (cell if isinstance(cell, str) else next((text for text in cell if text.strip()), "")).strip()


def _texts(google: Mapping[str, Cell], name: str) -> tuple[str, ...]:
    cell = google.get(name, "")
    return tuple(text.strip() for text in ((cell,) if isinstance(cell, str) else cell) if text.strip())


def _sku(google: Mapping[str, Cell]) -> str:
    """The item's id; where the item is a size of a product, the product's: the id without the size, or its group's."""
    item, group = _text(google, "id"), _text(google, "item_group_id")
    size, colour = as_slug(_text(google, "size")), as_slug(_text(google, "color"))
    if not (group and size):
        return item
    without = re.sub(rf"[-_.:]{re.escape(size)}$", "", item, flags=re.IGNORECASE)
    if without != item:
        return without
    return f"{group}-{colour}" if colour else group


def _more_images(google: Mapping[str, Cell]) -> tuple[str, ...]:
    """A table lists them with commas; a comma of an address itself is followed by no scheme."""
    return tuple(
        address
        for text in _texts(google, "additional_image_link")
        for address in re.split(r"\s*,\s*(?=https?://)", text)
    )


def _categories(google: str, own: Sequence[str]) -> tuple[str, str]:
    """The category, and the finer word where the shop's own path (product_type) has one below it."""
    segments = [segment.strip() for segment in (own[0] if own else "").split(">") if segment.strip()]
    for place in range(len(segments) - 1, -1, -1):
        if slug := canonical(Kind.CATEGORY, segments[place]):
            return slug, segments[-1] if place < len(segments) - 1 else ""
    finer = segments[-1] if segments else ""
    path = google
    while path:
        if path in _SLUG_OF:
            return _SLUG_OF[path], finer
        path = path.rpartition(" > ")[0]
    return (finer, "") if finer else (google, "")


def _gender(gender: str, age_group: str) -> str:
    adults, children = _GENDERS.get(gender.lower(), (gender, gender))
    return children if age_group.lower() in _OF_CHILDREN else adults


def _stock(google: Mapping[str, Cell]) -> str:
    counted = _text(google, "quantity") or _text(google, "sell_on_google_quantity")
    availability = _text(google, "availability")
    return counted or _PIECES_OF_AVAILABILITY.get(_plain(availability), availability)


def _price(google: Mapping[str, Cell], moment: datetime) -> str:
    sale, dates = _text(google, "sale_price"), _text(google, "sale_price_effective_date")
    return sale if sale and _holds(dates, moment) else _text(google, "price")


def _holds(dates: str, moment: datetime) -> bool:
    """Whether the moment lies between the two dates of ISO 8601; without dates, or with wrong ones, it always does."""
    try:
        begin, end = (datetime.fromisoformat(text.strip()) for text in dates.split("/"))
        return begin <= moment <= end
    except (ValueError, TypeError):
        return True
