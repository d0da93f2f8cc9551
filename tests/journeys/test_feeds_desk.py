"""A merchandiser's feed through the desk: sent, understood, checked, imported, paused, undone; and what is refused."""

import csv
import io
import json
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from accounts.models import Role
from catalog.editing import set_stock
from catalog.feed_fetching import Fetcher
from catalog.feed_models import FeedSchedule, FeedState, FeedUpload, SavedMapping
from catalog.feed_uploads import FORGOTTEN_AFTER, PROBLEMS_SHOWN, remove_forgotten
from catalog.history_models import ChangeBatch
from catalog.history_reading import act
from catalog.import_feed import BATCH_ROWS
from catalog.models import ImportRun, Product
from catalog.products import product_by_sku
from privacy.models import ShopAuditNote
from storage.database import db, now
from storage.network import AllowedHost
from tests.factories import encoded, photo
from tests.journeys.conftest import csrf_token
from tests.journeys.test_shopper import log_in
from webapp.admin.job_words import job_words
from webapp.feeds import look_after_feeds
from webapp.jobs.models import SILENT_AFTER, Job, JobState
from webapp.jobs.queue import JobProgress
from webapp.jobs.tasks import FEED_TASKS
from webapp.jobs.worker import run_next_job

HEADER = "Réf;Désignation;Famille;Prix TTC;Qté;Visuel"
PICTURE = encoded(photo(60, 90))


@pytest.fixture(scope="module")
def shop(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One shop for all of these tests: each brings products of its own."""
    from tests.factories import demo_settings
    from webapp import create_app

    copy = tmp_path_factory.mktemp("feeds") / "instance"
    return create_app(demo_settings(Path(shutil.copytree(seeded_instance, copy)), max_upload_bytes=100_000))


@pytest.fixture(scope="module")
def merchandiser(shop: Flask) -> FlaskClient:
    client = shop.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    log_in(client, shop, Role.MERCHANDISER)
    return client


@pytest.fixture(autouse=True)
def nothing_waits(shop: Flask) -> Iterator[None]:
    """Jobs that a test leaves (an update of the index) run in none of the next."""
    yield
    with shop.app_context():
        db.session.query(Job).filter(Job.state == "queued").delete()
        db.session.query(FeedUpload).filter(FeedUpload.state == FeedState.IMPORTING).update({"state": "cancelled"})
        db.session.commit()


def row(sku: str, *, price: str = "1 299,00 €", stock: str = "3", picture: str = "a.jpg") -> str:
    return f"{sku};Robe {sku};Robe;{price};{stock};{picture}"


def column(name: str) -> str:
    """How the form names a column of HEADER."""
    return f"column:{HEADER.split(';').index(name)}"


def archive(*rows: str, header: str = HEADER) -> bytes:
    """A ZIP with the rows as a CSV and one picture."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("products.csv", "\ufeff" + "\n".join((header, *rows)))
        file.writestr("images/a.jpg", PICTURE)
    return content.getvalue()


def post(client: FlaskClient, to: str, /, **fields: str) -> TestResponse:
    token = csrf_token(client.get("/admin/feeds").text)
    return client.post(to, data={"csrf_token": token, **fields})


def send(client: FlaskClient, content: bytes, name: str = "maison.zip") -> TestResponse:
    token = csrf_token(client.get("/admin/feeds").text)
    return client.post("/admin/feeds", data={"csrf_token": token, "feed": (io.BytesIO(content), name)})


def number_of(response: TestResponse) -> int:
    assert response.status_code == 303, response.text
    found = re.search(r"/feeds/(\d+)", response.location)
    assert found, response.location
    return int(found[1])


def form_of(page: str) -> dict[str, str]:
    """What the mapping's form holds as it was sent, as a browser would send it back."""
    selects = re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    chosen = {name: next(iter(re.findall(r'value="([^"]*)" selected', options)), "") for name, options in selects}
    texts = re.findall(r'<input[^>]*name="((?:text-|list_)[^"]+)" value="([^"]*)"', page)
    return {name: value.replace("&#39;", "'") for name, value in (*chosen.items(), *texts)}


def checked(client: FlaskClient, shop: Flask, content: bytes, *, name: str = "maison.zip", **changes: str) -> int:
    """Send a feed, take the columns as guessed (but for `changes`), and check it."""
    number = number_of(send(client, content, name))
    form = form_of(client.get(f"/admin/feeds/{number}/mapping").text) | changes
    assert number_of(post(client, f"/admin/feeds/{number}/mapping", act="check", **form)) == number
    work(shop)
    return number


def imported(client: FlaskClient, shop: Flask, content: bytes) -> int:
    number = checked(client, shop, content)
    assert post(client, f"/admin/feeds/{number}/import").status_code == 303
    work(shop)
    return number


def work(shop: Flask) -> None:
    """Run the feeds' waiting jobs; each that did not fail has its report."""
    with shop.app_context():
        while run_next_job({"check_feed", "import_feed", "undo_feed_import"}):
            continue
        ended = db.session.scalars(select(Job).where(Job.task.in_(FEED_TASKS), Job.state == JobState.DONE))
        assert all(job_words(job) for job in ended)


def upload_in(shop: Flask, number: int) -> FeedUpload:
    upload = db.session.get(FeedUpload, number)
    assert upload is not None
    return upload


def files_of(shop: Flask, number: int) -> Path:
    with shop.app_context():
        folder = shop.extensions["wiring"].settings.feeds_folder
        return Path(folder / upload_in(shop, number).folder)


def test_a_feed_is_understood_checked_and_imported_and_its_file_goes(shop: Flask, merchandiser: FlaskClient) -> None:
    number = checked(
        merchandiser, shop, archive(row("F-1"), row("F-2"), row("F-2"), row("F-3", price="dear"), row("F-4", stock=""))
    )
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "What an import would do" in page
    assert re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page) == [
        ("Rows", "5"),
        ("New products", "2"),
        ("Changed", "0"),
        ("Unchanged", "0"),
        ("Rejected", "3"),
    ]
    assert "€1,299.00" in page
    assert "row 3 has this SKU already" in page
    with shop.app_context():
        assert db.session.scalar(select(Product).filter_by(sku="F-1")) is None, "a check writes nothing"
    assert files_of(shop, number).is_dir()

    post(merchandiser, f"/admin/feeds/{number}/import")
    work(shop)
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "What the import did" in page
    assert not files_of(shop, number).exists()
    with shop.app_context():
        product = product_by_sku("F-1")
        assert (product.title("fr"), product.price_minor_units, product.stock) == ("Robe F-1", 129_900, 3)
        assert len(product.images) == 1
        acts = [each.action for each in db.session.scalars(select(ShopAuditNote))]
        assert {"catalogue.feed_received", "catalogue.import_begun"} <= set(acts)


