"""What the shop may know of a person: seen and put right by themselves."""

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from wtforms.fields import SelectChoice

from accounts.people import account_with_id, email_of
from accounts.profile import Profile, change_profile, name_on_one_line, profile_of
from catalog.vocabulary import CATEGORIES
from storage.database import db
from webapp.account.blueprint import account
from webapp.account.forms import ProfileForm
from webapp.account.joining import Page
from webapp.i18n import current_language
from webapp.wiring import wiring


@account.route("/profile", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def profile() -> Page:
    """The name, the sizes, what one likes, the language of letters."""
    keys, me = wiring().keys, account_with_id(current_user.account_id)
    kept = profile_of(me, keys)
    form = ProfileForm(data={**vars(kept), "language": me.language})
    form.favourite_categories.choices = _categories()
    if not form.validate_on_submit():
        return render_template("account/profile.html", form=form, email=email_of(me, keys))
    change_profile(
        me,
        Profile(
            name=name_on_one_line(form.name.data or ""),
            garment_size=form.garment_size.data,
            trouser_size=form.trouser_size.data,
            shoe_size=form.shoe_size.data,
            favourite_categories=form.favourite_categories.data,
        ),
        keys,
    )
    me.language = session["language"] = form.language.data
    db.session.commit()
    flash(_("Your profile is saved."), "success")
    return redirect(url_for(".profile"), code=303)


def _categories() -> list[SelectChoice]:
    french = current_language() == "fr"
    choices = [SelectChoice(term.slug, term.fr if french else term.en) for term in CATEGORIES]
    return sorted(choices, key=lambda choice: choice.label)
