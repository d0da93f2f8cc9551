"""What can go wrong with an erasure, and with its receipt."""

from collections.abc import Sequence

from privacy.errors import PrivacyError


class BeingErased(PrivacyError):
    """The person is being erased, or was: nothing new is kept of them."""

    def __init__(self) -> None:
        super().__init__("this person's data is being erased: nothing new is kept")


class ErasureNotFound(PrivacyError):
    """There is no such erasure, or the link to it is wrong or too old."""

    def __init__(self) -> None:
        super().__init__("there is no such erasure, or its link has lapsed")


class SomethingRemains(PrivacyError):
    """The scan after an erasure found traces: the steps are taken again, and the places rewritten."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(f"something of what was erased is still there: {'; '.join(found)}")
        self.found = list(found)


class StillInUse(PrivacyError):
    """A running job works on the person's data: it was asked to stop, and the erasure goes on when it has."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} still works on what is to be erased: it was asked to stop")


class ReceiptInvalid(PrivacyError):
    """The file is no true receipt; the message says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"this is no true receipt: {reason}")
