"""Background jobs: the queue, the worker thread, progress, cancel, and the index's repair at start-up."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.models import Role
from catalog.editing import soft_delete
from catalog.models import ProductImage
from catalog.products import LiveImage, live_images
from privacy.sources import Scope
from recommender.errors import PicturesUnreadable
from recommender.indexing import index_difference, synchronise_index
from recommender.models import ImageEmbedding
from recommender.putting_right import unreadable_pictures
from storage.database import db, now
from tests.journeys.test_shopper import log_in
from webapp.jobs import pulse, tasks
from webapp.jobs.jobs_source import JobsSource
from webapp.jobs.models import Job, JobState, Outcome
from webapp.jobs.queue import JobProgress, claim_next, enqueue, request_cancel
from webapp.jobs.worker import JobWorker, run_next_job
from webapp.wiring import wiring


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


@pytest.fixture
def worker(context: Flask) -> Iterator[JobWorker]:
    running = JobWorker(context)
    running.start()
    yield running
    running.stop()


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait for background work to show."""
    for _ in range(200):
        db.session.rollback()
        if condition():
            return True
        time.sleep(0.05)
    return False


def differs() -> bool:
    return bool(index_difference(wiring().index, wiring().image_encoder.identity))


def test_an_update_of_an_equal_index_does_nothing(context: Flask) -> None:
    built_at = wiring().index.manifest.built_at
    report = synchronise_index(wiring().index, wiring().image_encoder, wiring().blobs)
    assert (report.embedded, report.reused, report.removed) == (0, 0, 0)
    assert wiring().index.manifest.built_at == built_at


def test_start_up_repairs_rows_that_the_index_lacks_or_has_too_many(context: Flask) -> None:
    index = wiring().index
    rows = index.row_ids()
    stray = np.eye(1, index.manifest.encoder.dim, dtype=np.float32)
    index.apply(add_ids=np.array([99_999]), add_vectors=stray, remove_ids=rows[:5])
    assert differs()
    worker = JobWorker(context)
    worker.start()
    try:
        assert eventually(lambda: not differs())
    finally:
        worker.stop()
    assert index.row_ids().tolist() == rows.tolist()
    job = db.session.query(Job).filter_by(task="update_index").one()
    assert job.state == JobState.DONE
    assert (job.outcome["reused"], job.outcome["removed"]) == (5, 1)


def test_a_product_off_sale_leaves_the_index_at_the_next_update(context: Flask) -> None:
    image = db.session.query(ProductImage).first()
    assert image is not None
    image_id, sku = image.id, image.product.sku
    soft_delete(sku)
    db.session.commit()
    synchronise_index(wiring().index, wiring().image_encoder, wiring().blobs)
    assert image_id not in wiring().index.row_ids()


def test_a_rebuild_reuses_every_stored_embedding(context: Flask) -> None:
    rows = wiring().index.manifest.rows
    report = synchronise_index(wiring().index, wiring().image_encoder, wiring().blobs, rebuild=True)
    assert report.embedded == 0
    assert report.rows == rows


def lose_embeddings(*pictures: LiveImage) -> None:
    hashes = [picture.content_hash for picture in pictures]
    db.session.query(ImageEmbedding).filter(ImageEmbedding.content_hash.in_(hashes)).delete()
    db.session.commit()


def test_a_picture_that_is_gone_or_damaged_keeps_no_other_from_the_index(context: Flask, client: FlaskClient) -> None:
    rows, encoder, blobs = wiring().index.manifest.rows, wiring().image_encoder, wiring().blobs
    gone, damaged, *_ = live_images()
    blobs.delete(gone.blob_key)
    blobs.put(damaged.blob_key, b"no picture")
    lose_embeddings(gone, damaged)
    report = synchronise_index(wiring().index, encoder, blobs, rebuild=True)
    assert (report.rows, set(report.unreadable)) == (rows - 2, {gone.image_id, damaged.image_id})
    products = {db.session.get_one(ProductImage, one.image_id).product for one in (gone, damaged)}
    outcome = tasks.index_outcome(report)
    assert (outcome["unreadable"], set(outcome["unreadable_skus"])) == (2, {product.sku for product in products})
    found = list(unreadable_pictures(encoder.identity, blobs))
    assert {finding.product_id for finding in found} == {product.id for product in products}
    log_in(client, context, Role.MERCHANDISER)
    for product in products:
        page = client.get(f"/admin/products/{product.sku}")
        assert page.status_code == 200
        assert f"/admin/products/{product.sku}/edit" in page.text


def test_a_rebuild_that_cannot_read_the_pictures_leaves_the_index_in_use(context: Flask) -> None:
    rows = wiring().index.row_ids().tolist()
    pictures = list(live_images())
    for picture in pictures:
        wiring().blobs.delete(picture.blob_key)
    lose_embeddings(*pictures)
    with pytest.raises(PicturesUnreadable):
        synchronise_index(wiring().index, wiring().image_encoder, wiring().blobs, rebuild=True)
    assert wiring().index.row_ids().tolist() == rows


def test_a_stopped_run_keeps_what_it_embedded_and_the_next_one_goes_on(context: Flask) -> None:
    rows = wiring().index.manifest.rows
    db.session.query(ImageEmbedding).delete()
    db.session.commit()
    seen: list[int] = []
    stopped = synchronise_index(
        wiring().index,
        wiring().image_encoder,
        wiring().blobs,
        rebuild=True,
        on_progress=lambda done, total: seen.append(done),
        should_stop=lambda: len(seen) > 1,
    )
    assert not stopped.finished
    assert 0 < stopped.embedded < rows
    resumed = synchronise_index(wiring().index, wiring().image_encoder, wiring().blobs)
    assert resumed.finished
    assert resumed.rows == rows
    assert resumed.embedded < rows


