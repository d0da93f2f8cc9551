"""A thread of the web process for feeds: an import of an hour holds up no purge and no letter beside it."""

import logging
import time

from storage.database import db
from webapp.feeds import look_after_feeds
from webapp.jobs.background import BackgroundThread
from webapp.jobs.tasks import FEED_TASKS
from webapp.jobs.worker import run_next_job

_log = logging.getLogger(__name__)
_IDLE_SECONDS = 0.5
_LOOK_EVERY_SECONDS = 60.0


class FeedWorker(BackgroundThread):
    """Works on feeds; an import in hand is cut short at the end, and goes on with whoever is next."""

    name = "feeds"
    ends_within_seconds = 10.0

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
