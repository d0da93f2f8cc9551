"""The second step of a log-in: a code of the telephone (TOTP, RFC 6238), or once a recovery code."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import CursorResult, delete, or_, update

from accounts.errors import SecondStepIsOn, SecondStepNotBegun, WrongCode
from accounts.models import Account, RecoveryCode
from accounts.people import AccountDesk, account_with_id, email_of, note_of, write_to
from accounts.ports import LetterKind
from accounts.sessions import end_sessions
from accounts.throttle import CODES, count_attempt, forget_attempts
from privacy.keys import PersonalDataKeys
from privacy.pseudonyms import Pseudonymiser
from privacy.sealed_columns import place, seal_text, unseal_text
from storage.database import db, now

_DIGITS = 6
_STEP_SECONDS = 30
_STEPS_AROUND = (0, -1, 1)
"""A telephone's clock may be off by one step."""
RECOVERY_CODES = 10
_CODE_BYTES = 10
_HALF_CODE = 8


@dataclass(frozen=True)
class SecondStepSecret:
    """What the telephone's app is told once."""

    address: str = field(repr=False)
    """`otpauth://…`, for the QR code."""
    typed: str = field(repr=False)
    """The same secret to type in, in groups of four."""


def begin_second_step(account_id: str, *, shop: str, desk: AccountDesk) -> SecondStepSecret:
    """Return the secret that waits for its first code (a new one only if none waits); flushes, does not commit.

    Raises SecondStepIsOn: a secret in use is never shown again.
    """
    account = account_with_id(account_id)
    if account.has_second_step:
        raise SecondStepIsOn
    if account.totp_sealed is None:
        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        account.totp_sealed = seal_text(desk.keys, secret, about=_place(account))
        db.session.flush()
    secret = _secret_of(account, desk.keys)
    address = _totp(secret).get_provisioning_uri(email_of(account, desk.keys), shop)
    return SecondStepSecret(address, " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)))


def turn_on_second_step(account_id: str, *, code: str, session_id: str, desk: AccountDesk) -> list[str]:
    """Ask for codes from now on, end the other sessions, and return the recovery codes, to be shown this once.

    Flushes, does not commit. Raises WrongCode, TooManyAttempts or SecondStepNotBegun.
    """
    account = account_with_id(account_id)
    count_attempt(CODES, account.id, keys=desk.keys)
    if account.totp_sealed is None or account.has_second_step:
        raise SecondStepNotBegun
    _take_code(account, code, desk.keys, now())
    account.totp_enabled_at = now()
    end_sessions(account.id, but=session_id)
    note_of(account, "account.totp_enabled", desk.keys)
    write_to(account, LetterKind.SECOND_STEP_ON, desk)
    return new_recovery_codes(account, desk.keys)


def turn_off_second_step(account: Account, desk: AccountDesk, *, actor: str = "") -> None:
    """Ask for no code any more; flushes, does not commit."""
    account.totp_sealed = account.totp_enabled_at = account.totp_last_step = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    note_of(account, "account.totp_disabled", desk.keys, actor=actor)
    write_to(account, LetterKind.SECOND_STEP_OFF, desk)


def pass_second_step(account_id: str, *, code: str, keys: PersonalDataKeys, at: datetime | None = None) -> Account:
    """Return the account when the code is a fresh one of its telephone or one of its recovery codes.

    Each code is taken once. Flushes, does not commit. Raises WrongCode (noted and committed) or TooManyAttempts.
    """
    account = account_with_id(account_id)
    count_attempt(CODES, account.id, keys=keys)
    try:
        if len(_plain(code)) == _DIGITS:
            _take_code(account, code, keys, at or now())
        else:
            _take_recovery_code(account, code, keys)
    except WrongCode:
        note_of(account, "account.code_refused", keys)
        db.session.commit()
        raise
    return account


def forget_wrong_codes(account_id: str, *, keys: PersonalDataKeys) -> None:
    """Begin to count anew after a right code; writes and commits by itself, so call it after the commit."""
    forget_attempts(CODES, account_id, keys=keys)


def new_recovery_codes(account: Account, keys: PersonalDataKeys) -> list[str]:
    """Return new recovery codes; the old ones end. Flushes, does not commit."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    pseudonyms = Pseudonymiser(keys.pseudonyms)
    db.session.add_all(
        RecoveryCode(code_hash=pseudonyms.of_code(account.id, code), account_id=account.id) for code in codes
    )
    note_of(account, "account.recovery_codes_made", keys)
    db.session.flush()
    return [f"{code[:_HALF_CODE]}-{code[_HALF_CODE:]}" for code in codes]


def recovery_codes_left(account_id: str) -> int:
    """Return how many recovery codes have not been used."""
    return db.session.query(RecoveryCode).filter_by(account_id=account_id).count()


def _take_code(account: Account, code: str, keys: PersonalDataKeys, at: datetime) -> None:
    """Take a code once: the step's number only ever grows, in one statement, so that two at once are one."""
    step = _step_of(_plain(code), _secret_of(account, keys), at)
    is_newer = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
    taken = update(Account).where(Account.id == account.id, is_newer).values(totp_last_step=step)
    if cast("CursorResult[Any]", db.session.execute(taken)).rowcount != 1:
        raise WrongCode


def _take_recovery_code(account: Account, code: str, keys: PersonalDataKeys) -> None:
    code_hash = Pseudonymiser(keys.pseudonyms).of_code(account.id, _plain(code).lower())
    used = delete(RecoveryCode).where(RecoveryCode.code_hash == code_hash, RecoveryCode.account_id == account.id)
    if cast("CursorResult[Any]", db.session.execute(used)).rowcount != 1:
        raise WrongCode
    note_of(account, "account.recovery_code_used", keys)


def _step_of(code: str, secret: str, at: datetime) -> int:
    """Return the time step that the code belongs to. Raises WrongCode."""
    totp, current = _totp(secret), int(at.timestamp()) // _STEP_SECONDS
    steps = [current + around for around in _STEPS_AROUND]
    given = code.encode()
    right = [step for step in steps if secrets.compare_digest(totp.generate(step * _STEP_SECONDS), given)]
    if not right:
        raise WrongCode
    return right[0]


def _totp(secret: str) -> TOTP:
    # SHA-1, six digits, thirty seconds: what every authenticator app can do (RFC 6238 permits it; HMAC holds).
    return TOTP(base64.b32decode(secret), _DIGITS, SHA1(), _STEP_SECONDS)  # noqa: S303


def _secret_of(account: Account, keys: PersonalDataKeys) -> str:
    if account.totp_sealed is None:
        raise WrongCode
    return unseal_text(keys, account.totp_sealed, about=_place(account))


def _plain(code: str) -> str:
    return code.replace(" ", "").replace("-", "")


def _place(account: Account) -> str:
    return place("account", account.id, "totp")
