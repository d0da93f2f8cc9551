"""The logged-in person as Flask-Login sees them, and the permissions that a page asks for."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import UserMixin, current_user, login_required

from accounts.models import Account, Role
from accounts.permissions import Permission, may
from accounts.sessions import account_of_session
from privacy.standing import is_being_erased
from webapp.wiring import wiring

P = ParamSpec("P")
R = TypeVar("R")


class SessionUser(UserMixin):  # type: ignore[misc]
    """What pages may know of an account: its id, role and language; no e-mail."""

    def __init__(self, account: Account, secret: str) -> None:
        self.account_id = account.id
        self.role = Role(account.role)
        self.language = account.language
        self.has_second_step = account.has_second_step
        self.secret = secret
        """What the cookie carries: it names the session, so that an ended one is nobody's on the next request."""

    def get_id(self) -> str:
        return self.secret

    def may(self, permission: Permission) -> bool:
        """Say whether the account's role has the permission."""
        return may(self.role, permission)


def load_user(secret: str) -> SessionUser | None:
    """Return the session's user, or None when it was ended or lapsed, or the account is gone or going."""
    account = account_of_session(secret, limits=wiring().session_limits)
    if account is None or is_being_erased(wiring().pseudonyms.of_account(account.id)):
        return None
    return SessionUser(account, secret)


def needs_second_step_first(user: SessionUser) -> bool:
    """Say whether the account opens no desk before its second step is on."""
    return user.role is not Role.SHOPPER and not user.has_second_step and wiring().settings.staff_needs_second_step


def permission_required(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only accounts with this permission in: others get 403, visitors the log-in page, staff without a second step
    the page to set it up."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        @login_required  # type: ignore[untyped-decorator]
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.may(permission):
                abort(403)
            if needs_second_step_first(current_user):
                flash(_("Your desk opens once the second step of your log-in is set up."), "info")
                return cast(R, redirect(url_for("account.second_step")))
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test of roles and routes
        return guarded

    return decorate
