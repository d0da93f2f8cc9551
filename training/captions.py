"""Words for garments: attributes -> captions in English and French that never claim more than the attributes say.

A caption remembers what it states, so that training knows which other pictures of a batch it describes too. The words
themselves are in `caption_words.py`.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeVar

from training.caption_words import (
    COLOURS,
    DETAILS,
    GENDERS,
    NOUNS,
    PATTERN_OF_DETAIL,
    SEASONS,
    SHADES,
    USAGES,
    Forms,
    FrenchNoun,
    Language,
    Noun,
    Ways,
    split,
)

Chosen = TypeVar("Chosen")


@dataclass(frozen=True)
class Attributes:
    """What is known of one picture; None or empty where nothing is known.

    types: the article types that the garment may be of (one for a catalogue product, several for a coarse label).
    """

    types: frozenset[str]
    colour: str | None = None
    gender: str | None = None
    usage: str | None = None
    brand: str | None = None
    details: frozenset[str] = frozenset()
    season: str | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Caption:
    """A phrase and what it states: each field None or empty when the phrase leaves it open.

    colours, genders: any of them, when a word such as "wine-coloured" or "kids" may mean several.
    """

    text: str
    types: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    genders: frozenset[str] = frozenset()
    usage: str | None = None
    brand: str | None = None
    detail: str | None = None
    season: str | None = None

    @property
    def colour(self) -> str | None:
        """The colour, when only one can be meant."""
        return next(iter(self.colours)) if len(self.colours) == 1 else None

    @property
    def gender(self) -> str | None:
        """The gender, when only one can be meant."""
        return next(iter(self.genders)) if len(self.genders) == 1 else None


_GENDER_WORDS = re.compile(r"\b(men'?s?|women'?s?|unisex|boys?'?|girls?'?|kids?'?|mens|womens)\b", re.IGNORECASE)


def brand_of(title: str) -> str | None:
    """Return the lower-cased words of a product title before its gender word; None when they are no brand."""
    found = _GENDER_WORDS.search(title)
    words = title[: found.start()].lower().split() if found else []
    named = " ".join(words)
    return named if 0 < len(words) <= 3 and not _names_colour(named) else None


def details_of(title: str) -> frozenset[str]:
    """Return the names of the details that a product title mentions."""
    return frozenset(name for name, detail in DETAILS.items() if detail.pattern.search(title))


def pattern_of(title: str) -> str | None:
    """Return the one pattern that a product title names: a value of PATTERN_OF_DETAIL; None for none or several."""
    named = {PATTERN_OF_DETAIL[detail] for detail in details_of(title) if detail in PATTERN_OF_DETAIL}
    return named.pop() if len(named) == 1 else None


def _names_colour(text: str) -> bool:
    words = set(text.split())
    return any(name in words for colour in COLOURS.values() for name in colour.english)


@dataclass(frozen=True)
class ColourWord:
    """A word for a colour and the catalogue colours that it may mean."""

    forms: Forms
    means: frozenset[str]


@cache
def _colour_words(language: Language) -> Mapping[str, tuple[tuple[ColourWord, ...], tuple[ColourWord, ...]]]:
    """Return each colour's own words and those of its shades; a word means all colours that any table gives it."""
    own = [(frozenset({name}), colour.in_language(language)) for name, colour in COLOURS.items()]
    shades = [(shade.means, shade.in_language(language)) for shade in SHADES]
    means: dict[Forms, frozenset[str]] = {}
    for names, words in (*own, *shades):
        for forms in words:
            means[forms] = means.get(forms, frozenset()) | names

    def words_for(name: str, table: list[tuple[frozenset[str], tuple[Forms, ...]]]) -> tuple[ColourWord, ...]:
        return tuple(ColourWord(forms, means[forms]) for names, words in table if name in names for forms in words)

    return {name: (words_for(name, own), words_for(name, shades)) for name in COLOURS}


@dataclass(frozen=True)
class Piece:
    """Words for something beside type and colour. means: all values that they may stand for."""

    forms: Forms
    before_noun: bool
    means: frozenset[str]


_WAYS: Mapping[str, Mapping[str, Ways]] = {
    "detail": DETAILS,
    "usage": USAGES,
    "season": SEASONS,
    "gender": GENDERS,
}


