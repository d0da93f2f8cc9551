"""Archives of personal data in both directions, sealed under one key each, for their owner alone and for a few days."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from privacy.archive_errors import ArchiveNotFound, ArchiveNotReady
from privacy.audit_notes import SYSTEM, note
from privacy.consent import Purpose
from privacy.declarations import Category
from privacy.encryption import seal, unseal
from privacy.errors import KeyDestroyed, KeyMissing
from privacy.key_store import KeyStore
from privacy.retention import EXPORT, LapsedItem, RetentionPolicy
from privacy.rights_errors import ClockRanBackwards
from privacy.rights_models import ArchiveKind, ArchiveState, PersonalArchive
from privacy.sources import ErasureStep, Scope
from privacy.standing import refuse_the_erased
from storage.blobs import BlobStore
from storage.database import db, now
from storage.errors import BlobNotFound

KEY_PREFIX = "archive/"
IMPORT_WAITS = timedelta(hours=1)
"""How long an archive from elsewhere waits, sealed, for its owner's consents."""
_FOLDER = "archives"
_CLOCK_SLACK = timedelta(minutes=5)


@dataclass(frozen=True)
class Archives:
    """Methods flush, the caller commits; keys are made and destroyed at once.

    A key is made before what it seals and destroyed before that is deleted: whoever is killed leaves nothing readable.
    """

    blobs: BlobStore
    keys: KeyStore
    clock: Callable[[], datetime] = now

    def begin_export(self, pseudonym: str, *, language: str, days: int, actor: str) -> PersonalArchive:
        """Return a new export to be filled, or the one that is being prepared already."""
        for archive in self.of_person(pseudonym, ArchiveKind.EXPORT):
            if archive.state == ArchiveState.PREPARING:
                return archive
        note("export.asked", actor=actor, subject=pseudonym)
        return self._begin(ArchiveKind.EXPORT, pseudonym, language, timedelta(days=days))

    def begin_import(self, pseudonym: str, *, language: str, content: bytes, photos: int) -> PersonalArchive:
        """Keep an archive from elsewhere sealed until its owner has chosen; an earlier one goes."""
        for former in self.of_person(pseudonym, ArchiveKind.IMPORT):
            self.erase(former, actor=pseudonym)
        archive = self._begin(ArchiveKind.IMPORT, pseudonym, language, IMPORT_WAITS)
        note("import.received", actor=pseudonym, subject=pseudonym, details={"photos": photos})
        self._fill(archive, content, photos)
        return archive

    def fill_export(self, archive: PersonalArchive, content: bytes, *, photos: int) -> None:
        """Seal the finished export; the person's earlier ones go."""
        self._fill(archive, content, photos)
        note("export.made", actor=SYSTEM, subject=archive.pseudonym, details={"bytes": len(content)})
        for former in self.of_person(archive.pseudonym, ArchiveKind.EXPORT):
            if former.id != archive.id:
                self.erase(former, actor=SYSTEM)

    def fail(self, archive: PersonalArchive, problem: str) -> None:
        """Record that it came to nothing; problem: a code."""
        archive.state, archive.problem = ArchiveState.FAILED.value, problem
        action = "export.failed" if archive.kind == ArchiveKind.EXPORT else "import.refused"
        note(action, actor=SYSTEM, subject=archive.pseudonym, details={"problem": problem})
        self._destroy(archive)
        db.session.flush()

    def find(self, archive_id: str, *, pseudonym: str, kind: ArchiveKind) -> PersonalArchive:
        """Return the person's archive. Raises ArchiveNotFound (once it has lapsed too), ClockRanBackwards."""
        archive = db.session.get(PersonalArchive, archive_id)
        if archive is None or archive.pseudonym != pseudonym or archive.kind != kind:
            raise ArchiveNotFound
        moment = self.clock()
        if moment < archive.created_at - _CLOCK_SLACK:
            # A clock put back must not make an archive live longer.
            raise ClockRanBackwards(archive.created_at, moment)
        if moment >= archive.expires_at:
            raise ArchiveNotFound
        return archive

    def content_of(self, archive: PersonalArchive) -> bytes:
        """Return the ZIP. Raises ArchiveNotReady, ArchiveNotFound (its bytes are gone), CannotBeDecrypted."""
        if archive.state != ArchiveState.READY:
            raise ArchiveNotReady(f"the archive is {archive.state}")
        try:
            key = self.keys.open_key(_key_name(archive.id))
            return unseal(key, self.blobs.get(_blob_key(archive.id)), about=_blob_key(archive.id))
        except (KeyMissing, KeyDestroyed, BlobNotFound) as error:
            raise ArchiveNotFound from error

    def of_person(self, pseudonym: str, kind: ArchiveKind) -> list[PersonalArchive]:
        """Return a person's archives, newest first, lapsed ones that still wait for the purge included."""
        own = select(PersonalArchive).filter_by(pseudonym=pseudonym, kind=kind.value)
        return list(db.session.scalars(own.order_by(PersonalArchive.created_at.desc())))

    def has_lapsed(self, archive: PersonalArchive) -> bool:
        """Say whether its time is up: then it is not handed out any more."""
        return self.clock() >= archive.expires_at

    def finish_import(self, archive: PersonalArchive, *, photos: int) -> None:
        """Record that the chosen photos are in the vault; the archive's bytes go at once."""
        archive.state, archive.photos = ArchiveState.DONE.value, photos
        note("import.done", actor=archive.pseudonym, subject=archive.pseudonym, details={"photos": photos})
        self._destroy(archive)
        db.session.flush()

    def erase(self, archive: PersonalArchive, *, actor: str) -> None:
        """Erase key, bytes and row."""
        self._destroy(archive)
        note(f"{archive.kind}.erased", actor=actor, subject=archive.pseudonym)
        db.session.delete(archive)
        db.session.flush()

    def _begin(self, kind: ArchiveKind, pseudonym: str, language: str, lasts: timedelta) -> PersonalArchive:
        moment = self.clock()
        archive = PersonalArchive(
            id=secrets.token_hex(16),
            kind=kind.value,
            pseudonym=pseudonym,
            language=language,
            state=ArchiveState.PREPARING.value,
            created_at=moment,
            expires_at=moment + lasts,
        )
        db.session.add(archive)
        db.session.flush()
        # After the write: it made this request wait for an erasure that began meanwhile.
        refuse_the_erased(pseudonym)
        return archive

    def _fill(self, archive: PersonalArchive, content: bytes, photos: int) -> None:
        name = _key_name(archive.id)
        # A job that was killed and runs again finds the key of its first run.
        key = self.keys.open_key(name) if self.keys.has_key(name) else self.keys.new_key(name)
        self.blobs.put(_blob_key(archive.id), seal(key, content, about=_blob_key(archive.id)))
        archive.state, archive.size_bytes, archive.photos = ArchiveState.READY.value, len(content), photos
        db.session.flush()

    def _destroy(self, archive: PersonalArchive) -> None:
        self.keys.destroy_key(_key_name(archive.id))
        self.blobs.delete(_blob_key(archive.id))


