"""The file of the demo's accounts, for its owner alone; whoever is erased leaves it too."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from accounts.models import Account
from accounts.people import email_of
from privacy.errors import CannotBeDecrypted
from privacy.keys import PersonalDataKeys
from privacy.photo_sources import OnlyErased, in_words
from privacy.sources import ErasureStep, Scope
from storage.database import db
from webapp.settings import Settings

_FILE = "demo-accounts.json"


@dataclass(frozen=True)
class DemoAccount:
    """What a person types to try a role."""

    role: str
    email: str
    password: str


def demo_accounts(settings: Settings) -> list[DemoAccount]:
    """Return the demo accounts of this instance; none before the first start."""
    try:
        content = (settings.instance / _FILE).read_text()
    except FileNotFoundError:
        return []
    return [DemoAccount(**account) for account in json.loads(content)]


def write_demo_accounts(settings: Settings, accounts: Sequence[DemoAccount]) -> None:
    """Put the whole file in place, mode 0600."""
    path, content = settings.instance / _FILE, json.dumps([asdict(account) for account in accounts], indent=1)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    partial.replace(path)


class DemoAccountsFile(OnlyErased):
    """`PersonalDataSource` of the file. Before the rows go: the account is what leads to the line in it."""

    name = "demo accounts file"
    step = ErasureStep.BLOBS
    tables: frozenset[str] = frozenset()

    def __init__(self, settings: Settings, keys: PersonalDataKeys) -> None:
        self._settings = settings
        self._keys = keys

    def kept(self, scope: Scope) -> Mapping[str, int]:
        """Return how many lines of the file are the person's; once the account is gone nobody can tell."""
        return {"lines": len(self._lines_of(scope))}

    def erase(self, scope: Scope) -> None:
        if own := self._lines_of(scope):
            write_demo_accounts(self._settings, [line for line in demo_accounts(self._settings) if line not in own])

    def remains(self, scope: Scope) -> Sequence[str]:
        return in_words(self.kept(scope), self.name)

    def _lines_of(self, scope: Scope) -> list[DemoAccount]:
        if scope.account_id is None or scope.photo_id or scope.purpose:
            return []
        account = db.session.get(Account, scope.account_id)
        if account is None:
            return []
        try:
            email = email_of(account, self._keys)
        except CannotBeDecrypted:
            return []
        return [line for line in demo_accounts(self._settings) if line.email.casefold() == email.casefold()]
