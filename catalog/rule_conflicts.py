"""Rules that contradict each other about products on sale, and which of them wins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from sqlalchemy import func, select

from catalog.merchandising import Act, Rule, Rules
from catalog.models import Product
from storage.database import db

_FORWARD, _BACK = frozenset((Act.PIN, Act.BOOST)), frozenset((Act.BURY, Act.HIDE, Act.HIDE_SOLD_OUT))


@dataclass(frozen=True)
class Conflict:
    """Two rules of which one puts forward what the other holds back, on some day from now on."""

    winner: Rule
    loser: Rule
    products: int
    """On sale, chosen by both."""


def conflicts_among(rules: Iterable[Rule], today: date) -> list[Conflict]:
    """Return the contradictions of rules that are on and not over, in the order in which the winners speak."""
    living = [rule for rule in rules if rule.is_on and (rule.ends_on is None or rule.ends_on >= today)]
    pairs = [pair for pair in combinations(living, 2) if _contradict(*pair) and _share_a_day(*pair)]
    taken = {id(rule): _products(rule) for pair in pairs for rule in pair}
    found = []
    for one, other in pairs:
        common = len(taken[id(one)] & taken[id(other)])
        if common:
            winner = _winner(one, other)
            found.append(Conflict(winner, other if winner is one else one, common))
    return found


def products_taken(rule: Rule) -> int:
    """Return how many products on sale the rule is about."""
    taken = select(func.count()).select_from(Product).where(Product.deleted_at.is_(None), rule.condition)
    return db.session.scalar(taken) or 0


def _contradict(one: Rule, other: Rule) -> bool:
    acts = {one.act, other.act}
    return bool(acts & _FORWARD) and bool(acts & _BACK)


def _share_a_day(one: Rule, other: Rule) -> bool:
    starts = [day for day in (one.starts_on, other.starts_on) if day]
    ends = [day for day in (one.ends_on, other.ends_on) if day]
    return not starts or not ends or max(starts) <= min(ends)


def _winner(one: Rule, other: Rule) -> Rule:
    if one.act.hides != other.act.hides:
        return one if one.act.hides else other
    return Rules.ordered((one, other))[0]


def _products(rule: Rule) -> frozenset[int]:
    return frozenset(db.session.scalars(select(Product.id).where(Product.deleted_at.is_(None), rule.condition)))
