"""The items of an XML feed (RSS 2.0 or Atom, as Google Merchant takes them), one at a time."""

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from catalog.errors import FeedUnreadable
from catalog.feed_bytes import FeedBytes
from catalog.feed_mapping import Cell

_ITEMS = {"item", "entry"}
_CHUNK_BYTES = 1 << 16
_MAX_ITEM_CHARACTERS = 500_000
_MAX_TAG_BYTES = 1_000_000
_MAX_DEPTH = 50
_FEEDS = {"rss", "feed", "rdf", "channel"}


def xml_items(feed: FeedBytes) -> Iterator[dict[str, Cell]]:
    """Yield each item's elements by name, without namespace; one that is repeated is a list of texts.

    Raises FeedUnreadable for what is no such feed, and for a document with a DTD (its entities unfold).
    """
    reader = _Items(feed.name)
    with feed.open() as file:
        try:
            while chunk := file.read(_CHUNK_BYTES):
                reader.read(chunk)
                yield from reader.finished()
            reader.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise FeedUnreadable(
                f"{feed.name}, line {error.lineno}: broken XML, {expat.ErrorString(error.code)}"
            ) from error
        except (LookupError, ValueError) as error:
            raise FeedUnreadable(f"{feed.name}: its encoding is not known; save it in UTF-8") from error
    yield from reader.finished()
    if not reader.has_feed:
        raise FeedUnreadable(f"{feed.name}: this is no product feed; RSS 2.0 with <item> or Atom with <entry> is read")


class _Items:
    """Gathers what lies directly in an item; what lies deeper (shipping, tax …) is passed over."""

    def __init__(self, name: str) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_dtd
        self.has_feed = False
        self._name = name
        self._bytes = 0
        self._depth = 0
        self._item_depth = 0
        self._characters = 0
        self._texts: list[str] = []
        self._fields: dict[str, list[str]] = {}
        self._finished: list[dict[str, Cell]] = []

    def read(self, chunk: bytes) -> None:
        self.parser.Parse(chunk)
        self._bytes += len(chunk)
        # A tag or a comment is held until it ends.
        if self._bytes - max(0, self.parser.CurrentByteIndex) > _MAX_TAG_BYTES:
            raise self._refused("a tag or comment does not end")

    def finished(self) -> list[dict[str, Cell]]:
        done, self._finished = self._finished, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._refused(f"elements lie more than {_MAX_DEPTH} deep")
        name = _local(tag)
        if self._depth == 1:
            self.has_feed = name.lower() in _FEEDS
        if not self._item_depth and name in _ITEMS:
            self._item_depth, self._fields, self._characters = self._depth, {}, 0
        elif self._item_depth and self._depth == self._item_depth + 1:
            # Atom's <link href="…"/> has no text.
            self._texts = []
            self._text(attributes.get("href", "") or "")
            self._count(tag)

    def _text(self, text: str) -> None:
        if self._item_depth and self._depth == self._item_depth + 1:
            self._count(text)
            self._texts.append(text)

    def _count(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > _MAX_ITEM_CHARACTERS:
            raise self._refused(f"an item has more than {_MAX_ITEM_CHARACTERS} characters")

    def _end(self, tag: str) -> None:
        if self._item_depth and self._depth == self._item_depth + 1:
            texts = self._fields.setdefault(_local(tag), [])
            if text := "".join(self._texts).strip():
                texts.append(text)
        elif self._depth == self._item_depth:
            self._finished.append({name: _cell(texts) for name, texts in self._fields.items()})
            self._item_depth = 0
        self._depth -= 1

    def _refuse_dtd(self, *_declaration: Any) -> None:
        raise self._refused("a document type (<!DOCTYPE …>) is not read; leave it out")

    def _refused(self, reason: str) -> FeedUnreadable:
        return FeedUnreadable(f"{self._name}, line {self.parser.CurrentLineNumber}: {reason}")


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _cell(texts: list[str]) -> Cell:
    if not texts:
        return ""
    return texts[0] if len(texts) == 1 else tuple(texts)
