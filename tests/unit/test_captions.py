"""Captions say only what the attributes say, in both languages."""

import random
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.caption_words import COLOURS, DETAILS, GENDERS, NOUNS, PATTERN_OF_DETAIL, SEASONS, SHADES, USAGES
from training.captions import (
    Attributes,
    Caption,
    brand_of,
    details_of,
    is_described,
    nouns_for,
    plural_of_english,
    plural_of_french,
    vocabulary,
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
    season=st.sampled_from([*SEASONS, None]),
)
seeds = st.integers(0, 10_000)
GLUE = set(re.findall(r"\w+", "a an some in the un une des de d en couleur something anything quelque chose"))


@cache
def _colour_meanings(language: str) -> dict[str, frozenset[str]]:
    """Each colour word and all catalogue colours that it may stand for."""
    meanings: dict[str, frozenset[str]] = {}
    named = [(frozenset({name}), colour) for name, colour in COLOURS.items()]
    for names, entry in (*named, *((shade.means, shade) for shade in SHADES)):
        for forms in entry.in_language(language):
            for word in forms:
                meanings[word] = meanings.get(word, frozenset()) | names
    return meanings


@cache
def _noun_words(language: str) -> dict[str, frozenset[str]]:
    """Each noun, also in the plural, and all types that it may stand for."""
    meanings: dict[str, frozenset[str]] = {}
    for noun in NOUNS:
        english = [word for name in noun.english for word in (name, plural_of_english(name))]
        french = [word for name in noun.french for word in (name.word, plural_of_french(name.word))]
        for word in english if language == "en" else french:
            meanings[word] = meanings.get(word, frozenset()) | noun.types
    return meanings


@cache
def _vocabulary_words() -> set[str]:
    return set(re.findall(r"\w+", " ".join(vocabulary()).lower()))


@cache
def _longest_first(words: frozenset[str]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])")


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(attributes=known_attributes, seed=seeds)
def test_a_caption_names_no_colour_but_the_garments_own(language: str, attributes: Attributes, seed: int) -> None:
    text = write_caption(attributes, language=language, rng=random.Random(seed)).text
    meanings = _colour_meanings(language)
    # Nouns such as "trench" hold no colour word, so what is found is said as a colour.
    for word in _longest_first(frozenset(meanings)).findall(text):
        assert attributes.colour in meanings[word]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(attributes=known_attributes, seed=seeds)
def test_a_caption_names_no_type_but_the_garments_own(language: str, attributes: Attributes, seed: int) -> None:
    plain = Attributes(attributes.types, attributes.colour, attributes.gender)
    text = write_caption(plain, language=language, rng=random.Random(seed)).text
    meanings = _noun_words(language)
    # "Bleu jean" is a colour, and no pair of jeans.
    for word in _longest_first(frozenset(meanings.keys() | _colour_meanings(language).keys())).findall(text):
        assert attributes.types <= meanings.get(word, attributes.types)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(attributes=known_attributes, seed=seeds)
def test_a_caption_describes_the_garment_that_it_was_written_for(
    language: str, attributes: Attributes, seed: int
) -> None:
    caption = write_caption(attributes, language=language, rng=random.Random(seed))
    assert is_described(attributes, caption) is True


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(attributes=known_attributes, seed=seeds)
def test_a_caption_states_the_use_the_gender_and_the_season_that_its_words_name(
    language: str, attributes: Attributes, seed: int
) -> None:
    caption = write_caption(attributes, language=language, rng=random.Random(seed))
    for table, stated in ((USAGES, {caption.usage}), (GENDERS, caption.genders), (SEASONS, {caption.season})):
        named = {
            name for name, ways in table.items() if any(f" {words} " in f" {caption.text} " for words in ways.after)
        }
        assert not named or named & stated


@settings(deadline=None)
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


