"""Merchandising rules: what the shop puts forward, holds back and hides, and in which order rules speak.

1. A product that a rule in force hides is in no list, whatever else is said of it and however weak the hiding rule is.
2. Of the other rules in force the strongest one that chooses a product decides about it, alone: the highest priority
   first, and of equal ones the oldest.
3. Pinned products come first: in the order of their rules, then as the rule lists SKUs, then as the list orders them.
4. Boosted and buried products move by their rule's strength. By likeness that is a share of a cosine
   (`recommender/arranging.py`); in a list of the newest, boosted ones come before the others and buried ones after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from dataclasses import field as dataclass_field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, not_, or_

from catalog.models import Product


class Act(StrEnum):
    """What a rule does with the products that it chooses."""

    PIN = "pin"
    BOOST = "boost"
    BURY = "bury"
    HIDE = "hide"
    HIDE_SOLD_OUT = "hide_sold_out"
    """Hides those with no piece left."""

    @property
    def hides(self) -> bool:
        return self in (Act.HIDE, Act.HIDE_SOLD_OUT)


@dataclass(frozen=True)
class Selection:
    """Which products a rule is about: those that pass every part that says something. An empty one takes all."""

    skus: tuple[str, ...] = ()
    """In the order in which a pin shows them."""
    categories: frozenset[str] = frozenset()
    sub_categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    genders: frozenset[str] = frozenset()
    seasons: frozenset[str] = frozenset()
    min_stock: int | None = None
    max_stock: int | None = None
    min_margin_percent: int | None = None
    """Of the price; a product whose cost is unknown passes no bound of the margin."""
    max_margin_percent: int | None = None

    @property
    def is_empty(self) -> bool:
        return self == Selection()

    def takes(self, product: Product) -> bool:
        """Say whether the product passes; the same as `condition`, for a row that is loaded."""
        among = (
            (self.skus, product.sku),
            (self.categories, product.category),
            (self.sub_categories, product.sub_category),
            (self.brands, product.brand),
            (self.colours, product.colour),
            (self.genders, product.gender),
            (self.seasons, product.season),
        )
        return (
            all(not wanted or value in wanted for wanted, value in among)
            and _within(product.stock, self.min_stock, self.max_stock)
            and self._takes_margin(product)
        )

    def _takes_margin(self, product: Product) -> bool:
        if self.min_margin_percent is None and self.max_margin_percent is None:
            return True
        cost, price = product.cost_minor_units, product.price_minor_units
        if cost is None or price <= 0:
            return False
        # In whole numbers, so that the database and Python agree at the bound itself.
        earned = 100 * (price - cost)
        least, most = self.min_margin_percent, self.max_margin_percent
        return (least is None or earned >= least * price) and (most is None or earned <= most * price)

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same in SQL."""
        parts: list[ColumnElement[bool]] = [literal(True)]
        for column, wanted in (
            (Product.sku, self.skus),
            (Product.category, self.categories),
            (Product.sub_category, self.sub_categories),
            (Product.brand, self.brands),
            (Product.colour, self.colours),
            (Product.gender, self.genders),
            (Product.season, self.seasons),
        ):
            if wanted:
                parts.append(column.in_(sorted(wanted)))
        if self.min_stock is not None:
            parts.append(Product.stock >= self.min_stock)
        if self.max_stock is not None:
            parts.append(Product.stock <= self.max_stock)
        return and_(*parts, *self._margin_conditions())

    def _margin_conditions(self) -> list[ColumnElement[bool]]:
        if self.min_margin_percent is None and self.max_margin_percent is None:
            return []
        price, cost = Product.price_minor_units, Product.cost_minor_units
        earned = 100 * (price - cost)
        parts = [cost.is_not(None), price > 0]
        if self.min_margin_percent is not None:
            parts.append(earned >= self.min_margin_percent * price)
        if self.max_margin_percent is not None:
            parts.append(earned <= self.max_margin_percent * price)
        return parts

    def said(self) -> dict[str, Any]:
        """Return what the selection says, as JSON keeps it: parts that say nothing are left out."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in plain.items()
            if value not in (None, (), [])
        }

    @classmethod
    def from_said(cls, said: Mapping[str, Any]) -> "Selection":
        """Return the selection that `said` described."""
        values = {name: frozenset(value) if isinstance(value, list) else value for name, value in said.items()}
        return cls(**(values | {"skus": tuple(said.get("skus", ()))}))


@dataclass(frozen=True)
class Rule:
    """One rule. Dates are days of the shop, both included; a missing one sets no bound."""

    title: str
    act: Act
    chooses: Selection
    strength: int = 2
    """1 a little, 2 clearly, 3 strongly; only a boost and a bury have one."""
    priority: int = 50
    starts_on: date | None = None
    ends_on: date | None = None
    is_on: bool = True
    id: int | None = None
    """None: not saved yet; such a rule counts as the youngest."""

    def is_in_force(self, day: date) -> bool:
        """Say whether the rule is on and the day within its dates."""
        return self.is_on and _within(day, self.starts_on, self.ends_on)

    def takes(self, product: Product) -> bool:
        """Say whether the rule is about this product."""
        return self.chooses.takes(product) and (self.act is not Act.HIDE_SOLD_OUT or product.stock <= 0)

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same in SQL."""
        if self.act is Act.HIDE_SOLD_OUT:
            return and_(self.chooses.condition, Product.stock <= 0)
        return self.chooses.condition

    @property
    def lift(self) -> int:
        """How many steps the rule moves a product up, -3 to 3; 0 for one that pins or hides."""
        return {Act.BOOST: self.strength, Act.BURY: -self.strength}.get(self.act, 0)

    def place_of(self, sku: str) -> int:
        """Return the product's place in a pin that lists SKUs, from 0; 0 in any other."""
        return self.chooses.skus.index(sku) if sku in self.chooses.skus else 0


