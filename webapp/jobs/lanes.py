"""Threads of the web process for long work: an import of an hour holds up no purge, no letter and no bulk edit."""

import time
from collections.abc import Collection
from typing import ClassVar

from webapp.feeds import look_after_feeds
from webapp.jobs.background import BackgroundThread
from webapp.jobs.tasks import EDIT_TASKS, FEED_TASKS
from webapp.jobs.worker import run_next_job

_IDLE_SECONDS = 0.5
_LOOK_EVERY_SECONDS = 60.0


class _Lane(BackgroundThread):
    """Runs the jobs of some tasks; one in hand is cut short at the end, and goes on with whoever is next."""

    tasks: ClassVar[Collection[str]]
    ends_within_seconds = 10.0

    def _run(self) -> None:
        while not self._stop.is_set():
            self._look_around()
            if not self._guarded(lambda: run_next_job(self.tasks)):
                self._stop.wait(_IDLE_SECONDS)

    def _look_around(self) -> None:
        """Do what is due between two jobs."""


class EditWorker(_Lane):
    """Works on changes of a whole list and on large undos."""

    name = "edits"
    tasks = EDIT_TASKS


class FeedWorker(_Lane):
    """Works on feeds, and looks after those that wait."""

    name = "feeds"
    tasks = FEED_TASKS
    _look_at = 0.0

    def _look_around(self) -> None:
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + _LOOK_EVERY_SECONDS
            self._guarded(look_after_feeds)
