"""Becoming a member: the account waits until the letter's link proves that the address is theirs.

Nobody learns from an answer whether an address has an account: it is always the same, the letter differs.
"""

from accounts.addresses import email_address
from accounts.errors import EmailTaken, LinkNotValid, TooManyAttempts, WrongCredentials
from accounts.links import LinkPurpose, new_link, read_link, use_link
from accounts.login import new_account
from accounts.models import Account, Role
from accounts.passwords import check_new_password, hash_password, is_password
from accounts.people import AccountDesk, account_with_email, note_of, write_to
from accounts.ports import LetterKind
from accounts.throttle import LETTERS, count_attempt
from storage.database import db, now


def sign_up(*, email: str, password: str, language: str, desk: AccountDesk) -> None:
    """Make an account that waits for its confirmation, or tell the owner of one by letter; flushes, does not commit.

    Raises NotAnEmail or PasswordTooWeak.
    """
    address = email_address(email)
    check_new_password(password, email=address)
    may_write = may_write_to(address, desk)
    try:
        account = new_account(email=address, password=password, role=Role.SHOPPER, language=language, keys=desk.keys)
    except EmailTaken:
        account = _known_account(address, password, desk)
    if may_write:
        write_about_address(account, desk)


def ask_for_confirmation(*, email: str, desk: AccountDesk) -> None:
    """Send the confirmation's link again, if the address waits for one; flushes, does not commit."""
    account = account_with_email(email, desk.keys)
    if may_write_to(email, desk) and account is not None:
        write_about_address(account, desk)


def confirm_email(token: str, *, password: str, desk: AccountDesk) -> Account:
    """Return the account that can log in from now on; flushes, does not commit.

    password: of the last sign-up. Whoever reads the letters must have chosen it: else a stranger who signed up
    with the address would own the account that its owner confirms. Raises LinkNotValid or WrongCredentials.
    """
    account = db.session.get(Account, read_link(token, LinkPurpose.CONFIRM_EMAIL, keys=desk.keys).account_id)
    if account is None:
        raise LinkNotValid
    if not is_password(password, account.password_hash):
        raise WrongCredentials
    use_link(token, LinkPurpose.CONFIRM_EMAIL, keys=desk.keys)
    account.confirmed_at = account.confirmed_at or now()
    note_of(account, "account.confirmed", desk.keys)
    db.session.flush()
    return account


def may_write_to(email: str, desk: AccountDesk) -> bool:
    """Say whether one more letter may go to the address: this shop fills nobody's mailbox for a stranger."""
    try:
        count_attempt(LETTERS, desk.pseudonyms.of_email(email), keys=desk.keys)
    except TooManyAttempts:
        return False
    return True


def write_about_address(account: Account, desk: AccountDesk) -> None:
    """Send the link to confirm with, or the news that there is an account already."""
    if account.confirmed_at is not None:
        write_to(account, LetterKind.EMAIL_KNOWN, desk)
    else:
        token = new_link(account.id, LinkPurpose.CONFIRM_EMAIL, keys=desk.keys)
        write_to(account, LetterKind.CONFIRM_EMAIL, desk, token=token)


def _known_account(address: str, password: str, desk: AccountDesk) -> Account:
    account = account_with_email(address, desk.keys)
    assert account is not None
    # Hashed in either case: both answers take equally long.
    password_hash = hash_password(password)
    if account.confirmed_at is None:
        # Nobody has proved anything yet: the last one to sign up chose the password that a confirmation must name.
        account.password_hash = password_hash
        db.session.flush()
    return account
