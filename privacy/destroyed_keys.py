"""The list of destroyed keys: whatever backup comes back, a key on it opens nothing any more."""

import hashlib
import hmac
from collections.abc import Callable
from typing import cast

from sqlalchemy import Engine, Table, select
from sqlalchemy.exc import IntegrityError

from privacy.models import DestroyedKeyRow
from storage.database import now

_ROWS = cast(Table, DestroyedKeyRow.__table__)


class DestroyedKeys:
    """Keyed hashes in the audit store: they say nothing to whoever lacks the key. Entries stay for good."""

    def __init__(self, engine: Engine, key: Callable[[], bytes]) -> None:
        self._engine = engine
        self._key = key

    def add(self, about: str) -> None:
        """Put a key on the list, committed at once; nothing happens when it is there."""
        try:
            with self._engine.begin() as connection:
                connection.execute(_ROWS.insert().values(digest=self._digest(about), destroyed_at=now()))
        except IntegrityError:
            return

    def has(self, about: str) -> bool:
        """Say whether the key was destroyed."""
        wanted = select(_ROWS.c.digest).where(_ROWS.c.digest == self._digest(about))
        with self._engine.connect() as connection:
            return connection.execute(wanted).first() is not None

    def _digest(self, about: str) -> str:
        return hmac.new(self._key(), about.encode(), hashlib.sha256).hexdigest()
