"""What the accounts store keeps of a person: the account, sessions, links, codes, counts of tries, letters."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select

from accounts.models import (
    Account,
    AccountSession,
    AccountToken,
    AttemptCount,
    LapseWarning,
    RecoveryCode,
    WaitingLetter,
)
from accounts.people import email_of
from accounts.ports import Mailer
from accounts.profile import Profile, change_profile, profile_of
from accounts.sessions import device_of
from accounts.throttle import CODES, LETTERS, LOG_INS_OF_ACCOUNT
from privacy.canaries import Canary, CanaryKind
from privacy.consent import Purpose
from privacy.errors import CannotBeDecrypted
from privacy.keys import PersonalDataKeys
from privacy.pseudonyms import Pseudonymiser
from privacy.sources import ErasureStep, Scope
from storage.database import db

_LANGUAGES = ("fr", "en")


class AccountsSource:
    """`PersonalDataSource` of the accounts store, and of the letters that a mailer keeps."""

    name = "account"
    step = ErasureStep.ROWS
    tables = frozenset(
        table.__tablename__
        for table in (Account, AccountToken, AccountSession, LapseWarning, RecoveryCode, AttemptCount, WaitingLetter)
    )

    def __init__(self, keys: PersonalDataKeys, mailer: Mailer) -> None:
        self._keys = keys
        self._mailer = mailer

    def canaries(self, scope: Scope) -> Iterator[Canary]:
        """Yield the address (first), the name, the hashes that others find them by, and how sealed texts begin."""
        account = self._account(scope)
        if account is None:
            return
        with suppress(CannotBeDecrypted):
            yield Canary.text(CanaryKind.EMAIL, email_of(account, self._keys))
        with suppress(CannotBeDecrypted):
            if name := profile_of(account, self._keys).name:
                yield Canary.text(CanaryKind.NAME, name)
        tokens = db.session.scalars(select(AccountToken).filter_by(account_id=account.id)).all()
        waiting = db.session.scalars(select(WaitingLetter).where(self._is_letter(scope))).all()
        # Of the password's hash the part that is nobody else's: all begin with the same parameters.
        own_hash = (account.password_hash or "").rpartition("$")[2]
        hashes = [account.email_hash, own_hash, *(kept.id_hash for kept in self._sessions(account))]
        for value in (*hashes, *(token.token_hash for token in tokens), *self._attempt_keys(scope)):
            yield Canary.text(CanaryKind.HASH, value)
        sealed = [account.email_sealed, account.name_sealed, account.preferences_sealed, account.totp_sealed]
        sealed += [*(token.email_sealed for token in tokens), *(letter.content_sealed for letter in waiting)]
        for content in filter(None, sealed):
            yield Canary.beginning_of(content)

    def export(self, scope: Scope) -> Mapping[str, object]:
        """Return the account, its sessions and its letters; secrets (password, codes, links) are no part of it."""
        account = self._account(scope)
        if account is None:
            return {}
        profile = profile_of(account, self._keys)
        return {
            "email": email_of(account, self._keys),
            "name": profile.name,
            "preferences": {name: value for name, value in asdict(profile).items() if name != "name"},
            "language": account.language,
            "role": account.role,
            "created_at": _written(account.created_at),
            "confirmed_at": _written(account.confirmed_at),
            "last_active_at": _written(account.last_active_at),
            "second_step_since": _written(account.totp_enabled_at),
            "warned_of_erasure_at": _written(self._warned_at(account)),
            "sessions": [self._session(kept) for kept in self._sessions(account)],
            "letters": [*self._letters_of(scope)],
        }

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Take over `name`, `language` and the preferences. Raises ValueError for a value of another kind."""
        account = self._account(scope)
        if account is None:
            return
        own: dict[str, Any] = {name: _text(name, value) for name, value in corrections.items() if name in _TEXTS}
        if "favourite_categories" in corrections:
            own["favourite_categories"] = _texts(corrections["favourite_categories"])
        if own:
            change_profile(account, replace(profile_of(account, self._keys), **own), self._keys)
        if corrections.get("language") in _LANGUAGES:
            account.language = str(corrections["language"])
        db.session.flush()

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """The account itself stays usable: the person could not lift the hold otherwise (Art. 18(3))."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Nothing here rests on a purpose that can be objected to."""

    def erase(self, scope: Scope) -> None:
        """Remove kept and waiting letters, counts of tries, and the account with all that hangs on it."""
        if not _is_of_person(scope):
            return
        for name in self._names(scope):
            self._mailer.erase_letters(name)
        db.session.execute(delete(WaitingLetter).where(self._is_letter(scope)))
        db.session.execute(delete(AttemptCount).where(AttemptCount.key_hash.in_(self._attempt_keys(scope))))
        # Sessions, links, codes and warnings go with the row (ON DELETE CASCADE).
        db.session.execute(delete(Account).where(Account.id == scope.account_id))
        db.session.flush()

    def remains(self, scope: Scope) -> Sequence[str]:
        """Return a line for each table, and for the letters, that still hold something."""
        if not _is_of_person(scope):
            return []
        tables = (Account, AccountToken, AccountSession, LapseWarning, RecoveryCode)
        of_account = {table: _account_column(table) == scope.account_id for table in tables}
        of_person: dict[type[Any], Any] = {
            **of_account,
            WaitingLetter: self._is_letter(scope),
            AttemptCount: AttemptCount.key_hash.in_(self._attempt_keys(scope)),
        }
        counts = {table.__tablename__: _count(table, which) for table, which in of_person.items()}
        counts["letters kept by the mailer"] = len(self._letters_of(scope))
        return [f"{table}: {count}" for table, count in counts.items() if count]

    def _account(self, scope: Scope) -> Account | None:
        return db.session.get(Account, scope.account_id) if _is_of_person(scope) else None

    def _names(self, scope: Scope) -> list[str]:
        """The names that kept letters go by: the pseudonym, and the address while it is known."""
        account = self._account(scope)
        return [scope.pseudonym, *([account.email_hash] if account else [])]

    def _is_letter(self, scope: Scope) -> Any:
        names = self._names(scope)
        return or_(WaitingLetter.person.in_(names), WaitingLetter.address_hash.in_(names))

    def _attempt_keys(self, scope: Scope) -> list[str]:
        account, of_attempt = self._account(scope), Pseudonymiser(self._keys.pseudonyms).of_attempt
        of_account = [of_attempt(CODES.kind, scope.account_id or "")]
        kinds = (LOG_INS_OF_ACCOUNT, LETTERS) if account else ()
        return of_account + [of_attempt(limit.kind, account.email_hash) for limit in kinds if account]

    def _sessions(self, account: Account) -> Sequence[AccountSession]:
        return db.session.scalars(select(AccountSession).filter_by(account_id=account.id)).all()

    def _session(self, kept: AccountSession) -> dict[str, Any]:
        return {
            "device": device_of(kept, self._keys),
            "created_at": _written(kept.created_at),
            "last_seen_at": _written(kept.last_seen_at),
            "ended_at": _written(kept.revoked_at),
        }

    def _warned_at(self, account: Account) -> datetime | None:
        return db.session.scalar(select(func.max(LapseWarning.sent_at)).filter_by(account_id=account.id))

    def _letters_of(self, scope: Scope) -> list[str]:
        found = [letter for name in self._names(scope) for letter in self._mailer.kept_letters(name)]
        return list(dict.fromkeys(found))


_TEXTS = tuple(name for name in Profile.__dataclass_fields__ if name != "favourite_categories")


def _is_of_person(scope: Scope) -> bool:
    """An account is no part of a photo, nor of a purpose of one."""
    return scope.account_id is not None and scope.photo_id is None and scope.purpose is None


def _account_column(table: type[Any]) -> Any:
    return table.id if table is Account else table.account_id


def _count(table: type[Any], which: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(which)) or 0


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is a text, not {value!r}")
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"favourite_categories is a list of texts, not {value!r}")
    return value
