"""The page of one erasure, by an unguessable link: its steps, then its receipt; nobody needs an account for it."""

from flask import Blueprint, Response, abort, make_response, render_template

from privacy.erasure import LINK_DAYS
from webapp.erasures.presenters import present_erasure
from webapp.wiring import wiring

erasures = Blueprint("erasures", __name__, url_prefix="/erasures")


@erasures.get("/<code>")
def show(code: str) -> str:
    """How far it is, and what the receipt says."""
    erasure = wiring().erasures.by_link(code)
    return render_template("erasures/show.html", code=code, shown=present_erasure(erasure), link_days=LINK_DAYS)


@erasures.get("/<code>/receipt.json")
def receipt(code: str) -> Response:
    """The signed receipt, as a file to keep."""
    erasure = wiring().erasures.by_link(code)
    if erasure.receipt is None or erasure.finished_at is None:
        abort(404)
    response = make_response(erasure.receipt)
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="erasure-{erasure.id[:8]}.json"'
    return response


@erasures.get("/public-key")
def public_key() -> Response:
    """The key that checks receipts, for whoever wants to check one by themselves."""
    response = make_response(wiring().erasures.signer.public_key + "\n")
    response.mimetype = "text/plain"
    return response
