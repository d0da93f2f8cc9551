"""What seems wrong in the catalogue: what can be told from its rows alone, and keeping all that was found."""

import hashlib
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import joinedload

from catalog.errors import FindingNotFound
from catalog.finding_models import StoredFinding
from catalog.models import Product, ProductImage, ProductStock
from catalog.stock import stock_by_place
from storage.database import db

FEWEST_TO_COMPARE = 8
MOST_ODD_SCORE = 3.5
"""Of the modified z-score; the bound of Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993)."""
SOLD_OUT_FOR = timedelta(days=180)
_LEAST_SPREAD = 0.2
"""Of the logarithm of prices: however alike a category's prices are, up to twice the usual one is not odd."""
_MAIN_CURRENCY_SHARE = 0.9


class FindingKind(StrEnum):
    """What seems to be wrong, the most pressing first."""

    MISSING_PICTURE = "missing_picture"
    TWIN = "twin"
    """Two products that seem to be one."""
    SAME_PICTURE = "same_picture"
    """Two products with nearly one picture and other words."""
    PRICE_BELOW_COST = "price_below_cost"
    ODD_PRICE = "odd_price"
    OTHER_CURRENCY = "other_currency"
    CATEGORY = "category"
    """What looks like it is of another category."""
    STRAY_STOCK = "stray_stock"
    """Pieces in a shop that there is no more."""
    LONG_SOLD_OUT = "long_sold_out"


@dataclass(frozen=True)
class Finding:
    """One thing that seems wrong, and why; `seen` is what was looked at, so that a change of it is a new finding."""

    kind: FindingKind
    product_id: int
    seen: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 0.0
    other_id: int | None = None

    @property
    def fingerprint(self) -> str:
        return _fingerprint(self.seen)


def missing_pictures() -> Iterator[Finding]:
    """Yield the products on sale without a picture: no photo finds them."""
    bare = select(Product.id, Product.stock).where(
        Product.deleted_at.is_(None), ~select(ProductImage.id).where(ProductImage.product_id == Product.id).exists()
    )
    for product_id, stock in db.session.execute(bare):
        yield Finding(FindingKind.MISSING_PICTURE, product_id, "", weight=stock)


@dataclass(frozen=True)
class Priced:
    """What is looked at of a product's price; minor units of its currency."""

    product_id: int
    category: str
    price: int
    currency: str
    cost: int | None


def wrong_prices(priced: Sequence[Priced]) -> Iterator[Finding]:
    """Yield what is sold at or below its cost, in another currency than nearly all else, or at an odd price.

    An odd price has a modified z-score above MOST_ODD_SCORE among the logarithms of its category's prices.
    """
    main = _main_currency(priced)
    groups: dict[tuple[str, str], list[Priced]] = defaultdict(list)
    for one in priced:
        groups[one.category, one.currency].append(one)
        if one.cost is not None and one.price <= one.cost:
            evidence = {"price": one.price, "cost": one.cost, "currency": one.currency}
            loss = one.cost - one.price
            yield Finding(FindingKind.PRICE_BELOW_COST, one.product_id, f"{one.price} {one.cost}", evidence, loss)
        if main and one.currency != main:
            evidence = {"currency": one.currency, "main": main}
            yield Finding(FindingKind.OTHER_CURRENCY, one.product_id, f"{one.currency} {main}", evidence)
    for group in groups.values():
        yield from _odd_prices(group)


def _odd_prices(group: Sequence[Priced]) -> Iterator[Finding]:
    if len(group) < FEWEST_TO_COMPARE:
        return
    logs = [math.log(max(one.price, 1)) for one in group]
    middle = statistics.median(logs)
    # 1.4826 makes the median deviation of a normal distribution its standard deviation.
    spread = max(1.4826 * statistics.median(abs(value - middle) for value in logs), _LEAST_SPREAD)
    for one, value in zip(group, logs, strict=True):
        score = (value - middle) / spread
        if abs(score) > MOST_ODD_SCORE:
            evidence = {
                "price": one.price,
                "currency": one.currency,
                "usual": round(math.exp(middle)),
                "score": round(score, 1),
                "among": len(group),
            }
            yield Finding(FindingKind.ODD_PRICE, one.product_id, f"{one.category} {one.price}", evidence, abs(score))


def _main_currency(priced: Sequence[Priced]) -> str:
    counts = Counter(one.currency for one in priced).most_common(1)
    return counts[0][0] if counts and counts[0][1] >= _MAIN_CURRENCY_SHARE * len(priced) else ""


def prices_on_sale() -> list[Priced]:
    """Return what `wrong_prices` looks at, of every product on sale."""
    columns = (
        Product.id,
        Product.category,
        Product.price_minor_units,
        Product.currency,
        Product.cost_minor_units,
    )
    return [Priced(*row) for row in db.session.execute(select(*columns).where(Product.deleted_at.is_(None)))]


def stray_stock(shops: Collection[str]) -> Iterator[Finding]:
    """Yield products on sale with pieces in a shop that is none of `shops` (slugs)."""
    stray = (
        select(ProductStock.product_id, ProductStock.place, ProductStock.pieces)
        .join(Product)
        .where(Product.deleted_at.is_(None), ProductStock.place.not_in(shops))
    )
    for product_id, place, pieces in db.session.execute(stray):
        evidence = {"place": place, "pieces": pieces}
        yield Finding(FindingKind.STRAY_STOCK, product_id, f"{place} {pieces}", evidence, pieces)


