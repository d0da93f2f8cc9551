"""The vault's upkeep: the sweep, backups of the keys, the rotation of the master key; each noted for the audit."""

from pathlib import Path

from privacy.audit_notes import COMMAND_LINE, SYSTEM, note
from privacy.errors import KeyBackupImpossible
from privacy.key_backups import KeyBackup, RestoreReport
from privacy.key_rotation import KeyRotation, Progress, RotationReport, rotate_keys
from privacy.photo_vault import AT_MOST_SWEPT, SweepReport
from storage.database import KEYS_BIND, db, now
from webapp.stores_apart import stores_beside
from webapp.wiring import wiring


def sweep_the_vault(*, at_most: int = AT_MOST_SWEPT) -> SweepReport:
    """Take away what killed processes left; commits. Raises SweepTooLarge."""
    report = wiring().vault.sweep(at_most=at_most)
    if report.any:
        note("keys.swept", actor=SYSTEM, details={"keys": report.keys, "photos_of_blobs": report.photos_of_blobs})
    db.session.commit()
    return report


def delete_expired_key_backups() -> list[Path]:
    """Delete what is past its time in KEY_BACKUP_DIR; return the files."""
    folder = wiring().settings.key_backup_dir
    return wiring().key_backups.delete_expired(folder, now()) if folder else []


def back_up_keys(folder: Path) -> KeyBackup:
    """Write a backup of the wrapped keys, and delete the folder's expired ones; commits.

    Raises KeyBackupImpossible, for a folder beside what the keys open too.
    """
    adapters = wiring()
    if beside := stores_beside(folder.absolute(), adapters.settings):
        raise KeyBackupImpossible(
            f"{folder} shares a folder with {', '.join(beside)}: name one that is apart from them"
        )
    made = adapters.key_backups.make(folder, now())
    adapters.key_backups.delete_expired(folder, now())
    note("keys.backed_up", actor=COMMAND_LINE, store=KEYS_BIND, details={"keys": made.keys})
    db.session.commit()
    return made


def restore_keys(path: Path) -> RestoreReport:
    """Put back the keys of a backup that are missing; commits. Raises KeyBackupDamaged, KeyBackupExpired."""
    report = wiring().key_backups.restore(path, now())
    details = {"restored": report.restored, "destroyed": report.destroyed}
    note("keys.restored", actor=COMMAND_LINE, store=KEYS_BIND, details=details)
    db.session.commit()
    return report


def rotate_master_key(on_progress: Progress) -> RotationReport:
    """Make a new master key and re-wrap every key with it, or go on with a rotation that was cut short; commits."""
    adapters = wiring()
    rotation = KeyRotation(adapters.key_store, adapters.key_service)
    if not rotation.is_under_way:
        # Before the act: what another service does has no commit that the note could share.
        note("keys.rotation_begun", actor=COMMAND_LINE, store=KEYS_BIND)
        db.session.commit()
    report = rotate_keys(rotation, on_progress)
    details = {"rewrapped": report.rewrapped, "removed": len(report.removed), "stuck": len(report.stuck)}
    note("keys.rotated", actor=COMMAND_LINE, store=KEYS_BIND, details=details)
    db.session.commit()
    return report