def _said(ways: Ways, language: Language) -> list[tuple[Forms, bool]]:
    """Return forms and whether they stand before the noun."""
    after = [(word, word, word, word) for word in ways.after] if language == "en" else []
    return [(forms, language == "en") for forms in ways.in_language(language)] + [(forms, False) for forms in after]


@cache
def _pieces(kind: str, name: str, language: Language) -> tuple[Piece, ...]:
    """Return all ways to say one value of a kind (a key of _WAYS)."""
    meant = {other: _said(ways, language) for other, ways in _WAYS[kind].items()}
    return tuple(
        Piece(*said, frozenset(other for other, ways in meant.items() if said in ways)) for said in meant[name]
    )


@lru_cache(maxsize=4096)
def nouns_for(types: frozenset[str], details: frozenset[str] = frozenset()) -> tuple[Noun, ...]:
    """Return the nouns that are true of a garment of any of `types` that has `details`, narrowest first.

    Some also need a gender or a usage (`Noun.gender`, `Noun.usage`), which the caller compares.
    """
    fitting = [noun for noun in NOUNS if types and types <= noun.types and (noun.detail or "") in details | {""}]
    return tuple(sorted(fitting, key=lambda noun: len(noun.types)))


def is_described(attributes: Attributes, caption: Caption) -> bool | None:
    """Say whether `caption` is true of a picture with `attributes`; None when they do not tell."""
    fits = _type_fits(attributes.types, caption.types)
    for check in _CHECKS:
        if fits is False:
            return False
        other = check(attributes, caption)
        if other is not True:
            fits = other
    return fits


def _type_fits(possible: frozenset[str], stated: frozenset[str]) -> bool | None:
    if not stated or (possible and possible <= stated):
        return True
    return None if not possible or possible & stated else False


def _colour_fits(attributes: Attributes, caption: Caption) -> bool | None:
    known = attributes.colour
    if not caption.colours or known in caption.colours:
        return True
    if known is None or known == "Multi" or known in _near(caption.colours):
        return None
    return False


@cache
def _near(colours: frozenset[str]) -> frozenset[str]:
    """Return the colours that may be taken for one of `colours`; every colour for Multi."""
    return frozenset(COLOURS) if "Multi" in colours else frozenset[str]().union(*(COLOURS[c].near for c in colours))


def _gender_fits(attributes: Attributes, caption: Caption) -> bool | None:
    known = attributes.gender
    if not caption.genders or known in caption.genders:
        return True
    return None if known is None or known == "Unisex" else False


def _usage_fits(attributes: Attributes, caption: Caption) -> bool | None:
    if caption.usage is None or attributes.usage == caption.usage:
        return True
    return None if attributes.usage is None else False


def _brand_fits(attributes: Attributes, caption: Caption) -> bool | None:
    return True if caption.brand is None or attributes.brand == caption.brand else None


def _detail_fits(attributes: Attributes, caption: Caption) -> bool | None:
    """A title need not name every detail; but what is known as striped is not plain."""
    stated = caption.detail
    if stated is None or stated in attributes.details:
        return True
    pattern = PATTERN_OF_DETAIL.get(stated)
    if pattern is None or attributes.pattern is None or {pattern, attributes.pattern} <= _ALIKE_PATTERNS:
        return None
    return None if pattern == attributes.pattern else False


_ALIKE_PATTERNS = {"printed", "other"}
"""A print may be of flowers."""


def _season_fits(attributes: Attributes, caption: Caption) -> bool | None:
    """Neighbours in the year wear alike."""
    if caption.season is None or attributes.season == caption.season:
        return True
    return None if attributes.season in (None, _NEXT_SEASON[caption.season]) else False


_NEXT_SEASON: Mapping[str | None, str] = {"Spring": "Summer", "Summer": "Spring", "Fall": "Winter", "Winter": "Fall"}
_CHECKS = (_colour_fits, _gender_fits, _usage_fits, _brand_fits, _detail_fits, _season_fits)

