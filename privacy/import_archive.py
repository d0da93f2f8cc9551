"""An archive from elsewhere -> its document and photos, or a named error; nothing of it is decoded or kept here."""

import hashlib
import io
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from privacy.archive_errors import (
    ArchiveAltered,
    ArchiveTooLarge,
    ArchiveTooNew,
    ArchiveUnsafe,
    ForeignArchive,
    NotAnArchive,
    NothingToImport,
)
from privacy.export_archive import CHECKSUMS, DATA, PAGE
from privacy.export_format import FORMAT, PATH, VERSION, ExportDocument, ExportedPhoto

_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_LONGEST_NAME = 120
_SUM = re.compile(r"([0-9a-f]{64})  (\S{1,120})")


@dataclass(frozen=True)
class ArchiveLimits:
    """What is taken of an archive from elsewhere."""

    unpacked_bytes: int = 200_000_000
    members: int = 3000
    document_bytes: int = 20_000_000
    photos: int = 200


@dataclass(frozen=True)
class ReadArchive:
    """An archive that is what it says: every file is there and has its checksum."""

    document: ExportDocument
    files: Mapping[str, bytes]

    @property
    def photos(self) -> list[ExportedPhoto]:
        """The photos whose picture is in the archive, in its order."""
        return [photo for photo in self.document.data.photos if photo.picture]

    def picture(self, photo: ExportedPhoto) -> bytes:
        """Return a photo's bytes, as they were sent: not decoded yet."""
        assert photo.picture is not None
        return self.files[photo.picture.path]


def read_archive(content: bytes, limits: ArchiveLimits = ArchiveLimits()) -> ReadArchive:
    """Return what an archive holds, once it is known to be whole, within limits and of this format.

    Raises NotAnArchive, ArchiveTooLarge, ArchiveUnsafe, ForeignArchive, ArchiveTooNew, ArchiveAltered, NothingToImport.
    """
    members = _members(content, limits)
    if DATA not in members:
        raise ForeignArchive(f"there is no {DATA} in the archive")
    document = _document(members[DATA], limits)
    _check_sums(members)
    archive = ReadArchive(document, members)
    _check_pictures(archive)
    if not archive.photos:
        raise NothingToImport("the archive holds no photo")
    if len(archive.photos) > limits.photos:
        raise ArchiveTooLarge(f"the archive holds more than {limits.photos} photos")
    return archive


def picture_in(content: bytes, number: int) -> bytes:
    """Return one photo of an archive that `read_archive` has taken, without unpacking the rest. Raises IndexError."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document = ExportDocument.model_validate_json(archive.read(DATA))
        picture = [photo.picture for photo in document.data.photos if photo.picture][number]
        return archive.read(picture.path)


def _members(content: bytes, limits: ArchiveLimits) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, limits)
            return {entry.filename: _unpacked(archive, entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        # zipfile reports damage through all of these.
        raise NotAnArchive("the file is no ZIP archive, or is damaged") from error


def _check_entries(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    """Look at the directory alone: a bomb is refused before a byte of it is unpacked."""
    if len(entries) > limits.members:
        raise ArchiveTooLarge(f"the archive has more than {limits.members} parts")
    names: set[str] = set()
    for entry in entries:
        is_ours = len(entry.filename) <= _LONGEST_NAME and re.fullmatch(PATH, entry.filename)
        if not (is_ours or entry.filename == CHECKSUMS):
            raise ArchiveUnsafe(f"{entry.filename[:80]!r} is no name that such an archive has")
        if entry.filename in names:
            raise ArchiveUnsafe(f"the archive names {entry.filename!r} twice")
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & _ENCRYPTED or entry.compress_type not in _PLAIN:
            raise ArchiveUnsafe(f"{entry.filename!r} is a link, encrypted, or packed in an unknown way")
        names.add(entry.filename)
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise ArchiveTooLarge(f"unpacked, the archive has more than {limits.unpacked_bytes // 1_000_000} MB")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # One byte more than announced is asked for: an entry that lies about its size is caught, not unpacked.
    with archive.open(entry) as member:
        content = member.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise NotAnArchive(f"{entry.filename!r} has not the size that the archive states")
    return content


def _document(content: bytes, limits: ArchiveLimits) -> ExportDocument:
    if len(content) > limits.document_bytes:
        raise ArchiveTooLarge(f"{DATA} has more than {limits.document_bytes // 1_000_000} MB")
    try:
        stated = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ArchiveAltered(f"{DATA} is no JSON") from error
    if not isinstance(stated, dict) or stated.get("format") != FORMAT:
        raise ForeignArchive(f"{DATA} does not say that its format is {FORMAT!r}")
    if stated.get("version") != VERSION:
        version = stated.get("version")
        raise ArchiveTooNew(version if isinstance(version, int) else type(version).__name__)
    try:
        return ExportDocument.model_validate_json(content)
    except (ValidationError, RecursionError) as error:
        raise ArchiveAltered(f"{DATA} does not follow the schema: {_first_problem(error)}") from error


def _check_sums(members: Mapping[str, bytes]) -> None:
    """Compare every file with the list of checksums; each file is on it, and each on it is there."""
    try:
        lines = members[CHECKSUMS].decode("ascii").splitlines()
        listed = {found[2]: found[1] for line in lines if (found := _SUM.fullmatch(line))}
    except (KeyError, UnicodeDecodeError) as error:
        raise ArchiveAltered(f"the list of checksums, {CHECKSUMS}, is missing or damaged") from error
    if len(listed) != len(lines) or listed.keys() != members.keys() - {CHECKSUMS}:
        raise ArchiveAltered(f"{CHECKSUMS} does not list the files that are there")
    for name, digest in listed.items():
        if hashlib.sha256(members[name]).hexdigest() != digest:
            raise ArchiveAltered(f"{name} differs from its checksum")


def _check_pictures(archive: ReadArchive) -> None:
    """Compare what data.json says of its files with what is there."""
    ids: set[str] = set()
    for photo in archive.document.data.photos:
        if photo.id in ids:
            raise ArchiveAltered(f"photo {photo.id} is listed twice")
        ids.add(photo.id)
        for entry in filter(None, (photo.picture, *(garment.crop for garment in photo.garments))):
            content = archive.files.get(entry.path)
            if content is None or entry.path in (DATA, PAGE):
                raise ArchiveAltered(f"{entry.path} is missing")
            if hashlib.sha256(content).hexdigest() != entry.sha256 or len(content) != entry.bytes:
                raise ArchiveAltered(f"{entry.path} is not the file that {DATA} describes")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _first_problem(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return type(error).__name__
    # The place and the rule, never the value: it is personal.
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])[:80]}: {first['type']}"
