"""The models that the study borrows: sentences by MiniLM, photos by ImageNet networks; each from its package."""

import numpy as np
import pytest

from recommender.errors import OptionalModelMissing
from recommender.imagenet_features import VIEWS, ImageNetFeatures
from recommender.sentence_encoder import MiniLmSentences
from tests.factories import photo
from tests.needs import missing


@pytest.fixture(scope="module")
def sentences() -> MiniLmSentences:
    try:
        return MiniLmSentences()
    except OptionalModelMissing as error:
        missing(str(error))


@pytest.fixture(scope="module")
def imagenet() -> ImageNetFeatures:
    try:
        return ImageNetFeatures()
    except OptionalModelMissing as error:
        missing(str(error))


def test_sentences_of_one_meaning_are_near(sentences: MiniLmSentences) -> None:
    rows = sentences.encode(["a frying pan for the kitchen", "cooking skillet", "wrist watch for men", ""])
    assert rows.shape == (4, 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.1


def test_a_sentence_reads_the_same_in_any_company(sentences: MiniLmSentences) -> None:
    alone = sentences.encode(["leather wallet"])[0]
    beside = sentences.encode(["x", "leather wallet", "a much longer sentence about garments and shoes " * 9])[1]
    assert np.allclose(alone, beside, atol=1e-5)
    assert sentences.encode([]).shape == (0, 384)


def test_photos_have_features_of_each_view(imagenet: ImageNetFeatures) -> None:
    small = photo(60, 90, seed=1)
    seen = imagenet.encode([small, photo(80, 80, seed=2), small])
    assert len(seen) == len(VIEWS)
    for rows in seen:
        assert rows.shape == (3, 1280)
        assert (rows >= 0).all()
        assert np.array_equal(rows[0], rows[2])
        assert not np.allclose(rows[0], rows[1])


def test_a_mirror_image_has_the_features_of_the_photo(imagenet: ImageNetFeatures) -> None:
    plain, other = photo(64, 96, seed=1), photo(64, 96, seed=2)
    for rows in imagenet.encode([plain, np.ascontiguousarray(plain[:, ::-1]), other]):
        shown, mirrored, strange = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        assert 1 - shown @ mirrored < 0.1 * (1 - shown @ strange)


@pytest.mark.parametrize("reader", [MiniLmSentences, ImageNetFeatures])
def test_what_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, reader: type) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(OptionalModelMissing, match="pip install"):
        reader()
