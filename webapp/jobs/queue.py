"""Put jobs in the queue, claim one, record its progress, ask it to stop."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, true, update

from storage.database import db, let_others_write, now
from webapp.jobs.models import Job, JobState, Outcome

# A running job whose process showed no sign of life for so long was killed: another process takes it up again.
ABANDONED_AFTER = timedelta(seconds=60)


def enqueue(task: str, **arguments: Any) -> Job:
    """Queue a task; an equal one that waits or runs already is returned instead. Flushes, does not commit."""
    return _queued(task, arguments, (JobState.QUEUED, JobState.RUNNING))


def enqueue_after_a_change(task: str, **arguments: Any) -> Job:
    """Queue a task that must see what this commit changes: an equal one that runs already may have looked before.

    An equal one that still waits is returned instead. Flushes, does not commit.
    """
    return _queued(task, arguments, (JobState.QUEUED,))


def _queued(task: str, arguments: dict[str, Any], counting: tuple[JobState, ...]) -> Job:
    for job in db.session.scalars(select(Job).filter_by(task=task).where(Job.state.in_(counting))):
        if job.arguments == arguments:
            return job
    job = Job(task=task, arguments=arguments)
    db.session.add(job)
    db.session.flush()
    return job


def latest_jobs(limit: int, tasks: Collection[str] | None = None) -> list[Job]:
    """Return the newest jobs, of these tasks or of any, newest first."""
    wanted = true() if tasks is None else Job.task.in_(tasks)
    return list(db.session.scalars(select(Job).where(wanted).order_by(Job.id.desc()).limit(limit)))


def open_job(task: str) -> Job | None:
    """Return the job of this task that waits or runs, or None."""
    return next(iter(open_jobs(task)), None)


def job_of_batch(batch: str, task: str = "bulk_edit") -> Job | None:
    """Return the latest job of this task that changes products under this batch, or None."""
    of_batch = Job.arguments["batch"].as_string() == batch
    return db.session.scalar(select(Job).filter_by(task=task).where(of_batch).order_by(Job.id.desc()).limit(1))


def open_jobs(task: str) -> list[Job]:
    """Return the jobs of this task that wait or run, the oldest first."""
    is_open = Job.state.in_((JobState.QUEUED.value, JobState.RUNNING.value))
    return list(db.session.scalars(select(Job).filter_by(task=task).where(is_open).order_by(Job.id)))


def failed_since(task: str, moment: datetime) -> bool:
    """Say whether a job of this task failed after `moment`."""
    failed = select(Job.id).filter_by(task=task, state=JobState.FAILED.value).where(Job.finished_at > moment)
    return db.session.scalar(failed.limit(1)) is not None


def last_one_failed(task: str) -> bool:
    """Say whether the latest job of this task that ended has failed."""
    ended = select(Job.state).filter_by(task=task).where(Job.finished_at.is_not(None))
    return db.session.scalar(ended.order_by(Job.finished_at.desc()).limit(1)) == JobState.FAILED.value


def claim_next(tasks: Collection[str] | None = None) -> Job | None:
    """Take the oldest waiting (or abandoned) job for this process, of these tasks or of any; commits.

    No other process takes it then.
    """
    due = or_(
        Job.state == JobState.QUEUED,
        (Job.state == JobState.RUNNING) & (Job.alive_at < now() - ABANDONED_AFTER),
    )
    wanted = true() if tasks is None else Job.task.in_(tasks)
    job_id = db.session.scalar(select(Job.id).where(due, wanted).order_by(Job.id).limit(1))
    if job_id is None:
        db.session.rollback()
        return None
    taken = update(Job).where(Job.id == job_id, due).values(state=JobState.RUNNING.value, alive_at=now())
    claimed = cast("CursorResult[Any]", db.session.execute(taken)).rowcount
    db.session.commit()
    return db.session.get(Job, job_id) if claimed else None


def request_cancel(job_id: int) -> None:
    """Ask a job to stop: one that waits is cancelled at once, one that runs stops at its next step. Flushes."""
    db.session.execute(update(Job).where(Job.id == job_id).values(cancel_requested=True))
    db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(state=JobState.CANCELLED.value, finished_at=now())
    )


def finish(job_id: int, state: JobState, *, outcome: Outcome | None = None, problem: str = "") -> None:
    """Record how a job ended: with what it did, or why it failed; commits."""
    values = {"state": state.value, "outcome": dict(outcome or {}), "result": problem, "finished_at": now()}
    db.session.execute(update(Job).where(Job.id == job_id).values(**values))
    db.session.commit()


class JobProgress:
    """What a running task reports to, and asks whether it should stop; writes at most twice a second."""

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self._written_at = now() - timedelta(seconds=1)
        self._cancelled = False

    def report(self, done: int, total: int) -> None:
        """Record that `done` of `total` steps are taken; commits."""
        if done < total and now() - self._written_at < timedelta(seconds=0.5):
            return
        self._written_at = now()
        db.session.execute(update(Job).where(Job.id == self._job_id).values(done=done, total=total, alive_at=now()))
        db.session.commit()
        self._cancelled = bool(db.session.scalar(select(Job.cancel_requested).where(Job.id == self._job_id)))

    def report_written(self, done: int, total: int) -> None:
        """The same, of a task that hardly does anything but write: others have their turn at the store, too."""
        self.report(done, total)
        let_others_write()

    def should_stop(self) -> bool:
        """Say whether a person asked the job to stop."""
        return self._cancelled
