"""How sure a share is: Wilson's interval, with as many independent answers as there really are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Share:
    """A share of answers and its 95 % interval, all 0 to 1."""

    share: float
    low: float
    high: float
    answers: int


def wilson(share: float, answers: float) -> tuple[float, float]:
    """Return the 95 % interval of a share among so many independent answers (more than 0), 0 to 1.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    squared = _NORMAL_95**2
    middle = share + squared / (2 * answers)
    half = _NORMAL_95 * math.sqrt(share * (1 - share) / answers + squared / (4 * answers**2))
    below = 1 + squared / answers
    return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)


def share_of(groups: Sequence[tuple[int, int]]) -> Share | None:
    """Return the share of good answers; groups: (good, all) of each person, or each photo. None without any answer.

    Answers of one group are alike, so they count as fewer independent ones: as many as give the share's variance
    between groups (Kish's design effect), at least the number of groups when all say the same.
    """
    groups = [group for group in groups if group[1]]
    answers = sum(total for _, total in groups)
    if not answers:
        return None
    share = sum(good for good, _ in groups) / answers
    low, high = wilson(share, _independent(groups, share, answers))
    return Share(share, low, high, answers)


def _independent(groups: Sequence[tuple[int, int]], share: float, answers: int) -> float:
    """Return how many independent answers the answers are worth: between 1 and all of them."""
    if len(groups) == 1 or share in (0, 1):
        return len(groups)
    scatter = sum((good - share * total) ** 2 for good, total in groups)
    variance = len(groups) / (len(groups) - 1) * scatter / answers**2
    return max(1.0, min(answers, share * (1 - share) / variance)) if variance else answers
