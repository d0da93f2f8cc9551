"""The training pool: crops of photos whose owners agree, written to a folder that gives them back.

A row is committed before its file is written, and the file is deleted before its row: while a file exists, the shop
knows of it.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, func, or_, select

from privacy.consent import Purpose
from privacy.errors import (
    ConsentMissing,
    ObjectionStands,
    PhotoNotFound,
    ProcessingRestricted,
    TrainingFolderRefused,
    TrainingFolderUnreachable,
)
from privacy.models import ConsentRecord, KeptPhoto, PersonStanding, TrainingExport
from privacy.photo_vault import OpenPhoto, PhotoVault
from storage.database import db

_MARK = ".training-set"
"""Tells the folder from the empty mount point of a disk that is away."""


class TrainingFolder:
    """A folder for its owner alone, outside of everything that the shop keeps; `label/file.jpg` below it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def prepared(cls, path: Path, *, apart_from: Iterable[Path]) -> "TrainingFolder":
        """Make the folder (mode 0700) or take an earlier one up again. Raises TrainingFolderRefused."""
        folder = cls(path.resolve())
        for kept in apart_from:
            _refuse_overlap(folder.path, kept.resolve())
        try:
            folder._make_or_take_up()
        except OSError as error:
            raise TrainingFolderRefused(f"{folder.path} cannot be used: {error.strerror}") from error
        return folder

    @property
    def is_reachable(self) -> bool:
        return (self.path / _MARK).is_file()

    def has(self, name: str) -> bool:
        """Say whether `label/file.jpg` is there."""
        return (self.path / name).is_file()

    def write(self, name: str, content: bytes) -> None:
        """Write `label/file.jpg` in one step, readable by its owner alone."""
        path = self.path / name
        partial = path.with_suffix(".partial")
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        partial.replace(path)

    def remove(self, name: str) -> None:
        """Delete a file, and what a kill left of its writing; nothing happens when it is absent."""
        (self.path / name).unlink(missing_ok=True)
        (self.path / name).with_suffix(".partial").unlink(missing_ok=True)

    def _make_or_take_up(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.is_reachable:
            if any(self.path.iterdir()):
                raise TrainingFolderRefused(f"{self.path} holds other files: name an empty or a new folder")
            self.path.chmod(0o700)
            (self.path / _MARK).touch(mode=0o600)
        if self.path.stat().st_mode & 0o077:
            raise TrainingFolderRefused(f"{self.path} can be opened by others: run `chmod 700 {self.path}`")


@dataclass(frozen=True)
class TrainingSetReport:
    """What an export did."""

    photos: int
    files_written: int
    photos_left_out: int
    """Agreed to, but lapsed, restricted or unreadable at the gate."""


@dataclass(frozen=True)
class FolderState:
    """One training folder, for the officer."""

    path: str
    files: int
    must_go: int
    """Of people who no longer agree, or asked to hold or erase their data."""
    is_reachable: bool


def export_training_set(
    folder: TrainingFolder, vault: PhotoVault, garments_of: Callable[[OpenPhoto], Sequence[str]]
) -> TrainingSetReport:
    """Write the crops that are not in the folder yet; commits a photo at a time, and may be run again.

    garments_of: the labels of a photo's garments, in the order of its crops.
    """
    photos = files = left_out = 0
    for photo_id, pseudonym in photos_in_pool():
        try:
            kept = vault.open(photo_id, pseudonym=pseudonym, has_account=True, purpose=Purpose.TRAINING)
        except (PhotoNotFound, ConsentMissing, ProcessingRestricted, ObjectionStands):
            db.session.rollback()
            left_out += 1
            continue
        photos += 1
        files += _export_photo(kept, pseudonym, folder, garments_of(kept))
    return TrainingSetReport(photos, files, left_out)


def photos_in_pool() -> list[tuple[str, str]]:
    """Return (photo, pseudonym) of every kept photo whose owner agrees to training, oldest first."""
    agreed = (
        select(KeptPhoto.id, KeptPhoto.pseudonym)
        .where(KeptPhoto.id.in_(_photos_agreed_to()))
        .order_by(KeptPhoto.created_at, KeptPhoto.id)
    )
    return [(photo_id, pseudonym) for photo_id, pseudonym in db.session.execute(agreed)]


def files_that_must_go() -> list[TrainingExport]:
    """Return the exported files whose consent is gone, or whose owner asked to hold or erase their data."""
    at_rest = select(PersonStanding.pseudonym).where(
        or_(PersonStanding.restricted_at.is_not(None), PersonStanding.erasing_at.is_not(None))
    )
    gone = or_(TrainingExport.photo_id.not_in(_photos_agreed_to()), TrainingExport.pseudonym.in_(at_rest))
    return list(db.session.scalars(select(TrainingExport).where(gone)))


def training_folders() -> list[FolderState]:
    """Return the folders that files are known to lie in, by path."""
    by_folder = select(TrainingExport.folder, func.count()).group_by(TrainingExport.folder).order_by("folder")
    must_go = Counter(export.folder for export in files_that_must_go())
    return [
        FolderState(path, files, must_go[path], TrainingFolder(Path(path)).is_reachable)
        for path, files in db.session.execute(by_folder)
    ]


def remove_files(exports: Iterable[TrainingExport]) -> None:
    """Delete exported files and their rows; flushes, does not commit. Raises TrainingFolderUnreachable.

    What can be reached is deleted before that is raised, so that nothing waits for another folder.
    """
    waiting: dict[str, int] = {}
    for export in exports:
        folder = TrainingFolder(Path(export.folder))
        if folder.is_reachable:
            folder.remove(_file_name(export))
            db.session.delete(export)
        else:
            waiting[export.folder] = waiting.get(export.folder, 0) + 1
    db.session.flush()
    for path, files in waiting.items():
        raise TrainingFolderUnreachable(path, files)


def forget_destroyed_folder(path: Path) -> int:
    """Drop the rows of a folder that no longer exists anywhere; return how many. Flushes, does not commit.

    Raises TrainingFolderRefused while the folder is there: then it can be emptied file by file.
    """
    folder = TrainingFolder(path.resolve())
    if folder.is_reachable:
        raise TrainingFolderRefused(f"{folder.path} is still there: delete it first, then say that it is destroyed")
    exports = db.session.scalars(select(TrainingExport).filter_by(folder=str(folder.path))).all()
    for export in exports:
        db.session.delete(export)
    db.session.flush()
    return len(exports)


def _export_photo(kept: OpenPhoto, pseudonym: str, folder: TrainingFolder, garments: Sequence[str]) -> int:
    in_folder = select(TrainingExport).filter_by(photo_id=kept.id, folder=str(folder.path))
    exports = {export.garment_number: export for export in db.session.scalars(in_folder)}
    for number in range(len(garments)):
        if number not in exports:
            exports[number] = TrainingExport(
                id=uuid4().hex,
                pseudonym=pseudonym,
                photo_id=kept.id,
                garment_number=number,
                garment=garments[number],
                folder=str(folder.path),
            )
            db.session.add(exports[number])
    # Read before the commit: whoever withdraws right after it takes the rows away.
    files = {export.id: (_file_name(export), f"crop-{number}.jpg") for number, export in exports.items()}
    db.session.commit()
    missing = {export_id: parts for export_id, parts in files.items() if not folder.has(parts[0])}
    for name, part in missing.values():
        folder.write(name, kept.read(part))
    _take_back_if_withdrawn(kept.id, folder, {export_id: name for export_id, (name, _part) in missing.items()})
    return len(missing)


def _take_back_if_withdrawn(photo_id: str, folder: TrainingFolder, written: Mapping[str, str]) -> None:
    """A withdrawal between row and file found no file to delete: its row is gone, so the file goes now."""
    db.session.commit()
    still_known = set(db.session.scalars(select(TrainingExport.id).filter_by(photo_id=photo_id)))
    for export_id, name in written.items():
        if export_id not in still_known:
            folder.remove(name)


def _photos_agreed_to() -> Select[Any]:
    return select(ConsentRecord.photo_id).filter_by(purpose=Purpose.TRAINING.value, withdrawn_at=None)


def _file_name(export: TrainingExport) -> str:
    return f"{export.garment}/{export.id}.jpg"


def _refuse_overlap(folder: Path, kept: Path) -> None:
    if folder == kept or kept in folder.parents or folder in kept.parents:
        raise TrainingFolderRefused(f"{folder} overlaps {kept}, which the shop keeps: name a folder apart from it")
