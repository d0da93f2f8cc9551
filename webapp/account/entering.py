"""Log in, log out, and the second step between them."""

from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from accounts.errors import EmailNotConfirmed, TooManyAttempts, WrongCode, WrongCredentials
from accounts.login import Caller, authenticate
from accounts.models import Account, Role
from accounts.people import account_with_id, note_of
from accounts.second_step import forget_wrong_codes, pass_second_step
from accounts.sessions import end_session, id_of, start_session
from storage.database import db, now
from webapp.account.blueprint import account
from webapp.account.devices import device_words
from webapp.account.forms import CodeForm, LoginForm
from webapp.account.session_user import SessionUser, needs_second_step_first
from webapp.denials import asking_pseudonym
from webapp.errors import answer_for
from webapp.i18n import current_language
from webapp.redirects import local_address
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_HOME_OF_ROLE = {
    Role.SHOPPER: "shop.landing",
    Role.MERCHANDISER: "admin.catalogue",
    Role.PRIVACY_OFFICER: "privacy_desk.overview",
    Role.ADMIN: "admin.catalogue",
}
_CODE_WITHIN = timedelta(minutes=10)
_WAITING = "waiting_for_code"


@account.route("/login", methods=["GET", "POST"])
def log_in() -> str | Response | tuple[str, int]:
    """The log-in page; a wrong password answers 401 on the same page, too many of them 429."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("account/login.html", form=form)
    caller = Caller(asking_pseudonym(), caller_address())
    try:
        found = authenticate(email=form.email.data, password=form.password.data, caller=caller, keys=wiring().keys)
    except (WrongCredentials, EmailNotConfirmed, TooManyAttempts) as error:
        db.session.commit()
        answer, unconfirmed = answer_for(error), isinstance(error, EmailNotConfirmed)
        flash(str(answer.words), "danger")
        return render_template("account/login.html", form=form, unconfirmed=unconfirmed), answer.status
    db.session.commit()
    if not found.has_second_step:
        return _enter(found)
    session[_WAITING] = {"account": found.id, "until": (now() + _CODE_WITHIN).isoformat()}
    return redirect(url_for(".log_in_code", next=local_address(request.args.get("next", ""))))


@account.route("/login/code", methods=["GET", "POST"])
def log_in_code() -> str | Response | tuple[str, int]:
    """The second step: a code of the telephone or a recovery code."""
    account_id = _waiting_account()
    if account_id is None:
        flash(_("Please log in first."), "info")
        return redirect(url_for(".log_in"))
    form = CodeForm()
    if not form.validate_on_submit():
        return render_template("account/code.html", form=form)
    try:
        found = pass_second_step(account_id, code=form.code.data, keys=wiring().keys)
    except (WrongCode, TooManyAttempts) as error:
        answer = answer_for(error)
        flash(str(answer.words), "danger")
        return render_template("account/code.html", form=form), answer.status
    db.session.commit()
    forget_wrong_codes(found.id, keys=wiring().keys)
    return _enter(found)


@account.get("/token")
@login_required  # type: ignore[untyped-decorator]
def token() -> dict[str, str]:
    """What a long form asks before it is sent: whether somebody is still logged in, and the token of now."""
    return {"csrf_token": generate_csrf()}


@account.post("/logout")
def log_out() -> Response:
    """End the session, here and in the records."""
    language = current_language()
    if current_user.is_authenticated:
        found = account_with_id(current_user.account_id)
        end_session(found.id, id_of(current_user.secret))
        note_of(found, "account.logged_out", wiring().keys)
        db.session.commit()
    logout_user()
    session.clear()
    session["language"] = language
    flash(_("You are logged out."), "success")
    return redirect(url_for("shop.landing"))


def caller_address() -> str:
    """Return the address of the network that the request came from."""
    return request.remote_addr or "unknown"


def _enter(found: Account) -> Response:
    """Begin a session for somebody who proved who they are; two stores, two commits."""
    # What was seen before logging in belonged to the visit: it ends here, and so does its cookie.
    wiring().vault.forget_all_of(current_visitor().pseudonym)
    db.session.commit()
    secret = start_session(found, device=device_words(request.user_agent.string), keys=wiring().keys)
    note_of(found, "account.logged_in", wiring().keys)
    db.session.commit()
    language = current_language()
    session.clear()
    session["language"] = language
    user = SessionUser(found, secret)
    login_user(user)
    if needs_second_step_first(user):
        return redirect(url_for(".second_step"))
    return redirect(local_address(request.args.get("next", "")) or url_for(_HOME_OF_ROLE[user.role]))


def _waiting_account() -> str | None:
    waiting = session.get(_WAITING)
    if not waiting or datetime.fromisoformat(waiting["until"]) <= now():
        return None
    return str(waiting["account"])
