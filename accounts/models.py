"""Log-in data, in the accounts store; the shop's tables never point here."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

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

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=lambda: uuid.uuid4().hex)
    email_hash: Mapped[str] = mapped_column(String(32), unique=True)
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5), default="fr")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
