"""Nothing but the picture survives: planted files through the real path, judged on the bytes and by exiftool.

528 files in 8 formats (JPEG, progressive JPEG, MPO, PNG, WebP, lossless WebP, HEIC, AVIF), 66 each, in all eight
orientations, with some 8,000 markers in EXIF, GPS, maker notes, XMP, IPTC, ICC, C2PA, thumbnails, second pictures,
comments, text chunks, unknown chunks and boxes, and archives, pages, documents and scripts behind the picture's end.
"""

import base64
import io
import json
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.models import full_key, thumb_key
from catalog.pictures import store_picture
from storage.blobs import BlobStore
from storage.errors import BadImage
from storage.images import encode_jpeg, read_photo
from tests.hygiene_blocks import Planter
from tests.hygiene_corpus import FORMATS, PlantedFile, corpus, planted_file
from tests.journeys.conftest import csrf_token
from tests.needs import exiftool

# JFIF, quantisation and Huffman tables, the frame, the scan: a picture and nothing else.
_ALLOWED_SEGMENTS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
_PLAIN_JFIF = b"JFIF\0\1\1\0\0\1\0\1\0\0"
_TOLD_BY_PIXELS = {
    "File": {
        *("FileType", "FileTypeExtension", "MIMEType", "ImageWidth", "ImageHeight", "EncodingProcess"),
        *("BitsPerSample", "ColorComponents", "YCbCrSubSampling"),
    },
    "JFIF": {"JFIFVersion", "ResolutionUnit", "XResolution", "YResolution"},
    "Composite": {"ImageSize", "Megapixels"},
}


@dataclass(frozen=True)
class Cleaned:
    """A file of the corpus and what the vault would get of it."""

    planted: PlantedFile
    jpeg: bytes
    difference: float
    """Mean absolute difference between the pixels read and the upright picture, 0 to 255."""


@pytest.fixture(scope="module")
def cleaned() -> list[Cleaned]:
    return [clean(planted) for planted in corpus()]


def clean(planted: PlantedFile) -> Cleaned:
    pixels = read_photo(planted.content, file_name=planted.name)
    assert pixels.shape == planted.upright.shape, f"{planted.name} is not upright"
    return Cleaned(planted, encode_jpeg(pixels), float(np.abs(pixels.astype(int) - planted.upright).mean()))


def spellings(marker: str) -> Iterator[bytes]:
    """Yield the marker in the encodings in which metadata holds text."""
    yield marker.encode()
    yield marker.encode("utf-16-le")
    yield marker.encode("utf-16-be")
    yield marker.encode().hex().encode()
    yield base64.b64encode(marker.encode())[:-4]


def leaks(jpeg: bytes, markers: tuple[str, ...]) -> list[str]:
    """Return the markers that the bytes still hold."""
    return [marker for marker in markers if any(spelt in jpeg for spelt in spellings(marker))]


