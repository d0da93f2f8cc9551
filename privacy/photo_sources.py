"""Kept photos and consents as sources of personal data: a photo goes in three steps, its key first, its row last.

While the row is there, whoever comes after a kill finds what is left. What rests on one purpose of a photo belongs to
other sources: these leave a photo alone until all of it goes.
"""

import io
from collections.abc import Collection, Iterator, Mapping, Sequence

from PIL import Image, UnidentifiedImageError
from sqlalchemy import delete, or_, select
from sqlalchemy.sql.elements import ColumnElement

from privacy.canaries import Canary, CanaryKind, perceptual_hash
from privacy.consent import Purpose
from privacy.key_store import KeyStore
from privacy.models import ConsentRecord, KeptPhoto, PersonStanding
from privacy.photo_vault import PhotoVault
from privacy.sources import ErasureStep, Scope
from privacy.standing import change_standing
from storage.blobs import BlobStore
from storage.database import db

READING = "reading.json"
"""The part of a photo that holds the vectors of its garments."""


class OnlyErased:
    """What a source does that has nothing of its own to hand out, correct or hold."""

    def export(self, scope: Scope) -> Mapping[str, object]:
        return {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        return

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        return

    def object(self, scope: Scope, purpose: Purpose) -> None:
        return


def photo_ids_in(scope: Scope) -> list[str]:
    """Return the photos that go as a whole: one, or all of a person; none when only a purpose is withdrawn."""
    if scope.purpose:
        return []
    if scope.photo_id:
        return [scope.photo_id]
    kept = db.session.scalars(select(KeptPhoto.id).filter_by(pseudonym=scope.pseudonym))
    agreed = db.session.scalars(select(ConsentRecord.photo_id).filter_by(pseudonym=scope.pseudonym))
    return sorted({*kept, *agreed})


class PhotoKeys(OnlyErased):
    """The data keys of photos: once they are destroyed, every copy of the sealed bytes is noise."""

    name = "photo keys"
    step = ErasureStep.KEYS
    tables = frozenset({"wrapped_key"})

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def canaries(self, scope: Scope) -> Iterator[Canary]:
        for photo_id in photo_ids_in(scope):
            yield Canary.text(CanaryKind.PHOTO, photo_id)

    def kept(self, scope: Scope) -> Mapping[str, int]:
        return {"keys": sum(self._keys.has_key(key_name(photo_id)) for photo_id in photo_ids_in(scope))}

    def erase(self, scope: Scope) -> None:
        photo_ids = photo_ids_in(scope)
        for photo_id in photo_ids:
            self._keys.destroy_key(key_name(photo_id))

    def remains(self, scope: Scope) -> Sequence[str]:
        return in_words(self.kept(scope), "photos")


class PhotoBlobs(OnlyErased):
    """The sealed photos and crops, and what was written beside them."""

    name = "sealed photos"
    step = ErasureStep.BLOBS
    tables: frozenset[str] = frozenset()

    def __init__(self, blobs: BlobStore, vault: PhotoVault) -> None:
        self._blobs = blobs
        self._vault = vault

    def canaries(self, scope: Scope) -> Iterator[Canary]:
        """Yield the beginnings of the sealed bytes, and how the pictures look."""
        for photo in _photos(photo_ids_in(scope)):
            for key in self._blobs.keys(folder_of(photo.id)):
                yield Canary.beginning_of(self._blobs.get(key))
            # A drawing of the shop's own shows nobody, and looks like itself.
            parts = {} if photo.is_drawing else self._vault.parts_for_canaries(photo.id)
            for name, content in parts.items():
                if name.endswith(".jpg") and (look := _look_of(content)):
                    yield Canary(CanaryKind.PICTURE, look, since=photo.created_at)

    def kept(self, scope: Scope) -> Mapping[str, int]:
        return {"sealed files": sum(len(self._parts(photo_id)) for photo_id in photo_ids_in(scope))}

    def erase(self, scope: Scope) -> None:
        for photo_id in photo_ids_in(scope):
            for key in self._parts(photo_id):
                self._blobs.delete(key)

    def remains(self, scope: Scope) -> Sequence[str]:
        return in_words(self.kept(scope), "photos")

    def _parts(self, photo_id: str) -> list[str]:
        return [key for key in self._blobs.keys(folder_of(photo_id)) if not key.endswith(READING)]


class PhotoRows(OnlyErased):
    """That a photo is kept, whose it is, and until when."""

    name = "photos"
    step = ErasureStep.ROWS
    tables = frozenset({"kept_photo"})

    def erase(self, scope: Scope) -> None:
        db.session.execute(delete(KeptPhoto).where(self._within(scope)))

    def remains(self, scope: Scope) -> Sequence[str]:
        return ["photos: rows"] if db.session.scalars(select(KeptPhoto.id).where(self._within(scope))).first() else []

    def _within(self, scope: Scope) -> ColumnElement[bool]:
        of_photos = KeptPhoto.id.in_([scope.photo_id] if scope.photo_id and not scope.purpose else [])
        return or_(of_photos, KeptPhoto.pseudonym == scope.pseudonym) if _is_person(scope) else of_photos


class Standing(OnlyErased):
    """What a person asked of all their data at once; the erasure's own row keeps them out from then on."""

    name = "standing"
    step = ErasureStep.EXPORTS
    tables = frozenset({"person_standing"})

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        if _is_person(scope):
            change_standing(scope.pseudonym, restricted=restricted)

    def object(self, scope: Scope, purpose: Purpose) -> None:
        if not _is_person(scope):
            return
        if purpose is Purpose.RECOMMENDATION:
            change_standing(scope.pseudonym, objects_to_personalisation=True)
        if purpose is Purpose.STATISTICS:
            change_standing(scope.pseudonym, objects_to_statistics=True)

    def erase(self, scope: Scope) -> None:
        if _is_person(scope):
            db.session.execute(delete(PersonStanding).filter_by(pseudonym=scope.pseudonym))

    def remains(self, scope: Scope) -> Sequence[str]:
        stands = _is_person(scope) and db.session.get(PersonStanding, scope.pseudonym) is not None
        return ["standing: a row"] if stands else []


def key_name(photo_id: str) -> str:
    """Return what the keys store calls a photo's key."""
    return f"photo/{photo_id}"


def folder_of(photo_id: str) -> str:
    """Return the folder of a photo's blobs."""
    return f"photos/{photo_id}"


def _is_person(scope: Scope) -> bool:
    return not scope.photo_id and not scope.purpose


def _photos(photo_ids: Collection[str]) -> Iterator[KeptPhoto]:
    for photo_id in photo_ids:
        if photo := db.session.get(KeptPhoto, photo_id):
            yield photo


def _look_of(content: bytes) -> bytes | None:
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
            return perceptual_hash(picture)
    except (UnidentifiedImageError, OSError):
        return None


def in_words(kept: Mapping[str, int], source: str) -> list[str]:
    return [f"{source}: {count} {what}" for what, count in kept.items() if count]
