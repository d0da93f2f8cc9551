"""The embedded default: a thread of the web process that works through the queue."""

import logging
import time
from collections.abc import Collection
from dataclasses import astuple
from datetime import timedelta
from zoneinfo import ZoneInfo

from accounts.lapsing import drop_what_lapsed
from accounts.letters import send_waiting_letters
from privacy.purge import next_purge_at
from recommender.indexing import index_difference
from recommender.search_counts import count_waiting_searches
from storage.database import db, now
from webapp.jobs.background import BackgroundThread
from webapp.jobs.models import JobState
from webapp.jobs.pulse import pulse_of
from webapp.jobs.putting_right import queue_the_nightly_look
from webapp.jobs.queue import JobProgress, claim_next, enqueue, failed_since, finish
from webapp.jobs.tasks import EDIT_TASKS, FEED_TASKS, TASKS
from webapp.jobs.vault import delete_expired_key_backups, sweep_the_vault
from webapp.photo_consents import finish_withdrawals
from webapp.wiring import wiring

_SHORT_TASKS = frozenset(TASKS) - FEED_TASKS - EDIT_TASKS
"""A feed may take hours: other threads have those (`lanes.py`)."""

_log = logging.getLogger(__name__)
_IDLE_SECONDS = 0.5
_PURGE_EVERY_SECONDS = 60.0
_SWEEP_EVERY_SECONDS = 3600.0
_AFTER_A_FAILURE = timedelta(hours=1)


class JobWorker(BackgroundThread):
    """Works through the queue; a job is claimed by one process, and one in hand is finished before the end."""

    name = "job-worker"

    def _run(self) -> None:
        self._guarded(repair_index_if_it_differs)
        next_purge = next_sweep = 0.0
        running_since = now()
        while not self._stop.is_set():
            if time.monotonic() >= next_purge:
                next_purge = time.monotonic() + _PURGE_EVERY_SECONDS
                self._guarded(purge_lapsed_photos)
                self._guarded(drop_lapsed_of_accounts)
                self._guarded(finish_withdrawals)
                self._guarded(queue_the_nightly_purge)
                self._guarded(lambda: queue_the_nightly_look(now(), running_since=running_since))
            if time.monotonic() >= next_sweep:
                next_sweep = time.monotonic() + _SWEEP_EVERY_SECONDS
                self._guarded(lambda: sweep_the_vault().any)
                self._guarded(lambda: bool(delete_expired_key_backups()))
            self._guarded(follow_the_active_index)
            self._guarded(send_letters)
            self._guarded(count_what_was_looked_for)
            if not self._guarded(lambda: run_next_job(_SHORT_TASKS)):
                self._stop.wait(_IDLE_SECONDS)
        self._guarded(count_what_was_looked_for)


def repair_index_if_it_differs() -> bool:
    """At start-up: queue an index update when index and catalogue differ (a killed process, a restored backup)."""
    serving = wiring().serving
    if index_difference(serving.index, serving.image_encoder.identity):
        enqueue("update_index")
    db.session.commit()
    return True


def follow_the_active_index() -> bool:
    """When another index was swapped in, load its encoders here, so that no visitor waits for them."""
    return wiring().serving is not None


def purge_lapsed_photos() -> bool:
    """Every minute: erase the photos past their time."""
    adapters = wiring()
    return adapters.photo_purger.erase_lapsed(adapters.retention_policy, now()).total > 0


def queue_the_nightly_purge() -> bool:
    """Once a night, or as soon as the server runs again after a missed one; tried again an hour after a failure."""
    settings = wiring().settings
    due = next_purge_at(now(), hour=settings.purge_hour, zone=ZoneInfo(settings.time_zone)) <= now()
    if due and not failed_since("purge_lapsed", now() - _AFTER_A_FAILURE):
        enqueue("purge_lapsed")
        db.session.commit()
    return due


def send_letters() -> bool:
    """Send the letters that wait."""
    return send_waiting_letters(wiring().mailer, keys=wiring().keys) > 0


def count_what_was_looked_for() -> bool:
    """Write the searches of the last moment into the statistics."""
    return count_waiting_searches(wiring().searches) > 0


def drop_lapsed_of_accounts() -> bool:
    """Every minute: drop ended sessions, old links, forgotten tries, accounts that were never confirmed."""
    dropped = drop_what_lapsed(limits=wiring().session_limits, keys=wiring().keys)
    db.session.commit()
    return any(astuple(dropped))


def run_next_job(tasks: Collection[str] | None = None) -> bool:
    """Run one job of the queue to its end, of these tasks or of any; say whether there was one."""
    job = claim_next(tasks)
    if job is None:
        return False
    job_id, task, arguments = job.id, job.task, dict(job.arguments)
    progress = JobProgress(job_id)
    try:
        with pulse_of(job_id):
            outcome = TASKS[task](progress, **arguments)
    except Exception as error:  # noqa: BLE001 - whatever a task raises is why the job failed
        db.session.rollback()
        finish(job_id, JobState.FAILED, problem=f"{type(error).__name__}: {error}")
        _log.exception("job %d (%s) failed", job_id, task)
        return True
    finish(job_id, JobState.CANCELLED if progress.should_stop() else JobState.DONE, outcome=outcome)
    return True
