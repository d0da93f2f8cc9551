"""A thread of the web process that goes on with erasures, whatever job runs beside it: a search may take minutes."""

import logging
import threading

from flask import Flask

from storage.database import db
from webapp.wiring import wiring

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 1.0


class ErasureWorker:
    """One background thread; several processes may each run one, an erasure is claimed by one of them."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="erasures", daemon=True)

    def start(self) -> None:
        """Begin; call it after a fork, never before."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; an erasure in hand is cut short after a moment, and taken up again by whoever is next."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._app.app_context():
                go_on_with_erasures()
            self._stop.wait(_EVERY_SECONDS)


def go_on_with_erasures() -> int:
    """Take up what was asked for, and what a killed process left (after a minute without life); return how many ended.

    What stops one of them is recorded with it and logged; the others go on.
    """
    try:
        return wiring().erasures.resume()
    except Exception:  # noqa: BLE001 - the border of the thread
        _log.exception("erasures are tried again")
        db.session.rollback()
        return 0
