"""What can go wrong with accounts."""


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
