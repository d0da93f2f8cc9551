"""Letters as files, for the demo: a person opens the file and follows its link."""

import os
import secrets
from collections.abc import Callable, Sequence
from email.policy import default
from pathlib import Path

from accounts.errors import MailNotSent
from accounts.letter_message import message_of
from accounts.ports import Letter
from storage.database import now

_NOBODY = "-"


class FolderMailer:
    """`Mailer` into a folder: one .eml file a letter, for its owner alone, named by time, address hash and person."""

    def __init__(self, folder: Path, *, sender: str, hash_of: Callable[[str], str]) -> None:
        self._folder = folder
        self._sender = sender
        self._hash_of = hash_of

    def send(self, letter: Letter) -> None:
        """Write the letter to the folder, whole or not at all. Raises MailNotSent (a full disk, say)."""
        at = now()
        # The name carries no address: a keyed hash finds the letters of a person, and tells a reader nothing.
        parts = (at.strftime("%Y%m%dT%H%M%S%f"), self._hash_of(letter.to), letter.person or _NOBODY)
        path = self._folder / f"{'.'.join(parts)}.{secrets.token_hex(4)}.eml"
        content = message_of(letter, sender=self._sender, at=at, policy=default.clone(utf8=True)).as_bytes()
        try:
            _write(path, content)
        except OSError as error:
            raise MailNotSent(f"the folder of letters cannot be written: {error.strerror}") from error

    def kept_letters(self, name: str) -> Sequence[str]:
        """Return the letters that lie in the folder, oldest first."""
        return [path.read_text(encoding="utf-8") for path in self._files_of(name)]

    def erase_letters(self, name: str) -> int:
        """Remove the files and return how many."""
        files = self._files_of(name)
        for path in files:
            path.unlink(missing_ok=True)
        return len(files)

    def _files_of(self, name: str) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.eml") if name in path.name.split(".")[1:3])


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
