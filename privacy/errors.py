"""What can go wrong with personal data."""

from datetime import datetime
from pathlib import Path


class PrivacyError(Exception):
    """Base of this package's errors."""


class ConsentMissing(PrivacyError):
    """The person has not agreed to this use of the photo: ask, and send the photo again."""

    def __init__(self, purpose: str) -> None:
        super().__init__(f"no consent was given for the purpose {purpose!r}")
        self.purpose = purpose


class UnknownPurpose(PrivacyError):
    """A consent names a purpose that does not exist: use one of recommendation, wardrobe, statistics, training."""

    field = "consent"

    def __init__(self, named: str) -> None:
        super().__init__(f"{named[:40]!r} is no purpose: use recommendation, wardrobe, statistics or training")


class DrawingAsksForNoConsent(PrivacyError):
    """The photo is one of the shop's own drawings: nobody is in it, so there is nothing to agree to or to take back."""


class TrainingFolderRefused(PrivacyError):
    """People's crops may not be written there: the message says why, and what to choose instead."""


class TrainingFolderUnreachable(PrivacyError):
    """Files that must go lie in a folder that cannot be reached: mount it; the deletion is tried again by itself."""

    def __init__(self, folder: str, files: int) -> None:
        super().__init__(
            f"{files} files of people who no longer agree lie in the training folder {folder}, which cannot be "
            "reached: mount it (they are deleted within a minute), or, once it is destroyed, "
            "run `flask privacy training-set DIR --destroyed`"
        )
        self.folder = folder


class ProcessingRestricted(PrivacyError):
    """The person asked to hold their data (Art. 18): it is kept and not used until they or the officer lift it."""

    def __init__(self) -> None:
        super().__init__("the person's data is on hold: it is kept, and not used")


class ObjectionStands(PrivacyError):
    """The person objected to this use (Art. 21)."""

    def __init__(self, purpose: str) -> None:
        super().__init__(f"the person objected to the purpose {purpose!r}")
        self.purpose = purpose


class PhotoNotFound(PrivacyError):
    """No such photo for this person: it was forgotten, has lapsed, or is somebody else's (which is not told)."""

    def __init__(self) -> None:
        super().__init__("this photo is not kept (any more)")


class PhotoPartMissing(PhotoNotFound):
    """A sealed blob of a photo is not in the blob store: it was never made, deleted, or not restored."""

    def __init__(self, key: str) -> None:
        PrivacyError.__init__(self, f"the sealed blob {key} is not in the blob store")


class CannotBeDecrypted(PrivacyError):
    """The bytes were altered, moved to another place, or sealed with another key."""

    def __init__(self, about: str) -> None:
        super().__init__(f"{about} cannot be decrypted: it was altered, moved, or sealed with another key")


class KeysOutOfReach(PrivacyError):
    """Base of what an operator must mend before anything sealed opens again; nothing is lost meanwhile."""


class KeyFileUnsafe(KeysOutOfReach):
    """The key file is missing, too short, or readable by others: restore it, or `chmod 600` it."""


class UnfitForAudit(PrivacyError):
    """A note that could hold personal content: the audit takes known actions and pseudonyms only."""


class AuditChainBroken(PrivacyError):
    """The audit does not reach its anchor: entries were cut off, or an older backup was restored.

    Nothing is added to it, and the notes wait. Find out why; then `flask privacy continue-audit --reason …`.
    """

    def __init__(self, found: str) -> None:
        super().__init__(f"the audit chain is broken: {found}")


class AuditChainWhole(PrivacyError):
    """There is no break to go on after: the chain reaches its anchor."""

    def __init__(self) -> None:
        super().__init__("the audit chain reaches its anchor: there is no break to go on after")


class AuditBusy(PrivacyError):
    """Other processes appended to the audit at the same moments, time after time; the notes wait for the next run."""

    def __init__(self) -> None:
        super().__init__("the audit is being written to by others: the notes wait for the next run")


class KeyServiceUnavailable(KeysOutOfReach):
    """The master key cannot be asked: the service is out of reach, or this application may not use it."""

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(f"the key service {service} does not answer: {reason}")


class MasterKeyMissing(KeysOutOfReach):
    """A wrapped key hangs on a master key that is not at hand: put its file back, or name the right one."""

    def __init__(self, key_id: str, where: str) -> None:
        super().__init__(
            f"the master key {key_id!r} is not at {where}: restore it, or correct MASTER_KEY_FILE or KEY_SERVICE"
        )
        self.key_id = key_id


