"""Favourites: the hearts on products, and one's own list of them."""

from flask import render_template, request
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from recommender.favourites import drop_favourite, favourites_of, keep_favourite
from storage.database import db
from webapp.account.routes import account
from webapp.errors import BadRequestValue
from webapp.merchandising import rules_in_force, shown_product
from webapp.photo_consents import is_on_hold
from webapp.shop.opinions import back_to_the_match, once_more_if_pressed_twice
from webapp.visitor import current_visitor


@account.get("/favourites")
@login_required  # type: ignore[untyped-decorator]
def favourites() -> str:
    """The products that one keeps at hand, newest first."""
    visitor = current_visitor()
    on_hold = is_on_hold(visitor)
    return render_template(
        "account/favourites.html",
        kept=[] if on_hold else favourites_of(visitor.pseudonym),
        on_hold=on_hold,
        withheld=rules_in_force().withholds,
    )


@account.post("/favourites")
@login_required  # type: ignore[untyped-decorator]
def change_favourite() -> Response:
    """Keep a product at hand (`keep` yes), or no longer (`keep` no)."""
    sku, keep, pseudonym = request.form.get("sku", ""), request.form.get("keep", ""), current_visitor().pseudonym
    if keep == "yes":
        # What is withheld may not be found out by keeping it.
        shown_product(sku)
        once_more_if_pressed_twice(lambda: keep_favourite(sku, pseudonym=pseudonym))
    elif keep == "no":
        drop_favourite(sku, pseudonym=pseudonym)
    else:
        raise BadRequestValue("keep", _("Choose one of %(allowed)s.", allowed="yes, no"))
    db.session.commit()
    return back_to_the_match(sku, keep=keep)
