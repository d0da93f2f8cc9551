"""Another encoder for a shop that is open: one setting and `flask index rebuild`, nobody notices but by the matches."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from catalog.editing import soft_delete
from catalog.models import ProductImage
from recommender.models import ImageEmbedding
from storage.database import db
from tests.factories import demo_settings, drawn_look
from tests.journeys.conftest import PRODUCTS, ROOT, LiveShop, csrf_token
from tests.small_models import save_open_clip
from webapp import create_app
from webapp.wiring import wiring


@pytest.fixture
def other_model(open_clip_folder: Path, tmp_path: Path) -> Path:
    """The small CLIP in a folder that a test may harm."""
    return Path(shutil.copytree(open_clip_folder, tmp_path / "small-clip"))


@pytest.fixture
def other_process(instance: Path, other_model: Path) -> Flask:
    """The same shop in a process whose ENCODER names the small CLIP."""
    return create_app(demo_settings(instance, encoder=f"open_clip:local-dir:{other_model}"))


def run(app: Flask, *command: str) -> Result:
    return app.test_cli_runner().invoke(args=["index", *command])


def encoder_in_use(client: FlaskClient) -> str:
    return str(client.get("/healthz").get_json()["index"]["encoder"])


def found_by_words(client: FlaskClient) -> int:
    """Search twice: by words, and from a product's page; return how many products the words find."""
    answer = client.get("/api/v1/products?q=robe+rouge&limit=10")
    assert answer.status_code == 200
    sku = answer.get_json()["products"][0]["sku"]
    assert client.get(f"/products/{sku}").status_code == 200
    return len(answer.get_json()["products"])


def found_by_photo(client: FlaskClient) -> int:
    form = {"consent": "recommendation", "photo": (io.BytesIO(drawn_look()), "look.jpg")}
    answer = client.post("/api/v1/recommendations", data=form)
    assert answer.status_code == 200
    return len(answer.get_json()["garments"][0]["matches"])


def test_a_running_shop_changes_the_encoder_when_the_rebuild_is_done(client: FlaskClient, other_process: Flask) -> None:
    embedded = encoder_in_use(client)
    done = run(other_process, "rebuild")
    assert done.exit_code == 0, done.output
    assert f"{PRODUCTS} embedded" in done.output
    assert encoder_in_use(client) == "open_clip:small-clip" != embedded
    assert found_by_words(client) == 10
    assert found_by_photo(client) == 10


def test_until_the_rebuild_the_old_encoder_serves_the_new_setting_too(
    client: FlaskClient, other_process: Flask
) -> None:
    said = run(other_process, "update").output
    assert "flask index rebuild" in said
    assert "ENCODER=embedded" in said
    assert encoder_in_use(other_process.test_client()) == encoder_in_use(client)
    assert found_by_words(other_process.test_client()) == 10


def test_a_product_that_leaves_before_the_rebuild_leaves_the_old_index(instance: Path, other_process: Flask) -> None:
    with other_process.app_context():
        image = db.session.query(ProductImage).first()
        assert image is not None
        image_id = image.id
        soft_delete(image.product.sku)
        db.session.commit()
    assert run(other_process, "update").exit_code == 0
    with other_process.app_context():
        index = wiring().index
        assert image_id not in index.row_ids()
        assert index.manifest.encoder.setting == "embedded"


def test_a_photo_sent_before_the_swap_still_has_matches(client: FlaskClient, other_process: Flask) -> None:
    form = {
        "csrf_token": csrf_token(client.get("/").text),
        "consent": "recommendation",
        "photo": (io.BytesIO(drawn_look()), "look.jpg"),
    }
    page = client.post("/photos", data=form).headers["Location"]
    assert client.get(page).status_code == 200
    assert run(other_process, "rebuild").exit_code == 0
    for _ in range(2):
        shown = client.get(page)
        assert shown.status_code == 200
        assert 'href="/products/' in shown.text


def test_a_rollback_brings_back_index_and_encoder(client: FlaskClient, other_process: Flask) -> None:
    embedded = encoder_in_use(client)
    assert "no earlier index" in run(other_process, "rollback").output
    run(other_process, "rebuild")
    assert encoder_in_use(client) != embedded
    undone = run(other_process, "rollback")
    assert undone.exit_code == 0, undone.output
    assert encoder_in_use(client) == embedded
    assert found_by_words(client) == 10


