"""Bytes by URL: `file:///folder`, `memory://name`, and what fsspec opens through an extra (`s3://`, `abfs://`)."""

import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.errors import BlobNotFound, BlobStoreUnknown, InvalidBlobKey

_LONGEST_KEY = 200
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*")


class BlobStore:
    """Named byte strings under one URL; a blob is there whole or not at all."""

    def __init__(self, url: str) -> None:
        """Raises BlobStoreUnknown when no installed library opens the URL's scheme."""
        import fsspec

        try:
            self._files: Any
            self._root: str
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise BlobStoreUnknown(url, str(error)) from error

    def put(self, key: str, content: bytes) -> None:
        """Store `content` under `key`, replacing what was there, in one step."""
        path = self._path(key)
        parent = path.rsplit("/", 1)[0]
        self._files.makedirs(parent, exist_ok=True)
        # Written beside and moved into place: a reader or a crash never meets half a blob.
        partial = f"{parent}/.{uuid.uuid4().hex}.partial"
        self._files.pipe_file(partial, content)
        self._files.mv(partial, path)

    def get(self, key: str) -> bytes:
        """Return the bytes under `key`. Raises BlobNotFound."""
        try:
            content: bytes = self._files.cat_file(self._path(key))
        except FileNotFoundError as error:
            raise BlobNotFound(key) from error
        return content

    def has(self, key: str) -> bool:
        """Say whether `key` holds a blob."""
        return bool(self._files.isfile(self._path(key)))

    def delete(self, key: str) -> None:
        """Remove `key`; nothing happens when it is absent."""
        try:
            self._files.rm_file(self._path(key))
        except FileNotFoundError:
            return

    def delete_all(self, prefix: str) -> None:
        """Remove the folder `prefix` with all that is in it, partial writes and its own name too; it may be absent."""
        try:
            self._files.rm(self._path(prefix), recursive=True)
        except FileNotFoundError:
            return

    def has_folder(self, prefix: str) -> bool:
        """Say whether anything at all, be it an empty folder, is stored under the name `prefix`."""
        return bool(self._files.exists(self._path(prefix)))

    def written_at(self, key: str) -> datetime:
        """Return when the blob was written, by the store's clock, aware. Raises BlobNotFound."""
        try:
            written: datetime = self._files.modified(self._path(key))
        except FileNotFoundError as error:
            raise BlobNotFound(key) from error
        return written

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys below the folder `prefix`, in order; partial writes are left out."""
        folder = f"{self._root}/{prefix}".rstrip("/")
        for path in sorted(self._files.find(folder)):
            key = path[len(self._root) :].lstrip("/")
            if _KEY.fullmatch(key):
                yield key

    @property
    def local_folder(self) -> Path | None:
        """The folder of this machine that holds the blobs; None when they are elsewhere."""
        return Path(self._root) if "file" in self._protocols() else None

    def entries(self) -> Iterator[tuple[str, datetime | None, bytes]]:
        """Yield the name, the time and the content of all that is stored, partial writes too.

        A folder has neither time nor content; what vanishes meanwhile is left out.
        """
        found = self._files.find(self._root, withdirs=True, detail=True) if self._files.exists(self._root) else {}
        for path, facts in sorted(found.items()):
            name = path[len(self._root) :].lstrip("/")
            if facts["type"] == "directory":
                if name:
                    yield name, None, b""
                continue
            with suppress(FileNotFoundError):
                yield name, self._files.modified(path), self._files.cat_file(path)

    def _protocols(self) -> tuple[str, ...]:
        protocol = self._files.protocol
        return (protocol,) if isinstance(protocol, str) else tuple(protocol)

    def _path(self, key: str) -> str:
        if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
            raise InvalidBlobKey(key[:_LONGEST_KEY])
        return f"{self._root}/{key}"
