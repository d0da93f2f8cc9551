"""What a page knows of the search behind its matches: what it is called, and what its visitor said of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadSignature, Signer

from recommender.judging import Answer
from recommender.opinions import opinions_of
from recommender.questions import AskedBy, SearchId, new_search_of_words
from recommender.search_counts import OpenedMatch, SearchedGarment, SearchedWords
from recommender.similar import Match
from recommender.wanted import wanted_by_words
from storage.database import now
from webapp.visitor import known_visitor
from webapp.wiring import wiring

FIELD = "via"
"""The query field by which a page says from which search its visitor comes."""


@dataclass(frozen=True)
class ShownSearch:
    """A search as its page shows it."""

    token: str
    """Its name, signed: nobody judges or counts searches that this shop did not answer."""
    opinions: dict[int, bool]
    """Product id -> whether the visitor said that it answers."""


def shown_search(search: SearchId, matches: Sequence[Match]) -> ShownSearch:
    """Return what the page needs to ask for opinions of the matches."""
    visitor = known_visitor() if matches else None
    return ShownSearch(
        token_of(search), opinions_of(search, pseudonym=visitor.pseudonym) if visitor is not None else {}
    )


def search_of_words(words: str, answer: Answer, *, narrowed: bool) -> SearchId:
    """Return the search of a page of words, and note it for the statistics.

    One that goes on (the page names it) or is narrowed by filters is not noted again.
    """
    known = search_named(request.args.get(FIELD, ""))
    if known is not None and known.kind is AskedBy.WORDS:
        return known
    search, visitor = new_search_of_words(), known_visitor()
    if visitor is not None and not narrowed:
        answered = not answer.judgement.no_good_match
        wiring().searches.add(SearchedWords(visitor.pseudonym, search, wanted_by_words(words), answered, now().date()))
    return search


def note_garment_search(photo_id: str, number: int, answer: Answer) -> None:
    """Note for the statistics that the visitor looked for a garment of their photo."""
    visitor = known_visitor()
    if visitor is not None:
        answered = not answer.judgement.no_good_match
        wiring().searches.add(SearchedGarment(visitor.pseudonym, photo_id, number, answered, now().date()))


def note_opened_match() -> None:
    """Note for the statistics that the visitor came to this page from a search, if they did."""
    search, visitor = search_named(request.args.get(FIELD, "")), known_visitor()
    if search is not None and visitor is not None:
        wiring().searches.add(OpenedMatch(visitor.pseudonym, search))


def token_of(search: SearchId) -> str:
    """Return the search's name, signed, for links and forms."""
    return _signer().sign(f"{search.kind.value}-{search.id}").decode()


def search_named(token: str) -> SearchId | None:
    """Return the search that a token names; None for one that this shop did not sign."""
    try:
        kind, _, identity = _signer().unsign(token).decode().partition("-")
    except BadSignature:
        return None
    return SearchId(AskedBy(kind), identity)


def _signer() -> Signer:
    return Signer(current_app.secret_key or b"", salt="search")
