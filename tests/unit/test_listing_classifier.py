"""Listings that sort themselves in: what is learned, from words, photo or both, kept and found again."""

import json
from pathlib import Path

import numpy as np
import pytest

from recommender.classification import ListingClassifier, train_listing_classifier
from recommender.classification_store import load_listing_classifier, save_listing_classifier
from recommender.errors import (
    ListingClassifierDamaged,
    ListingClassifierMissing,
    ListingEmpty,
    ListingPhotoOfAnotherEncoder,
    TooFewListingExamples,
    TrainingStopped,
)
from recommender.listings import Listing, ListingExample
from recommender.ports import EncoderIdentity

ENCODER = EncoderIdentity("drawn", "1", 8)
_MAKERS = ("Alba", "Brume", "Corail", "Dune", "Ecume", "Fougere", "Givre", "Halo", "Iris", "Jade", "Kola", "Lune")
_KINDS = {"dress": "flowing robe with a waist", "shoes": "leather pair with laces", "bag": "handle and zip pocket"}


def examples(copies: int = 8) -> list[ListingExample]:
    """Products of three kinds: each kind has words and a direction of photo of its own; the colour is in the photo."""
    random = np.random.default_rng(0)
    made = []
    for number in range(copies):
        for kind, (name, words) in enumerate(_KINDS.items()):
            colour = number % 2
            photo = (
                random.normal(0, 0.2, ENCODER.dim) + 3 * np.eye(ENCODER.dim)[kind] + 3 * np.eye(ENCODER.dim)[4 + colour]
            )
            listing = Listing(
                f"{_MAKERS[number]} {name} {_MAKERS[-number]}",
                words,
                (photo / np.linalg.norm(photo)).astype(np.float32),
            )
            values = {"category": name, "colour": ("red", "blue")[colour], "gender": "unisex", "pattern": ""}
            made.append(ListingExample(f"{name}-{number}", listing, values))
    return made


@pytest.fixture(scope="module")
def classifier() -> ListingClassifier:
    return train_listing_classifier(examples(), encoder=ENCODER)


def test_an_example_that_shares_nothing_with_the_listing_is_no_reason(classifier: ListingClassifier) -> None:
    assert not any(said.examples for said in classifier.suggest(Listing("2718 281828")).values())


def test_words_alone_a_photo_alone_and_both_are_told_apart(classifier: ListingClassifier) -> None:
    for one in examples():
        for listing, basis in (
            (Listing(one.listing.title, one.listing.description), "text"),
            (Listing(photo=one.listing.photo), "image"),
            (one.listing, "both"),
        ):
            suggested = classifier.suggest(listing)["category"]
            assert suggested.best.value == one.values["category"]
            assert suggested.basis == basis


def test_what_only_the_photo_shows_is_not_told_from_the_words(classifier: ListingClassifier) -> None:
    seen = [classifier.suggest(Listing(photo=one.listing.photo))["colour"].best for one in examples()]
    assert [best.value for best in seen] == [one.values["colour"] for one in examples()]
    assert classifier.facts["colour"].accuracy["image"] > classifier.facts["colour"].accuracy["text"]


def test_probabilities_fall_and_sum_to_one(classifier: ListingClassifier) -> None:
    ranked = classifier.suggest(Listing("a dress or a bag"))["category"].ranked
    chances = [value.probability for value in ranked]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1)


def test_the_reason_is_the_examples_that_resemble_it_and_have_the_value(classifier: ListingClassifier) -> None:
    one = examples()[4]
    suggested = classifier.suggest(one.listing)["category"]
    assert suggested.examples[0].key == one.key
    assert suggested.examples[0].similarity == pytest.approx(1, abs=1e-5)
    assert {near.values["category"] for near in suggested.examples} == {"shoes"}


def test_a_field_with_one_value_or_none_is_not_learned(classifier: ListingClassifier) -> None:
    assert set(classifier.fields) == {"category", "colour"}


