"""Who stands behind a pseudonym or an e-mail, for the officer's answers; the shop itself never asks."""

from dataclasses import dataclass

from sqlalchemy import select

from accounts.addresses import email_address
from accounts.models import Account
from accounts.people import account_with_email, account_with_id, email_of, pseudonym_of
from privacy.keys import PersonalDataKeys
from privacy.pseudonyms import Pseudonymiser
from privacy.sources import Scope
from storage.database import db


@dataclass(frozen=True)
class KnownPerson:
    """An account, by what other packages know it by. The address is left out of every representation."""

    account_id: str
    pseudonym: str
    language: str


def person_of_pseudonym(pseudonym: str, keys: PersonalDataKeys) -> KnownPerson | None:
    """Return the account behind a pseudonym, or None.

    Every id is tried (a microsecond each): a column with the pseudonym would tie the stores for whoever copies both.
    """
    pseudonyms = Pseudonymiser(keys.pseudonyms)
    for account_id in db.session.scalars(select(Account.id)):
        if pseudonyms.of_account(account_id) == pseudonym:
            return _known(account_with_id(account_id), keys)
    return None


def person_of_email(email: str, keys: PersonalDataKeys) -> KnownPerson | None:
    """Return the account with this address, or None; the address is hashed at once. Raises NotAnEmail."""
    account = account_with_email(email_address(email), keys)
    return _known(account, keys) if account else None


def scope_of_person(pseudonym: str, keys: PersonalDataKeys) -> Scope:
    """Return the scope of all that is kept of a pseudonym: with its account, if it has one."""
    person = person_of_pseudonym(pseudonym, keys)
    return Scope(pseudonym, account_id=person.account_id if person else None)


def address_of(person: KnownPerson, keys: PersonalDataKeys) -> str:
    """Return the person's e-mail, to write to it. Raises AccountNotFound, CannotBeDecrypted."""
    return email_of(account_with_id(person.account_id), keys)


def _known(account: Account, keys: PersonalDataKeys) -> KnownPerson:
    return KnownPerson(account.id, pseudonym_of(account, keys), account.language)
