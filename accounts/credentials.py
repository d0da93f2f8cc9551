"""Changing what one logs in with: a forgotten password, a new password, a new address."""

from sqlalchemy.exc import IntegrityError

from accounts.addresses import email_address
from accounts.errors import LinkNotValid, SameEmail, WrongCredentials
from accounts.links import LinkPurpose, end_links, new_link, read_link, use_link
from accounts.models import Account
from accounts.passwords import check_new_password, hash_password, is_password
from accounts.people import AccountDesk, account_with_email, account_with_id, email_of, note_of, sealed_email, write_to
from accounts.ports import LetterKind
from accounts.sessions import end_sessions
from accounts.sign_up import may_write_to
from accounts.throttle import LOG_INS_OF_ACCOUNT, count_attempt, forget_attempts
from storage.database import db, now


def ask_for_reset(*, email: str, desk: AccountDesk) -> None:
    """Send a link to choose a new password, if the address has an account; flushes, does not commit."""
    account = account_with_email(email, desk.keys)
    if not may_write_to(email, desk) or account is None:
        return
    token = new_link(account.id, LinkPurpose.RESET_PASSWORD, keys=desk.keys)
    write_to(account, LetterKind.RESET_PASSWORD, desk, token=token)
    note_of(account, "account.reset_asked", desk.keys)
    db.session.flush()


def reset_password(token: str, *, password: str, desk: AccountDesk) -> None:
    """Set a new password and end every session; flushes, does not commit. Raises LinkNotValid or PasswordTooWeak.

    A password that is refused leaves the link good for another try.
    """
    waiting = read_link(token, LinkPurpose.RESET_PASSWORD, keys=desk.keys)
    account = account_with_id(waiting.account_id)
    check_new_password(password, email=email_of(account, desk.keys))
    forget_attempts(LOG_INS_OF_ACCOUNT, account.email_hash, keys=desk.keys)
    use_link(token, LinkPurpose.RESET_PASSWORD, keys=desk.keys)
    # The letter reached them: that confirms the address as well.
    account.confirmed_at = account.confirmed_at or now()
    _set_password(account, password, desk)
    end_sessions(account.id)
    note_of(account, "account.password_reset", desk.keys)


def change_password(account_id: str, *, current: str, new: str, session_id: str, desk: AccountDesk) -> None:
    """Set a new password and end the other sessions; flushes, does not commit.

    Raises WrongCredentials, TooManyAttempts or PasswordTooWeak.
    """
    account = account_with_id(account_id)
    require_password(account, current, desk)
    check_new_password(new, email=email_of(account, desk.keys))
    _set_password(account, new, desk)
    end_sessions(account.id, but=session_id)
    note_of(account, "account.password_changed", desk.keys)


def ask_for_new_email(account_id: str, *, password: str, email: str, desk: AccountDesk) -> None:
    """Send a link to the new address; until it is followed nothing changes. Flushes, does not commit.

    Whether the new address has an account already is told to its owner alone, by letter.
    Raises WrongCredentials, TooManyAttempts, NotAnEmail or SameEmail.
    """
    account, address = account_with_id(account_id), email_address(email)
    if desk.pseudonyms.of_email(address) == account.email_hash:
        raise SameEmail
    require_password(account, password, desk)
    may_write, owner = may_write_to(address, desk), account_with_email(address, desk.keys)
    if not may_write:
        return
    if owner is not None:
        write_to(owner, LetterKind.EMAIL_KNOWN, desk)
    else:
        token = new_link(account.id, LinkPurpose.CHANGE_EMAIL, keys=desk.keys, new_email=address)
        write_to(account, LetterKind.CONFIRM_NEW_EMAIL, desk, token=token, to=address)
    note_of(account, "account.email_change_asked", desk.keys)
    db.session.flush()


def change_email(token: str, *, account_id: str, desk: AccountDesk) -> None:
    """Take over the address that the link was sent to, and tell the old one; flushes, does not commit.

    Raises LinkNotValid, also for another account's link and for an address that somebody took in the meantime.
    """
    if read_link(token, LinkPurpose.CHANGE_EMAIL, keys=desk.keys).account_id != account_id:
        raise LinkNotValid
    link, account = use_link(token, LinkPurpose.CHANGE_EMAIL, keys=desk.keys), account_with_id(account_id)
    # To the old address: if it was not them, they learn of it there. Its other links end.
    write_to(account, LetterKind.EMAIL_CHANGED, desk)
    end_links(account.id)
    account.email_hash = desk.pseudonyms.of_email(link.new_email)
    account.email_sealed = sealed_email(account.id, link.new_email, desk.keys)
    note_of(account, "account.email_changed", desk.keys)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise LinkNotValid from error


def require_password(account: Account, password: str, desk: AccountDesk) -> None:
    """Ask again before something that a borrowed browser must not do. Raises WrongCredentials or TooManyAttempts."""
    count_attempt(LOG_INS_OF_ACCOUNT, account.email_hash, keys=desk.keys)
    if not is_password(password, account.password_hash):
        raise WrongCredentials
    forget_attempts(LOG_INS_OF_ACCOUNT, account.email_hash, keys=desk.keys)


def _set_password(account: Account, password: str, desk: AccountDesk) -> None:
    account.password_hash = hash_password(password)
    end_links(account.id, LinkPurpose.RESET_PASSWORD)
    write_to(account, LetterKind.PASSWORD_CHANGED, desk)
    db.session.flush()