def long_sold_out(at: datetime) -> Iterator[Finding]:
    """Yield products on sale that have no piece and have not been touched for SOLD_OUT_FOR."""
    idle = select(Product.id, Product.updated_at).where(
        Product.deleted_at.is_(None), Product.stock <= 0, Product.updated_at < at - SOLD_OUT_FOR
    )
    for product_id, updated_at in db.session.execute(idle):
        days = (at - updated_at).days
        evidence = {"days": days}
        yield Finding(FindingKind.LONG_SOLD_OUT, product_id, updated_at.isoformat(), evidence, days)


def keep_findings(found: Iterable[Finding], looked_for: Collection[FindingKind]) -> int:
    """Make what is open of these kinds what was found now, and return how many are open; flushes.

    What was said to be right stays so, and is not asked again.
    """
    kinds = [kind.value for kind in looked_for]
    stored = select(StoredFinding).where(StoredFinding.kind.in_(kinds))
    known = {(one.kind, one.product_id, one.other_id, one.fingerprint): one for one in db.session.scalars(stored)}
    for finding in found:
        key = (finding.kind.value, finding.product_id, finding.other_id, finding.fingerprint)
        kept = known.pop(key, None)
        if kept is None:
            kept = StoredFinding(kind=key[0], product_id=key[1], other_id=key[2], fingerprint=key[3], right_as="")
            db.session.add(kept)
        kept.evidence, kept.weight = dict(finding.evidence), finding.weight
    for gone in known.values():
        if not gone.right_as:
            db.session.delete(gone)
    db.session.flush()
    still_open = select(func.count()).select_from(StoredFinding).filter_by(right_as="")
    return db.session.scalar(still_open.where(StoredFinding.kind.in_(kinds))) or 0


def open_counts() -> dict[FindingKind, int]:
    """Return how many findings of products on sale are open, by kind, in the order of the kinds."""
    rows = db.session.execute(
        select(StoredFinding.kind, func.count())
        .join(Product, Product.id == StoredFinding.product_id)
        .where(*_OPEN)
        .group_by(StoredFinding.kind)
    )
    counts = {row[0]: row[1] for row in rows}
    return {kind: counts[kind.value] for kind in FindingKind if kind.value in counts}


def findings_of(kind: FindingKind, *, page: int, page_size: int, right: bool = False) -> list[StoredFinding]:
    """Return one page of a kind's open findings, heaviest first; right: those that were said to be right instead."""
    conditions = (StoredFinding.right_as != "", Product.deleted_at.is_(None)) if right else _OPEN
    return list(
        db.session.scalars(
            select(StoredFinding)
            .join(Product, Product.id == StoredFinding.product_id)
            .where(StoredFinding.kind == kind.value, *conditions)
            .options(joinedload(StoredFinding.product), joinedload(StoredFinding.other))
            .order_by(StoredFinding.weight.desc(), StoredFinding.id)
            .limit(page_size)
            .offset((page - 1) * page_size)
        )
    )


def open_findings(kind: FindingKind, ids: Collection[int]) -> list[StoredFinding]:
    """Return those of these findings that are of the kind and open."""
    wanted = (StoredFinding.id.in_(ids), StoredFinding.kind == kind.value, *_OPEN)
    return list(
        db.session.scalars(select(StoredFinding).join(Product, Product.id == StoredFinding.product_id).where(*wanted))
    )


def has_changed(stored: StoredFinding) -> bool:
    """Say whether what was looked at is other than it was: the next look tells whether the finding still holds."""
    product, told = stored.product, stored.evidence
    now_said = {"price": product.price_minor_units, "cost": product.cost_minor_units, "currency": product.currency}
    match FindingKind(stored.kind):
        case FindingKind.MISSING_PICTURE:
            pictures = [one.content_hash for one in product.images]
            return told["content_hash"] not in pictures if told else bool(pictures)
        case FindingKind.TWIN | FindingKind.SAME_PICTURE:
            return stored.other is None or stored.fingerprint != _fingerprint(_pictures_of(product, stored.other))
        case FindingKind.CATEGORY:
            return bool(product.category != told["category"])
        case FindingKind.STRAY_STOCK:
            return stock_by_place(product).get(told["place"], 0) != int(told["pieces"])
        case FindingKind.LONG_SOLD_OUT:
            return product.stock > 0
        case _:
            return any(told[name] != value for name, value in now_said.items() if name in told)


def _pictures_of(product: Product, other: Product) -> str:
    """Return what was `seen` of a pair that was found by its pictures."""
    return f"{_first_picture(product)} {_first_picture(other)}"


def _first_picture(product: Product) -> str:
    return product.images[0].content_hash if product.images else ""


def _fingerprint(seen: str) -> str:
    return hashlib.sha256(seen.encode()).hexdigest()


def finding(finding_id: int) -> StoredFinding:
    """Raises FindingNotFound: it was put right, or is no more."""
    found = db.session.get(StoredFinding, finding_id)
    if found is None:
        raise FindingNotFound(finding_id)
    return found


def settle(stored: StoredFinding, *, right_as: str = "") -> None:
    """Close a finding: for good when a role says that it is right, else until it is found again."""
    if right_as:
        stored.right_as = right_as
    else:
        db.session.execute(delete(StoredFinding).where(StoredFinding.id == stored.id))
    db.session.flush()


_ON_SALE = select(Product.id).where(Product.deleted_at.is_(None))
_OPEN = (
    StoredFinding.right_as == "",
    Product.deleted_at.is_(None),
    or_(StoredFinding.other_id.is_(None), StoredFinding.other_id.in_(_ON_SALE)),
)