OWN_WORD_SHARE = 0.6
"""How often a colour is called by its own name and not by that of a shade."""
USUAL_WORD_SHARE = 0.25
"""How often the usual word of a list is taken before any is drawn by lot."""
SHARES: Mapping[str, float] = {"detail": 0.4, "usage": 0.2, "season": 0.05, "gender": 0.35}
SHARES_WITHOUT_NOUN: Mapping[str, float] = {"detail": 0.35, "usage": 0.4, "season": 0.08, "gender": 0.2}


def write_caption(attributes: Attributes, *, language: Language, rng: random.Random) -> Caption:
    """Return a random caption that is true of `attributes` and leaves some of them out.

    Raises ValueError when neither a noun nor a colour can be said of them.
    """
    nouns = [noun for noun in nouns_for(attributes.types, attributes.details) if _may_be_said(noun, attributes)]
    sayable = attributes.colour if attributes.colour in COLOURS else None
    if not nouns and sayable is None:
        raise ValueError("These attributes give nothing to say: no known type and no known colour.")
    noun = _pick_noun(nouns, rng) if nouns and rng.random() > 0.12 else None
    pieces = _picked_pieces(attributes, noun, language, rng)
    colour = _colour_word(sayable, language, rng) if sayable and (rng.random() < 0.75 or not (noun or pieces)) else None
    if noun is None and colour is None and not pieces:
        noun = _pick_noun(nouns, rng)
    brand = attributes.brand if noun is not None and rng.random() < 0.15 else None
    write = _write_english if language == "en" else _write_french
    return Caption(
        text=write(noun, colour, list(pieces.values()), brand or "", rng),
        types=noun.types if noun else frozenset(),
        colours=colour.means if colour else frozenset(),
        genders=pieces["gender"].means if "gender" in pieces else _stated(noun and noun.gender),
        usage=_only(pieces, "usage") or (noun and noun.usage),
        brand=brand,
        detail=_only(pieces, "detail") or (noun and noun.detail),
        season=_only(pieces, "season"),
    )


def _may_be_said(noun: Noun, attributes: Attributes) -> bool:
    return noun.gender in (None, attributes.gender) and noun.usage in (None, attributes.usage)


def _pick_noun(nouns: Sequence[Noun], rng: random.Random) -> Noun:
    """Choose a noun: the more often the narrower it is, and the more it needs to be true."""
    weights = [(2 if noun.detail or noun.usage or noun.gender else 1) * len(noun.types) ** -0.7 for noun in nouns]
    return rng.choices(nouns, weights)[0]


def _picked_pieces(
    attributes: Attributes, noun: Noun | None, language: Language, rng: random.Random
) -> dict[str, Piece]:
    """Choose what is said beside type and colour: kind -> piece. What the noun says already is not said again."""
    values = {
        "detail": rng.choice(sorted(attributes.details)) if attributes.details else None,
        "usage": attributes.usage,
        "season": attributes.season,
        "gender": attributes.gender,
    }
    shares = SHARES_WITHOUT_NOUN if noun is None else SHARES
    picked = {}
    for kind, value in values.items():
        if value in _WAYS[kind] and rng.random() < shares[kind] and not (noun and getattr(noun, kind, None)):
            picked[kind] = _usually_first(_pieces(kind, value, language), rng)
    return picked


def _usually_first(choices: Sequence[Chosen], rng: random.Random) -> Chosen:
    return choices[0] if rng.random() < USUAL_WORD_SHARE else rng.choice(choices)


def _colour_word(colour: str, language: Language, rng: random.Random) -> ColourWord:
    own, shades = _colour_words(language)[colour]
    return rng.choice(own if rng.random() < OWN_WORD_SHARE or not shades else shades)


def _stated(value: str | None) -> frozenset[str]:
    return frozenset() if value is None else frozenset({value})


def _only(pieces: Mapping[str, Piece], kind: str) -> str | None:
    """Return the value that a piece stands for."""
    return next(iter(pieces[kind].means)) if kind in pieces else None


