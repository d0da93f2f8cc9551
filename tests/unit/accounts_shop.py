"""An accounts store on a file, for tests without the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from accounts.letters import send_waiting_letters
from accounts.login import create_account
from accounts.models import Account, Role
from accounts.people import AccountDesk
from accounts.ports import Letter
from privacy.keys import PersonalDataKeys
from privacy.models import AccountsAuditNote
from storage.database import ACCOUNTS_BIND, db
from tests.doubles import InMemoryMailer, PlainLetters
from tests.factories import personal_data_keys

EMAIL, PASSWORD = "zoe@example.com", "quatre mots sans rapport"
CALLER = "c" * 32


@dataclass
class AccountsShop:
    """The store, its keys and a mailer whose letters can be read."""

    app: Flask
    keys: PersonalDataKeys = field(default_factory=personal_data_keys)

    def __post_init__(self) -> None:
        self.desk = AccountDesk(self.keys, PlainLetters())
        self.mailer = InMemoryMailer(self.desk.pseudonyms.of_email)

    def person(self, email: str = EMAIL, role: Role = Role.SHOPPER) -> Account:
        account = create_account(email=email, password=PASSWORD, role=role, language="fr", keys=self.keys)
        db.session.commit()
        return account

    def letters(self) -> list[Letter]:
        db.session.commit()
        send_waiting_letters(self.mailer, keys=self.keys)
        return self.mailer.sent

    def acts(self) -> list[str]:
        return list(db.session.scalars(select(AccountsAuditNote.action).order_by(AccountsAuditNote.at)))


@contextmanager
def accounts_shop(folder: Path) -> Iterator[AccountsShop]:
    app = Flask("accounts")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.config["SQLALCHEMY_BINDS"] = {
        "keys": "sqlite://",
        "audit": "sqlite://",
        ACCOUNTS_BIND: f"sqlite:///{folder / 'accounts.sqlite3'}",
    }
    db.init_app(app)
    with app.app_context():
        db.create_all([ACCOUNTS_BIND, None])
        yield AccountsShop(app)
        db.session.remove()
