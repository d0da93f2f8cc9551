"""Relevance panels: open one, judge its matches blind, close it with a dated report."""

import io
import re
from collections.abc import Iterator, Mapping

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from catalog.products import ProductFilter
from privacy.audit_notes import note
from recommender.insight import AGREED_RELEVANCE
from recommender.panel_models import RelevancePanel
from recommender.panel_report import PanelReport
from recommender.panels import (
    LONGEST_TITLE_CHARACTERS,
    MATCHES_OF_A_PHOTO,
    PanelPhoto,
    close_panel,
    delete_panel,
    judge,
    open_panel,
    panel_with,
    panels,
    progress_of,
    query_of,
    said_by,
    shuffled,
    testers,
)
from storage.database import db
from storage.errors import BadImage
from storage.images import encode_jpeg, shrink
from webapp.account.session_user import permission_required
from webapp.admin.routes import admin
from webapp.errors import BadRequestValue, answer_for
from webapp.filters import one_line
from webapp.photo_flow import StageTimes, see, shelf
from webapp.shop.looks import LOOKS_FOLDER, looks_on_offer
from webapp.shop.opinions import once_more_if_pressed_twice
from webapp.visitor import current_visitor
from webapp.wiring import serving, wiring

_MOST_PHOTOS = 20
_CROP_SIDE_PIXELS = 480
_GOOD = {"yes": True, "no": False}


@admin.get("/panels", endpoint="panels")
@permission_required(Permission.JUDGE_RELEVANCE)
def panels_page() -> str:
    """All panels, and a form to open one."""
    pseudonym = current_visitor().pseudonym
    shown = panels()
    return render_template(
        "admin/panels.html",
        panels=shown,
        progress={one.id: progress_of(one, pseudonym) for one in shown if not one.closed_at},
        looks=looks_on_offer(wiring().blobs),
        most_photos=_MOST_PHOTOS,
        longest_title=LONGEST_TITLE_CHARACTERS,
    )


@admin.post("/panels")
@permission_required(Permission.JUDGE_RELEVANCE)
def new_panel() -> AnyResponse:
    """Look for the chosen looks and the photos that were sent, and fix their matches as a panel.

    Of each photo only the largest garment is kept, cut out; nothing at all when one of them cannot be used.
    """
    title = one_line(request.form.get("title", ""))
    if not title or len(title) > LONGEST_TITLE_CHARACTERS:
        most = LONGEST_TITLE_CHARACTERS
        raise BadRequestValue("title", _("Give the panel a title of at most %(most)d characters.", most=most))
    photos = [_panel_photo(photo) for photo in _chosen_photos()]
    panel = open_panel(title, photos, serving().index.manifest, wiring().blobs)
    note("panel.opened", actor=current_visitor().pseudonym, details={"panel": panel.id, "photos": len(photos)})
    db.session.commit()
    return redirect(url_for(".panel", panel_id=panel.id), code=303)


@admin.get("/panels/<int:panel_id>")
@permission_required(Permission.JUDGE_RELEVANCE)
def panel(panel_id: int) -> str:
    """How far a panel is; closed, its report."""
    found = panel_with(panel_id)
    return render_template(
        "admin/panel.html",
        panel=found,
        report=PanelReport.from_json(found.report) if found.report else None,
        progress=progress_of(found, current_visitor().pseudonym),
        testers=testers(found),
        agreed=AGREED_RELEVANCE,
    )


@admin.get("/panels/<int:panel_id>/judge")
@permission_required(Permission.JUDGE_RELEVANCE)
def judge_panel(panel_id: int) -> str | AnyResponse:
    """One photo with its matches in an order of the tester's own: the first to be judged, or `photo` by number."""
    found, pseudonym = panel_with(panel_id), current_visitor().pseudonym
    progress = progress_of(found, pseudonym)
    wanted = request.args.get("photo", type=int)
    query = next((one for one in found.queries if one.position + 1 == wanted), progress.next_query)
    if query is None or found.closed_at:
        return redirect(url_for(".panel", panel_id=panel_id), code=303)
    return render_template(
        "admin/panel_judge.html",
        panel=found,
        query=query,
        matches=shuffled(query, pseudonym),
        said=said_by(query, pseudonym),
        progress=progress,
    )


