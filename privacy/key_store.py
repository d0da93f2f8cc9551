"""The wrapped data keys, in a store of their own: to destroy a key is to erase all that it sealed."""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Engine, Table, select
from sqlalchemy.exc import IntegrityError

from privacy.destroyed_keys import DestroyedKeys
from privacy.errors import InvalidKeyName, KeyDestroyed, KeyExists, KeyMissing, KeyRingStays, MasterKeyMissing
from privacy.key_service import KeyService, WrappedKey
from privacy.keys import KEY_BYTES
from privacy.models import WrappedKeyRow
from storage.database import empty_the_wal, now

RING = "ring/"
"""Keys of the whole shop: pseudonyms, columns … They are rotated and never destroyed."""

_ROWS = cast(Table, WrappedKeyRow.__table__)
_NAME = re.compile(r"[a-z0-9_.-]+(/[a-z0-9_.-]+)*")
_LONGEST_NAME = 64


@dataclass(frozen=True)
class KeptKey:
    """A row of the store, as a backup holds it."""

    about: str
    wrapped: WrappedKey
    created_at: datetime


class KeyStore:
    """Data keys by what they are about (`photo/ID`). Each act is a transaction of its own, committed at once.

    Never call it while the session has uncommitted writes to the keys store: SQLite lets one writer in at a time.
    """

    def __init__(self, engine: Engine, service: KeyService, destroyed: DestroyedKeys) -> None:
        self._engine = engine
        self._service = service
        self._destroyed = destroyed

    def new_key(self, about: str) -> bytes:
        """Return a new random key of 32 bytes. Raises KeyExists, KeyDestroyed, InvalidKeyName."""
        _check_name(about)
        if self.is_destroyed(about):
            raise KeyDestroyed(about)
        data_key = secrets.token_bytes(KEY_BYTES)
        wrapped = self._service.wrap(data_key, about=about)
        self._insert(about, wrapped)
        self._follow_a_rotation(about, data_key, wrapped)
        return data_key

    def open_key(self, about: str) -> bytes:
        """Return a key. Raises KeyMissing, KeyDestroyed, MasterKeyMissing, CannotBeDecrypted."""
        if self.is_destroyed(about):
            raise KeyDestroyed(about)
        try:
            return self._unwrapped(about)[0]
        except KeyMissing:
            if self.is_destroyed(about):
                raise KeyDestroyed(about) from None
            raise

    def destroy_key(self, about: str) -> None:
        """Make a key unusable for good, backups included; safe to repeat, also for a key that is not there.

        On the list first: killed in between, the key that is still there opens nothing, and the sweep removes it.
        Raises KeyRingStays for a key of the ring.
        """
        _check_name(about)
        if about.startswith(RING):
            raise KeyRingStays(about)
        self._destroyed.add(about)
        self._remove([about])

    def is_destroyed(self, about: str) -> bool:
        """Say whether the key was destroyed, whatever the store holds."""
        return not about.startswith(RING) and self._destroyed.has(about)

    def has_key(self, about: str) -> bool:
        """Say whether there is a key that is not destroyed; it is not opened."""
        with self._engine.connect() as connection:
            found = connection.execute(select(_ROWS.c.about).where(_ROWS.c.about == about)).first()
        return found is not None and not self.is_destroyed(about)

    def names(self, prefix: str = "", *, made_before: datetime | None = None) -> list[str]:
        """Return what the keys are about whose name starts with `prefix`, in order."""
        wanted = select(_ROWS.c.about).where(_ROWS.c.about.startswith(prefix, autoescape=True))
        if made_before:
            wanted = wanted.where(_ROWS.c.created_at < made_before)
        with self._engine.connect() as connection:
            return list(connection.scalars(wanted.order_by(_ROWS.c.about)))

    def sweep(self) -> int:
        """Remove keys on the list of the destroyed (a killed erasure, a restored file); return how many."""
        back = [about for about in self.names() if self.is_destroyed(about)]
        self._remove(back)
        return len(back)

    def kept_keys(self) -> list[KeptKey]:
        """Return every row, wrapped as it is."""
        columns = (_ROWS.c.about, _ROWS.c.master_key_id, _ROWS.c.wrapped, _ROWS.c.created_at)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).order_by(_ROWS.c.about)).all()
        return [KeptKey(about, WrappedKey(key_id, wrapped), created_at) for about, key_id, wrapped, created_at in rows]

    def put_back(self, keys: Sequence[KeptKey]) -> int:
        """Insert the rows whose names are not there, all or none; return how many. Raises InvalidKeyName."""
        for key in keys:
            _check_name(key.about)
        with self._engine.begin() as connection:
            there = set(connection.scalars(select(_ROWS.c.about)))
            missing = [key for key in keys if key.about not in there]
            for key in missing:
                values = {"about": key.about, "created_at": key.created_at, **_columns(key.wrapped)}
                connection.execute(_ROWS.insert().values(values))
        return len(missing)

    def names_under_former(self) -> list[str]:
        """Return what the keys are about that do not hang on the current master key; destroyed ones left out."""
        wanted = select(_ROWS.c.about).where(_ROWS.c.master_key_id != self._service.key_id).order_by(_ROWS.c.about)
        with self._engine.connect() as connection:
            names = list(connection.scalars(wanted))
        return [about for about in names if not self.is_destroyed(about)]

    def master_key_ids(self) -> set[str]:
        """Return the ids of the master keys that keys hang on."""
        with self._engine.connect() as connection:
            return set(connection.scalars(select(_ROWS.c.master_key_id).distinct()))

    def rewrap(self, about: str) -> bool:
        """Wrap a key with the current master key; return False when it is, or was destroyed meanwhile.

        Raises MasterKeyMissing, CannotBeDecrypted.
        """
        try:
            data_key, wrapped = self._unwrapped(about)
        except KeyMissing:
            return False
        if wrapped.master_key_id == self._service.key_id:
            return False
        return self._replace(about, wrapped, self._service.wrap(data_key, about=about))

    def _unwrapped(self, about: str) -> tuple[bytes, WrappedKey]:
        wrapped = self._wrapped(about)
        while True:
            try:
                return self._service.unwrap(wrapped, about=about), wrapped
            except MasterKeyMissing:
                # A rotation may have come to its end since the row was read: the key hangs on another master key now.
                again = self._wrapped(about)
                if again == wrapped:
                    raise
                wrapped = again

    def _insert(self, about: str, wrapped: WrappedKey) -> None:
        values = {"about": about, "created_at": now(), **_columns(wrapped)}
        try:
            with self._engine.begin() as connection:
                connection.execute(_ROWS.insert().values(values))
        except IntegrityError as error:
            raise KeyExists(about) from error

    def _follow_a_rotation(self, about: str, data_key: bytes, wrapped: WrappedKey) -> None:
        # A rotation that began after the key was wrapped may have looked through the store before the row was in it,
        # and would then take the former master key away: nobody but us could open the key any more.
        while wrapped.master_key_id != self._service.key_id:
            newer = self._service.wrap(data_key, about=about)
            self._replace(about, wrapped, newer)
            wrapped = newer

    def _wrapped(self, about: str) -> WrappedKey:
        wanted = select(_ROWS.c.master_key_id, _ROWS.c.wrapped).where(_ROWS.c.about == about)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise KeyMissing(about)
        return WrappedKey(row.master_key_id, row.wrapped)

    def _replace(self, about: str, former: WrappedKey, newer: WrappedKey) -> bool:
        """Put another wrapping in place of the one that was read; not when that one was replaced or destroyed."""
        unchanged = (_ROWS.c.about == about) & (_ROWS.c.wrapped == former.wrapped)
        with self._engine.begin() as connection:
            return connection.execute(_ROWS.update().where(unchanged).values(_columns(newer))).rowcount == 1

    def _remove(self, names: Iterable[str]) -> None:
        with self._engine.begin() as connection:
            for about in names:
                connection.execute(_ROWS.delete().where(_ROWS.c.about == about))
        empty_the_wal(self._engine)


def _columns(wrapped: WrappedKey) -> dict[str, str | bytes]:
    return {"master_key_id": wrapped.master_key_id, "wrapped": wrapped.wrapped}


def _check_name(about: str) -> None:
    if len(about) > _LONGEST_NAME or not _NAME.fullmatch(about):
        raise InvalidKeyName(about)
