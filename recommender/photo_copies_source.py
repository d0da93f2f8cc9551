"""Kept photos as personal data that is handed out and corrected: pictures, crops, what was read in them."""

import base64
from collections.abc import Mapping, Sequence

from privacy.consent import Purpose
from privacy.errors import CannotBeDecrypted, PhotoNotFound, PhotoPartMissing, PrivacyError
from privacy.models import KeptPhoto
from privacy.photo_vault import OpenPhoto, PhotoVault
from privacy.sources import ErasureStep, ExportedFile, Scope
from recommender.from_photo import PhotoReading, SeenGarment
from recommender.garment_corrections import (
    NOTHING_CORRECTED,
    GarmentCorrection,
    correct_garment,
    correction_from,
    corrections_of,
)

_JPEG = "image/jpeg"
_PROBLEMS = {PhotoPartMissing: "missing", PhotoNotFound: "missing", CannotBeDecrypted: "damaged"}


class PhotoCopiesSource:
    """`PersonalDataSource` of the vault's content; erased by the photos' own sources.

    Opened for a right of the person: no consent is asked, and a hold does not bar it.
    """

    name = "photo copies"
    step = ErasureStep.BLOBS
    tables: frozenset[str] = frozenset()

    def __init__(self, vault: PhotoVault) -> None:
        self._vault = vault

    def export(self, scope: Scope) -> Mapping[str, object]:
        """Return the person's photos, newest first; one that cannot be opened says so and hides no other."""
        if scope.purpose is not None:
            return {}
        photos = [photo for photo in self._vault.photos_of(scope.pseudonym) if scope.photo_id in (None, photo.id)]
        return {"photos": [_exported(self._vault, photo) for photo in photos]} if photos else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Take over `garments`: number -> {"category", "colour"}, of one photo. Raises NoSuchGarment, PhotoNotFound."""
        said = corrections.get("garments")
        if scope.photo_id is None or not isinstance(said, Mapping):
            return
        kept = _opened(self._vault, scope.photo_id, scope.pseudonym)
        reading = PhotoReading.from_json(kept.read("reading.json"))
        for number, correction in said.items():
            correct_garment(
                kept,
                int(number),
                correction_from(correction),
                garments=len(reading.garments),
                pseudonym=scope.pseudonym,
            )

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Do nothing: the gate is shut by the standing."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Do nothing: the gate is shut by the standing."""

    def erase(self, scope: Scope) -> None:
        """Do nothing: keys, blobs and rows of photos are erased by their own sources."""

    def remains(self, scope: Scope) -> Sequence[str]:
        """Return nothing, for the same reason."""
        return ()


def _opened(vault: PhotoVault, photo_id: str, pseudonym: str) -> OpenPhoto:
    return vault.open_for_request(photo_id, pseudonym=pseudonym, actor=pseudonym, reason="export")


def _exported(vault: PhotoVault, photo: KeptPhoto) -> dict[str, object]:
    known = {
        "id": photo.id,
        "kept_since": photo.created_at.isoformat(),
        "kept_until": photo.expires_at.isoformat(),
        "is_drawing": photo.is_drawing,
    }
    try:
        return known | _content(_opened(vault, photo.id, photo.pseudonym))
    except PrivacyError as error:
        problem = next((words for kind, words in _PROBLEMS.items() if isinstance(error, kind)), "unreadable")
        return known | {"picture": None, "problem": problem, "garments": []}


def _content(kept: OpenPhoto) -> dict[str, object]:
    reading, corrections = PhotoReading.from_json(kept.read("reading.json")), corrections_of(kept)
    garments = [
        _garment(kept, number, garment, reading, corrections.get(number, NOTHING_CORRECTED))
        for number, garment in enumerate(reading.garments)
    ]
    return {"picture": _file(kept, "photo.jpg"), "problem": None, "garments": garments}


def _garment(
    kept: OpenPhoto, number: int, garment: SeenGarment, reading: PhotoReading, correction: GarmentCorrection
) -> dict[str, object]:
    return {
        "number": number,
        "label": garment.label,
        "confidence": garment.confidence,
        "box_xyxy_pixels": list(garment.box_xyxy_pixels),
        "crop": _file(kept, f"crop-{number}.jpg"),
        "corrections": correction.said(),
        "vector": {
            "encoder": f"{reading.encoder.encoder_id}@{reading.encoder.revision}",
            "float32_base64": base64.b64encode(garment.embedding.astype("<f4").tobytes()).decode(),
        },
    }


def _file(kept: OpenPhoto, name: str) -> ExportedFile:
    return ExportedFile(f"photos/{kept.id}/{name}", kept.read(name), _JPEG)
