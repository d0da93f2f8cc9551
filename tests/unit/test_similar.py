"""Queries and likeness."""

import numpy as np
import pytest

from recommender.errors import NothingToSearchFor
from recommender.from_photo import embed_garments
from recommender.ports import Embeddings, EncoderIdentity, Pixels
from recommender.similar import LIKENESS_STEPS, Likeness, QueryKind, combine, likeness_of, unit_length
from segmentation.garments import Garment, whole_photo
from tests.factories import photo


class MeanColourEncoder:
    """`ImageEncoder` whose embedding is an image's mean colour."""

    identity = EncoderIdentity("mean colour", "1", 3)

    def encode_images(self, images: list[Pixels]) -> Embeddings:
        return np.stack([unit_length(image.reshape(-1, 3).mean(axis=0)) for image in images])


def garment(label: str, pixels: Pixels) -> Garment:
    height, width = pixels.shape[:2]
    return Garment(label, 5, (0, 0, width, height), 0.9, 1.0, pixels, ())


def test_words_weigh_in_a_query_of_both() -> None:
    picture, words = np.eye(2, dtype=np.float32)
    both = combine(picture, words)
    assert np.linalg.norm(both) == pytest.approx(1, abs=1e-6)
    assert both[1] > both[0] > 0


def test_a_query_of_one_kind_is_that_kind() -> None:
    picture = np.array([0.6, 0.8], np.float32)
    assert np.allclose(combine(picture, None), picture)
    assert np.allclose(combine(None, picture), picture)


def test_a_query_of_nothing_is_refused() -> None:
    with pytest.raises(NothingToSearchFor):
        combine(None, None)


@pytest.mark.parametrize("kind", QueryKind)
def test_likeness_falls_with_the_cosine_and_has_every_step(kind: QueryKind) -> None:
    order = list(Likeness)
    words = [likeness_of(cosine, kind) for cosine in np.linspace(1, -1, 201)]
    assert [order.index(word) for word in words] == sorted(order.index(word) for word in words)
    assert set(words) == set(Likeness)
    assert list(LIKENESS_STEPS[kind]) == sorted(LIKENESS_STEPS[kind], reverse=True)


def test_a_garment_alone_is_embedded_with_its_surroundings() -> None:
    red, blue = (np.full((4, 4, 3), colour, np.uint8) for colour in ((200, 0, 0), (0, 0, 200)))
    [seen] = embed_garments(blue, [garment("top", red)], MeanColourEncoder()).garments
    assert np.allclose(seen.embedding, np.array([1, 0, 2]) / np.sqrt(5))


def test_garments_worn_together_are_embedded_apart() -> None:
    red, blue, grey = (np.full((4, 4, 3), c, np.uint8) for c in ((200, 0, 0), (0, 0, 200), (90, 90, 90)))
    seen = embed_garments(grey, [garment("top", red), garment("pants", blue)], MeanColourEncoder()).garments
    assert np.allclose([each.embedding for each in seen], [[1, 0, 0], [0, 0, 1]])


def test_a_reading_survives_its_way_through_the_vault() -> None:
    pixels = photo(60, 80)
    reading = embed_garments(pixels, [whole_photo(pixels)], MeanColourEncoder())
    again = type(reading).from_json(reading.to_json())
    assert again.whole_photo_used
    assert np.array_equal(again.garments[0].embedding, reading.garments[0].embedding)
    assert again.garments[0].outline == reading.garments[0].outline
    assert (again.encoder, again.width_pixels, again.height_pixels) == (reading.encoder, 60, 80)
