"""Tables of consents and kept photos; people appear by pseudonym only."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database import Model, UtcDateTime, now


class ConsentRecord(Model):
    """One person's yes to one purpose for one photo, with the words that they read."""

    __tablename__ = "consent_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(32), index=True)
    photo_id: Mapped[str] = mapped_column(String(32), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(20))
    text_sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(5))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeptPhoto(Model):
    """A photo in the vault: its wrapped data key and when it lapses; the bytes are sealed blobs."""

    __tablename__ = "kept_photo"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(32), index=True)
    is_drawing: Mapped[bool] = mapped_column(default=False)
    """One of the shop's own drawings: nobody is in it, so there is no consent to ask for or to record."""
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
