"""Personal data -> an archive that its owner can read and take elsewhere: data.json, photos, a page, checksums."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from privacy.export_format import FORMAT, PATH, VERSION
from privacy.sources import ExportedFile, PersonalDataSource, Scope

DATA = "data.json"
PAGE = "index.html"
CHECKSUMS = "SHA256SUMS"
Progress = Callable[[int, int], None]
_STORED = ("image/jpeg",)


@dataclass(frozen=True)
class Collected:
    """What the sources gave: the document, and the files that it names by path."""

    document: Mapping[str, Any]
    files: Mapping[str, ExportedFile]

    @property
    def photos(self) -> int:
        return len(self.document["data"].get("photos", ()))


def collect(
    scope: Scope,
    sources: Sequence[PersonalDataSource],
    *,
    language: str,
    made_at: datetime,
    on_progress: Progress = lambda done, total: None,
) -> Collected:
    """Return all that the sources keep of the person. Raises ValueError when two sources claim one subject."""
    data: dict[str, Any] = {}
    files = _Files()
    for number, source in enumerate(sources):
        on_progress(number, len(sources) + 1)
        for subject, kept in _subjects(source.name, source.export(scope)).items():
            if subject in data:
                raise ValueError(f"two sources export {subject!r}: the second is {source.name!r}")
            data[subject] = files.placed(kept)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": made_at.isoformat(),
        "language": language,
        "data": data,
    }
    return Collected(document, files.by_path)


def archive_of(collected: Collected, page: str, *, made_at: datetime) -> bytes:
    """Return the ZIP: data.json, the page, the files, and the checksums of them all (`sha256sum -c SHA256SUMS`)."""
    document = json.dumps(collected.document, ensure_ascii=False, indent=1, default=_plain).encode()
    members = {DATA: document, PAGE: page.encode()} | {name: file.content for name, file in collected.files.items()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in members.items())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (members | {CHECKSUMS: sums.encode()}).items():
            entry = zipfile.ZipInfo(name, made_at.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            is_packed = name in collected.files and collected.files[name].media_type in _STORED
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


@dataclass
class _Files:
    """Takes the files out of a structure and leaves their entries."""

    by_path: dict[str, ExportedFile] = field(default_factory=dict)

    def placed(self, value: Any) -> Any:
        if isinstance(value, ExportedFile):
            return self._entry(value)
        if isinstance(value, Mapping):
            return {str(name): self.placed(part) for name, part in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return [self.placed(part) for part in value]
        return value

    def _entry(self, file: ExportedFile) -> dict[str, object]:
        if not re.fullmatch(PATH, file.name) or file.name in self.by_path:
            raise ValueError(f"{file.name!r} is no name of a file in an archive, or is there already")
        self.by_path[file.name] = file
        digest = hashlib.sha256(file.content).hexdigest()
        return {"path": file.name, "sha256": digest, "bytes": len(file.content), "media_type": file.media_type}


def _subjects(name: str, kept: Mapping[str, object]) -> Mapping[str, object]:
    """Return what a source gave by subject: lists stand by their own name, single facts under the source's."""
    lists = {subject: part for subject, part in kept.items() if isinstance(part, list)}
    return lists if len(lists) == len(kept) else {name: kept}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in data.json")
