"""A thread of the web process for feeds: an import of an hour holds up no purge and no letter beside it."""

import logging
import threading
import time

from flask import Flask

from storage.database import db
from webapp.feeds import look_after_feeds
from webapp.jobs.tasks import FEED_TASKS
from webapp.jobs.worker import run_next_job

_log = logging.getLogger(__name__)
_IDLE_SECONDS = 0.5
_LOOK_EVERY_SECONDS = 60.0


class FeedWorker:
    """One background thread; several processes may each run one, a job is claimed by one of them."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feeds", daemon=True)

    def start(self) -> None:
        """Begin; call it after a fork, never before."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; an import in hand is cut short after a moment, and goes on with whoever is next."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        look_at = 0.0
        while not self._stop.is_set():
            with self._app.app_context():
                if time.monotonic() >= look_at:
                    look_at = time.monotonic() + _LOOK_EVERY_SECONDS
                    work_on_feeds(look_after=True)
                if not work_on_feeds():
                    self._stop.wait(_IDLE_SECONDS)


def work_on_feeds(*, look_after: bool = False) -> bool:
    """Run one job of a feed, or look after what waits; say whether there was something to do."""
    try:
        return look_after_feeds() if look_after else run_next_job(FEED_TASKS)
    except Exception:  # noqa: BLE001 - the border of the thread
        # The thread outlives any one failure (a locked database, say); it is logged and tried again.
        _log.exception("work on feeds failed")
        db.session.rollback()
        return False
