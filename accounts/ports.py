"""What accounts need from outside: somebody who carries letters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class Letter:
    """An e-mail to one person."""

    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    """The same words laid out; empty: plain text alone."""
    person: str = ""
    """The pseudonym of the person written to, where there is one: a kept copy is found by it after a change of
    address."""


class Mailer(Protocol):
    """Carries letters; a copy that it keeps is personal data, found by `name` and erased like the rest.

    name: the look-up hash of the address (`Pseudonymiser.of_email`) or the person's pseudonym.
    """

    def send(self, letter: Letter) -> None:
        """Hand the letter over. Raises MailNotSent; nothing has been sent then."""
        ...

    def kept_letters(self, name: str) -> Sequence[str]:
        """Return what is kept of letters to this person, each as the whole message's text, oldest first."""
        ...

    def erase_letters(self, name: str) -> int:
        """Erase every kept letter to this person and return how many there were; none is no error."""
        ...


class LetterKind(StrEnum):
    """What a letter about an account says."""

    CONFIRM_EMAIL = "confirm_email"
    EMAIL_KNOWN = "email_known"
    """Somebody asked for an account, or for this address, and the reader has an account with it already."""
    RESET_PASSWORD = "reset_password"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    CONFIRM_NEW_EMAIL = "confirm_new_email"
    EMAIL_CHANGED = "email_changed"
    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    WARDROBE_LAPSES = "wardrobe_lapses"
    ACCOUNT_LAPSES = "account_lapses"


@dataclass(frozen=True)
class Addressee:
    """Whom a letter goes to, and in which language."""

    email: str = field(repr=False)
    language: str
    person: str


class LetterWriter(Protocol):
    """Puts the shop's words to an occasion."""

    def write(self, kind: LetterKind, to: Addressee, *, token: str = "", day: date | None = None) -> Letter:
        """Return the letter in the person's language; `token` becomes its link, `day` is when something lapses."""
        ...
