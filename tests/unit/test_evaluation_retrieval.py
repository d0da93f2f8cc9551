"""The four retrieval tasks on a gallery whose answers are known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from recommender.evaluation_phrases import (
    COLOURS,
    ENGLISH,
    FRENCH,
    NOUNS,
    change_phrases,
    paraphrases,
    plain_phrases,
)
from recommender.evaluation_retrieval import (
    Gallery,
    answers_to_catalogue_photos,
    answers_to_changes,
    answers_to_user_photos,
    answers_to_words,
    gain,
)
from recommender.evaluation_sets import CatalogueProduct
from recommender.similar import unit_length

TYPES, SHADES, GENDERS = ("Tshirts", "Skirts"), ("Red", "Blue"), ("Men", "Women")
AXES = (*TYPES, *SHADES, *GENDERS)
SAID = {"t-shirt": "Tshirts", "skirt": "Skirts", "jupe": "Skirts", "red": "Red", "rouge": "Red"} | {
    "blue": "Blue",
    "bleu": "Blue",
    "bleue": "Blue",
}


def product(kind: str, colour: str, gender: str) -> CatalogueProduct:
    return CatalogueProduct("1", Path("1.jpg"), kind, "", colour, gender, "Casual", "Summer", "")


def vector(*features: str) -> np.ndarray:
    return unit_length(np.array([axis in features for axis in AXES], np.float32))


def encode(texts: Sequence[str]) -> np.ndarray:
    """Words as the axes that they name: an ideal text encoder of this little world."""
    return np.stack([vector(*(SAID[word] for word in text.replace(",", "").split() if word in SAID)) for text in texts])


@pytest.fixture
def gallery() -> Gallery:
    """Eleven products of each type, colour and gender; the vectors say all of it."""
    kinds = [(kind, colour, gender) for kind in TYPES for colour in SHADES for gender in GENDERS] * 11
    return Gallery([product(*kind) for kind in kinds], np.stack([vector(*kind) for kind in kinds]))


def test_an_encoder_that_sees_all_answers_every_catalogue_photo(gallery: Gallery) -> None:
    alike, coloured = answers_to_catalogue_photos(gallery, range(len(gallery.products)))
    assert (alike.figure().value, coloured.figure().value) == (1.0, 1.0)
    assert [figure.name for figure in alike.figures_by_class()] == ["type and gender, Men", "type and gender, Women"]


def test_an_encoder_blind_to_colour_fails_the_coloured_task_only(gallery: Gallery) -> None:
    blind = gallery.vectors.copy()
    blind[:, 2:4] = 0
    alike, coloured = answers_to_catalogue_photos(Gallery(gallery.products, blind), range(len(blind)))
    assert alike.figure().value == 1.0
    assert coloured.figure().value == pytest.approx(0.5, abs=0.06)


def test_a_shoppers_photo_is_answered_by_its_types(gallery: Gallery) -> None:
    queries = np.stack([vector("Tshirts"), vector("Tshirts"), vector("Skirts"), vector("Skirts")])
    answers = answers_to_user_photos(gallery, queries, ["t-shirt", "skirt", "skirt", "hat"])
    assert answers.precisions[:3].tolist() == [1.0, 0.0, 1.0]
    assert answers.queries == 3, "no hat is sold, so a hat's photo does not count"
    assert answers.figure_over_classes().value == 0.75


def test_words_are_asked_in_both_languages(gallery: Gallery) -> None:
    english, french, *_, together = answers_to_words(gallery, encode)
    assert (english.queries, french.queries) == (4, 4)
    assert english.figure().value == french.figure().value == 1.0
    assert together.queries >= 8


def test_photo_and_words_find_the_type_in_the_other_colour(gallery: Gallery) -> None:
    photos = np.stack([vector("Tshirts", "Red"), vector("Skirts", "Blue")])
    same_type = np.array([[one.type_name == kind for one in gallery.products] for kind in TYPES])
    both, photo, words = answers_to_changes(gallery, photos, same_type, ["Red", "Blue"], encode_texts=encode)
    assert both.figure().value == 1.0
    assert photo.figure().value == 0.0
    assert words.figure().value < 1.0
    assert gain("gain", both, photo).value == 1.0


def test_a_colour_that_a_type_is_not_sold_in_is_not_asked_for(gallery: Gallery) -> None:
    red_only = np.array([one.colour == "Red" and one.type_name == "Skirts" for one in gallery.products])
    answers = answers_to_changes(gallery, gallery.vectors[:1], red_only[None], ["Red"], encode_texts=encode)
    assert [one.queries for one in answers] == []


def test_plain_words_agree_in_french() -> None:
    phrases = plain_phrases([("Shirts", "Black"), ("Shirts", "Black"), ("Socks", "White"), ("Umbrellas", "Red")])
    assert [one.text for one in phrases] == ["black shirt", "chemise noire", "white socks", "chaussettes blanches"]


def test_paraphrases_are_half_english_half_french_and_never_plain_words() -> None:
    found = paraphrases()
    plain = {one.text for one in plain_phrases((kind, colour) for kind in NOUNS for colour in COLOURS)}
    assert len({one.text for one in found}) == len(found) >= 120
    assert abs(sum(one.language == ENGLISH for one in found) - sum(one.language == FRENCH for one in found)) <= 2
    assert not plain & {one.text for one in found}
    assert all(one.types or one.colours or one.usages for one in found)


def test_a_paraphrase_keeps_its_whole_rule() -> None:
    formal_navy = next(one for one in paraphrases() if one.text == "something formal in navy")
    assert formal_navy.is_answered_by(type_name="Ties", colour="Navy Blue", usage="Formal")
    assert not formal_navy.is_answered_by(type_name="Ties", colour="Navy Blue", usage="Casual")
    assert not formal_navy.is_answered_by(type_name="Ties", colour="Blue", usage="Formal")


def test_another_colour_is_asked_for_as_people_do() -> None:
    assert change_phrases("Blue") == {ENGLISH: "this, in blue", FRENCH: "le même en bleu"}
