"""The vault: photos and all that is derived from them, sealed under one data key a photo."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from privacy.consent import Purpose, has_consent, withdraw_consents
from privacy.encryption import seal, unseal
from privacy.errors import ConsentMissing, PhotoNotFound
from privacy.keys import KEY_BYTES
from privacy.models import KeptPhoto
from storage.blobs import BlobStore
from storage.database import db, now
from storage.errors import BlobNotFound


@dataclass(frozen=True)
class PhotoRetention:
    """How long a photo may rest in the vault; asked anew for each photo, the officer may change it."""

    visit_minutes: int
    """Without an account: from the last look at it."""
    account_days: int
    """With an account: from the upload."""


class OpenPhoto:
    """A photo whose owner is asking, within its consent and its time: the one way to its bytes."""

    def __init__(self, photo: KeptPhoto, blobs: BlobStore, data_key: bytes) -> None:
        self.id = photo.id
        self._blobs = blobs
        self._data_key = data_key

    def write(self, name: str, content: bytes) -> None:
        """Seal `content` as the photo's part `name`."""
        key = _blob_key(self.id, name)
        self._blobs.put(key, seal(self._data_key, content, about=key))

    def read(self, name: str) -> bytes:
        """Return the part `name`. Raises PhotoNotFound when it is gone, CannotBeDecrypted when it was altered."""
        key = _blob_key(self.id, name)
        try:
            return unseal(self._data_key, self._blobs.get(key), about=key)
        except BlobNotFound as error:
            raise PhotoNotFound from error


class PhotoVault:
    """Keeps, opens and forgets photos. Methods flush; the caller commits."""

    def __init__(self, blobs: BlobStore, master_key: bytes, retention: Callable[[], PhotoRetention]) -> None:
        self._blobs = blobs
        self._master_key = master_key
        self._retention = retention

    def keep(self, *, photo_id: str, pseudonym: str, has_account: bool, is_drawing: bool = False) -> OpenPhoto:
        """Open a new place in the vault for a photo whose consent is recorded, or a drawing. Raises ConsentMissing."""
        data_key = secrets.token_bytes(KEY_BYTES)
        photo = KeptPhoto(
            id=photo_id,
            pseudonym=pseudonym,
            is_drawing=is_drawing,
            of_visit=not has_account,
            wrapped_key=seal(self._master_key, data_key, about=photo_id),
            expires_at=self._lapse(has_account),
        )
        _refuse_without_consent(photo)
        db.session.add(photo)
        db.session.flush()
        return OpenPhoto(photo, self._blobs, data_key)

    def open(self, photo_id: str, *, pseudonym: str, has_account: bool = False) -> OpenPhoto:
        """Return the owner's photo; a look prolongs a visitor's. Raises PhotoNotFound, ConsentMissing."""
        photo = self._owned(photo_id, pseudonym)
        if photo.expires_at <= now():
            raise PhotoNotFound
        _refuse_without_consent(photo)
        if not has_account:
            photo.expires_at = self._lapse(has_account)
        data_key = unseal(self._master_key, photo.wrapped_key, about=photo_id)
        return OpenPhoto(photo, self._blobs, data_key)

    def forget(self, photo_id: str, *, pseudonym: str) -> None:
        """Erase the owner's photo and all that rests on it, and withdraw its consents. Raises PhotoNotFound."""
        self._erase(self._owned(photo_id, pseudonym))

    def forget_all_of(self, pseudonym: str) -> int:
        """Erase every photo of a person or a visit; return how many there were."""
        photos = db.session.scalars(select(KeptPhoto).filter_by(pseudonym=pseudonym)).all()
        for photo in photos:
            self._erase(photo)
        return len(photos)

    def photos_of(self, pseudonym: str) -> list[KeptPhoto]:
        """Return a person's photos that have not lapsed, newest first."""
        live = select(KeptPhoto).filter_by(pseudonym=pseudonym).where(KeptPhoto.expires_at > now())
        return list(db.session.scalars(live.order_by(KeptPhoto.created_at.desc())))

    def _owned(self, photo_id: str, pseudonym: str) -> KeptPhoto:
        photo = db.session.get(KeptPhoto, photo_id)
        if photo is None or photo.pseudonym != pseudonym:
            raise PhotoNotFound
        return photo

    def _erase(self, photo: KeptPhoto) -> None:
        # Blobs first: while the row is there, a purge after a crash finds what is left.
        for key in list(self._blobs.keys(f"photos/{photo.id}")):
            self._blobs.delete(key)
        withdraw_consents(photo.id)
        db.session.delete(photo)
        db.session.flush()

    def _lapse(self, has_account: bool) -> datetime:
        kept = self._retention()
        return now() + (timedelta(days=kept.account_days) if has_account else timedelta(minutes=kept.visit_minutes))


def _refuse_without_consent(photo: KeptPhoto) -> None:
    if not photo.is_drawing and not has_consent(photo.id, Purpose.RECOMMENDATION):
        raise ConsentMissing(Purpose.RECOMMENDATION.value)


def new_photo_id() -> str:
    """Return an unguessable id, 32 hexadecimal digits."""
    return secrets.token_hex(16)


def _blob_key(photo_id: str, name: str) -> str:
    return f"photos/{photo_id}/{name}"
