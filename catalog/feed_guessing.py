"""What a feed's columns probably mean: by their names, in French and English, and by what stands in them.

A guess is shown to a person before anything is imported; so it prefers saying nothing to saying something unlikely.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from catalog.errors import InvalidPrice, UnknownCurrency
from catalog.feed_mapping import Cell, is_field
from catalog.feed_reading import FeedSample
from catalog.money import known_currency, parse_price, split_currency
from catalog.vocabulary import Kind, as_slug, canonical

# French, then English. A name is compared as a slug, so case, accents, `g:` and underscores do not matter.
_FRENCH = {
    "sku": "référence, ref, réf, référence article, référence produit, code article, code produit, identifiant, "
    "id produit, id article, numéro article, ref produit, ref article",
    "title": "titre, nom, libellé, désignation, intitulé, nom produit, nom du produit, nom article, nom de l article, "
    "libellé produit, article, produit",
    "description": "descriptif, description longue, description courte, texte, détails",
    "brand": "marque, fabricant, créateur",
    "category": "catégorie, famille, type, type de produit, type produit, rayon, type article, catégorie produit, "
    "univers",
    "sub_category": "sous catégorie, sous famille, sous rayon",
    "colour": "couleur, coloris, teinte, couleur principale",
    "pattern": "motif, imprimé",
    "gender": "genre, sexe, public, pour",
    "season": "saison, collection",
    "sizes": "taille, tailles, pointure, pointures, tailles disponibles",
    "price": "prix, prix ttc, prix de vente, prix vente, prix public, tarif, pvp, prix unitaire, prix eur, montant",
    "currency": "devise, monnaie",
    "cost": "coût, coût d achat, prix d achat, prix achat, prix de revient, pa ht",
    "stock": "quantité, qté, qte, stock disponible, disponible, disponibilité, quantité disponible, "
    "stock total, pièces",
    "link": "lien, adresse, url produit, lien produit, page produit, fiche produit",
    "image": "photo, photos, image principale, visuel, fichier image, images, nom image, lien image, url image",
}
_ENGLISH = {
    "sku": "id, item id, product id, reference, article number, style number, style id, product code, item code, "
    "code, article id, ean, gtin, mpn",
    "title": "name, product name, product display name, item name, product title, label, display name, product",
    "description": "desc, long description, short description, details, product description, body",
    "brand": "maker, manufacturer, brand name, designer, vendor, label name",
    "category": "product type, type, department, article type, google product category, class, product category, "
    "category name, garment type",
    "sub_category": "subcategory, sub category, sub type",
    "colour": "color, base colour, base color, colour name, color name, main colour",
    "pattern": "print, patterns",
    "gender": "sex, target, audience, for",
    "season": "collection",
    "sizes": "size, sizes available, available sizes",
    "price": "price eur, sale price, selling price, retail price, amount, unit price, rrp, list price",
    "currency": "currency code, price currency",
    "cost": "cost price, unit cost, purchase price, cost of goods sold",
    "stock": "quantity, qty, inventory, in stock, stock quantity, available, units, pieces, stock level, availability",
    "link": "url, product url, product link, page, web address, permalink",
    "image": "image link, image url, picture, photo, filename, file name, image file, images, main image, photo url, "
    "picture url, image name, image src, file",
}
_LANGUAGE_OF = {
    "fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en", "uk": "en", "gb": "en",
}  # fmt: skip
_PICTURE = re.compile(r"\S.*\.(?:jpe?g|png|webp|heic|avif)(?:\?\S*)?", re.IGNORECASE)
_BY_OWN_NAME, _BY_SYNONYM, _BY_WORDS, _BY_VALUES = 4.0, 3.0, 2.0, 1.0
_MOST_THAT_FIT = 0.6


class _Likely(NamedTuple):
    score: float
    field: str
    column: str


def guess_mapping(sample: FeedSample, *, currency: str = "EUR") -> dict[str, Any]:
    """Return the mapping's document that fits the feed's beginning, for a person to look over.

    `currency` is proposed where neither a column nor the prices say one. Each column fills at most one field.
    """
    values = {column: _texts(sample, column) for column in sample.columns}
    chosen: dict[str, str] = {}
    for likely in sorted(_candidates(values), key=lambda each: -each.score):
        if likely.field not in chosen and likely.column not in chosen.values():
            chosen[likely.field] = likely.column
    prices = values.get(chosen.get("price", ""), ())
    defaults = {} if "currency" in chosen or any(split_currency(text)[1] for text in prices) else {"currency": currency}
    return {
        "by_name": False,
        "language": _language_of(chosen.values()),
        "decimal_sign": _decimal_sign(prices),
        # As tables: a column's name may hold braces, which alone would be read as a template.
        "fields": {field: {"column": column} for field, column in chosen.items()},
        "defaults": defaults,
    }


def sample_values(sample: FeedSample, column: str, *, at_most: int = 3) -> list[str]:
    """Return some of the different texts that stand in a column, in the feed's order."""
    return list(dict.fromkeys(_texts(sample, column)))[:at_most]


