"""What words ask for, in the few names under which searches are counted: the words themselves go nowhere."""

from catalog.vocabulary import Kind, as_slug, canonical
from privacy.statistics import CountedGarment

_LONGEST_TERM_WORDS = 3

_GARMENT_OF = {
    "top": "t-shirt top tank-top polo-shirt shirt blouse tunic kurta sweater sweatshirt hoodie cardigan waistcoat",
    "outerwear": "jacket coat blazer suit",
    "pants": "jeans trousers joggers leggings shorts",
    "skirt": "skirt",
    "dress": "dress jumpsuit saree",
    "shoes": "casual-shoes formal-shoes sneakers boots heels flats sandals flip-flops",
    "hat": "hat cap",
    "bag": "bag backpack clutch",
    "eyewear": "sunglasses",
    "belt": "belt",
    "scarf": "scarf",
}
_BY_CATEGORY = {category: garment for garment, categories in _GARMENT_OF.items() for category in categories.split()}
_FAMILY_OF = {
    "cream": "white",
    "silver": "grey",
    "gold": "yellow",
    "burgundy": "red",
    "navy": "blue",
    "light-blue": "blue",
    "turquoise": "blue",
    "olive": "green",
    "khaki": "green",
    "multicolour": "",
}


def garment_of_category(category: str) -> str:
    """Return what a photo's garment of this category is called (`dress`, `top` …); else the category itself."""
    return _BY_CATEGORY.get(category, category)


def family_of_colour(colour: str) -> str:
    """Return the colour family of a shop's colour; empty for many colours."""
    return _FAMILY_OF.get(colour, colour)


def categories_of_garment(garment: str) -> list[str]:
    """Return the categories that count as this garment: those for which `garment_of_category` returns it."""
    return _GARMENT_OF[garment].split() if garment in _GARMENT_OF else [garment]


def colours_of_family(family: str) -> list[str]:
    """Return the shop's colours that count as this one: those for which `family_of_colour` returns it."""
    return [family, *(colour for colour, its_family in _FAMILY_OF.items() if its_family == family)]


def wanted_by_words(text: str) -> CountedGarment:
    """Return the garment and the colour family that words (French or English) name first; empty where they name none.

    Only the shop's own names come back, whatever the words were.
    """
    words = as_slug(text).split("-")
    category, colour = _first(Kind.CATEGORY, words), _first(Kind.COLOUR, words)
    return CountedGarment(garment_of_category(category), family_of_colour(colour))


def _first(kind: Kind, words: list[str]) -> str:
    """Return the slug of the first term in the words, a longer term before a shorter one."""
    for start in range(len(words)):
        for end in range(min(len(words), start + _LONGEST_TERM_WORDS), start, -1):
            if slug := canonical(kind, " ".join(words[start:end])):
                return slug
    return ""
