"""Untrusted bytes -> upright sRGB pixels, within limits; and pixels -> clean JPEG bytes."""

import io
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from storage.containers import Container, read_container
from storage.errors import (
    AnimatedImage,
    BadImage,
    EmptyFile,
    ImageTooLarge,
    ImageTooSmall,
    TruncatedImage,
    UnsupportedColours,
    WrongExtension,
)
from storage.iso_images import decode_iso_image

Pixels = NDArray[np.uint8]

_EXTENSIONS = {
    "JPEG": {".jpg", ".jpeg", ".jpe", ".jfif"},
    "PNG": {".png"},
    "WEBP": {".webp"},
    "HEIF": {".heic", ".heif", ".hif"},
    "AVIF": {".avif"},
}
_SMALLEST_SIDE_PIXELS = 16
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF's orientation -> what turns the pixels upright."""


@dataclass(frozen=True)
class ImageLimits:
    """What is accepted of an upload, and the size it is worked at."""

    max_pixels: int = 50_000_000
    working_side_pixels: int = 1008
    """The long side is reduced to at most this; smaller pictures keep their size. 0 keeps every picture's size.

    1008 is a quarter of a phone's 12 megapixels (4032 × 3024), which the JPEG decoder reaches without resizing.
    """
    decode_seconds: int = 10
    """Processor time for HEIC and AVIF; the other formats are bounded by their bytes, pixels, scans and parts."""


def read_photo(content: bytes, *, file_name: str = "", limits: ImageLimits = ImageLimits()) -> Pixels:
    """Return an uploaded photo, upright, sRGB, uint8, shape (H, W, 3), its long side at most the working side.

    Strict: what no camera or phone writes is refused with a BadImage that says what to do. Only pixels
    survive: of the file's other parts (metadata, thumbnails, trailing bytes) none even reaches a decoder.
    """
    return _read(content, file_name=file_name, limits=limits, strict=True)


def read_picture(content: bytes, *, limits: ImageLimits = ImageLimits()) -> Pixels:
    """As `read_photo`, for a shop's own pictures: print colours, 16 bits, palettes and other names are converted."""
    return _read(content, file_name="", limits=limits, strict=False)


def encode_jpeg(pixels: Pixels, *, quality: int = 88) -> bytes:
    """Return `pixels` as a JPEG without any metadata."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def encode_webp(pixels: Pixels, *, quality: int = 85) -> bytes:
    """Return `pixels`, uint8 (H, W, 4), as a WebP that keeps its transparency, without any metadata."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality)
    return buffer.getvalue()


def shrink(pixels: Pixels, *, side_pixels: int) -> Pixels:
    """Return the picture with its long side at most `side_pixels`."""
    image = Image.fromarray(pixels)
    image.thumbnail((side_pixels, side_pixels), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _read(content: bytes, *, file_name: str, limits: ImageLimits, strict: bool) -> Pixels:
    if not content:
        raise EmptyFile("The file is empty (0 bytes). Choose the photo again.")
    container = read_container(content)
    if container.format == "ISO":
        return _read_iso(container.content, file_name=file_name, limits=limits, strict=strict)
    try:
        # Only these decoders ever see the bytes; PostScript, Photoshop and the like stay shut.
        with Image.open(io.BytesIO(container.content), formats=(container.format,)) as image:
            if image.width * image.height > limits.max_pixels:
                raise _too_large(limits)
            if strict:
                _refuse_unlikely(image, container.format, image.size, container.moves, file_name)
            return _upright_srgb(image, container, limits.working_side_pixels)
    except BadImage:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(limits) from error
    # Pillow's decoders report damage through many built-in errors.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, RuntimeError, MemoryError) as error:
        raise TruncatedImage("The photo is damaged or cut short. Take or send it again.") from error


def _read_iso(content: bytes, *, file_name: str, limits: ImageLimits, strict: bool) -> Pixels:
    picture = decode_iso_image(
        content,
        max_pixels=limits.max_pixels,
        side_pixels=limits.working_side_pixels,
        seconds=limits.decode_seconds,
    )
    if strict:
        _refuse_unlikely(picture.image, picture.format, picture.original_size, picture.frames > 1, file_name)
    return _srgb_pixels(picture.image, picture.icc_profile)


def _too_large(limits: ImageLimits) -> ImageTooLarge:
    return ImageTooLarge(f"The photo has more than {limits.max_pixels // 1_000_000} megapixels. Send a smaller one.")


def _refuse_unlikely(image: Image.Image, image_format: str, size: tuple[int, int], moves: bool, file_name: str) -> None:
    extension = PurePath(file_name).suffix.lower()
    if extension and extension not in _EXTENSIONS[image_format]:
        raise WrongExtension(
            f"The file's name ends in {extension} but it holds a {image_format} picture. Rename or export it again."
        )
    if moves:
        raise AnimatedImage("The picture is animated. Send a single still photo.")
    if image.mode in ("CMYK", "YCCK"):
        raise UnsupportedColours("The picture is in print colours (CMYK). Save it as an RGB photo and send it again.")
    if image.mode.startswith("I") or image.mode == "F" or _is_16_bit_png(image):
        raise UnsupportedColours("The picture has 16 bits a colour. Save it with 8 bits and send it again.")
    if image.mode in ("P", "PA") and (image.mode == "PA" or "transparency" in image.info):
        raise UnsupportedColours("The picture has a transparent palette. Save it as an RGB photo and send it again.")
    if min(size) < _SMALLEST_SIDE_PIXELS:
        raise ImageTooSmall(f"The picture is only {size[0]} × {size[1]} pixels. Send a larger one.")


def _is_16_bit_png(image: Image.Image) -> bool:
    """Say whether Pillow will reduce a 16-bit colour PNG to 8 bits (its mode alone does not tell)."""
    return image.format == "PNG" and any("16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def _upright_srgb(image: Image.Image, container: Container, side: int) -> Pixels:
    if side and container.format == "JPEG":
        # The decoder halves on its own, to 5 % under the working side at least: half the time of decoding all pixels.
        scale = 0.95 * side / max(image.size)
        image.draft(None, (round(image.width * scale), round(image.height * scale)))
    image.load()
    if side and max(image.size) > side:
        image.thumbnail((side, side), Image.Resampling.BOX if max(image.size) > 3 * side else Image.Resampling.LANCZOS)
    turn = _TURNS.get(container.orientation)
    return _srgb_pixels(image if turn is None else image.transpose(turn), container.icc_profile)


def _srgb_pixels(image: Image.Image, profile: bytes | None) -> Pixels:
    if image.mode not in ("RGB", "CMYK", "L") or "transparency" in image.info:
        image = _flatten(image)
    return np.array(_to_srgb(image, profile).convert("RGB"), dtype=np.uint8)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    try:
        converted = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        # A broken profile is no reason to refuse a readable photo: its numbers are taken as sRGB.
        return image
    return converted if converted is not None else image


def _flatten(image: Image.Image) -> Image.Image:
    """Return the picture on white, 8 bits: grey ones as L, all others as RGB."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        ground = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(ground, rgba).convert("L" if image.mode in ("L", "LA") else "RGB")
    return image.convert("L" if image.mode == "1" else "RGB")
