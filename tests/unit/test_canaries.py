"""What would give a person away is found in whatever spelling it was written, and nothing else is."""

import base64
import io
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from privacy import canaries
from privacy.canaries import (
    Canary,
    CanaryKind,
    KnownPictures,
    Needles,
    counts_by_kind,
    from_json,
    perceptual_hash,
    tells_something,
    to_json,
)
from tests.factories import encoded, photo

PHOTO_ID = "3f9a0c1d7b2e48566a9bde01c4f7a283"
EMAIL = "anna.martin+ümlaut@example.org"
VECTOR = np.random.default_rng(1).normal(size=512).astype("<f4")
SENT_AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def noise(length: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(length)


def kinds_in(content: bytes, *wanted: Canary) -> set[CanaryKind]:
    return {kind for _at, kind in Needles(wanted).found_in(content)}


@pytest.mark.parametrize(
    "written",
    [
        PHOTO_ID.encode(),
        PHOTO_ID.upper().encode(),
        PHOTO_ID.encode("utf-16-le"),
        PHOTO_ID.encode("utf-16-be"),
        bytes.fromhex(PHOTO_ID),
        PHOTO_ID.encode().hex().encode(),
        *(base64.b64encode(noise(shift) + PHOTO_ID.encode()) for shift in range(3)),
        *(base64.b64encode(noise(shift) + bytes.fromhex(PHOTO_ID) + b"!") for shift in range(3)),
        json.dumps({"photo": PHOTO_ID}).encode(),
        f"photos/{PHOTO_ID}/crop-1.jpg".encode(),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 2, 3, 4, 5, 6, 7, 1000])
def test_an_id_is_found_in_every_spelling_at_every_place(written: bytes, before: int) -> None:
    wanted = Canary.text(CanaryKind.PHOTO, PHOTO_ID)
    assert kinds_in(noise(before) + written + noise(50, 1), wanted) == {CanaryKind.PHOTO}


@pytest.mark.parametrize(
    "written",
    [
        EMAIL.encode(),
        EMAIL.upper().encode(),
        EMAIL.encode("utf-16-le"),
        json.dumps(EMAIL).encode(),
        quote(EMAIL, safe="").encode(),
        base64.urlsafe_b64encode(b"x" + EMAIL.encode()),
        EMAIL.encode().hex().upper().encode(),
    ],
)
def test_an_address_is_found_in_every_spelling(written: bytes) -> None:
    assert kinds_in(noise(99) + written + noise(99, 1), Canary.text(CanaryKind.EMAIL, EMAIL)) == {CanaryKind.EMAIL}


def test_half_an_address_is_somebody_elses() -> None:
    assert kinds_in(b"somebody.else@example.org", Canary.text(CanaryKind.EMAIL, EMAIL)) == set()


@pytest.mark.parametrize("cut", range(1, 32))
def test_an_id_torn_by_a_pages_edge_is_found_unless_both_halves_are(cut: int) -> None:
    torn = PHOTO_ID[:cut].encode() + bytes(64) + PHOTO_ID[cut:].encode()
    found = kinds_in(torn, Canary.text(CanaryKind.PHOTO, PHOTO_ID))
    assert (found == {CanaryKind.PHOTO}) == (PHOTO_ID[:16].encode() in torn or PHOTO_ID[16:].encode() in torn)
    assert found


@pytest.mark.parametrize("dtype", ["<f4", "<f2"])
@pytest.mark.parametrize("start", [0, 100, 496])
def test_a_piece_of_a_vector_is_found(dtype: str, start: int) -> None:
    piece = VECTOR.astype(dtype)[start : start + 16].tobytes()
    assert kinds_in(noise(33) + piece + noise(33, 2), Canary(CanaryKind.VECTOR, VECTOR.tobytes())) == {
        CanaryKind.VECTOR
    }


def test_a_vector_written_as_base64_is_found() -> None:
    written = b'{"embedding": "' + base64.b64encode(VECTOR.tobytes()) + b'"}'
    assert kinds_in(written, Canary(CanaryKind.VECTOR, VECTOR.tobytes())) == {CanaryKind.VECTOR}


@given(st.binary(max_size=3000))
def test_in_bytes_of_others_nothing_is_found(content: bytes) -> None:
    wanted = (Canary.text(CanaryKind.PHOTO, PHOTO_ID), Canary(CanaryKind.VECTOR, VECTOR.tobytes()))
    assert kinds_in(content, *wanted) == set()


@given(st.integers(0, 200), st.sampled_from([PHOTO_ID, EMAIL, "0123456789"]))
def test_the_place_is_told(before: int, words: str) -> None:
    needles = Needles([Canary.text(CanaryKind.PHOTO, words)])
    content = bytes(before) + words.encode()
    assert min(at for at, _kind in needles.found_in(content)) == before


def test_a_file_is_searched_to_its_end_across_its_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canaries, "_CHUNK_BYTES", 64)
    needles = Needles([Canary.text(CanaryKind.PHOTO, PHOTO_ID)])
    for before in range(0, 200, 7):
        file = tmp_path / f"{before}.bin"
        file.write_bytes(noise(before) + PHOTO_ID.encode() + b"end")
        assert min(at for at, _kind in needles.found_in_file(file)) == before
    (tmp_path / "empty").touch()
    assert list(needles.found_in_file(tmp_path / "empty")) == []
    assert list(needles.found_in_file(tmp_path / "absent")) == []


