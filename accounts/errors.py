"""What can go wrong with accounts."""


class AccountError(Exception):
    """Base of this package's errors."""


class WrongCredentials(AccountError):
    """The e-mail or the password is wrong; which of them is not told."""


class EmailTaken(AccountError):
    """An account with this e-mail exists."""
