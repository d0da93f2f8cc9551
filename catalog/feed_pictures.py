"""The pictures that a feed names: in a folder beside it, in the same archive, or at an address."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from catalog.errors import PictureNotUsable

MAX_FILE_BYTES = 40_000_000


@dataclass(frozen=True)
class FoundPicture:
    """A picture that is there, not read yet."""

    name: str
    state: tuple[str | int, ...]
    """Another one when the picture is another one."""
    read: Callable[[], bytes]
    """Returns the file's bytes. Raises PictureNotUsable."""
    host: str = ""
    """Where it is fetched from; empty for one that is at hand."""
    fetch: Callable[[IO[bytes]], None] | None = None
    """Of one that lies elsewhere: writes its bytes into a file, from any thread. Raises PictureNotUsable."""
    content_hash: str = ""
    """Of one that the shop has already, known without reading it."""


class PictureSource(Protocol):
    """Where pictures are found by the name that a feed gives them."""

    def find(self, name: str) -> FoundPicture:
        """Return the picture. Raises PictureNotUsable, whose words say what to do."""
        ...


@dataclass(frozen=True)
class FolderOfPictures:
    """Files of one folder, and of those in it."""

    folder: Path

    def find(self, name: str) -> FoundPicture:
        path = _file_in(self._resolved, name)
        state = path.stat()
        return FoundPicture(name, (state.st_size, state.st_mtime_ns), path.read_bytes)

    @cached_property
    def _resolved(self) -> Path:
        return self.folder.resolve()


@dataclass(frozen=True)
class NoPictures:
    """A feed that came alone: all its pictures must have addresses."""

    def find(self, name: str) -> FoundPicture:
        raise PictureNotUsable(name, "the feed came without pictures: send it as a ZIP with an images folder")


@dataclass(frozen=True)
class FeedPictures:
    """Names go to where the feed's own pictures are, addresses to the web when it may be asked."""

    beside: PictureSource
    web: PictureSource | None = None
    stored: PictureSource | None = None
    """Those that the shop has already, for names that are not beside the feed."""

    def find(self, name: str) -> FoundPicture:
        if "://" not in name:
            return self._find_here(name)
        if self.web is None:
            raise PictureNotUsable(
                name, "an address is not fetched: put the picture in the image folder, give its name"
            )
        return self.web.find(name)

    def _find_here(self, name: str) -> FoundPicture:
        try:
            return self.beside.find(name)
        except PictureNotUsable as missing:
            if self.stored is None:
                raise
            try:
                return self.stored.find(name)
            except PictureNotUsable:
                raise missing from None


def refuse_ways_out(name: str) -> PurePosixPath:
    """Return the name as a path within a folder. Raises PictureNotUsable for one that leads out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise PictureNotUsable(name, "give a file name inside the image folder")
    return path


def _file_in(folder: Path, name: str) -> Path:
    path = refuse_ways_out(name)
    try:
        found = (folder / path).resolve()
        # A link inside the folder may lead out of it.
        if not found.is_relative_to(folder):
            raise PictureNotUsable(name, "this is a link to a place outside the image folder")
        if not found.is_file():
            raise PictureNotUsable(name, "no such file is in the image folder")
        if found.stat().st_size > MAX_FILE_BYTES:
            raise PictureNotUsable(name, f"the file has more than {MAX_FILE_BYTES // 1_000_000} MB")
    except OSError as error:
        raise PictureNotUsable(name, f"the file cannot be opened: {error.strerror}") from error
    return found
