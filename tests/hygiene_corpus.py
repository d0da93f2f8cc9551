"""A seeded corpus of picture files that carry markers everywhere a file can carry something."""

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.hygiene_blocks import Planter, box, chunk, riff, segment

FILES_A_FORMAT = 66
_EXTENSIONS = {
    "JPEG": "jpg",
    "progressive JPEG": "jpg",
    "MPO": "jpg",
    "PNG": "png",
    "WebP": "webp",
    "lossless WebP": "webp",
    "HEIC": "heic",
    "AVIF": "avif",
}
FORMATS = tuple(_EXTENSIONS)


@dataclass(frozen=True)
class PlantedFile:
    """A file that must be read, the picture that must come out, and the markers that must not."""

    name: str
    format: str
    content: bytes
    markers: tuple[str, ...]
    upright: NDArray[np.uint8]


def corpus(formats: tuple[str, ...] = FORMATS, *, files_a_format: int = FILES_A_FORMAT) -> Iterator[PlantedFile]:
    """Yield the files, the same each time; orientations, modes, sizes and hiding places go round by number."""
    for image_format in formats:
        for number in range(files_a_format):
            yield planted_file(image_format, number)


def planted_file(image_format: str, number: int) -> PlantedFile:
    """Return one file of the corpus."""
    chance = random.Random(f"{image_format}/{number}")
    name = f"{image_format.replace(' ', '-').lower()}-{number:03d}.{_EXTENSIONS[image_format]}"
    plant = Planter(name.partition(".")[0])
    orientation = number % 8 + 1
    upright = corners(chance.randrange(48, 130), chance.randrange(48, 130), chance)
    stored = Image.fromarray(upright).transpose(_UNTURN[orientation]) if orientation > 1 else Image.fromarray(upright)
    content = _WRITERS[image_format](stored, orientation, plant, chance)
    return PlantedFile(name, image_format, content, tuple(plant.markers), upright)


def corners(width: int, height: int, chance: random.Random) -> NDArray[np.uint8]:
    """A smooth picture whose four corners differ, so that every turn and mirror shows."""
    levels = chance.sample([(220, 60, 50), (50, 180, 70), (60, 80, 210), (230, 220, 90)], 4)
    small = np.array(levels, np.uint8).reshape(2, 2, 3)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BILINEAR))


# What turns an upright picture into the one that a file with this orientation stores.
_UNTURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def _trailing(plant: Planter, chance: random.Random) -> bytes:
    """Something behind the picture's end."""
    kinds: list[Callable[[], bytes]] = [
        plant.zip_file,
        plant.html,
        plant.pdf,
        plant.script,
        plant.another_picture,
        lambda: bytes(chance.randrange(256) for _ in range(40)) + plant.bytes("tail"),
        lambda: b"",
    ]
    return chance.choice(kinds)()


def _encoded(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def _jpeg_blocks(plant: Planter, orientation: int, chance: random.Random) -> bytes:
    xmp2 = b"0" * 32 + struct.pack(">II", 40, 0) + plant.bytes("xmp2")
    blocks = [
        segment(0xE1, b"Exif\0\0" + plant.exif(orientation)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + plant.xmp()),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + xmp2),
        segment(0xED, plant.iptc()),
        segment(0xE2, b"ICC_PROFILE\0\1\1" + plant.icc()),
        segment(0xE0, b"JFXX\0\x10" + plant.thumbnail()),
        segment(0xEB, b"JP\0\1\0\0\0\1" + box(b"jumb", plant.bytes("c2pa"))),
        segment(0xEC, b"Ducky\0\1\0\4\0\0\0\x3c" + plant.bytes("ducky")),
        segment(0xE9, plant.bytes("app9")),
        segment(0xFE, chance.choice([plant.html, plant.pdf, plant.script])()),
    ]
    chance.shuffle(blocks)
    return b"".join(blocks)


_AFTER_JFIF = 20


def _write_jpeg(image: Image.Image, orientation: int, plant: Planter, chance: random.Random, **options: Any) -> bytes:
    plain = _encoded(image, "JPEG", quality=95, subsampling=0, **options)
    # Half of the files have no JFIF header, like those of cameras.
    head = plain[:_AFTER_JFIF] if chance.random() < 0.5 else plain[:2]
    blocks, scan = _jpeg_blocks(plant, orientation, chance), plain.rindex(b"\xff\xda")
    between = segment(0xFE, plant.bytes("before-scan"))
    return head + blocks + plain[_AFTER_JFIF:scan] + between + plain[scan:] + _trailing(plant, chance)


def _write_progressive(image: Image.Image, orientation: int, plant: Planter, chance: random.Random) -> bytes:
    return _write_jpeg(image, orientation, plant, chance, progressive=True)