class ArchivesSource:
    """`PersonalDataSource` of the archives: nothing of them is exported again, all of them are erased."""

    name = "archives"
    step = ErasureStep.EXPORTS
    tables = frozenset({PersonalArchive.__tablename__})

    def __init__(self, archives: Archives) -> None:
        self._archives = archives

    def export(self, scope: Scope) -> dict[str, object]:
        """Return nothing: an archive holds what the other sources hold."""
        return {}

    def rectify(self, scope: Scope, corrections: object) -> None:
        """Do nothing: the next export has the corrected values."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Do nothing: the right to a copy stays (Art. 18(1))."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Do nothing: a copy is made at the person's own wish."""

    def erase(self, scope: Scope) -> None:
        """Erase the person's archives; for a photo or a purpose too, since an archive holds a copy of it."""
        for archive in self._of(scope):
            self._archives.erase(archive, actor=SYSTEM)

    def remains(self, scope: Scope) -> Sequence[str]:
        """Return the archives that are still there."""
        return [f"archive {archive.id}" for archive in self._of(scope)]

    def _of(self, scope: Scope) -> Sequence[PersonalArchive]:
        return db.session.scalars(select(PersonalArchive).filter_by(pseudonym=scope.pseudonym)).all()


@dataclass(frozen=True)
class ArchivesLapse:
    """Archives past their time: exports after the officer's period, imports after their hour."""

    archives: Archives
    category = Category.EXPORTS
    store = None

    def lapsed(self, policy: RetentionPolicy, at: datetime) -> list[LapsedItem]:
        """Return what has lapsed, oldest first."""
        due = (PersonalArchive.expires_at <= at) | (PersonalArchive.created_at <= policy.before(EXPORT, at))
        rows = db.session.scalars(select(PersonalArchive).where(due).order_by(PersonalArchive.created_at))
        return [LapsedItem(archive.id, _whose(archive), archive.created_at, EXPORT) for archive in rows]

    def erase_lapsed(self, items: Sequence[LapsedItem]) -> None:
        """Erase these."""
        for item in items:
            if archive := db.session.get(PersonalArchive, item.key):
                self.archives.erase(archive, actor=SYSTEM)


def _whose(archive: PersonalArchive) -> str:
    """Return nobody for an import: it was never accepted, so it goes even for somebody whose data is on hold."""
    return archive.pseudonym if archive.kind == ArchiveKind.EXPORT else ""


def _key_name(archive_id: str) -> str:
    return f"{KEY_PREFIX}{archive_id}"


def _blob_key(archive_id: str) -> str:
    return f"{_FOLDER}/{archive_id}/archive.zip"
