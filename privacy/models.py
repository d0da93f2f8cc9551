"""Tables of consents, kept photos, standings and audit notes; people appear by pseudonym only."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.database import ACCOUNTS_BIND, KEYS_BIND, Model, UtcDateTime, now


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


class PersonStanding(Model):
    """What a person asked of all their data at once; no row for one who asked for nothing."""

    __tablename__ = "person_standing"

    pseudonym: Mapped[str] = mapped_column(String(32), primary_key=True)
    restricted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    objects_to_personalisation_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    objects_to_statistics_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erasing_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Set by the first step of an erasure: from then on nothing of the person is shown or used."""


class AuditNote(Model):
    """One act, on its way to the audit chain; a table in each store that acts are written to."""

    __abstract__ = True

    event_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    action: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[str] = mapped_column(Text, default="{}")


class ShopAuditNote(AuditNote):
    """Acts written to the shop."""

    __tablename__ = "audit_note"


class AccountsAuditNote(AuditNote):
    """Acts written to the accounts."""

    __tablename__ = "accounts_audit_note"
    __bind_key__ = ACCOUNTS_BIND


class KeysAuditNote(AuditNote):
    """Acts written to the keys."""

    __tablename__ = "keys_audit_note"
    __bind_key__ = KEYS_BIND