def test_what_is_too_plain_or_too_short_tells_nothing() -> None:
    assert not tells_something(Canary.text(CanaryKind.NAME, "Anna"))
    assert not tells_something(Canary(CanaryKind.VECTOR, bytes(2048)))
    assert tells_something(Canary.text(CanaryKind.NAME, "Anna Martin"))
    assert tells_something(Canary(CanaryKind.VECTOR, VECTOR.tobytes()))
    assert list(Needles([Canary(CanaryKind.VECTOR, bytes(2048))]).found_in(bytes(5000))) == []


def test_canaries_survive_being_put_away() -> None:
    kept = [Canary.text(CanaryKind.EMAIL, EMAIL), Canary(CanaryKind.PICTURE, bytes(range(32)), since=SENT_AT)]
    assert from_json(to_json(kept)) == kept
    assert counts_by_kind(kept) == {"e-mail": 1, "perceptual hash": 1}


def looks_of(seed: int) -> bytes:
    look = perceptual_hash(Image.fromarray(photo(seed=seed)))
    assert look is not None
    return look


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.3])
@pytest.mark.parametrize("quality", [90, 50])
def test_a_copy_of_a_picture_is_known_again_however_it_was_saved(scale: float, quality: int) -> None:
    known = KnownPictures([Canary(CanaryKind.PICTURE, looks_of(3), since=SENT_AT)])
    original = Image.fromarray(photo(seed=3))
    smaller = original.resize((round(original.width * scale), round(original.height * scale)))
    copy = Image.open(io.BytesIO(encoded(np.asarray(smaller), quality=quality)))
    look = perceptual_hash(copy)
    assert look
    assert known.hold(look, written_at=SENT_AT + timedelta(minutes=1))


def test_another_picture_is_not_taken_for_it() -> None:
    known = KnownPictures([Canary(CanaryKind.PICTURE, looks_of(3), since=SENT_AT)])
    assert not any(known.hold(looks_of(seed), written_at=SENT_AT) for seed in range(4, 40))


def test_a_picture_that_was_there_before_the_photo_is_no_copy_of_it() -> None:
    known = KnownPictures([Canary(CanaryKind.PICTURE, looks_of(3), since=SENT_AT)])
    assert not known.hold(looks_of(3), written_at=SENT_AT - timedelta(days=1))
    assert known.hold(looks_of(3), written_at=SENT_AT)


def test_a_plain_ground_has_no_looks() -> None:
    assert perceptual_hash(Image.new("RGB", (300, 400), "white")) is None
