"""Where a feed's bytes are, and which letters they stand for."""

import hashlib
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedIOBase
from typing import IO, cast

from catalog.errors import FeedBeginsEmpty, FeedUnreadable

UTF_8, UTF_16, WINDOWS_1252 = "UTF-8", "UTF-16", "Windows-1252"
_CODECS = {
    UTF_8: "utf-8-sig",
    UTF_16: "utf-16",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    WINDOWS_1252: "cp1252",
}
_CHUNK_BYTES = 1 << 20
_NOT_WINDOWS_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True)
class FeedBytes:
    """A feed's table, wherever it lies; `open` can be called again and again."""

    name: str
    """With the ending that tells the format."""
    open: Callable[[], IO[bytes]]

    def beginning(self) -> bytes:
        """Return the first megabyte, or all there is."""
        with self.open() as file:
            return file.read(_CHUNK_BYTES)

    def up_to(self, megabytes: int) -> "FeedBytes":
        """Return the same table, of which nothing behind the bound is read: that raises FeedBeginsEmpty."""
        return FeedBytes(self.name, lambda: cast(IO[bytes], _Beginning(self.open(), self.name, megabytes)))

    def digest(self) -> str:
        """Return the SHA-256 of all bytes, hexadecimal."""
        digest = hashlib.sha256()
        with self.open() as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()


class _Beginning(BufferedIOBase):
    """A file that ends with an error where it is longer than its bound."""

    def __init__(self, file: IO[bytes], name: str, megabytes: int) -> None:
        self._file = file
        self._name = name
        self._megabytes = megabytes
        self._left = megabytes * 1_000_000

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = self._file.read(-1 if size is None else size)
        self._left -= len(chunk)
        if self._left < 0:
            raise FeedBeginsEmpty(self._name, self._megabytes)
        return chunk

    read1 = read

    def close(self) -> None:
        self._file.close()
        super().close()


def codec_of(encoding: str) -> str:
    """Return Python's name of an encoding that was recognised."""
    return _CODECS[encoding]


def encoding_of_beginning(head: bytes) -> str:
    """Return the encoding that the first bytes speak for; later ones may prove it wrong."""
    marked = _by_mark(head) or _by_zeros(head)
    if marked:
        return marked
    try:
        getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return WINDOWS_1252
    return UTF_8


def look_over(feed: FeedBytes) -> tuple[str, str]:
    """Return the SHA-256 and the encoding of a feed's text, every byte of which was seen.

    Bytes that are no UTF-8 make it Windows-1252, what spreadsheets save in Western Europe; but a file that is UTF-8 for
    the most part is a damaged one. Raises FeedUnreadable, which names the line.
    """
    digest = hashlib.sha256()
    with feed.open() as file:
        head = file.read(_CHUNK_BYTES)
        marked = _by_mark(head) or _by_zeros(head)
        letters = _Letters(feed.name, codec_of(marked) if marked else "utf-8")
        while head:
            digest.update(head)
            letters.see(head)
            head = file.read(_CHUNK_BYTES)
        letters.see(b"", is_end=True)
    return digest.hexdigest(), letters.encoding(marked)


class _Letters:
    """Counts what is wrong with a text while it passes."""

    def __init__(self, name: str, codec: str) -> None:
        self._name = name
        # Bytes that are no UTF-8 come out as lone surrogates, and are counted; UTF-16 is right or refused.
        self._decoder = getincrementaldecoder(codec)("surrogateescape" if codec == "utf-8" else "strict")
        self._line = 1
        self._first_wrong_line = 0
        self._wrong = 0
        self._right_beyond_ascii = 0
        self._may_be_windows_1252 = True

    def see(self, chunk: bytes, *, is_end: bool = False) -> None:
        """Take the next bytes; at the end those of a letter that was cut are wrong ones."""
        if not chunk.isascii():
            self._may_be_windows_1252 &= _NOT_WINDOWS_1252.search(chunk) is None
        try:
            text = self._decoder.decode(chunk, is_end)
        except UnicodeDecodeError as error:
            raise _unreadable(self._name, self._line, "this is damaged UTF-16 text") from error
        if "\0" in text:
            raise _unreadable(self._name, self._line + text[: text.index("\0")].count("\n"), "this is no text")
        if not text.isascii():
            self._count(text)
        self._line += text.count("\n")

    def _count(self, text: str) -> None:
        wrong = len(text) - len(text.encode("utf-8", "ignore").decode("utf-8"))
        if wrong and not self._wrong:
            place = next(place for place, letter in enumerate(text) if "\ud800" <= letter <= "\udfff")
            self._first_wrong_line = self._line + text[:place].count("\n")
        self._wrong += wrong
        self._right_beyond_ascii += len(text) - len(text.encode("ascii", "ignore")) - wrong

    def encoding(self, marked: str) -> str:
        if not self._wrong:
            return marked or UTF_8
        if marked or not self._may_be_windows_1252 or self._right_beyond_ascii > self._wrong:
            raise _unreadable(self._name, self._first_wrong_line, "this is not UTF-8 text")
        return WINDOWS_1252


def _by_mark(head: bytes) -> str:
    if head.startswith(BOM_UTF8):
        return UTF_8
    return UTF_16 if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else ""


def _by_zeros(head: bytes) -> str:
    """UTF-16 without its mark: Western text has a zero in nearly every second byte."""
    even, odd = head[:4096:2], head[1:4096:2]
    for zeros, others, encoding in ((odd, even, "UTF-16LE"), (even, odd, "UTF-16BE")):
        if zeros and zeros.count(0) > 0.6 * len(zeros) and others.count(0) < 0.1 * len(others):
            return encoding
    return ""


def _unreadable(name: str, line: int, what: str) -> FeedUnreadable:
    return FeedUnreadable(f"{name}, line {line}: {what}. Save the file again as “CSV UTF-8” (or JSON in UTF-8).")
