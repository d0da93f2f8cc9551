"""The page of the search index: what it says is so, and its buttons do what they say."""

import json
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from accounts.models import Role
from catalog.editing import soft_delete
from catalog.models import Product
from privacy.models import ShopAuditNote
from recommender.models import ImageEmbedding
from storage.database import db
from tests.factories import demo_settings
from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import PRODUCTS, LiveShop, csrf_token
from tests.journeys.people import staff_of
from tests.journeys.test_browser_staff import log_in as log_in_with_browser
from webapp import create_app
from webapp.jobs.models import Job, JobState
from webapp.jobs.tasks import INDEX_TASKS
from webapp.jobs.worker import run_next_job
from webapp.settings import SettingsError, read_settings
from webapp.wiring import wiring


@pytest.fixture(scope="module")
def small_clip(open_clip_folder: Path) -> str:
    return f"open_clip:local-dir:{open_clip_folder}"


@pytest.fixture(scope="module")
def shop(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory, small_clip: str) -> Flask:
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("health") / "instance"))
    return create_app(demo_settings(copy, encoders_offered=small_clip))


@pytest.fixture
def desk(shop: Flask) -> Iterator[FlaskClient]:
    client = staff_of(shop)
    with shop.app_context():
        yield client
        db.session.remove()


def page(desk: FlaskClient) -> str:
    answer = desk.get("/admin/index")
    assert answer.status_code == 200
    return unescape(" ".join(answer.text.split()))


def ask(desk: FlaskClient, address: str, **fields: str) -> Job:
    """Press a button, let its job run, and return it."""
    answer = desk.post(address, data={"csrf_token": csrf_token(desk.get("/admin/index").text), **fields})
    assert answer.status_code == 303, answer.text
    assert "/admin/jobs/" in answer.location
    while run_next_job(INDEX_TASKS):
        continue
    db.session.expire_all()
    return db.session.get_one(Job, int(answer.location.rsplit("/", 1)[1]))


def test_the_page_counts_what_is_missing_and_stale_and_an_update_puts_it_right(desk: FlaskClient) -> None:
    assert "All pictures on sale can be found." in page(desk)
    sold_out, lost = db.session.scalars(db.select(Product).order_by(Product.id).limit(2)).all()
    lost_sku = lost.sku
    index = wiring().index
    index.apply(
        add_ids=index.row_ids()[:0],
        add_vectors=wiring().image_encoder.encode_images([]),
        remove_ids=index.row_ids()[index.row_ids() == lost.images[0].id],
    )
    soft_delete(sold_out.sku)
    db.session.commit()
    said = page(desk)
    assert "1 picture on sale cannot be found yet." in said
    assert f"/admin/products/{lost_sku}" in said
    assert "1 row is of a picture that is not on sale any more" in said
    assert "Measured just now with" in said
    job = ask(desk, "/admin/index/update")
    assert job.state == JobState.DONE, job.result
    assert "All pictures on sale can be found." in page(desk)
    assert wiring().index.manifest.rows == PRODUCTS - 1


def test_another_encoder_is_swapped_in_and_the_way_back_brings_the_first(desk: FlaskClient, small_clip: str) -> None:
    before = wiring().serving.image_encoder.identity
    job = ask(desk, "/admin/index/update", rebuild="1", encoder=small_clip)
    assert (job.state, job.done) == (JobState.DONE, job.total), job.result
    assert wiring().serving.image_encoder.identity.encoder_id == "open_clip:small-clip"
    assert desk.get("/api/v1/products?q=robe+rouge").status_code == 200
    said = page(desk)
    assert "ENCODER says embedded" in said
    assert said.index("open_clip:small-clip") < said.index(before.encoder_id)
    job = ask(desk, "/admin/index/rollback")
    assert job.state == JobState.DONE, job.result
    assert "answers again." in desk.get(f"/admin/jobs/{job.id}").text
    assert wiring().serving.image_encoder.identity == before
    assert db.session.scalar(db.select(db.func.count()).select_from(ImageEmbedding)) > PRODUCTS


def test_each_act_is_in_the_audit_with_its_job(desk: FlaskClient) -> None:
    job = ask(desk, "/admin/index/update", rebuild="1")
    noted = db.session.scalars(db.select(ShopAuditNote).where(ShopAuditNote.action.like("catalogue.index_%"))).all()
    assert ("catalogue.index_rebuild_asked", job.id) in {
        (each.action, json.loads(each.details)["job"]) for each in noted
    }


def test_an_encoder_that_is_not_offered_is_refused(desk: FlaskClient) -> None:
    token = csrf_token(desk.get("/admin/index").text)
    form = {"csrf_token": token, "rebuild": "1", "encoder": "transformers:/etc"}
    answer = desk.post("/admin/index/update", data=form)
    assert answer.status_code == 400
    assert "Choose one of embedded" in answer.text


def test_a_setting_that_offers_an_encoder_that_is_not_there_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCODERS_OFFERED", "embedded, transformers:/no/such/folder")
    with pytest.raises(SettingsError, match="ENCODERS_OFFERED"):
        read_settings(_env_file=None)


def test_without_an_index_the_page_says_so_and_offers_to_build_it(instance: Path) -> None:
    shutil.rmtree(instance / "index")
    shop = create_app(demo_settings(instance))
    client = staff_of(shop, Role.ADMIN)
    said = page(client)
    assert "There is no usable index: shoppers cannot search." in said
    assert "There is no usable index: shoppers cannot search." in client.get("/admin/").text
    token = csrf_token(client.get("/admin/index").text)
    assert client.post("/admin/index/rollback", data={"csrf_token": token}).location == "/admin/index"
    assert "There is no earlier index to go back to." in page(client)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_page_is_read_on_a_phone_and_a_rebuild_is_watched(open_shop: LiveShop, width: int) -> None:
    with visit(open_shop.url, language="fr" if width == PHONE else "en", width=width) as person:
        log_in_with_browser(person, open_shop, "merchandiser")
        person.go("/admin/index")
        person.look("index-health")
        person.page.get_by_role("button", name=person.words("Rebuild it from scratch")).click()
        person.page.wait_for_url("**/admin/jobs/*")
        expect(person.page.locator(".state")).to_have_text(person.words("Done"), timeout=30_000)
        person.go("/admin/index")
        expect(person.page.get_by_role("button", name=person.words("Go back to it"))).to_be_visible()
        person.look("index-health-two-builds")
