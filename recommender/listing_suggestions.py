"""Suggestions for products whose fields are empty or doubtful, and what people make of them.

These functions flush and never commit, but for `suggest_for_catalogue` and `accept_sure`, which go through the whole
catalogue batch by batch.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import selectinload

from catalog.models import Product
from catalog.products import Page
from recommender.classification import ListingClassifier
from recommender.embeddings import stored_embeddings
from recommender.errors import NoSuchSuggestion
from recommender.listing_records import ListingLabel, ListingSuggestion, SuggestionState
from recommender.listings import LISTING_FIELDS, FieldSuggestion, Listing
from recommender.ports import Embedding, EncoderIdentity
from storage.database import db, now

DOUBTFUL_FROM = 0.9
"""A product's own value is doubted when another one is at least so probable."""
_PRODUCTS_A_BATCH = 200

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class QueueFilter:
    """Which open suggestions somebody wants to see."""

    field: str = ""
    doubtful_only: bool = False
    """Only those that contradict what the product says."""
    below: float = 1.01
    """Only those that are less probable than this."""


@dataclass(frozen=True)
class QueueCounts:
    """How many suggestions wait."""

    sure: int
    unsure: int
    sure_and_empty: int
    """Sure ones of fields that say nothing yet."""
    by_field: Mapping[str, int]


@dataclass(frozen=True)
class ProductInQueue:
    """A product with its open suggestions, in the order of the fields."""

    product: Product
    suggestions: tuple[ListingSuggestion, ...]


@dataclass
class SuggestionReport:
    """What one pass over the catalogue did."""

    products: int = 0
    suggested: int = 0
    finished: bool = True


def listing_of(product: Product, vectors: Mapping[str, Embedding]) -> Listing:
    """Return what a classifier may know of a product: its words in all languages, and its first picture's embedding."""
    first = product.images[0].content_hash if product.images else ""
    return Listing(
        title=" ".join(product.titles.values()),
        description=" ".join(product.descriptions.values()),
        photo=vectors.get(first),
    )


def listings_of(products: Sequence[Product], encoder: EncoderIdentity) -> list[Listing]:
    """Return a listing for each product; pictures that this encoder has not embedded are left out."""
    vectors = stored_embeddings([product.images[0].content_hash for product in products if product.images], encoder)
    return [listing_of(product, vectors) for product in products]


