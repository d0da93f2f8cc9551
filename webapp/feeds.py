"""Feeds in the background: what the desk asks for becomes a job, and what a job leaves is put in order."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from catalog.errors import FeedMovedOn
from catalog.feed_models import IN_WORK, FeedState, FeedUpload
from catalog.feed_schedules import fetch_scheduled, schedule_by_id, take_due_schedules
from catalog.feed_uploads import (
    FeedFiles,
    begin_check,
    begin_import,
    begin_undo,
    check_upload,
    import_behind,
    import_upload,
    keep_left_alone,
    remove_forgotten,
    runs_of,
    undo_upload,
)
from catalog.history import UndoReport
from privacy.audit_notes import SYSTEM, note
from storage.database import db, now
from webapp.jobs.models import Job, JobState, Outcome
from webapp.jobs.queue import JobProgress, enqueue, enqueue_after_a_change, request_cancel
from webapp.wiring import wiring

_STATE_WITHOUT_JOB = {
    FeedState.CHECKING: FeedState.UPLOADED,
    FeedState.IMPORTING: FeedState.PAUSED,
    FeedState.UNDOING: FeedState.FINISHED,
}


def ask_for_check(upload: FeedUpload, document: Mapping[str, Any]) -> None:
    """Queue the check of a feed with this mapping. Raises MappingError, FeedMovedOn; does not commit."""
    begin_check(upload, document)
    upload.job_id = enqueue("check_feed", upload_id=upload.id).id


def ask_for_import(upload: FeedUpload, *, actor: str, role: str) -> None:
    """Queue the import, or its going on. Raises AnotherImportRuns, FeedMovedOn; does not commit."""
    begin_import(upload)
    upload.job_id = enqueue("import_feed", upload_id=upload.id, actor=actor, role=role).id


def ask_for_undo(upload: FeedUpload, *, actor: str, role: str) -> None:
    """Queue the undo of an import. Raises FeedMovedOn; does not commit."""
    begin_undo(upload)
    upload.job_id = enqueue("undo_feed_import", upload_id=upload.id, actor=actor, role=role).id


def ask_to_stop(upload: FeedUpload, *, ends_as: FeedState) -> None:
    """Let the job that has the feed in hand stop at its next step; an import is then paused or cancelled.

    Raises FeedMovedOn when none has it in hand any more.
    """
    if not upload.is_in_work:
        raise FeedMovedOn(upload.state)
    upload.ends_as = ends_as
    if upload.job_id is not None:
        request_cancel(upload.job_id)
    db.session.flush()


def check_feed(progress: JobProgress, *, upload_id: int) -> Outcome:
    """Go over an uploaded feed; the counts are the upload's."""
    upload = check_upload(
        upload_id,
        feeds_folder=wiring().settings.feeds_folder,
        blobs=wiring().blobs,
        web=wiring().web_pictures,
        on_progress=progress.report,
        should_stop=progress.should_stop,
    )
    return {
        "problem": upload.problem,
        "state": upload.state,
        "rows": upload.rows_total,
        "rejected": upload.rows_rejected,
    }


def import_feed(progress: JobProgress, *, upload_id: int, actor: str, role: str) -> Outcome:
    """Import an uploaded feed; what is new is embedded by another job then."""
    upload = import_upload(
        upload_id,
        actor=actor,
        role=role,
        feeds_folder=wiring().settings.feeds_folder,
        blobs=wiring().blobs,
        web=wiring().web_pictures,
        limits=wiring().fetch_limits,
        on_progress=progress.report,
        should_stop=progress.should_stop,
    )
    _bring_index_up_to_date()
    run = runs_of([upload]).get(upload.run_id or 0)
    counts = {name: getattr(run, name) for name in ("created", "updated", "unchanged", "rejected")} if run else {}
    return {"problem": upload.problem, "state": upload.state, **counts}