def test_a_job_runs_in_the_background_and_shows_its_end(worker: JobWorker) -> None:
    job_id = enqueue("update_index", rebuild=True).id
    db.session.commit()
    assert eventually(lambda: db.session.get_one(Job, job_id).state == JobState.DONE)
    assert db.session.get_one(Job, job_id).outcome["rows"] == wiring().index.manifest.rows


def test_the_same_job_is_not_queued_twice(context: Flask) -> None:
    assert enqueue("update_index", rebuild=True).id == enqueue("update_index", rebuild=True).id
    assert enqueue("update_index", rebuild=False).id != enqueue("update_index", rebuild=True).id


def test_a_waiting_job_is_cancelled_at_once(context: Flask) -> None:
    job = enqueue("update_index")
    request_cancel(job.id)
    db.session.commit()
    assert db.session.get_one(Job, job.id).state == JobState.CANCELLED
    assert claim_next() is None


def test_a_running_job_stops_at_its_next_step(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []

    def count_to_a_hundred(progress: JobProgress) -> Outcome:
        for step in range(100):
            if step == 3:
                request_cancel(job_id)
                db.session.commit()
            progress.report(100, 100)
            if progress.should_stop():
                break
            steps.append(step)
        return {"steps": len(steps)}

    monkeypatch.setitem(tasks.TASKS, "count", count_to_a_hundred)
    job_id = enqueue("count").id
    db.session.commit()
    assert run_next_job()
    assert steps == [0, 1, 2]
    stopped = db.session.get_one(Job, job_id)
    assert (stopped.state, stopped.outcome) == (JobState.CANCELLED, {"steps": 3})


def test_a_failing_job_says_why_and_the_queue_goes_on(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(progress: JobProgress) -> Outcome:
        raise OSError("the disk is on fire")

    monkeypatch.setitem(tasks.TASKS, "fail", fail)
    failing, next_one = enqueue("fail").id, enqueue("update_index").id
    db.session.commit()
    assert run_next_job()
    assert run_next_job()
    failed = db.session.get_one(Job, failing)
    assert (failed.outcome, failed.result) == ({}, "OSError: the disk is on fire")
    assert db.session.get_one(Job, next_one).state == JobState.DONE


def test_a_job_at_a_long_step_shows_life_and_no_other_process_takes_it(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Job | None] = []

    def one_long_step(progress: JobProgress) -> Outcome:
        db.session.get_one(Job, job_id).alive_at = now() - timedelta(minutes=5)
        db.session.commit()
        assert eventually(lambda: (db.session.get_one(Job, job_id).alive_at or now()) > now() - timedelta(minutes=1))
        taken.append(claim_next())
        return {}

    monkeypatch.setattr(pulse, "BEAT_SECONDS", 0.01)
    monkeypatch.setitem(tasks.TASKS, "load weights", one_long_step)
    job_id = enqueue("load weights").id
    db.session.commit()
    assert run_next_job()
    assert db.session.get_one(Job, job_id).state == JobState.DONE
    assert taken == [None]


def test_the_job_of_a_killed_process_is_taken_up_again(context: Flask) -> None:
    job = enqueue("update_index")
    db.session.commit()
    assert claim_next() is not None
    assert claim_next() is None, "a job that shows signs of life belongs to its process"
    job.alive_at = now() - timedelta(minutes=5)
    db.session.commit()
    assert run_next_job()
    assert db.session.get_one(Job, job.id).state == JobState.DONE


def test_the_page_says_what_a_job_did_and_what_one_of_an_earlier_release_wrote(
    context: Flask, client: FlaskClient
) -> None:
    log_in(client, context, Role.MERCHANDISER)
    update = enqueue("update_index").id
    earlier = Job(task="bulk_edit", arguments={"action": "brand", "value": "Nobody"}, state=JobState.DONE.value)
    earlier.result = "3 products changed (stopped early)"
    db.session.add(earlier)
    db.session.commit()
    earlier_id, rows = earlier.id, wiring().index.manifest.rows
    assert run_next_job()
    french = {"Accept-Language": "fr"}
    page = client.get(f"/admin/jobs/{update}", headers=french).text
    assert f"<p>Lignes\u00a0: {rows}\u202f; calculées\u00a0: 0\u202f;" in page
    page = client.get(f"/admin/jobs/{earlier_id}", headers=french).text
    assert '<pre class="report" lang="en">3 products changed (stopped early)</pre>' in page


@pytest.mark.parametrize("field", ["arguments", "outcome"])
def test_a_job_that_names_a_photo_is_erased_with_it(context: Flask, field: str) -> None:
    photo, other = "a" * 32, "b" * 32
    db.session.add_all([Job(task="anything", **{field: {"about": [name]}}) for name in (photo, other)])
    db.session.commit()
    source, scope = JobsSource(), Scope("p" * 32, photo_id=photo)
    assert source.kept(scope) == {"jobs": 1}
    source.erase(scope)
    assert source.remains(scope) == []
    assert source.kept(Scope("p" * 32, photo_id=other)) == {"jobs": 1}