WRAPPED_SHARE = 0.5
"""How often a phrase is asked for in a sentence. {a} stands for the phrase with its article."""
ENGLISH_WRAPS = split(
    "{a}|a photo of {a}|looking for {a}|the {}|do you have {a}?|show me {a}|i need {a}|i want {a}|i'd like {a}"
    "|find me {a}|where can i find {a}?|have you got {a}?|i'm looking for {a}|searching for {a}|{} please|any {}?"
    "|i would like to buy {a}|picture of {a}|similar {}|is there {a}?|do you sell {a}?|help me find {a}|can i get {a}?"
    "|i am after {a}|{}, something like this|my {}"
)
FRENCH_WRAPS = split(
    "{a}|photo de {}|je cherche {a}|avez-vous {a} ?|je voudrais {a}|vous avez {a} ?|est-ce que vous avez {a} ?"
    "|montrez-moi {a}|montre-moi {a}|je veux {a}|il me faut {a}|où trouver {a} ?|{} svp|{} s'il vous plaît"
    "|auriez-vous {a} ?|je recherche {a}|recherche {}|j'aimerais {a}|trouve-moi {a}|y a-t-il {a} ?|vendez-vous {a} ?"
    "|je souhaite acheter {a}|{} comme ça|j'ai envie d'acheter {a}|mon modèle : {}"
)
ENGLISH_COLOUR_ALONE = split(
    "{}|in {}|something {}|{} colour|this in {}|{} clothes please|the same in {}|this one, but {}|but in {}"
    "|in {} instead|make it {}|this, in {}|the {} one|same thing in {}|anything {}|colour {}|similar but in {}"
)
FRENCH_COLOUR_ALONE = split(
    "{}|en {}|quelque chose en {}|couleur {}|le même en {}|la même en {}|mais en {}|plutôt en {}|ceci en {}"
    "|pareil en {}|la même chose en {}|celui-ci en {}|le modèle en {}|de couleur {}|en {} plutôt|similaire mais en {}"
)
_OPEN_PHRASE = ("something", "anything", "quelque chose", "de quoi")


def _write_english(
    noun: Noun | None, colour: ColourWord | None, pieces: list[Piece], brand: str, rng: random.Random
) -> str:
    said = colour.forms[0] if colour else ""
    if noun is None and not pieces:
        return rng.choice(ENGLISH_COLOUR_ALONE).format(said)
    name = _usually_first(noun.english, rng) if noun else rng.choice(("something", "something", "anything"))
    if noun and rng.random() < 0.2:
        name = plural_of_english(name)
    pieces = [piece for piece in pieces if piece.forms[0] not in name]
    before = [piece.forms[0] for piece in reversed(pieces) if piece.before_noun]
    after = [piece.forms[0] for piece in pieces if not piece.before_noun]
    if noun is None or name.startswith(_OPEN_PHRASE):
        after, before = [*before, *after], []
    if rng.random() < 0.25:
        rng.shuffle(after)
        rng.shuffle(before)
    place = rng.random() if name not in ("something", "anything") else 0.8 + 0.1 * rng.random()
    if place < 0.75 and not name.startswith(_OPEN_PHRASE):
        words = [*before[:-1], brand, said, *before[-1:], name, *after]
    elif place < 0.97 or not said:
        words = [*before, brand, name, *_shuffled([*after, f"in {said}" if said else ""], rng)]
    else:
        words = [f"in {said}:", *before, brand, name, *after]
    return _wrapped(" ".join(" ".join(words).split()), _english_article(name), ENGLISH_WRAPS, rng)


def _shuffled(words: list[str], rng: random.Random) -> list[str]:
    return rng.sample(words, len(words))


def _write_french(
    noun: Noun | None, colour: ColourWord | None, pieces: list[Piece], brand: str, rng: random.Random
) -> str:
    if noun is None and not pieces and colour is not None:
        return rng.choice(FRENCH_COLOUR_ALONE).format(colour.forms[0])
    name = _usually_first(noun.french, rng) if noun else FrenchNoun("quelque chose")
    if not name.plural and not name.word.startswith(_OPEN_PHRASE) and rng.random() < 0.2:
        name = FrenchNoun(plural_of_french(name.word), name.feminine, plural=True)
    form = name.feminine + 2 * name.plural
    middle = [piece.forms[form] for piece in pieces if piece.forms[form] not in name.word]
    if colour:
        middle.insert(0, _french_colour(colour.forms, form, name, rng))
    if rng.random() < 0.3:
        rng.shuffle(middle)
    if name.word == "quelque chose":
        adjectives = {piece.forms[0] for piece in pieces if piece.forms[0] != piece.forms[2]}
        middle = sorted((_of_something(word) if word in adjectives else word for word in middle), key=_is_no_adjective)
    words = [name.word, *middle[:1], brand, *middle[1:]] if rng.random() < 0.5 else [name.word, *middle, brand]
    article = "des" if name.plural else "une" if name.feminine else "un"
    article = "" if name.word.startswith(_OPEN_PHRASE) else article
    return _wrapped(" ".join(" ".join(words).split()), article, FRENCH_WRAPS, rng)


