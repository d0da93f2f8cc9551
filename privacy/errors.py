"""What can go wrong with personal data."""


class PrivacyError(Exception):
    """Base of this package's errors."""


class ConsentMissing(PrivacyError):
    """The person has not agreed to this use of the photo: ask, and send the photo again."""

    def __init__(self, purpose: str) -> None:
        super().__init__(f"no consent was given for the purpose {purpose!r}")
        self.purpose = purpose


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


class CannotBeDecrypted(PrivacyError):
    """The bytes were altered, moved to another place, or sealed with another key."""

    def __init__(self, about: str) -> None:
        super().__init__(f"{about} cannot be decrypted: it was altered, moved, or sealed with another key")


class KeyFileUnsafe(PrivacyError):
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