def test_a_rare_value_is_never_suggested() -> None:
    odd = ListingExample("hat", Listing("straw hat"), {"category": "hat"})
    learned = train_listing_classifier([*examples(), odd], encoder=ENCODER)
    ranked = learned.suggest(Listing("straw hat"))["category"].ranked
    assert "hat" not in {value.value for value in ranked}


def test_products_without_photos_teach_by_their_words() -> None:
    spoken = [ListingExample(e.key, Listing(e.listing.title, e.listing.description), e.values) for e in examples()]
    learned = train_listing_classifier(spoken, encoder=ENCODER)
    assert learned.suggest(Listing("leather pair", "laces"))["category"].best.value == "shoes"
    assert learned.suggest(Listing(photo=np.eye(ENCODER.dim, dtype=np.float32)[0])) == {}


def test_products_without_words_teach_by_their_photos() -> None:
    shown = [ListingExample(e.key, Listing(photo=e.listing.photo), e.values) for e in examples()]
    learned = train_listing_classifier(shown, encoder=ENCODER)
    assert learned.suggest(Listing(photo=examples()[1].listing.photo))["category"].best.value == "shoes"


def test_the_same_examples_teach_the_same(classifier: ListingClassifier) -> None:
    again = train_listing_classifier(examples(), encoder=ENCODER)
    assert again.suggest(examples()[0].listing) == classifier.suggest(examples()[0].listing)


def test_a_kept_classifier_suggests_the_same(classifier: ListingClassifier, tmp_path: Path) -> None:
    save_listing_classifier(classifier, tmp_path / "kept")
    found = load_listing_classifier(tmp_path / "kept")
    for one in (Listing("Lune bag"), examples()[0].listing, Listing(photo=examples()[2].listing.photo)):
        assert found.suggest(one) == classifier.suggest(one)
    assert found.facts == classifier.facts
    assert found.encoder == ENCODER


def test_a_folder_that_holds_none_or_half_of_one_is_named(classifier: ListingClassifier, tmp_path: Path) -> None:
    with pytest.raises(ListingClassifierMissing, match=str(tmp_path)):
        load_listing_classifier(tmp_path)
    save_listing_classifier(classifier, tmp_path)
    card = tmp_path / "classifier.json"
    whole = card.read_bytes()
    numbers = tmp_path / "classifier.npz"
    numbers.write_bytes(numbers.read_bytes()[:-10])
    with pytest.raises(ListingClassifierDamaged, match="is not the one"):
        load_listing_classifier(tmp_path)
    for broken in (whole[:50], b"[]", json.dumps(json.loads(whole) | {"form": 99}).encode()):
        card.write_bytes(broken)
        with pytest.raises(ListingClassifierDamaged, match=str(tmp_path)):
            load_listing_classifier(tmp_path)


def test_nothing_to_look_at_is_refused(classifier: ListingClassifier) -> None:
    with pytest.raises(ListingEmpty):
        classifier.suggest(Listing("  "))


def test_a_photo_of_another_encoder_is_refused(classifier: ListingClassifier) -> None:
    with pytest.raises(ListingPhotoOfAnotherEncoder):
        classifier.suggest(Listing(photo=np.ones(3, np.float32)))


def test_too_little_teaches_nothing() -> None:
    with pytest.raises(TooFewListingExamples):
        train_listing_classifier(examples(1), encoder=ENCODER)


def test_training_reports_and_stops_when_asked() -> None:
    said: list[tuple[int, int]] = []
    train_listing_classifier(examples(), encoder=ENCODER, on_progress=lambda done, total: said.append((done, total)))
    assert said[0] == (0, 6)
    assert said[-1] == (6, 6)
    assert said == sorted(said)
    with pytest.raises(TrainingStopped):
        train_listing_classifier(examples(), encoder=ENCODER, should_stop=lambda: True)
