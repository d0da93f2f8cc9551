"""What can go wrong with the archives in which personal data travels."""

from privacy.errors import PrivacyError


class ArchiveError(PrivacyError):
    """Base of the errors about archives; `code` is stable, and kept with an archive that failed."""

    code = "archive_unusable"


class ArchiveNotFound(ArchiveError):
    """No such archive for this person: it has lapsed, was erased, or is somebody else's (which is not told)."""

    code = "archive_not_found"

    def __init__(self) -> None:
        super().__init__("this archive is not kept (any more)")


class ArchiveNotReady(ArchiveError):
    """The archive is still being made, or its making failed: look at its state."""

    code = "archive_not_ready"


class NotAnArchive(ArchiveError):
    """The file is no ZIP archive, or is damaged or cut short: download it again, then send it again."""

    code = "archive_damaged"


class ArchiveTooLarge(ArchiveError):
    """The archive, or what it would unpack to, is over the limits: send less at a time."""

    code = "archive_too_large"


class ArchiveUnsafe(ArchiveError):
    """The archive names files outside itself, names one twice, or holds links or encrypted parts: nothing is read."""

    code = "archive_unsafe"


class ForeignArchive(ArchiveError):
    """The archive is no copy of personal data from a shop of this kind (`format` in data.json says which)."""

    code = "archive_foreign"


class ArchiveTooNew(ArchiveError):
    """The archive was made by a newer version of the software: update this one, or ask for an older export."""

    code = "archive_too_new"

    def __init__(self, version: object) -> None:
        super().__init__(f"the archive has version {version!r}, which this software does not know")


class ArchiveAltered(ArchiveError):
    """A file differs from its checksum, is missing, or data.json does not follow the schema: send the original."""

    code = "archive_altered"


class NothingToImport(ArchiveError):
    """The archive holds no photo, or none was chosen, or all are here already."""

    code = "archive_empty"


class PhotoUnreadable(ArchiveError):
    """A photo of the archive cannot be read: nothing was taken over. Leave it out and try again."""

    code = "archive_photo_unreadable"

    def __init__(self, number: int) -> None:
        super().__init__(f"photo {number} of the archive cannot be read")
        self.number = number
