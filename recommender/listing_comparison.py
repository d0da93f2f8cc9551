"""Text, image and both compared on the shop's own products, and the comparisons that were kept."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from catalog.models import Product
from recommender.classification_study import study_report
from recommender.errors import TrainingStopped
from recommender.listing_records import ListingReport
from recommender.listings import Listing
from recommender.ports import ImageEncoder
from recommender.study_features import StudyReaders
from recommender.study_sets import StudyProduct, StudySet
from storage.blobs import BlobStore
from storage.database import db

MOST_COMPARED = 1000
"""Of a larger catalogue so many products, spread over it: cross-validation trains dozens of times."""
_SEEDS = range(3)
_WHOLE = 100
_NOTE = "words: TF-IDF; photos: the shop's encoder (`flask classify report` adds public models where installed)"

Progress = Callable[[int, int], None]


def compare_on_catalogue(
    *,
    image_encoder: ImageEncoder,
    pictures: BlobStore,
    on_progress: Progress = lambda done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ListingReport:
    """Compare what words, photos and both tell of the categories on sale, and keep the report; commits.

    on_progress: (hundredths done, 100), photos first. Raises StudySetUnreadable when fewer than two categories have ten
    products, TrainingStopped.
    """

    def report(done: int, total: int, *, half: int) -> None:
        if should_stop():
            raise TrainingStopped
        on_progress(half * _WHOLE // 2 + _WHOLE * done // (2 * max(total, 1)), _WHOLE)

    with tempfile.TemporaryDirectory() as name:
        products = tuple(_study_products(pictures, Path(name)))
        found = study_report(
            StudySet(Path("catalogue"), products),
            StudyReaders(image_encoder, notes=(_NOTE,)),
            seeds=_SEEDS,
            mask=True,
            on_photos=lambda done, total: report(done, total, half=0),
            on_folds=lambda done, total: report(done, total, half=1),
        )
    kept = ListingReport(products=found["products"], field="category", report=found)
    db.session.add(kept)
    db.session.commit()
    return kept


def kept_reports(limit: int = 20) -> list[ListingReport]:
    """Return the latest comparisons, the newest first."""
    return list(db.session.scalars(select(ListingReport).order_by(ListingReport.id.desc()).limit(limit)))


def _study_products(pictures: BlobStore, folder: Path) -> Iterator[StudyProduct]:
    """Yield products on sale, their first pictures written into the folder; in English, where they are: the words that
    give a category away are known in that language.
    """
    on_sale = select(Product).where(Product.deleted_at.is_(None)).order_by(Product.id)
    total = db.session.scalar(select(func.count()).select_from(on_sale.subquery())) or 0
    step = max(1, -(-total // MOST_COMPARED))
    ids = db.session.scalars(select(Product.id).where(Product.deleted_at.is_(None)).order_by(Product.id)).all()[::step]
    for product_id in ids:
        product = db.session.get_one(Product, product_id, options=[selectinload(Product.images)])
        photo = None
        if product.images:
            photo = folder / f"{product.id}.jpg"
            photo.write_bytes(pictures.get(product.images[0].blob_key))
        listing = Listing(product.title("en"), product.description("en"))
        fine = f"{product.category} / {product.sub_category}" if product.sub_category else ""
        yield StudyProduct(product.sku, listing, photo, product.category, fine, product.colour)
