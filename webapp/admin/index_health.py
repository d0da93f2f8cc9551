"""The desk's page of the search index: how it is, and new builds, other encoders and the way back."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.products import products_of_images
from privacy.audit_notes import note
from recommender.errors import RecommenderError
from recommender.index_health import (
    Coverage,
    IndexBuild,
    Latency,
    coverage_of,
    measure_latency,
    stored_by_encoder,
)
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.routes import admin
from webapp.errors import BadRequestValue
from webapp.jobs.models import Job
from webapp.jobs.queue import enqueue, latest_jobs
from webapp.jobs.tasks import INDEX_TASKS
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_WAITING_NAMED = 8
_JOBS_SHOWN = 8


@dataclass(frozen=True)
class IndexHealth:
    """What the page shows."""

    coverage: Coverage
    builds: tuple[IndexBuild, ...]
    """The active one first, then the one that a rollback would take."""
    latency: Latency | None
    waiting_skus: tuple[str, ...]
    stored: dict[str, int]
    encoders: tuple[str, ...]
    jobs: list[Job]

    @property
    def active(self) -> IndexBuild | None:
        return self.builds[0] if self.builds else None

    @property
    def earlier(self) -> IndexBuild | None:
        return self.builds[1] if len(self.builds) > 1 else None

    @property
    def open_job(self) -> Job | None:
        """The job that changes the index now, or waits to; the oldest of several."""
        return next((job for job in reversed(self.jobs) if job.is_open), None)

    @property
    def failed_job(self) -> Job | None:
        """The latest job, if it ended badly: then the index is as it was before it."""
        ended = next((job for job in self.jobs if not job.is_open), None)
        return ended if ended and ended.state == "failed" else None


@admin.get("/index")
@permission_required(Permission.RUN_INDEX)
def index_health() -> str:
    """Show how the index is, measured while the page is made."""
    return render_template("admin/index_health.html", health=_health(), chosen=wiring().settings.encoder)


@admin.post("/index/update")
@permission_required(Permission.RUN_INDEX)
def update_index() -> Response:
    """Queue an update of the index, or with `rebuild` a new one beside it, with `encoder` one of another encoder."""
    encoder = request.form.get("encoder", "")
    if encoder and encoder not in wiring().settings.encoders_on_offer:
        raise BadRequestValue(
            "encoder", _("Choose one of %(allowed)s.", allowed=", ".join(wiring().settings.encoders_on_offer))
        )
    rebuild = request.form.get("rebuild") == "1"
    more = {"encoder": encoder} if rebuild and encoder not in ("", wiring().settings.encoder) else {}
    job = enqueue("update_index", rebuild=rebuild, **more)
    return _asked(job, "catalogue.index_rebuild_asked" if rebuild else "catalogue.index_update_asked", more)


@admin.post("/index/rollback")
@permission_required(Permission.RUN_INDEX)
def roll_back_index() -> Response:
    """Queue the way back to the index before the last rebuild."""
    if len(wiring().index.builds()) < 2:
        flash(_("There is no earlier index to go back to."), "warning")
        return redirect(url_for(".index_health"), code=303)
    return _asked(enqueue("roll_back_index"), "catalogue.index_rollback_asked", {})


def _asked(job: Job, action: str, details: dict[str, str]) -> Response:
    note(action, actor=current_visitor().pseudonym, details={"job": job.id, **details})
    db.session.commit()
    return redirect(url_for(".show_job", job_id=job.id), code=303)


def _health() -> IndexHealth:
    adapters = wiring()
    coverage = coverage_of(adapters.index)
    first = [int(image_id) for image_id in coverage.waiting_ids[:_WAITING_NAMED]]
    return IndexHealth(
        coverage=coverage,
        builds=adapters.index.builds(),
        latency=_latency(),
        waiting_skus=tuple(dict.fromkeys(product.sku for product in products_of_images(first).values())),
        stored=stored_by_encoder(),
        encoders=adapters.settings.encoders_on_offer,
        jobs=latest_jobs(_JOBS_SHOWN, INDEX_TASKS),
    )


def _latency() -> Latency | None:
    try:
        return measure_latency(wiring().index)
    except RecommenderError:
        # The page says that no search is answered, and offers to build the index.
        return None
