"""What was read of a product's picture, in the desk's language."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from catalog.vocabulary import Kind, canonical, label_of
from recommender.attributes import ATTRIBUTES, COLOUR, AttributeReading, ReadAttribute
from recommender.garment_colours import srgb_hex

_ = lazy_gettext

ATTRIBUTE_WORDS = {
    "articleType": _("Type"),
    "colour": _("Colour"),
    "pattern": _("Pattern"),
    "usage": _("Usage"),
    "gender": _("For"),
    "season": _("Season"),
}

_VALUE_WORDS = {
    "pattern": {
        "solid": _("Plain"),
        "striped": _("Striped"),
        "checked": _("Checked"),
        "printed": _("Printed"),
        "other": _("Another pattern"),
    },
    "usage": {"Casual": _("Casual"), "Sports": _("Sports"), "Formal": _("Formal"), "Ethnic": _("Traditional")},
    "season": {"Spring": _("Spring"), "Summer": _("Summer"), "Fall": _("Autumn"), "Winter": _("Winter")},
}
_SHADE_WORDS = {
    "black": _("Black"),
    "white": _("White"),
    "off-white": _("Off-white"),
    "charcoal": _("Charcoal"),
    "grey": _("Grey"),
    "light grey": _("Light grey"),
    "brown": _("Brown"),
    "dark brown": _("Dark brown"),
    "tan": _("Tan"),
    "rust": _("Rust"),
    "taupe": _("Taupe"),
    "cream": _("Cream"),
    "beige": _("Beige"),
    "sand": _("Sand"),
    "nude": _("Nude"),
    "red": _("Red"),
    "dark red": _("Dark red"),
    "burgundy": _("Burgundy"),
    "coral": _("Coral"),
    "pink": _("Pink"),
    "light pink": _("Light pink"),
    "fuchsia": _("Fuchsia"),
    "dusty pink": _("Dusty pink"),
    "orange": _("Orange"),
    "peach": _("Peach"),
    "burnt orange": _("Burnt orange"),
    "yellow": _("Yellow"),
    "light yellow": _("Light yellow"),
    "mustard": _("Mustard"),
    "gold": _("Gold"),
    "green": _("Green"),
    "dark green": _("Dark green"),
    "light green": _("Light green"),
    "lime": _("Lime"),
    "olive": _("Olive"),
    "khaki": _("Khaki"),
    "mint": _("Mint"),
    "teal": _("Teal"),
    "sage": _("Sage"),
    "blue": _("Blue"),
    "navy": _("Navy"),
    "royal blue": _("Royal blue"),
    "light blue": _("Light blue"),
    "sky blue": _("Sky blue"),
    "denim": _("Denim"),
    "turquoise": _("Turquoise"),
    "purple": _("Purple"),
    "lavender": _("Lavender"),
    "plum": _("Plum"),
    "mauve": _("Mauve"),
}

_LEAST_SHOWN = 0.005
"""Rarer values would be shown as 0 %."""


@dataclass(frozen=True)
class ShownValue:
    """A value in words and its probability, 0 to 1."""

    words: str
    probability: float


@dataclass(frozen=True)
class ShownColour:
    """A colour in words, with its share, 0 to 1, and as `#rrggbb`."""

    words: str
    share: float
    code: str


@dataclass(frozen=True)
class ShownAttribute:
    """One row of the desk's page: what was read and what it can be corrected to."""

    name: str
    title: LazyString
    best: ShownValue
    others: tuple[ShownValue, ...]
    corrected_to: str
    """The stored correction, or empty."""
    choices: tuple[tuple[str, str], ...]
    """(value, words), in the order of the words."""


def shown_colours(reading: AttributeReading) -> tuple[ShownColour, ...]:
    """Return the garment's colours, the main one first."""
    return tuple(
        ShownColour(str(_SHADE_WORDS[colour.shade]), colour.share, srgb_hex(colour.lab)) for colour in reading.colours
    )


def shown_attributes(
    reading: AttributeReading, known: Mapping[str, tuple[str, ...]], corrections: Mapping[str, str], language: str
) -> list[ShownAttribute]:
    """Return a row for each attribute."""
    return [
        ShownAttribute(
            name,
            ATTRIBUTE_WORDS[name],
            *_said(name, reading, known[name], language),
            corrected_to=corrections.get(name, ""),
            choices=tuple(
                sorted(
                    ((value, words_of(name, value, language, among=known[name])) for value in known[name]),
                    key=lambda choice: choice[1],
                )
            ),
        )
        for name in ATTRIBUTES
    ]


def words_of(attribute: str, value: str, language: str, *, among: Collection[str] = ()) -> str:
    """Return a value in words; one that the shop has no word for as the models call it.

    among: the values that it must be told from. The models know more types than the shop has words for: where two of
    them have one word, each is followed by the models' own.
    """
    if attribute == "articleType":
        label = _type_label(value, language)
        is_shared = any(other != value and _type_label(other, language) == label for other in among)
        return f"{label} · {value}" if is_shared and label != value else label
    if attribute == "gender":
        return label_of(Kind.GENDER, canonical(Kind.GENDER, value) or value, language)
    if attribute == COLOUR:
        return str(_SHADE_WORDS.get(value, value))
    return str(_VALUE_WORDS[attribute].get(value, value))


def _type_label(value: str, language: str) -> str:
    slug = canonical(Kind.CATEGORY, value)
    return label_of(Kind.CATEGORY, slug, language) if slug else value


def _said(
    name: str, reading: AttributeReading, known: Collection[str], language: str
) -> tuple[ShownValue, tuple[ShownValue, ...]]:
    if name == COLOUR:
        main = reading.colours[0]
        return ShownValue(words_of(COLOUR, main.name, language), main.probability), ()
    read: ReadAttribute = reading.values[name]
    best, *others = (
        ShownValue(words_of(name, one.value, language, among=known), one.probability)
        for one in (read.best, *read.others)
    )
    return best, tuple(other for other in others if other.probability >= _LEAST_SHOWN)
