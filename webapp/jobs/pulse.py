"""A running job's sign of life beside its own reports: one step may take minutes, when weights are loaded for instance.

Without it another process would take a slow job for a killed one's, and do it a second time beside the first.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

from flask import Flask, current_app
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from werkzeug.local import LocalProxy

from storage.database import db, now
from webapp.jobs.models import Job, JobState

BEAT_SECONDS = 10.0


@contextmanager
def pulse_of(job_id: int) -> Iterator[None]:
    """Note every few seconds that the process at work on this job lives, until the block ends."""
    app = cast("LocalProxy[Flask]", current_app)._get_current_object()
    ended = threading.Event()
    beating = threading.Thread(target=_beat, args=(app, job_id, ended), name=f"pulse-{job_id}", daemon=True)
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()


def _beat(app: Flask, job_id: int, ended: threading.Event) -> None:
    while not ended.wait(BEAT_SECONDS):
        # The job itself may hold the database; the next beat tries again.
        with app.app_context(), suppress(OperationalError):
            running = (Job.id == job_id, Job.state == JobState.RUNNING)
            db.session.execute(update(Job).where(*running).values(alive_at=now()))
            db.session.commit()
