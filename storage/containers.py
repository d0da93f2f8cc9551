"""What a decoder needs of an untrusted JPEG, PNG or WebP; all else of the file never reaches a decoder.

Each reader walks the file once and builds a new one from the parts that hold pixels. Metadata, thumbnails and further
pictures are passed over, not parsed: a metadata reader can be made to fill the memory (an EXIF block of 400 kB whose
entries all point at the same bytes makes 1.5 GB in Pillow).
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from storage.errors import ImageTakesTooLong, NotAnImage, TruncatedImage

# Cameras stay under 20 scans and 300 parts. A scan is a walk over all pixels that can be asked for in 75 bytes.
_MOST_SCANS = 100
_MOST_PARTS = 20_000
_LARGEST_PROFILE_BYTES = 4_000_000

_PNG_SIGN = b"\x89PNG\r\n\x1a\n"
_ISO_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"avif"}
_TOO_SLOW = "The file is built so that reading it would take too long. Save it again as an ordinary JPEG."
_CUT = "The photo is damaged or cut short. Take or send it again."


@dataclass(frozen=True)
class Container:
    """A file without anything but its first picture's pixels, and the three facts that pixels alone do not tell."""

    format: str
    """JPEG, PNG, WEBP, or ISO for the HEIC and AVIF family."""
    content: bytes
    orientation: int = 1
    """EXIF's 1 to 8: how the pixels are to be turned or mirrored."""
    icc_profile: bytes | None = None
    moves: bool = False


def read_container(content: bytes) -> Container:
    """Return what a decoder needs, by what the content is, not by its name; an ISO file (HEIC, AVIF) is returned whole.

    Raises NotAnImage, TruncatedImage, ImageTakesTooLong.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content.startswith(_PNG_SIGN):
        return _png(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    if content[4:8] == b"ftyp" and _brands(content) & _ISO_BRANDS:
        return Container("ISO", content)
    raise NotAnImage("This is no picture in a format that we read. Send a JPEG, PNG, WebP, HEIC or AVIF.")


def exif_orientation(exif: bytes) -> int:
    """Return the orientation that an EXIF block states, 1 (upright) when it states none that exists."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, start)
        for at in range(start + 2, start + 2 + 12 * entries, 12):
            tag, kind = struct.unpack_from(f"{order}HH", tiff, at)
            if tag == 0x0112:
                (value,) = struct.unpack_from(order + ("I" if kind == 4 else "H"), tiff, at + 8)
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _brands(content: bytes) -> set[bytes]:
    end = min(int.from_bytes(content[:4], "big"), 256, len(content))
    return {content[at : at + 4] for at in (8, *range(16, end, 4))}


# JPEG (ITU T.81): markers FF xx; most are followed by a length and that many bytes.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff])", re.DOTALL)
_JPEG_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_EOI, _SOS = 0xD9, 0xDA
_DECODING = {*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, _SOS}
_BARE = {0x01, *range(0xD0, 0xD9)}


