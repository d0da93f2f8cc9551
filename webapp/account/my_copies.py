"""Copies of one's data: asked for, made in the background, downloaded after the password, erased."""

from dataclasses import dataclass

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from accounts.credentials import require_password
from accounts.errors import TooManyAttempts, WrongCredentials
from accounts.people import account_with_id
from privacy.archive_errors import ArchiveError, ArchiveNotFound
from privacy.audit_notes import note
from privacy.rights_errors import RequestError
from privacy.rights_models import ArchiveKind, ArchiveState, PersonalArchive
from storage.database import db
from webapp.account.blueprint import account
from webapp.errors import answer_for
from webapp.exports import ask_for_export
from webapp.i18n import current_language
from webapp.jobs.models import Job
from webapp.visitor import current_visitor
from webapp.wiring import wiring


@dataclass(frozen=True)
class ShownArchive:
    """An archive and the job that works on it, as pages show them."""

    archive: PersonalArchive
    job: Job | None

    @property
    def is_being_made(self) -> bool:
        return self.archive.state == ArchiveState.PREPARING and self.job is not None and self.job.is_open

    @property
    def has_failed(self) -> bool:
        """Say whether it came to nothing, or was stopped before it could say so."""
        return self.archive.state == ArchiveState.FAILED or (
            self.archive.state == ArchiveState.PREPARING and not self.is_being_made
        )


def shown_archives(kind: ArchiveKind) -> list[ShownArchive]:
    """Return one's own archives that have not lapsed, newest first."""
    archives = wiring().archives
    own = archives.of_person(current_visitor().pseudonym, kind)
    live = [archive for archive in own if not archives.has_lapsed(archive)]
    return [ShownArchive(archive, db.session.get(Job, archive.job_id) if archive.job_id else None) for archive in live]


@account.post("/my-data/copies")
@login_required  # type: ignore[untyped-decorator]
def ask_for_copy() -> Response:
    """Have a copy of all one's data made; one that is being made already is shown instead."""
    me = current_visitor().pseudonym
    ask_for_export(me, language=current_language(), actor=me)
    db.session.commit()
    return _back()


@account.get("/my-data/copies/<archive_id>/progress")
@login_required  # type: ignore[untyped-decorator]
def copy_progress(archive_id: str) -> dict[str, object]:
    """How far the making of a copy (or the taking over of one) is, for the page's script."""
    archive = db.session.get(PersonalArchive, archive_id)
    if archive is None or archive.pseudonym != current_visitor().pseudonym:
        raise ArchiveNotFound
    job = db.session.get(Job, archive.job_id) if archive.job_id else None
    if job is None:
        return {"open": False, "done": 0, "total": 0, "percent": 0}
    return {"open": job.is_open, "done": job.done, "total": job.total, "percent": job.percent}


@account.post("/my-data/copies/<archive_id>/download")
@login_required  # type: ignore[untyped-decorator]
def download_copy(archive_id: str) -> Response | tuple[str, int]:
    """Hand the copy to its owner, who types the password again: a borrowed browser is not enough."""
    from webapp.account.my_data import my_data_page

    me = current_visitor().pseudonym
    archive = wiring().archives.find(archive_id, pseudonym=me, kind=ArchiveKind.EXPORT)
    try:
        password = request.form.get("password", "")[:200]
        require_password(account_with_id(current_user.account_id), password, wiring().account_desk)
        content = wiring().archives.content_of(archive)
    except (WrongCredentials, TooManyAttempts, ArchiveError, RequestError) as error:
        db.session.rollback()
        if isinstance(error, WrongCredentials):
            note("export.download_refused", actor=me, subject=me)
            db.session.commit()
        answer = answer_for(error)
        flash(_("The password is wrong.") if isinstance(error, WrongCredentials) else answer.words, "danger")
        return my_data_page(), answer.status
    note("export.downloaded", actor=me, subject=me)
    db.session.commit()
    response = make_response(content)
    response.mimetype = "application/zip"
    name = f"fashion-insta-{archive.created_at:%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@account.post("/my-data/copies/<archive_id>/erase")
@login_required  # type: ignore[untyped-decorator]
def erase_copy(archive_id: str) -> Response:
    """Erase a copy before its time."""
    me = current_visitor().pseudonym
    wiring().archives.erase(wiring().archives.find(archive_id, pseudonym=me, kind=ArchiveKind.EXPORT), actor=me)
    db.session.commit()
    flash(_("The copy is erased."), "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("account.my_data", _anchor="copies"), code=303)
