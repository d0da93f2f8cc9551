"""The register of breaches (Art. 33 and 34): what happened, whom it touches, who was told and when; the 72-hour clock.

Functions flush and note the act for the audit; the caller commits.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from privacy.audit_notes import note
from privacy.breach_errors import (
    BreachChangedMeanwhile,
    BreachIncomplete,
    BreachIsClosed,
    BreachNotFound,
    BreachProblem,
    BreachUnreadable,
    BreachValueWrong,
)
from privacy.breach_models import Breach, BreachState
from privacy.errors import CannotBeDecrypted
from privacy.keys import PersonalDataKeys
from privacy.sealed_columns import place, seal_json, unseal_json
from storage.database import db, now

NOTIFY_WITHIN = timedelta(hours=72)
"""Art. 33(1): from becoming aware of the breach, nights and holidays included."""
MOST_CHARACTERS = 5000
MOST_COUNTED = 1_000_000_000
_CLOCKS_APART = timedelta(minutes=5)


class Nature(StrEnum):
    """What was broken: who could read, what was changed, what was lost."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


@dataclass(frozen=True)
class BreachTexts:
    """What is said in words; sealed as one."""

    circumstances: str = ""
    persons_categories: str = ""
    records_categories: str = ""
    consequences: str = ""
    measures: str = ""
    contact: str = ""
    """Where the authority can learn more (Art. 33(3)(b))."""
    delay_reason: str = ""
    """Required when the authority was told after 72 hours (Art. 33(1))."""
    why_not_notified: str = ""
    """Why a risk for people is unlikely (Art. 33(1))."""
    why_not_informed: str = ""
    """Why the risk is not high, or what stands in for a letter to each (Art. 34(3))."""


@dataclass(frozen=True)
class BreachFacts:
    """All that the register holds of one breach."""

    found_at: datetime
    natures: frozenset[Nature]
    persons: int
    """Roughly how many people it touches."""
    records: int
    texts: BreachTexts
    authority_notified_at: datetime | None = None
    persons_informed_at: datetime | None = None


@dataclass(frozen=True)
class BreachClock:
    """Where a breach stands against the 72 hours."""

    due_at: datetime
    left: timedelta
    """Until `due_at`; negative after it. For a notified breach: what was left when the authority was told."""
    notified: bool
    needed: bool
    """False when the officer wrote why the authority need not be told."""

    @property
    def overdue(self) -> bool:
        return self.left < timedelta(0)


def record_breach(facts: BreachFacts, *, actor: str, keys: PersonalDataKeys) -> Breach:
    """Return a new entry of the register. Raises BreachValueWrong."""
    _check(facts)
    breach = Breach(id=uuid.uuid4().hex, recorded_by=actor)
    _write(breach, facts, keys)
    db.session.add(breach)
    db.session.flush()
    _note("breach.recorded", breach, actor)
    _note_milestones(breach, None, None, actor)
    return breach


def change_breach(breach_id: str, facts: BreachFacts, *, version: int, actor: str, keys: PersonalDataKeys) -> Breach:
    """Return the entry with its new facts.

    version: the one that the officer saw. Raises BreachNotFound, BreachIsClosed, BreachChangedMeanwhile,
    BreachValueWrong.
    """
    breach = _open_breach(breach_id, version)
    _check(facts)
    before = breach.authority_notified_at, breach.persons_informed_at
    _write(breach, facts, keys)
    _flush()
    _note("breach.changed", breach, actor)
    _note_milestones(breach, *before, actor)
    return breach


def close_breach(breach_id: str, *, version: int, actor: str, keys: PersonalDataKeys) -> Breach:
    """Close an entry that holds all that Art. 33(5) wants documented. Raises BreachIncomplete with what is missing."""
    breach = _open_breach(breach_id, version)
    missing = tuple(_missing(facts_of(breach, keys)))
    if missing:
        raise BreachIncomplete(missing)
    breach.state = BreachState.CLOSED.value
    _flush()
    _note("breach.closed", breach, actor)
    return breach


def reopen_breach(breach_id: str, *, version: int, actor: str) -> Breach:
    """Open a closed entry again: something was learned. Raises BreachNotFound, BreachChangedMeanwhile."""
    breach = find_breach(breach_id)
    if breach.version != version:
        raise BreachChangedMeanwhile
    breach.state = BreachState.OPEN.value
    _flush()
    _note("breach.reopened", breach, actor)
    return breach


def find_breach(breach_id: str) -> Breach:
    """Raises BreachNotFound."""
    breach = db.session.get(Breach, breach_id)
    if breach is None:
        raise BreachNotFound
    return breach


def breaches() -> Sequence[Breach]:
    """Return the register: open ones first, the latest found first."""
    return db.session.scalars(select(Breach).order_by(Breach.state.desc(), Breach.found_at.desc())).all()


