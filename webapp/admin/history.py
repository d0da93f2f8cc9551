"""The history of products: who, what, when, and taking it back."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.feed_uploads import import_behind, upload_of_batch
from catalog.history import UndoReport, change_count, undo_batch
from catalog.history_reading import Act, act, acts, changes_of_act, changes_of_product
from catalog.listing import any_product
from privacy.audit_notes import note
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.history_words import actor_words, kind_words, left_words, shown_changes
from webapp.admin.routes import admin
from webapp.feeds import follow_undo
from webapp.filters import whole_number
from webapp.jobs.queue import enqueue, enqueue_after_a_change, job_of_batch
from webapp.visitor import current_visitor

UNDONE_AT_ONCE = 2000
"""More changes than that are undone by a background job."""
_WORDS = {"actor_words": actor_words, "kind_words": kind_words, "shown_changes": shown_changes}
_LEFT_NAMED = 5


@admin.get("/history")
@permission_required(Permission.READ_CATALOGUE)
def history() -> str:
    """All acts on products, newest first."""
    return render_template("admin/history.html", page=acts(page=_page()), **_WORDS)


@admin.get("/history/<batch>")
@permission_required(Permission.READ_CATALOGUE)
def show_act(batch: str) -> str:
    """What one act did to which product."""
    shown = act(batch)
    return render_template("admin/act.html", act=shown, page=changes_of_act(batch, page=_page()), **_WORDS)


@admin.get("/products/<sku>/history")
@permission_required(Permission.READ_CATALOGUE)
def product_history(sku: str) -> str:
    """What was done to one product, on sale or withdrawn."""
    found = any_product(sku)
    page = changes_of_product(found, page=_page())
    return render_template("admin/product_history.html", product=found, page=page, **_WORDS)


@admin.post("/history/<batch>/undo")
@permission_required(Permission.EDIT_CATALOGUE)
def undo(batch: str) -> Response:
    """Put back what is still as the act left it; a large one in the background, a feed's import on its page."""
    actor = current_visitor().pseudonym
    undone = act(batch)
    upload_id = upload_of_batch(batch)
    if upload_id is not None:
        # It may still run, and its page says how far it is undone.
        flash(_("The import of a feed is undone on its own page."), "info")
        return redirect(url_for(".feed", upload_id=upload_id), code=303)
    at_work = _who_is_at_work(undone)
    if at_work:
        flash(_("This change is still being made: stop it first, or wait for its end."), "warning")
        return redirect(at_work, code=303)
    note("catalogue.undone", actor=actor, details={"batch": batch})
    if change_count(batch) > UNDONE_AT_ONCE:
        job = enqueue("undo_changes", batch=batch, actor=actor, role=current_user.role.value)
        db.session.commit()
        return redirect(url_for(".show_job", job_id=job.id), code=303)
    report = undo_batch(batch, actor=actor, role=current_user.role.value)
    if report.put_back:
        enqueue_after_a_change("update_index", rebuild=False)
    follow_undo(batch, report)
    db.session.commit()
    _flash(report)
    return redirect(url_for(".show_act", batch=report.batch if report.put_back else batch), code=303)


def _who_is_at_work(undone: Act) -> str:
    """Return the page of what still makes this act, a large change or a large undo; empty when nothing does."""
    undoes = undone.batch.undoes
    job = job_of_batch(undone.batch.id) or (job_of_batch(undoes, "undo_changes") if undoes else None)
    if job and job.is_open:
        return url_for(".show_job", job_id=job.id)
    upload, _undos = import_behind(undone.batch.id)
    return url_for(".feed", upload_id=upload.id) if upload and upload.is_in_work else ""


def _flash(report: UndoReport) -> None:
    if report.put_back:
        words = ngettext("%(num)d product is as it was.", "%(num)d products are as they were.", report.put_back)
        flash(words, "success")
    if report.left_alone:
        named = "; ".join(f"{left.sku} ({left_words(left)})" for left in report.examples[:_LEFT_NAMED])
        words = ngettext(
            "%(num)d product was changed again since and is left so: %(named)s",
            "%(num)d products were changed again since and are left so: %(named)s",
            report.left_alone,
            named=named,
        )
        flash(words, "warning")
    if not report.put_back and not report.left_alone:
        flash(_("There was nothing to take back: all is as it was before."), "info")


def _page() -> int:
    return whole_number(request.args, "page", default=1, lowest=1, highest=1_000_000)
