"""What can go wrong on the shared ground."""

import errno

from sqlalchemy.exc import DBAPIError

# SQLite's words, and PostgreSQL's (from the operating system).
_SIGNS_OF_FULL = ("database or disk is full", "no space left on device", "disk quota exceeded")


class StorageError(Exception):
    """Base of this package's errors."""


class CommitSpansTwoStores(StorageError):
    """One transaction wrote to two databases, which cannot commit as one: commit the first before the second."""

    def __init__(self, stores: list[str]) -> None:
        super().__init__(f"one commit would span the stores {', '.join(stores)}: commit each by itself")


class BlobNotFound(StorageError):
    """No blob has this key: it was deleted, or never stored."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no blob is stored under {key!r}")


class InvalidBlobKey(StorageError):
    """A blob key may hold 200 lower-case letters, digits, `_ . -`, and `/` between names."""

    def __init__(self, key: str) -> None:
        allowed = "up to 200 lower-case letters, digits, '_', '.', '-' and single slashes"
        super().__init__(f"{key!r} is no blob key: use {allowed}")


class BlobStoreUnknown(StorageError):
    """The URL's scheme is not known, or the extra that opens it is not installed."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"cannot open the blob store {url!r}: {reason}")


class BadImage(StorageError):
    """The bytes cannot be used as a picture; `code` is stable, the message says how to mend it."""

    code = "bad_image"

    def __init__(self, message: str = "This file cannot be used as a picture.") -> None:
        super().__init__(message)


class EmptyFile(BadImage):
    """The file holds no byte: choose it again."""

    code = "image_empty"


class NotAnImage(BadImage):
    """The content is no JPEG, PNG, WebP, HEIC or AVIF, whatever the name says."""

    code = "image_format_not_supported"


class WrongExtension(BadImage):
    """The name promises another format than the content holds: rename or export the file again."""

    code = "image_extension_mismatch"


class TruncatedImage(BadImage):
    """The picture stops before its end or is damaged: send it again."""

    code = "image_damaged"


class ImageTooLarge(BadImage):
    """More pixels than the limit: make the picture smaller."""

    code = "image_too_many_pixels"


class ImageTakesTooLong(BadImage):
    """Reading the file would take more time or memory than a photo may: save it again as an ordinary JPEG."""

    code = "image_too_slow"


class ImageDecoderMissing(StorageError):
    """The program that decodes HEIC and AVIF does not start: install the application's packages again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the decoder of HEIC and AVIF does not start: {reason}")


class ImageTooSmall(BadImage):
    """Too few pixels to see a garment in."""

    code = "image_too_small"


class AnimatedImage(BadImage):
    """The file moves; a single still picture is needed."""

    code = "image_animated"


class UnsupportedColours(BadImage):
    """CMYK, 16 bits a channel, or a palette with transparency: export as ordinary RGB."""

    code = "image_colours_not_supported"


class NotAHost(StorageError):
    """An entry of the list of outgoing hosts is no host."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no host: write names such as mail.example.com:587 or *.example.com, with commas")


class OutgoingConnectionRefused(StorageError):
    """The process would talk to a host that no setting allows: add it to OUTGOING_HOSTS if it should."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"no connection to {host}: OUTGOING_HOSTS does not allow it. Add the host there if the shop is to talk to "
            "it (a model of the hub needs OUTGOING_HOSTS=huggingface.co,*.huggingface.co,*.hf.co while it is fetched)"
        )
        self.host = host


class StorageFull(StorageError):
    """A disk or a database has no room left: make some, and the work goes on where it stopped."""

    def __init__(self) -> None:
        super().__init__("the storage is full: make room, and the work goes on where it stopped")


def is_full(error: BaseException) -> bool:
    """Say whether an error of the system or of a database means that there is no room left."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, DBAPIError) and any(sign in str(error.orig).lower() for sign in _SIGNS_OF_FULL)
