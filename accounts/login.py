"""Accounts: create one, log in."""

import uuid
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from accounts.addresses import email_address
from accounts.errors import EmailNotConfirmed, EmailTaken, WrongCredentials
from accounts.models import Account, Role
from accounts.passwords import hash_password, is_password, needs_new_hash
from accounts.people import account_with_email, note_of, pseudonym_of, sealed_email
from accounts.throttle import (
    LOG_INS_FROM_ADDRESS,
    LOG_INS_OF_ACCOUNT,
    count_attempt,
    forget_attempts,
    forgive_attempt,
)
from privacy.audit_notes import note
from privacy.keys import PersonalDataKeys
from privacy.pseudonyms import Pseudonymiser
from privacy.standing import is_being_erased
from storage.database import ACCOUNTS_BIND, db, now


def create_account(*, email: str, password: str, role: Role, language: str, keys: PersonalDataKeys) -> Account:
    """Return a new account whose address counts as confirmed; flushes, does not commit.

    Raises EmailTaken or NotAnEmail.
    """
    account = new_account(email=email, password=password, role=role, language=language, keys=keys)
    account.confirmed_at = now()
    db.session.flush()
    return account


def new_account(*, email: str, password: str, role: Role, language: str, keys: PersonalDataKeys) -> Account:
    """Return a new account that nobody can log in to yet; flushes, does not commit.

    Raises EmailTaken (also when another process was faster: the session is rolled back then) or NotAnEmail.
    """
    address = email_address(email)
    if account_with_email(address, keys) is not None:
        raise EmailTaken
    account_id = uuid.uuid4().hex
    account = Account(
        id=account_id,
        email_hash=Pseudonymiser(keys.pseudonyms).of_email(address),
        email_sealed=sealed_email(account_id, address, keys),
        password_hash=hash_password(password),
        role=role.value,
        language=language,
    )
    db.session.add(account)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise EmailTaken from error
    note_of(account, "account.created", keys, role=role.value)
    return account


@dataclass(frozen=True)
class Caller:
    """Who tries to log in: their pseudonym so far (of the visit) and their address of the network."""

    pseudonym: str
    network_address: str


def authenticate(*, email: str, password: str, caller: Caller, keys: PersonalDataKeys) -> Account:
    """Return the account of these credentials; what it noted is flushed, the caller commits.

    Raises WrongCredentials (whether the e-mail is known or not), EmailNotConfirmed (only for the right password) or
    TooManyAttempts. Failures are committed.
    """
    email_hash = Pseudonymiser(keys.pseudonyms).of_email(email)
    count_attempt(LOG_INS_FROM_ADDRESS, caller.network_address, keys=keys)
    count_attempt(LOG_INS_OF_ACCOUNT, email_hash, keys=keys)
    account = account_with_email(email, keys)
    if (
        not is_password(password, account.password_hash if account else None)
        or account is None
        or _leaves(account, keys)
    ):
        _note_failure(account, caller, keys)
        raise WrongCredentials
    forgive_attempt(LOG_INS_FROM_ADDRESS, caller.network_address, keys=keys)
    forget_attempts(LOG_INS_OF_ACCOUNT, email_hash, keys=keys)
    if account.confirmed_at is None:
        raise EmailNotConfirmed
    if needs_new_hash(account.password_hash):
        account.password_hash = hash_password(password)
    return account


def _leaves(account: Account, keys: PersonalDataKeys) -> bool:
    """Say whether the person asked to be erased: until that is done, nobody is there."""
    return is_being_erased(pseudonym_of(account, keys))


def _note_failure(account: Account | None, caller: Caller, keys: PersonalDataKeys) -> None:
    if account is None:
        note("account.log_in_refused", actor=caller.pseudonym, store=ACCOUNTS_BIND)
    else:
        note_of(account, "account.log_in_refused", keys, actor=caller.pseudonym)
    db.session.commit()
