"""A merchant's feed becomes products: once, again, broken, interrupted and killed."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, delete

from catalog.editing import ProductDetails, restore, set_stock, soft_delete
from catalog.errors import FeedUnreadable, ImportSuperseded, ProductNotFound
from catalog.feed_fetching import Fetcher, WebPictures
from catalog.feed_intake import FetchLimits
from catalog.feed_mapping import FeedMapping, FieldSource, read_mapping
from catalog.feed_pictures import FoundPicture
from catalog.feed_reading import open_feed
from catalog.feed_rows import parse_row
from catalog.feed_writing import FeedFormat, export_products
from catalog.history import changes_by, undo_batch
from catalog.history_models import ChangeBatch, ProductChange
from catalog.import_feed import BATCH_ROWS, CheckedRow, check_feed, import_feed
from catalog.import_report import ImportReport
from catalog.models import ImportRejection, ImportRun, Product, ProductImage
from catalog.pictures import sweep_pictures
from catalog.products import list_products, live_images, product_by_sku
from catalog.stock import stock_by_place
from catalog.vocabulary import Kind, slugs
from storage.blobs import BlobStore
from storage.database import db
from storage.images import read_picture
from storage.network import AllowedHost
from tests.factories import demo_settings, encoded, photo
from webapp import create_app
from webapp.storefront import storefront
from webapp.wiring import wiring

ROOT = Path(__file__).resolve().parents[2]
MAPPING = ROOT / "catalog" / "mappings" / "fashion-products.toml"


@dataclass
class Feed:
    """A feed of JSON lines beside its image folder, changed by tests between imports."""

    folder: Path
    blobs: BlobStore
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "products.jsonl"

    @property
    def images(self) -> Path:
        return self.folder / "images"

    def add(self, sku: str, **changes: Any) -> dict[str, Any]:
        row = {
            "sku": sku,
            "title_fr": f"Robe {sku}",
            "category": "robe",
            "price": "49,90 €",
            "stock": 3,
            "image": "0.jpg",
        }
        self.rows.append(row | changes)
        return self.rows[-1]

    def draw(self, name: str, *, seed: int = 0, width: int = 60, height: int = 90) -> None:
        (self.images / name).write_bytes(encoded(photo(width, height, seed=seed)))

    def import_(self, **options: Any) -> ImportReport:
        self.write()
        return import_feed(self.path, image_folder=self.images, blobs=self.blobs, **options)

    def write(self) -> None:
        self.path.write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")


@pytest.fixture
def empty_shop(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(demo_settings(tmp_path / "instance"))
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()


@pytest.fixture
def feed(tmp_path: Path, empty_shop: Flask) -> Feed:
    made = Feed(tmp_path / "feed", wiring().blobs)
    made.images.mkdir(parents=True)
    made.draw("0.jpg")
    return made


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.rejected


def assert_every_product_has_its_pictures(blobs: BlobStore) -> None:
    for product in db.session.scalars(db.select(Product)):
        assert product.images, f"{product.sku} has no picture"
        for image in product.images:
            full, thumb = (read_picture(blobs.get(key)) for key in (image.blob_key, image.thumb_key))
            assert full.shape == (image.height, image.width, 3)
            assert max(thumb.shape) <= max(full.shape)


def test_a_feed_becomes_products_with_their_pictures(feed: Feed) -> None:
    feed.add(
        "a", title_en="Dress a", sizes=["S", "M"], colour="Bleu marine", brand="Ourika", link="https://shop.example/a"
    )
    feed.add("b", price=19.9, currency="USD")
    report = feed.import_()
    assert counts(report) == (2, 0, 0, 0)
    assert report.finished
    product = product_by_sku("a")
    assert (product.title("en"), product.title("fr")) == ("Dress a", "Robe a")
    assert (product.category, product.colour, product.brand, product.sizes) == ("dress", "navy", "Ourika", ["S", "M"])
    assert (product.price_minor_units, product.currency) == (4990, "EUR")
    assert (product_by_sku("b").price_minor_units, product_by_sku("b").currency) == (1990, "USD")
    assert_every_product_has_its_pictures(feed.blobs)


def test_pictures_are_reduced_and_never_enlarged(feed: Feed) -> None:
    feed.draw("big.jpg", width=1500, height=3000)
    feed.add("big", image="big.jpg")
    feed.add("small")
    feed.import_()
    (big,), (small,) = product_by_sku("big").images, product_by_sku("small").images
    assert (big.width, big.height) == (500, 1000)
    assert read_picture(feed.blobs.get(big.thumb_key)).shape == (400, 200, 3)
    assert (small.width, small.height) == (60, 90)


def test_a_second_import_changes_nothing(feed: Feed) -> None:
    for number in range(5):
        feed.add(f"p{number}")
    feed.import_()
    before = [(p.sku, p.updated_at) for p in list_products().items], list(live_images())
    assert counts(feed.import_()) == (0, 0, 5, 0)
    assert ([(p.sku, p.updated_at) for p in list_products().items], list(live_images())) == before


def test_a_changed_row_updates_its_product_and_keeps_the_picture_in_the_index(feed: Feed) -> None:
    row = feed.add("a")
    feed.add("b")
    feed.import_()
    (image,) = product_by_sku("a").images
    image_id = image.id
    row["price"] = "39,90 €"
    assert counts(feed.import_()) == (0, 1, 1, 0)
    assert product_by_sku("a").price_minor_units == 3990
    assert [image.id for image in product_by_sku("a").images] == [image_id]


def test_a_redrawn_picture_is_a_new_picture_under_a_new_id(feed: Feed) -> None:
    feed.draw("1.jpg", seed=1)
    feed.add("a", image="1.jpg")
    feed.import_()
    (before,) = live_images()
    feed.draw("1.jpg", seed=2)
    assert counts(feed.import_()) == (0, 1, 0, 0)
    (after,) = live_images()
    assert after.image_id > before.image_id
    assert after.content_hash != before.content_hash
    assert sweep_pictures(feed.blobs) == 0, "an undo may still bring it back"
    db.session.execute(delete(ChangeBatch))
    assert sweep_pictures(feed.blobs) == 1
    assert_every_product_has_its_pictures(feed.blobs)
    assert sweep_pictures(feed.blobs) == 0


def test_every_rejected_row_is_named_with_its_reason(feed: Feed) -> None:
    (feed.images / "text.jpg").write_text("no picture")
    (feed.images / "cut.jpg").write_bytes(encoded(photo())[:2000])
    feed.add("good")
    feed.add("", title_fr="no number")
    feed.add("gone", image="gone.jpg")
    feed.add("text", image="text.jpg")
    feed.add("cut", image="cut.jpg")
    feed.add("two", price="-1 €", colour="octarine")
    report = feed.import_()
    assert counts(report) == (1, 0, 0, 5)
    told = [(each.row_number, each.sku, each.field) for each in report.rejections]
    assert told == [
        (2, "", "sku"),
        (3, "gone", "image"),
        (4, "text", "image"),
        (5, "cut", "image"),
        (6, "two", "price"),
        (6, "two", "colour"),
    ]
    assert "no such file" in report.rejections[1].reason
    assert [product.sku for product in list_products().items] == ["good"]
    stored = db.session.scalars(db.select(ImportRejection).where(ImportRejection.run_id == report.run_id)).all()
    assert [(each.row_number, each.sku, each.field) for each in stored] == told


def test_a_rejected_row_leaves_the_product_that_was_there(feed: Feed) -> None:
    row = feed.add("a")
    feed.import_()
    row["price"] = "free €"
    row["title_fr"] = "Autre"
    assert counts(feed.import_()) == (0, 0, 0, 1)
    assert (product_by_sku("a").title("fr"), product_by_sku("a").price_minor_units) == ("Robe a", 4990)


def test_a_sku_that_comes_twice_is_taken_once_and_its_first_row_is_named(feed: Feed) -> None:
    for number in range(BATCH_ROWS + 10):
        feed.add(f"p{number}")
    feed.add("p0", title_fr="again, in another batch")
    report = feed.import_()
    assert counts(report) == (BATCH_ROWS + 10, 0, 0, 1)
    assert "row 1 has this SKU already" in report.rejections[0].reason
    assert product_by_sku("p0").title("fr") == "Robe p0"


@pytest.mark.parametrize(
    "name", ["../secret.jpg", "/etc/secret.jpg", "a/../../secret.jpg", "..\\secret.jpg", "link.jpg"]
)
def test_a_picture_outside_the_image_folder_is_never_read(feed: Feed, name: str) -> None:
    (feed.folder / "secret.jpg").write_bytes(encoded(photo()))
    (feed.images / "link.jpg").symlink_to(feed.folder / "secret.jpg")
    feed.add("a", image=name)
    report = feed.import_()
    assert counts(report) == (0, 0, 0, 1)
    assert report.rejections[0].field == "image"
    assert list(feed.blobs.keys("products")) == []


def test_a_withdrawn_product_is_brought_up_to_date_and_stays_withdrawn(feed: Feed) -> None:
    row = feed.add("a")
    feed.import_()
    soft_delete("a")
    db.session.commit()
    row["price"] = "39,90 €"
    report = feed.import_()
    assert (report.updated, report.withdrawn) == (1, 1)
    with pytest.raises(ProductNotFound):
        product_by_sku("a")
    assert restore("a").price_minor_units == 3990


def test_what_the_shop_edited_stays_until_the_feeds_row_changes(feed: Feed) -> None:
    row = feed.add("a")
    feed.import_()
    set_stock("a", 1)
    db.session.commit()
    feed.import_()
    assert product_by_sku("a").stock == 1
    row["title_fr"] = "Autre"
    feed.import_()
    assert product_by_sku("a").stock == 3


def test_a_product_that_the_feed_does_not_name_is_left_alone(feed: Feed) -> None:
    feed.add("a")
    feed.import_()
    feed.rows.clear()
    feed.add("b")
    feed.import_()
    assert {product.sku for product in list_products().items} == {"a", "b"}


def test_a_stopped_import_goes_on_where_it_stopped(feed: Feed) -> None:
    for number in range(2 * BATCH_ROWS + 1):
        feed.add(f"p{number}")
    answers = iter([False, True])
    stopped = feed.import_(should_stop=lambda: next(answers))
    assert not stopped.finished
    assert stopped.rows_read == list_products().total == BATCH_ROWS
    seen: list[tuple[int, int]] = []
    report = feed.import_(on_progress=lambda done, total: seen.append((done, total)))
    assert report.resumed
    assert counts(report) == (2 * BATCH_ROWS + 1, 0, 0, 0)
    assert (seen[0], seen[-1]) == ((BATCH_ROWS + 1, len(feed.rows)), (len(feed.rows), len(feed.rows)))


def test_a_stopped_import_is_not_gone_on_with_when_the_feed_changed(feed: Feed) -> None:
    for number in range(BATCH_ROWS + 1):
        feed.add(f"p{number}")
    answers = iter([False, True])
    feed.import_(should_stop=lambda: next(answers))
    feed.rows[0]["title_fr"] = "Autre"
    report = feed.import_()
    assert not report.resumed
    assert counts(report) == (1, 1, BATCH_ROWS - 1, 0)
    assert [run.state for run in db.session.scalars(db.select(ImportRun).order_by(ImportRun.id))] == [
        "abandoned",
        "finished",
    ]


def test_an_import_gives_way_to_one_that_starts_later(feed: Feed, tmp_path: Path) -> None:
    other = Feed(tmp_path / "other", feed.blobs)
    other.images.mkdir(parents=True)
    other.draw("0.jpg")
    other.add("theirs")
    feed.add("ours")

    def start_the_other(done: int, total: int) -> None:
        other.import_()

    with pytest.raises(ImportSuperseded):
        feed.import_(on_progress=start_the_other)
    assert [product.sku for product in list_products().items] == ["theirs"]


KILLED_IMPORT = """
import sys, time
from pathlib import Path
from catalog.import_feed import import_feed
from webapp import create_app
from webapp.settings import Settings
from webapp.wiring import wiring

