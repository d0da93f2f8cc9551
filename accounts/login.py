"""Accounts: create one, log in."""

import uuid

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from accounts.errors import EmailTaken, WrongCredentials
from accounts.models import Account, Role
from privacy.encryption import seal
from privacy.keys import PersonalDataKeys
from privacy.pseudonyms import Pseudonymiser
from storage.database import db, now

_hasher = PasswordHasher()
# Checked when no account has the e-mail, so that both answers take equally long.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b6dWRWJTmaaJObG6sMbpVU3lB8"


def create_account(*, email: str, password: str, role: Role, language: str, keys: PersonalDataKeys) -> Account:
    """Return a new account whose address counts as confirmed; flushes, does not commit. Raises EmailTaken."""
    email_hash = Pseudonymiser(keys.pseudonyms).of_email(email)
    if _account_with(email_hash) is not None:
        raise EmailTaken
    account_id = uuid.uuid4().hex
    account = Account(
        id=account_id,
        email_hash=email_hash,
        email_sealed=seal(keys.columns, email.strip().encode(), about=f"account/{account_id}/email"),
        password_hash=_hasher.hash(password),
        role=role.value,
        language=language,
        confirmed_at=now(),
    )
    db.session.add(account)
    db.session.flush()
    return account


def authenticate(*, email: str, password: str, keys: PersonalDataKeys) -> Account:
    """Return the account of these credentials. Raises WrongCredentials."""
    account = _account_with(Pseudonymiser(keys.pseudonyms).of_email(email))
    try:
        _hasher.verify(account.password_hash if account else _NOBODY, password)
    except (VerificationError, InvalidHashError) as error:
        raise WrongCredentials from error
    if account is None:
        raise WrongCredentials
    return account


def _account_with(email_hash: str) -> Account | None:
    return db.session.scalars(select(Account).filter_by(email_hash=email_hash)).one_or_none()
