"""Log-in data, in the accounts store, and wardrobes, in the shop's: these know a person by pseudonym only."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import ACCOUNTS, SESSIONS, WARDROBE
from privacy.declarations import Protection, personal
from storage.database import ACCOUNTS_BIND, Model, UtcDateTime, now


class Role(StrEnum):
    """What an account may do; one role each."""

    SHOPPER = "shopper"
    MERCHANDISER = "merchandiser"
    PRIVACY_OFFICER = "privacy_officer"
    ADMIN = "admin"


class Account(Model):
    """A person who can log in; the e-mail is sealed and looked up by its keyed hash."""

    __tablename__ = "account"
    __bind_key__ = ACCOUNTS_BIND

    id: Mapped[str] = mapped_column(
        String(32), primary_key=True, default=lambda: uuid.uuid4().hex, info=personal(ACCOUNTS, Protection.PSEUDONYM)
    )
    email_hash: Mapped[str] = mapped_column(String(32), unique=True, info=personal(ACCOUNTS, Protection.PSEUDONYM))
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=personal(ACCOUNTS, Protection.SEALED))
    password_hash: Mapped[str] = mapped_column(String(200), info=personal(ACCOUNTS, Protection.HASHED))
    role: Mapped[str] = mapped_column(String(20), info=personal(ACCOUNTS, Protection.LINKED))
    language: Mapped[str] = mapped_column(String(5), default="fr", info=personal(ACCOUNTS, Protection.LINKED))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(ACCOUNTS, Protection.LINKED))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(ACCOUNTS, Protection.LINKED))
    """When the person proved that the e-mail is theirs; before that nobody logs in."""
    last_active_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, index=True, info=personal(ACCOUNTS, Protection.LINKED)
    )
    """The last log-in or request, to the hour: accounts lapse by it."""
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(ACCOUNTS, Protection.SEALED))
    preferences_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(ACCOUNTS, Protection.SEALED))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(ACCOUNTS, Protection.SEALED))
    totp_enabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(ACCOUNTS, Protection.LINKED))
    """Unset while a secret was shown and no code of it has been typed yet."""
    totp_last_step: Mapped[int | None] = mapped_column(info=personal(ACCOUNTS, Protection.LINKED))
    """The time step of the last code taken: neither it nor an earlier one is taken again."""

    @property
    def has_second_step(self) -> bool:
        """Say whether a log-in asks for a code after the password."""
        return self.totp_enabled_at is not None


def _of_account() -> Mapped[str]:
    """The column that points at an account; its row goes with the account."""
    return mapped_column(
        String(32),
        ForeignKey("account.id", ondelete="CASCADE"),
        index=True,
        info=personal(ACCOUNTS, Protection.PSEUDONYM),
    )


class AccountToken(Model):
    """A link that was sent by e-mail and not used yet; the token itself is in the letter alone."""

    __tablename__ = "account_token"
    __bind_key__ = ACCOUNTS_BIND

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=personal(ACCOUNTS, Protection.HASHED))
    account_id: Mapped[str] = _of_account()
    purpose: Mapped[str] = mapped_column(String(20), info=personal(ACCOUNTS, Protection.LINKED))
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(ACCOUNTS, Protection.SEALED))
    """The new address, when the link confirms a change."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(ACCOUNTS, Protection.LINKED))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=personal(ACCOUNTS, Protection.LINKED))


class AccountSession(Model):
    """One browser that is logged in; the secret that its cookie carries is kept as a hash."""

    __tablename__ = "account_session"
    __bind_key__ = ACCOUNTS_BIND

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=personal(SESSIONS, Protection.HASHED))
    account_id: Mapped[str] = _of_account()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(SESSIONS, Protection.LINKED))
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(SESSIONS, Protection.LINKED))
    device_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=personal(SESSIONS, Protection.SEALED))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(SESSIONS, Protection.LINKED))


class LapseWarning(Model):
    """A letter that said when the wardrobe or the account of somebody who is away goes; coming back makes it void."""

    __tablename__ = "lapse_warning"
    __bind_key__ = ACCOUNTS_BIND

    account_id: Mapped[str] = mapped_column(
        String(32),
        ForeignKey("account.id", ondelete="CASCADE"),
        primary_key=True,
        info=personal(ACCOUNTS, Protection.PSEUDONYM),
    )
    rule: Mapped[str] = mapped_column(String(40), primary_key=True, info=personal(ACCOUNTS, Protection.LINKED))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, info=personal(ACCOUNTS, Protection.LINKED))


class RecoveryCode(Model):
    """A code that stands in once for the telephone's."""

    __tablename__ = "recovery_code"
    __bind_key__ = ACCOUNTS_BIND

    code_hash: Mapped[str] = mapped_column(String(32), primary_key=True, info=personal(ACCOUNTS, Protection.HASHED))
    account_id: Mapped[str] = _of_account()


class AttemptCount(Model):
    """How often something was tried in vain, by whom (a keyed hash of an e-mail or an address of the network)."""

    __tablename__ = "attempt_count"
    __bind_key__ = ACCOUNTS_BIND

    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True, info=personal(SESSIONS, Protection.PSEUDONYM))
    attempts: Mapped[int] = mapped_column(info=personal(SESSIONS, Protection.LINKED))
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=personal(SESSIONS, Protection.LINKED))


class WaitingLetter(Model):
    """A letter on its way to the mail server: written with the act that it tells of, gone when it was sent."""

    __tablename__ = "waiting_letter"
    __bind_key__ = ACCOUNTS_BIND

    id: Mapped[str] = mapped_column(
        String(32), primary_key=True, default=lambda: uuid.uuid4().hex, info=personal(ACCOUNTS, Protection.PSEUDONYM)
    )
    person: Mapped[str] = mapped_column(String(32), index=True, info=personal(ACCOUNTS, Protection.PSEUDONYM))
    address_hash: Mapped[str] = mapped_column(String(32), index=True, info=personal(ACCOUNTS, Protection.PSEUDONYM))
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=personal(ACCOUNTS, Protection.SEALED))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(ACCOUNTS, Protection.LINKED))
    failures: Mapped[int] = mapped_column(default=0, info=personal(ACCOUNTS, Protection.LINKED))
    next_try_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, index=True, info=personal(ACCOUNTS, Protection.LINKED)
    )


class WardrobeItem(Model):
    """One garment of a kept photo that its owner chose to keep; its picture is the photo's crop, in the vault."""

    __tablename__ = "wardrobe_item"
    __table_args__ = (UniqueConstraint("photo_id", "garment_number"),)

    id: Mapped[str] = mapped_column(
        String(32),
        primary_key=True,
        default=lambda: uuid.uuid4().hex,
        info=personal(WARDROBE, Protection.PSEUDONYM),
    )
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(WARDROBE, Protection.PSEUDONYM))
    photo_id: Mapped[str] = mapped_column(String(32), index=True, info=personal(WARDROBE, Protection.PSEUDONYM))
    garment_number: Mapped[int] = mapped_column(info=personal(WARDROBE, Protection.LINKED))
    garment: Mapped[str] = mapped_column(String(20), info=personal(WARDROBE, Protection.LINKED))
    """The label that the segmenter gave it: its name until the person gives it another."""
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(WARDROBE, Protection.SEALED))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(WARDROBE, Protection.LINKED))