def _jpeg(content: bytes) -> Container:
    kept, profile, orientation, scans = [b"\xff\xd8"], {}, 1, 0
    for marker, body, entropy_coded in _jpeg_segments(content):
        if marker == _EOI:
            kept.append(b"\xff\xd9")
        elif marker in _DECODING:
            scans += marker == _SOS
            kept += [struct.pack(">BBH", 0xFF, marker, len(body) + 2), body, entropy_coded]
        elif marker == 0xE0 and body.startswith(b"JFIF\0"):
            kept.append(b"\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0")
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            kept.append(b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0" + body[11:12])
        elif marker == 0xE1 and body.startswith(b"Exif\0\0") and orientation == 1:
            orientation = exif_orientation(body)
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
            profile[body[12]] = body[14:]
        if scans > _MOST_SCANS:
            raise ImageTakesTooLong(_TOO_SLOW)
    whole_profile = b"".join(profile[number] for number in sorted(profile))
    return Container("JPEG", b"".join(kept), orientation, _usable(whole_profile))


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (marker, body, entropy-coded bytes after it) up to the end of the first picture, the end included."""
    at = 2
    for _ in range(_MOST_PARTS):
        found = _JPEG_MARKER.search(content, at)
        if not found:
            # A file without its end: the decoder says whether pixels are missing.
            return
        marker, at = found[1][0], found.end()
        if marker == _EOI:
            yield _EOI, b"", b""
            return
        if marker in _BARE:
            continue
        length = int.from_bytes(content[at : at + 2], "big")
        if length < 2 or at + length > len(content):
            raise TruncatedImage(_CUT)
        body, at = content[at + 2 : at + length], at + length
        end = at
        if marker == _SOS:
            after = _JPEG_AFTER_SCAN.search(content, at)
            end = after.start() if after else len(content)
        yield marker, body, content[at:end]
        at = end
    raise ImageTakesTooLong(_TOO_SLOW)


# PNG (RFC 2083): length, type, body, CRC.
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


def _png(content: bytes) -> Container:
    kept, profile, orientation, moves = [_PNG_SIGN], None, 1, False
    for kind, body, whole in _png_chunks(content):
        if kind in _PNG_KEPT:
            kept.append(whole)
        elif kind == b"eXIf":
            orientation = exif_orientation(body)
        elif kind == b"iCCP":
            profile = _png_profile(body)
        elif kind == b"acTL":
            moves = int.from_bytes(body[:4], "big") > 1
    return Container("PNG", b"".join(kept), orientation, profile, moves)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (type, body, whole chunk) up to the end of the picture, the end included."""
    at = len(_PNG_SIGN)
    for _ in range(_MOST_PARTS):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        whole = content[at : at + 12 + length]
        if len(whole) < 12 + length:
            raise TruncatedImage(_CUT)
        if kind in _PNG_KEPT and zlib.crc32(whole[4:-4]) != int.from_bytes(whole[-4:], "big"):
            raise TruncatedImage(_CUT)
        yield kind, whole[8:-4], whole
        if kind == b"IEND":
            return
        at += len(whole)
    raise ImageTakesTooLong(_TOO_SLOW)


def _png_profile(body: bytes) -> bytes | None:
    _name, _, compressed = body.partition(b"\0")
    try:
        return _usable(zlib.decompressobj().decompress(compressed[1:], _LARGEST_PROFILE_BYTES + 1))
    except zlib.error:
        return None


# WebP (RFC 9649): RIFF chunks, each padded to an even length.
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
_WEBP_ALPHA, _WEBP_MOVES = 0x10, 0x02


def _webp(content: bytes) -> Container:
    kept, profile, orientation, moves = [b"WEBP"], None, 1, False
    for kind, body in _webp_chunks(content):
        if kind == b"VP8X" and body:
            # Its flags announce the chunks that follow: the metadata's are taken back.
            body = bytes([body[0] & (_WEBP_ALPHA | _WEBP_MOVES)]) + body[1:]
        if kind in _WEBP_KEPT:
            kept += [kind, struct.pack("<I", len(body)), body, b"\0" * (len(body) % 2)]
            moves = moves or kind == b"ANMF"
        elif kind == b"EXIF":
            orientation = exif_orientation(body)
        elif kind == b"ICCP":
            profile = _usable(body)
    inside = b"".join(kept)
    return Container("WEBP", b"RIFF" + struct.pack("<I", len(inside)) + inside, orientation, profile, moves)


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (type, body) of what lies within the RIFF's own length."""
    end = int.from_bytes(content[4:8], "little") + 8
    if end > len(content):
        raise TruncatedImage(_CUT)
    at = 12
    for _ in range(_MOST_PARTS):
        if at + 8 > end:
            return
        kind, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if at + 8 + length > end:
            raise TruncatedImage(_CUT)
        yield kind, content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise ImageTakesTooLong(_TOO_SLOW)


def _usable(profile: bytes) -> bytes | None:
    return profile if 0 < len(profile) <= _LARGEST_PROFILE_BYTES else None
