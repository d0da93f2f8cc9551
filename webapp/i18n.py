"""Which language a page speaks: the visitor's choice, else the browser's wish, else the shop's default."""

from flask import current_app, has_request_context, request, session

from webapp.settings import LANGUAGES


def current_language() -> str:
    """Return `fr` or `en` for the current request."""
    default: str = current_app.config["BABEL_DEFAULT_LOCALE"]
    if not has_request_context():
        return default
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or default


def page_locale() -> str:
    """Return the locale that a page writes dates, numbers and prices by: English ones begin with the day."""
    language = current_language()
    return "en_GB" if language == "en" else language
