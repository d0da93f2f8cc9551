"""The vault: photos and all that is derived from them, sealed under one data key a photo."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from privacy.audit_notes import SYSTEM, note
from privacy.consent import Purpose, consents_in_force, has_consent, withdraw_consents
from privacy.encryption import seal, unseal
from privacy.errors import (
    CannotBeDecrypted,
    ConsentMissing,
    KeyDestroyed,
    KeyMissing,
    PhotoNotFound,
    PhotoPartMissing,
    SweepTooLarge,
)
from privacy.key_store import KeyStore
from privacy.models import KeptPhoto
from privacy.standing import refuse_by_standing, refuse_the_erased, standing_of
from storage.blobs import BlobStore
from storage.database import db, now
from storage.errors import BlobNotFound

KEY_PREFIX = "photo/"
_FOLDER = "photos"
AT_MOST_SWEPT = 100
"""Killed uploads between two sweeps are few."""
_UNDER_WAY = timedelta(hours=1)
"""Far longer than any request may last: a younger key may belong to an upload that is not committed yet."""
KEPT_UNTIL_REMOVED = datetime(9999, 12, 31, tzinfo=UTC)
"""When a photo of a wardrobe lapses: not by itself. It goes with its last garment, or with the unused account."""


@dataclass(frozen=True)
class PhotoRetention:
    """How long a photo may rest in the vault; asked anew for each photo, the officer may change it."""

    visit_minutes: int
    """Without an account: from the last look at it."""
    account_days: int
    """With an account: from the upload."""
    training_days: int
    """With an account, agreed to training: from the upload."""


@dataclass(frozen=True)
class SweepReport:
    """What a sweep took away."""

    keys: int
    photos_of_blobs: int
    """Of how many photos there were blobs left."""
    half_erased: int
    """Photos whose erasure was cut short after their key."""

    @property
    def any(self) -> bool:
        return bool(self.keys or self.photos_of_blobs or self.half_erased)

    def __str__(self) -> str:
        return (
            f"{self.keys} keys of nothing destroyed, blobs of {self.photos_of_blobs} photos deleted, "
            f"{self.half_erased} half-done erasures finished"
        )


class OpenPhoto:
    """A photo whose owner is asking, within its consent and its time: the one way to its bytes."""

    def __init__(self, photo: KeptPhoto, blobs: BlobStore, data_key: bytes) -> None:
        self.id = photo.id
        self.is_drawing = photo.is_drawing
        self._blobs = blobs
        self._data_key = data_key

    def write(self, name: str, content: bytes) -> None:
        """Seal `content` as the photo's part `name`. Raises PhotoNotFound when the photo was erased meanwhile."""
        key = _blob_key(self.id, name)
        self._blobs.put(key, seal(self._data_key, content, about=key))
        if not _is_kept(self.id):
            # An erasure overtook this request: what it wrote too late goes again.
            self._blobs.delete_all(f"photos/{self.id}")
            raise PhotoNotFound

    def read(self, name: str) -> bytes:
        """Return the part `name`. Raises PhotoPartMissing when it is gone, CannotBeDecrypted when it was altered."""
        key = _blob_key(self.id, name)
        try:
            return unseal(self._data_key, self._blobs.get(key), about=key)
        except BlobNotFound as error:
            raise PhotoPartMissing(key) from error


