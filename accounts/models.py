"""Log-in data, in the accounts store; the shop's tables never point here."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import ACCOUNTS
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
