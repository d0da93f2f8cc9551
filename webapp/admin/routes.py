"""The merchandiser's panel: the catalogue, the index, and background jobs."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.models import Role
from catalog.products import ProductFilter, facets, list_products
from recommender.errors import RecommenderError
from recommender.ports import IndexManifest
from storage.database import db
from webapp.account.session_user import role_required
from webapp.filters import filter_from, whole_number
from webapp.jobs.models import Job
from webapp.jobs.queue import enqueue, latest_jobs, request_cancel
from webapp.wiring import wiring

admin = Blueprint("admin", __name__, url_prefix="/admin")

_PRODUCTS_A_PAGE = 50
_JOBS_SHOWN = 10


@admin.get("/")
@role_required(Role.MERCHANDISER)
def catalogue() -> str:
    """The catalogue as a table, the state of the index, and the latest jobs."""
    wanted = filter_from(request.args)
    page = whole_number(request.args, "page", default=1, lowest=1, highest=100_000)
    return render_template(
        "admin/catalogue.html",
        page=list_products(wanted, page=page, page_size=_PRODUCTS_A_PAGE),
        wanted=wanted,
        facets=facets(wanted),
        total=list_products(ProductFilter(), page_size=1).total,
        manifest=_manifest(),
        jobs=latest_jobs(_JOBS_SHOWN),
    )


@admin.post("/index/update")
@role_required(Role.MERCHANDISER)
def update_index() -> Response:
    """Queue an update of the index, or with `rebuild` a new one from the stored embeddings."""
    job = enqueue("update_index", rebuild=request.form.get("rebuild") == "1")
    db.session.commit()
    return redirect(url_for(".show_job", job_id=job.id), code=303)


@admin.get("/jobs/<int:job_id>")
@role_required(Role.MERCHANDISER)
def show_job(job_id: int) -> str:
    """One job's progress; the page renews itself while the job is open."""
    return render_template("admin/job.html", job=_job(job_id))


@admin.get("/jobs/<int:job_id>/progress")
@role_required(Role.MERCHANDISER)
def job_progress(job_id: int) -> dict[str, object]:
    """The same as JSON, for the page's script."""
    job = _job(job_id)
    return {"state": job.state, "done": job.done, "total": job.total, "percent": job.percent, "open": job.is_open}


@admin.post("/jobs/<int:job_id>/cancel")
@role_required(Role.MERCHANDISER)
def cancel_job(job_id: int) -> Response:
    """Ask the job to stop at its next step."""
    request_cancel(_job(job_id).id)
    db.session.commit()
    flash(_("The job stops at its next step."), "info")
    return redirect(url_for(".show_job", job_id=job_id), code=303)


def _job(job_id: int) -> Job:
    return db.session.get(Job, job_id) or abort(404)


def _manifest() -> IndexManifest | None:
    try:
        return wiring().index.manifest
    except RecommenderError:
        # The page says that there is no usable index and offers to make one.
        return None
