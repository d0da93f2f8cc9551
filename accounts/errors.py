"""What can go wrong with accounts."""

from enum import StrEnum


class Weakness(StrEnum):
    """Why a password cannot be used."""

    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    TOO_COMMON = "among the most used ones"
    TOO_UNIFORM = "the same few characters again and again"
    LIKE_EMAIL = "made of the e-mail address"


class AccountError(Exception):
    """Base of this package's errors."""


class WrongCredentials(AccountError):
    """The e-mail or the password is wrong; which of them is not told."""


class EmailTaken(AccountError):
    """An account with this e-mail exists."""


class MailNotSent(AccountError):
    """A letter did not go out; `is_lasting`: trying again will not help (no such mailbox, say)."""

    def __init__(self, words: str, *, is_lasting: bool = False) -> None:
        super().__init__(words)
        self.is_lasting = is_lasting


class MailAddressOfServerUnknown(AccountError, ValueError):
    """MAIL_URL names no mail server: write `smtp://user:password@host:port` or `smtps://…`."""


class NotAnEmail(AccountError, ValueError):
    """The text is no e-mail address: `name@domain.example`, no spaces, one @."""

    def __init__(self) -> None:
        super().__init__("no e-mail address: write it as name@domain.example")


class WardrobeNeedsAccount(AccountError):
    """A visitor without an account could not find a wardrobe again, nor empty it: log in, or sign up, first."""

    field = "consent"


class GarmentNotInWardrobe(AccountError):
    """No such garment in this person's wardrobe: it was taken out, or is somebody else's (which is not told)."""


class NoSuchGarment(AccountError):
    """The photo has no garment of this number."""

    field = "garment"


class NameTooLong(AccountError):
    """A garment's name may have so many characters: shorten it."""

    field = "name"


class PasswordTooWeak(AccountError, ValueError):
    """The new password would be guessed; `weakness` says why."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(f"the new password cannot be used: {weakness.value}")
        self.weakness = weakness


class EmailNotConfirmed(AccountError):
    """The password is right, and the e-mail has not been confirmed yet: follow the letter's link, or ask again."""


class LinkNotValid(AccountError):
    """The link of a letter was used, has lapsed, was replaced by a newer one, or was altered: ask for a new one."""

    def __init__(self) -> None:
        super().__init__("this link was used, has lapsed, or was replaced by a newer one")


class TooManyAttempts(AccountError):
    """Too many tries in vain: wait `wait_seconds`, then try again."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(f"too many attempts: wait {wait_seconds} seconds")
        self.wait_seconds = wait_seconds


class WrongCode(AccountError):
    """The code of the second step is wrong, has lapsed, or was used before."""


class SecondStepNotBegun(AccountError):
    """There is no secret to confirm a code of: begin the set-up again."""


class SecondStepIsOn(AccountError):
    """The second step is on already: turn it off before you set up another telephone."""


class SameEmail(AccountError):
    """The new address is the account's own."""


class SessionNotFound(AccountError):
    """No such session of this account: it was ended already, or is somebody else's (which is not told)."""


class AccountNotFound(AccountError):
    """No account has this e-mail or id."""