def breaches_due(keys: PersonalDataKeys) -> int:
    """Return of how many breaches the authority is still to be told; one that cannot be opened counts."""
    waiting = select(Breach).filter_by(state=BreachState.OPEN.value, authority_notified_at=None)
    return sum(_is_due(breach, keys) for breach in db.session.scalars(waiting))


def facts_of(breach: Breach, keys: PersonalDataKeys) -> BreachFacts:
    """Raises BreachUnreadable when the sealed words were altered or moved."""
    try:
        texts = unseal_json(keys, breach.sealed_texts, about=_place(breach.id))
    except CannotBeDecrypted as error:
        raise BreachUnreadable(breach.id) from error
    return BreachFacts(
        found_at=breach.found_at,
        natures=frozenset(Nature(name) for name in breach.natures.split(",")),
        persons=breach.persons,
        records=breach.records,
        texts=BreachTexts(**texts),
        authority_notified_at=breach.authority_notified_at,
        persons_informed_at=breach.persons_informed_at,
    )


def clock_of(facts: BreachFacts, at: datetime) -> BreachClock:
    """Return the clock at a moment; a clock that was set back to before the find shows the whole 72 hours."""
    due_at = facts.found_at + NOTIFY_WITHIN
    left = min(due_at - (facts.authority_notified_at or at), NOTIFY_WITHIN)
    notified = facts.authority_notified_at is not None
    return BreachClock(due_at, left, notified, needed=notified or not facts.texts.why_not_notified)


def _check(facts: BreachFacts) -> None:
    problem = next(_problems(facts), None)
    if problem:
        raise BreachValueWrong(*problem)


def _problems(facts: BreachFacts) -> Iterator[tuple[str, BreachProblem]]:
    if not facts.natures:
        yield "natures", BreachProblem.MISSING
    for field in ("persons", "records"):
        if not 0 <= getattr(facts, field) <= MOST_COUNTED:
            yield field, BreachProblem.OUT_OF_RANGE
    yield from _problems_of_times(facts)
    if not facts.texts.circumstances:
        yield "circumstances", BreachProblem.MISSING
    for field, text in asdict(facts.texts).items():
        if len(text) > MOST_CHARACTERS:
            yield field, BreachProblem.TOO_LONG
    if clock_of(facts, facts.found_at).overdue and not facts.texts.delay_reason:
        yield "delay_reason", BreachProblem.DELAY_UNEXPLAINED


def _problems_of_times(facts: BreachFacts) -> Iterator[tuple[str, BreachProblem]]:
    latest = now() + _CLOCKS_APART
    for field in ("found_at", "authority_notified_at", "persons_informed_at"):
        when = getattr(facts, field)
        if when is not None and when > latest:
            yield field, BreachProblem.IN_FUTURE
        elif when is not None and when < facts.found_at:
            yield field, BreachProblem.BEFORE_FOUND


def _missing(facts: BreachFacts) -> Iterator[str]:
    """The fields without which Art. 33(5) is not met."""
    for field in ("persons_categories", "records_categories", "consequences", "measures"):
        if not getattr(facts.texts, field):
            yield field
    if facts.authority_notified_at is None and not facts.texts.why_not_notified:
        yield "authority_notified_at"
    if facts.persons_informed_at is None and not facts.texts.why_not_informed:
        yield "persons_informed_at"


def _is_due(breach: Breach, keys: PersonalDataKeys) -> bool:
    try:
        return not facts_of(breach, keys).texts.why_not_notified
    except BreachUnreadable:
        return True


def _open_breach(breach_id: str, version: int) -> Breach:
    breach = find_breach(breach_id)
    if breach.version != version:
        raise BreachChangedMeanwhile
    if breach.state != BreachState.OPEN:
        raise BreachIsClosed
    return breach


def _write(breach: Breach, facts: BreachFacts, keys: PersonalDataKeys) -> None:
    for field in fields(facts):
        if field.name not in ("natures", "texts"):
            setattr(breach, field.name, getattr(facts, field.name))
    breach.natures = ",".join(sorted(facts.natures))
    breach.sealed_texts = seal_json(keys, asdict(facts.texts), about=_place(breach.id))


def _flush() -> None:
    try:
        db.session.flush()
    except StaleDataError as error:
        raise BreachChangedMeanwhile from error


def _note(action: str, breach: Breach, actor: str) -> None:
    note(action, actor=actor, subject=breach.id, details={"breach": breach.id})


def _note_milestones(breach: Breach, notified: datetime | None, informed: datetime | None, actor: str) -> None:
    if breach.authority_notified_at != notified:
        _note("breach.authority_notified", breach, actor)
    if breach.persons_informed_at != informed:
        _note("breach.persons_informed", breach, actor)


def _place(breach_id: str) -> str:
    return place("breach", breach_id, "texts")
