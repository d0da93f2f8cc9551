"""What a relevance panel found: the share of good matches, how sure it is, and how far testers agree."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, TypeVar

from recommender.shares import share_of

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Judgement:
    """One tester's word on one match."""

    query: int
    rank: int
    judge: str
    good: bool

    @property
    def match(self) -> tuple[int, int]:
        return self.query, self.rank


@dataclass(frozen=True)
class PartOfReport:
    """One photo, or one tester (both by number, from 1 on): the share of good matches among so many judgements."""

    number: int
    share: float
    judgements: int
    agreement: float | None
    """Of pairs of testers on one match, how many say the same, 0 to 1; None without a pair."""


@dataclass(frozen=True)
class PanelReport:
    """All of it; shares are 0 to 1. Testers are numbered: who they were is not in it."""

    share: float
    low: float
    high: float
    judgements: int
    first_share: float | None
    """Among the first matches alone."""
    agreement: float | None
    alpha: float | None
    """Krippendorff's alpha: 1 when testers agree, 0 when as by chance; None without a pair or a difference."""
    queries: tuple[PartOfReport, ...]
    judges: tuple[PartOfReport, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "PanelReport":
        """Return the report that `to_json` gave."""
        parts = {name: tuple(PartOfReport(**part) for part in plain[name]) for name in ("queries", "judges")}
        return cls(**{**plain, **parts})


def report_of(judgements: Sequence[Judgement]) -> PanelReport | None:
    """Return the report; None without any judgement.

    The interval is that of other photos: judgements of one photo are alike, and count so (`shares.py`).
    """
    by_query = _grouped(judgements, lambda one: one.query)
    share = share_of([_good_of(group) for group in by_query.values()])
    if share is None:
        return None
    first = share_of([_good_of([one for one in judgements if one.rank == 1])])
    by_judge = _grouped(judgements, lambda one: one.judge)
    same, pairs = _agreeing(judgements)
    return PanelReport(
        share.share,
        share.low,
        share.high,
        len(judgements),
        first.share if first else None,
        same / pairs if pairs else None,
        alpha_of(judgements),
        tuple(_part(query + 1, group, judgements=group) for query, group in sorted(by_query.items())),
        tuple(
            _part(number, group, judgements=judgements, judge=judge)
            for number, (judge, group) in enumerate(sorted(by_judge.items()), start=1)
        ),
    )


def alpha_of(judgements: Iterable[Judgement]) -> float | None:
    """Return Krippendorff's alpha for two categories, with gaps. None without a pair, or when all say one thing.

    K. Krippendorff, Content Analysis, ch. 11: 1 - observed / expected disagreement.
    """
    counts = [Counter(one.good for one in group) for group in _grouped(judgements, lambda one: one.match).values()]
    paired = [count for count in counts if count.total() > 1]
    good, bad = (sum(count[value] for count in paired) for value in (True, False))
    if not good or not bad:
        return None
    observed = sum(2 * count[True] * count[False] / (count.total() - 1) for count in paired)
    expected = 2 * good * bad / (good + bad - 1)
    return 1 - observed / expected


def _part(
    number: int, group: Sequence[Judgement], *, judgements: Iterable[Judgement], judge: str | None = None
) -> PartOfReport:
    good, total = _good_of(group)
    same, pairs = _agreeing(judgements, judge)
    return PartOfReport(number, good / total, total, same / pairs if pairs else None)


def _agreeing(judgements: Iterable[Judgement], judge: str | None = None) -> tuple[int, int]:
    """Return how many pairs of testers say the same of a match, and how many pairs there are; of one tester's alone."""
    pairs = [
        one.good == other.good
        for group in _grouped(judgements, lambda one: one.match).values()
        for one, other in combinations(group, 2)
        if judge is None or judge in (one.judge, other.judge)
    ]
    return sum(pairs), len(pairs)


def _good_of(group: Sequence[Judgement]) -> tuple[int, int]:
    return sum(one.good for one in group), len(group)


def _grouped(judgements: Iterable[Judgement], key: Callable[[Judgement], Key]) -> dict[Key, list[Judgement]]:
    groups: dict[Key, list[Judgement]] = defaultdict(list)
    for one in judgements:
        groups[key(one)].append(one)
    return dict(groups)
