"""The vault's upkeep: the sweep, and the rotation of the master key, each noted for the audit."""

from privacy.audit_notes import COMMAND_LINE, SYSTEM, note
from privacy.key_rotation import KeyRotation, Progress, RotationReport, rotate_keys
from privacy.photo_vault import AT_MOST_SWEPT, SweepReport
from storage.database import KEYS_BIND, db
from webapp.wiring import wiring


def sweep_the_vault(*, at_most: int = AT_MOST_SWEPT) -> SweepReport:
    """Take away what killed processes left; commits. Raises SweepTooLarge."""
    report = wiring().vault.sweep(at_most=at_most)
    if report.any:
        note("keys.swept", actor=SYSTEM, details={"keys": report.keys, "photos_of_blobs": report.photos_of_blobs})
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