class WrongMasterKey(KeysOutOfReach):
    """No key of this shop hangs on the master key at hand: it is another shop's; put the right one back."""

    def __init__(self, key_id: str, needed: str) -> None:
        super().__init__(
            f"the master key {key_id!r} opens no key of this shop, which needs {needed!r}: nothing was changed; "
            "restore it, or correct MASTER_KEY_FILE or KEY_SERVICE"
        )


class MasterKeyInUse(PrivacyError):
    """The current master key cannot be taken away: rotate first."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"the master key {key_id!r} is the current one: `flask privacy rotate-keys` makes another")


class KeyMissing(PrivacyError):
    """The keys store holds no such key: it was never made, or the store was lost (`flask privacy restore-keys`)."""

    def __init__(self, about: str) -> None:
        super().__init__(f"there is no key for {about}")


class KeyDestroyed(PrivacyError):
    """The key was destroyed for good: what it sealed is erased, whatever copy of it turns up."""

    def __init__(self, about: str) -> None:
        super().__init__(f"the key for {about} was destroyed: what it sealed is erased")


class KeyExists(PrivacyError):
    """The keys store holds a key for this already."""

    def __init__(self, about: str) -> None:
        super().__init__(f"there is a key for {about} already")


class InvalidKeyName(PrivacyError):
    """What a key is for is named in lower-case letters, digits, `_ . -` and `/`, up to 64 signs."""

    def __init__(self, about: str) -> None:
        super().__init__(f"{about[:64]!r} cannot name a key: use up to 64 of a-z 0-9 _ . - and single slashes")


class KeyRingStays(PrivacyError):
    """A key of the ring opens what belongs to everyone: it is rotated, never destroyed."""

    def __init__(self, about: str) -> None:
        super().__init__(f"the key {about} belongs to the whole shop and is never destroyed")


class KeyRingLost(KeysOutOfReach):
    """The shop knows people, and the keys store does not hold its ring: restore the keys store before anything else."""

    def __init__(self, use: str) -> None:
        super().__init__(
            f"the keys store has lost the key ring (ring/{use}): restore it with `flask privacy restore-keys FILE`"
        )


class PeriodOutOfBounds(PrivacyError):
    """A retention period is shorter or longer than its rule allows: choose one between the bounds."""

    def __init__(self, rule: str, amount: int, least: int, most: int) -> None:
        super().__init__(f"{rule}={amount} is out of bounds: choose from {least} to {most}")
        self.rule, self.amount, self.least, self.most = rule, amount, least, most


class ClockWentBackwards(PrivacyError):
    """The clock shows a time before the last purge: nothing is erased until it is right again.

    Set the clock; when it is the earlier purge that ran at a wrong time, run `flask privacy purge --clock-is-right`.
    """

    def __init__(self, at: datetime, last: datetime) -> None:
        super().__init__(
            f"the clock shows {at:%Y-%m-%d %H:%M:%S} UTC, the last purge ran at {last:%Y-%m-%d %H:%M:%S} UTC: "
            "nothing was erased; set the clock, or run `flask privacy purge --clock-is-right` when it is right now"
        )
        self.at, self.last = at, last


class PurgeInterrupted(PrivacyError):
    """The storage failed in the middle (a full disk, a locked database); the next run goes on, nothing is half-done."""

    def __init__(self, category: str, erased: int, cause: Exception) -> None:
        super().__init__(
            f"the purge stopped at {category} after {erased} things: {cause}; what was begun is undone, "
            "make room or wait, and run it again: it goes on where it stopped"
        )
        self.category, self.erased = category, erased


class SweepTooLarge(PrivacyError):
    """Far more keys of nothing than killed uploads leave: is this the right shop database, fully restored?"""

    def __init__(self, keys: int) -> None:
        super().__init__(
            f"{keys} keys belong to no photo of this shop's database, and nothing was destroyed: make sure that it is "
            "the right one and fully restored; then run `flask privacy sweep --all`"
        )
        self.keys = keys


class AlertNotFound(PrivacyError):
    """There is no alert of this number."""

    def __init__(self) -> None:
        super().__init__("there is no such alert")


class KeyBackupImpossible(PrivacyError):
    """No backup of the keys can be made now; the message says what stands in the way."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no backup of the keys was made: {reason}")


class KeyBackupDamaged(PrivacyError):
    """A backup of keys was altered, cut short, or is of another shop: nothing of it was restored."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"the key backup {path} cannot be used: {reason}")


class KeyBackupExpired(PrivacyError):
    """A backup of keys past its time would bring back what was erased: nothing of it was restored."""

    def __init__(self, path: Path, expired_at: datetime) -> None:
        super().__init__(f"the key backup {path} expired at {expired_at:%Y-%m-%d %H:%M} UTC: it is not restored")