@dataclass(frozen=True)
class Rules:
    """The rules in force, in the order in which they speak."""

    in_force: tuple[Rule, ...] = dataclass_field(default=())

    @classmethod
    def of(cls, rules: Iterable[Rule], day: date) -> "Rules":
        """Return those of the rules that are in force on a day."""
        return cls(cls.ordered(rule for rule in rules if rule.is_in_force(day)))

    @staticmethod
    def ordered(rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """Return rules in the order in which they speak."""
        return tuple(sorted(rules, key=_order))

    @cached_property
    def hiding(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.in_force if rule.act.hides)

    @cached_property
    def moving(self) -> tuple[Rule, ...]:
        """Pins, boosts and buries."""
        return tuple(rule for rule in self.in_force if not rule.act.hides)

    def hider(self, product: Product) -> Rule | None:
        """Return the rule that hides the product, if one does."""
        return next((rule for rule in self.hiding if rule.takes(product)), None)

    def hides(self, product: Product) -> bool:
        return self.hider(product) is not None

    def withholds(self, product: Product) -> bool:
        """Say whether not even the product's own page answers; that of a sold out one does, to who has its address."""
        return any(rule.act is Act.HIDE and rule.takes(product) for rule in self.hiding)

    def mover(self, product: Product) -> Rule | None:
        """Return the rule that decides the product's place, if one does."""
        return next((rule for rule in self.moving if rule.takes(product)), None)

    def visible(self) -> list[ColumnElement[bool]]:
        """Return the conditions of a product that no rule hides; none when nothing is hidden."""
        return [not_(or_(*(rule.condition for rule in self.hiding)))] if self.hiding else []

    def not_withheld(self) -> list[ColumnElement[bool]]:
        """Return the conditions of a product whose own page answers; none when no rule withholds any."""
        withholding = [rule.condition for rule in self.hiding if rule.act is Act.HIDE]
        return [not_(or_(*withholding))] if withholding else []

    def moved_by(self, rule: Rule) -> ColumnElement[bool]:
        """Return the condition of the products whose place this rule decides, not an earlier one."""
        earlier = self.moving[: self.moving.index(rule)]
        return and_(rule.condition, *(not_(other.condition) for other in earlier))

    def list_order(self) -> list[ColumnElement[Any]]:
        """Return what a list of the newest is ordered by before the date; nothing when no rule moves anything."""
        if not self.moving:
            return []
        ranks = [(rule.condition, self._rank(number, rule)) for number, rule in enumerate(self.moving)]
        pins = [rule for rule in reversed(self.moving) if rule.act is Act.PIN]
        listed = {sku: place for rule in pins for place, sku in enumerate(rule.chooses.skus)}
        places = [case(listed, value=Product.sku, else_=0)] if listed else []
        return [case(*ranks, else_=_UNMOVED), *places]

    def _rank(self, number: int, rule: Rule) -> int:
        return number if rule.act is Act.PIN else _UNMOVED - rule.lift


NO_RULES = Rules()

_UNMOVED = 1_000_000
"""The rank of a product that no rule moves: behind every pin."""


def _order(rule: Rule) -> tuple[int, bool, int]:
    return -rule.priority, rule.id is None, rule.id or 0


def _within(value: Any, least: Any, most: Any) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