def _write_mpo(image: Image.Image, orientation: int, plant: Planter, chance: random.Random) -> bytes:
    """As phones write: a second picture (a depth map, another lens), with metadata of its own, behind the first."""
    depth = image.convert("L")
    plain = _encoded(image, "MPO", quality=95, subsampling=0, save_all=True, append_images=[depth])
    second = plain.rindex(b"\xff\xd8\xff") + 2
    # The table of the pictures counts from itself: what is put before it moves nothing.
    head, first, rest = plain[:_AFTER_JFIF], plain[_AFTER_JFIF:second], plain[second:]
    of_second = segment(0xE1, b"Exif\0\0" + plant.exif(1)) + segment(0xFE, plant.bytes("second-picture"))
    return head + _jpeg_blocks(plant, orientation, chance) + first + of_second + rest + _trailing(plant, chance)


def _write_png(image: Image.Image, orientation: int, plant: Planter, chance: random.Random) -> bytes:
    plain = _encoded(image.convert(chance.choice(["RGB", "RGBA"])), "PNG")
    profile = chunk(b"iCCP", b"a name\0\0" + zlib.compress(plant.icc()))
    xmp = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + plant.xmp())
    raw = zlib.compress(b"\niptc\n      40\n" + plant.iptc().hex().encode())
    blocks = [
        chunk(b"eXIf", plant.exif(orientation)),
        chunk(b"tEXt", b"Author\0" + plant.bytes("text")),
        chunk(b"tEXt", b"Comment\0" + chance.choice([plant.html, plant.pdf, plant.script])()),
        chunk(b"zTXt", b"Description\0\0" + zlib.compress(plant.bytes("ztxt"))),
        chunk(b"zTXt", b"Raw profile type iptc\0\0" + raw),
        chunk(b"iTXt", b"Title\0\1\0fr\0Titre\0" + zlib.compress(plant.bytes("itxt"))),
        chunk(b"tIME", bytes((7, 234, 11, 21, 12, 0, 0))),
        chunk(b"prVt", plant.bytes("private-chunk")),
        chunk(b"caBX", box(b"jumb", plant.bytes("c2pa"))),
        xmp,
    ]
    chance.shuffle(blocks)
    cut, end = plain.index(b"IDAT") - 4, plain.index(b"IEND") - 4
    return (
        plain[:cut] + profile + b"".join(blocks[:6]) + plain[cut:end] + b"".join(blocks[6:]) + plain[end:]
        + _trailing(plant, chance)
    )  # fmt: skip


def _write_webp(image: Image.Image, orientation: int, plant: Planter, chance: random.Random, **options: Any) -> bytes:
    picture = image.convert(chance.choice(["RGB", "RGBA"]))
    plain = _encoded(
        picture, "WEBP", **({"quality": 95} | options), method=0,
        exif=b"Exif\0\0" + plant.exif(orientation), xmp=plant.xmp(), icc_profile=plant.icc(),
    )  # fmt: skip
    inside = plain[8:] + riff(b"canY", plant.bytes("private-chunk")) + riff(b"LIST", b"INFO" + plant.bytes("riff-info"))
    return b"RIFF" + struct.pack("<I", len(inside)) + inside + _trailing(plant, chance)


def _write_lossless(image: Image.Image, orientation: int, plant: Planter, chance: random.Random) -> bytes:
    return _write_webp(image, orientation, plant, chance, lossless=True, quality=20)


def _write_heic(image: Image.Image, orientation: int, plant: Planter, chance: random.Random) -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    even = image.convert(chance.choice(["RGB", "RGBA"]))
    plain = _encoded(
        even, "HEIF", quality=90, chroma=444, thumbnails=[32],
        exif=b"Exif\0\0" + plant.exif(orientation), xmp=plant.xmp(), icc_profile=plant.icc(),
    )  # fmt: skip
    return plain + _boxes(plant) + _trailing(plant, chance)


def _write_avif(image: Image.Image, orientation: int, plant: Planter, chance: random.Random) -> bytes:
    plain = _encoded(
        image, "AVIF", quality=90, speed=10, subsampling="4:4:4",
        exif=b"Exif\0\0" + plant.exif(orientation, thumbnail=False), xmp=plant.xmp(), icc_profile=plant.icc(),
    )  # fmt: skip
    return plain + _boxes(plant) + _trailing(plant, chance)


def _boxes(plant: Planter) -> bytes:
    free = box(b"free", plant.bytes("free-box"))
    return free + box(b"uuid", b"0123456789abcdef" + plant.xmp()) + box(b"mdat", plant.bytes("media-data"))


_WRITERS: dict[str, Callable[[Image.Image, int, Planter, random.Random], bytes]] = {
    "JPEG": _write_jpeg,
    "progressive JPEG": _write_progressive,
    "MPO": _write_mpo,
    "PNG": _write_png,
    "WebP": _write_webp,
    "lossless WebP": _write_lossless,
    "HEIC": _write_heic,
    "AVIF": _write_avif,
}