def suggest_for_catalogue(
    classifier: ListingClassifier,
    *,
    model_id: int,
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> SuggestionReport:
    """Suggest for every product on sale what it lacks or seems to have wrong; commits batch by batch.

    Suggestions that nobody has decided on are made anew; where a person has spoken nothing is suggested.
    """
    report, learned = SuggestionReport(), _learned_values(classifier)
    total = db.session.scalar(select(func.count()).select_from(Product).where(Product.deleted_at.is_(None))) or 0
    for products in _in_batches():
        if should_stop():
            report.finished = False
            break
        answers = classifier.suggest_many(listings_of(products, classifier.encoder))
        known = _known([product.id for product in products])
        for product, answer in zip(products, answers, strict=True):
            sensible = {
                field: said for field, said in answer.items() if _is_worth_a_look(product, field, said, learned)
            }
            report.suggested += _renew(product, sensible, known, model_id)
        report.products += len(products)
        db.session.commit()
        on_progress(report.products, max(total, report.products))
    return report


def queue(wanted: QueueFilter, *, page: int, page_size: int = 20) -> Page[ProductInQueue]:
    """Return one page of the products with open suggestions, the least certain first."""
    conditions = _open(wanted)
    waiting = select(ListingSuggestion.product_id).join(Product).where(*conditions)
    total = db.session.scalar(select(func.count()).select_from(waiting.distinct().subquery())) or 0
    ids = db.session.scalars(
        waiting.group_by(ListingSuggestion.product_id)
        .order_by(func.min(ListingSuggestion.probability), ListingSuggestion.product_id)
        .limit(page_size)
        .offset((page - 1) * page_size)
    ).all()
    return Page(_in_queue(ids, conditions), total=total, page=page, page_size=page_size)


def open_suggestions(product_id: int) -> list[ListingSuggestion]:
    """Return what waits for a decision about one product, in the order of the fields."""
    rows = db.session.scalars(
        select(ListingSuggestion).filter_by(product_id=product_id, state=SuggestionState.OPEN.value)
    )
    return sorted(rows, key=lambda suggestion: LISTING_FIELDS.index(suggestion.field))


def queue_counts(*, sure_from: float) -> QueueCounts:
    """Return how many suggestions wait for products on sale, those at least as probable as `sure_from` apart."""
    is_sure, is_empty = ListingSuggestion.probability >= sure_from, ListingSuggestion.was == ""
    rows = db.session.execute(
        select(ListingSuggestion.field, is_sure, is_empty, func.count())
        .join(Product)
        .where(*_open(QueueFilter()))
        .group_by(ListingSuggestion.field, is_sure, is_empty)
    ).all()
    by_field = {field: sum(row[3] for row in rows if row[0] == field) for field in LISTING_FIELDS}
    sure = sum(row[3] for row in rows if row[1])
    sure_and_empty = sum(row[3] for row in rows if row[1] and row[2])
    waiting = {field: count for field, count in by_field.items() if count}
    return QueueCounts(sure, sum(waiting.values()) - sure, sure_and_empty, waiting)


def accept(product: Product, ids: Collection[int], *, decided_as: str) -> list[ListingSuggestion]:
    """Give the product what these suggestions say and keep it as training data; return those that were accepted.

    One whose field has changed since it was made is dropped instead. Raises NoSuchSuggestion.
    """
    accepted = []
    for suggestion in _chosen(product, ids):
        if getattr(product, suggestion.field) != suggestion.was:
            db.session.delete(suggestion)
            continue
        setattr(product, suggestion.field, suggestion.value)
        _decide(suggestion, SuggestionState.ACCEPTED, decided_as)
        _learn(suggestion, suggestion.value, decided_as)
        accepted.append(suggestion)
    db.session.flush()
    return accepted


def correct(product: Product, suggestion_id: int, value: str, *, decided_as: str) -> None:
    """Give the product's field a value of the person's own, and keep it as training data. Raises NoSuchSuggestion."""
    [suggestion] = _chosen(product, [suggestion_id])
    setattr(product, suggestion.field, value)
    said = SuggestionState.ACCEPTED if value == suggestion.value else SuggestionState.CORRECTED
    _decide(suggestion, said, decided_as)
    _learn(suggestion, value, decided_as)
    db.session.flush()


def keep(product: Product, suggestion_id: int, *, decided_as: str) -> None:
    """Leave the product as it is and never ask again; a value that it has is right, and so training data.

    Raises NoSuchSuggestion.
    """
    [suggestion] = _chosen(product, [suggestion_id])
    _decide(suggestion, SuggestionState.KEPT, decided_as)
    if current := getattr(product, suggestion.field):
        _learn(suggestion, current, decided_as)
    db.session.flush()


def learn_from_form(product: Product, shown: Mapping[str, str], *, labelled_as: str) -> None:
    """After a person saved a product's form: what they were shown and what they chose instead becomes training data.

    shown: field -> the value that was suggested beside the form. Open suggestions that the form answered are closed.
    """
    waiting = {suggestion.field: suggestion for suggestion in open_suggestions(product.id)}
    for field in LISTING_FIELDS:
        value, suggestion = getattr(product, field), waiting.get(field)
        suggested = shown.get(field) or (suggestion.value if suggestion else "")
        if suggestion is not None and value != suggestion.was:
            is_as_suggested = value == suggestion.value
            _decide(suggestion, SuggestionState.ACCEPTED if is_as_suggested else SuggestionState.CORRECTED, labelled_as)
        if value and (field in shown or (suggestion is not None and value != suggestion.was)):
            _label(product.id, field, value, suggested, labelled_as)
    db.session.flush()


def accept_sure(
    *,
    sure_from: float,
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Accept every suggestion for an empty field that is at least so probable; return how many. Commits in batches.

    Nobody has looked at them one by one: they are no training data.
    """
    wanted = (*_open(QueueFilter()), ListingSuggestion.was == "", ListingSuggestion.probability >= sure_from)
    total = db.session.scalar(select(func.count()).select_from(ListingSuggestion).join(Product).where(*wanted)) or 0
    accepted = done = last_id = 0
    while not should_stop():
        some = db.session.scalars(
            select(ListingSuggestion)
            .join(Product)
            .where(*wanted, ListingSuggestion.id > last_id)
            .order_by(ListingSuggestion.id)
            .limit(_PRODUCTS_A_BATCH)
            .options(selectinload(ListingSuggestion.product))
        ).all()
        if not some:
            break
        last_id = some[-1].id
        accepted += sum(_accept_unseen(suggestion) for suggestion in some)
        done += len(some)
        db.session.commit()
        on_progress(done, max(total, done))
    return accepted


def _accept_unseen(suggestion: ListingSuggestion) -> bool:
    if getattr(suggestion.product, suggestion.field) != suggestion.was:
        db.session.delete(suggestion)
        return False
    setattr(suggestion.product, suggestion.field, suggestion.value)
    _decide(suggestion, SuggestionState.ACCEPTED, "")
    return True


def _in_batches() -> Iterator[Sequence[Product]]:
    last_id = 0
    while True:
        products = db.session.scalars(
            select(Product)
            .where(Product.deleted_at.is_(None), Product.id > last_id)
            .order_by(Product.id)
            .limit(_PRODUCTS_A_BATCH)
            .options(selectinload(Product.images))
        ).all()
        if not products:
            return
        last_id = products[-1].id
        yield products


@dataclass(frozen=True)
class _Known:
    """What is known of some products' fields, by (product id, field)."""

    made: Mapping[tuple[int, str], ListingSuggestion]
    labelled: Collection[tuple[int, str]]

    def is_settled(self, key: tuple[int, str], current: str) -> bool:
        """Say whether a person has spoken: of a value that is there, or that there shall be none.

        A value that they gave and that is gone again (an undo, a feed) is suggested anew.
        """
        made = self.made.get(key)
        if made is not None and made.is_kept:
            return True
        return bool(current) and (key in self.labelled or (made is not None and made.state != SuggestionState.OPEN))


def _known(product_ids: Sequence[int]) -> _Known:
    labels = db.session.execute(
        select(ListingLabel.product_id, ListingLabel.field).where(ListingLabel.product_id.in_(product_ids))
    )
    made = db.session.scalars(select(ListingSuggestion).where(ListingSuggestion.product_id.in_(product_ids)))
    return _Known({(one.product_id, one.field): one for one in made}, {(row.product_id, row.field) for row in labels})


def _renew(product: Product, answer: Mapping[str, FieldSuggestion], known: _Known, model_id: int) -> int:
    """Write the suggestions for one product; return how many fields now wait."""
    waiting = 0
    for field in LISTING_FIELDS:
        key, current = (product.id, field), getattr(product, field)
        if known.is_settled(key, current):
            continue
        made, said = known.made.get(key), answer.get(field)
        if said is None:
            if made is not None:
                db.session.delete(made)
            continue
        made = made or ListingSuggestion(product_id=product.id, field=field)
        _write(made, said, sku=product.sku, was=current, model_id=model_id)
        db.session.add(made)
        waiting += 1
    return waiting


def _learned_values(classifier: ListingClassifier) -> dict[str, set[str]]:
    """Return the values that the classifier can tell, by field."""
    return {
        name: {value for head in model.heads.values() for value in head.values}
        for name, model in classifier.fields.items()
    }


def _is_worth_a_look(
    product: Product, field: str, said: FieldSuggestion, learned: Mapping[str, Collection[str]]
) -> bool:
    """Say whether the field is empty, or doubtful; a value that was too rare to be learned is not doubted."""
    current = getattr(product, field)
    if not current:
        return True
    return current in learned[field] and said.best.value != current and said.best.probability >= DOUBTFUL_FROM


def _write(suggestion: ListingSuggestion, said: FieldSuggestion, *, sku: str, was: str, model_id: int) -> None:
    best, *others = said.ranked
    suggestion.was, suggestion.value, suggestion.probability = was, best.value, best.probability
    suggestion.others = [[other.value, other.probability] for other in others]
    # It is an example itself, and no reason.
    suggestion.reasons = [near.key for near in said.examples if near.key != sku]
    suggestion.model_id, suggestion.made_at = model_id, now()
    suggestion.state, suggestion.decided_as, suggestion.decided_at = SuggestionState.OPEN.value, "", None


def _open(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    conditions = [ListingSuggestion.state == SuggestionState.OPEN.value, Product.deleted_at.is_(None)]
    if wanted.field:
        conditions.append(ListingSuggestion.field == wanted.field)
    if wanted.doubtful_only:
        conditions.append(ListingSuggestion.was != "")
    if wanted.below <= 1:
        conditions.append(ListingSuggestion.probability < wanted.below)
    return conditions


def _in_queue(product_ids: Sequence[int], conditions: Sequence[ColumnElement[bool]]) -> list[ProductInQueue]:
    rows = db.session.scalars(
        select(ListingSuggestion)
        .join(Product)
        .where(*conditions, ListingSuggestion.product_id.in_(product_ids))
        .options(selectinload(ListingSuggestion.product).selectinload(Product.images))
    )
    by_product: dict[int, list[ListingSuggestion]] = {product_id: [] for product_id in product_ids}
    for suggestion in rows:
        by_product[suggestion.product_id].append(suggestion)
    return [
        ProductInQueue(some[0].product, tuple(sorted(some, key=lambda one: LISTING_FIELDS.index(one.field))))
        for some in by_product.values()
    ]


def _chosen(product: Product, ids: Collection[int]) -> list[ListingSuggestion]:
    """Return the open suggestions of these ids. Raises NoSuchSuggestion when one is decided, or another product's."""
    waiting = {suggestion.id: suggestion for suggestion in open_suggestions(product.id)}
    if missing := set(ids) - waiting.keys():
        raise NoSuchSuggestion(product.sku, min(missing))
    return [waiting[one] for one in ids]


def _decide(suggestion: ListingSuggestion, state: SuggestionState, decided_as: str) -> None:
    suggestion.state, suggestion.decided_as, suggestion.decided_at = state.value, decided_as, now()


def _learn(suggestion: ListingSuggestion, value: str, labelled_as: str) -> None:
    _label(suggestion.product_id, suggestion.field, value, suggestion.value, labelled_as)


def _label(product_id: int, field: str, value: str, suggested: str, labelled_as: str) -> None:
    db.session.merge(
        ListingLabel(
            product_id=product_id,
            field=field,
            value=value,
            suggested=suggested,
            labelled_as=labelled_as,
            labelled_at=now(),
        )
    )
