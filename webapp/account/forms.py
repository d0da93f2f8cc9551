"""The log-in form."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SubmitField
from wtforms.validators import InputRequired, Length


class LoginForm(FlaskForm):  # type: ignore[misc]
    """E-mail and password."""

    email = EmailField(_("E-mail"), validators=[InputRequired(), Length(max=254)])
    password = PasswordField(_("Password"), validators=[InputRequired(), Length(max=200)])
    submit = SubmitField(_("Log in"))
