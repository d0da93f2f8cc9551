"""What can go wrong with the register of breaches."""

from enum import StrEnum

from privacy.errors import PrivacyError


class BreachProblem(StrEnum):
    """What is wrong with a field."""

    MISSING = "missing"
    IN_FUTURE = "in the future"
    BEFORE_FOUND = "before the breach was found"
    TOO_LONG = "too long"
    OUT_OF_RANGE = "out of range"
    DELAY_UNEXPLAINED = "the authority was told after 72 hours and no reason is given"


class BreachError(PrivacyError):
    """Base of the errors about breaches."""


class BreachNotFound(BreachError):
    """The register has no such entry."""

    def __init__(self) -> None:
        super().__init__("there is no such breach")


class BreachUnreadable(BreachError):
    """The sealed words of an entry were altered, moved or sealed with another key: restore it from a backup."""

    def __init__(self, breach_id: str) -> None:
        super().__init__(f"the words of the breach {breach_id[:8]} cannot be opened: they were altered or moved")


class BreachValueWrong(BreachError):
    """A field cannot be taken as it is; nothing was written."""

    def __init__(self, field: str, problem: BreachProblem) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


class BreachIncomplete(BreachError):
    """A breach is closed once it is documented: fill in what is missing."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"the record lacks {', '.join(missing)}")
        self.missing = missing


class BreachIsClosed(BreachError):
    """A closed record does not change: open it again first."""

    def __init__(self) -> None:
        super().__init__("the breach is closed")


class BreachChangedMeanwhile(BreachError):
    """Another officer changed the record since it was shown: look at it again, then decide."""

    def __init__(self) -> None:
        super().__init__("the breach was changed by somebody else meanwhile: load it again")
