"""Wrapped keys never lie in one folder, and so in one backup, with what they open or with what opens them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from privacy.key_backups import SUFFIX
from webapp.settings import Settings, SettingsError

_SQLITE_HEAD = b"SQLite format 3\0"
_PHOTO_FOLDER = "photos"
_LARGEST_KEY_FILE = 4096


class Kind(Enum):
    """What a file of the shop is to a thief."""

    KEYS = "wrapped keys"
    MASTER = "the master key"
    SEALED = "sealed photos or columns"


def refuse_stores_together(settings: Settings) -> None:
    """At the start: raise SettingsError when the keys store lies where a backup would take along what it opens."""
    keys = _file_of(settings.keys_database)
    if settings.demo or keys is None:
        return
    if beside := stores_beside(keys.parent, settings):
        raise SettingsError(
            f"KEYS_DATABASE_URL={settings.keys_database!r}: the wrapped keys share a folder, and so a backup, with "
            f"{', '.join(beside)}; give them a folder of their own, such as sqlite:////var/lib/fashion-insta-keys/keys.sqlite3"
        )
    if beside := stores_beside(settings.key_backup_dir, settings) if settings.key_backup_dir else []:
        raise SettingsError(
            f"KEY_BACKUP_DIR={str(settings.key_backup_dir)!r}: it shares a folder with {', '.join(beside)}"
        )


def stores_beside(folder: Path, settings: Settings) -> list[str]:
    """Return which of the shop's other stores lie in, above or below a folder that is to hold wrapped keys."""
    return [words for words, path in _opened_or_opening(settings) if _overlap(folder.resolve(), path.resolve())]


def kinds_in(folder: Path, settings: Settings) -> Mapping[Kind, Sequence[Path]]:
    """Return what a folder and all below it hold of the shop."""
    master = settings.master_key.read_bytes() if settings.needs_master_key_file else None
    found: dict[Kind, list[Path]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for kind in _kinds_of(path, master):
            found.setdefault(kind, []).append(path)
    return found


def kinds_that_open_together(found: Mapping[Kind, Sequence[Path]]) -> list[Kind]:
    """Return the kinds of a backup that must not be in one; none when it is well."""
    return [kind for kind in Kind if kind in found] if Kind.KEYS in found and len(found) > 1 else []


def _opened_or_opening(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield what keys open, or what opens them, with its folder; what is on a server is apart by that."""
    for words, url in (("the shop's database", settings.shop_database), ("the accounts", settings.accounts_database)):
        if file := _file_of(url):
            yield words, file.parent
    blobs = urlsplit(settings.blobs)
    if blobs.scheme == "file":
        yield "the blobs", Path(blobs.path)
    if settings.needs_master_key_file:
        yield "the master key", settings.master_key.parent


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _file_of(database: str) -> Path | None:
    url = make_url(database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _kinds_of(path: Path, master: bytes | None) -> Iterator[Kind]:
    with path.open("rb") as file:
        head = file.read(_LARGEST_KEY_FILE + 1)
    if path.suffix == SUFFIX:
        yield Kind.KEYS
    if master and head == master:
        yield Kind.MASTER
    if path.parent.parent.name == _PHOTO_FOLDER:
        yield Kind.SEALED
    if head.startswith(_SQLITE_HEAD):
        yield from _kinds_of_database(path)


def _kinds_of_database(path: Path) -> Iterator[Kind]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        try:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.DatabaseError:
            return
    if "wrapped_key" in tables:
        yield Kind.KEYS
    if tables & {"kept_photo", "account"}:
        yield Kind.SEALED
