"""Captions say only what the attributes say, in both languages."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.captions import (
    COLOURS,
    DETAILS,
    GENDERS,
    NOUNS,
    USAGES,
    Attributes,
    brand_of,
    details_of,
    is_described,
    nouns_for,
    write_caption,
)

TYPES = sorted({name for noun in NOUNS for name in noun.types})
LANGUAGES = ("en", "fr")

known_attributes = st.builds(
    Attributes,
    types=st.sampled_from(TYPES).map(lambda name: frozenset({name})),
    colour=st.sampled_from([*COLOURS, None]),
    gender=st.sampled_from([*GENDERS, "Unisex", None]),
    usage=st.sampled_from([*USAGES, None]),
    brand=st.sampled_from(["puma", "tommy hilfiger", None]),
    details=st.sets(st.sampled_from(sorted(DETAILS))).map(frozenset),
)
seeds = st.integers(0, 10_000)


def _colour_words(language: str, colour: str) -> set[str]:
    if language == "en":
        return set(COLOURS[colour].english)
    return {form for forms in COLOURS[colour].french for form in forms}


def _noun_words(language: str) -> dict[str, frozenset[str]]:
    """Each noun and all types that it may stand for."""
    meanings: dict[str, frozenset[str]] = {}
    for noun in NOUNS:
        words = noun.english if language == "en" else tuple(french.word for french in noun.french)
        for word in words:
            meanings[word] = meanings.get(word, frozenset()) | noun.types
    return meanings


def _longest_first(words: set[str]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])")


@pytest.mark.parametrize("language", LANGUAGES)
@given(attributes=known_attributes, seed=seeds)
def test_a_caption_names_no_colour_but_the_garments_own(language: str, attributes: Attributes, seed: int) -> None:
    text = write_caption(attributes, language=language, rng=random.Random(seed)).text
    own = _colour_words(language, attributes.colour) if attributes.colour else set()
    every = set().union(*(_colour_words(language, colour) for colour in COLOURS))
    # Nouns such as "trench" hold no colour word, so what is found is said as a colour.
    assert set(_longest_first(every).findall(text)) <= own


@pytest.mark.parametrize("language", LANGUAGES)
@given(attributes=known_attributes, seed=seeds)
def test_a_caption_names_no_type_but_the_garments_own(language: str, attributes: Attributes, seed: int) -> None:
    plain = Attributes(attributes.types, attributes.colour, attributes.gender)
    text = write_caption(plain, language=language, rng=random.Random(seed)).text
    meanings = _noun_words(language)
    for word in _longest_first(set(meanings)).findall(text):
        assert attributes.types <= meanings[word]


@pytest.mark.parametrize("language", LANGUAGES)
@given(attributes=known_attributes, seed=seeds)
def test_a_caption_describes_the_garment_that_it_was_written_for(
    language: str, attributes: Attributes, seed: int
) -> None:
    caption = write_caption(attributes, language=language, rng=random.Random(seed))
    assert is_described(attributes, caption) is True


@given(attributes=known_attributes, seed=seeds)
def test_the_same_seed_writes_the_same_caption(attributes: Attributes, seed: int) -> None:
    first, second = (write_caption(attributes, language="fr", rng=random.Random(seed)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("garment", "red_dress_fits"),
    [
        (Attributes(frozenset({"Dresses"}), "Red"), True),
        (Attributes(frozenset({"Dresses"}), "Green"), False),
        (Attributes(frozenset({"Shirts"}), "Red"), False),
        (Attributes(frozenset({"Dresses"}), "Maroon"), None),
        (Attributes(frozenset({"Dresses"})), None),
        (Attributes(frozenset({"Dresses", "Skirts"}), "Red"), None),
    ],
)
def test_what_is_unknown_or_near_is_neither_right_nor_wrong(garment: Attributes, red_dress_fits: bool | None) -> None:
    rng = random.Random(3)
    red_dress = Attributes(frozenset({"Dresses"}), "Red")
    captions = [write_caption(red_dress, language="en", rng=rng) for _ in range(60)]
    full = next(caption for caption in captions if caption.types and caption.colour)
    assert is_described(garment, full) is red_dress_fits


def test_french_adjectives_agree_with_their_noun() -> None:
    white_shoes = Attributes(frozenset({"Flats"}), "White")
    texts = " ".join(write_caption(white_shoes, language="fr", rng=random.Random(seed)).text for seed in range(200))
    assert "ballerines blanches" in texts
    assert "ballerines blanc " not in texts


def test_nothing_to_say_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to say"):
        write_caption(Attributes(frozenset({"Free Gifts"})), language="en", rng=random.Random(0))


def test_every_type_can_be_named() -> None:
    assert all(nouns_for(frozenset({name})) for name in TYPES)


@pytest.mark.parametrize(
    ("title", "brand", "details"),
    [
        ("Turtle Check Men Red Shirt", "turtle check", {"checked"}),
        ("Puma Men Polo Red TShirt", "puma", {"polo"}),
        ("U.S. Polo Assn. Men Solid Black Sweater", "u.s. polo assn.", {"solid"}),
        ("Red Rose Women Top", None, set()),
    ],
)
def test_titles_give_brands_and_details(title: str, brand: str | None, details: set[str]) -> None:
    assert brand_of(title) == brand
    assert details_of(title) == details