def test_a_rebuild_whose_weights_are_missing_leaves_the_old_index_serving(
    client: FlaskClient, other_process: Flask, other_model: Path
) -> None:
    embedded = encoder_in_use(client)
    (other_model / "open_clip_model.safetensors").unlink()
    failed = run(other_process, "rebuild")
    assert failed.exit_code == 1
    assert f"ENCODER=open_clip:local-dir:{other_model} cannot be loaded" in failed.output
    assert encoder_in_use(client) == embedded
    assert found_by_words(client) == 10


KILLED_AFTER_A_BATCH = """
import os, signal, sys
from webapp import create_app
from webapp.jobs.tasks import synchronise
def report(done, total):
    if done:
        os.kill(os.getpid(), signal.SIGKILL)
with create_app().app_context():
    synchronise(rebuild=True, on_progress=report)
"""


def environment(instance: Path, model: Path) -> dict[str, str]:
    return os.environ | {
        "DEMO": "1",
        "INSTANCE_DIR": str(instance),
        "ENCODER": f"open_clip:local-dir:{model}",
        "FLASK_APP": "wsgi.py",
    }


def test_a_rebuild_killed_half_way_leaves_the_old_index_and_the_next_one_goes_on(
    instance: Path, client: FlaskClient, other_process: Flask, other_model: Path
) -> None:
    embedded = encoder_in_use(client)
    command = [sys.executable, "-c", KILLED_AFTER_A_BATCH]
    killed = subprocess.run(
        command, cwd=ROOT, env=environment(instance, other_model), capture_output=True, text=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    assert encoder_in_use(client) == embedded
    assert found_by_words(client) == 10
    resumed = run(other_process, "rebuild")
    assert "16 embeddings reused" in resumed.output
    assert encoder_in_use(client) != embedded


def test_an_encoder_that_is_gone_is_answered_503_until_the_index_is_built_anew(
    instance: Path, client: FlaskClient, other_process: Flask, other_model: Path
) -> None:
    run(other_process, "rebuild")
    shutil.rmtree(other_model)
    fresh = create_app(demo_settings(instance))
    answer = fresh.test_client().get("/api/v1/products?q=robe")
    assert answer.status_code == 503
    assert answer.get_json()["error"]["code"] == "index_of_another_encoder"
    assert run(fresh, "update").exit_code == 0
    assert found_by_words(fresh.test_client()) == 10


def test_other_weights_in_the_same_folder_are_another_encoder(
    instance: Path, other_process: Flask, other_model: Path
) -> None:
    run(other_process, "rebuild")
    save_open_clip(other_model, seed=1)
    setting = f"open_clip:local-dir:{other_model}"
    fresh = create_app(demo_settings(instance, encoder=setting))
    assert fresh.test_client().get("/api/v1/products?q=robe").status_code == 503
    assert run(fresh, "update").exit_code == 0
    assert found_by_words(fresh.test_client()) == 10
    with fresh.app_context():
        revisions = db.session.query(ImageEmbedding.revision).filter(ImageEmbedding.encoder_id.like("open_clip%"))
        assert revisions.distinct().count() == 2


@pytest.mark.timeout(900)
def test_no_visitor_of_the_web_server_meets_the_swap(live_shop: LiveShop, other_model: Path) -> None:
    def get(path: str) -> dict[str, list[str]]:
        # urlopen raises for every answer that is an error.
        with urllib.request.urlopen(f"{live_shop.url}{path}", timeout=60) as answer:
            found: dict[str, list[str]] = json.loads(answer.read())
        return found

    command = [sys.executable, "-m", "flask", "index", "rebuild"]
    rebuild = subprocess.Popen(command, cwd=ROOT, env=environment(live_shop.instance, other_model))
    asked_after_the_swap = 0
    while asked_after_the_swap < 10:
        assert len(get("/api/v1/products?q=chaussures&limit=3")["products"]) == 3
        asked_after_the_swap += rebuild.poll() is not None
        time.sleep(0.2)
    assert rebuild.returncode == 0
    assert "open_clip:small-clip" in str(get("/healthz"))
