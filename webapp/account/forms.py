"""The forms of one's own pages."""

from flask import flash
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, SelectField, SelectMultipleField, StringField, SubmitField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from accounts.addresses import MAX_CHARACTERS as MAX_EMAIL_CHARACTERS
from accounts.errors import NotAnEmail, PasswordTooWeak, SameEmail, WrongCode, WrongCredentials
from accounts.passwords import MAX_CHARACTERS
from accounts.profile import GARMENT_SIZES, MAX_NAME_CHARACTERS, SHOE_SIZES, TROUSER_SIZES
from webapp.errors import answer_for

_FIELD_OF: dict[type[Exception], str] = {
    NotAnEmail: "email",
    SameEmail: "email",
    PasswordTooWeak: "password",
    WrongCredentials: "current",
    WrongCode: "code",
}


def say_on_form(form: FlaskForm, error: Exception) -> int:
    """Put the error's words beside the field that it is about, or above the page; return the answer's status."""
    answer, field = answer_for(error), getattr(form, _FIELD_OF.get(type(error), ""), None)
    if field is None:
        flash(str(answer.words), "danger")
    else:
        field.errors = [*field.errors, answer.words]
    return answer.status


def _sizes(sizes: tuple[str, ...]) -> list[SelectChoice]:
    return [SelectChoice("", "–"), *(SelectChoice(size) for size in sizes)]


class LoginForm(FlaskForm):  # type: ignore[misc]
    """E-mail and password."""

    email = EmailField(_("E-mail"), validators=[InputRequired(), Length(max=MAX_EMAIL_CHARACTERS)])
    password = PasswordField(_("Password"), validators=[InputRequired(), Length(max=MAX_CHARACTERS)])
    submit = SubmitField(_("Log in"))


class SignUpForm(FlaskForm):  # type: ignore[misc]
    """E-mail, a password to be, and the age from which a person agrees alone (Art. 8 GDPR; 15 years in France)."""

    email = EmailField(_("E-mail"), validators=[InputRequired(), Length(max=MAX_EMAIL_CHARACTERS)])
    password = PasswordField(_("Password"), validators=[InputRequired()])
    old_enough = BooleanField(
        _("I am 15 or older."), validators=[InputRequired(_("An account is for people from 15 years on."))]
    )
    submit = SubmitField(_("Create my account"))


class EmailForm(FlaskForm):  # type: ignore[misc]
    """Where to send a letter."""

    email = EmailField(_("E-mail"), validators=[InputRequired(), Length(max=MAX_EMAIL_CHARACTERS)])
    submit = SubmitField(_("Send me the letter"))


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """A button: following a link alone changes nothing, since mail programs follow links to look at them."""

    submit = SubmitField(_("Confirm my address"))


class ConfirmSignUpForm(FlaskForm):  # type: ignore[misc]
    """The password of the sign-up: who confirms the address must be who chose it."""

    current = PasswordField(_("The password that you chose"), validators=[InputRequired(), Length(max=MAX_CHARACTERS)])
    submit = SubmitField(_("Confirm my address"))


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """The password to be."""

    password = PasswordField(_("New password"), validators=[InputRequired()])
    submit = SubmitField(_("Save the new password"))


class ChangePasswordForm(FlaskForm):  # type: ignore[misc]
    """The password that is and the one to be."""

    current = PasswordField(_("Current password"), validators=[InputRequired(), Length(max=MAX_CHARACTERS)])
    password = PasswordField(_("New password"), validators=[InputRequired()])
    submit = SubmitField(_("Save the new password"))


class ChangeEmailForm(FlaskForm):  # type: ignore[misc]
    """The address to be, and the password again."""

    email = EmailField(_("New e-mail address"), validators=[InputRequired(), Length(max=MAX_EMAIL_CHARACTERS)])
    current = PasswordField(_("Your password"), validators=[InputRequired(), Length(max=MAX_CHARACTERS)])
    submit = SubmitField(_("Send a letter to the new address"))


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A code of the telephone, or a recovery code."""

    code = StringField(_("Code"), validators=[InputRequired(), Length(max=40)])
    submit = SubmitField(_("Continue"))


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The password again, before something that a borrowed browser must not do."""

    current = PasswordField(_("Your password"), validators=[InputRequired(), Length(max=MAX_CHARACTERS)])
    submit = SubmitField(_("Continue"))


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """What the shop may know; all of it may stay empty."""

    name = StringField(_("What may we call you?"), validators=[Length(max=MAX_NAME_CHARACTERS)])
    language = SelectField(
        _("Language of our letters"), choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")]
    )
    garment_size = SelectField(_("Tops and dresses"), choices=_sizes(GARMENT_SIZES))
    trouser_size = SelectField(_("Trousers"), choices=_sizes(TROUSER_SIZES))
    shoe_size = SelectField(_("Shoes"), choices=_sizes(SHOE_SIZES))
    favourite_categories = SelectMultipleField(
        _("Favourite categories"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    submit = SubmitField(_("Save my profile"))
