"""Where the scan after an erasure looks: database files to their free pages, blobs, folders; or rows, on a server."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from PIL import Image, UnidentifiedImageError
from sqlalchemy import JSON, Connection, LargeBinary, MetaData, String, select, text

from privacy.canaries import Canary, CanaryKind, KnownPictures, Needles, perceptual_hash
from storage.blobs import BlobStore
from storage.database import db, empty_the_wal

_ROWS_A_BATCH = 1000
_PICTURE_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")


AUDIT_KNOWS = frozenset({CanaryKind.PSEUDONYM, CanaryKind.PHOTO})
"""The audit keeps pseudonyms and ids of photos for good (Art. 5(2)): with the person gone they lead to nobody."""


class Wanted:
    """What is looked for, made ready once for all places."""

    def __init__(self, canaries: Collection[Canary]) -> None:
        self.needles = Needles(canaries)
        self.pictures = KnownPictures(canaries)


@dataclass
class Looked:
    """What a place was like: how much was read, and what was found where, in words without a value."""

    place: str
    how: str
    bytes_read: int = 0
    found: list[str] = field(default_factory=list)

    def note(self, where: str, kinds: Iterable[CanaryKind]) -> None:
        """Note what was found at one spot; nothing when nothing was."""
        if seen := {kind.value for kind in kinds}:
            self.found.append(f"{self.place}, {where}: {', '.join(sorted(seen))}")


class Place(Protocol):
    """Something that keeps bytes."""

    @property
    def name(self) -> str:
        """What it is called in receipts."""
        ...

    def look(self, wanted: Wanted, *, alive: Callable[[], None]) -> Looked:
        """Look through all of it; `alive` is called now and then, for whoever waits."""
        ...

    def clean(self) -> None:
        """Rewrite the place so that what was deleted leaves no trace; called before looking again."""
        ...


@dataclass(frozen=True)
class SqliteFiles:
    """A store in SQLite: its file byte by byte, free pages included, with the files beside it."""

    name: str
    bind: str | None
    tolerated: Mapping[str, frozenset[CanaryKind]]
    """What may stay in a table (`*`: in all of them): the audit knows people by pseudonym for good."""

    def look(self, wanted: Wanted, *, alive: Callable[[], None]) -> Looked:
        looked = Looked(self.name, "file, free pages, write-ahead log")
        empty_the_wal(db.engines[self.bind])
        for path in self.files():
            hits = list(wanted.needles.found_in_file(path))
            looked.bytes_read += path.stat().st_size if path.exists() else 0
            for where, kinds in self._placed(path, hits).items():
                looked.note(where, kinds)
            alive()
        return looked

    def clean(self) -> None:
        with db.engines[self.bind].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))

    def files(self) -> list[Path]:
        """Return the paths of the database's files, whether they are there or not."""
        database = str(db.engines[self.bind].url.database)
        return [Path(f"{database}{ending}") for ending in ("", "-wal", "-shm", "-journal")]

    def _placed(self, path: Path, hits: list[tuple[int, CanaryKind]]) -> dict[str, list[CanaryKind]]:
        if not hits:
            return {}
        placed: dict[str, list[CanaryKind]] = {}
        page_bytes, tables = self._pages() if path == self.files()[0] else (1, {})
        for at, kind in hits:
            table = tables.get(at // page_bytes + 1)
            if kind not in self._tolerated_in(table):
                placed.setdefault(f"table {table}" if table else f"{path.suffix} outside of tables", []).append(kind)
        return placed

    def _tolerated_in(self, table: str | None) -> frozenset[CanaryKind]:
        return self.tolerated.get("*", frozenset()) | self.tolerated.get(table or "", frozenset())

    def _pages(self) -> tuple[int, dict[int, str]]:
        """Return the size of a page, and whose it is by number; none is anyone's when SQLite cannot tell."""
        owners = (
            "SELECT pages.pageno, coalesce(entry.tbl_name, pages.name) FROM dbstat AS pages "
            "LEFT JOIN sqlite_schema AS entry ON entry.name = pages.name"
        )
        with db.engines[self.bind].connect() as connection:
            page_bytes = int(connection.execute(text("PRAGMA page_size")).scalar_one())
            known = connection.execute(text("SELECT sqlite_compileoption_used('ENABLE_DBSTAT_VTAB')")).scalar_one()
            rows = connection.execute(text(owners)).all() if known else []
            return page_bytes, {int(number): str(name) for number, name in rows}


@dataclass(frozen=True)
class ServerRows:
    """A store on a database server, whose files are out of reach: all text and bytes of all rows, by query.

    What the server has deleted and not overwritten yet cannot be seen: the tables about people are rewritten first.
    """

    name: str
    bind: str | None
    tolerated: Mapping[str, frozenset[CanaryKind]]
    rewritten: frozenset[str] = frozenset()

    def look(self, wanted: Wanted, *, alive: Callable[[], None]) -> Looked:
        looked = Looked(self.name, "rows by query, after VACUUM FULL of the tables about people")
        self.clean()
        with db.engines[self.bind].connect() as connection:
            metadata = MetaData()
            metadata.reflect(connection)
            for table in metadata.sorted_tables:
                tolerated = self.tolerated.get("*", frozenset()) | self.tolerated.get(table.name, frozenset())
                found: list[CanaryKind] = []
                for content in _text_and_bytes(connection, table):
                    looked.bytes_read += len(content)
                    found += [kind for _at, kind in wanted.needles.found_in(content) if kind not in tolerated]
                    alive()
                looked.note(f"table {table.name}", found)
        return looked

    def clean(self) -> None:
        engine = db.engines[self.bind]
        if engine.dialect.name != "postgresql":
            return
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in sorted(self.rewritten):
                connection.execute(text(f'VACUUM FULL "{table}"'))


class Blobs:
    """The blob store: every name, every byte, and what can be opened as a picture by its looks."""

    def __init__(self, blobs: BlobStore) -> None:
        self.name = "blobs"
        self._blobs = blobs
        # Of pictures for everyone alone: sealed bytes are no picture, so no person's photo is in here.
        self._hashes: dict[tuple[str, datetime], bytes | None] = {}

    def look(self, wanted: Wanted, *, alive: Callable[[], None]) -> Looked:
        looked = Looked(self.name, "names, bytes, pictures by perceptual hash")
        for name, written_at, content in self._blobs.entries():
            looked.bytes_read += len(content)
            kinds = [kind for part in (name.encode(), content) for _at, kind in wanted.needles.found_in(part)]
            if written_at and wanted.pictures and self._resembles(wanted.pictures, name, written_at, content):
                kinds.append(CanaryKind.PICTURE)
            looked.note(name.partition("/")[0], kinds)
            alive()
        return looked

    def clean(self) -> None:
        """Nothing: a deleted blob leaves only bytes that no key opens."""

    def _resembles(self, known: KnownPictures, name: str, written_at: datetime, content: bytes) -> bool:
        if not content.startswith(_PICTURE_BEGINNINGS):
            return False
        if (name, written_at) not in self._hashes:
            self._hashes[name, written_at] = _hash_of(content)
        picture = self._hashes[name, written_at]
        return picture is not None and known.hold(picture, written_at=written_at)


@dataclass(frozen=True)
class FolderOfFiles:
    """A folder with all that is in it, but for what another place answers for."""

    name: str
    folder: Path
    leave_out: tuple[Path, ...] = ()

    def look(self, wanted: Wanted, *, alive: Callable[[], None]) -> Looked:
        looked = Looked(self.name, "names and bytes of files")
        for path in self._all():
            # The file's own name is not said when it is what was found.
            named = [kind for _at, kind in wanted.needles.found_in(path.name.encode())]
            where = path.parent if named else path
            held = [kind for _at, kind in wanted.needles.found_in_file(path)] if path.is_file() else []
            with suppress(FileNotFoundError):
                looked.bytes_read += path.stat().st_size if path.is_file() else 0
            looked.note(str(where.relative_to(self.folder.absolute())), [*named, *held])
            alive()
        return looked

    def clean(self) -> None:
        """Nothing: files are not rewritten by the scan."""

    def _all(self) -> Iterator[Path]:
        left_out = {path.absolute() for path in self.leave_out}
        waiting = [self.folder.absolute()]
        while waiting:
            folder = waiting.pop()
            with suppress(FileNotFoundError, NotADirectoryError):
                for path in sorted(folder.iterdir()):
                    if path in left_out:
                        continue
                    yield path
                    if path.is_dir() and not path.is_symlink():
                        waiting.append(path)


def store_to_scan(
    name: str, bind: str | None, tolerated: Mapping[str, frozenset[CanaryKind]], personal: frozenset[str]
) -> "SqliteFiles | ServerRows":
    """Return the place that a store's address names: files that can be read, or a server that can be asked."""
    url = db.engines[bind].url
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return SqliteFiles(name, bind, tolerated)
    return ServerRows(name, bind, tolerated, personal & set(db.metadatas[bind].tables))


def _text_and_bytes(connection: Connection, table: Any) -> Iterator[bytes]:
    """Yield a table's text and bytes, many rows at a time; columns are set apart by bytes that no text holds."""
    columns = [column for column in table.columns if isinstance(column.type, String | LargeBinary | JSON)]
    if not columns:
        return
    rows = connection.execution_options(yield_per=_ROWS_A_BATCH).execute(select(*columns))
    for batch in rows.partitions(_ROWS_A_BATCH):
        yield b"\xff\xfe".join(_bytes_of(value) for row in batch for value in row if value is not None)


def _bytes_of(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _hash_of(content: bytes) -> bytes | None:
    import io

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            picture.draft("L", (64, 64))
            return perceptual_hash(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
