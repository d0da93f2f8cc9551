"""Tables of consents, kept photos and what is made of them, standings, audit notes; people appear by pseudonym only."""

from datetime import date, datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from privacy.activities import AUDIT, CONSENTS, KEYS, PHOTOS, STATISTICS, TRAINING
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import ACCOUNTS_BIND, AUDIT_BIND, KEYS_BIND, Model, UtcDateTime, now


class ConsentRecord(Model):
    """One person's yes to one purpose for one photo, with the words that they read."""

    __tablename__ = "consent_record"

    id: Mapped[int] = mapped_column(primary_key=True, info=personal(CONSENTS, Protection.LINKED))
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(CONSENTS, Protection.PSEUDONYM))
    photo_id: Mapped[str] = mapped_column(String(32), index=True, info=personal(CONSENTS, Protection.PSEUDONYM))
    purpose: Mapped[str] = mapped_column(String(40), info=personal(CONSENTS, Protection.LINKED))
    text_version: Mapped[str] = mapped_column(String(20), info=personal(CONSENTS, Protection.LINKED))
    text_sha256: Mapped[str] = mapped_column(String(64), info=personal(CONSENTS, Protection.LINKED))
    language: Mapped[str] = mapped_column(String(5), info=personal(CONSENTS, Protection.LINKED))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(CONSENTS, Protection.LINKED))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(CONSENTS, Protection.LINKED))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(CONSENTS, Protection.LINKED))
    """When what rested on a withdrawn consent was erased; empty while that is still to be done."""


class KeptPhoto(Model):
    """A photo in the vault: whose it is and when it lapses; the bytes are sealed blobs, the key is in its own store."""

    __tablename__ = "kept_photo"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=personal(PHOTOS, Protection.PSEUDONYM))
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(PHOTOS, Protection.PSEUDONYM))
    is_drawing: Mapped[bool] = mapped_column(default=False, info=personal(PHOTOS, Protection.LINKED))
    """One of the shop's own drawings: nobody is in it, so there is no consent to ask for or to record."""
    of_visit: Mapped[bool] = mapped_column(default=True, info=personal(PHOTOS, Protection.LINKED))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(PHOTOS, Protection.LINKED))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=personal(PHOTOS, Protection.LINKED))
    erasing_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(PHOTOS, Protection.LINKED))
    """Set by the first step of its erasure: from then on the photo is not shown or used."""


class WrappedKeyRow(Model):
    """A data key, wrapped under a master key that is elsewhere; `KeyStore` alone reads and writes it."""

    __tablename__ = "wrapped_key"
    __bind_key__ = KEYS_BIND

    about: Mapped[str] = mapped_column(String(64), primary_key=True, info=personal(KEYS, Protection.PSEUDONYM))
    """What it opens: `photo/ID`, `ring/USE` …"""
    master_key_id: Mapped[str] = mapped_column(String(300), index=True, info=NOT_PERSONAL)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary, info=personal(KEYS, Protection.SEALED))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(KEYS, Protection.LINKED))


class DestroyedKeyRow(Model):
    """That a key was destroyed, by keyed hash: not in the keys store, so that no backup of that brings the key back."""

    __tablename__ = "destroyed_key"
    __bind_key__ = AUDIT_BIND

    digest: Mapped[str] = mapped_column(String(64), primary_key=True, info=personal(KEYS, Protection.PSEUDONYM))
    destroyed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(KEYS, Protection.LINKED))


class GarmentCount(Model):
    """One garment of one photo in the statistics: it goes with the consent, the photo or the person."""

    __tablename__ = "garment_count"

    id: Mapped[int] = mapped_column(primary_key=True, info=personal(STATISTICS, Protection.LINKED))
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(STATISTICS, Protection.PSEUDONYM))
    photo_id: Mapped[str] = mapped_column(String(32), index=True, info=personal(STATISTICS, Protection.PSEUDONYM))
    counted_on: Mapped[date] = mapped_column(index=True, info=personal(STATISTICS, Protection.LINKED))
    garment: Mapped[str] = mapped_column(String(20), info=personal(STATISTICS, Protection.LINKED))
    """The label that the segmenter gave it: `dress`, `top` …"""
    colour: Mapped[str] = mapped_column(String(20), info=personal(STATISTICS, Protection.LINKED))


class TrainingExport(Model):
    """One crop that was written to a training folder: while the row is there, the file may be."""

    __tablename__ = "training_export"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=personal(TRAINING, Protection.PSEUDONYM))
    """The file's name without its ending: random, it leads to nobody."""
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(TRAINING, Protection.PSEUDONYM))
    photo_id: Mapped[str] = mapped_column(String(32), index=True, info=personal(TRAINING, Protection.PSEUDONYM))
    garment_number: Mapped[int] = mapped_column(info=personal(TRAINING, Protection.LINKED))
    garment: Mapped[str] = mapped_column(String(20), info=personal(TRAINING, Protection.LINKED))
    """The label that the segmenter gave it: the file's folder."""
    folder: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    exported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info=personal(TRAINING, Protection.LINKED))


class PersonStanding(Model):
    """What a person asked of all their data at once; no row for one who asked for nothing."""

    __tablename__ = "person_standing"

    pseudonym: Mapped[str] = mapped_column(String(32), primary_key=True, info=personal(CONSENTS, Protection.PSEUDONYM))
    restricted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(CONSENTS, Protection.LINKED))
    objects_to_personalisation_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=personal(CONSENTS, Protection.LINKED)
    )
    objects_to_statistics_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, info=personal(CONSENTS, Protection.LINKED)
    )
    erasing_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(CONSENTS, Protection.LINKED))
    """Set by the first step of an erasure: from then on nothing of the person is shown or used."""


class AuditNote(Model):
    """One act, on its way to the audit chain; a table in each store that acts are written to."""

    __abstract__ = True

    event_id: Mapped[str] = mapped_column(String(32), primary_key=True, info=NOT_PERSONAL)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, info=personal(AUDIT, Protection.LINKED))
    action: Mapped[str] = mapped_column(String(60), info=personal(AUDIT, Protection.LINKED))
    actor: Mapped[str] = mapped_column(String(40), info=personal(AUDIT, Protection.PSEUDONYM))
    subject: Mapped[str] = mapped_column(String(40), default="", info=personal(AUDIT, Protection.PSEUDONYM))
    reason: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    details: Mapped[str] = mapped_column(Text, default="{}", info=NOT_PERSONAL)


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
