"""Photos from another shop's export: each with the consents that its owner gives here, all of them or none."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from privacy.archive_errors import ArchiveError, NothingToImport, PhotoUnreadable
from privacy.audit_notes import note
from privacy.consent import Purpose, give_consent
from privacy.errors import PrivacyError
from privacy.export_format import ExportedPhoto
from privacy.import_archive import ReadArchive, read_archive
from privacy.photo_vault import OpenPhoto, key_name, new_photo_id
from privacy.rights_models import ArchiveKind, ArchiveState, PersonalArchive
from privacy.standing import refuse_by_standing
from recommender.garment_corrections import GarmentCorrection, carried_over, correct_garment
from storage.database import db
from storage.errors import BadImage
from webapp.jobs.models import Outcome
from webapp.jobs.queue import JobProgress, enqueue
from webapp.photo_consents import act_on_consents
from webapp.photo_flow import StageTimes, parts_of, see
from webapp.visitor import Visitor
from webapp.wiring import wiring

ORIGIN = "origin.json"
"""The part of a photo that says from which file it was taken over: a second time it is known again."""

Choices = Mapping[int, Sequence[Purpose]]
"""Number of a photo in the archive -> what its owner agrees to here."""


@dataclass(frozen=True)
class Prepared:
    """A photo that was read and is ready to be kept: its parts, its corrections, and where it came from."""

    parts: Mapping[str, bytes]
    purposes: Sequence[Purpose]
    corrections: Mapping[int, GarmentCorrection]
    garments: int
    sha256: str


def begin_import(archive: PersonalArchive, choices: Choices, *, language: str) -> None:
    """Queue the taking over of what was chosen; flushes. Raises NothingToImport, ConsentMissing's kin by standing."""
    if not choices:
        raise NothingToImport("nothing was chosen")
    for purposes in choices.values():
        for purpose in purposes:
            refuse_by_standing(archive.pseudonym, purpose)
    chosen = {str(number): [purpose.value for purpose in purposes] for number, purposes in choices.items()}
    archive.job_id = enqueue(
        "import_archive", archive_id=archive.id, person=archive.pseudonym, language=language, choices=chosen
    ).id
    db.session.flush()


def import_archive(
    progress: JobProgress, *, archive_id: str, person: str, language: str, choices: dict[str, list[str]]
) -> Outcome:
    """Take the chosen photos over; run again after a kill it begins anew, for nothing was kept before the end."""
    archives = wiring().archives
    archive = db.session.get(PersonalArchive, archive_id)
    if archive is None or archive.state != ArchiveState.READY:
        return {}
    try:
        archives.find(archive_id, pseudonym=person, kind=ArchiveKind.IMPORT)
        chosen = {int(number): [Purpose(name) for name in names] for number, names in choices.items()}
        prepared = _prepare(read_archive(archives.content_of(archive)), chosen, person, progress)
        _keep_all(prepared, Visitor(person, has_account=True), archive, language)
    except Exception as error:
        db.session.rollback()
        if kept := db.session.get(PersonalArchive, archive_id):
            archives.fail(kept, error.code if isinstance(error, ArchiveError) else type(error).__name__)
            db.session.commit()
        raise
    progress.report(len(chosen), len(chosen))
    return {"photos": len(prepared)}


def known_photos(pseudonym: str) -> frozenset[str]:
    """Return the checksums of the person's photos, as they are kept and as they once came."""
    known: set[str] = set()
    for photo in wiring().vault.photos_of(pseudonym):
        try:
            kept = wiring().vault.open_for_request(photo.id, pseudonym=pseudonym, actor=pseudonym, reason="import")
            known.add(hashlib.sha256(kept.read("photo.jpg")).hexdigest())
            known.add(json.loads(kept.read(ORIGIN))["sha256"])
        except PrivacyError:
            # Without an origin it was sent here; one that does not open is no reason to refuse another.
            continue
    return frozenset(known)


def sha256_of(photo: ExportedPhoto) -> str:
    """Return the checksum of a photo of an archive."""
    assert photo.picture is not None
    return photo.picture.sha256


def _prepare(archive: ReadArchive, choices: Choices, pseudonym: str, progress: JobProgress) -> list[Prepared]:
    """Decode and read what was chosen, each photo once; nothing is kept yet."""
    known, prepared = set(known_photos(pseudonym)), []
    for step, (number, purposes) in enumerate(sorted(choices.items())):
        progress.report(step, len(choices))
        photo = archive.photos[number]
        if sha256_of(photo) not in known:
            known.add(sha256_of(photo))
            prepared.append(_prepared(archive, number, photo, purposes))
    if not prepared:
        raise NothingToImport("all of it is here already")
    return prepared


def _prepared(archive: ReadArchive, number: int, photo: ExportedPhoto, purposes: Sequence[Purpose]) -> Prepared:
    try:
        seen = see(FileStorage(io.BytesIO(archive.picture(photo)), "photo.jpg"), StageTimes())
    except BadImage as error:
        raise PhotoUnreadable(number) from error
    said = [(garment.label, garment.box_xyxy_pixels, garment.corrections) for garment in photo.garments]
    found = [(garment.label, garment.box_xyxy_pixels) for garment in seen.reading.garments]
    return Prepared(parts_of(seen), purposes, carried_over(said, found), len(found), sha256_of(photo))


def _keep_all(prepared: Sequence[Prepared], visitor: Visitor, archive: PersonalArchive, language: str) -> None:
    """Keep all of them in one commit; what was sealed before a failure loses its key and goes."""
    photo_ids = [new_photo_id() for _ in prepared]
    try:
        for photo_id, photo in zip(photo_ids, prepared, strict=True):
            _keep(photo_id, photo, visitor, language)
        wiring().archives.finish_import(archive, photos=len(prepared))
        db.session.commit()
    except Exception:
        db.session.rollback()
        for photo_id in photo_ids:
            wiring().key_store.destroy_key(key_name(photo_id))
            for blob in list(wiring().blobs.keys(f"photos/{photo_id}")):
                wiring().blobs.delete(blob)
        raise


def _keep(photo_id: str, photo: Prepared, visitor: Visitor, language: str) -> OpenPhoto:
    for purpose in sorted(photo.purposes):
        give_consent(pseudonym=visitor.pseudonym, photo_id=photo_id, purpose=purpose, language=language)
        details = {"purpose": purpose.value}
        note("consent.given", actor=visitor.pseudonym, subject=visitor.pseudonym, details=details)
    kept = wiring().vault.keep(photo_id=photo_id, pseudonym=visitor.pseudonym, has_account=True)
    for name, content in photo.parts.items():
        kept.write(name, content)
    kept.write(ORIGIN, json.dumps({"sha256": photo.sha256}).encode())
    for number, correction in photo.corrections.items():
        correct_garment(kept, number, correction, garments=photo.garments, pseudonym=visitor.pseudonym)
    act_on_consents(kept, photo.purposes, visitor)
    return kept
