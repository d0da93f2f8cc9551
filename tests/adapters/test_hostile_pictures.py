"""Files made to cost: each is refused by name, or read at the price of an ordinary photo."""

import io
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from storage import iso_images
from storage.containers import exif_orientation, read_container
from storage.errors import BadImage, ImageDecoderMissing, ImageTakesTooLong
from storage.images import ImageLimits, read_photo, read_picture
from tests.factories import encoded, photo
from tests.hygiene_blocks import chunk, riff, segment, swapped_profile
from tests.hygiene_corpus import FORMATS, planted_file

pillow_heif.register_heif_opener()


def heavy_exif(*, entries: int = 5000, size: int = 300_000) -> bytes:
    """An EXIF block whose entries all point at the same bytes: read naively, 1.5 GB."""
    start = 8 + 2 + 12 * entries + 4
    table = b"".join(struct.pack(">HHII", 0x9000 + number, 7, size, start) for number in range(entries - 1))
    turned = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    return b"MM\0*" + struct.pack(">IH", 8, entries) + turned + table + bytes(4) + b"x" * size


def jpeg_with(*segments: bytes, **options: Any) -> bytes:
    plain = encoded(photo(64, 48), **options)
    return plain[:2] + b"".join(segments) + plain[2:]


def jpeg_with_heavy_exif() -> bytes:
    block = heavy_exif()
    return jpeg_with(*(segment(0xE1, b"Exif\0\0" + block[at : at + 65_000]) for at in range(0, len(block), 65_000)))


def png_with_heavy_exif() -> bytes:
    plain = encoded(photo(64, 48), "PNG")
    return plain[:33] + chunk(b"eXIf", heavy_exif()) + plain[33:]


def webp_with_heavy_exif() -> bytes:
    plain = encoded(photo(64, 48), "WEBP")
    head = riff(b"VP8X", b"\x08\0\0\0" + (63).to_bytes(3, "little") + (47).to_bytes(3, "little"))
    inside = b"WEBP" + head + plain[12:] + riff(b"EXIF", heavy_exif())
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def scan_flood() -> bytes:
    """A progressive JPEG that walks over all its pixels a thousand times."""
    plain = encoded(photo(640, 480), progressive=True)
    scan = plain.rindex(b"\xff\xda")
    return plain[:scan] + plain[scan:-2] * 1000 + b"\xff\xd9"


