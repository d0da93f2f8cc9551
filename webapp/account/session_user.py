"""The logged-in person as Flask-Login sees them, and the roles that a page asks for."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort
from flask_login import UserMixin, current_user, login_required

from accounts.models import Account, Role
from storage.database import db

P = ParamSpec("P")
R = TypeVar("R")


class SessionUser(UserMixin):  # type: ignore[misc]
    """What pages may know of an account: its id, role and language; no e-mail."""

    def __init__(self, account: Account) -> None:
        self.account_id = account.id
        self.role = Role(account.role)
        self.language = account.language

    def get_id(self) -> str:
        return self.account_id

    def may_act_as(self, role: Role) -> bool:
        """Say whether the account has this role; an admin has every role."""
        return self.role in (role, Role.ADMIN)


def load_user(account_id: str) -> SessionUser | None:
    """Return the session's user, or None when the account is gone."""
    account = db.session.get(Account, account_id)
    return SessionUser(account) if account else None


def role_required(role: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only accounts with this role in: others get 403, visitors the log-in page."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        @login_required  # type: ignore[untyped-decorator]
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.may_act_as(role):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate
