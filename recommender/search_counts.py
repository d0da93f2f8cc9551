"""Counting what is looked for. A request leaves a note in memory; the background work counts it a moment later.

So a search waits for no database, and none fails for the sake of a number; a process that is killed loses the notes
of its last second. What may not be counted (no consent, an objection, an erasure meanwhile) is dropped when counted.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from privacy.consent import Purpose, consents_in_force
from privacy.consent_texts import SEARCHES_COUNTED_SINCE
from privacy.erasure_errors import BeingErased
from privacy.models import GarmentCount
from privacy.standing import is_being_erased, refuse_the_erased, standing_of
from privacy.statistics import CountedGarment
from recommender.questions import SearchId, search_of_garment
from recommender.signal_models import SearchCount
from storage.database import db

MOST_WAITING = 10_000
"""Older notes make room when the background work does not come."""


@dataclass(frozen=True)
class SearchedGarment:
    """Somebody was shown the matches of a photo's garment."""

    pseudonym: str
    photo_id: str
    number: int
    answered: bool
    day: date


@dataclass(frozen=True)
class SearchedWords:
    """Somebody was shown the matches of words; only what sort of garment these name is known here."""

    pseudonym: str
    search: SearchId
    wanted: CountedGarment
    answered: bool
    day: date


@dataclass(frozen=True)
class OpenedMatch:
    """Somebody opened a match of a search."""

    pseudonym: str
    search: SearchId


Note = SearchedGarment | SearchedWords | OpenedMatch


class SearchBuffer:
    """The notes of one process; safe among threads."""

    def __init__(self) -> None:
        self._notes: deque[Note] = deque(maxlen=MOST_WAITING)

    def add(self, note: Note) -> None:
        """Keep a note; microseconds."""
        self._notes.append(note)

    def take(self) -> list[Note]:
        """Return the waiting notes, oldest first, and forget them."""
        taken: list[Note] = []
        while self._notes:
            taken.append(self._notes.popleft())
        return taken


def count_waiting_searches(buffer: SearchBuffer) -> int:
    """Count what waits, commit, and return how many notes there were.

    When the database is out of reach, or an erasure came between, they wait again, and the error is raised.
    """
    notes = buffer.take()
    try:
        count_searches(notes)
        db.session.commit()
    except (OperationalError, BeingErased):
        for note in notes:
            buffer.add(note)
        raise
    return len(notes)


def count_searches(notes: Iterable[Note]) -> None:
    """Count what may be counted; flushes. A search that is counted already is the same one, looked at again."""
    for note in notes:
        if _may_be_counted(note.pseudonym):
            _count(note)


def cut_searches_loose(photo_id: str) -> None:
    """Let the counts of a photo whose time is up stay without it, as its owner agreed; flushes."""
    db.session.execute(update(SearchCount).where(SearchCount.photo_id == photo_id).values(photo_id=None))


def _count(note: Note) -> None:
    match note:
        case OpenedMatch():
            of_search = (SearchCount.id == note.search.id, SearchCount.pseudonym == note.pseudonym)
            db.session.execute(update(SearchCount).where(*of_search).values(clicked=True))
        case SearchedWords():
            _add(note, note.search, note.wanted, photo_id=None)
        case SearchedGarment():
            if wanted := _counted_garment(note.photo_id, note.number):
                _add(note, search_of_garment(note.photo_id, note.number), wanted, photo_id=note.photo_id)


def _add(
    note: SearchedGarment | SearchedWords, search: SearchId, wanted: CountedGarment, *, photo_id: str | None
) -> None:
    known = db.session.get(SearchCount, search.id)
    if known is not None:
        return
    db.session.add(
        SearchCount(
            id=search.id,
            pseudonym=note.pseudonym,
            photo_id=photo_id,
            counted_on=note.day,
            kind=search.kind.value,
            garment=wanted.garment,
            colour=wanted.colour,
            answered=note.answered,
        )
    )
    db.session.flush()
    # Once more after the write: it made this one wait for an erasure that began meanwhile.
    refuse_the_erased(note.pseudonym)


def _may_be_counted(pseudonym: str) -> bool:
    standing = standing_of(pseudonym)
    at_rest = standing is not None and (standing.objects_to_statistics_at or standing.restricted_at)
    return not at_rest and not is_being_erased(pseudonym)


def _counted_garment(photo_id: str, number: int) -> CountedGarment | None:
    """Return what was counted of a photo's garment; None when its owner agreed to no count, or not to this one."""
    consent = consents_in_force(photo_id).get(Purpose.STATISTICS)
    if consent is None or consent.text_version < SEARCHES_COUNTED_SINCE:
        return None
    counted = select(GarmentCount).filter_by(photo_id=photo_id).order_by(GarmentCount.id).offset(number).limit(1)
    row = db.session.scalar(counted)
    return CountedGarment(row.garment, row.colour) if row else None