class PhotoVault:
    """Keeps, opens and forgets photos. Methods flush, the caller commits; keys are made and destroyed at once.


    The order leaves no harm to whoever is killed in between: a key before what it seals, and destroyed before that
    is deleted. What is left over then opens with nothing, and the sweep takes it away.
    """

    def __init__(self, blobs: BlobStore, keys: KeyStore, retention: Callable[[], PhotoRetention]) -> None:
        self._blobs = blobs
        self._keys = keys
        self._retention = retention

    def keep(self, *, photo_id: str, pseudonym: str, has_account: bool, is_drawing: bool = False) -> OpenPhoto:
        """Open a new place in the vault for a photo whose consent is recorded, or a drawing. Raises ConsentMissing."""
        photo = KeptPhoto(
            id=photo_id,
            pseudonym=pseudonym,
            is_drawing=is_drawing,
            of_visit=not has_account,
            expires_at=self._lapse(photo_id, has_account=has_account, kept_since=now()),
        )
        _refuse_without_consent(photo, Purpose.RECOMMENDATION)
        refuse_the_erased(pseudonym)
        data_key = self._keys.new_key(key_name(photo_id))
        db.session.add(photo)
        if not is_drawing:
            note("photo.kept", actor=pseudonym, subject=pseudonym)
        db.session.flush()
        # Once more after the write: it made this request wait for an erasure that began meanwhile.
        refuse_the_erased(pseudonym)
        return OpenPhoto(photo, self._blobs, data_key)

    def abandon(self, photo_id: str) -> None:
        """After an upload that failed before its commit: leave nothing of it, the sweep finds what this cannot."""
        self._keys.destroy_key(key_name(photo_id))
        self._delete_blobs(photo_id)

    def open(
        self,
        photo_id: str,
        *,
        pseudonym: str,
        has_account: bool = False,
        purpose: Purpose = Purpose.RECOMMENDATION,
    ) -> OpenPhoto:
        """The gate: return the owner's photo for a purpose; a look prolongs a visitor's.

        Raises PhotoNotFound (not theirs, lapsed, being erased), ConsentMissing, ProcessingRestricted, ObjectionStands.
        """
        photo = self.kept(photo_id, pseudonym=pseudonym)
        refuse_by_standing(pseudonym, purpose)
        _refuse_without_consent(photo, purpose)
        if not has_account:
            photo.expires_at = self._lapse(photo_id, has_account=False, kept_since=photo.created_at)
        return self._opened(photo)

    def open_for_request(self, photo_id: str, *, pseudonym: str, actor: str, reason: str) -> OpenPhoto:
        """The gate for a right of the person (Art. 15, 20): no consent is needed, and a restriction does not bar it.

        actor: the person's own pseudonym, or the officer's, whose look is noted with its reason.
        Raises PhotoNotFound (not theirs, lapsed, being erased).
        """
        photo = self.kept(photo_id, pseudonym=pseudonym)
        standing = standing_of(pseudonym)
        if standing is not None and standing.erasing_at:
            raise PhotoNotFound
        if actor != pseudonym:
            note("photo.opened", actor=actor, subject=pseudonym, reason=reason)
        return self._opened(photo)

    def kept(self, photo_id: str, *, pseudonym: str) -> KeptPhoto:
        """Return what is known of the owner's photo, its bytes unopened. Raises PhotoNotFound, once lapsed too."""
        photo = self._owned(photo_id, pseudonym)
        if photo.expires_at <= now() or photo.erasing_at:
            raise PhotoNotFound
        return photo

    def renew_lapse(self, photo_id: str, *, pseudonym: str) -> None:
        """After a consent was given or withdrawn: set anew when the photo lapses. Raises PhotoNotFound."""
        photo = self.kept(photo_id, pseudonym=pseudonym)
        photo.expires_at = self._lapse(photo_id, has_account=not photo.of_visit, kept_since=photo.created_at)

    def forget(self, photo_id: str, *, pseudonym: str, actor: str = "", reason: str = "forgotten") -> None:
        """Erase the owner's photo and all that rests on it, and withdraw its consents. Raises PhotoNotFound.

        actor: who does it, when it is not the owner; reason: a code for the audit.
        """
        self._erase(self._owned(photo_id, pseudonym), actor=actor or pseudonym, reason=reason)

    def forget_all_of(self, pseudonym: str) -> int:
        """Erase every photo of a person or a visit; return how many there were."""
        photos = db.session.scalars(select(KeptPhoto).filter_by(pseudonym=pseudonym)).all()
        for photo in photos:
            self._erase(photo, actor=pseudonym, reason="forgotten")
        return len(photos)

    def parts_for_canaries(self, photo_id: str) -> dict[str, bytes]:
        """Return the photo's parts by name, for an erasure to learn what it must look for; none that do not open.

        Nothing of them is shown or kept: the erasure takes hashes of them, and goes on.
        """
        photo = db.session.get(KeptPhoto, photo_id)
        if photo is None:
            return {}
        parts = {}
        with suppress(KeyMissing, KeyDestroyed, CannotBeDecrypted):
            opened, folder = self._opened(photo), f"{_FOLDER}/{photo_id}/"
            for key in self._blobs.keys(folder):
                with suppress(CannotBeDecrypted, PhotoPartMissing):
                    parts[key.removeprefix(folder)] = opened.read(key.removeprefix(folder))
        return parts

    def photos_of(self, pseudonym: str) -> list[KeptPhoto]:
        """Return a person's photos that have not lapsed, newest first."""
        live = select(KeptPhoto).filter_by(pseudonym=pseudonym, erasing_at=None).where(KeptPhoto.expires_at > now())
        return list(db.session.scalars(live.order_by(KeptPhoto.created_at.desc())))

    def sweep(self, *, at_most: int = AT_MOST_SWEPT) -> SweepReport:
        """Take away what killed processes left: keys and blobs of no photo, photos whose key is destroyed.

        What is younger than an hour may belong to an upload under way, and stays. Safe at any time; flushes.
        Raises SweepTooLarge for more keys than `at_most`: rather the wrong database than so many killed uploads.
        """
        back = self._keys.sweep()
        half_erased = self._finish_erasures()
        photo_ids = self._photo_ids_of_blobs()
        keys = [
            about for about in self._keys.names(KEY_PREFIX, made_before=now() - _UNDER_WAY) if _photo_of(about) is None
        ]
        if len(keys) > at_most:
            raise SweepTooLarge(len(keys))
        for about in keys:
            self._keys.destroy_key(about)
        return SweepReport(len(keys) + back, self._sweep_blobs(photo_ids), half_erased)

    def _finish_erasures(self) -> int:
        """Erase the rest of each photo whose key is destroyed; return how many. One whose key is lost is kept."""
        with_key = set(self._keys.names(KEY_PREFIX))
        # Those whose erasure was asked for are finished, and receipted, by that erasure.
        kept = db.session.scalars(select(KeptPhoto.id).filter_by(erasing_at=None))
        without = [about for about in map(key_name, kept) if about not in with_key]
        destroyed = [_photo_of(about) for about in without if self._keys.is_destroyed(about)]
        for photo in filter(None, destroyed):
            self._erase(photo, actor=SYSTEM, reason="erasure finished")
        return len(destroyed)

    def _sweep_blobs(self, photo_ids: set[str]) -> int:
        """Delete the blobs of photos that neither a row nor a key is left of; return of how many.

        The ids were listed before the keys are: an upload that begins meanwhile has its key first.
        """
        with_key = set(self._keys.names(KEY_PREFIX))
        orphans = [
            photo_id
            for photo_id in photo_ids
            if key_name(photo_id) not in with_key and _photo_of(key_name(photo_id)) is None
        ]
        for photo_id in orphans:
            self._delete_blobs(photo_id)
        return len(orphans)

    def _photo_ids_of_blobs(self) -> set[str]:
        return {key.split("/")[1] for key in self._blobs.keys(_FOLDER)}

    def _owned(self, photo_id: str, pseudonym: str) -> KeptPhoto:
        photo = db.session.get(KeptPhoto, photo_id)
        if photo is None or photo.pseudonym != pseudonym:
            raise PhotoNotFound
        return photo

    def _opened(self, photo: KeptPhoto) -> OpenPhoto:
        return OpenPhoto(photo, self._blobs, self._keys.open_key(key_name(photo.id)))

    def _erase(self, photo: KeptPhoto, *, actor: str, reason: str) -> None:
        # The key first: from here on nothing can be read. Then the blobs: while the row is there, a purge or a sweep
        # after a crash finds what is left.
        self._keys.destroy_key(key_name(photo.id))
        self._delete_blobs(photo.id)
        withdraw_consents(photo.id)
        if not photo.is_drawing:
            note("photo.erased", actor=actor, subject=photo.pseudonym, reason=reason)
        db.session.delete(photo)
        db.session.flush()

    def _delete_blobs(self, photo_id: str) -> None:
        # The folder goes too, with what a killed upload left half-written in it: it bears the photo's id.
        self._blobs.delete_all(f"{_FOLDER}/{photo_id}")

    def _lapse(self, photo_id: str, *, has_account: bool, kept_since: datetime) -> datetime:
        """Return when a photo goes by itself; what its owner agreed to may keep it longer."""
        kept, purposes = self._retention(), consents_in_force(photo_id)
        if not has_account:
            return now() + timedelta(minutes=kept.visit_minutes)
        if Purpose.WARDROBE in purposes:
            return KEPT_UNTIL_REMOVED
        days = max(kept.account_days, kept.training_days) if Purpose.TRAINING in purposes else kept.account_days
        return kept_since + timedelta(days=days)


def _refuse_without_consent(photo: KeptPhoto, purpose: Purpose) -> None:
    agreed = purpose is Purpose.RECOMMENDATION if photo.is_drawing else has_consent(photo.id, purpose)
    if not agreed:
        raise ConsentMissing(purpose.value)


def _is_kept(photo_id: str) -> bool:
    return db.session.scalar(select(KeptPhoto.id).filter_by(id=photo_id, erasing_at=None)) is not None


def new_photo_id() -> str:
    """Return an unguessable id, 32 hexadecimal digits."""
    return secrets.token_hex(16)


def _photo_of(about: str) -> KeptPhoto | None:
    return db.session.get(KeptPhoto, about.removeprefix(KEY_PREFIX))


def key_name(photo_id: str) -> str:
    """Return what the photo's data key is called in the keys store."""
    return f"{KEY_PREFIX}{photo_id}"


def _blob_key(photo_id: str, name: str) -> str:
    return f"{_FOLDER}/{photo_id}/{name}"
