"""The nearest products -> what is shown of them, and in which order, by the shop's rules.

Hidden products are never looked at. Pinned ones come first, where they answer the query: where at least a fifth of the
nearest items are of their category; PINS_A_LIST at most. The others are ordered by their cosine plus STEP for each step
that a rule lifts them (minus, for a bury), and then by the cosine alone. A match keeps its own cosine and likeness.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_

from catalog.merchandising import NO_RULES, Act, Rule, Rules
from catalog.products import ProductFilter, matching_image_ids
from recommender.ports import Neighbour, VectorIndex
from recommender.similar import Match, Query, QueryKind, find_similar, matches_of

ImageIds = NDArray[np.int64]
Look = Callable[[int, ImageIds | None], list[Match]]
"""How many products, among which pictures -> the nearest of them."""

PINS_A_LIST = 6
STEP = {QueryKind.PHOTO: 0.04, QueryKind.PRODUCT: 0.02, QueryKind.WORDS: 0.01}
"""Cosine a step of lift: about half of what separates two kinds of likeness (`similar.LIKENESS_STEPS`)."""

_NEAREST = 10
_LEAST_SHARE = 0.2
_FIRST_DEPTH, _LAST_DEPTH = 256, 2048
"""Pictures that are looked at for boosted ones further down; only ids and cosines, so that it costs little."""


@dataclass(frozen=True)
class Arrangement:
    """The rules in force, and the pictures that they are about, for the index."""

    rules: Rules
    visible: ImageIds | None = None
    """None: nothing is hidden."""
    lifts: NDArray[np.int8] = field(default_factory=lambda: np.zeros(1, np.int8))
    """By a picture's id: how many steps a rule moves it; an id past the end is not moved."""
    pinned: tuple[tuple[Rule, ImageIds], ...] = ()

    @classmethod
    def of(cls, rules: Rules) -> "Arrangement":
        """Return the arrangement of the catalogue as it is now: one query a strength, a pin, and what is hidden."""
        pins = [rule for rule in rules.moving if rule.act is Act.PIN]
        return cls(
            rules,
            visible=matching_image_ids(ProductFilter(), rules) if rules.hiding else None,
            lifts=_lifts(rules),
            pinned=tuple((rule, _pictures(rules, rule)) for rule in pins),
        )

    def among(self, wanted: ProductFilter) -> ImageIds | None:
        """Return the pictures that may answer; None: all."""
        return self.visible if wanted.is_empty else matching_image_ids(wanted, self.rules)

    def lift(self, image_id: int) -> int:
        """Return how many steps a picture's product moves up, -3 to 3."""
        return int(self.lifts[image_id]) if image_id < len(self.lifts) else 0


AS_IT_IS = Arrangement(NO_RULES)


@dataclass(frozen=True)
class Found:
    """What is nearest, by likeness alone, and what is shown."""

    nearest: list[Match]
    shown: list[Match]


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
    hides = arrangement.rules.hides

    def look(limit: int, among: ImageIds | None) -> list[Match]:
        return find_similar(query, index=index, among=among, hides=hides, limit=limit, leave_out=leave_out)

    among = arrangement.among(wanted)
    if arrangement.lifts.any():
        nearest, others = _nearest_and_moved(
            query, index=index, among=among, arrangement=arrangement, limit=limit, leave_out=leave_out
        )
    else:
        nearest = others = look(limit, among)
    pins = _pins(nearest, look, among, arrangement)
    pinned = {match.product.sku for match in pins}
    shown = [*pins, *(match for match in others if match.product.sku not in pinned)]
    return Found(nearest[:limit], shown[:limit])


def _nearest_and_moved(
    query: Query,
    *,
    index: VectorIndex,
    among: ImageIds | None,
    arrangement: Arrangement,
    limit: int,
    leave_out: str | None,
) -> tuple[list[Match], list[Match]]:
    """Return the first `limit` products by cosine, and by cosine and lift, of the _LAST_DEPTH nearest pictures."""
    step, most = STEP[query.kind], max(0, int(arrangement.lifts.max()))

    def first(ranked: Sequence[Neighbour]) -> list[Match]:
        return _first(ranked, query.kind, arrangement.rules, limit, leave_out)

    depth = _FIRST_DEPTH
    while True:
        near = index.search(query.embedding, limit=depth, among=among)
        scores = {one.row_id: one.similarity + step * arrangement.lift(one.row_id) for one in near}
        # Equal scores stay in the order of the cosine.
        moved = first(sorted(near, key=lambda one: -scores[one.row_id]))
        if len(near) < depth or depth >= _LAST_DEPTH:
            return first(near), moved
        # What lies deeper can reach no higher than the last one would with every lift that there is.
        if len(moved) == limit and scores[moved[-1].image_id] >= near[-1].similarity + step * most:
            return first(near), moved
        depth *= _LAST_DEPTH // _FIRST_DEPTH


def _first(
    ranked: Sequence[Neighbour], kind: QueryKind, rules: Rules, limit: int, leave_out: str | None
) -> list[Match]:
    """Return the first `limit` products of ranked pictures, reading no more of them than it needs."""
    found: dict[str, Match] = {}
    for start in range(0, len(ranked), 2 * limit):
        for match in matches_of(ranked[start : start + 2 * limit], kind, leave_out):
            if not rules.hides(match.product):
                found.setdefault(match.product.sku, match)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


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


def _lifts(rules: Rules) -> NDArray[np.int8]:
    steps = sorted({rule.lift for rule in rules.moving} - {0})
    moved = [(step, _pictures(rules, *(rule for rule in rules.moving if rule.lift == step))) for step in steps]
    lifts = np.zeros(1 + max((int(pictures.max()) for _, pictures in moved if len(pictures)), default=0), np.int8)
    for step, pictures in moved:
        lifts[pictures] = step
    return lifts


def _pictures(rules: Rules, *some: Rule) -> ImageIds:
    return matching_image_ids(ProductFilter(), rules, or_(*(rules.moved_by(rule) for rule in some)))


def _both(among: ImageIds | None, pictures: ImageIds) -> ImageIds:
    """Return those of a few pictures that are among many; both ascending."""
    if among is None or not len(among):
        return pictures if among is None else among
    places = np.searchsorted(among, pictures).clip(max=len(among) - 1)
    common: ImageIds = pictures[among[places] == pictures]
    return common
