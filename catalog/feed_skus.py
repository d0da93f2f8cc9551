"""Which row of a feed had a SKU first, for feeds of any length."""

import sqlite3


class SeenSkus:
    """Kept in a file of its own that vanishes with it: a million SKUs would fill the memory, this takes 2 MB of it."""

    def __init__(self) -> None:
        # "" is SQLite's name for a temporary file. Its owner is used by one thread at a time.
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA cache_size = -2000")
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("CREATE TABLE seen (sku TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")

    def first_row_of(self, sku: str, number: int) -> int:
        """Return the number of the first row with this SKU: `number` itself when it was not seen before."""
        if self._rows.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (sku, number)).rowcount:
            return number
        return int(self._rows.execute("SELECT number FROM seen WHERE sku = ?", (sku,)).fetchone()[0])
