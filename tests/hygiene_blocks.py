"""Every place where a picture file can carry something besides its picture, with a marker planted in it."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from PIL import Image, ImageCms


@dataclass
class Planter:
    """Makes one file's markers; `markers` are all that were planted, as plain words."""

    file: str
    markers: list[str] = field(default_factory=list)

    def marker(self, place: str) -> str:
        """Return a new marker, unique to this file and place, 24 letters or more."""
        word = f"CANARY-{self.file}-{place}".ljust(24, "x")
        self.markers.append(word)
        return word

    def bytes(self, place: str) -> bytes:
        """The same as ASCII."""
        return self.marker(place).encode()

    # What metadata standards define.

    def exif(self, orientation: int, *, thumbnail: bool = True) -> bytes:
        """A TIFF block: orientation, texts, a GPS position and, in its second directory, a thumbnail."""
        gps = _directory(
            [
                (0x0001, 2, b"N\0"),
                (0x0002, 5, struct.pack(">6I", 48, 1, 51, 1, 3012, 100)),
                (0x0003, 2, b"E\0"),
                (0x0004, 5, struct.pack(">6I", 2, 1, 21, 1, 704, 100)),
                (0x001B, 7, b"ASCII\0\0\0" + self.bytes("gps-method")),
            ]
        )
        maker = _directory([(0x927C, 7, self.bytes("maker-note")), (0x9286, 7, b"ASCII\0\0\0" + self.bytes("comment"))])
        entries: list[tuple[int, int, bytes | _Directory]] = [
            (0x010E, 2, self.bytes("description") + b"\0"),
            (0x010F, 2, self.bytes("make") + b"\0"),
            (0x0112, 3, struct.pack(">H", orientation)),
            (0x013B, 2, self.bytes("artist") + b"\0"),
            (0x8769, 4, maker),
            (0x8825, 4, gps),
            (0x9C9C, 1, self.marker("xp-comment").encode("utf-16-le") + b"\0\0"),
        ]
        second = [(0x0103, 3, struct.pack(">H", 6)), (0x0201, 4, self.thumbnail())] if thumbnail else []
        return _tiff(entries, second)

    def thumbnail(self) -> bytes:
        """A small JPEG with a comment of its own."""
        buffer = io.BytesIO()
        Image.new("RGB", (16, 12), "teal").save(buffer, "JPEG", comment=self.bytes("thumbnail"))
        return buffer.getvalue()

    def xmp(self) -> bytes:
        """An XMP packet."""
        return (
            '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
            '"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc='
            f'"http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>{self.marker("xmp")}</rdf:li></rdf:Seq>'
            '</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
        ).encode()

    def iptc(self) -> bytes:
        """Photoshop's resource block with an IPTC by-line and a thumbnail."""
        byline = self.bytes("iptc")
        records = b"\x1c\x02\x50" + struct.pack(">H", len(byline)) + byline
        thumbnail = self.thumbnail()
        small = struct.pack(">IIIIIIHH", 1, 16, 12, 48, 576, len(thumbnail), 24, 1) + thumbnail
        return b"Photoshop 3.0\0" + _resource(0x0404, records) + _resource(0x040C, small)

    def icc(self) -> bytes:
        """The sRGB profile with another copyright line."""
        profile = bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        line = "No copyright, use freely"
        assert line.encode("utf-16-be") in profile
        marker = self.marker("icc")[-len(line) :]
        self.markers[-1] = marker
        return profile.replace(line.encode("utf-16-be"), marker.encode("utf-16-be"))

    # What hides behind or inside a picture.

    def zip_file(self) -> bytes:
        """An archive, which other programs read from its end."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(self.marker("zip-name"), self.marker("zip-content"))
        return buffer.getvalue()

    def html(self) -> bytes:
        return b"<html><script>alert('" + self.bytes("html") + b"')</script></html>"

    def pdf(self) -> bytes:
        return b"%PDF-1.4\n1 0 obj<</Title(" + self.bytes("pdf") + b")>>endobj\ntrailer<</Info 1 0 R>>\n%%EOF\n"

    def script(self) -> bytes:
        return b"\n#!/bin/sh\necho " + self.bytes("shell") + b"\n<?php echo '" + self.bytes("php") + b"'; ?>\n"

    def another_picture(self) -> bytes:
        return self.thumbnail()


def swapped_profile() -> bytes:
    """A profile in which red and green stand for each other: whoever ignores it shows the wrong colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {
        bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * struct.unpack_from(">I", profile, 128)[0], 12)
    }
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red + 4 : red + 12], profile[green + 4 : green + 12] = (
        profile[green + 4 : green + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def riff(kind: bytes, body: bytes) -> bytes:
    """A WebP chunk."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def box(kind: bytes, body: bytes) -> bytes:
    """A box of an ISO file (HEIC, AVIF)."""
    return struct.pack(">I", len(body) + 8) + kind + body


_Directory = list[tuple[int, int, "bytes | _Directory"]]
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}


def _directory(entries: list[tuple[int, int, bytes]]) -> "_Directory":
    return list(entries)


def _tiff(first: "_Directory", second: "_Directory") -> bytes:
    block = bytearray(b"MM\0*\0\0\0\x08")
    link = _write(block, first)
    if second:
        struct.pack_into(">I", block, link, len(block))
        _write(block, second)
    return bytes(block)


def _write(block: bytearray, entries: "_Directory") -> int:
    """Append a directory and what it points at; return where its link to the next one is."""
    start = len(block)
    block += struct.pack(">H", len(entries)) + bytes(12 * len(entries) + 4)
    for number, (tag, kind, value) in enumerate(entries):
        at = start + 2 + 12 * number
        struct.pack_into(">HHI", block, at, tag, kind, 1)
        if isinstance(value, list):
            struct.pack_into(">I", block, at + 8, len(block))
            _write(block, value)
        elif tag == 0x0201:
            struct.pack_into(">I", block, at + 8, len(block))
            block += value
        elif len(value) <= 4:
            struct.pack_into(">I", block, at + 4, len(value) // _SIZES[kind])
            block[at + 8 : at + 8 + len(value)] = value
        else:
            struct.pack_into(">II", block, at + 4, len(value) // _SIZES[kind], len(block))
            block += value
    return start + 2 + 12 * len(entries)


def _resource(number: int, body: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(body)) + body + b"\0" * (len(body) % 2)
