"""Untrusted bytes -> pixels."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.errors import BadImage
from storage.images import ImageLimits, encode_jpeg, read_photo, read_picture
from tests.factories import encoded, photo


def heic(pixels: np.ndarray) -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return encoded(pixels, "HEIF")


def png_of_16_bits() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes(8 * 6) for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def animated(image_format: str) -> bytes:
    frames = [Image.fromarray(photo(40, 30, seed=seed)) for seed in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, image_format, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def converted(mode: str, image_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(photo(60, 40)).convert(mode).save(buffer, image_format, **options)
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (10_000, 10_000)).save(buffer, "PNG")
    return buffer.getvalue()


REFUSED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "nothing": (lambda: b"", "a.jpg", "image_empty"),
    "text": (lambda: b"not a photo at all", "a.jpg", "image_format_not_supported"),
    "svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image_format_not_supported"),
    "gif": (lambda: encoded(photo(40, 30), "GIF"), "a.gif", "image_format_not_supported"),
    "cut jpeg": (lambda: encoded(photo())[:3000], "a.jpg", "image_damaged"),
    "cut png": (lambda: encoded(photo(), "PNG")[:3000], "a.png", "image_damaged"),
    "cut webp": (lambda: encoded(photo(), "WEBP")[:1000], "a.webp", "image_damaged"),
    "cut heic": (lambda: heic(photo())[:1500], "a.heic", "image_damaged"),
    "one pixel": (lambda: encoded(photo(1, 1)), "a.jpg", "image_too_small"),
    "100 megapixels": (bomb, "a.png", "image_too_many_pixels"),
    "moving webp": (lambda: animated("WEBP"), "a.webp", "image_animated"),
    "moving png": (lambda: animated("PNG"), "a.png", "image_animated"),
    "cmyk": (lambda: converted("CMYK", "JPEG"), "a.jpg", "image_colours_not_supported"),
    "16 bits grey": (lambda: encoded(np.zeros((9, 9), np.uint16), "PNG"), "a.png", "image_colours_not_supported"),
    "16 bits colour": (png_of_16_bits, "a.png", "image_colours_not_supported"),
    "palette and alpha": (lambda: converted("P", "PNG", transparency=3), "a.png", "image_colours_not_supported"),
    "png called jpg": (lambda: encoded(photo(), "PNG"), "a.jpg", "image_extension_mismatch"),
    "jpeg called txt": (lambda: encoded(photo()), "a.txt", "image_extension_mismatch"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_phone_writes_is_refused_with_a_code_and_advice(name: str) -> None:
    make, file_name, code = REFUSED[name]
    with pytest.raises(BadImage) as refused:
        read_photo(make(), file_name=file_name)
    assert refused.value.code == code
    assert len(str(refused.value)) > 20


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("file_name", ["", "blob", "IMG_0001.{}"])
def test_the_formats_of_phones_and_browsers_are_read(image_format: str, file_name: str) -> None:
    pixels = photo(300, 200)
    read = read_photo(encoded(pixels, image_format), file_name=file_name.format(image_format.lower()))
    assert read.shape == pixels.shape
    assert np.abs(read.astype(int) - pixels).mean() < 6


def test_a_heic_photo_is_read() -> None:
    assert read_photo(heic(photo(320, 200)), file_name="IMG_1.HEIC").shape == (200, 320, 3)


def test_a_photo_of_several_jpegs_is_read_as_its_first() -> None:
    content = io.BytesIO()
    first, second = (Image.fromarray(photo(80, 60, seed=seed)) for seed in (1, 2))
    first.save(content, "MPO", save_all=True, append_images=[second])
    assert np.abs(read_photo(content.getvalue(), file_name="a.jpg").astype(int) - np.asarray(first)).mean() < 6


def test_grey_and_transparent_pictures_become_rgb_on_white() -> None:
    clear = np.zeros((20, 30, 4), np.uint8)
    assert (read_photo(encoded(clear, "PNG")) == 255).all()
    assert read_photo(encoded(photo(30, 20)[..., 0], "JPEG")).shape == (20, 30, 3)


def test_a_photo_on_its_side_is_turned_upright() -> None:
    lying = Image.fromarray(photo(300, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    lying.save(buffer, "JPEG", exif=exif)
    upright = np.asarray(lying.transpose(Image.Transpose.ROTATE_270))
    assert np.abs(read_photo(buffer.getvalue()).astype(int) - upright).mean() < 6


def test_a_large_photo_is_reduced_to_the_working_side_and_keeps_its_shape() -> None:
    read = read_photo(encoded(photo(3000, 4000)), limits=ImageLimits(working_side_pixels=960))
    assert max(read.shape) == 960
    assert abs(read.shape[1] / read.shape[0] - 0.75) < 0.01


def test_a_shop_picture_may_be_in_print_colours() -> None:
    assert read_picture(converted("CMYK", "JPEG")).shape == (40, 60, 3)
    assert read_picture(converted("P", "PNG", transparency=3)).shape == (40, 60, 3)
    assert read_picture(png_of_16_bits()).shape == (8, 8, 3)


def test_nothing_but_pixels_survives() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    buffer = io.BytesIO()
    Image.fromarray(photo()).save(buffer, "JPEG", exif=exif, comment=b"a secret comment")
    clean = encode_jpeg(read_photo(buffer.getvalue() + b"a secret behind the end"))
    assert b"secret" in buffer.getvalue()
    assert b"secret" not in clean


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_bytes_are_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([encoded(photo(60, 80), fmt) for fmt in ("JPEG", "PNG", "WEBP")]))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = read_photo(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    except BadImage:
        return
    assert read.dtype == np.uint8
    assert read.ndim == 3
