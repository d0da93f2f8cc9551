"""A thumb up or down on a match."""

from collections.abc import Callable
from urllib.parse import quote

from flask import jsonify, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from recommender.opinions import give_opinion, take_opinion_back
from storage.database import db, now
from webapp.errors import BadRequestValue
from webapp.merchandising import shown_product
from webapp.redirects import local_address
from webapp.shop.routes import shop
from webapp.shop.searches import search_named
from webapp.visitor import current_visitor

_GOOD = {"yes": True, "no": False}


@shop.post("/opinions")
def judge_match() -> Response:
    """Record that a product answers the search (`good` yes or no), or take that back (`good` empty)."""
    search = search_named(request.form.get("search", ""))
    if search is None:
        raise BadRequestValue("search", _("Open the search again, then judge its matches."))
    sku, good, pseudonym = request.form.get("sku", ""), request.form.get("good", ""), current_visitor().pseudonym
    if good in _GOOD:
        shown_product(sku)
        once_more_if_pressed_twice(
            lambda: give_opinion(search, sku, good=_GOOD[good], pseudonym=pseudonym, day=now().date())
        )
    elif not good:
        take_opinion_back(search, sku, pseudonym=pseudonym)
    else:
        raise BadRequestValue("good", _("Choose one of %(allowed)s.", allowed="yes, no"))
    db.session.commit()
    return back_to_the_match(sku, good=good)


def once_more_if_pressed_twice(write: Callable[[], None]) -> None:
    """Write; when the same press came a moment earlier by another way, its row is there now: write on top of that."""
    try:
        write()
    except IntegrityError:
        db.session.rollback()
        write()


def back_to_the_match(sku: str, **said: object) -> Response:
    """Answer a script with what is so now; send everybody else back to the page, to the same product."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(sku=sku, **said)
    page = local_address(request.form.get("next", "")) or url_for("shop.landing")
    return redirect(f"{page.partition('#')[0]}#item-{quote(sku, safe='')}", code=303)
