"""An account as the other use cases meet it: found by e-mail or id, its pseudonym, its address, its letters."""

from dataclasses import dataclass

from sqlalchemy import select

from accounts.errors import AccountNotFound
from accounts.letters import post_letter
from accounts.models import Account
from accounts.ports import Addressee, LetterKind, LetterWriter
from privacy.audit_notes import note
from privacy.keys import PersonalDataKeys
from privacy.pseudonyms import Pseudonymiser
from privacy.sealed_columns import place, seal_text, unseal_text
from storage.database import ACCOUNTS_BIND, db


@dataclass(frozen=True)
class AccountDesk:
    """What the use cases of accounts work with: the keys, and who puts words to letters."""

    keys: PersonalDataKeys
    letters: LetterWriter

    @property
    def pseudonyms(self) -> Pseudonymiser:
        return Pseudonymiser(self.keys.pseudonyms)


def account_with_email(email: str, keys: PersonalDataKeys) -> Account | None:
    """Return the account whose address this is, or None."""
    email_hash = Pseudonymiser(keys.pseudonyms).of_email(email)
    return db.session.scalars(select(Account).filter_by(email_hash=email_hash)).one_or_none()


def account_with_id(account_id: str) -> Account:
    """Return the account. Raises AccountNotFound."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise AccountNotFound
    return account


def pseudonym_of(account: Account, keys: PersonalDataKeys) -> str:
    """Return the pseudonym by which the other stores know the person."""
    return Pseudonymiser(keys.pseudonyms).of_account(account.id)


def email_of(account: Account, keys: PersonalDataKeys) -> str:
    """Return the account's address. Raises CannotBeDecrypted."""
    return unseal_text(keys, account.email_sealed, about=_place_of_email(account.id))


def sealed_email(account_id: str, email: str, keys: PersonalDataKeys) -> bytes:
    """Return the address sealed for the account's row."""
    return seal_text(keys, email, about=_place_of_email(account_id))


def write_to(account: Account, kind: LetterKind, desk: AccountDesk, *, token: str = "", to: str = "") -> None:
    """Put a letter to the account in the post (to another address than its own: `to`). Flushes, does not commit."""
    email = to or email_of(account, desk.keys)
    addressee = Addressee(email, account.language, pseudonym_of(account, desk.keys))
    post_letter(desk.letters.write(kind, addressee, token=token), keys=desk.keys)


def note_of(account: Account, action: str, keys: PersonalDataKeys, *, actor: str = "", **details: str | int) -> None:
    """Note an act on the account, by the person themselves unless an actor is named. Flushes with the caller."""
    pseudonym = pseudonym_of(account, keys)
    note(action, actor=actor or pseudonym, subject=pseudonym, store=ACCOUNTS_BIND, details=details)


def _place_of_email(account_id: str) -> str:
    return place("account", account_id, "email")
