"""Changes of a whole list, undos and imports run beside each other: none waits for another, and nothing is lost."""

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import event, select

from catalog.bulk_edit import apply_in_pieces, read_bulk_edit, those
from catalog.history import changes_by, undo_batch
from catalog.history_models import ProductChange
from catalog.import_feed import import_feed
from catalog.listing import any_product, lock_product
from catalog.models import Product
from privacy.audit_notes import SYSTEM
from storage.database import db
from tests.factories import demo_settings
from webapp import create_app
from webapp.jobs import tasks
from webapp.jobs.lanes import EditWorker, FeedWorker
from webapp.jobs.models import Job, JobState, Outcome
from webapp.jobs.queue import JobProgress, enqueue
from webapp.wiring import wiring

AT_MOST_SECONDS = 60
ACT = "b" * 32
Work = Callable[[Callable[[], None]], None]
"""Changes products; calls what it is given when it is about to."""


@pytest.fixture
def shop(seeded_instance: Path, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(demo_settings(Path(shutil.copytree(seeded_instance, tmp_path / "instance"))))
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def product(shop: Flask) -> Product:
    return db.session.scalars(select(Product).order_by(Product.id).limit(1)).one()


def change_beside(work: Work, product: Product, **values: Any) -> None:
    """Change the product while `work` is about to; it is committed as soon as `work` has to wait for it."""
    app, engine = current_app._get_current_object(), db.engine  # type: ignore[attr-defined]
    is_about_to, is_written, waits = threading.Event(), threading.Event(), threading.Event()

    def when_about_to() -> None:
        is_about_to.set()
        assert is_written.wait(AT_MOST_SECONDS)

    def in_its_thread() -> None:
        with app.app_context():
            work(when_about_to)

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if is_written.is_set() and statement.startswith(("BEGIN", "INSERT", "UPDATE")):
            waits.set()

    event.listen(engine, "before_cursor_execute", look)
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(in_its_thread)
        assert is_about_to.wait(AT_MOST_SECONDS)
        with changes_by(SYSTEM, kind="form"):
            for name, value in values.items():
                setattr(product, name, value)
        is_written.set()
        assert waits.wait(AT_MOST_SECONDS)
        db.session.commit()
        done.result(AT_MOST_SECONDS)
    event.remove(engine, "before_cursor_execute", look)


def before_and_after(product: Product, batch: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    change = db.session.scalars(select(ProductChange).filter_by(batch_id=batch, product_id=product.id)).one()
    return change.before, change.after


def test_a_bulk_edit_changes_what_an_import_has_just_written(product: Product) -> None:
    price, product_id = product.price_minor_units, product.id

    def edit(about_to: Callable[[], None]) -> None:
        about_to()
        with changes_by(SYSTEM, kind="bulk edit", batch=ACT):
            assert apply_in_pieces(read_bulk_edit("price", "+10"), those([product_id]), batch=ACT)
        db.session.commit()

    change_beside(edit, product, price_minor_units=price * 2)
    dearer = product.price_minor_units
    assert dearer == pytest.approx(price * 2.2, abs=1)
    assert before_and_after(product, ACT) == ({"price_minor_units": price * 2}, {"price_minor_units": dearer})
    assert undo_batch(ACT, actor=SYSTEM).put_back == 1
    assert product.price_minor_units == price * 2


def test_an_import_records_what_a_bulk_edit_has_just_written(product: Product, tmp_path: Path) -> None:
    feed = tmp_path / "prices.csv"
    feed.write_text(f"sku,price,currency\n{product.sku},77.00,{product.currency}\n", encoding="utf-8")
    price, brand = product.price_minor_units, product.brand
    blobs = wiring().blobs

    def bring_in(about_to: Callable[[], None]) -> None:
        rows: list[int] = []

        def at(done: int, _total: int) -> None:
            if not rows:
                rows.append(done)
                about_to()

        with changes_by(SYSTEM, kind="import", batch=ACT):
            assert import_feed(feed, blobs=blobs, on_progress=at).updated == 1

    change_beside(bring_in, product, price_minor_units=price * 2, brand="Ourika")
    assert (product.price_minor_units, product.brand) == (7700, "Ourika")
    before, after = before_and_after(product, ACT)
    assert before is not None
    assert (before["price_minor_units"], after["price_minor_units"]) == (price * 2, 7700)
    assert undo_batch(ACT, actor=SYSTEM).put_back == 1
    assert (product.price_minor_units, product.brand) == (price * 2, "Ourika")
    assert brand != "Ourika"


def test_an_undo_leaves_alone_what_was_changed_just_before_it(product: Product) -> None:
    with changes_by(SYSTEM, kind="bulk edit", batch=ACT):
        product.brand = "Atlas"
    db.session.commit()
    reports = []

    def undo(about_to: Callable[[], None]) -> None:
        about_to()
        reports.append(undo_batch(ACT, actor=SYSTEM))

    change_beside(undo, product, brand="Ourika")
    assert product.brand == "Ourika"
    assert [(report.put_back, report.left_alone) for report in reports] == [(0, 1)]


def test_a_bulk_edit_does_not_wait_for_the_end_of_a_feed(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    fetching, edited = threading.Event(), threading.Event()

    def fetch_for_long(progress: JobProgress, *, schedule_id: int) -> Outcome:
        fetching.set()
        assert edited.wait(AT_MOST_SECONDS)
        return {"problem": "", "bytes": schedule_id}

    def edit(progress: JobProgress, **arguments: Any) -> Outcome:
        outcome = tasks.bulk_edit(progress, **arguments)
        edited.set()
        return outcome

    monkeypatch.setitem(tasks.TASKS, "fetch_feed", fetch_for_long)
    monkeypatch.setitem(tasks.TASKS, "bulk_edit", edit)
    told = {
        "action": "brand",
        "value": "Ourika",
        "query": "",
        "up_to": 10**6,
        "batch": ACT,
        "actor": SYSTEM,
        "role": "",
    }
    jobs = enqueue("fetch_feed", schedule_id=1), enqueue("bulk_edit", **told)
    fetch_id, edit_id = (job.id for job in jobs)
    db.session.commit()
    lanes = FeedWorker(shop), EditWorker(shop)
    lanes[0].start()
    assert fetching.wait(AT_MOST_SECONDS)
    lanes[1].start()
    assert edited.wait(AT_MOST_SECONDS)
    for lane in lanes:
        lane.stop()
    db.session.expire_all()
    assert {db.session.get_one(Job, job_id).state for job_id in (fetch_id, edit_id)} == {JobState.DONE}
    assert set(db.session.scalars(select(Product.brand).where(Product.deleted_at.is_(None)))) == {"Ourika"}


def test_every_task_has_one_thread_that_runs_it() -> None:
    assert not tasks.FEED_TASKS & tasks.EDIT_TASKS
    assert set(tasks.TASKS) >= tasks.FEED_TASKS | tasks.EDIT_TASKS


def test_a_form_meets_what_was_written_just_before_it_is_saved(product: Product) -> None:
    sku, brands = product.sku, [product.brand]

    def save(about_to: Callable[[], None]) -> None:
        shown = any_product(sku)
        assert shown.brand == brands[0]
        about_to()
        brands.append(lock_product(sku).brand)
        db.session.rollback()

    change_beside(save, product, brand="Ourika")
    assert brands[1:] == ["Ourika"]
