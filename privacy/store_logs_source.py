"""The stores' own short-term copies: SQLite keeps what it changed in a log beside the file until that is emptied."""

from collections.abc import Sequence

from privacy.photo_sources import OnlyErased
from privacy.sources import ErasureStep, Scope
from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, db, empty_the_wal


class StoreLogs(OnlyErased):
    """Write-ahead logs. A long reader may hold one back: then the scan looks into it, and the erasure is not done.

    Nothing else of a person is cached: pages are sent with `no-store`, sessions are cookies, the index is of products.
    """

    name = "logs of the stores"
    step = ErasureStep.CACHES
    tables: frozenset[str] = frozenset()

    def erase(self, scope: Scope) -> None:
        if scope.purpose:
            return
        for bind in (None, ACCOUNTS_BIND, KEYS_BIND, AUDIT_BIND):
            empty_the_wal(db.engines[bind])

    def remains(self, scope: Scope) -> Sequence[str]:
        return ()
