"""Feeds in: a file is sent, its columns are named, it is checked as a whole, imported in the background, undone."""

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as BaseResponse

from accounts.permissions import Permission
from catalog.errors import AnotherImportRuns, FeedMovedOn, FeedUnreadable
from catalog.feed_guessing import guess_mapping
from catalog.feed_models import FeedState, FeedUpload
from catalog.feed_reading import ARCHIVE_NAMES, CSV_NAMES, JSON_LINES_NAMES, XML_NAMES
from catalog.feed_schedules import failing_schedules
from catalog.feed_uploads import (
    PROBLEMS_SHOWN,
    FeedFiles,
    discard,
    left_by_undo,
    preview_of,
    problems_of_check,
    receive_feed,
    runs_of,
    upload_by_id,
    upload_in_import,
    uploads,
)
from catalog.history import change_count
from catalog.import_report import Rejection, reasons_by_field, rejections_as_csv, rejections_of, table_as_csv
from catalog.models import ImportRun
from catalog.saved_mappings import saved_mapping, saved_mappings
from privacy.audit_notes import note
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.feed_changes import changes_of_row
from webapp.admin.feed_columns import (
    column_choices,
    document_of,
    field_rows,
    missing_columns,
    problems_of,
    title_of,
    unused_columns,
)
from webapp.admin.feed_mappings import LONGEST_LABEL, keep_and_say
from webapp.admin.history_words import left_words
from webapp.admin.routes import admin
from webapp.errors import answer_error, answer_for
from webapp.feed_words import in_words
from webapp.feeds import ask_for_check, ask_for_import, ask_for_undo, ask_to_stop, settle_feeds
from webapp.filters import whole_number
from webapp.jobs.models import Job
from webapp.presenting import money_words
from webapp.uploads import brings_a_feed
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_LONGEST_STEM = 100
_LEFT_SHOWN = 100
_KINDS = CSV_NAMES + JSON_LINES_NAMES + XML_NAMES + ARCHIVE_NAMES


@admin.get("/feeds")
@permission_required(Permission.IMPORT_FEEDS)
def feeds() -> str:
    """A form for the next feed, and the latest ones."""
    return _feeds_page()


@admin.post("/feeds")
@permission_required(Permission.IMPORT_FEEDS)
def take_feed() -> BaseResponse | tuple[str, int]:
    """Keep the file, and ask what its columns mean; one that cannot be read is refused with the reason."""
    sent = request.files.get("feed")
    if sent is None or not sent.filename:
        return _feeds_page(problem=_("Choose the feed’s file first.")), 400
    try:
        upload = receive_feed(sent.stream, _file_name(sent.filename), feeds_folder=_folder())
    except FeedUnreadable as error:
        db.session.rollback()
        return _feeds_page(problem=in_words(str(error))), 422
    _note("feed_received", upload, bytes=upload.size_bytes)
    db.session.commit()
    saved_id = request.form.get("saved") or None
    return redirect(url_for(".feed_mapping", upload_id=upload.id, saved=saved_id), code=303)


@admin.errorhandler(RequestEntityTooLarge)
def feed_too_large(error: RequestEntityTooLarge) -> tuple[Response | str, int]:
    """Say it of a feed beside the form that sent it; for any other page the general answer stands."""
    if not brings_a_feed(request):
        return answer_error(error)
    db.session.rollback()
    words = _("The file is over the limit of %(megabytes)s MB. Send it in parts.", megabytes=_max_megabytes())
    return _feeds_page(problem=words), 413


@admin.errorhandler(FeedMovedOn)
@admin.errorhandler(AnotherImportRuns)
def feed_stands_otherwise(error: FeedMovedOn | AnotherImportRuns) -> BaseResponse | tuple[Response | str, int]:
    """Show where the feed stands by now, which may be what was wanted (a button pressed twice, an older tab)."""
    number = (request.view_args or {}).get("upload_id")
    if number is None:
        return answer_error(error)
    db.session.rollback()
    flash(str(answer_for(error).words), "warning")
    return redirect(url_for(".feed", upload_id=number), code=303)


@admin.get("/feeds/<int:upload_id>/mapping")
@permission_required(Permission.IMPORT_FEEDS)
def feed_mapping(upload_id: int) -> str | BaseResponse:
    """What each column of the feed means: as guessed, as saved under a name, or as chosen before."""
    upload = upload_by_id(upload_id)
    if upload.state not in (FeedState.UPLOADED, FeedState.CHECKED):
        return redirect(url_for(".feed", upload_id=upload_id))
    chosen = request.args.get("saved", "")
    saved, sample = saved_mapping(chosen), _files(upload).sample()
    document = saved.document if saved else upload.mapping or guess_mapping(sample)
    problems = missing_columns(document, sample.columns)
    if chosen and saved is None:
        problems["saved"] = _("These saved columns are no longer there. What stands below was found without them.")
    return _mapping_page(upload, document, problems)


