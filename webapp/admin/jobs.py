"""The catalogue's background jobs: the latest, one with its progress and report, and stopping it."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.bulk_edit import read_bulk_edit
from catalog.history_reading import find_act
from privacy.audit_notes import note
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.job_words import job_words
from webapp.admin.list_words import bulk_words
from webapp.admin.routes import admin
from webapp.jobs.models import Job
from webapp.jobs.queue import latest_jobs, request_cancel
from webapp.jobs.tasks import CATALOGUE_TASKS
from webapp.visitor import current_visitor

_JOBS_SHOWN = 50


@admin.get("/jobs")
@permission_required(Permission.READ_CATALOGUE)
def jobs() -> str:
    """The latest background jobs of the catalogue."""
    return render_template("admin/jobs.html", jobs=latest_jobs(_JOBS_SHOWN, CATALOGUE_TASKS))


@admin.get("/jobs/<int:job_id>")
@permission_required(Permission.READ_CATALOGUE)
def show_job(job_id: int) -> str:
    """One job's progress; the page renews itself while the job is open."""
    job = _job(job_id)
    told = job.arguments
    about = ""
    if job.task == "bulk_edit":
        about = bulk_words(read_bulk_edit(told["action"], told["value"], told.get("ending", "")), told["value"])
    done = find_act(str(told.get("batch", "")))
    return render_template("admin/job.html", job=job, about=about, act=done, said=job_words(job))


@admin.get("/jobs/<int:job_id>/progress")
@permission_required(Permission.READ_CATALOGUE)
def job_progress(job_id: int) -> dict[str, object]:
    """The same as JSON, for the page's script."""
    job = _job(job_id)
    said: dict[str, object] = {"state": job.state, "done": job.done, "total": job.total, "percent": job.percent}
    return said | {"open": job.is_open, "silent": job.is_silent}


@admin.post("/jobs/<int:job_id>/cancel")
@permission_required(Permission.EDIT_CATALOGUE)
def cancel_job(job_id: int) -> Response:
    """Ask the job to stop at its next step."""
    job = _job(job_id)
    request_cancel(job.id)
    note("catalogue.job_stopped", actor=current_visitor().pseudonym, details={"job": job.id, "task": job.task})
    db.session.commit()
    flash(_("The job stops at its next step."), "info")
    return redirect(url_for(".show_job", job_id=job_id), code=303)


def _job(job_id: int) -> Job:
    job = db.session.get(Job, job_id)
    return job if job and job.task in CATALOGUE_TASKS else abort(404)
