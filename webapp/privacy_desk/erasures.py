"""The desk's list of erasures: how far each is, what held it up, its receipt."""

from flask import Response, abort, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from privacy.erasure import latest_erasures
from privacy.erasure_errors import ErasureNotFound, SomethingRemains, StillInUse
from privacy.erasure_models import Erasure
from storage.database import db
from storage.errors import StorageFull
from webapp.account.session_user import permission_required
from webapp.erasures.presenters import present_erasure
from webapp.privacy_desk.routes import privacy_desk
from webapp.wiring import wiring

_SHOWN = 100


@privacy_desk.get("/erasures")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def erasures() -> str:
    """Open ones first, then the newest; nobody's name and no pseudonym is in them."""
    return render_template("privacy_desk/erasures.html", erasures=[present_erasure(e) for e in latest_erasures(_SHOWN)])


@privacy_desk.get("/erasures/<erasure_id>")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def erasure(erasure_id: str) -> str:
    """One erasure: its steps, what the last search found, its receipt."""
    return render_template("privacy_desk/erasure.html", shown=present_erasure(_found(erasure_id)))


@privacy_desk.post("/erasures/<erasure_id>/try")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def try_erasure(erasure_id: str) -> AnyResponse:
    """Go on now with one that stopped (the server does so every minute)."""
    found = _found(erasure_id)
    # The officer's wish counts as much as the minute's end.
    found.claimed_at = None
    db.session.commit()
    try:
        wiring().erasures.run(erasure_id)
    except (SomethingRemains, StillInUse, StorageFull):
        flash(_("It stopped again; the page says where."), "warning")
    return redirect(url_for(".erasure", erasure_id=erasure_id), code=303)


@privacy_desk.get("/erasures/<erasure_id>/receipt.json")
@permission_required(Permission.HANDLE_PERSONAL_DATA)
def erasure_receipt(erasure_id: str) -> Response:
    """The signed receipt, for a person who asks the officer for it."""
    found = _found(erasure_id)
    if found.receipt is None or found.finished_at is None:
        abort(404)
    response = make_response(found.receipt)
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="erasure-{found.id[:8]}.json"'
    return response


def _found(erasure_id: str) -> Erasure:
    found = db.session.get(Erasure, erasure_id)
    if found is None:
        raise ErasureNotFound
    return found