def test_the_rejected_rows_are_downloaded_in_the_readers_language_and_without_formulas(
    shop: Flask, merchandiser: FlaskClient
) -> None:
    number = imported(merchandiser, shop, archive(row("=cmd|x"), row("E-2", price="dear €"), row("E-3")))
    english = table_of(merchandiser.get(f"/admin/feeds/{number}/problems.csv"))
    french = table_of(
        merchandiser.get(f"/admin/feeds/{number}/problems.csv", headers={"Accept-Language": "fr"}, query_string={})
    )
    assert [line[:2] for line in english[1:]] == [["2", "'=cmd|x"], ["3", "E-2"]]
    assert english[0] == ["Row", "SKU", "Field", "Reason"]
    assert len(french) == len(english)
    cells = [cell for line in english for cell in line]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_reasons_are_counted_by_field_and_the_first_are_shown_before_and_after_the_import(
    shop: Flask, merchandiser: FlaskClient
) -> None:
    wrong = [row(f"=R-{each}") for each in range(PROBLEMS_SHOWN + 10)]
    number = checked(merchandiser, shop, archive(row("R-good"), row("R-stock", stock="-1"), *wrong))
    said = ("SKU 60</span>", "Stock 1</span>", "The first 50 of 61 reasons", "Download the error report")
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert [words for words in said if words not in page] == []
    assert "Rows that would be rejected" in page
    post(merchandiser, f"/admin/feeds/{number}/import")
    work(shop)
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert [words for words in said if words not in page] == []
    assert "Rejected rows" in page
    act = re.search(r'href="(/admin/history/\w+)"', page)
    assert act, "each change can be looked at"
    assert "R-good" in merchandiser.get(act[1]).text


def changes_on(page: str) -> list[tuple[str, str, str]]:
    """What the page says of fields that change: which, old, new."""
    changes = re.findall(
        r'<p class="change"><span class="hint">([^<]*)</span> <del>([^<]*)</del>.*?<ins>([^<]*)</ins>', page
    )
    return [(field, old, new) for field, old, new in changes]


def test_a_check_shows_what_a_changed_field_was_and_what_it_becomes(shop: Flask, merchandiser: FlaskClient) -> None:
    header = (
        "sku,title_fr,title_en,description_en,category,price,currency,stock_lyon,stock_web,sizes,colour,brand,image"
    )
    story = "A dress. " * 40
    before = f"VAL-1,Robe,Dress,{story}Lined.,robe,1299.00,EUR,2,1,S|M,red,Ourika,a.jpg"
    imported(merchandiser, shop, archive(before, header=header))
    after = f"VAL-1,Robe,Long dress,{story}Unlined.,robe,999.00,GBP,5,1,M,,Ourika,a.jpg|b.jpg"
    content = archive(after, f"VAL-2{before[5:]}", header=header)
    with zipfile.ZipFile(grown := io.BytesIO(content), "a") as file:
        file.writestr("images/b.jpg", encoded(photo(61, 90)))
    number = checked(merchandiser, shop, grown.getvalue())
    assert changes_on(merchandiser.get(f"/admin/feeds/{number}").text) == [
        ("Title in English", "Dress", "Long dress"),
        ("Price", "€1,299.00", "£999.00"),
        ("Stock", "3", "6"),
        ("Stock: Lyon", "2", "5"),
        ("Description in English", "…. A dress. A dress. Lined.", "…. A dress. A dress. Unlined."),
        ("Colour", "Red", "–"),
        ("Sizes", "S, M", "M"),
        ("Pictures", "1 picture", "2 pictures"),
    ]


def test_a_check_says_that_a_product_comes_back(shop: Flask, merchandiser: FlaskClient) -> None:
    number = imported(merchandiser, shop, archive(row("BACK-1")))
    post(merchandiser, f"/admin/feeds/{number}/undo")
    work(shop)
    number = checked(merchandiser, shop, archive(row("BACK-1")))
    assert ("State", "Withdrawn", "On sale") in changes_on(merchandiser.get(f"/admin/feeds/{number}").text)


def test_a_feed_of_wrong_rows_alone_says_that_nothing_can_be_imported(shop: Flask, merchandiser: FlaskClient) -> None:
    number = checked(merchandiser, shop, archive(row("=NONE")))
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "every row is rejected" in page
    assert f"/admin/feeds/{number}/import" not in page


def test_a_feed_that_waits_for_another_says_for_which(shop: Flask, merchandiser: FlaskClient) -> None:
    first, second = (checked(merchandiser, shop, archive(row(sku))) for sku in ("WAIT-1", "WAIT-2"))
    post(merchandiser, f"/admin/feeds/{first}/import")
    page = merchandiser.get(f"/admin/feeds/{second}").text
    assert re.search(rf'this one can begin then: <a href="/admin/feeds/{first}">', page)


def test_an_undo_that_was_stopped_says_that_it_can_go_on(shop: Flask, merchandiser: FlaskClient) -> None:
    number = imported(merchandiser, shop, archive(row("V-1"), row("V-2")))
    with shop.app_context():
        upload_in(shop, number).put_back = 1_500
        db.session.commit()
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "The undo stopped before its end" in page
    assert "1,500 products are again as they were before." in page
    assert "Undo the whole import" in page


