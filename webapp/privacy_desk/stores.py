"""What the desk says when the audit store does not answer: nothing is lost, the notes wait."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import render_template
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from privacy.audit_chain import waiting_notes
from storage.database import db

P = ParamSpec("P")
View = str | Response | tuple[str, int]


def audit_store_needed(view: Callable[P, View]) -> Callable[P, View]:
    """Answer 503 with what waits, and since when, where the page needs the audit store and it does not answer."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> View:
        try:
            return view(*args, **kwargs)
        except DBAPIError:
            db.session.rollback()
            return render_template("privacy_desk/audit_away.html", waiting=waiting_notes()), 503

    return guarded
