"""Words that a shop's search hears, for the calibration of "no good match": what names garments and what does not."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from recommender.abstention import Lexicon, plain_words
from training.caption_words import split
from training.captions import (
    ENGLISH_COLOUR_ALONE,
    ENGLISH_WRAPS,
    FRENCH_COLOUR_ALONE,
    FRENCH_WRAPS,
    Attributes,
    Caption,
    vocabulary,
    write_caption,
)

_NEW_ADJECTIVES = split("nice|pretty|cheap|vintage|comfortable|lightweight|trendy|cool|best|crimson|on sale|size 40")
_NEW_FRENCH = split("joli|pas cher|confortable|léger|tendance|moderne|de marque|taille 40|en solde|écarlate|de qualité")
_NEW_WORD_SHARE = 0.3
_NO_GARMENTS = (
    "refrigerator|bicycle|monetary policy|qwxz blorp|asdf jkl|pizza with cheese|the weather tomorrow|lawn mower"
    "|guitar strings|screwdriver|shower curtain|coffee mug|dog food|airplane ticket|quantum physics|xylophone"
    "|hdmi cable|toilet paper|swimming pool pump|machine à laver|politique monétaire|rideau de douche|tasse à café"
    "|tournevis|billet d'avion|gâteau au chocolat|pneu de voiture|zzz|12345|!!!|hello|how are you|voiture rouge|red car"
    "|blue table|green sofa|table basse|téléphone|phone charger|laptop computer|ordinateur portable|wireless mouse"
    "|clavier|imprimante|printer ink|mountain landscape|traffic jam|rue de paris|street at night|football match"
    "|score du match|bread and butter|baguette|tomates|potato soup|soupe de légumes|wine glass|verre à vin|bouteille"
    "|water bottle|lampe de bureau|desk lamp|wall clock|horloge murale|bed sheets|draps de lit|pillow cover|coussin"
    "|bath towel|serviette de bain|frying pan|casserole|pressure cooker|baby stroller|poussette|diapers|couches"
    "|usb stick|disque dur|router wifi|car insurance|assurance|credit card|carte bancaire|holiday in spain|vacances"
    "|train station|gare|hotel room|chambre d'hôtel|cat litter|chat|dog|chien|horse riding lesson|cheval|tree|arbre"
    "|flower pot|pot de fleurs|garden hose|perceuse|hammer|marteau|nails and screws|peinture murale|wall paint"
    "|algebra homework|devoirs|history book|livre d'histoire|newspaper|journal|president election|élection|stock market"
    "|lorem ipsum dolor|aaaaaaa|?????|xkcd|foo bar baz|test|undefined|null|select from users|qsdfgh|wxcvbn|ptdr lol"
    "|vacuum cleaner|aspirateur|microwave|four|oven|tv screen|télévision|camera lens|appareil photo|battery|pile"
    "|toothbrush|brosse à dents|shampoo|savon|medicine|médicament|paper clips|agrafeuse|pencil|crayon|chair|chaise"
    "|bookshelf|étagère|mattress|matelas|carpet|tapis|mirror|miroir|candle|bougie|chess board|jeu d'échecs|puzzle"
)


_FILLING = (
    "a an the of for with in on and or to my your this that these those it is are do does you i me we have has some any"
    " very really un une le la les l d du de des pour avec en et ou au aux ce cette ces mon ma mes est je il elle vous"
    " tres sur dans qui que qu plus comme"
)


_CLOTHES = "clothes clothing outfit garment wear look fashion vetement tenue habit mode brand marque"
_FEWEST_OF_A_BRAND = 3


def lexicon(described: Sequence[Attributes]) -> Lexicon:
    """Return the words of the captions: names of garments, their brands and looks, and words that only fill.

    described: products whose brands are known ones.
    """
    brands = Counter(attributes.brand for attributes in described if attributes.brand)
    named = [brand for brand, products in brands.items() if products >= _FEWEST_OF_A_BRAND]
    sentences = (*ENGLISH_WRAPS, *FRENCH_WRAPS, *ENGLISH_COLOUR_ALONE, *FRENCH_COLOUR_ALONE, _FILLING)
    filling = {word for sentence in sentences for word in plain_words(sentence)}
    telling = {word for phrase in (*vocabulary(), *named) for word in plain_words(phrase)}
    return Lexicon(frozenset(telling - filling) | frozenset(plain_words(_CLOTHES)), frozenset(filling))


@dataclass(frozen=True)
class Phrase:
    """types: the article types that answer it; open_kind: of words that every type may answer (`in blue`)."""

    text: str
    types: frozenset[str]
    open_kind: str = ""


def garment_phrases(described: Sequence[Attributes], *, seed: int, new_words: bool) -> list[Phrase]:
    """Return two phrases, English and French, for each product; new_words: some with a word that captions lack."""
    rng = random.Random(seed)
    phrases = []
    for attributes in described:
        for language, words in (("en", _NEW_ADJECTIVES), ("fr", _NEW_FRENCH)):
            caption = write_caption(attributes, language=language, rng=rng)
            text = caption.text
            if new_words and rng.random() < _NEW_WORD_SHARE:
                text = f"{rng.choice(words)} {text}" if language == "en" else f"{text} {rng.choice(words)}"
            phrases.append(Phrase(text, caption.types, "" if caption.types else _open_kind(caption)))
    return phrases


def _open_kind(caption: Caption) -> str:
    if caption.colours:
        return f"colour {min(caption.colours)}"
    stated = caption.usage or caption.season or caption.detail or min(caption.genders, default="anything")
    return f"manner {stated}"


def other_phrases() -> list[Phrase]:
    """Return words that name nothing a clothes shop sells, and words that mean nothing."""
    return [Phrase(text, frozenset()) for text in _NO_GARMENTS.split("|")]


def texts_of(phrases: Sequence[Phrase]) -> list[str]:
    """Return the phrases' words."""
    return [phrase.text for phrase in phrases]
