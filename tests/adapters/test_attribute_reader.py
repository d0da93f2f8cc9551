"""The contract of the attribute reader, on small real weights and on the released ones."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import EncoderReadsNoAttributes, EncoderWeightsDamaged, EncoderWeightsMissing
from recommender.onnx_attributes import OnnxAttributeReader
from recommender.onnx_encoder import OnnxImageEncoder
from recommender.ports import AttributeReader, Pixels
from tests.attribute_weights import COLUMNS, VALUES, card, write_weights
from tests.needs import missing


@pytest.fixture(params=["small", "released"])
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> AttributeReader:
    if request.param == "small":
        return OnnxAttributeReader(write_weights(tmp_path / "weights"))
    try:
        return OnnxAttributeReader()
    except EncoderReadsNoAttributes:
        missing("the released weights read no attributes")


def photos(count: int = 19) -> list[Pixels]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (rng.integers(1, 90), rng.integers(1, 90), 3), np.uint8) for _ in range(count)]


def test_each_attribute_has_one_row_an_image_that_sums_to_one(reader: AttributeReader) -> None:
    read = reader.read_probabilities(photos())
    assert set(read) == set(VALUES) == set(reader.values)
    for name, rows in read.items():
        assert rows.shape == (19, len(reader.values[name]))
        assert rows.dtype == np.float32
        assert (rows >= 0).all()
        assert np.allclose(rows.sum(axis=1), 1, atol=1e-5)


def test_a_photo_alone_is_read_as_in_a_batch(reader: AttributeReader) -> None:
    together = reader.read_probabilities(photos())
    alone = reader.read_probabilities(photos()[17:18])
    for name, rows in alone.items():
        assert np.allclose(rows[0], together[name][17], atol=1e-4)


def test_none_in_none_out(reader: AttributeReader) -> None:
    assert {name: rows.shape for name, rows in reader.read_probabilities([]).items()} == {
        name: (0, len(values)) for name, values in reader.values.items()
    }


def test_a_higher_temperature_is_less_sure(tmp_path: Path) -> None:
    folder = write_weights(tmp_path / "weights")
    sure = OnnxAttributeReader(folder).read_probabilities(photos())
    said = card()
    blocks = said["attributes"]
    assert isinstance(blocks, list)
    said["attributes"] = [block | {"temperature": 8.0} for block in blocks]
    (folder / "encoder.json").write_text(json.dumps(said))
    unsure = OnnxAttributeReader(folder).read_probabilities(photos())
    for name, rows in sure.items():
        assert (unsure[name].max(axis=1) < rows.max(axis=1)).all()
        assert (unsure[name].argmax(axis=1) == rows.argmax(axis=1)).all()


def test_the_same_weights_still_make_embeddings(tmp_path: Path) -> None:
    folder = write_weights(tmp_path / "weights")
    assert OnnxImageEncoder(folder).encode_images(photos(2)).shape == (2, 6)


def test_weights_without_attributes_say_so(tmp_path: Path) -> None:
    folder = write_weights(tmp_path / "weights", outputs=("embeddings",))
    with pytest.raises(EncoderWeightsDamaged, match="no attributes"):
        OnnxAttributeReader(folder).read_probabilities(photos(1))
    (folder / "encoder.json").write_text(json.dumps({**card(), "attributes": []}))
    with pytest.raises(EncoderReadsNoAttributes, match="make train-encoder"):
        OnnxAttributeReader(folder)


def test_columns_that_the_card_does_not_name_are_an_error(tmp_path: Path) -> None:
    folder = write_weights(tmp_path / "weights", columns=COLUMNS + 1)
    with pytest.raises(EncoderWeightsDamaged, match=f"{COLUMNS + 1} columns"):
        OnnxAttributeReader(folder).read_probabilities(photos(1))


def test_a_card_with_a_nameless_attribute_is_damaged(tmp_path: Path) -> None:
    folder = write_weights(tmp_path / "weights")
    (folder / "encoder.json").write_text(json.dumps({**card(), "attributes": [{"values": ["a"]}]}))
    with pytest.raises(EncoderWeightsDamaged, match="attributes"):
        OnnxAttributeReader(folder)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(write_weights(tmp_path / "made"), tmp_path / "weights"))
    (folder / "image_encoder.onnx").unlink()
    with pytest.raises(EncoderWeightsMissing, match="image_encoder"):
        OnnxAttributeReader(folder).read_probabilities(photos(1))