@admin.post("/feeds/<int:upload_id>/mapping")
@permission_required(Permission.IMPORT_FEEDS)
def choose_mapping(upload_id: int) -> BaseResponse | tuple[str, int]:
    """Take what the form says of the columns: check the whole feed with it, or keep it under a name."""
    upload = upload_by_id(upload_id)
    saved_id = request.form.get("saved", "")
    saved = saved_mapping(saved_id)
    columns = _files(upload).sample().columns
    document = document_of(request.form, columns, saved.document if saved else upload.mapping)
    problems = problems_of(document, columns)
    if saved_id and saved is None:
        problems["saved"] = _(
            "The saved columns were deleted meanwhile. What you chose stands below; look again at what only they knew: "
            "their rules, and their translations of values."
        )
    if request.form.get("act") == "save" and not problems:
        problems = _save_mapping(document)
    if problems:
        return _mapping_page(upload, document, problems), 400
    if request.form.get("act") == "save":
        upload.mapping = document
        db.session.commit()
        return redirect(url_for(".feed_mapping", upload_id=upload_id), code=303)
    ask_for_check(upload, document)
    db.session.commit()
    return redirect(url_for(".feed", upload_id=upload_id), code=303)


@admin.get("/feeds/<int:upload_id>")
@permission_required(Permission.IMPORT_FEEDS)
def feed(upload_id: int) -> str | BaseResponse:
    """Where a feed stands: what its check found, how far its import is, what it did."""
    settle_feeds()
    upload = upload_by_id(upload_id)
    if upload.state == FeedState.UPLOADED and not upload.problem:
        return redirect(url_for(".feed_mapping", upload_id=upload_id))
    preview = preview_of(upload, feeds_folder=_folder())
    return render_template(
        "admin/feed.html",
        upload=upload,
        job=db.session.get(Job, upload.job_id) if upload.is_in_work and upload.job_id else None,
        run=db.session.get(ImportRun, upload.run_id) if upload.run_id else None,
        has_history=change_count(upload.batch) > 0,
        importing=upload_in_import(),
        preview=preview,
        problems=list(rejections_of(upload.run_id, limit=PROBLEMS_SHOWN)) if upload.run_id else preview.problems,
        reasons=reasons_by_field(upload.run_id) if upload.run_id else preview.reasons,
        field_title=title_of,
        in_words=in_words,
        price_in_words=money_words,
        changes_of_row=changes_of_row,
        left=list(islice(left_by_undo(upload, feeds_folder=_folder()), _LEFT_SHOWN + 1)) if upload.left_alone else [],
        left_shown=_LEFT_SHOWN,
        left_words=left_words,
    )


@admin.post("/feeds/<int:upload_id>/import")
@permission_required(Permission.IMPORT_FEEDS)
def import_feed(upload_id: int) -> BaseResponse:
    """Begin the import in the background, or go on with a paused one."""
    upload = upload_by_id(upload_id)
    ask_for_import(upload, actor=current_visitor().pseudonym, role=current_user.role)
    _note("import_begun", upload)
    return _to_feed(upload)


@admin.post("/feeds/<int:upload_id>/stop")
@permission_required(Permission.IMPORT_FEEDS)
def stop_feed(upload_id: int) -> BaseResponse:
    """Let the check, import or undo stop at its next step; `as` says whether an import is paused or cancelled."""
    upload = upload_by_id(upload_id)
    ends_as = FeedState.CANCELLED if request.form.get("as") == FeedState.CANCELLED else FeedState.PAUSED
    ask_to_stop(upload, ends_as=ends_as)
    _note("import_stopped", upload, state=ends_as.value)
    flash(_("It stops at its next step."), "info")
    return _to_feed(upload)


@admin.post("/feeds/<int:upload_id>/discard")
@permission_required(Permission.IMPORT_FEEDS)
def discard_feed(upload_id: int) -> BaseResponse:
    """Remove the file of a feed that waits; what was imported of it stays, and can be undone."""
    upload = upload_by_id(upload_id)
    discard(upload, feeds_folder=_folder())
    _note("feed_discarded", upload)
    db.session.commit()
    flash(_("The feed’s file is removed."), "success")
    return redirect(url_for(".feeds"), code=303)


