"""Log in, log out, and one's own page."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user, logout_user
from werkzeug.wrappers import Response

from accounts.errors import WrongCredentials
from accounts.login import authenticate
from accounts.models import Role
from privacy.photo_vault import KEPT_UNTIL_REMOVED
from storage.database import db
from webapp.account.forms import LoginForm
from webapp.account.session_user import SessionUser
from webapp.errors import answer_for
from webapp.extensions import limiter
from webapp.i18n import current_language
from webapp.photo_consents import switches_of
from webapp.redirects import local_address
from webapp.visitor import current_visitor
from webapp.wiring import wiring

account = Blueprint("account", __name__, url_prefix="/account")

_HOME_OF_ROLE = {
    Role.SHOPPER: "shop.landing",
    Role.MERCHANDISER: "admin.catalogue",
    Role.PRIVACY_OFFICER: "privacy_desk.overview",
    Role.ADMIN: "admin.catalogue",
}


def _login_limit() -> str:
    return wiring().settings.login_limit


@account.route("/login", methods=["GET", "POST"])
@limiter.limit(_login_limit, methods=["POST"], deduct_when=lambda response: response.status_code == 401)
def log_in() -> str | Response | tuple[str, int]:
    """The log-in page; a wrong password answers 401 on the same page."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("account/login.html", form=form)
    try:
        found = authenticate(email=form.email.data, password=form.password.data, keys=wiring().keys)
    except WrongCredentials as error:
        answer = answer_for(error)
        flash(answer.words, "danger")
        return render_template("account/login.html", form=form), answer.status
    # What was seen before logging in belonged to the visit: it ends here, and so does its session.
    wiring().vault.forget_all_of(current_visitor().pseudonym)
    db.session.commit()
    language = current_language()
    session.clear()
    session["language"] = language
    user = SessionUser(found)
    login_user(user)
    return redirect(local_address(request.args.get("next", "")) or url_for(_HOME_OF_ROLE[user.role]))


@account.post("/logout")
def log_out() -> Response:
    """End the session."""
    language = current_language()
    logout_user()
    session.clear()
    session["language"] = language
    flash(_("You are logged out."), "success")
    return redirect(url_for("shop.landing"))


@account.get("/")
@login_required  # type: ignore[untyped-decorator]
def my_page() -> str:
    """One's own page: the photos that are kept, and until when."""
    visitor = current_visitor()
    photos = wiring().vault.photos_of(visitor.pseudonym)
    switches = {photo.id: [] if photo.is_drawing else switches_of(photo.id, visitor) for photo in photos}
    return render_template(
        "account/my_page.html",
        photos=photos,
        role=current_user.role,
        switches=switches,
        in_wardrobe={photo.id for photo in photos if photo.expires_at == KEPT_UNTIL_REMOVED},
    )