def segments(jpeg: bytes) -> list[tuple[int, bytes]]:
    """Return each segment's marker and body; nothing may lie between or behind them."""
    assert jpeg[:2] == b"\xff\xd8"
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        marker, length = struct.unpack_from(">xBH", jpeg, at)
        found.append((marker, jpeg[at + 4 : at + 2 + length]))
        at += 2 + length
    coded = jpeg[at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big") :]
    assert coded.endswith(b"\xff\xd9")
    assert coded.count(b"\xff") == coded.count(b"\xff\0") + 1, "the scan holds another marker"
    return [*found, (0xDA, b"")]


def assert_only_a_picture(jpeg: bytes) -> None:
    parts = segments(jpeg)
    assert {marker for marker, _ in parts} <= _ALLOWED_SEGMENTS
    assert [body for marker, body in parts if marker == 0xE0] == [_PLAIN_JFIF]


def told_by_exiftool(folder: Path) -> list[dict[str, object]]:
    """Return what exiftool tells of each file of a folder: duplicates, unknown tags and embedded files included."""
    command = [exiftool(), "-json", "-a", "-G1", "-U", "-ee3", "-q", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    told: list[dict[str, object]] = json.loads(done.stdout)
    return told


def test_the_corpus_is_large_and_every_file_of_it_comes_out_upright(cleaned: list[Cleaned]) -> None:
    counted = Counter(one.planted.format for one in cleaned)
    assert set(counted) == set(FORMATS)
    assert len(counted) == 8
    assert sum(counted.values()) >= 500
    assert len({one.planted.content for one in cleaned}) == len(cleaned)
    wrong = {one.planted.name: one.difference for one in cleaned if one.difference > 4}
    assert wrong == {}


def test_no_planted_marker_survives(cleaned: list[Cleaned]) -> None:
    assert sum(len(one.planted.markers) for one in cleaned) > 5000
    surviving = {one.planted.name: found for one in cleaned if (found := leaks(one.jpeg, one.planted.markers))}
    assert surviving == {}


def test_what_is_kept_is_a_jpeg_of_tables_and_one_scan(cleaned: list[Cleaned]) -> None:
    for one in cleaned:
        assert_only_a_picture(one.jpeg)


def test_exiftool_finds_the_markers_before_and_nothing_but_the_picture_after(
    cleaned: list[Cleaned], tmp_path: Path
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    for one in cleaned:
        (after / f"{one.planted.name}.jpg").write_bytes(one.jpeg)
    for image_format in FORMATS:
        planted = next(one.planted for one in cleaned if one.planted.format == image_format)
        (before / planted.name).write_bytes(planted.content)
    for told in told_by_exiftool(before):
        words = json.dumps(told)
        assert "CANARY-" in words
        assert "GPSLatitude" in words, f"{told['SourceFile']} shows no position before it is cleaned"
    tellings = told_by_exiftool(after)
    assert len(tellings) == len(cleaned)
    for told in tellings:
        assert _unforeseen(told) == []


def _unforeseen(told: dict[str, object]) -> list[str]:
    """Return the tags that neither the pixels nor the file system explain; a warning is one."""
    tags = [tag.partition(":") for tag in told if tag not in ("SourceFile", "ExifTool:ExifToolVersion")]
    return [
        f"{group}:{tag}" for group, _, tag in tags if group != "System" and tag not in _TOLD_BY_PIXELS.get(group, ())
    ]


def test_the_shops_own_pictures_lose_their_metadata_too(tmp_path: Path) -> None:
    blobs = BlobStore(f"file://{tmp_path}")
    for planted in corpus(files_a_format=6):
        stored = store_picture(planted.content, blobs=blobs)
        for key in (full_key(stored.content_hash), thumb_key(stored.content_hash)):
            kept = blobs.get(key)
            assert leaks(kept, planted.markers) == []
            assert_only_a_picture(kept)


@pytest.mark.parametrize("image_format", FORMATS)
def test_through_the_pages_into_the_vault_and_back_nothing_survives(
    app: Flask, client: FlaskClient, image_format: str
) -> None:
    planted = planted_file(image_format, 5)
    data = {
        "csrf_token": csrf_token(client.get("/").text),
        "consent": "recommendation",
        "photo": (io.BytesIO(planted.content), planted.name),
    }
    address = client.post("/photos", data=data, content_type="multipart/form-data").location
    assert address
    page = client.get(address)
    assert leaks(page.data, planted.markers) == []
    shown = [client.get(f"{address}/picture").data, client.get(f"{address}/crops/0").data]
    for jpeg in shown:
        assert leaks(jpeg, planted.markers) == []
        assert_only_a_picture(jpeg)
    for blob in Path(app.extensions["wiring"].settings.instance / "blobs").rglob("photos/**/*"):
        assert not blob.is_file() or leaks(blob.read_bytes(), (*planted.markers, planted.name)) == []


@pytest.mark.parametrize(
    ("image_format", "options"),
    [
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {"description": "CANARY"}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("JPEG2000", {}),
        ("ICO", {}),
        ("TGA", {}),
        ("PPM", {}),
        ("PDF", {}),
        ("EPS", {}),
    ],
)
def test_formats_that_are_not_offered_are_refused_by_name_and_by_content(
    image_format: str, options: dict[str, str]
) -> None:
    from PIL import Image

    from tests.factories import photo

    buffer = io.BytesIO()
    Image.fromarray(photo(64, 48)).save(buffer, image_format, **options)
    for name in ("picture.jpg", "picture", f"picture.{image_format.lower()}"):
        with pytest.raises(BadImage) as refused:
            read_photo(buffer.getvalue(), file_name=name)
        assert refused.value.code == "image_format_not_supported"


def test_a_picture_inside_another_file_is_not_looked_for() -> None:
    plant = Planter("nested")
    for shell in (plant.zip_file(), plant.html(), plant.pdf(), plant.script()):
        with pytest.raises(BadImage) as refused:
            read_photo(shell + planted_file("JPEG", 0).content, file_name="a.jpg")
        assert refused.value.code == "image_format_not_supported"
