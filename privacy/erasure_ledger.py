"""The list of erasures: kept apart from what is restored, so that whatever comes back from a backup goes again."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from privacy.erasure_models import ErasedEntry
from storage.database import db, now


class ErasureLedger:
    """Keyed hashes in the audit store; they say nothing to whoever lacks the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def enter(self, names: Iterable[str]) -> None:
        """Put names (`person/PSEUDONYM`, `account/ID`, `photo/ID` …) on the list; flushes, does not commit."""
        for name in names:
            # Entered again, the later time counts: a yes that was given in between is withdrawn with the rest.
            db.session.merge(ErasedEntry(digest=self._digest(name), erased_at=now()))
        db.session.flush()

    def erased_at(self, name: str) -> datetime | None:
        """Return when the name was erased, or None when it is not on the list."""
        entry = db.session.get(ErasedEntry, self._digest(name))
        return entry.erased_at if entry else None

    def _digest(self, name: str) -> str:
        return hmac.new(self._key, name.encode(), hashlib.sha256).hexdigest()