@admin.post("/panels/<int:panel_id>/photos/<int:query_id>")
@permission_required(Permission.JUDGE_RELEVANCE)
def judge_photo(panel_id: int, query_id: int) -> AnyResponse:
    """Record what the form says of a photo's matches; those left open stay open."""
    found, pseudonym = panel_with(panel_id), current_visitor().pseudonym
    query = query_of(found, query_id)
    said = dict(_said())
    once_more_if_pressed_twice(lambda: judge(found, query, said, pseudonym=pseudonym))
    db.session.commit()
    left = sum(match.id not in said for match in query.matches)
    if left:
        words = ngettext(
            "%(num)d match of this photo is still to be judged.",
            "%(num)d matches of this photo are still to be judged.",
            left,
        )
        flash(words, "info")
        return redirect(url_for(".judge_panel", panel_id=panel_id, photo=query.position + 1), code=303)
    return redirect(url_for(".judge_panel", panel_id=panel_id), code=303)


@admin.post("/panels/<int:panel_id>/close")
@permission_required(Permission.JUDGE_RELEVANCE)
def finish_panel(panel_id: int) -> AnyResponse:
    """Close a panel: its report is made and dated, and nobody judges any more."""
    found = panel_with(panel_id)
    close_panel(found)
    note("panel.closed", actor=current_visitor().pseudonym, details={"panel": found.id})
    db.session.commit()
    flash(_("The panel is closed; this is its report."), "success")
    return redirect(url_for(".panel", panel_id=panel_id), code=303)


@admin.post("/panels/<int:panel_id>/delete")
@permission_required(Permission.JUDGE_RELEVANCE)
def remove_panel(panel_id: int) -> AnyResponse:
    """Delete a panel for good, its judgements and its report too; the audit keeps what it was called and found."""
    found = panel_with(panel_id)
    title, details = found.title, {"panel": found.id, "title": found.title, **_found_in(found)}
    unused = delete_panel(found)
    note("panel.deleted", actor=current_visitor().pseudonym, details=details)
    db.session.commit()
    for key in unused:
        wiring().blobs.delete(key)
    flash(_("The panel “%(title)s” is deleted.", title=title), "success")
    return redirect(url_for(".panels"), code=303)


@admin.get("/panels/<int:panel_id>/photos/<int:query_id>/picture")
@permission_required(Permission.JUDGE_RELEVANCE)
def panel_picture(panel_id: int, query_id: int) -> Response:
    """The garment that was looked for, on white."""
    response = make_response(wiring().blobs.get(query_of(panel_with(panel_id), query_id).blob_key))
    response.mimetype = "image/jpeg"
    return response


def _found_in(panel: RelevancePanel) -> dict[str, str | int]:
    """Return what the audit keeps of a closed panel's report."""
    if panel.report is None:
        return {}
    report = PanelReport.from_json(panel.report)
    return {"share": f"{report.share:.2f}", "judgements": report.judgements}


def _chosen_photos() -> list[FileStorage]:
    """Return the drawn looks that the form names and the photos that it sends. Raises BadRequestValue."""
    offered = {look.slug: look for look in looks_on_offer(wiring().blobs)}
    slugs = dict.fromkeys(request.form.getlist("look"))
    if unknown := slugs.keys() - offered:
        raise BadRequestValue("look", _("There is no look %(slug)s.", slug=min(unknown)[:60]))
    looks = [FileStorage(io.BytesIO(wiring().blobs.get(f"{LOOKS_FOLDER}/{slug}.jpg")), f"{slug}.jpg") for slug in slugs]
    photos = [*looks, *(photo for photo in request.files.getlist("photo") if photo.filename)]
    if not 1 <= len(photos) <= _MOST_PHOTOS:
        raise BadRequestValue("photo", _("Choose between 1 and %(most)d looks and photos.", most=_MOST_PHOTOS))
    return photos


def _panel_photo(photo: FileStorage) -> PanelPhoto:
    """Return what a panel keeps of a photo: its largest garment and that one's matches. Raises BadRequestValue."""
    try:
        seen = see(photo, StageTimes())
    except BadImage as error:
        words = _("%(name)s: %(reason)s", name=(photo.filename or "")[:60], reason=answer_for(error).words)
        raise BadRequestValue("photo", words) from error
    garment = seen.reading.garments[0]
    answer = shelf(ProductFilter()).answer_garment(garment, seen.reading, limit=MATCHES_OF_A_PHOTO)
    crop = encode_jpeg(shrink(seen.garments[0].crop, side_pixels=_CROP_SIDE_PIXELS))
    return PanelPhoto(garment.label, crop, answer.matches)


def _said() -> Iterator[tuple[int, bool]]:
    """Yield (match id, good) of each answer in the form; what is no answer is left out."""
    fields: Mapping[str, str] = request.form
    for name, value in fields.items():
        if (number := re.fullmatch(r"match-(\d{1,12})", name)) and value in _GOOD:
            yield int(number[1]), _GOOD[value]
