"""A thread of the web process that goes on with erasures, whatever job runs beside it: a search may take minutes."""

import logging

from storage.database import db
from webapp.jobs.background import BackgroundThread
from webapp.wiring import wiring

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 1.0


class ErasureWorker(BackgroundThread):
    """Goes on with erasures; one in hand is cut short at the end, and taken up again by whoever is next."""

    name = "erasures"
    ends_within_seconds = 10.0

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
