"""Feeds in the background: what the desk asks for becomes a job, and what a job leaves is put in order."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from catalog.feed_models import IN_WORK, FeedState, FeedUpload
from catalog.feed_uploads import (
    FeedFiles,
    begin_check,
    begin_import,
    begin_undo,
    check_upload,
    import_upload,
    remove_forgotten,
    undo_upload,
)
from storage.database import db, now
from webapp.jobs.models import Job, JobState
from webapp.jobs.queue import JobProgress, enqueue, request_cancel
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
    """Let the job that has the feed in hand stop at its next step; an import is then paused or cancelled."""
    upload.ends_as = ends_as
    if upload.job_id is not None:
        request_cancel(upload.job_id)
    db.session.flush()


def check_feed(progress: JobProgress, *, upload_id: int) -> str:
    """Go over an uploaded feed; the counts are the upload's."""
    upload = check_upload(
        upload_id,
        feeds_folder=wiring().settings.feeds_folder,
        on_progress=progress.report,
        should_stop=progress.should_stop,
    )
    return f"{upload.rows_total} rows, {upload.rows_rejected} rejected" if upload.rows_total else upload.problem


def import_feed(progress: JobProgress, *, upload_id: int, actor: str, role: str) -> str:
    """Import an uploaded feed; what is new is embedded by another job then."""
    upload = import_upload(
        upload_id,
        actor=actor,
        role=role,
        feeds_folder=wiring().settings.feeds_folder,
        blobs=wiring().blobs,
        on_progress=progress.report,
        should_stop=progress.should_stop,
    )
    _bring_index_up_to_date()
    return upload.problem or str(upload.state)


def undo_feed_import(progress: JobProgress, *, upload_id: int, actor: str, role: str) -> str:
    """Undo the import of a feed."""
    upload = undo_upload(
        upload_id, actor=actor, role=role, on_progress=progress.report, should_stop=progress.should_stop
    )
    _bring_index_up_to_date()
    return f"{upload.put_back} put back, {upload.left_alone} left alone"


def look_after_feeds() -> bool:
    """Every minute: put in order what jobs left, and remove the files of feeds that nobody imported."""
    settle_feeds()
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
    enqueue("update_index", rebuild=False)
    db.session.commit()
