"""Canaries: what would give an erased person away, and the search for it in raw bytes.

They are gathered before anything is gone, and looked for when everything should be: identifiers in the encodings that
software writes them in, vectors by windows of 16 bytes (a torn copy is found too), pictures by perceptual hash.
"""

import base64
import json
import mmap
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from privacy.sources import Scope

_WINDOW_BYTES = 16
_SHORTEST_BYTES = 8
_FEWEST_DIFFERENT_BYTES = 5
_CHUNK_BYTES = 8_000_000
# Fibonacci hashing (Knuth, TAOCP 3, 6.4): the top bits of the product say whether eight bytes may begin a needle.
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SIEVE_BITS = 22

_HASH_SIDE = 16
_FEWEST_EDGES = 24
_SAME_PICTURE_BITS = 14
"""Of 256: a copy that was scaled and compressed again differs by fewer, another picture by about 100."""


class CanaryKind(StrEnum):
    """What a canary is of the person."""

    PSEUDONYM = "pseudonym"
    ACCOUNT = "account id"
    PHOTO = "photo id"
    EMAIL = "e-mail"
    NAME = "name"
    HASH = "keyed hash"
    """A look-up hash, such as that of the e-mail."""
    SEALED = "sealed bytes"
    """The first bytes of something sealed, or of a wrapped key: too few to open it, enough to know it again."""
    VECTOR = "embedding vector"
    PICTURE = "perceptual hash"


WORDS = frozenset({CanaryKind.EMAIL, CanaryKind.NAME})
"""Kinds that a person chose: looked for whole, for half of an address may be somebody else's."""


@dataclass(frozen=True)
class Canary:
    """One thing to look for; `value`: UTF-8 of an identifier, little-endian float32 of a vector, 32 bytes of a hash."""

    kind: CanaryKind
    value: bytes
    since: datetime | None = None
    """Of a picture: what was there before that is no copy of it."""

    @classmethod
    def text(cls, kind: CanaryKind, value: str) -> "Canary":
        """Return the canary of an identifier or of words."""
        return cls(kind, value.encode())

    @classmethod
    def beginning_of(cls, sealed: bytes) -> "Canary":
        """Return the canary of sealed bytes or a wrapped key: enough to know them again, too few to open them."""
        return cls(CanaryKind.SEALED, sealed[:_WINDOW_BYTES])


@runtime_checkable
class GivesCanaries(Protocol):
    """A `PersonalDataSource` that knows what would give a person away."""

    def canaries(self, scope: Scope) -> Iterable[Canary]:
        """Yield what is in the scope and must be nowhere after the erasure; what cannot be opened is left out."""
        ...


class PublicData(Protocol):
    """What the shop shows everyone, so that finding it again says nothing of a person."""

    def held(self, canaries: Collection[Canary]) -> set[Canary]:
        """Return those of the words and vectors that the catalogue itself holds."""
        ...


def to_json(canaries: Iterable[Canary]) -> bytes:
    """Return canaries as JSON bytes."""
    return json.dumps(
        [[c.kind, base64.b64encode(c.value).decode(), c.since and c.since.isoformat()] for c in canaries]
    ).encode()


def from_json(content: bytes) -> list[Canary]:
    """Return what `to_json` wrote."""
    return [
        Canary(CanaryKind(kind), base64.b64decode(value), datetime.fromisoformat(since) if since else None)
        for kind, value, since in json.loads(content)
    ]


def counts_by_kind(canaries: Iterable[Canary]) -> dict[str, int]:
    """Return how many there are of each kind."""
    return dict(sorted(Counter(canary.kind.value for canary in canaries).items()))


def tells_something(canary: Canary) -> bool:
    """Say whether finding it would mean anything: long and varied enough to be nobody else's by chance."""
    if canary.kind in WORDS:
        return _is_searchable(canary.value)
    return any(_is_searchable(window) for window in _windows(canary.value))


def forms_of(canary: Canary) -> set[bytes]:
    """Return every spelling in which the canary may have been written."""
    if canary.kind is CanaryKind.VECTOR:
        halved = np.frombuffer(canary.value, "<f4").astype("<f2").tobytes()
        return {form for raw in (canary.value, halved) for form in _spellings_of_bytes(raw)}
    if canary.kind in (CanaryKind.SEALED, CanaryKind.PICTURE):
        return set(_spellings_of_bytes(canary.value))
    words = canary.value.decode()
    spelled = {form for written in {words, words.lower(), words.upper()} for form in _spellings_of_text(written)}
    return spelled | set(_spellings_of_bytes(_unhexed(words)))


