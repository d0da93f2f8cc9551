"""HEIC and AVIF: decoded in a process of its own, which ends at a limit of time and memory."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from storage.errors import ImageDecoderMissing, ImageTakesTooLong, ImageTooLarge, TruncatedImage

_PROGRAM = Path(__file__).with_name("iso_decoder.py")
# Fifty megapixels need 0.6 GB, the eighty that a shop may allow 1 GB.
_MEMORY_BYTES = 3 << 29
_TOO_SLOW = "Reading this photo would take too much time or memory. Send it as an ordinary JPEG."


@dataclass(frozen=True)
class IsoPicture:
    """A decoded picture, upright and reduced, and what its file said of itself."""

    image: Image.Image
    format: str
    """HEIF or AVIF."""
    frames: int
    original_size: tuple[int, int]
    icc_profile: bytes | None


def decode_iso_image(content: bytes, *, max_pixels: int, side_pixels: int, seconds: int) -> IsoPicture:
    """Return the first picture of a HEIC or AVIF file, its long side at most `side_pixels` (0: as it is).

    Starting the process costs about 60 ms, a tenth of what decoding a phone's photo takes.
    Raises ImageTooLarge, ImageTakesTooLong, TruncatedImage, ImageDecoderMissing.
    """
    limits = [str(limit) for limit in (max_pixels, side_pixels, seconds, _MEMORY_BYTES)]
    command = [sys.executable, "-I", str(_PROGRAM), *limits]
    try:
        # Its memory and its environment hold no secret. The wall clock leaves room for a busy machine.
        done = subprocess.run(  # noqa: S603 - a fixed program; the photo is its input, never part of the command
            command, input=content, capture_output=True, timeout=3 * seconds, env={"MALLOC_ARENA_MAX": "1"}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ImageTakesTooLong(_TOO_SLOW) from error
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise ImageTakesTooLong(_TOO_SLOW)
    if done.returncode > 0:
        raise ImageDecoderMissing(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    head, _, pixels = done.stdout.partition(b"\n")
    facts: dict[str, Any] = json.loads(head) if head else {"refused": "damage"}
    _refuse(facts.get("refused"), max_pixels)
    return IsoPicture(
        image=Image.frombytes(facts["mode"], tuple(facts["size"]), pixels),
        format=facts["format"],
        frames=facts["frames"],
        original_size=(facts["original_size"][0], facts["original_size"][1]),
        icc_profile=bytes.fromhex(facts["profile"]) or None,
    )


def _refuse(reason: str | None, max_pixels: int) -> None:
    if reason == "pixels":
        raise ImageTooLarge(f"The photo has more than {max_pixels // 1_000_000} megapixels. Send a smaller one.")
    if reason == "memory":
        raise ImageTakesTooLong(_TOO_SLOW)
    if reason:
        raise TruncatedImage("The photo is damaged or cut short. Take or send it again.")