def wait_for_the_end(done, total):
    if done == 250:
        print("in the middle of a batch", flush=True)
        time.sleep(600)

feed = Path(sys.argv[2])
app = create_app(Settings(_env_file=None, demo=True, secure_cookies=False, instance_dir=sys.argv[1]))
with app.app_context():
    import_feed(feed, image_folder=feed.parent / "images", blobs=wiring().blobs, on_progress=wait_for_the_end)
"""


def test_a_killed_import_leaves_whole_products_and_goes_on(feed: Feed, empty_shop: Flask) -> None:
    for number in range(20):
        feed.draw(f"{number}.jpg", seed=number)
    for number in range(300):
        feed.add(f"p{number}", image=f"{number % 20}.jpg", price="free €" if number == 150 else "9,90 €")
    feed.add("p3")
    feed.write()
    instance = str(wiring().settings.instance)
    command = [sys.executable, "-c", KILLED_IMPORT, instance, str(feed.path)]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "in the middle of a batch\n"
        child.send_signal(signal.SIGKILL)
    assert list_products().total == 2 * BATCH_ROWS - 1
    assert_every_product_has_its_pictures(feed.blobs)
    report = feed.import_()
    assert report.resumed
    assert counts(report) == (299, 0, 0, 2)
    assert [(each.row_number, each.field) for each in report.rejections] == [(151, "price"), (301, "sku")]
    assert db.session.scalar(db.select(db.func.count()).select_from(ProductImage)) == 299
    assert_every_product_has_its_pictures(feed.blobs)
    assert sweep_pictures(feed.blobs) == 0
    assert counts(feed.import_()) == (0, 0, 299, 2)


def test_a_feed_with_a_fault_of_its_own_is_refused_before_anything_is_written(feed: Feed) -> None:
    table = feed.folder / "products.csv"
    table.write_text("sku,name\na,b\n", encoding="utf-8")
    with pytest.raises(FeedUnreadable, match="nothing gives category, price, stock, image, title"):
        import_feed(table, image_folder=feed.images, blobs=feed.blobs)
    mapping = FeedMapping(fields={"title": FieldSource(column="titre")})
    with pytest.raises(
        FeedUnreadable, match="the mapping names columns that are missing: titre; the feed has sku, name"
    ):
        import_feed(table, image_folder=feed.images, blobs=feed.blobs, mapping=mapping)
    with pytest.raises(FeedUnreadable, match="image folder does not exist"):
        import_feed(table, image_folder=feed.folder / "nowhere", blobs=feed.blobs)
    assert db.session.scalar(db.select(db.func.count()).select_from(ImportRun)) == 0


def test_the_command_imports_a_folder_and_brings_the_index_up_to_date(feed: Feed, empty_shop: Flask) -> None:
    feed.add("a")
    feed.add("b", price="free €")
    feed.write()
    report = feed.folder / "report.csv"
    run = empty_shop.test_cli_runner().invoke(args=["catalog", "import", str(feed.folder), "--report", str(report)])
    assert run.exit_code == 0, run.output
    assert "2 rows: 1 created, 0 updated, 0 unchanged, 1 rejected." in run.output
    assert "row 2, SKU b, price" in run.output
    assert wiring().index.row_ids().tolist() == [image.image_id for image in live_images()]
    with report.open(newline="") as file:
        assert [(row["row"], row["sku"], row["field"]) for row in csv.DictReader(file)] == [("2", "b", "price")]


def test_the_command_takes_products_off_sale_and_back(feed: Feed, empty_shop: Flask) -> None:
    feed.add("a")
    feed.import_()
    runner = empty_shop.test_cli_runner()
    assert runner.invoke(args=["catalog", "delete", "a"]).exit_code == 0
    assert wiring().index.row_ids().tolist() == []
    assert runner.invoke(args=["catalog", "restore", "a"]).exit_code == 0
    assert wiring().index.row_ids().tolist() == [image.image_id for image in live_images()]
    assert "Robe a" in runner.invoke(args=["catalog", "list"]).output
    refused = runner.invoke(args=["catalog", "delete", "nobody"])
    assert (refused.exit_code, "no product has the SKU 'nobody'" in refused.output) == (1, True)


def test_the_command_ends_with_an_error_when_the_feed_cannot_be_read(feed: Feed, empty_shop: Flask) -> None:
    table = feed.folder / "products.csv"
    table.write_bytes("sku,titre\na,été\n".encode() + b"b,\xe9\n")
    run = empty_shop.test_cli_runner().invoke(args=["catalog", "import", str(table)])
    assert run.exit_code == 1
    assert "line 3: this is not UTF-8" in run.output


def test_every_row_of_fashion_products_maps_to_the_vocabulary(fashion_data: Path) -> None:
    mapping = read_mapping(MAPPING)
    rows = [
        parse_row(row.cells, mapping) for row in open_feed(fashion_data / "fashion-products" / "products.csv").read()
    ]
    assert len(rows) == 6500
    assert {row.details.category for row in rows} <= set(slugs(Kind.CATEGORY))
    assert {row.details.gender for row in rows} == set(slugs(Kind.GENDER))
    assert sum(row.details.colour == "" for row in rows) == 3
    assert sum(row.details.brand != "" for row in rows) > 0.95 * len(rows)


def test_rows_of_fashion_products_import_with_their_photos(fashion_data: Path, feed: Feed) -> None:
    source = fashion_data / "fashion-products"
    table = feed.folder / "products.csv"
    with (source / "products.csv").open(encoding="utf-8") as file:
        table.write_text("".join(line for _, line in zip(range(151), file, strict=False)), encoding="utf-8")
    report = import_feed(table, image_folder=source / "images", blobs=feed.blobs, mapping=read_mapping(MAPPING))
    assert counts(report) == (150, 0, 0, 0)
    assert_every_product_has_its_pictures(feed.blobs)


def test_a_check_says_what_an_import_would_do_and_writes_nothing(empty_shop: Flask, feed: Feed) -> None:
    feed.add("KEPT")
    feed.add("CHANGED")
    feed.import_()
    feed.rows[1]["price"] = "19,90 €"
    feed.add("NEW")
    feed.add("WRONG", price="12,3,4 EUR")
    feed.add("NEW")
    feed.add("NO-PICTURE", image="none.jpg")
    feed.write()
    seen: list[CheckedRow] = []
    assert check_feed(feed.path, image_folder=feed.images, on_row=seen.append)
    assert [row.fate for row in seen] == ["unchanged", "changed", "new", "rejected", "rejected", "rejected"]
    assert [problem.field for row in seen for problem in row.problems] == ["price", "sku", "image"]
    assert seen[1].product is not None
    assert seen[1].product.price_minor_units == 1990
    assert product_by_sku("CHANGED").price_minor_units == 4990
    with pytest.raises(ProductNotFound):
        product_by_sku("NEW")


def test_a_zip_of_a_table_and_its_pictures_becomes_products(feed: Feed, empty_shop: Flask) -> None:
    path = feed.folder / "shop.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "shop/products.csv",
            "sku;title_fr;category;price;stock_lyon;stock_web;image\n"
            'Z-1;Robe;robe;"1 299,00 €";2;1;a.jpg\nZ-2;Robe;robe;9 €;;0;../../etc/passwd\n',
        )
        archive.writestr("shop/images/a.jpg", encoded(photo()))
    report = import_feed(path, blobs=feed.blobs)
    assert counts(report) == (1, 0, 0, 1)
    product = product_by_sku("Z-1")
    assert (product.price_minor_units, product.stock, stock_by_place(product)) == (129_900, 3, {"lyon": 2, "web": 1})
    assert_every_product_has_its_pictures(feed.blobs)
    assert counts(import_feed(path, blobs=feed.blobs)) == (0, 0, 1, 1)


def test_pictures_by_address_are_fetched_once_and_only_from_the_list(feed: Feed, empty_shop: Flask) -> None:
    asked: list[str] = []

    class OnTheWeb:
        """A list of one host, without the network."""

        def find(self, name: str) -> FoundPicture:
            WebPictures(Fetcher([AllowedHost("cdn.example")])).find(name)
            return FoundPicture(name, (), lambda: asked.append(name) or encoded(photo()))

    feed.add("a", image="https://cdn.example/a.jpg")
    feed.add("b", image="http://169.254.169.254/latest/meta-data")
    report = feed.import_(web=OnTheWeb())
    assert counts(report) == (1, 0, 0, 1)
    assert "not on the list FEED_HOSTS" in report.rejections[0].reason
    assert counts(feed.import_(web=OnTheWeb())) == (0, 0, 1, 1)
    assert asked == ["https://cdn.example/a.jpg"]


def exported(feed_format: FeedFormat, path: Path, *conditions: ColumnElement[bool]) -> Path:
    parts = export_products(conditions, feed_format, places=["lyon"], storefront=storefront("fr"), blobs=wiring().blobs)
    path.write_bytes(b"".join(parts))
    return path


def said_of_all() -> list[dict[str, Any]]:
    rows = db.session.scalars(db.select(Product).order_by(Product.id))
    return [
        {
            **{name: getattr(row, name) for name in ProductDetails.__dataclass_fields__ if hasattr(row, name)},
            "pictures": [image.content_hash for image in row.images],
            "stock_by_place": stock_by_place(row),
        }
        for row in rows
    ]


def fill_for_export(feed: Feed) -> None:
    feed.draw("big.jpg", seed=3, width=700, height=1200)
    feed.add(
        "A", title_fr="=SUM(A1)", title_de="Kleid", sizes=["36,5"], season="SS26", cost="19,90", stock_lyon=2, stock=5
    )
    feed.add("B", image="big.jpg|0.jpg", sizes=["S", "M"], pattern="rayé", sub_category="Portefeuille")
    feed.add("C", price="1 290 JPY", description_fr="- lin\n- coton")
    assert counts(feed.import_()) == (3, 0, 0, 0)


@pytest.mark.parametrize("feed_format", [FeedFormat.CSV, FeedFormat.JSON_LINES, FeedFormat.ZIP])
def test_what_is_exported_and_imported_again_changes_no_product_and_no_picture(
    feed: Feed, empty_shop: Flask, feed_format: FeedFormat
) -> None:
    fill_for_export(feed)
    before, pictures = said_of_all(), list(live_images())
    path = exported(feed_format, feed.folder / feed_format.file_name)
    changes = db.select(db.func.count()).select_from(ProductChange)
    recorded = db.session.scalar(changes)
    seen: list[CheckedRow] = []
    check_feed(path, blobs=feed.blobs, on_row=seen.append)
    assert [row.fate for row in seen] == ["unchanged"] * 3
    assert counts(import_feed(path, blobs=feed.blobs)) == (0, 0, 3, 0)
    db.session.expire_all()
    assert said_of_all() == before
    assert db.session.scalar(changes) == recorded == 3
    assert list(live_images()) == pictures
    assert counts(import_feed(path, blobs=feed.blobs)) == (0, 0, 3, 0)


def test_an_exported_zip_fills_another_shop(feed: Feed, empty_shop: Flask, tmp_path: Path) -> None:
    fill_for_export(feed)
    path = exported(FeedFormat.ZIP, tmp_path / "shop.zip", Product.sku != "C")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3
    other = create_app(demo_settings(tmp_path / "other"))
    with other.app_context():
        db.create_all()
        assert counts(import_feed(path, blobs=wiring().blobs)) == (2, 0, 0, 0)
        assert_every_product_has_its_pictures(wiring().blobs)
        db.session.remove()


@pytest.mark.parametrize("feed_format", [FeedFormat.GOOGLE_XML, FeedFormat.GOOGLE_TSV])
def test_an_export_for_google_is_read_as_googles(feed: Feed, empty_shop: Flask, feed_format: FeedFormat) -> None:
    fill_for_export(feed)
    rows = list(open_feed(exported(feed_format, feed.folder / feed_format.file_name)).read())
    details = [parse_row(row.cells, FeedMapping(language="fr")).details for row in rows]
    assert [(each.sku, each.sizes, each.price_minor_units, each.currency) for each in details] == [
        ("A", ("36,5",), 4990, "EUR"),
        ("B", ("S", "M"), 4990, "EUR"),
        ("C", (), 1290, "JPY"),
    ]
    assert details[0].titles == {"fr": "=SUM(A1)"}
    assert details[0].link == "http://127.0.0.1:8000/products/A"
    assert len(rows[1].cells["image"]) == 2


def test_the_command_writes_a_feed_whole_or_not_at_all(feed: Feed, empty_shop: Flask) -> None:
    fill_for_export(feed)
    runner = empty_shop.test_cli_runner()
    path = feed.folder / "out.csv"
    assert runner.invoke(args=["catalog", "export", str(path), "--category", "dress"]).exit_code == 0
    assert open_feed(path).rows == 3
    assert [each.name for each in feed.folder.glob(".*")] == []
    refused = runner.invoke(args=["catalog", "export", str(feed.folder / "out.doc")])
    assert (refused.exit_code, "give --format" in refused.output) == (1, True)


@pytest.fixture
def filled(feed: Feed) -> Feed:
    """A shop with A, which has all there is, and its import is over; the feed is empty again."""
    feed.draw("1.jpg", seed=1)
    feed.add(
        "A", title_en="Dress A", image="0.jpg|1.jpg", brand="Ourika", colour="Rouge", sizes=["S", "M"], cost="20 €",
        season="été", stock_lyon=2, stock_web=1, description_fr="Lin",
    )  # fmt: skip
    feed.import_()
    feed.rows.clear()
    return feed


def told(sku: str = "A") -> dict[str, Any]:
    db.session.expire_all()
    return next(each for each in said_of_all() if each["sku"] == sku)


def take(feed: Feed, content: str, name: str = "part.csv", **options: Any) -> ImportReport:
    """Import a table that came without pictures."""
    path = feed.folder / name
    path.write_text(content, encoding="utf-8")
    return import_feed(path, blobs=feed.blobs, **options)


GOOGLES_PART = (
    '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><item><g:id>A</g:id>'
    "<g:price>39.90 EUR</g:price></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("sku;price\nA;39,90 €\n", "part.csv"),
        ("sku,price\nA,39.90\n", "part.csv"),
        ('{"sku": "A", "price": 39.90}\n', "part.jsonl"),
        ("id\tprice\nA\t39.90 EUR\n", "part.tsv"),
        (GOOGLES_PART, "part.xml"),
    ],
)
def test_a_row_of_some_fields_changes_these_alone(filled: Feed, content: str, name: str) -> None:
    before, pictures = told(), list(live_images())
    assert counts(take(filled, content, name)) == (0, 1, 0, 0)
    assert told() == before | {"price_minor_units": 3990}
    assert list(live_images()) == pictures, "no picture is embedded anew"
    assert counts(take(filled, content, name)) == (0, 0, 1, 0)
    (change,) = db.session.scalars(db.select(ProductChange).where(ProductChange.before.is_not(None)))
    assert (change.before, change.after) == ({"price_minor_units": 4990}, {"price_minor_units": 3990})


def test_a_zip_may_hold_a_feed_of_some_fields_too(filled: Feed) -> None:
    path = filled.folder / "part.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("products.csv", "sku,stock\nA,9\n")
    assert counts(import_feed(path, blobs=filled.blobs)) == (0, 1, 0, 0)
    assert stock_by_place(product_by_sku("A")) == {"lyon": 2, "web": 7}


@pytest.mark.parametrize(
    ("row", "places"),
    [
        ("sku,stock_lyon\nA,5\n", {"lyon": 5, "web": 1}),
        ("sku,stock_paris\nA,4\n", {"lyon": 2, "paris": 4, "web": 1}),
        ("sku,stock_lyon\nA,0\n", {"web": 1}),
        ("sku,stock\nA,1\n", {"lyon": 1}),
        ("sku,stock,stock_paris\nA,5,4\n", {"paris": 4, "web": 1}),
    ],
)
def test_the_pieces_of_one_place_leave_the_other_places_alone(filled: Feed, row: str, places: dict[str, int]) -> None:
    assert counts(take(filled, row)) == (0, 1, 0, 0)
    assert stock_by_place(product_by_sku("A")) == places
    assert product_by_sku("A").stock == sum(places.values())
    assert counts(take(filled, row)) == (0, 0, 1, 0)


def test_an_empty_cell_empties_its_field_and_a_field_that_is_needed_stays(filled: Feed) -> None:
    before = told()
    assert counts(take(filled, "sku,brand,colour,cost,title_en\nA,,,,\n")) == (0, 0, 0, 1)
    assert told() == before, "a product needs a title"
    assert counts(take(filled, "sku,brand,colour,cost,title_fr,title_en\nA,,,,Robe,\n")) == (0, 1, 0, 0)
    emptied = {"brand": "", "colour": "", "cost_minor_units": None, "titles": {"fr": "Robe"}}
    assert told() == before | emptied
    for needed in ("price", "category", "stock", "image"):
        report = take(filled, f"sku,{needed}\nA,\n")
        assert [each.field for each in report.rejections] == [needed]
    assert told() == before | emptied


def test_a_row_of_a_new_sku_says_what_it_lacks(filled: Feed) -> None:
    report = take(filled, "sku,price\nNEW,39\nA,39\n")
    assert counts(report) == (0, 1, 0, 1)
    (rejection,) = report.rejections
    assert (rejection.row_number, rejection.sku, rejection.field) == (2, "NEW", "sku")
    assert rejection.reason == "no product has this SKU yet, and a new one needs category, stock, image, title too"


def test_a_check_of_some_fields_counts_as_the_import_does(filled: Feed) -> None:
    filled.add("B")
    filled.import_()
    path = filled.folder / "part.csv"
    path.write_text("sku,price\nA,39.90\nB,49.90\nNEW,1\nA,2\nB-2,x\n", encoding="utf-8")
    seen: list[CheckedRow] = []
    assert check_feed(path, on_row=seen.append)
    assert [row.fate for row in seen] == ["changed", "unchanged", "rejected", "rejected", "rejected"]
    assert seen[0].product is not None
    assert (seen[0].product.price_minor_units, seen[0].product.brand, seen[0].product.stock) == (3990, "Ourika", 3)
    assert counts(import_feed(path, blobs=filled.blobs)) == (0, 1, 1, 3)


def test_a_feed_of_prices_leaves_the_catalogues_own_feed_as_it_found_it(filled: Feed) -> None:
    row = filled.add("A")
    filled.add("B")
    filled.import_()
    take(filled, "sku,price\nA,39.90\n")
    assert counts(filled.import_()) == (0, 0, 2, 0), "its rows did not change"
    assert product_by_sku("A").price_minor_units == 3990
    row["title_fr"] = "Autre"
    assert counts(filled.import_()) == (0, 1, 1, 0)
    assert product_by_sku("A").price_minor_units == 4990
    assert counts(take(filled, "sku,price\nA,39.90\n")) == (0, 1, 0, 0), "the prices' feed speaks last"


def test_a_price_without_currency_is_in_the_products_own(filled: Feed) -> None:
    filled.add("B", price="10 USD")
    filled.import_()
    mapping = FeedMapping(defaults={"currency": "EUR"})
    assert counts(take(filled, "sku,price\nB,12\n", mapping=mapping)) == (0, 1, 0, 0)
    assert (told("B")["price_minor_units"], told("B")["currency"]) == (1200, "USD")
    assert counts(take(filled, "sku,currency\nB,EUR\n")) == (0, 0, 0, 1), "the same number would be another price"
    report = take(filled, "sku,price\nA,12 USD\n")
    assert [(each.field, each.reason) for each in report.rejections] == [
        ("cost", "the cost is in EUR but the price in USD")
    ]


def test_pictures_may_come_alone(filled: Feed) -> None:
    before = told()
    filled.rows.append({"sku": "A", "image": "1.jpg"})
    assert counts(filled.import_()) == (0, 1, 0, 0)
    assert told() == before | {"pictures": before["pictures"][1:]}
    assert counts(filled.import_()) == (0, 0, 1, 0)


def test_a_price_brings_no_undone_product_back(filled: Feed) -> None:
    creation = db.session.scalar(db.select(ChangeBatch.id))
    assert creation is not None
    undo_batch(creation, actor="")
    report = take(filled, "sku,price\nA,39.90\n")
    assert (counts(report), report.withdrawn) == ((0, 1, 0, 0), 1)
    with pytest.raises(ProductNotFound):
        product_by_sku("A")
    filled.add("A")
    assert counts(filled.import_()) == (0, 1, 0, 0)
    assert product_by_sku("A").price_minor_units == 4990


def test_what_rows_of_some_fields_changed_is_undone(filled: Feed) -> None:
    before = told()
    with changes_by("", kind="import") as batch:
        take(filled, "sku,price,stock_lyon\nA,39.90,7\n")
    assert told() != before
    undo_batch(batch, actor="")
    assert told() == before


def test_a_field_that_is_emptied_by_a_new_column_is_news(filled: Feed) -> None:
    row = filled.add("A")
    filled.import_()
    assert product_by_sku("A").brand == "Ourika"
    row["brand"] = ""
    assert counts(filled.import_()) == (0, 1, 0, 0)
    assert product_by_sku("A").brand == ""


def test_rows_that_share_a_picture_decode_it_once(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or read_bytes(path))
    for number in range(BATCH_ROWS + 5):
        feed.add(f"p{number}")
    feed.import_()
    assert read.count(feed.images / "0.jpg") == 1
    assert_every_product_has_its_pictures(feed.blobs)


class Pictures(BaseHTTPRequestHandler):
    """A supplier's server of pictures."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(encoded(photo()))

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def test_pictures_of_a_host_that_was_down_come_with_the_next_import_of_the_feed(feed: Feed) -> None:
    # Bound and not listening: who connects is refused.
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures, bind_and_activate=False)
    server.server_bind()
    host = f"127.0.0.1:{server.server_port}"
    web = WebPictures(Fetcher([AllowedHost.read(host)], is_public=lambda _: True))
    for number in range(12):
        feed.add(f"p{number}", image=f"http://{host}/{number}.jpg")
    down = feed.import_(web=web)
    assert (down.finished, counts(down)) == (True, (0, 0, 0, 12))
    assert down.rejections[0].reason.endswith("the host does not answer, or breaks off")
    not_tried = [each for each in down.rejections if f"the host {host} did not answer 5 times in a row" in each.reason]
    assert not_tried[-1] == down.rejections[-1]
    server.server_activate()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert counts(feed.import_(web=web)) == (12, 0, 0, 0)
    assert_every_product_has_its_pictures(feed.blobs)
    server.shutdown()
    server.server_close()


def test_an_import_that_waits_for_a_host_stops_at_once_and_goes_on_behind_its_last_row(feed: Feed) -> None:
    never, stopping = threading.Event(), [False]

    class OnTheWeb:
        """A host that answers for the first picture alone, until it is let go."""

        def find(self, name: str) -> FoundPicture:
            return FoundPicture(name, (), lambda: b"", "cdn.example", lambda into: self._fetch(name, into))

        def _fetch(self, name: str, into: IO[bytes]) -> None:
            if not name.endswith("0.jpg"):
                stopping[0] = True
                never.wait(20)
            into.write(encoded(photo()))

    for number in range(3):
        feed.add(f"p{number}", image=f"https://cdn.example/{number}.jpg")
    limits = FetchLimits(at_once=1, from_a_host=1)
    stopped = feed.import_(web=OnTheWeb(), limits=limits, should_stop=lambda: stopping[0])
    assert (stopped.finished, counts(stopped)) == (False, (1, 0, 0, 0))
    stopping[0] = False
    never.set()
    done = feed.import_(web=OnTheWeb())
    assert (done.resumed, done.finished, counts(done)) == (True, True, (3, 0, 0, 0))
