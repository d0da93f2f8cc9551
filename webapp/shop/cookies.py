"""The cookies that the shop sets, as the cookie page lists them; a test compares them with what really is set."""

from dataclasses import dataclass

from flask import current_app
from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

CARRIED = {
    "visit": _(
        "A random number for your visit, so that your photos are shown to you alone, and what you look for counts as "
        "one person’s."
    ),
    "language": _("The language that you chose."),
    "csrf_token": _("A random number that keeps other sites from sending forms in your name."),
    "_user_id": _("If you log in: which account is yours."),
    "_id": _("If you log in: a fingerprint of your connection, so that a stolen cookie is of no use."),
    "_fresh": _("If you log in: that you did so in this visit."),
    "waiting_for_code": _("If you log in with a second step: whose code is awaited, for a few minutes."),
    "_flashes": _("The message that the next page shows you once (“Your photo is erased”)."),
}
"""What the session cookie carries, by its keys: signed, so that nobody can change it."""


@dataclass(frozen=True)
class NecessaryCookie:
    """A cookie without which the shop could not do what was asked: Art. 82 loi Informatique et Libertés."""

    name: str
    life: LazyString
    carries: tuple[LazyString, ...]


def cookies_set() -> tuple[NecessaryCookie, ...]:
    """Return every cookie that the application sets."""
    session_cookie = NecessaryCookie(
        current_app.config["SESSION_COOKIE_NAME"], _("until you close the browser"), tuple(CARRIED.values())
    )
    return (session_cookie,)
