"""Bring one's data along from another shop: send the copy, choose photo by photo what it may be used for."""

from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from privacy.archive_errors import ArchiveError, ArchiveNotFound
from privacy.audit_notes import note
from privacy.consent import Purpose, purposes_named, require_consent
from privacy.errors import PrivacyError
from privacy.export_format import ExportedPhoto
from privacy.import_archive import ReadArchive, picture_in, read_archive
from privacy.rights_models import ArchiveKind, ArchiveState, PersonalArchive
from storage.database import db
from webapp.account.blueprint import account
from webapp.account.my_copies import ShownArchive
from webapp.errors import BadRequestValue, answer_for, words_of_code
from webapp.i18n import current_language
from webapp.imports import begin_import, known_photos, sha256_of
from webapp.jobs.models import Job
from webapp.photo_consents import in_words, purposes_on_offer
from webapp.visitor import current_visitor
from webapp.wiring import wiring


@dataclass(frozen=True)
class OfferedPhoto:
    """A photo of the archive, as the page offers it."""

    number: int
    photo: ExportedPhoto
    is_here: bool
    """It is kept here already, so it cannot be chosen."""

    @property
    def labels(self) -> list[str]:
        return [garment.label for garment in self.photo.garments]


@account.get("/my-data/import")
@login_required  # type: ignore[untyped-decorator]
def bring_data() -> str:
    """The form that takes the other shop's ZIP."""
    return _form_page()


@account.post("/my-data/import")
@login_required  # type: ignore[untyped-decorator]
def take_import() -> Response | tuple[str, int]:
    """Look at the ZIP as a whole, keep it sealed for an hour, and ask for each photo; nothing of it is decoded."""
    me = current_visitor().pseudonym
    try:
        sent = request.files.get("archive")
        if sent is None or not sent.filename:
            raise BadRequestValue("archive", _("Choose the ZIP file first."))
        content = sent.read()
        archive = wiring().archives.begin_import(
            me, language=current_language(), content=content, photos=len(read_archive(content).photos)
        )
    except (ArchiveError, BadRequestValue) as error:
        db.session.rollback()
        if isinstance(error, ArchiveError):
            note("import.refused", actor=me, subject=me, details={"problem": error.code})
            db.session.commit()
        answer = answer_for(error)
        flash(answer.words, "danger")
        return _form_page(), answer.status
    db.session.commit()
    return redirect(url_for(".choose_import", archive_id=archive.id), code=303)


@account.get("/my-data/import/<archive_id>")
@login_required  # type: ignore[untyped-decorator]
def choose_import(archive_id: str) -> str:
    """The photos of the ZIP, each with the purposes to agree to, none ticked; or how far the taking over is."""
    return _choose_page(_own(archive_id))


@account.get("/my-data/import/<archive_id>/photos/<int:number>")
@login_required  # type: ignore[untyped-decorator]
def import_picture(archive_id: str, number: int) -> Response:
    """A photo of the ZIP, byte by byte as it came: the shop itself does not look at it before it may."""
    try:
        picture = picture_in(wiring().archives.content_of(_own(archive_id)), number)
    except IndexError as error:
        raise ArchiveNotFound from error
    response = make_response(picture)
    response.mimetype = "image/jpeg"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@account.post("/my-data/import/<archive_id>")
@login_required  # type: ignore[untyped-decorator]
def confirm_import(archive_id: str) -> Response | tuple[str, int]:
    """Take over what was chosen, in the background."""
    archive = _own(archive_id)
    try:
        begin_import(archive, _choices(archive), language=current_language())
    except (PrivacyError, BadRequestValue) as error:
        db.session.rollback()
        answer = answer_for(error)
        flash(answer.words, "danger")
        return _choose_page(_own(archive_id)), answer.status
    db.session.commit()
    return redirect(url_for(".choose_import", archive_id=archive_id), code=303)


@account.post("/my-data/import/<archive_id>/erase")
@login_required  # type: ignore[untyped-decorator]
def erase_import(archive_id: str) -> Response:
    """Let the ZIP go without taking anything over."""
    wiring().archives.erase(_own(archive_id), actor=current_visitor().pseudonym)
    db.session.commit()
    flash(_("The file is erased; nothing of it was taken over."), "success")
    return redirect(url_for(".my_data"), code=303)


def _own(archive_id: str) -> PersonalArchive:
    return wiring().archives.find(archive_id, pseudonym=current_visitor().pseudonym, kind=ArchiveKind.IMPORT)


def _read(archive: PersonalArchive) -> ReadArchive:
    return read_archive(wiring().archives.content_of(archive))


def _choices(archive: PersonalArchive) -> dict[int, list[Purpose]]:
    """Return what was ticked: number of the photo -> purposes. Raises ConsentMissing, UnknownPurpose."""
    offered, known = set(purposes_on_offer(current_visitor())), known_photos(archive.pseudonym)
    choices = {}
    for number, photo in enumerate(_read(archive).photos):
        purposes = purposes_named(request.form.getlist(f"photo-{number}")) & offered
        if purposes and sha256_of(photo) not in known:
            require_consent(purposes, Purpose.RECOMMENDATION)
            choices[number] = sorted(purposes)
    return choices


def _form_page() -> str:
    megabytes = wiring().settings.max_archive_bytes // 1_000_000
    return render_template("account/my_import.html", max_megabytes=megabytes)


def _choose_page(archive: PersonalArchive) -> str:
    shown = ShownArchive(archive, db.session.get(Job, archive.job_id) if archive.job_id else None)
    is_open = archive.state == ArchiveState.READY and not (shown.job and shown.job.is_open)
    known = known_photos(archive.pseudonym) if is_open else frozenset()
    photos = enumerate(_read(archive).photos) if is_open else ()
    return render_template(
        "account/choose_import.html",
        shown=shown,
        photos=[OfferedPhoto(number, photo, sha256_of(photo) in known) for number, photo in photos],
        purposes=in_words(purposes_on_offer(current_visitor())),
        ticked=request.form,
        problem=words_of_code(archive.problem) if archive.problem else "",
    )
