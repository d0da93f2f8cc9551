"""Backups of the wrapped keys, never of the master key; each says in its name and its header when it expires.

A backup brings back what was destroyed since: so none is kept longer than a stated number of days, and one that is
restored brings back no key on the list of the destroyed.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from privacy.errors import KeyBackupDamaged, KeyBackupExpired, KeyBackupImpossible, KeyMissing
from privacy.key_service import KeyService, WrappedKey
from privacy.key_store import RING, KeptKey, KeyStore

SUFFIX = ".keys"
_FORMAT = "fashion-insta wrapped keys 1"
_RING_KEY = f"{RING}backups"
_CLOCK_DRIFT = timedelta(minutes=10)
_PARTIAL = ".partial"
_LONG_SINCE = timedelta(hours=1)
"""A file that was begun before and is not whole was left by a killed process."""
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class KeyBackup:
    """One backup file."""

    path: Path
    made_at: datetime
    expires_at: datetime
    keys: int


@dataclass(frozen=True)
class RestoreReport:
    """What was brought back."""

    restored: int
    already_there: int
    destroyed: int
    """Keys that were destroyed since the backup was made: they stay destroyed."""


class KeyBackups:
    """Makes, expires and restores backups; `days`: how long one is kept."""

    def __init__(self, store: KeyStore, service: KeyService, *, ring_key: Callable[[], bytes], days: int) -> None:
        """ring_key: the key of the ring under which backups are signed."""
        self._store = store
        self._service = service
        self._ring_key = ring_key
        self._days = days

    def make(self, folder: Path, at: datetime) -> KeyBackup:
        """Write all wrapped keys to a new file (mode 0600) in the folder.

        Raises KeyBackupImpossible while a rotation is under way (the file would hang on a master key that goes), or
        when the folder cannot be written to.
        """
        secret = self._ring_key()
        self._store.sweep()
        if self._store.names_under_former():
            raise KeyBackupImpossible("a rotation is under way: finish it with `flask privacy rotate-keys`")
        kept, expires_at = self._store.kept_keys(), at + timedelta(days=self._days)
        path = folder / f"keys-{at:{_STAMP}}-expires-{expires_at:{_STAMP}}{SUFFIX}"
        header = {"format": _FORMAT, "made_at": at.isoformat(), "expires_at": expires_at.isoformat(), "keys": len(kept)}
        lines = [json.dumps(header), *(json.dumps(_as_plain(key)) for key in kept)]
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(path, _signed(lines, secret))
        except OSError as error:
            raise KeyBackupImpossible(f"{path} cannot be written: {error.strerror}") from error
        return KeyBackup(path, at, expires_at, len(kept))

    def delete_expired(self, folder: Path, at: datetime) -> list[Path]:
        """Delete the folder's backups past their time, also by today's number of days; return them.

        A file that cannot be read, or that says a later date than its age allows, is judged by its own time.
        """
        expired = [path for path in sorted(folder.glob(f"*{SUFFIX}")) if self._expires_at(path) <= at]
        expired += [path for path in folder.glob(f".*{SUFFIX}{_PARTIAL}") if _file_time(path) <= at - _LONG_SINCE]
        for path in expired:
            path.unlink(missing_ok=True)
        return expired

    def restore(self, path: Path, at: datetime) -> RestoreReport:
        """Put back the keys that are missing; those that are there, or were destroyed since, are left alone.

        Raises KeyBackupDamaged, KeyBackupExpired, MasterKeyMissing (it hangs on a former master key) before anything is
        written.
        """
        header, kept = self._read(path)
        made_at = _moment(header, "made_at")
        if made_at > at + _CLOCK_DRIFT:
            raise KeyBackupDamaged(path, f"it was made in the future ({made_at:%Y-%m-%d %H:%M}): is the clock right?")
        expires_at = self._bounded(made_at, _moment(header, "expires_at"))
        if expires_at <= at:
            raise KeyBackupExpired(path, expires_at)
        self._refuse_missing_masters(kept)
        self._refuse_another_ring(path, kept)
        # The ring first: the list of destroyed keys is read with a key of it.
        ring = [key for key in kept if key.about.startswith(RING)]
        others = [key for key in kept if not key.about.startswith(RING)]
        back = self._store.put_back(ring)
        living = [key for key in others if not self._store.is_destroyed(key.about)]
        back += self._store.put_back(living)
        for key in kept:
            if key.wrapped.master_key_id != self._service.key_id and self._store.has_key(key.about):
                self._store.rewrap(key.about)
        destroyed = len(others) - len(living)
        return RestoreReport(back, len(kept) - back - destroyed, destroyed)

    def _read(self, path: Path) -> tuple[dict[str, Any], list[KeptKey]]:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            header, kept = json.loads(lines[0]), [_as_key(json.loads(line)) for line in lines[1:-1]]
            signature = json.loads(lines[-1])["signature"]
        except OSError as error:
            raise KeyBackupDamaged(path, str(error.strerror)) from error
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise KeyBackupDamaged(path, "it is no backup of keys, or cut short") from error
        expected = _signature(lines[:-1], self._secret_for(path, kept))
        if header.get("format") != _FORMAT or not hmac.compare_digest(expected, str(signature)):
            raise KeyBackupDamaged(path, "it was altered, or is of another shop")
        return header, kept

    def _secret_for(self, path: Path, kept: Sequence[KeptKey]) -> bytes:
        """Return the key that signs backups: this shop's, or when its store is lost the one in the backup."""
        try:
            return self._store.open_key(_RING_KEY)
        except KeyMissing:
            own = next((key for key in kept if key.about == _RING_KEY), None)
        if own is None:
            raise KeyBackupDamaged(path, "it lacks the key that signs it")
        return self._service.unwrap(own.wrapped, about=_RING_KEY)

    def _refuse_missing_masters(self, kept: Sequence[KeptKey]) -> None:
        one_of_each = {key.wrapped.master_key_id: key for key in kept}
        for key in one_of_each.values():
            self._service.unwrap(key.wrapped, about=key.about)

    def _refuse_another_ring(self, path: Path, kept: Sequence[KeptKey]) -> None:
        for key in kept:
            if not key.about.startswith(RING) or not self._store.has_key(key.about):
                continue
            if self._store.open_key(key.about) != self._service.unwrap(key.wrapped, about=key.about):
                raise KeyBackupDamaged(path, f"its {key.about} is not this shop's: it is of another shop")

    def _expires_at(self, path: Path) -> datetime:
        file_time = _file_time(path)
        try:
            header = json.loads(path.read_text(encoding="utf-8").partition("\n")[0])
            return self._bounded(min(_moment(header, "made_at"), file_time), _moment(header, "expires_at"))
        except (OSError, ValueError, KeyError, TypeError):
            return file_time + timedelta(days=self._days)

    def _bounded(self, made_at: datetime, expires_at: datetime) -> datetime:
        return min(expires_at, made_at + timedelta(days=self._days))


def _file_time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)


def _as_plain(key: KeptKey) -> dict[str, str]:
    return {
        "about": key.about,
        "master_key_id": key.wrapped.master_key_id,
        "wrapped": base64.b64encode(key.wrapped.wrapped).decode(),
        "created_at": key.created_at.isoformat(),
    }


def _as_key(plain: dict[str, str]) -> KeptKey:
    wrapped = WrappedKey(plain["master_key_id"], base64.b64decode(plain["wrapped"], validate=True))
    return KeptKey(plain["about"], wrapped, datetime.fromisoformat(plain["created_at"]))


def _moment(header: dict[str, Any], name: str) -> datetime:
    moment = datetime.fromisoformat(header[name])
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")
    return moment


def _signed(lines: Sequence[str], secret: bytes) -> Iterator[str]:
    yield from lines
    yield json.dumps({"signature": _signature(lines, secret)})


def _signature(lines: Sequence[str], secret: bytes) -> str:
    return hmac.new(secret, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def _write(path: Path, lines: Iterator[str]) -> None:
    """Write through to the disk, whole or not at all, for the owner alone."""
    partial = path.with_name(f".{path.name}{_PARTIAL}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
