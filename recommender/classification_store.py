"""A listing classifier as a folder of two files, without pickles: a card in JSON and the numbers in NPZ."""

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.classification import FieldModel, ListingClassifier
from recommender.errors import ListingClassifierDamaged, ListingClassifierMissing
from recommender.listing_words import ListingWords
from recommender.listings import FieldFacts
from recommender.ports import EncoderIdentity
from recommender.softmax_head import SoftmaxHead

_CARD, _NUMBERS = "classifier.json", "classifier.npz"
_FORM = 1


def save_listing_classifier(classifier: ListingClassifier, folder: Path) -> None:
    """Put the classifier into a folder, made if need be; the card, written last, names the numbers that it is of."""
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    arrays: dict[str, Any] = dict(_arrays(classifier))
    np.savez_compressed(buffer, **arrays)
    numbers = buffer.getvalue()
    card = {
        "form": _FORM,
        "encoder": asdict(classifier.encoder),
        "facts": {name: asdict(facts) for name, facts in classifier.facts.items()},
        "heads": {name: {b: _head_card(h) for b, h in m.heads.items()} for name, m in classifier.fields.items()},
        "examples": [
            [key, dict(values)] for key, values in zip(classifier.example_keys, classifier.example_values, strict=True)
        ],
        "sha256": hashlib.sha256(numbers).hexdigest(),
    }
    _replace(folder / _NUMBERS, numbers)
    _replace(folder / _CARD, json.dumps(card, ensure_ascii=False).encode())


def load_listing_classifier(folder: Path) -> ListingClassifier:
    """Return the classifier of a folder. Raises ListingClassifierMissing or ListingClassifierDamaged."""
    try:
        card = json.loads((folder / _CARD).read_bytes())
        numbers = (folder / _NUMBERS).read_bytes()
    except FileNotFoundError as error:
        raise ListingClassifierMissing(folder) from error
    except ValueError as error:
        raise ListingClassifierDamaged(folder, str(error)) from error
    try:
        if card["form"] != _FORM:
            raise ValueError(f"form {card['form']}, this version reads {_FORM}")
        if hashlib.sha256(numbers).hexdigest() != card["sha256"]:
            raise ValueError(f"{_NUMBERS} is not the one that {_CARD} names")
        with np.load(io.BytesIO(numbers), allow_pickle=False) as arrays:
            return _classifier(card, arrays)
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ListingClassifierDamaged(folder, str(error)) from error


def _arrays(classifier: ListingClassifier) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, array in classifier.words.state().items():
        yield f"words.{name}", array
    for name, model in classifier.fields.items():
        for basis, head in model.heads.items():
            yield f"head.{name}.{basis}.weights", head.weights
            yield f"head.{name}.{basis}.bias", head.bias
    rows = classifier.example_words.tocsr()
    yield "examples.data", rows.data.astype(np.float32)
    yield "examples.indices", rows.indices.astype(np.int32)
    yield "examples.indptr", rows.indptr.astype(np.int64)
    yield "examples.shape", np.array(rows.shape, np.int64)
    yield "examples.photos", classifier.example_photos
    yield "photo_mean", classifier.photo_mean


def _head_card(head: SoftmaxHead) -> dict[str, Any]:
    return {"values": list(head.values), "temperature": head.temperature}


def _classifier(card: dict[str, Any], arrays: Any) -> ListingClassifier:
    from scipy.sparse import csr_matrix

    fields = {name: _field_model(name, card, arrays) for name in card["heads"]}
    words = ListingWords.of_state({name[6:]: arrays[name] for name in arrays.files if name.startswith("words.")})
    examples = (arrays["examples.data"], arrays["examples.indices"], arrays["examples.indptr"])
    return ListingClassifier(
        EncoderIdentity(**card["encoder"]),
        fields,
        words,
        arrays["photo_mean"],
        tuple(key for key, _ in card["examples"]),
        tuple(values for _, values in card["examples"]),
        csr_matrix(examples, shape=tuple(arrays["examples.shape"])),
        arrays["examples.photos"],
    )


def _field_model(name: str, card: dict[str, Any], arrays: Any) -> FieldModel:
    heads = {
        basis: SoftmaxHead(
            tuple(said["values"]),
            arrays[f"head.{name}.{basis}.weights"],
            arrays[f"head.{name}.{basis}.bias"],
            said["temperature"],
        )
        for basis, said in card["heads"][name].items()
    }
    return FieldModel(heads, FieldFacts(**card["facts"][name]))


def _replace(path: Path, content: bytes) -> None:
    """Put a whole file in place, or leave what was there."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
