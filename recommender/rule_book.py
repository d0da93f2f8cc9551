"""The shop's rules as every search needs them: read again when one changes, and every few seconds for the stock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock

from catalog.merchandising import Rules
from catalog.rule_editing import rule_of, rules_revision, stored_rules
from recommender.arranging import AS_IT_IS, Arrangement


@dataclass(frozen=True)
class _Page:
    revision: int
    day: date
    read_at: float
    arrangement: Arrangement


class RuleBook:
    """The arrangement in force, kept for one process.

    A change of a rule holds from the next question on, in every process: that costs one look-up of a number. What of
    the catalogue a rule is about is kept for `fresh_seconds`; a product that ought to be hidden is checked itself
    whenever it is found, so that it never shows in between.
    """

    def __init__(self, *, fresh_seconds: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._fresh_seconds = fresh_seconds
        self._clock = clock
        self._page: _Page | None = None
        self._reading = Lock()

    def current(self, day: date) -> Arrangement:
        """Return what holds on this day of the shop."""
        revision = rules_revision()
        if not revision:
            return AS_IT_IS
        page = self._page
        is_right = page is not None and (page.revision, page.day) == (revision, day)
        if page is not None and is_right and self._clock() - page.read_at < self._fresh_seconds:
            return page.arrangement
        # While one thread reads the catalogue again the others answer by what it was.
        if not self._reading.acquire(blocking=not is_right):
            assert page is not None
            return page.arrangement
        try:
            return self._read(revision, day)
        finally:
            self._reading.release()

    def _read(self, revision: int, day: date) -> Arrangement:
        read_at = self._clock()
        rules = Rules.of(map(rule_of, stored_rules()), day)
        arrangement = Arrangement.of(rules) if rules.in_force else AS_IT_IS
        self._page = _Page(revision, day, read_at, arrangement)
        return arrangement
