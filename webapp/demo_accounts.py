"""The demo's accounts: made at the first start, with passwords of their own, in a file for the owner alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass

from accounts.errors import EmailTaken
from accounts.login import create_account
from accounts.models import Role
from storage.database import db
from webapp.settings import Settings
from webapp.wiring import wiring

_FILE = "demo-accounts.json"
_NAMES = {
    Role.SHOPPER: "shopper",
    Role.MERCHANDISER: "merchandiser",
    Role.PRIVACY_OFFICER: "officer",
    Role.ADMIN: "admin",
}


@dataclass(frozen=True)
class DemoAccount:
    """What a person types to try a role."""

    role: str
    email: str
    password: str


def ensure_demo_accounts() -> None:
    """Make the demo accounts that are not there yet; commits. Their passwords are random."""
    settings = wiring().settings
    accounts = demo_accounts(settings) or [
        DemoAccount(role.value, f"{name}@demo.example", secrets.token_urlsafe(9)) for role, name in _NAMES.items()
    ]
    # The file first: a password that is only in the database could never be read again.
    _write(settings, accounts)
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


def demo_accounts(settings: Settings) -> list[DemoAccount]:
    """Return the demo accounts of this instance; none before the first start."""
    try:
        content = (settings.instance / _FILE).read_text()
    except FileNotFoundError:
        return []
    return [DemoAccount(**account) for account in json.loads(content)]


def _write(settings: Settings, accounts: list[DemoAccount]) -> None:
    path = settings.instance / _FILE
    content = json.dumps([asdict(account) for account in accounts], indent=1)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
