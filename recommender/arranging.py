"""The nearest products -> what is shown of them, and in which order, by the shop's rules.

Hidden products are never looked at. Pinned ones come first, where they answer the query: where at least a fifth of the
nearest items are of their category; PINS_A_LIST at most. The others are ordered by their cosine plus STEP for each step
that a rule lifts them (minus, for a bury), and then by the cosine alone. A match keeps its own cosine and likeness.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_

from catalog.merchandising import NO_RULES, Act, Rule, Rules
from catalog.products import ProductFilter, matching_image_ids
from recommender.ports import VectorIndex
from recommender.similar import Match, Query, QueryKind, find_similar

ImageIds = NDArray[np.int64]

PINS_A_LIST = 6
STEP = {QueryKind.PHOTO: 0.04, QueryKind.PRODUCT: 0.02, QueryKind.WORDS: 0.01}
"""Cosine a step of lift: about half of what separates two kinds of likeness (`similar.LIKENESS_STEPS`)."""

_NEAREST = 10
_LEAST_SHARE = 0.2
_DEEPEST = 8
"""How many times the wanted number of products is looked at, at most, to find some that are not buried."""


@dataclass(frozen=True)
class Arrangement:
    """The rules in force, and the pictures that they are about, for the index."""

    rules: Rules
    visible: ImageIds | None = None
    """None: nothing is hidden."""
    lifted: tuple[ImageIds, ...] = ()
    """Of boosted products, one array a strength."""
    pinned: tuple[tuple[Rule, ImageIds], ...] = ()

    @classmethod
    def of(cls, rules: Rules) -> "Arrangement":
        """Return the arrangement of the catalogue as it is now: one query a rule, and one for what is hidden."""
        boosts = [rule for rule in rules.moving if rule.act is Act.BOOST]
        lifted = [[rule for rule in boosts if rule.lift == lift] for lift in sorted({rule.lift for rule in boosts})]
        pins = [rule for rule in rules.moving if rule.act is Act.PIN]
        return cls(
            rules,
            visible=matching_image_ids(ProductFilter(), rules) if rules.hiding else None,
            lifted=tuple(_pictures(rules, *some) for some in lifted),
            pinned=tuple((rule, _pictures(rules, rule)) for rule in pins),
        )

    def among(self, wanted: ProductFilter) -> ImageIds | None:
        """Return the pictures that may answer; None: all."""
        return self.visible if wanted.is_empty else matching_image_ids(wanted, self.rules)


AS_IT_IS = Arrangement(NO_RULES)


@dataclass(frozen=True)
class Found:
    """What is nearest, by likeness alone, and what is shown."""

    nearest: list[Match]
    shown: list[Match]


class Look(Protocol):
    """Finds what is nearest among some pictures."""

    def __call__(self, limit: int, among: ImageIds | None) -> list[Match]: ...


def find_arranged(
    query: Query,
    *,
    index: VectorIndex,
    wanted: ProductFilter = ProductFilter(),
    arrangement: Arrangement = AS_IT_IS,
    limit: int,
    leave_out: str | None = None,
) -> Found:
    """Return at most `limit` products of each: the nearest ones, and those that are shown. Raises as `find_similar`."""

    def look(limit: int, among: ImageIds | None) -> list[Match]:
        return find_similar(
            query, index=index, among=among, hides=arrangement.rules.hides, limit=limit, leave_out=leave_out
        )

    among = arrangement.among(wanted)
    nearest = look(limit, among)
    if not arrangement.rules.moving:
        return Found(nearest, nearest)
    return Found(nearest, _arranged(nearest, look, among, arrangement, STEP[query.kind])[:limit] if nearest else [])


def _arranged(
    nearest: list[Match], look: Look, among: ImageIds | None, arrangement: Arrangement, step: float
) -> list[Match]:
    rules, limit = arrangement.rules, max(len(nearest), 1)
    candidates = _past_the_buried(nearest, look, among, rules)
    for pictures in arrangement.lifted:
        candidates += look(limit, _both(among, pictures))
    pins = _pins(nearest, look, among, arrangement)
    others = {match.product.sku: match for match in candidates}
    for match in pins:
        others.pop(match.product.sku, None)

    def place(match: Match) -> tuple[float, float, int]:
        return -(match.similarity + step * _lift(rules, match)), -match.similarity, match.image_id

    return [*pins, *sorted(others.values(), key=place)]


def _past_the_buried(nearest: list[Match], look: Look, among: ImageIds | None, rules: Rules) -> list[Match]:
    """Look deeper, so that a buried product gives its place to one that is not."""
    limit = depth = len(nearest)
    found = nearest
    while len(found) >= depth and depth < _DEEPEST * limit:
        if sum(_lift(rules, match) >= 0 for match in found) >= limit:
            break
        depth *= 2
        found = look(depth, among)
    return list(found)


def _pins(nearest: list[Match], look: Look, among: ImageIds | None, arrangement: Arrangement) -> list[Match]:
    """Return the pinned products that answer, in their order."""
    first = nearest[:_NEAREST]
    near = Counter(match.product.category for match in first)
    answering = {category for category, count in near.items() if count >= _LEAST_SHARE * len(first)}
    pins: dict[str, Match] = {}
    for rule, pictures in arrangement.pinned:
        for match in _in_order_of(rule, look(max(len(rule.chooses.skus), PINS_A_LIST), _both(among, pictures))):
            if match.product.category in answering:
                pins.setdefault(match.product.sku, match)
    return list(pins.values())[:PINS_A_LIST]


def _in_order_of(rule: Rule, matches: Sequence[Match]) -> Iterator[Match]:
    # A stock that has changed since the arrangement was made may have taken the product out of the rule.
    taken = (match for match in matches if rule.takes(match.product))
    yield from sorted(taken, key=lambda match: rule.place_of(match.product.sku))


def _lift(rules: Rules, match: Match) -> int:
    rule = rules.mover(match.product)
    return rule.lift if rule else 0


def _pictures(rules: Rules, *some: Rule) -> ImageIds:
    return matching_image_ids(ProductFilter(), rules, or_(*(rules.moved_by(rule) for rule in some)))


def _both(among: ImageIds | None, pictures: ImageIds) -> ImageIds:
    return pictures if among is None else np.intersect1d(among, pictures, assume_unique=True)
