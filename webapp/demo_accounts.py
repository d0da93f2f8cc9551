"""The demo's accounts: made at the first start, with passwords of their own, in a file for the owner alone."""

import secrets

from accounts.errors import EmailTaken
from accounts.login import create_account
from accounts.models import Role
from storage.database import db
from webapp.demo_accounts_file import DemoAccount, demo_accounts, write_demo_accounts
from webapp.wiring import wiring

__all__ = ["DemoAccount", "demo_accounts", "ensure_demo_accounts"]

_NAMES = {
    Role.SHOPPER: "shopper",
    Role.MERCHANDISER: "merchandiser",
    Role.PRIVACY_OFFICER: "officer",
    Role.ADMIN: "admin",
}


def ensure_demo_accounts() -> None:
    """Make the demo accounts that are not there yet; commits. Their passwords are random."""
    settings = wiring().settings
    accounts = demo_accounts(settings) or [
        DemoAccount(role.value, f"{name}@demo.example", secrets.token_urlsafe(9)) for role, name in _NAMES.items()
    ]
    # The file first: a password that is only in the database could never be read again.
    write_demo_accounts(settings, accounts)
    for account in accounts:
        try:
            create_account(
                email=account.email,
                password=account.password,
                role=Role(account.role),
                language=settings.default_language,
                keys=wiring().keys,
            )
        except EmailTaken:
            continue
    db.session.commit()