def undo_feed_import(progress: JobProgress, *, upload_id: int, actor: str, role: str) -> Outcome:
    """Undo the import of a feed."""
    upload = undo_upload(
        upload_id,
        actor=actor,
        role=role,
        feeds_folder=wiring().settings.feeds_folder,
        on_progress=progress.report_written,
        should_stop=progress.should_stop,
    )
    _bring_index_up_to_date()
    finished = upload.state == FeedState.UNDONE
    return {"finished": finished, "put_back": upload.put_back, "left_alone": upload.left_alone}


def follow_undo(batch: str, report: UndoReport) -> None:
    """After an undo of an act on the history's pages: its feed says so, where the act was an undo of a feed's import.

    Does not commit.
    """
    upload, undos = import_behind(batch)
    if upload is None or upload.is_in_work or not report.put_back:
        return
    if undos % 2:
        # The import stands again, and can be undone again.
        upload.state = FeedState.FINISHED
        upload.put_back, upload.left_alone = max(0, upload.put_back - report.put_back), 0
    else:
        upload.put_back, upload.left_alone = upload.put_back + report.put_back, report.left_alone
        if report.finished and _was_undone_to_its_end(upload):
            upload.state = FeedState.UNDONE
    keep_left_alone(upload, report.examples if upload.left_alone else (), feeds_folder=wiring().settings.feeds_folder)


def _was_undone_to_its_end(upload: FeedUpload) -> bool:
    job = db.session.get(Job, upload.job_id) if upload.job_id else None
    return job is not None and job.task == "undo_feed_import" and job.state == JobState.DONE


def fetch_feed(progress: JobProgress, *, schedule_id: int) -> Outcome:
    """Fetch the feed of a schedule; its import is the next job."""
    schedule, settings = schedule_by_id(schedule_id), wiring().settings
    upload = fetch_scheduled(
        schedule,
        fetcher=wiring().fetcher,
        feeds_folder=settings.feeds_folder,
        max_bytes=settings.max_feed_bytes,
        on_bytes=lambda size: progress.report(size, settings.max_feed_bytes),
    )
    if upload is not None:
        upload.job_id = enqueue("import_feed", upload_id=upload.id, actor=SYSTEM, role="").id
        for act in ("catalogue.feed_received", "catalogue.import_begun"):
            note(act, actor=SYSTEM, details={"feed": upload.id, "schedule": schedule.id})
    db.session.commit()
    return {"problem": schedule.last_problem, "bytes": upload.size_bytes if upload else 0}


def look_after_feeds() -> bool:
    """Every minute: fetch what is due, put in order what jobs left, remove the files that nobody imported."""
    settle_feeds()
    for schedule_id in take_due_schedules(now(), wiring().zone):
        enqueue("fetch_feed", schedule_id=schedule_id)
    db.session.commit()
    return remove_forgotten(feeds_folder=wiring().settings.feeds_folder, at=now()) > 0


def settle_feeds() -> None:
    """Give a feed whose job is over (cancelled before it began, or failed) a state to act on; commits."""
    for upload in db.session.scalars(select(FeedUpload).where(FeedUpload.state.in_(IN_WORK))):
        job = db.session.get(Job, upload.job_id) if upload.job_id else None
        if job is None or not job.is_open:
            _settle(upload, job)
    db.session.commit()


def _settle(upload: FeedUpload, job: Job | None) -> None:
    was_stopped = upload.state == FeedState.IMPORTING and job is not None and job.state == JobState.CANCELLED
    upload.state = FeedState(upload.ends_as) if was_stopped else _STATE_WITHOUT_JOB[FeedState(upload.state)]
    if upload.state == FeedState.CANCELLED:
        upload.ended_at = now()
        FeedFiles.of(upload, wiring().settings.feeds_folder).remove()
    if job is not None and job.state == JobState.FAILED:
        upload.problem = job.result


def _bring_index_up_to_date() -> None:
    enqueue_after_a_change("update_index", rebuild=False)
    db.session.commit()