def _texts(sample: FeedSample, column: str) -> tuple[str, ...]:
    cells = (row.cells.get(column, "") for row in sample.rows)
    return tuple(text for cell in cells if (text := _text(cell)))


def _text(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else " | ".join(cell)


def _candidates(values: Mapping[str, Sequence[str]]) -> Iterator[_Likely]:
    for column, texts in values.items():
        for field, score in _by_name(column):
            if not texts or _share_that_fits(field, texts) >= _MOST_THAT_FIT:
                yield _Likely(score, field, column)
        for field, fits in _TOLD_BY_VALUES.items():
            if texts and all(map(fits, texts)):
                yield _Likely(_BY_VALUES, field, column)


def _by_name(column: str) -> Iterator[tuple[str, float]]:
    slug = as_slug(column.removeprefix("g:"))
    own = slug.replace("-", "_")
    if is_field(own):
        yield own, _BY_OWN_NAME
    words = slug.split("-")
    language = _LANGUAGE_OF.get(words[-1], "")
    plain = "-".join(words[:-1]) if language else slug
    for field, names in _NAMES.items():
        field_in_language = f"{field}_{language}" if language and field in ("title", "description") else field
        if plain in names or plain == field:
            yield field_in_language, _BY_SYNONYM
        elif found := [name for name in names if _holds(words, name.split("-"))]:
            # The longer the name that is found within, the less it is found by chance.
            yield field_in_language, _BY_WORDS + max(map(len, found)) / 100


def _holds(words: Sequence[str], name: Sequence[str]) -> bool:
    return len("".join(name)) > 2 and any(
        list(words[start : start + len(name)]) == list(name) for start in range(len(words))
    )


def _share_that_fits(field: str, texts: Sequence[str]) -> float:
    fits = _FITS.get(field.removesuffix("_fr").removesuffix("_en"))
    if fits is None and field.startswith("stock_"):
        fits = _FITS["stock"]
    return sum(map(fits, texts)) / len(texts) if fits else 1.0


def _is_price(text: str) -> bool:
    amount, currency = split_currency(text)
    # Whichever sign comes last parts the decimals.
    sign = "," if amount.rfind(",") > amount.rfind(".") else "."
    try:
        parse_price(amount, currency or "EUR", decimal_sign=sign)
    except InvalidPrice:
        return False
    return True


def _is_price_with_currency(text: str) -> bool:
    return _is_price(text) and bool(split_currency(text)[1])


def _is_currency(text: str) -> bool:
    try:
        return bool(known_currency(text))
    except UnknownCurrency:
        return False


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in ("http", "https")
    except ValueError:
        return False


def _is_picture(text: str) -> bool:
    return _PICTURE.fullmatch(text) is not None


def _is_word_of(kind: Kind) -> Callable[[str], bool]:
    return lambda text: canonical(kind, text) is not None


_FITS: Mapping[str, Callable[[str], bool]] = {
    "sku": lambda text: len(text) <= 64 and " " not in text and not _is_address(text),
    "title": lambda text: len(text) <= 300 and not _is_address(text) and not text.replace(".", "").isdigit(),
    "price": _is_price,
    "cost": _is_price,
    "currency": _is_currency,
    "stock": lambda text: re.fullmatch(r"\d{1,9}(?:[.,]0+)?|in[ _]stock|out[ _]of[ _]stock", text) is not None,
    "gender": _is_word_of(Kind.GENDER),
    "colour": _is_word_of(Kind.COLOUR),
    "category": lambda text: not _is_address(text) and not text.replace(".", "").isdigit(),
    "link": lambda text: _is_address(text) and not _is_picture(text),
    "image": lambda text: _is_picture(text) or _is_address(text),
}
_TOLD_BY_VALUES: Mapping[str, Callable[[str], bool]] = {
    "image": _is_picture,
    "gender": _is_word_of(Kind.GENDER),
    "colour": _is_word_of(Kind.COLOUR),
    "category": _is_word_of(Kind.CATEGORY),
    "price": _is_price_with_currency,
    "currency": _is_currency,
}


def _names(text: str) -> frozenset[str]:
    return frozenset(as_slug(name) for name in text.split(","))


_FRENCH_NAMES = frozenset().union(*map(_names, _FRENCH.values()))
_NAMES = {field: _names(_FRENCH[field]) | _names(_ENGLISH[field]) for field in _FRENCH}


def _language_of(columns: Iterable[str]) -> str:
    """French when most of the columns that were recognised have French names."""
    slugs = [as_slug(column) for column in columns]
    french = sum(slug in _FRENCH_NAMES for slug in slugs)
    return "fr" if slugs and 2 * french > len(slugs) else "en"


def _decimal_sign(prices: Sequence[str]) -> str:
    """The sign before the last one or two digits, when all prices that have one agree."""
    amounts = [split_currency(text)[0] for text in prices]
    signs = {match[1] for text in amounts if (match := re.search(r"([.,])\d{1,2}$", text))}
    return signs.pop() if len(signs) == 1 else ""
