"""Training the listing classifier from the shop's own catalogue, and which of the trained ones answers."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from catalog.models import Product
from recommender.classification import MOST_EXAMPLES, ListingClassifier, train_listing_classifier
from recommender.classification_store import load_listing_classifier, save_listing_classifier
from recommender.errors import ListingClassifierMissing, NoEarlierClassifier
from recommender.listing_records import ListingLabel, ListingModel, ListingSuggestion, SuggestionState
from recommender.listing_suggestions import listings_of
from recommender.listings import LISTING_FIELDS, ListingExample
from recommender.ports import EncoderIdentity
from storage.database import db, now

_PRODUCTS_A_BATCH = 500

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Material:
    """What a training works on."""

    examples: tuple[ListingExample, ...]
    from_people: int
    """Values that a person had said."""
    encoder: EncoderIdentity


class Classifiers:
    """The trained classifiers in a folder, each in one of its own; the one in use stays open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opening = Lock()
        self._opened: tuple[str, ListingClassifier] | None = None

    def active(self) -> tuple[ListingModel, ListingClassifier]:
        """Return the one that answers, and its facts. Raises ListingClassifierMissing, ListingClassifierDamaged."""
        model = active_model()
        if model is None:
            raise ListingClassifierMissing(self._folder)
        with self._opening:
            if self._opened is None or self._opened[0] != model.folder:
                self._opened = model.folder, load_listing_classifier(self._folder / model.folder)
            return model, self._opened[1]

    def write(self, classifier: ListingClassifier) -> str:
        """Write a trained one beside the others; return its name."""
        name = f"{now():%Y%m%dT%H%M%S%f}"
        save_listing_classifier(classifier, self._folder / name)
        return name

    def has(self, name: str) -> bool:
        """Say whether this one is still there."""
        return (self._folder / name).is_dir()

    def keep_only(self, names: set[str]) -> None:
        """Remove all others."""
        for folder in self._folder.glob("*"):
            if folder.name not in names:
                shutil.rmtree(folder, ignore_errors=True)


def active_model() -> ListingModel | None:
    """Return the facts of the classifier that answers, or None before the first training."""
    return db.session.scalar(_by_activity().limit(1))


def earlier_model(classifiers: Classifiers) -> ListingModel | None:
    """Return the facts of the classifier that a rollback would bring back, or None."""
    earlier = db.session.scalar(_by_activity().offset(1).limit(1))
    return earlier if earlier is not None and classifiers.has(earlier.folder) else None


def trained_models(limit: int = 10) -> list[ListingModel]:
    """Return the facts of the latest trainings, the newest first."""
    return list(db.session.scalars(select(ListingModel).order_by(ListingModel.id.desc()).limit(limit)))


def training_material(encoder: EncoderIdentity) -> Material:
    """Return what can be learned from the products on sale.

    A person's word comes before the product's own value; what was accepted without a look is left out, else the
    classifier would learn from itself.
    """
    said, unseen = _said_by_people(), _accepted_unseen()
    examples = [
        ListingExample(product.sku, listing, values)
        for products in _sample()
        for product, listing in zip(products, listings_of(products, encoder), strict=True)
        if (listing.has_words or listing.photo is not None) and (values := _values(product, said, unseen))
    ]
    return Material(tuple(examples), len(said), encoder)


def train_and_swap(
    material: Material,
    classifiers: Classifiers,
    *,
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ListingModel:
    """Train on the material and swap the new classifier in; commits. Until then, and when stopped, the old one answers.

    Raises TooFewListingExamples, TrainingStopped.
    """
    started = time.monotonic()
    classifier = train_listing_classifier(
        material.examples, encoder=material.encoder, on_progress=on_progress, should_stop=should_stop
    )
    model = ListingModel(
        folder=classifiers.write(classifier),
        trained_at=now(),
        examples=len(classifier.example_keys),
        from_people=material.from_people,
        facts={field: asdict(facts) for field, facts in classifier.facts.items()},
        seconds=time.monotonic() - started,
        encoder_id=material.encoder.encoder_id,
        revision=material.encoder.revision,
    )
    db.session.add(model)
    _swap_in(model, classifiers)
    return model


def roll_back(classifiers: Classifiers) -> ListingModel:
    """Let the classifier before the active one answer again; commits. Raises NoEarlierClassifier."""
    earlier = earlier_model(classifiers)
    if earlier is None:
        raise NoEarlierClassifier
    _swap_in(earlier, classifiers)
    return earlier


def fits(model: ListingModel, encoder: EncoderIdentity) -> bool:
    """Say whether the classifier can read what this encoder makes of a photo."""
    return (model.encoder_id, model.revision) == (encoder.encoder_id, encoder.revision)


def _swap_in(model: ListingModel, classifiers: Classifiers) -> None:
    model.active_since = now()
    db.session.commit()
    kept = db.session.scalars(_by_activity().limit(2)).all()
    classifiers.keep_only({one.folder for one in kept})


def _by_activity() -> Select[ListingModel]:
    return select(ListingModel).where(ListingModel.active_since.is_not(None)).order_by(ListingModel.active_since.desc())


def _values(product: Product, said: dict[tuple[int, str], str], unseen: set[tuple[int, str]]) -> dict[str, str]:
    values = {
        field: said.get((product.id, field)) or ("" if (product.id, field) in unseen else getattr(product, field))
        for field in LISTING_FIELDS
    }
    return {field: value for field, value in values.items() if value}


def _said_by_people() -> dict[tuple[int, str], str]:
    labels = select(ListingLabel.product_id, ListingLabel.field, ListingLabel.value)
    return {(row.product_id, row.field): row.value for row in db.session.execute(labels)}


def _accepted_unseen() -> set[tuple[int, str]]:
    """Return the fields that were filled without a person's look at them."""
    accepted = select(ListingSuggestion.product_id, ListingSuggestion.field).filter_by(
        state=SuggestionState.ACCEPTED.value, decided_as=""
    )
    return {(row.product_id, row.field) for row in db.session.execute(accepted)}


def _sample() -> Iterator[Sequence[Product]]:
    """Yield products on sale, spread over the whole catalogue when there are more than can be learned from."""
    on_sale = select(Product).where(Product.deleted_at.is_(None))
    total = db.session.scalar(select(func.count()).select_from(on_sale.subquery())) or 0
    step = max(1, -(-total // MOST_EXAMPLES))
    if step > 1:
        # Fibonacci hashing: neighbours in the feed are alike, and every n-th of them would be one brand's.
        on_sale = on_sale.where((Product.id * 2_654_435_761) % 4_294_967_296 % step == 0)
    last_id = 0
    while products := db.session.scalars(
        on_sale.where(Product.id > last_id)
        .order_by(Product.id)
        .limit(_PRODUCTS_A_BATCH)
        .options(selectinload(Product.images))
    ).all():
        yield products
        last_id = products[-1].id
