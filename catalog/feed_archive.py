"""A ZIP with a feed and its pictures, read in place: nothing of it is unpacked onto the disk."""

import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase
from pathlib import Path, PurePosixPath
from typing import IO, cast

from catalog.errors import FeedUnreadable, PictureNotUsable
from catalog.feed_pictures import MAX_FILE_BYTES, FoundPicture, refuse_ways_out

MAX_FILES = 100_000
MAX_TABLE_BYTES = 4_000_000_000
_MAX_DIRECTORY_BYTES = 32_000_000
"""Of MAX_FILES with names of 200 letters."""
_ENCRYPTED = 0x1
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_IN_RECORD_64 = 0xFFFFFFFF
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""How zipfile reports what it cannot read."""


@dataclass(frozen=True)
class FeedArchive:
    """An archive that was looked over: it holds one table, and perhaps pictures."""

    path: Path
    table: zipfile.ZipInfo
    members: dict[str, zipfile.ZipInfo]

    def open_table(self) -> IO[bytes]:
        """Open the table. Raises FeedUnreadable, also while it is read, when it unpacks to too much."""
        archive = zipfile.ZipFile(self.path)
        try:
            return cast(IO[bytes], _Bounded(archive, self.table))
        except _DAMAGE as error:
            archive.close()
            raise FeedUnreadable(f"{self.path.name}: {self.table.filename} cannot be unpacked") from error

    def find(self, name: str) -> FoundPicture:
        """Return a picture of the archive: in `images` beside the table, or beside it."""
        path = refuse_ways_out(name)
        home = PurePosixPath(self.table.filename).parent
        found = self.members.get(str(home / "images" / path)) or self.members.get(str(home / path))
        if found is None:
            raise PictureNotUsable(name, "no such file is in the archive, under images or beside the table")
        if stat.S_ISLNK(found.external_attr >> 16):
            raise PictureNotUsable(name, "this is a link: put the picture itself into the archive")
        if found.flag_bits & _ENCRYPTED:
            raise PictureNotUsable(name, "it is encrypted: make the archive without a password")
        if found.file_size > MAX_FILE_BYTES:
            raise PictureNotUsable(name, f"the file has more than {MAX_FILE_BYTES // 1_000_000} MB")
        return FoundPicture(name, (found.file_size, found.CRC), partial(self._unpack, name, found))

    def _unpack(self, name: str, member: zipfile.ZipInfo) -> bytes:
        try:
            # One byte more than announced is asked for: a member that lies about its size is not unpacked.
            with zipfile.ZipFile(self.path) as archive, archive.open(member) as file:
                content = file.read(member.file_size + 1)
        except _DAMAGE as error:
            raise PictureNotUsable(name, "it cannot be unpacked: the archive is damaged there") from error
        if len(content) != member.file_size:
            raise PictureNotUsable(name, "it has not the size that the archive states")
        return content


def open_archive(path: Path, *, is_table: Callable[[str], bool]) -> FeedArchive:
    """Look at the archive's directory. Raises FeedUnreadable when it does not hold one readable table."""
    _refuse_a_swollen_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _DAMAGE as error:
        raise FeedUnreadable(f"{path.name}: this is no ZIP archive, or a damaged one") from error
    members = {str(PurePosixPath(entry.filename)): entry for entry in entries if _is_of_use(entry.filename)}
    table = _the_table(path, [entry for name, entry in members.items() if is_table(name)])
    return FeedArchive(path, table, members)


class _Bounded(BufferedIOBase):
    """The unpacked table as a file that ends with an error where it grows too long."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._file = cast(zipfile.ZipExtFile, archive.open(member))
        self._name = member.filename
        self._left = MAX_TABLE_BYTES

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._taken(self._file.read, -1 if size is None else size)

    def read1(self, size: int = -1, /) -> bytes:
        return self._taken(self._file.read1, size)

    def _taken(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            chunk = read(size)
        except _DAMAGE as error:
            raise FeedUnreadable(f"{self._name} cannot be unpacked: the archive is damaged there") from error
        self._left -= len(chunk)
        if self._left < 0:
            raise FeedUnreadable(f"{self._name} unpacks to more than {MAX_TABLE_BYTES // 1_000_000_000} GB")
        return chunk

    def close(self) -> None:
        self._file.close()
        self._archive.close()
        super().close()


def _refuse_a_swollen_directory(path: Path) -> None:
    """zipfile reads the whole directory into memory, so its size is looked at first, where the file states it."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 66_000))
        tail = file.read()
    # Every record that is one by its signature: which of them zipfile goes by, an archive made to deceive can choose.
    files = max((_number(tail, at + 10, 2) for at in _places(tail, _END)), default=0)
    sizes = [_number(tail, at + 12, 4) for at in _places(tail, _END)]
    size = max((size for size in sizes if size != _IN_RECORD_64), default=0)
    for at in _places(tail, _END_64):
        files, size = max(files, _number(tail, at + 32, 8)), max(size, _number(tail, at + 40, 8))
    if files > MAX_FILES or size > _MAX_DIRECTORY_BYTES:
        raise FeedUnreadable(
            f"{path.name}: the archive holds more than {MAX_FILES} files; send it in parts, or the table alone with "
            "its pictures by address"
        )


def _places(tail: bytes, signature: bytes) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(signature), tail)]


def _number(tail: bytes, at: int, width: int) -> int:
    return int.from_bytes(tail[at : at + width], "little")


def _is_of_use(name: str) -> bool:
    """What macOS adds, and names that lead anywhere else, are passed over."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not (name.startswith("/") or ".." in parts or "__MACOSX" in parts or parts[-1][0] == ".")


def _the_table(path: Path, tables: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    names = ", ".join(sorted(entry.filename for entry in tables)[:5])
    called_products = [entry for entry in tables if PurePosixPath(entry.filename).stem.lower() == "products"]
    chosen = called_products if len(tables) > 1 else tables
    if not tables:
        raise FeedUnreadable(
            f"{path.name}: the archive holds no table (products.csv, .tsv, .jsonl or .xml); an archive within it is "
            "not opened"
        )
    if len(chosen) != 1:
        raise FeedUnreadable(f"{path.name}: the archive holds several tables ({names}); call one of them products")
    table = chosen[0]
    if table.flag_bits & _ENCRYPTED:
        raise FeedUnreadable(f"{path.name}: {table.filename} is encrypted; make the archive without a password")
    if stat.S_ISLNK(table.external_attr >> 16):
        raise FeedUnreadable(f"{path.name}: {table.filename} is a link; put the table itself into the archive")
    if table.file_size > MAX_TABLE_BYTES:
        raise FeedUnreadable(
            f"{path.name}: {table.filename} unpacks to more than {MAX_TABLE_BYTES // 1_000_000_000} GB"
        )
    return table