def test_an_import_is_undone_but_what_was_changed_since_stays(shop: Flask, merchandiser: FlaskClient) -> None:
    imported(merchandiser, shop, archive(row("U-1"), row("U-2")))
    number = imported(
        merchandiser, shop, archive(row("U-1", price="10,00 €"), row("U-2", price="20,00 €", stock="8"), row("U-3"))
    )
    with shop.app_context():
        set_stock("U-2", 5)
        db.session.commit()
    assert post(merchandiser, f"/admin/feeds/{number}/undo").status_code == 303
    work(shop)
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "Undone" in page
    with shop.app_context():
        assert product_by_sku("U-1").price_minor_units == 129_900
        assert product_by_sku("U-2").price_minor_units == 129_900
        assert product_by_sku("U-2").stock == 5
        created = db.session.scalars(select(Product).filter_by(sku="U-3")).one()
        assert created.deleted_at is not None
        assert (upload_in(shop, number).put_back, upload_in(shop, number).left_alone) == (3, 1)
    assert left_on(page) == [("U-2", "Stock")]
    again = post(merchandiser, f"/admin/feeds/{number}/undo")
    assert (again.status_code, number_of(again)) == (303, number), "it is undone once"
    assert "see where it stands" in merchandiser.get(again.location).text
    with shop.app_context():
        assert upload_in(shop, number).state == FeedState.UNDONE


def left_on(page: str) -> list[tuple[str, str]]:
    """What the page names that an undo left alone: the product that its link leads to, and what was changed of it."""
    named = r'<a href="/admin/products/([^"/]+)/history">[^<]+</a> <span class="hint">([^<]*)</span>'
    return re.findall(named, page)


