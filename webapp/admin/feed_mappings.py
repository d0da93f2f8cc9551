"""Saved meanings of columns: from the form of a feed, or from a mapping file; removed where no schedule needs them."""

import tomllib

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from catalog.errors import MappingError
from catalog.saved_mappings import is_scheduled, keep_mapping, saved_mapping
from privacy.audit_notes import note
from storage.database import db
from webapp.account.session_user import permission_required
from webapp.admin.routes import admin
from webapp.visitor import current_visitor

LONGEST_LABEL = 60
_MOST_BYTES = 200_000


@admin.post("/feeds/mappings")
@permission_required(Permission.IMPORT_FEEDS)
def take_mapping() -> Response:
    """Keep a mapping file (TOML) under the name of the file, in place of one that had it."""
    sent = request.files.get("mapping")
    try:
        if sent is None or not sent.filename:
            raise MappingError(_("file"), _("choose the mapping’s file first"))
        content = sent.stream.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise MappingError(sent.filename, _("this is too large to be a mapping"))
        label = sent.filename.rpartition("/")[2].removesuffix(".toml")[:LONGEST_LABEL].strip() or "mapping"
        keep_and_say(label, _document(content, sent.filename))
    except MappingError as error:
        flash(str(error), "danger")
    else:
        db.session.commit()
    return redirect(url_for(".feeds", _anchor="mappings"), code=303)


@admin.post("/feeds/mappings/<int:mapping_id>/delete")
@permission_required(Permission.IMPORT_FEEDS)
def delete_mapping(mapping_id: int) -> Response:
    """Forget a saved mapping; feeds that were imported with it keep their own copy."""
    found = saved_mapping(str(mapping_id))
    if found is not None and is_scheduled(found):
        flash(_("A schedule needs these columns: change or delete the schedule first."), "danger")
    elif found is not None:
        note("catalogue.mapping_deleted", actor=current_visitor().pseudonym, details={"mapping": found.label})
        db.session.delete(found)
        flash(_("“%(label)s” is deleted.", label=found.label), "success")
    db.session.commit()
    return redirect(url_for(".feeds", _anchor="mappings"), code=303)


def keep_and_say(label: str, document: dict[str, object]) -> None:
    """Keep a mapping under a name, note it, tell the reader; does not commit. Raises MappingError."""
    keep_mapping(label, document)
    note("catalogue.mapping_saved", actor=current_visitor().pseudonym, details={"mapping": label})
    flash(_("The columns are saved under “%(label)s”.", label=label), "success")


def _document(content: bytes, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(name, _("this file cannot be read as TOML: %(reason)s", reason=str(error))) from error