def _french_colour(forms: Forms, form: int, name: FrenchNoun, rng: random.Random) -> str:
    if name.word.startswith(_OPEN_PHRASE):
        return f"en {forms[0]}"
    return rng.choice(("de couleur {}", "couleur {}", "en {}")).format(forms[0]) if rng.random() < 0.2 else forms[form]


def _of_something(adjective: str) -> str:
    """Return `d'habillé` or `de chic`, as it stands behind `quelque chose`."""
    return f"d'{adjective}" if adjective[0] in "aeiouéêh" else f"de {adjective}"


def _is_no_adjective(words: str) -> bool:
    return not words.startswith(("d'", "de "))


def _wrapped(phrase: str, article: str, wraps: Sequence[str], rng: random.Random) -> str:
    if rng.random() >= WRAPPED_SHARE:
        return phrase
    if article == "a" and phrase[0] in "aeiou":
        article = "an"
    return rng.choice(wraps).format(phrase, a=f"{article} {phrase}".strip())


_MASS = ("wear", "clothing", "apparel", "attire", "denim", "jewellery", "jewelry", "headgear", "gear", "kit", "hosiery")


@cache
def plural_of_english(word: str) -> str:
    """Return `dresses` for `dress`; words that are plural already or have none stay as they are."""
    if word.endswith(_MASS) or word.startswith(_OPEN_PHRASE) or (word.endswith("s") and not word.endswith("ss")):
        return word
    if word.endswith("scarf"):
        return word.removesuffix("f") + "ves"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word.removesuffix("y") + "ies"
    return word + ("es" if word.endswith(("ss", "sh", "ch", "x")) else "s")


def _english_article(name: str) -> str:
    countable = plural_of_english(name) != name or name.startswith("pair of")
    return "a" if countable else "some" if name.endswith("s") and not name.startswith(_OPEN_PHRASE) else ""


_FRENCH_LINKS = ("à", "de", "du", "en", "pour", "sans", "avec", "contre", "autour")


@cache
def plural_of_french(word: str) -> str:
    """Return `sacs à main` for `sac à main`: noun and adjectives up to the first preposition."""
    words = word.split()
    linked = (place for place, part in enumerate(words) if part in _FRENCH_LINKS or "'" in part)
    end = next(linked, len(words))
    return " ".join([*(_plural_of_one(part) for part in words[:end]), *words[end:]])


def _plural_of_one(word: str) -> str:
    if word.endswith(("s", "x", "z")):
        return word
    return word + ("x" if word.endswith(("eau", "bijou")) else "s")


def vocabulary() -> list[str]:
    """Return every word and phrase that captions are made of, both languages; the tokenizer must know them."""
    phrases = [word for noun in NOUNS for name in noun.english for word in (name, plural_of_english(name))]
    phrases += [word for noun in NOUNS for name in noun.french for word in (name.word, plural_of_french(name.word))]
    colours = [*COLOURS.values(), *SHADES]
    ways = [way for table in _WAYS.values() for way in table.values()]
    phrases += [word for entry in (*colours, *ways) for word in entry.english]
    phrases += [word for entry in (*colours, *ways) for forms in entry.french for word in forms]
    phrases += [word for way in ways for word in way.after]
    sentences = (*ENGLISH_WRAPS, *FRENCH_WRAPS, *ENGLISH_COLOUR_ALONE, *FRENCH_COLOUR_ALONE)
    phrases += [sentence.replace("{a}", "").replace("{}", "") for sentence in sentences]
    return list(dict.fromkeys(phrases))
