"""Things that tests need, valid by default."""

import io
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from numpy.typing import NDArray
from PIL import Image

from catalog.editing import ProductDetails
from catalog.pictures import StoredPicture
from privacy.keys import KEY_BYTES, PersonalDataKeys
from storage.database import db
from webapp.settings import Settings


def demo_settings(instance: Path, **overrides: Any) -> Settings:
    """Settings of a demo shop in a folder, whatever the environment says."""
    return Settings(_env_file=None, **({"demo": True, "instance_dir": instance} | overrides))


def personal_data_keys() -> PersonalDataKeys:
    """Keys of a shop of their own."""
    return PersonalDataKeys(**{field.name: secrets.token_bytes(KEY_BYTES) for field in fields(PersonalDataKeys)})


@contextmanager
def database_in_memory() -> Iterator[None]:
    """Make the shop's tables, empty, on SQLite in memory, in force as long as the block lasts."""
    app = Flask("shop in memory")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    with app.app_context():
        db.create_all(bind_key=None)
        yield
        db.session.remove()
        db.engine.dispose()


def details(sku: str = "A-1", **changes: object) -> ProductDetails:
    """What is said of a dress of which two are there."""
    valid = {"titles": {"en": sku}, "category": "dress", "price_minor_units": 4990, "currency": "EUR", "stock": 2}
    return ProductDetails(sku=sku, **{**valid, **changes})  # type: ignore[arg-type]


def pictures(*names: str) -> list[StoredPicture]:
    """Pictures whose contents are called so; their files are nowhere."""
    return [StoredPicture(content_hash=name, width=30, height=40) for name in names]


def photo(width: int = 400, height: int = 600, *, seed: int = 0) -> NDArray[np.uint8]:
    """A smooth coloured picture, uint8 (height, width, 3)."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def encoded(pixels: NDArray[np.uint8], image_format: str = "JPEG", **options: Any) -> bytes:
    """The picture as the bytes of a file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, image_format, **options)
    return buffer.getvalue()


def drawn_look(number: int = 0) -> bytes:
    """A drawn dressed figure as JPEG bytes."""
    from demo.looks import demo_looks, draw_look

    look = demo_looks()[number]
    return encoded(draw_look(look.spec, seed=look.seed).image)


def seed_small_shop(app: Flask, *, products: int) -> None:
    """Migrate, and fill a shop with some drawn products of every kind, the looks, the accounts and the index."""
    from flask_migrate import upgrade

    from catalog.import_feed import import_feed
    from demo.export import write_demo_catalogue
    from demo.products import demo_products
    from webapp.cli.demo import offer_demo_looks
    from webapp.cli.index import bring_index_up_to_date
    from webapp.demo_accounts import ensure_demo_accounts
    from webapp.wiring import wiring

    with app.app_context(), tempfile.TemporaryDirectory() as name:
        upgrade()
        ensure_demo_accounts()
        everything = demo_products()
        some = list(islice(everything[:: max(1, len(everything) // products)], products))
        write_demo_catalogue(Path(name), products=some)
        import_feed(Path(name) / "products.jsonl", image_folder=Path(name) / "images", blobs=wiring().blobs)
        offer_demo_looks()
        bring_index_up_to_date(rebuild=False)