def test_what_an_undo_left_alone_is_named_and_downloaded_where_there_is_much(
    shop: Flask, merchandiser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = imported(merchandiser, shop, archive(*(row(f"LEFT-{each}") for each in range(4))))
    with shop.app_context():
        for each in range(3):
            set_stock(f"LEFT-{each}", 9)
        db.session.commit()
    post(merchandiser, f"/admin/feeds/{number}/undo")
    work(shop)
    words = "created by this act, and stays on sale"
    assert sorted(left_on(merchandiser.get(f"/admin/feeds/{number}").text)) == [
        (f"LEFT-{each}", words) for each in range(3)
    ]
    monkeypatch.setattr("webapp.admin.feeds._LEFT_SHOWN", 1)
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert (len(left_on(page)), "and 2 more" in page) == (1, True)
    link = re.search(r'href="([^"]+left-alone.csv)"', page)
    assert link
    table = table_of(merchandiser.get(link[1]))
    assert [table[0], *sorted(table[1:])] == [["SKU", "Changed since"], *([f"LEFT-{each}", words] for each in range(3))]
    with shop.app_context():
        folder = shop.extensions["wiring"].settings.feeds_folder
        remove_forgotten(feeds_folder=folder, at=now() + FORGOTTEN_AFTER / 2)
    assert len(left_on(merchandiser.get(f"/admin/feeds/{number}").text)) == 1, "the list is no stray file"


def test_a_feeds_page_follows_what_its_history_takes_back(shop: Flask, merchandiser: FlaskClient) -> None:
    imported(merchandiser, shop, archive(row("H-1")))
    number = imported(merchandiser, shop, archive(row("H-1", stock="8"), row("H-2")))
    feed = f"/admin/feeds/{number}"
    with shop.app_context():
        batch = upload_in(shop, number).batch
    assert post(merchandiser, f"/admin/history/{batch}/undo").location == feed
    assert f'href="{feed}"' in merchandiser.get(f"/admin/history/{batch}").text
    post(merchandiser, f"{feed}/undo")
    work(shop)
    for state, pieces in (("finished", 8), ("undone", 3), ("finished", 8)):
        with shop.app_context():
            batch = db.session.scalars(select(ChangeBatch.id).filter_by(undoes=batch)).one()
        assert post(merchandiser, f"/admin/history/{batch}/undo").status_code == 303
        with shop.app_context():
            upload = upload_in(shop, number)
            assert (upload.state, upload.put_back) == (state, 2 if state == "undone" else 0)
            assert product_by_sku("H-1").stock == pieces
            withdrawn = db.session.scalars(select(Product.deleted_at).filter_by(sku="H-2")).one() is not None
            assert withdrawn == (state == "undone")
            assert bool(act(upload.batch).undone_by) == (state == "undone")
    assert "Undo the whole import" in merchandiser.get(feed).text
    post(merchandiser, f"{feed}/undo")
    work(shop)
    with shop.app_context():
        assert (upload_in(shop, number).state, upload_in(shop, number).left_alone) == ("undone", 0)
        assert product_by_sku("H-1").stock == 3
        assert db.session.scalars(select(Product.deleted_at).filter_by(sku="H-2")).one() is not None


def test_an_import_is_paused_and_goes_on_where_it_was(
    shop: Flask, merchandiser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = checked(merchandiser, shop, archive(*(row(f"P-{each}") for each in range(BATCH_ROWS + 5))))
    post(merchandiser, f"/admin/feeds/{number}/import")
    stopped = iter((False, True))
    with monkeypatch.context() as patch:
        # The worker's clock is too coarse for a feed of a second: the second batch is the one that is not begun.
        patch.setattr(JobProgress, "should_stop", lambda _self: next(stopped, True))
        work(shop)
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "5 rows of the feed were not reached." in page
    assert files_of(shop, number).is_dir()
    with shop.app_context():
        assert upload_in(shop, number).state == FeedState.PAUSED
        run_id, batch = upload_in(shop, number).run_id, upload_in(shop, number).batch
    post(merchandiser, f"/admin/feeds/{number}/import")
    work(shop)
    with shop.app_context():
        upload = upload_in(shop, number)
        assert (upload.state, upload.run_id, upload.batch) == (FeedState.FINISHED, run_id, batch)
        assert product_by_sku(f"P-{BATCH_ROWS + 4}").stock == 3


def test_a_pause_before_the_job_began_is_a_pause(shop: Flask, merchandiser: FlaskClient) -> None:
    number = checked(merchandiser, shop, archive(row("Q-1")))
    post(merchandiser, f"/admin/feeds/{number}/import")
    post(merchandiser, f"/admin/feeds/{number}/stop", **{"as": "paused"})
    work(shop)
    assert "Go on" in merchandiser.get(f"/admin/feeds/{number}").text
    post(merchandiser, f"/admin/feeds/{number}/import")
    post(merchandiser, f"/admin/feeds/{number}/stop", **{"as": "cancelled"})
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "Go on" not in page
    with shop.app_context():
        assert db.session.scalar(select(Product).filter_by(sku="Q-1")) is None
        look_after_feeds()
    assert not files_of(shop, number).exists()


def test_two_imports_do_not_overtake_each_other(shop: Flask, merchandiser: FlaskClient) -> None:
    first, second = (checked(merchandiser, shop, archive(row(sku))) for sku in ("T-1", "T-2"))
    assert post(merchandiser, f"/admin/feeds/{first}/import").status_code == 303
    refused = post(merchandiser, f"/admin/feeds/{second}/import")
    assert number_of(refused) == second
    assert "Another feed is being imported" in merchandiser.get(refused.location).text
    with shop.app_context():
        asked, upload = db.session.query(Job).count(), upload_in(shop, second)
        assert upload.state == FeedState.CHECKED
    assert number_of(post(merchandiser, f"/admin/feeds/{first}/import")) == first
    with shop.app_context():
        assert db.session.query(Job).count() == asked, "a double click begins nothing twice"


def test_what_has_ended_is_not_said_to_stop(shop: Flask, merchandiser: FlaskClient) -> None:
    number = imported(merchandiser, shop, archive(row("END-1")))
    stopped = post(merchandiser, f"/admin/feeds/{number}/stop", **{"as": "cancelled"})
    page = merchandiser.get(stopped.location).text
    assert "see where it stands" in page
    assert "stops at its next step" not in page
    with shop.app_context():
        assert upload_in(shop, number).ends_as == FeedState.PAUSED, "an undo of it is not made a cancelled import"


def test_a_feed_over_the_limit_is_refused_beside_its_form(shop: Flask, merchandiser: FlaskClient) -> None:
    shop.config["MAX_FEED_LENGTH"], limit = 200_000, shop.config["MAX_FEED_LENGTH"]
    try:
        refused = send(merchandiser, b"x" * 300_000, "large.csv")
    finally:
        shop.config["MAX_FEED_LENGTH"] = limit
    assert refused.status_code == 413
    assert 'class="problem" role="alert">The file is over the limit of 1,000 MB.' in refused.text
    assert 'name="feed"' in refused.text


def test_a_feed_of_prices_alone_is_checked_imported_and_undone(shop: Flask, merchandiser: FlaskClient) -> None:
    imported(merchandiser, shop, archive(row("PR-1"), row("PR-2")))
    content = "référence;prix\nPR-1;10,00 €\nPR-2;1 299,00 €\nPR-NEW;5,00 €\n".encode()
    number = checked(merchandiser, shop, content, name="prix.csv")
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "no product has this SKU yet, and a new one needs category, stock, image, title too" in page
    assert "Robe PR-1" in page, "the check shows the product as it will be"
    with shop.app_context():
        upload = upload_in(shop, number)
        assert [upload.rows_new, upload.rows_changed, upload.rows_unchanged, upload.rows_rejected] == [0, 1, 1, 1]
    post(merchandiser, f"/admin/feeds/{number}/import")
    work(shop)
    with shop.app_context():
        product = product_by_sku("PR-1")
        assert (product.price_minor_units, product.stock, len(product.images)) == (1000, 3, 1)
    post(merchandiser, f"/admin/feeds/{number}/undo")
    work(shop)
    with shop.app_context():
        assert product_by_sku("PR-1").price_minor_units == 129_900


def asks_first(page: str, address: str) -> bool:
    """Whether the page's buttons of this address all lie below words that are unfolded first."""
    buttons = page.count(f'action="{address}"')
    folded = re.findall(
        rf'<p>[^<]+</p>\s*<form action="{re.escape(address)}"[^<]*>(?:(?!</form>).)*</form>\s*</details>',
        page,
        re.DOTALL,
    )
    return 0 < buttons == len(folded)


def test_nothing_is_deleted_before_the_page_has_said_what_goes(
    shop: Flask, merchandiser: FlaskClient, supplier: str
) -> None:
    number = number_of(send(merchandiser, archive(row("A-1"))))
    feed = f"/admin/feeds/{number}"
    columns = merchandiser.get(f"{feed}/mapping").text
    assert asks_first(columns, f"{feed}/discard")
    form = form_of(columns)
    post(merchandiser, f"{feed}/mapping", act="save", label="Asked first", **form)
    post(merchandiser, f"{feed}/mapping", act="check", **form)
    work(shop)
    assert asks_first(merchandiser.get(feed).text, f"{feed}/discard")
    post(merchandiser, f"{feed}/import")
    post(merchandiser, f"{feed}/stop", **{"as": "paused"})
    work(shop)
    assert asks_first(merchandiser.get(feed).text, f"{feed}/discard")
    schedule(merchandiser, f"{supplier}/feed.csv", label="Asked first")
    with shop.app_context():
        saved_id = db.session.scalars(select(SavedMapping.id).filter_by(label="Asked first")).one()
        schedule_id = db.session.scalars(select(FeedSchedule.id).filter_by(label="Asked first")).one()
    assert asks_first(merchandiser.get("/admin/feeds").text, f"/admin/feeds/mappings/{saved_id}/delete")
    assert asks_first(merchandiser.get("/admin/feeds/schedules").text, f"/admin/feeds/schedules/{schedule_id}/delete")


def test_columns_are_saved_under_a_name_and_used_again(shop: Flask, merchandiser: FlaskClient) -> None:
    number = number_of(send(merchandiser, archive(row("S-1"))))
    address = f"/admin/feeds/{number}/mapping"
    form = form_of(merchandiser.get(address).text) | {"text-gender": "femme", "column-brand": column("Famille")}
    assert post(merchandiser, address, act="save", label="Maison", **form).status_code == 303
    other = number_of(send(merchandiser, archive(row("S-2"))))
    page = merchandiser.get(f"/admin/feeds/{other}/mapping").text
    saved_id = re.search(r'<option value="(\d+)">Maison', page)
    assert saved_id
    page = merchandiser.get(f"/admin/feeds/{other}/mapping?saved={saved_id[1]}").text
    assert form_of(page)["text-gender"] == "femme"
    assert form_of(page)["column-brand"] == column("Famille")
    assert post(merchandiser, f"/admin/feeds/mappings/{saved_id[1]}/delete").status_code == 303


def test_saved_columns_that_were_deleted_meanwhile_are_said_where_nothing_is_lost(
    shop: Flask, merchandiser: FlaskClient
) -> None:
    number = number_of(send(merchandiser, archive(row("S-3"))))
    address = f"/admin/feeds/{number}/mapping"
    form = form_of(merchandiser.get(address).text) | {"saved": "987654", "text-brand": "Maison typed"}
    refused = post(merchandiser, address, act="save", label="My label", **form)
    assert refused.status_code == 400
    assert "The saved columns were deleted meanwhile" in refused.text
    assert "not clear yet" not in refused.text
    assert 'value="My label"' in refused.text
    assert '<input type="hidden" name="saved" value="">' in refused.text
    kept = form_of(refused.text)
    assert post(merchandiser, address, act="check", **kept).status_code == 303
    with shop.app_context():
        assert upload_in(shop, number).mapping["defaults"]["brand"] == "Maison typed"


def test_an_older_link_to_saved_columns_shows_the_guess_and_says_so(merchandiser: FlaskClient) -> None:
    number = number_of(send(merchandiser, archive(row("S-4"))))
    page = merchandiser.get(f"/admin/feeds/{number}/mapping?saved=987654")
    assert page.status_code == 200
    assert "These saved columns are no longer there." in page.text
    assert form_of(page.text)["column-sku"] == column("Réf")


def test_a_mapping_file_is_kept_and_its_rules_survive_the_form(shop: Flask, merchandiser: FlaskClient) -> None:
    toml = '[fields]\nimage = "{Réf}.jpg"\ncategory = { column = "Famille", values = { "Robe" = "skirt" } }\n'
    token = csrf_token(merchandiser.get("/admin/feeds").text)
    sent = {"csrf_token": token, "mapping": (io.BytesIO(toml.encode()), "Fournisseur.toml")}
    page = merchandiser.post("/admin/feeds/mappings", data=sent, follow_redirects=True).text
    saved_id = re.search(r'<option value="(\d+)">Fournisseur', page)
    assert saved_id, page
    number = number_of(send(merchandiser, archive(row("M-1"))))
    address = f"/admin/feeds/{number}/mapping"
    form = form_of(merchandiser.get(f"{address}?saved={saved_id[1]}").text)
    assert form["column-image"] == "rule"
    form |= {
        "saved": saved_id[1],
        "column-sku": column("Réf"),
        "column-title": column("Désignation"),
        "column-price": column("Prix TTC"),
        "column-stock": column("Qté"),
    }
    assert post(merchandiser, address, act="check", **form).status_code == 303
    with shop.app_context():
        fields = upload_in(shop, number).mapping["fields"]
    assert fields["image"] == "{Réf}.jpg"
    assert fields["category"]["values"] == {"Robe": "skirt"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("feed.exe", b"MZ", "a feed is a .csv"),
        ("feed", b"sku", "feed: a feed is a .csv"),
        ("feed.csv", b"", "the first line must name the columns"),
        ("feed.csv", HEADER.encode(), "the feed has no rows"),
        ("feed.jsonl", b"[1, 2]", "this is one JSON list"),
        ("feed.jsonl", b"{\n{\n", "feed.jsonl: broken JSON"),
        ("feed.xlsx", b"PK\x03\x04", "feed.xlsx: this is a workbook; save it as “CSV UTF-8”"),
        ("feed.zip", b"PK nonsense", "this is no ZIP archive"),
        ("feed.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><rss>&a;</rss>", "feed.xml"),
    ],
)
def test_a_file_that_is_no_feed_is_refused_with_the_reason_and_not_kept(
    shop: Flask, merchandiser: FlaskClient, name: str, content: bytes, said: str
) -> None:
    folder: Path = shop.extensions["wiring"].settings.feeds_folder
    before = sorted(folder.iterdir()) if folder.is_dir() else []
    refused = send(merchandiser, content, name)
    assert refused.status_code == 422
    assert said in refused.text
    assert sorted(folder.iterdir()) == before


def test_columns_that_nothing_takes_are_named(shop: Flask, merchandiser: FlaskClient) -> None:
    number = number_of(send(merchandiser, archive(f"{row('UN-1')};rayon 4", header=f"{HEADER};Emplacement")))
    page = merchandiser.get(f"/admin/feeds/{number}/mapping").text
    assert "1 column of the feed is not taken" in page
    assert "<li>Emplacement (rayon 4)</li>" in page


def test_an_import_whose_process_is_gone_says_so_and_that_it_goes_on(shop: Flask, merchandiser: FlaskClient) -> None:
    number = checked(merchandiser, shop, archive(row("SIL-1")))
    post(merchandiser, f"/admin/feeds/{number}/import")
    with shop.app_context():
        job = db.session.get_one(Job, upload_in(shop, number).job_id)
        job.state, job.alive_at, job_id = JobState.RUNNING, now(), job.id
        db.session.commit()
    progress = f"/admin/jobs/{job_id}/progress"
    assert "data-silent hidden>No sign of life" in merchandiser.get(f"/admin/feeds/{number}").text
    assert merchandiser.get(progress).json["silent"] is False
    with shop.app_context():
        db.session.get_one(Job, job_id).alive_at = now() - SILENT_AFTER * 1.1
        db.session.commit()
    assert "data-silent>No sign of life" in merchandiser.get(f"/admin/feeds/{number}").text
    assert merchandiser.get(progress).json["silent"] is True


def test_a_mapping_without_what_a_product_needs_is_said_beside_the_fields(
    shop: Flask, merchandiser: FlaskClient
) -> None:
    number = number_of(send(merchandiser, archive("1;2", header="alpha;beta")))
    refused = post(merchandiser, f"/admin/feeds/{number}/mapping", act="check", language="fr")
    assert refused.status_code == 400
    assert set(re.findall(r'id="problem-(\w+)"', refused.text)) == {
        "sku", "title", "category", "price", "stock", "image",
    }  # fmt: skip


def test_a_feed_larger_than_a_photo_is_taken_from_a_merchandiser_alone(shop: Flask, merchandiser: FlaskClient) -> None:
    large = archive(*(row(f"L-{each}") for each in range(1)), header=HEADER) + b"\0" * 150_000
    assert len(large) > 100_000
    assert send(merchandiser, large, "padded.zip").status_code in (303, 422)
    shopper = shop.test_client()
    log_in(shopper, shop, Role.SHOPPER)
    token = csrf_token(shopper.get("/account/profile").text)
    refused = shopper.post("/admin/feeds", data={"csrf_token": token, "feed": (io.BytesIO(large), "feed.csv")})
    assert refused.status_code in (403, 413)


def test_a_job_that_was_lost_leaves_a_feed_that_can_go_on(shop: Flask, merchandiser: FlaskClient) -> None:
    number = checked(merchandiser, shop, archive(row("J-1")))
    with shop.app_context():
        upload = upload_in(shop, number)
        upload.state = FeedState.IMPORTING
        upload.job_id = None
        db.session.commit()
    assert "Go on" in merchandiser.get(f"/admin/feeds/{number}").text


def test_feeds_that_nobody_imports_are_removed(shop: Flask, merchandiser: FlaskClient) -> None:
    number = checked(merchandiser, shop, archive(row("O-1")))
    with shop.app_context():
        upload_in(shop, number).created_at = now() - FORGOTTEN_AFTER * 1.1
        db.session.commit()
        assert look_after_feeds()
    assert not files_of(shop, number).exists()
    assert "Discarded" in merchandiser.get(f"/admin/feeds/{number}").text


def test_json_lines_come_through_the_desk_too(shop: Flask, merchandiser: FlaskClient) -> None:
    lines = [{"ref": f"JL-{each}", "nom": "Jean", "type": "jean", "prix": 10.5, "stock": 1} for each in range(3)]
    number = number_of(send(merchandiser, "\n".join(map(json.dumps, lines)).encode(), "feed.jsonl"))
    page = merchandiser.get(f"/admin/feeds/{number}/mapping").text
    form = form_of(page)
    assert (form["column-sku"], form["column-price"]) == ("column:0", "column:3")


def test_a_table_that_is_taken_for_googles_is_told_so_before_and_after_its_check(
    shop: Flask, merchandiser: FlaskClient
) -> None:
    table = "id,title,product_type,price,quantity,image_link\nG-1,Dress,dress,9 EUR,1,a.jpg\n"
    said = "Read as Google Merchant’s product data"
    number = number_of(send(merchandiser, table.encode(), "google.csv"))
    page = merchandiser.get(f"/admin/feeds/{number}/mapping").text
    assert said in page
    post(merchandiser, f"/admin/feeds/{number}/mapping", act="check", **form_of(page))
    work(shop)
    assert said in merchandiser.get(f"/admin/feeds/{number}").text
    number = number_of(send(merchandiser, table.replace("id,", "sku,", 1).encode(), "ours.csv"))
    assert said not in merchandiser.get(f"/admin/feeds/{number}/mapping").text


@pytest.mark.parametrize(("number", "deleted"), [(999_999, 303), (10**30, 404)])
def test_an_unknown_feed_is_not_there(shop: Flask, merchandiser: FlaskClient, number: int, deleted: int) -> None:
    assert merchandiser.get(f"/admin/feeds/{number}").status_code == 404
    assert merchandiser.get(f"/admin/feeds/schedules?edit={number}").status_code in (200, 404)
    assert post(merchandiser, f"/admin/feeds/schedules/{number}/fetch").status_code == 404
    assert post(merchandiser, f"/admin/feeds/mappings/{number}/delete").status_code == deleted


def test_a_file_is_known_by_its_ending_whatever_its_name(shop: Flask, merchandiser: FlaskClient) -> None:
    for name in ("../../产品.zip", "C:\\feeds\\x.ZIP", "é" * 300 + ".zip"):
        number = number_of(send(merchandiser, archive(row("N-1")), name))
        with shop.app_context():
            file = upload_in(shop, number).file
        assert re.fullmatch(r"[\w-]{1,100}\.(zip|ZIP)", file), file


def test_a_column_whose_name_has_a_line_break_is_a_column(shop: Flask, merchandiser: FlaskClient) -> None:
    header = HEADER.replace("Prix TTC", '"Prix\nTTC"')
    number = checked(merchandiser, shop, archive(row("K-1"), header=header))
    with shop.app_context():
        assert upload_in(shop, number).rows_new == 1


def test_saved_columns_that_a_feed_has_not_are_said(shop: Flask, merchandiser: FlaskClient) -> None:
    with shop.app_context():
        db.session.add(SavedMapping(label="Other", document={"fields": {"sku": "Code"}}))
        db.session.commit()
        saved_id = db.session.scalars(select(SavedMapping.id).filter_by(label="Other")).one()
    number = number_of(send(merchandiser, archive(row("Z-1"))))
    page = merchandiser.get(f"/admin/feeds/{number}/mapping?saved={saved_id}").text
    assert "The feed has no column “Code”." in page


def test_a_feed_of_very_many_columns_is_answered_with_a_page_of_bounded_size(
    shop: Flask, merchandiser: FlaskClient
) -> None:
    header = ";".join(f"c{each}" for each in range(15_000))
    number = number_of(send(merchandiser, f"{header}\n{';' * 14_999}x".encode(), "wide.csv"))
    assert len(merchandiser.get(f"/admin/feeds/{number}/mapping").data) < 1_000_000


def test_a_feed_whose_file_is_gone_is_said_and_can_be_discarded(shop: Flask, merchandiser: FlaskClient) -> None:
    number = number_of(send(merchandiser, archive(row("G-1"))))
    shutil.rmtree(files_of(shop, number))
    assert merchandiser.get(f"/admin/feeds/{number}/mapping").status_code == 422
    assert post(merchandiser, f"/admin/feeds/{number}/discard").status_code == 303


def table_of(response: TestResponse) -> list[list[str]]:
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))