def png_of(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    nothing = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", nothing) + chunk(b"IEND", b"")


def webp_canvas_of(side: int) -> bytes:
    """A moving WebP with a canvas far larger than its frame."""
    edge = (side - 1).to_bytes(3, "little")
    frame = riff(b"ANMF", bytes(6) + (63).to_bytes(3, "little") + (47).to_bytes(3, "little") + bytes(4))
    inside = b"WEBP" + riff(b"VP8X", b"\x02\0\0\0" + edge + edge) + riff(b"ANIM", bytes(6)) + frame
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def heic_of(width: int, height: int) -> bytes:
    """A small HEIC whose container promises another size."""
    plain = encoded(photo(64, 64), "HEIF")
    sizes = b"ispe" + bytes(4) + struct.pack(">II", 64, 64)
    assert sizes in plain
    return plain.replace(sizes, b"ispe" + bytes(4) + struct.pack(">II", width, height))


def png_of_many_parts() -> bytes:
    plain = encoded(photo(64, 48), "PNG")
    return plain[:33] + chunk(b"tEXt", b"a\0b") * 300_000 + plain[33:]


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a thousand scans": (scan_flood, "image_too_slow"),
    "a million empty comments": (lambda: jpeg_with(segment(0xFE, b"") * 1_000_000), "image_too_slow"),
    "three hundred thousand text chunks": (png_of_many_parts, "image_too_slow"),
    "a png of 3.6 gigapixels": (lambda: png_of(60_000, 60_000), "image_too_many_pixels"),
    "a png of 80 megapixels": (lambda: png_of(10_000, 8_000), "image_too_many_pixels"),
    "a png whose pixels are missing": (lambda: png_of(3000, 3000), "image_damaged"),
    "a png without a header": (lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "image_damaged"),
    "a webp canvas of 268 megapixels": (lambda: webp_canvas_of(16_384), "image_damaged"),
    "a heic of 10 gigapixels": (lambda: heic_of(100_000, 100_000), "image_too_many_pixels"),
    "a png with a wrong checksum": (lambda: encoded(photo(64, 48), "PNG")[:-1] + b"x", "image_damaged"),
    "only a jpeg's first bytes": (lambda: b"\xff\xd8\xff", "image_damaged"),
    "only a png's sign": (lambda: b"\x89PNG\r\n\x1a\n", "image_damaged"),
    "only a webp's sign": (lambda: b"RIFF\x04\0\0\0WEBP", "image_damaged"),
    "only a heic's sign": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image_damaged"),
    "a film": (lambda: b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "image_format_not_supported"),
    "one byte": (lambda: b"\xff", "image_format_not_supported"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_made_to_cost_is_refused_by_name(name: str) -> None:
    make, code = REFUSED[name]
    content = make()
    tracemalloc.start()
    with pytest.raises(BadImage) as refused:
        read_photo(content)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.code == code
    assert peak_bytes < 20_000_000 + 3 * len(content)


@pytest.mark.parametrize("make", [jpeg_with_heavy_exif, png_with_heavy_exif, webp_with_heavy_exif])
def test_an_exif_block_of_gigabytes_is_never_unpacked(make: Callable[[], bytes]) -> None:
    content = make()
    tracemalloc.start()
    read = read_photo(content)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read.shape == (64, 48, 3), "its orientation is read all the same"
    assert peak_bytes < 20_000_000


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("kept_eighths", range(1, 8))
def test_a_truncated_file_of_every_format_is_refused_or_whole(image_format: str, kept_eighths: int) -> None:
    planted = planted_file(image_format, 3)
    cut = planted.content[: len(planted.content) * kept_eighths // 8]
    assert read_or_refused(cut, planted.upright) in ("read", "image_damaged", "image_format_not_supported")


def read_or_refused(content: bytes, upright: np.ndarray) -> str:
    """Return "read" for the whole picture (what was cut lay behind it), else the code of the refusal."""
    try:
        read = read_photo(content)
    except BadImage as error:
        return error.code
    return "read" if np.abs(read.astype(int) - upright).mean() < 4 else "read, but another picture"


@pytest.mark.parametrize(
    ("image_format", "mode", "options"),
    [
        ("JPEG", "RGB", {"quality": 95}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("HEIF", "RGB", {"quality": 95}),
        ("AVIF", "RGB", {"quality": 95}),
    ],
)
def test_colours_are_those_that_the_profile_means(image_format: str, mode: str, options: dict[str, Any]) -> None:
    red = Image.new("RGB", (32, 32), (230, 20, 20)).convert(mode)
    buffer = io.BytesIO()
    red.save(buffer, image_format, icc_profile=swapped_profile(), **options)
    middle = read_photo(buffer.getvalue())[16, 16].astype(int)
    assert middle[1] > 180
    assert middle[0] < 90


def test_a_grey_photo_with_a_colour_profile_stays_grey() -> None:
    grey = encoded(photo(32, 32)[..., 0], "JPEG", icc_profile=swapped_profile())
    read = read_photo(grey).astype(int)
    assert np.abs(read[..., 0] - read[..., 2]).max() == 0


def test_a_profile_that_is_none_or_gigantic_is_passed_over() -> None:
    for profile in (b"nonsense" * 100, bytes(9_000_000)):
        assert read_photo(encoded(photo(32, 32), "PNG", icc_profile=profile)).shape == (32, 32, 3)


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"Exif\0\0",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff",
        b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\x09\0\0",
        b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\0\0\0",
        b"XX\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0",
    ],
)
def test_an_orientation_that_is_none_means_upright(block: bytes) -> None:
    assert exif_orientation(block) == 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_orientation_is_read_in_either_byte_order_and_width(order: str, orientation: int) -> None:
    sign = b"II*\0" if order == "<" else b"MM\0*"
    short = struct.pack(f"{order}IHHHIHH", 8, 1, 0x0112, 3, 1, orientation, 0)
    long = struct.pack(f"{order}IHHHII", 8, 1, 0x0112, 4, 1, orientation)
    assert exif_orientation(sign + short) == exif_orientation(b"Exif\0\0" + sign + long) == orientation


def test_no_metadata_reaches_a_decoder() -> None:
    for image_format in FORMATS:
        if image_format in ("HEIC", "AVIF"):
            continue
        planted = planted_file(image_format, 2)
        assert b"CANARY" in planted.content
        assert b"CANARY" not in read_container(planted.content).content


@pytest.mark.parametrize("image_format", ["HEIF", "AVIF"])
def test_a_photo_that_takes_too_long_is_ended(image_format: str) -> None:
    large = encoded(
        np.zeros((4000, 6000, 3), np.uint8), image_format, **({"speed": 10} if image_format == "AVIF" else {})
    )
    assert read_photo(large).shape[1] == 1008
    with pytest.raises(ImageTakesTooLong):
        iso_images.decode_iso_image(large, max_pixels=50_000_000, side_pixels=1008, seconds=0)


def test_a_photo_that_needs_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iso_images, "_MEMORY_BYTES", 150_000_000)
    with pytest.raises(BadImage) as refused:
        read_photo(encoded(np.zeros((4000, 6000, 3), np.uint8), "HEIF"))
    assert refused.value.code in ("image_too_slow", "image_damaged")


def test_a_decoder_that_does_not_start_is_no_fault_of_the_photo(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(iso_images, "_PROGRAM", tmp_path / "absent.py")
    with pytest.raises(ImageDecoderMissing, match=r"absent\.py"):
        read_photo(encoded(photo(64, 64), "HEIF"))


def test_the_web_process_never_loads_the_heic_library(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(encoded(photo(64, 64), "HEIF"))
    program = (
        "import sys; from pathlib import Path; from storage.images import read_photo;"
        "assert read_photo(Path(sys.argv[1]).read_bytes()).shape == (64, 64, 3);"
        "print('pillow_heif' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", program, str(tmp_path / "a.heic")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_moving_shop_picture_is_read_as_its_first() -> None:
    frames = [Image.fromarray(photo(40, 30, seed=seed)) for seed in range(3)]
    for image_format in ("PNG", "WEBP", "AVIF"):
        buffer = io.BytesIO()
        frames[0].save(buffer, image_format, save_all=True, append_images=frames[1:])
        with pytest.raises(BadImage) as refused:
            read_photo(buffer.getvalue())
        assert refused.value.code == "image_animated"
        first = read_picture(buffer.getvalue(), limits=ImageLimits(working_side_pixels=0))
        assert np.abs(first.astype(int) - np.asarray(frames[0])).mean() < 6