class Needles:
    """Canaries made ready to be looked for in any amount of bytes, all of them in one pass."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._kinds: dict[bytes, CanaryKind] = {}
        for canary in canaries:
            for form in forms_of(canary):
                for window in _windows(form) if canary.kind not in WORDS else (form,):
                    if _is_searchable(window):
                        self._kinds[window] = canary.kind
        self._by_anchor: dict[int, list[bytes]] = {}
        for needle in self._kinds:
            self._by_anchor.setdefault(int.from_bytes(needle[:8], "little"), []).append(needle)
        self._anchors = np.array(sorted(self._by_anchor), np.uint64)
        self._sieve = np.zeros(1 << _SIEVE_BITS, bool)
        self._sieve[_slots(self._anchors)] = True
        self._longest = max(map(len, self._kinds), default=0)

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def found_in(self, content: bytes | memoryview) -> Iterator[tuple[int, CanaryKind]]:
        """Yield where in the bytes a needle begins, and of which kind it is."""
        for shift in range(8):
            count = (len(content) - shift) // 8
            if count < 1 or not self:
                return
            words = np.frombuffer(content, "<u8", count, shift)
            likely = np.flatnonzero(self._sieve[_slots(words)])
            for index in likely[np.isin(words[likely], self._anchors)]:
                at = 8 * int(index) + shift
                for needle in self._by_anchor[int(words[index])]:
                    if content[at : at + len(needle)] == needle:
                        yield at, self._kinds[needle]

    def found_in_file(self, path: Path) -> Iterator[tuple[int, CanaryKind]]:
        """Yield the same for a file of any size; one that vanishes meanwhile holds nothing."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        with file:
            size = path.stat().st_size if path.exists() else 0
            if not size:
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                for start in range(0, len(whole), _CHUNK_BYTES):
                    # A needle that begins in this chunk may end in the next one.
                    chunk = whole[start : start + _CHUNK_BYTES + self._longest]
                    for at, kind in self.found_in(chunk):
                        if at < _CHUNK_BYTES:
                            yield start + at, kind


def perceptual_hash(picture: Image.Image) -> bytes | None:
    """Return the difference hash of a picture, 32 bytes; None for one without features (a plain ground).

    A bit says whether a cell of a 17 × 16 grid is darker than its right neighbour (N. Krawetz, "Kind of like that",
    2013); a difference of two grey levels is needed, so that noise on white does not count.
    """
    small = picture.convert("L").resize((_HASH_SIDE + 1, _HASH_SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    brighter = grey[:, 1:] > grey[:, :-1] + 2
    return np.packbits(brighter).tobytes() if brighter.sum() >= _FEWEST_EDGES else None


class KnownPictures:
    """The perceptual hashes of a person's pictures, for comparison with pictures that can still be opened."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        pictures = [canary for canary in canaries if canary.kind is CanaryKind.PICTURE]
        self._since = [canary.since for canary in pictures]
        self._hashes = np.frombuffer(b"".join(c.value for c in pictures), np.uint8).reshape(
            len(pictures), _HASH_SIDE * _HASH_SIDE // 8
        )

    def __bool__(self) -> bool:
        return bool(self._since)

    def hold(self, picture: bytes, *, written_at: datetime | None) -> bool:
        """Say whether a hash is that of one of the person's pictures, and not of an older picture like it."""
        if not self:
            return False
        differing = np.unpackbits(self._hashes ^ np.frombuffer(picture, np.uint8), axis=1).sum(axis=1)
        return any(
            not (since and written_at and written_at < since)
            for since, bits in zip(self._since, differing, strict=True)
            if bits <= _SAME_PICTURE_BITS
        )


def _spellings_of_text(words: str) -> Iterator[bytes]:
    plain = words.encode()
    yield plain
    yield words.encode("utf-16-le")
    yield words.encode("utf-16-be")
    yield json.dumps(words)[1:-1].encode()
    yield quote(words, safe="").encode()
    yield from _spelled_out(plain)


def _spellings_of_bytes(raw: bytes) -> Iterator[bytes]:
    yield raw
    yield from _spelled_out(raw)


def _spelled_out(raw: bytes) -> Iterator[bytes]:
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    # What stands before it shifts base64 by 0, 2 or 4 bits; signs that hold bits of the neighbours are left out.
    for offset, start in ((0, 0), (1, 2), (2, 3)):
        end = (offset + len(raw)) * 8 // 6
        padded = bytes(offset) + raw
        yield base64.b64encode(padded)[start:end]
        yield base64.urlsafe_b64encode(padded)[start:end]


def _unhexed(words: str) -> bytes:
    try:
        return bytes.fromhex(words)
    except ValueError:
        return b""


def _windows(form: bytes) -> Iterable[bytes]:
    if len(form) < 2 * _WINDOW_BYTES:
        return (form,)
    starts = range(0, len(form) - _WINDOW_BYTES + 1, _WINDOW_BYTES)
    return (form[start : start + _WINDOW_BYTES] for start in starts)


def _is_searchable(needle: bytes) -> bool:
    return len(needle) >= _SHORTEST_BYTES and len(set(needle)) >= _FEWEST_DIFFERENT_BYTES


def _slots(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    slots: NDArray[np.uint64] = (words * _MULTIPLIER) >> np.uint64(64 - _SIEVE_BITS)
    return slots
