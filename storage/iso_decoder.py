"""A program of its own: a HEIC or AVIF file on standard input -> one JSON line and upright pixels on standard output.

`iso_images.py` runs it by this file's path in Python's isolated mode, so it imports nothing of the project. These
decoders meet the true sizes, tiles and overlays of a file only while they decode, so no look beforehand bounds them:
here the operating system does.
"""

import io
import json
import resource
import sys

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageOps


def main() -> None:
    """Arguments: pixels at most, side to reduce to (0: none), processor seconds, bytes of memory."""
    max_pixels, side_pixels, seconds, memory_bytes = (int(word) for word in sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        facts, pixels = _decode(sys.stdin.buffer.read(), max_pixels, side_pixels)
    except Image.DecompressionBombError:
        facts, pixels = {"refused": "pixels"}, b""
    except MemoryError:
        facts, pixels = {"refused": "memory"}, b""
    except Exception:  # noqa: BLE001 - the border of the process: decoders report damage through any built-in error
        facts, pixels = {"refused": "damage"}, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + pixels)


def _decode(content: bytes, max_pixels: int, side_pixels: int) -> tuple[dict[str, object], bytes]:
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    with Image.open(io.BytesIO(content), formats=("AVIF", "HEIF")) as image:
        if image.width * image.height > max_pixels:
            raise Image.DecompressionBombError
        facts: dict[str, object] = {"format": image.format, "frames": getattr(image, "n_frames", 1)}
        image.load()
        facts |= {"original_size": image.size, "profile": (image.info.get("icc_profile") or b"").hex()}
        if side_pixels and max(image.size) > side_pixels:
            image.thumbnail((side_pixels, side_pixels), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(image)
    return facts | {"mode": upright.mode, "size": upright.size}, upright.tobytes()


if __name__ == "__main__":
    main()
