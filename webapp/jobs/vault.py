"""What keeps the vault tidy by itself."""

from privacy.audit_notes import SYSTEM, note
from privacy.photo_vault import AT_MOST_SWEPT, SweepReport
from storage.database import db
from webapp.wiring import wiring


def sweep_the_vault(*, at_most: int = AT_MOST_SWEPT) -> SweepReport:
    """Take away what killed processes left; commits. Raises SweepTooLarge."""
    report = wiring().vault.sweep(at_most=at_most)
    if report.any:
        note("keys.swept", actor=SYSTEM, details={"keys": report.keys, "photos_of_blobs": report.photos_of_blobs})
    db.session.commit()
    return report
