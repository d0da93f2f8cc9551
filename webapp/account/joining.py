"""Sign up, confirm the address, choose a new password for a forgotten one.

Each answer is the same whether the address has an account or not; the letter says the rest.
"""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from accounts.addresses import email_address
from accounts.credentials import ask_for_reset, reset_password
from accounts.errors import (
    AccountError,
    LinkNotValid,
    NotAnEmail,
    PasswordTooWeak,
    TooManyAttempts,
    WrongCredentials,
)
from accounts.links import LinkPurpose, read_link
from accounts.sign_up import ask_for_confirmation, confirm_email, sign_up
from accounts.throttle import SIGN_UPS_FROM_ADDRESS, count_attempt
from storage.database import db
from webapp.account.blueprint import account
from webapp.account.entering import caller_address
from webapp.account.forms import ConfirmSignUpForm, EmailForm, NewPasswordForm, SignUpForm, say_on_form
from webapp.errors import answer_for
from webapp.i18n import current_language
from webapp.wiring import wiring

Page = str | Response | tuple[str, int]


@account.route("/sign-up", methods=["GET", "POST"])
def join() -> Page:
    """The form, and the same answer to every address."""
    form = SignUpForm()
    if not form.validate_on_submit():
        return render_template("account/sign_up.html", form=form)
    try:
        _count_caller()
        sign_up(
            email=form.email.data,
            password=form.password.data,
            language=current_language(),
            desk=wiring().account_desk,
        )
    except (NotAnEmail, PasswordTooWeak, TooManyAttempts) as error:
        return said_on_form("account/sign_up.html", form, error)
    db.session.commit()
    return redirect(url_for(".check_mail"), code=303)


@account.get("/check-mail")
def check_mail() -> str:
    """What to do next: open the letter."""
    return render_template("account/check_mail.html", mail_folder=demo_mail_folder())


@account.route("/confirm", methods=["GET", "POST"])
def ask_to_confirm() -> Page:
    """Ask for the confirmation's letter again."""
    return _ask_for_letter("confirm", ask_for_confirmation)


@account.route("/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Page:
    """Confirm the address with the password of the sign-up."""
    form = ConfirmSignUpForm()
    try:
        if not form.validate_on_submit():
            read_link(token, LinkPurpose.CONFIRM_EMAIL, keys=wiring().keys)
            return render_template("account/confirm.html", form=form)
        confirm_email(token, password=form.current.data, desk=wiring().account_desk)
    except LinkNotValid:
        return link_lapsed(url_for(".ask_to_confirm"))
    except WrongCredentials as error:
        return said_on_form("account/confirm.html", form, error)
    db.session.commit()
    flash(_("Your address is confirmed. You can log in now."), "success")
    return redirect(url_for(".log_in"), code=303)


@account.route("/reset", methods=["GET", "POST"])
def ask_for_reset_letter() -> Page:
    """Ask for the letter with a link to choose a new password."""
    return _ask_for_letter("reset", ask_for_reset)


@account.route("/reset/<token>", methods=["GET", "POST"])
def choose_password(token: str) -> Page:
    """Choose a new password; every device is logged out."""
    form = NewPasswordForm()
    try:
        if not form.validate_on_submit():
            read_link(token, LinkPurpose.RESET_PASSWORD, keys=wiring().keys)
            return render_template("account/new_password.html", form=form)
        reset_password(token, password=form.password.data, desk=wiring().account_desk)
    except LinkNotValid:
        return link_lapsed(url_for(".ask_for_reset_letter"))
    except PasswordTooWeak as error:
        return said_on_form("account/new_password.html", form, error)
    db.session.commit()
    flash(_("Your new password is saved. Log in with it."), "success")
    return redirect(url_for(".log_in"), code=303)


def link_lapsed(again: str) -> tuple[str, int]:
    """Return the page that says so; `again`: where a new link is asked for."""
    db.session.rollback()
    answer = answer_for(LinkNotValid())
    return render_template("account/link_lapsed.html", answer=answer, again=again), answer.status


def demo_mail_folder() -> str:
    """Return the folder in which the demo keeps its letters; empty for a shop that sends them."""
    settings = wiring().settings
    return str(settings.mail_folder) if settings.demo and not settings.mail_url else ""


def _ask_for_letter(subject: str, ask: Callable[..., None]) -> Page:
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("account/ask_by_email.html", form=form, subject=subject)
    try:
        _count_caller()
        ask(email=email_address(form.email.data), desk=wiring().account_desk)
    except (NotAnEmail, TooManyAttempts) as error:
        return said_on_form("account/ask_by_email.html", form, error, subject=subject)
    db.session.commit()
    return redirect(url_for(".check_mail"), code=303)


def _count_caller() -> None:
    count_attempt(SIGN_UPS_FROM_ADDRESS, caller_address(), keys=wiring().keys)


def said_on_form(template: str, form: FlaskForm, error: AccountError, **values: object) -> tuple[str, int]:
    """Return the page of the form with the error's words in their place, and its status."""
    db.session.rollback()
    status = say_on_form(form, error)
    return render_template(template, form=form, **values), status