class Supplier(BaseHTTPRequestHandler):
    """A supplier's web server, which gives the same feed to everybody."""

    content = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.content else 503)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def supplier(shop: Flask) -> Iterator[str]:
    """The address of a supplier's server on this machine, which the shop may fetch from for once."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Supplier)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    adapters = shop.extensions["wiring"].__dict__
    adapters["fetcher"] = Fetcher([AllowedHost.read(f"127.0.0.1:{port}")], is_public=lambda _: True)
    yield f"http://127.0.0.1:{port}"
    del adapters["fetcher"]
    server.shutdown()
    server.server_close()


def schedule(client: FlaskClient, feed: str, /, **changes: str) -> TestResponse:
    fields = {"label": "Maison", "address": feed, "mapping": "", "when": "every-6", "is_on": "1"} | changes
    return post(client, "/admin/feeds/schedules", **fields)


def test_a_schedule_fetches_a_feed_and_imports_it(shop: Flask, merchandiser: FlaskClient, supplier: str) -> None:
    header = "sku;title_fr;category;price;stock;image"
    Supplier.content = archive(row("W-1"), header=header)
    assert schedule(merchandiser, f"{supplier}/export.php").status_code == 303
    with shop.app_context():
        kept = db.session.scalars(select(FeedSchedule).filter_by(label="Maison")).one()
        schedule_id, first_time = kept.id, kept.next_at
        look_after_feeds()
        assert not run_next_job({"fetch_feed"}), "its time has not come"
        kept.next_at = now()
        db.session.commit()
        look_after_feeds()
        assert run_next_job({"fetch_feed"})
        assert kept.next_at > first_time
    work(shop)
    with shop.app_context():
        assert product_by_sku("W-1").stock == 3
    assert "feed.zip" in merchandiser.get("/admin/feeds/schedules").text
    Supplier.content = archive(row("W-2"))
    for _ in range(2):
        post(merchandiser, f"/admin/feeds/schedules/{schedule_id}/fetch")
        with shop.app_context():
            assert run_next_job({"fetch_feed"})
        work(shop)
    with shop.app_context():
        fetched = db.session.scalars(
            select(FeedUpload).filter_by(schedule_id=schedule_id).order_by(FeedUpload.id)
        ).all()
        assert [each.state for each in fetched] == ["finished", "cancelled", "uploaded"], "the older one is out of date"
        number = fetched[-1].id
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert "nothing gives" in page
    assert "Look at the columns" in page
    post(merchandiser, f"/admin/feeds/{number}/discard")
    Supplier.content = b""
    post(merchandiser, f"/admin/feeds/schedules/{schedule_id}/fetch")
    with shop.app_context():
        assert run_next_job({"fetch_feed"})
    assert "the host answers 503 instead of the file" in merchandiser.get("/admin/feeds/schedules").text
    assert post(merchandiser, f"/admin/feeds/schedules/{schedule_id}/delete").status_code == 303
    assert post(merchandiser, f"/admin/feeds/schedules/{schedule_id}/fetch").status_code == 404


def test_a_schedule_says_what_came_of_it_and_a_failure_is_said_where_feeds_are_sent(
    shop: Flask, merchandiser: FlaskClient, supplier: str
) -> None:
    header = "sku;title_fr;category;price;stock;image"
    Supplier.content = archive(row("SAID-1"), row("SAID-2", picture="none.jpg"), header=header)
    schedule(merchandiser, f"{supplier}/said.zip", label="Said")
    with shop.app_context():
        number = db.session.scalars(select(FeedSchedule.id).filter_by(label="Said")).one()
    post(merchandiser, f"/admin/feeds/schedules/{number}/fetch")
    page = merchandiser.get("/admin/feeds/schedules").text
    assert "Being fetched…" in page
    assert f"/admin/feeds/schedules/{number}/fetch" not in page, "it is being fetched already"
    with shop.app_context():
        assert run_next_job({"fetch_feed"})
    work(shop)
    page = merchandiser.get("/admin/feeds/schedules").text
    assert "1 new, 0 changed," in page
    assert '<span class="is-out">1 rejected</span>' in page
    assert "Being fetched…" not in page
    Supplier.content = b""
    post(merchandiser, f"/admin/feeds/schedules/{number}/fetch")
    with shop.app_context():
        assert run_next_job({"fetch_feed"})
    assert "A scheduled feed could not be fetched: Said." in merchandiser.get("/admin/feeds").text
    post(merchandiser, f"/admin/feeds/schedules/{number}/delete")
    assert "could not be fetched" not in merchandiser.get("/admin/feeds").text


def test_older_feeds_are_on_further_pages(shop: Flask, merchandiser: FlaskClient) -> None:
    with shop.app_context():
        first = db.session.scalars(select(FeedUpload.id).order_by(FeedUpload.id)).first()
        db.session.add_all(
            FeedUpload(folder=f"older-{each}", file="older.csv", size_bytes=1, state=FeedState.CANCELLED)
            for each in range(50)
        )
        db.session.commit()
    assert f'/admin/feeds/{first}"' not in merchandiser.get("/admin/feeds").text
    last = re.findall(r"Page 1 of (\d+)", merchandiser.get("/admin/feeds").text)
    assert f'/admin/feeds/{first}"' in merchandiser.get(f"/admin/feeds?page={last[0]}").text
    assert merchandiser.get("/admin/feeds?page=x").status_code == 400
    with shop.app_context():
        db.session.query(FeedUpload).filter_by(file="older.csv").delete()
        db.session.commit()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "http://169.254.169.254/latest"}, "address"),
        ({"address": "file:///etc/passwd"}, "address"),
        ({"address": ""}, "address"),
        ({"label": ""}, "label"),
        ({"when": "at-25"}, "when"),
        ({"mapping": "99999"}, "mapping"),
        ({"mapping": "x" * 400}, "mapping"),
    ],
)
def test_a_schedule_that_cannot_be_is_said_beside_its_field(
    shop: Flask, merchandiser: FlaskClient, supplier: str, changes: dict[str, str], field: str
) -> None:
    refused = schedule(merchandiser, f"{supplier}/feed.csv", **changes)
    assert refused.status_code == 400
    assert re.findall(r'id="(\w+)-problem"', refused.text) == [field]


def test_a_forged_number_of_saved_columns_that_begins_like_a_true_one_is_refused(
    shop: Flask, merchandiser: FlaskClient, supplier: str
) -> None:
    with shop.app_context():
        saved = SavedMapping(label="True", document={"by_name": True})
        db.session.add(saved)
        db.session.commit()
        number = f"{saved.id:09d}"
    refused = schedule(merchandiser, f"{supplier}/feed.csv", label="Forged", mapping=f"{number}7")
    assert refused.status_code == 400
    assert re.findall(r'id="(\w+)-problem"', refused.text) == ["mapping"]
    assert schedule(merchandiser, f"{supplier}/feed.csv", label="True", mapping=number).status_code == 303
    with shop.app_context():
        kept = db.session.scalars(select(FeedSchedule).filter(FeedSchedule.label.in_(["Forged", "True"]))).one()
        assert kept.mapping_id == int(number)


@pytest.mark.parametrize(
    ("feed_format", "begins"),
    [("csv", b"sku"), ("jsonl", b"{"), ("zip", b"PK"), ("google-xml", b"<?xml"), ("google-tsv", b"id\t")],
)
def test_what_the_list_shows_is_exported(
    shop: Flask, merchandiser: FlaskClient, feed_format: str, begins: bytes
) -> None:
    address = f"/admin/feeds/export/file?category=dress&format={feed_format}"
    exported = merchandiser.get(address)
    assert exported.status_code == 200
    assert exported.data.removeprefix(b"\xef\xbb\xbf").startswith(begins)
    assert "attachment" in exported.headers["Content-Disposition"]


def test_an_export_brings_the_same_products_back(shop: Flask, merchandiser: FlaskClient) -> None:
    imported(merchandiser, shop, archive(row("X-1"), row("X-2", stock="0")))
    exported = merchandiser.get("/admin/feeds/export/file?q=X-1&format=zip").data
    number = number_of(send(merchandiser, exported, "products.zip"))
    form = form_of(merchandiser.get(f"/admin/feeds/{number}/mapping").text)
    assert post(merchandiser, f"/admin/feeds/{number}/mapping", act="check", **form).status_code == 303
    work(shop)
    with shop.app_context():
        upload = upload_in(shop, number)
        assert (upload.rows_total, upload.rows_rejected, upload.rows_new) == (1, 0, 0)
        before = product_by_sku("X-1")
        said = (before.titles, before.price_minor_units, before.stock, before.images[0].content_hash)
    post(merchandiser, f"/admin/feeds/{number}/import")
    work(shop)
    with shop.app_context():
        after = product_by_sku("X-1")
        assert (after.titles, after.price_minor_units, after.stock, after.images[0].content_hash) == said


@pytest.mark.parametrize("feed_format", ["csv", "jsonl", "zip"])
def test_an_export_that_comes_back_changes_what_was_edited_in_it_alone(
    shop: Flask, merchandiser: FlaskClient, feed_format: str
) -> None:
    skus = [f"RT-{feed_format}-{each}" for each in range(3)]
    imported(merchandiser, shop, archive(*map(row, skus)))
    exported = merchandiser.get(f"/admin/feeds/export/file?format={feed_format}").data
    number = checked(merchandiser, shop, exported, name=f"products.{feed_format}")
    with shop.app_context():
        upload = upload_in(shop, number)
        said = (upload.rows_new, upload.rows_changed, upload.rows_rejected)
        assert said == (0, 0, 0)
        assert upload.rows_unchanged == upload.rows_total >= 3
    if feed_format == "zip":
        return
    edited = exported.replace(b"1299.00", b"999.00")
    number = checked(merchandiser, shop, edited, name=f"products.{feed_format}")
    page = merchandiser.get(f"/admin/feeds/{number}").text
    assert ("Price", "€1,299.00", "€999.00") in changes_on(page)
    post(merchandiser, f"/admin/feeds/{number}/import")
    work(shop)
    with shop.app_context():
        upload = upload_in(shop, number)
        run = db.session.get_one(ImportRun, upload.run_id)
        assert (run.created, run.updated, run.unchanged) == (0, upload.rows_changed, upload.rows_unchanged)
        assert run.updated == exported.count(b"1299.00")
        assert product_by_sku(skus[0]).price_minor_units == 99_900


@pytest.mark.parametrize("query", ["", "format=exe", "format=csv&language=xx", "format=csv&min_price=x"])
def test_an_export_of_an_unknown_kind_is_refused(shop: Flask, merchandiser: FlaskClient, query: str) -> None:
    assert merchandiser.get(f"/admin/feeds/export/file?{query}").status_code == 400


def test_the_export_page_says_how_many_products_go(shop: Flask, merchandiser: FlaskClient) -> None:
    page = merchandiser.get("/admin/feeds/export?q=no-such-thing-at-all").text
    assert "The filter shows no product." in page
    assert "google-xml" in merchandiser.get("/admin/feeds/export?category=dress").text
