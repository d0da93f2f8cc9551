"""Import of 6,500 products and index build: `python -m benchmarks.catalog_import` (needs FASHION_DATA).

A fresh shop in a temporary folder; rates of the first run, and what a second run of the same feed costs.
Reference: decoding and re-encoding the same photos with Pillow alone, which any import must do at least.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from catalog.feed_mapping import read_mapping
from catalog.import_feed import import_feed
from catalog.import_report import ImportReport
from recommender.indexing import IndexReport, synchronise_index
from storage.database import db
from storage.images import encode_jpeg, read_picture
from webapp import create_app
from webapp.cli.progress import progress_bar
from webapp.settings import Settings
from webapp.wiring import wiring

MAPPING = Path(__file__).resolve().parent.parent / "catalog" / "mappings" / "fashion-products.toml"
REFERENCE_PHOTOS = 500

Result = TypeVar("Result")


def main() -> None:
    """Print the figures, one a line."""
    if not os.environ.get("FASHION_DATA"):
        sys.exit("FASHION_DATA names no folder: set it to the shared data sets")
    source = Path(os.environ["FASHION_DATA"]) / "fashion-products"
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, demo=True, secure_cookies=False, instance_dir=Path(folder))
        with create_app(settings).app_context():
            db.create_all()
            _import_twice(source)
            _index_twice()
            db.session.remove()


def _import_twice(source: Path) -> None:
    reference_s = _decode_and_encode(source) / REFERENCE_PHOTOS
    for words in ("import, first run", "import, second run"):
        seconds, report = _timed(lambda: _import(source))
        a_row_s = seconds / report.rows_read
        print(
            f"{words}: {report.rows_read} rows in {seconds:.1f} s, {1 / a_row_s:.0f} rows/s "
            f"({report.created} created, {report.unchanged} unchanged, {report.rejected} rejected); "
            f"{a_row_s / reference_s:.2f} × decoding and encoding a photo once ({1000 * reference_s:.1f} ms)"
        )


def _index_twice() -> None:
    for words in ("index, first run", "index, second run"):
        seconds, report = _timed(_index)
        rate = f", {report.embedded / seconds:.0f} pictures/s" if report.embedded else ""
        print(f"{words}: {report.embedded} pictures embedded in {seconds:.1f} s{rate}; {report.rows} rows in the index")
    started = time.perf_counter()
    synchronise_index(wiring().index, wiring().image_encoder, wiring().blobs, rebuild=True)
    print(f"index, rebuilt from stored embeddings: {time.perf_counter() - started:.1f} s")


def _decode_and_encode(source: Path) -> float:
    contents = [file.read_bytes() for file in sorted((source / "images").iterdir())[:REFERENCE_PHOTOS]]
    seconds, _ = _timed(lambda: [encode_jpeg(read_picture(content)) for content in contents])
    return seconds


def _import(source: Path) -> ImportReport:
    with progress_bar("import", "row") as on_progress:
        return import_feed(
            source / "products.csv",
            image_folder=source / "images",
            blobs=wiring().blobs,
            mapping=read_mapping(MAPPING),
            on_progress=on_progress,
        )


def _index() -> IndexReport:
    with progress_bar("index", "picture") as on_progress:
        return synchronise_index(wiring().index, wiring().image_encoder, wiring().blobs, on_progress=on_progress)


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