@pytest.mark.parametrize(
    ("word", "language", "colours"),
    [
        ("wine", "en", {"Burgundy", "Maroon"}),
        ("kaki", "fr", {"Khaki", "Olive", "Green"}),
        ("rouge", "fr", {"Red"}),
    ],
)
def test_a_word_for_several_colours_states_them_all(word: str, language: str, colours: set[str]) -> None:
    for colour in colours:
        shirt = Attributes(frozenset({"Shirts"}), colour)
        captions = [write_caption(shirt, language=language, rng=random.Random(seed)) for seed in range(3000)]
        stated = [caption.colours for caption in captions if re.search(rf"(^|couleur |en |in ){word}$", caption.text)]
        assert stated
        assert set(stated) == {frozenset(colours)}


@pytest.mark.parametrize(
    ("known", "fits"),
    [("Burgundy", True), ("Maroon", True), ("Red", None), ("Brown", None), ("Multi", None), ("Blue", False)],
)
def test_a_caption_of_several_colours_describes_each(known: str, fits: bool | None) -> None:
    wine = Caption("wine-coloured", colours=frozenset({"Burgundy", "Maroon"}))
    assert is_described(Attributes(frozenset({"Shirts"}), known), wine) is fits
    assert wine.colour is None


@pytest.mark.parametrize(
    ("pattern", "fits"), [("striped", None), ("checked", False), ("solid", False), (None, None), ("printed", False)]
)
def test_a_garment_of_another_pattern_is_not_striped(pattern: str | None, fits: bool | None) -> None:
    assert PATTERN_OF_DETAIL["striped"] == "striped"
    shirt = Attributes(frozenset({"Shirts"}), pattern=pattern)
    assert is_described(shirt, Caption("striped", detail="striped")) is fits


@pytest.mark.parametrize(("season", "fits"), [("Winter", True), ("Fall", None), ("Summer", False), (None, None)])
def test_neighbouring_seasons_wear_alike(season: str | None, fits: bool | None) -> None:
    coat = Attributes(frozenset({"Coats"}), season=season)
    assert is_described(coat, Caption("winter coat", frozenset({"Coats"}), season="Winter")) is fits


def test_a_womens_word_is_not_said_of_mens_garments() -> None:
    mens = Attributes(frozenset({"Shirts"}), "White", "Men")
    womens = Attributes(frozenset({"Shirts"}), "White", "Women")
    texts = [
        " ".join(write_caption(garment, language="fr", rng=random.Random(seed)).text for seed in range(500))
        for garment in (mens, womens)
    ]
    assert "chemisier" not in texts[0]
    assert "chemisier" in texts[1]


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("dress", "dresses"),
        ("scarf", "scarves"),
        ("accessory", "accessories"),
        ("jersey", "jerseys"),
        ("jeans", "jeans"),
    ],
)
def test_english_plurals(singular: str, plural: str) -> None:
    assert plural_of_english(singular) == plural


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("sac à main", "sacs à main"),
        ("veste matelassée", "vestes matelassées"),
        ("manteau", "manteaux"),
        ("gilet sans manches", "gilets sans manches"),
        ("sacoche d'ordinateur", "sacoches d'ordinateur"),
    ],
)
def test_french_plurals(singular: str, plural: str) -> None:
    assert plural_of_french(singular) == plural


@settings(deadline=None)
@given(attributes=known_attributes, seed=seeds, language=st.sampled_from(LANGUAGES))
def test_the_vocabulary_holds_every_word_of_a_caption(attributes: Attributes, seed: int, language: str) -> None:
    known = _vocabulary_words() | GLUE
    caption = write_caption(attributes, language=language, rng=random.Random(seed))
    said = caption.text.replace(caption.brand or "", "")
    assert set(re.findall(r"\w+", said.lower())) <= known


def test_french_adjectives_agree_with_their_noun() -> None:
    white_shoes = Attributes(frozenset({"Flats"}), "White")
    texts = " ".join(write_caption(white_shoes, language="fr", rng=random.Random(seed)).text for seed in range(200))
    assert "ballerines blanches" in texts
    assert not re.search("ballerines blanc (?!cassé|neige|pur|optique|crème|comme)", texts)


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
