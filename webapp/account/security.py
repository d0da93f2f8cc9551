"""Password, address, second step and devices of the person who is logged in."""

from collections.abc import Callable

import segno
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response

from accounts.credentials import ask_for_new_email, change_email, change_password, require_password
from accounts.errors import (
    LinkNotValid,
    NotAnEmail,
    PasswordTooWeak,
    SameEmail,
    TooManyAttempts,
    WrongCode,
    WrongCredentials,
)
from accounts.links import LinkPurpose, read_link
from accounts.models import Account
from accounts.people import account_with_id, email_of, note_of
from accounts.second_step import (
    begin_second_step,
    forget_wrong_codes,
    new_recovery_codes,
    recovery_codes_left,
    turn_off_second_step,
    turn_on_second_step,
)
from accounts.sessions import end_session, end_sessions, id_of, sessions_of
from storage.database import db
from webapp.account.blueprint import account
from webapp.account.forms import (
    ChangeEmailForm,
    ChangePasswordForm,
    CodeForm,
    ConfirmForm,
    PasswordForm,
    say_on_form,
)
from webapp.account.joining import Page, link_lapsed, said_on_form
from webapp.wiring import wiring

SHOP = "Fashion-Insta"


@account.get("/security")
@login_required  # type: ignore[untyped-decorator]
def security() -> str:
    """What one logs in with, and where one is logged in."""
    me = _me()
    return render_template(
        "account/security.html",
        email=email_of(me, wiring().keys),
        me=me,
        codes_left=recovery_codes_left(me.id),
        sessions=sessions_of(
            me, current_secret=current_user.secret, limits=wiring().session_limits, keys=wiring().keys
        ),
    )


@account.post("/security/sessions/<session_id>/end")
@login_required  # type: ignore[untyped-decorator]
def log_out_device(session_id: str) -> Response:
    """End one session: that device is logged out with its next request."""
    end_session(current_user.account_id, session_id)
    note_of(_me(), "account.session_ended", wiring().keys)
    db.session.commit()
    flash(_("The device is logged out."), "success")
    return redirect(url_for(".security"), code=303)


@account.post("/security/sessions/end-others")
@login_required  # type: ignore[untyped-decorator]
def log_out_others() -> Response:
    """End every session but this one."""
    ended = end_sessions(current_user.account_id, but=id_of(current_user.secret))
    note_of(_me(), "account.sessions_ended", wiring().keys, ended=ended)
    db.session.commit()
    flash(_("All other devices are logged out."), "success")
    return redirect(url_for(".security"), code=303)


@account.route("/security/password", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def new_password() -> Page:
    """Change the password; other devices are logged out."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return render_template("account/change_password.html", form=form)
    try:
        change_password(
            current_user.account_id,
            current=form.current.data,
            new=form.password.data,
            session_id=id_of(current_user.secret),
            desk=wiring().account_desk,
        )
    except (WrongCredentials, PasswordTooWeak, TooManyAttempts) as error:
        return said_on_form("account/change_password.html", form, error)
    db.session.commit()
    flash(_("Your new password is saved. Your other devices are logged out."), "success")
    return redirect(url_for(".security"), code=303)


@account.route("/security/email", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def new_email() -> Page:
    """Ask for another address; it holds once its letter's link is followed."""
    form = ChangeEmailForm()
    if not form.validate_on_submit():
        return render_template("account/change_email.html", form=form)
    try:
        ask_for_new_email(
            current_user.account_id,
            password=form.current.data,
            email=form.email.data,
            desk=wiring().account_desk,
        )
    except (NotAnEmail, SameEmail, WrongCredentials, TooManyAttempts) as error:
        return said_on_form("account/change_email.html", form, error)
    db.session.commit()
    return redirect(url_for(".check_mail"), code=303)


@account.route("/new-email/<token>", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def confirm_new_email(token: str) -> Page:
    """A button that takes the new address over; only for the account that asked for it."""
    form, me = ConfirmForm(), current_user.account_id
    try:
        if not form.validate_on_submit():
            if read_link(token, LinkPurpose.CHANGE_EMAIL, keys=wiring().keys).account_id != me:
                raise LinkNotValid
            return render_template("account/confirm.html", form=form)
        change_email(token, account_id=me, desk=wiring().account_desk)
    except LinkNotValid:
        return link_lapsed(url_for(".new_email"))
    db.session.commit()
    flash(_("Your new address is confirmed. Log in with it from now on."), "success")
    return redirect(url_for(".security"), code=303)


@account.route("/security/second-step", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def second_step() -> Page:
    """Set up the telephone: the QR code, then a first code of it."""
    form, desk = CodeForm(), wiring().account_desk
    if _me().has_second_step:
        return redirect(url_for(".security"))
    if not form.validate_on_submit():
        return _set_up_page(form), 200
    try:
        codes = turn_on_second_step(
            current_user.account_id, code=form.code.data, session_id=id_of(current_user.secret), desk=desk
        )
    except (WrongCode, TooManyAttempts) as error:
        db.session.rollback()
        status = say_on_form(form, error)
        return _set_up_page(form), status
    db.session.commit()
    forget_wrong_codes(current_user.account_id, keys=desk.keys)
    return render_template("account/recovery_codes.html", codes=codes)


@account.route("/security/second-step/off", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def second_step_off() -> Page:
    """Turn the second step off, after the password."""

    def turn_off(me: Account) -> Response:
        turn_off_second_step(me, wiring().account_desk)
        db.session.commit()
        flash(_("The second step is off. Logging in asks for your password alone."), "success")
        return redirect(url_for(".security"), code=303)

    return _after_the_password("off", turn_off)


@account.route("/security/second-step/codes", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def more_recovery_codes() -> Page:
    """Make new recovery codes, after the password; the old ones end."""

    def make(me: Account) -> str:
        codes = new_recovery_codes(me, wiring().keys)
        db.session.commit()
        return render_template("account/recovery_codes.html", codes=codes)

    return _after_the_password("codes", make)


def _after_the_password(subject: str, act: Callable[[Account], str | Response]) -> Page:
    form, me = PasswordForm(), _me()
    if not me.has_second_step:
        return redirect(url_for(".security"))
    if not form.validate_on_submit():
        return render_template("account/ask_password.html", form=form, subject=subject)
    try:
        require_password(me, form.current.data, wiring().account_desk)
    except (WrongCredentials, TooManyAttempts) as error:
        return said_on_form("account/ask_password.html", form, error, subject=subject)
    return act(me)


def _set_up_page(form: FlaskForm) -> str:
    secret = begin_second_step(current_user.account_id, shop=SHOP, desk=wiring().account_desk)
    db.session.commit()
    picture = segno.make(secret.address, error="m").svg_inline(border=4, light="#fff", svgclass="qr", omitsize=True)
    return render_template(
        "account/second_step.html",
        form=form,
        picture=Markup(picture),  # noqa: S704 - our own drawing of the secret, no text of anybody's
        typed=secret.typed,
    )


def _me() -> Account:
    return account_with_id(current_user.account_id)
