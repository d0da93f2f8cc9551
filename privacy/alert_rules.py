"""What counts as abnormal: rules over the entries of the audit, plain values with their thresholds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from privacy.audit_actions import ACTIONS
from privacy.audit_models import AuditEntry
from privacy.audit_notes import SYSTEM, is_pseudonym

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([a-z]{3})-([a-z]{3}) (\d\d):(\d\d)-(\d\d):(\d\d)")
_A_NIGHT = timedelta(hours=12)


class RuleName(StrEnum):
    """Which rule raised an alert."""

    VOLUME = "volume"
    HOURS = "hours"
    DENIALS = "denials"
    ATTACKED = "attacked"
    CHAIN = "chain"
    """No rule over entries: the audit chain itself is broken."""


class Whose(StrEnum):
    """Which pseudonym of an entry a rule counts for: who did it, or whom it was done to."""

    ACTOR = "actor"
    SUBJECT = "subject"


class AlertRule(Protocol):
    """One rule: which entries it looks at, what it counts of one person's in `window`, and from when on it alerts."""

    @property
    def name(self) -> RuleName: ...
    @property
    def whose(self) -> Whose: ...
    @property
    def window(self) -> timedelta: ...
    @property
    def at_least(self) -> int: ...
    @property
    def actions(self) -> frozenset[str]: ...

    def concerns(self, entry: AuditEntry) -> bool:
        """Say whether an entry of one of the `actions` counts."""
        ...

    def measure(self, entries: Sequence[AuditEntry]) -> int:
        """Return what these entries, which it concerns, come to."""
        ...


@dataclass(frozen=True)
class ManyPersonsOpened:
    """One actor opens the data of many persons."""

    at_least: int
    window: timedelta
    name: RuleName = RuleName.VOLUME
    whose: Whose = Whose.ACTOR

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(name for name, action in ACTIONS.items() if action.opens_data)

    def concerns(self, entry: AuditEntry) -> bool:
        return entry.actor not in (SYSTEM, entry.subject) and entry.subject != ""

    def measure(self, entries: Sequence[AuditEntry]) -> int:
        """The number of different subjects."""
        return len({entry.subject for entry in entries})


@dataclass(frozen=True)
class ManyDenials:
    """One actor is refused many times: wrong passwords, pages of others, photos without a consent."""

    at_least: int
    window: timedelta
    name: RuleName = RuleName.DENIALS
    whose: Whose = Whose.ACTOR

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(name for name, action in ACTIONS.items() if action.denied)

    def concerns(self, entry: AuditEntry) -> bool:
        return entry.actor != SYSTEM

    def measure(self, entries: Sequence[AuditEntry]) -> int:
        return len(entries)


@dataclass(frozen=True)
class ManyDenialsAroundOne(ManyDenials):
    """Many refusals around one person's account, from wherever they come: somebody tries to get in."""

    name: RuleName = RuleName.ATTACKED
    whose: Whose = Whose.SUBJECT

    def concerns(self, entry: AuditEntry) -> bool:
        return entry.subject != ""


@dataclass(frozen=True)
class WorkingHours:
    """When staff is expected at the desk, in the shop's time zone."""

    first_day: int
    last_day: int
    start: time
    end: time
    """`time.max`: until midnight."""
    zone: ZoneInfo

    @classmethod
    def read(cls, text: str, zone: str) -> "WorkingHours":
        """Return the hours of `mon-fri 08:00-19:00`. Raises ValueError with what is allowed."""
        found = _HOURS.fullmatch(text)
        if found is None or found[1] not in _DAYS or found[2] not in _DAYS:
            raise ValueError(f"use days and hours such as `mon-fri 08:00-19:00`, not {text!r}")
        start, end = (_time_of(*found.group(hour, hour + 1)) for hour in (3, 5))
        if start >= end:
            raise ValueError(f"the hours of {text!r} end before they begin")
        return cls(_DAYS.index(found[1]), _DAYS.index(found[2]), start, end, ZoneInfo(zone))

    def include(self, at: datetime) -> bool:
        """Say whether somebody at work at this time is nothing unusual."""
        local = at.astimezone(self.zone)
        days_on = (self.last_day - self.first_day) % 7
        return (local.weekday() - self.first_day) % 7 <= days_on and self.start <= local.time() <= self.end


@dataclass(frozen=True)
class OutsideWorkingHours:
    """Staff acts at the desk when nobody is expected there; one alert a night and person."""

    hours: WorkingHours
    at_least: int = 1
    window: timedelta = _A_NIGHT
    name: RuleName = RuleName.HOURS
    whose: Whose = Whose.ACTOR

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(name for name, action in ACTIONS.items() if action.by_staff)

    def concerns(self, entry: AuditEntry) -> bool:
        # A person who acts on their own data is no staff at that moment, and may do so at night.
        by_staff = is_pseudonym(entry.actor) and entry.actor != entry.subject
        return by_staff and not self.hours.include(entry.at)

    def measure(self, entries: Sequence[AuditEntry]) -> int:
        return len(entries)


def _time_of(hour: str, minute: str) -> time:
    return time.max if (hour, minute) == ("24", "00") else time(int(hour), int(minute))
