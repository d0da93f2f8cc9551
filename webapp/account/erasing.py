"""Erase my account and everything: what it means, the password again, and off to the page that follows it."""

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user, login_required, logout_user
from wtforms import SubmitField

from accounts.credentials import require_password
from accounts.errors import TooManyAttempts, WrongCredentials
from accounts.models import Role
from accounts.people import account_with_id
from privacy.erasure import BY_PERSON, erasures_of
from storage.database import db
from webapp.account.blueprint import account
from webapp.account.forms import PasswordForm
from webapp.account.joining import Page, said_on_form
from webapp.erasures.presenters import present_erasure
from webapp.i18n import current_language
from webapp.visitor import current_visitor
from webapp.wiring import wiring

_ERASURES_SHOWN = 20


class EraseForm(PasswordForm):
    """The password again: whoever found the telephone unlocked erases nobody."""

    submit = SubmitField(lazy_gettext("Erase everything"))


@account.route("/my-data/erase", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def erase_me() -> Page:
    """What goes, what stays and why; with the password, it begins at once."""
    form, me = EraseForm(), account_with_id(current_user.account_id)
    is_staff = me.role != Role.SHOPPER
    if is_staff or not form.validate_on_submit():
        return render_template("account/erase.html", form=form, is_staff=is_staff)
    try:
        require_password(me, form.current.data, wiring().account_desk)
    except (WrongCredentials, TooManyAttempts) as error:
        return said_on_form("account/erase.html", form, error, is_staff=False)
    db.session.commit()
    pseudonym, language = current_visitor().pseudonym, current_language()
    erasures = wiring().erasures
    begun = erasures.erase_person(pseudonym, account_id=me.id, asked_by=BY_PERSON, language=language)
    address = url_for("erasures.show", code=erasures.link_code(begun.id))
    logout_user()
    session.clear()
    session["language"] = language
    flash(
        _("You are logged out, and your data is being erased. Keep this page’s address: it is your receipt."), "success"
    )
    return redirect(address, code=303)


@account.get("/my-data/erasures")
@login_required  # type: ignore[untyped-decorator]
def my_erasures() -> str:
    """The erasures of one's photos, each with its page and its receipt."""
    erasures = wiring().erasures
    own = erasures_of(current_visitor().pseudonym, _ERASURES_SHOWN)
    shown = [(present_erasure(erasure), erasures.link_code(erasure.id)) for erasure in own]
    return render_template("account/my_erasures.html", erasures=shown)