@admin.post("/feeds/<int:upload_id>/undo")
@permission_required(Permission.IMPORT_FEEDS)
def undo_feed(upload_id: int) -> BaseResponse:
    """Put back, in the background, all that the import changed and nobody changed since."""
    upload = upload_by_id(upload_id)
    ask_for_undo(upload, actor=current_visitor().pseudonym, role=current_user.role)
    _note("import_undone", upload)
    return _to_feed(upload)


@admin.get("/feeds/<int:upload_id>/problems.csv")
@permission_required(Permission.IMPORT_FEEDS)
def feed_problems(upload_id: int) -> Response:
    """Every reason against a row, for a spreadsheet: of the import, or before it of the check."""
    upload = upload_by_id(upload_id)
    found = rejections_of(upload.run_id) if upload.run_id else problems_of_check(upload, feeds_folder=_folder())
    titles = (_("Row"), _("SKU"), _("Field"), _("Reason"))
    return _csv(rejections_as_csv(map(_worded, found), titles), f"feed-{upload_id}-problems.csv")


@admin.get("/feeds/<int:upload_id>/left-alone.csv")
@permission_required(Permission.IMPORT_FEEDS)
def feed_left_alone(upload_id: int) -> Response:
    """Every product that the undo of the import left alone, for a spreadsheet."""
    upload = upload_by_id(upload_id)
    left = left_by_undo(upload, feeds_folder=_folder())
    lines = table_as_csv((_("SKU"), _("Changed since")), ((each.sku, left_words(each)) for each in left))
    return _csv(lines, f"feed-{upload_id}-left-alone.csv")


def _csv(lines: Iterator[str], name: str) -> Response:
    response = Response(stream_with_context(_with_mark(lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file_name(sent: str) -> str:
    """A plain name that keeps the ending, which says what kind of feed it is, whatever alphabet the rest is in."""
    name = PurePosixPath(sent.replace("\\", "/"))
    stem, ending = secure_filename(name.stem)[:_LONGEST_STEM] or "feed", secure_filename(name.suffix)[:10]
    return f"{stem}.{ending}" if ending else stem


def _worded(rejection: Rejection) -> Rejection:
    return Rejection(rejection.row_number, rejection.sku, title_of(rejection.field), in_words(rejection.reason))


def _with_mark(lines: Iterator[str]) -> Iterator[str]:
    """Behind a byte order mark, without which spreadsheets take UTF-8 for something else."""
    yield "\ufeff"
    yield from lines


def _feeds_page(*, problem: str = "") -> str:
    settle_feeds()
    page = uploads(page=whole_number(request.args, "page", default=1, lowest=1, highest=1_000_000))
    return render_template(
        "admin/feeds.html",
        page=page,
        runs=runs_of(page.items),
        failing=failing_schedules(),
        saved=saved_mappings(),
        problem=problem,
        kinds=", ".join(_KINDS),
        max_megabytes=_max_megabytes(),
        in_words=in_words,
    )


def _max_megabytes() -> str:
    return str(format_decimal(wiring().settings.max_feed_bytes // 1_000_000))


def _mapping_page(upload: FeedUpload, document: dict[str, Any], problems: dict[str, str]) -> str:
    sample, chosen = _files(upload).sample(), request.values.get("saved", "")
    return render_template(
        "admin/feed_mapping.html",
        upload=upload,
        document=document,
        fields=field_rows(document, sample.columns, problems),
        columns=column_choices(sample),
        is_google=sample.is_google,
        unused=unused_columns(document, sample),
        problems=problems,
        saved=saved_mappings(),
        saved_id=chosen if "saved" not in problems else "",
        in_words=in_words,
    )


def _save_mapping(document: dict[str, Any]) -> dict[str, str]:
    """Keep the mapping under the form's name, in place of one that had it; return what is wrong."""
    label = " ".join(request.form.get("label", "").split())
    if not 1 <= len(label) <= LONGEST_LABEL:
        return {"label": _("Give a name of at most %(most)d characters.", most=LONGEST_LABEL)}
    keep_and_say(label, document)
    return {}


def _files(upload: FeedUpload) -> FeedFiles:
    return FeedFiles.of(upload, _folder())


def _folder() -> Any:
    return wiring().settings.feeds_folder


def _note(act: str, upload: FeedUpload, **details: str | int) -> None:
    note(f"catalogue.{act}", actor=current_visitor().pseudonym, details={"feed": upload.id, **details})


def _to_feed(upload: FeedUpload) -> BaseResponse:
    db.session.commit()
    return redirect(url_for(".feed", upload_id=upload.id), code=303)
