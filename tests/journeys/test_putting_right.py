"""Faults that were put into a shop are found by the job, explained, and put right at the desk."""

import html
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catalog.editing import ProductDetails, save_product
from catalog.finding_models import StoredFinding
from catalog.findings import FindingKind
from catalog.history_models import ChangeBatch
from catalog.models import Product
from catalog.pictures import StoredPicture, store_picture, stored_pixels
from catalog.stock import put_stock
from privacy.models import ShopAuditNote
from recommender.indexing import synchronise_index
from storage.database import db, now
from storage.images import encode_jpeg
from tests.factories import demo_settings
from tests.journeys.conftest import csrf_token
from tests.journeys.people import staff_of
from webapp import create_app
from webapp.jobs.models import Job
from webapp.jobs.putting_right import queue_the_nightly_look
from webapp.jobs.queue import enqueue
from webapp.jobs.worker import run_next_job
from webapp.wiring import serving, wiring


@pytest.fixture(scope="module")
def untouched(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("right") / "instance"))
    return create_app(demo_settings(copy))


def look(app: Flask) -> dict[str, int]:
    """Run the job to its end; what it found, by kind."""
    with app.test_request_context():
        job_id = enqueue("look_for_what_is_wrong").id
        db.session.commit()
        assert run_next_job()
        job = db.session.get_one(Job, job_id)
        assert job.state == "done", job.result
        return dict(job.outcome["found"])


@pytest.fixture(scope="module")
def shop(untouched: Flask) -> Flask:
    """The shop with one fault of each kind put into it; what it said of itself before is in `said_before`."""
    untouched.config["said_before"] = look(untouched)
    with untouched.test_request_context():
        blobs = wiring().blobs
        first, _other, cheap, stray = db.session.scalars(select(Product).order_by(Product.id).limit(4))
        pixels = stored_pixels(first.images[0].content_hash, blobs=blobs)
        again = store_picture(encode_jpeg(pixels[::2, ::2].copy(), quality=60), blobs=blobs)
        save_product(_like(first, "TWIN"), pictures=[again])
        save_product(_like(first, "OTHER", titles={"en": "Something else"}, brand="Nobody"), pictures=[again])
        save_product(_like(first, "BARE"))
        cheap.cost_minor_units = cheap.price_minor_units + 1
        put_stock(stray, {"atlantis": 3})
        for number in range(10):
            category = "umbrella" if number == 9 else first.category
            price = first.price_minor_units * (100 if number == 0 else 1)
            picture = StoredPicture(again.content_hash, again.width, again.height)
            save_product(
                _like(
                    first,
                    f"CROWD-{number}",
                    titles={"en": f"Word{number} {'x' * number}"},
                    category=category,
                    price_minor_units=price,
                ),
                pictures=[picture],
            )
        db.session.commit()
        synchronise_index(serving().index, serving().image_encoder, blobs)
        db.session.commit()
    return untouched


def _like(product: Product, sku: str, **changes: object) -> ProductDetails:
    said = {
        "titles": product.titles,
        "brand": product.brand,
        "category": product.category,
        "price_minor_units": product.price_minor_units,
        "currency": product.currency,
        "stock": 2,
    }
    return ProductDetails(sku, **{**said, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def desk(shop: Flask) -> FlaskClient:
    look(shop)
    return staff_of(shop)


def act(desk: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = csrf_token(desk.get("/admin/to-put-right").text)
    return desk.post(path, data={"csrf_token": token, **fields})


def open_pairs(shop: Flask, kind: FindingKind) -> dict[tuple[str, str], int]:
    """(SKU, the other's SKU) -> the finding's number."""
    with shop.app_context():
        stored = db.session.scalars(select(StoredFinding).filter_by(kind=kind.value, right_as=""))
        return {(one.product.sku, one.other.sku if one.other else ""): one.id for one in stored}


def sku_at(shop: Flask, place: int) -> str:
    with shop.app_context():
        return db.session.scalars(select(Product.sku).order_by(Product.id).limit(4)).all()[place]


def test_a_sound_shop_has_nearly_nothing_to_put_right(shop: Flask) -> None:
    found = shop.config["said_before"]
    assert sum(found.values()) <= 3, found


def test_every_fault_that_was_put_in_is_found(shop: Flask, desk: FlaskClient) -> None:
    first = sku_at(shop, 0)
    assert (first, "TWIN") in open_pairs(shop, FindingKind.TWIN)
    assert (first, "OTHER") in open_pairs(shop, FindingKind.SAME_PICTURE)
    assert ("BARE", "") in open_pairs(shop, FindingKind.MISSING_PICTURE)
    assert (sku_at(shop, 2), "") in open_pairs(shop, FindingKind.PRICE_BELOW_COST)
    assert (sku_at(shop, 3), "") in open_pairs(shop, FindingKind.STRAY_STOCK)
    assert ("CROWD-9", "") in open_pairs(shop, FindingKind.CATEGORY)
    assert list(open_pairs(shop, FindingKind.ODD_PRICE)) == [("CROWD-0", "")]


def test_each_kind_is_shown_with_its_reason(shop: Flask, desk: FlaskClient) -> None:
    reasons = {
        FindingKind.TWIN: "Brand, category and most words are the same",
        FindingKind.SAME_PICTURE: "brand, category or words are others",
        FindingKind.MISSING_PICTURE: "No photo can find it",
        FindingKind.PRICE_BELOW_COST: "It costs the shop",
        FindingKind.ODD_PRICE: "usual deviations away",
        FindingKind.STRAY_STOCK: "3 pieces lie in “atlantis”",
        FindingKind.CATEGORY: "of the ten items that look most like it".capitalize(),
    }
    for kind, words in reasons.items():
        page = desk.get(f"/admin/to-put-right?kind={kind.value}")
        assert page.status_code == 200
        assert words in html.unescape(page.text)


def test_looking_again_finds_the_same_and_nothing_twice(shop: Flask, desk: FlaskClient) -> None:
    with shop.app_context():
        before = sorted(db.session.scalars(select(StoredFinding.id)))
    look(shop)
    with shop.app_context():
        assert sorted(db.session.scalars(select(StoredFinding.id))) == before


def test_what_was_said_to_be_right_is_not_asked_again(shop: Flask, desk: FlaskClient) -> None:
    finding_id = open_pairs(shop, FindingKind.STRAY_STOCK)[sku_at(shop, 3), ""]
    assert act(desk, f"/admin/to-put-right/{finding_id}/right").status_code == 303
    look(shop)
    assert open_pairs(shop, FindingKind.STRAY_STOCK) == {}
    assert "atlantis" in desk.get("/admin/to-put-right?kind=stray_stock&right=1").text
    assert act(desk, f"/admin/to-put-right/{finding_id}/right", again="1").status_code == 303
    assert open_pairs(shop, FindingKind.STRAY_STOCK)


def test_what_changed_since_it_was_found_is_not_held_against_the_product(shop: Flask, desk: FlaskClient) -> None:
    cheap = sku_at(shop, 2)
    changed = "It has changed since it was found"
    for kind in FindingKind:
        assert changed not in desk.get(f"/admin/to-put-right?kind={kind.value}").text, kind
    with shop.test_request_context():
        product = db.session.scalars(select(Product).filter_by(sku=cheap)).one()
        cost, product.cost_minor_units = product.cost_minor_units, None
        db.session.commit()
    page = desk.get("/admin/to-put-right?kind=price_below_cost").text
    assert changed in page
    assert "This is right" not in page
    with shop.test_request_context():
        db.session.scalars(select(Product).filter_by(sku=cheap)).one().cost_minor_units = cost
        db.session.commit()


def test_a_page_of_findings_is_said_to_be_right_at_once(shop: Flask, desk: FlaskClient) -> None:
    kind = FindingKind.SAME_PICTURE.value
    page = desk.get(f"/admin/to-put-right?kind={kind}").text
    ids = re.findall(r'name="id" value="(\d+)"', page)
    assert len(ids) > 1
    other = open_pairs(shop, FindingKind.ODD_PRICE)["CROWD-0", ""]
    sent = {"kind": kind, "id": [*ids, str(other), "x", "9" * 30]}
    assert act(desk, "/admin/to-put-right/right", **sent).status_code == 303  # type: ignore[arg-type]
    assert set(open_pairs(shop, FindingKind.SAME_PICTURE).values()).isdisjoint(map(int, ids))
    assert open_pairs(shop, FindingKind.ODD_PRICE), "what the page did not show is left as it is"
    assert desk.get(f"/admin/to-put-right?kind={kind}&page=7").status_code == 200
    look(shop)
    assert set(open_pairs(shop, FindingKind.SAME_PICTURE).values()).isdisjoint(map(int, ids))


def test_a_category_is_taken_over_with_history_and_audit(shop: Flask, desk: FlaskClient) -> None:
    finding_id = open_pairs(shop, FindingKind.CATEGORY)["CROWD-9", ""]
    assert act(desk, f"/admin/to-put-right/{finding_id}/category").status_code == 303
    with shop.app_context():
        moved = db.session.scalar(select(Product).filter_by(sku="CROWD-9"))
        model = db.session.scalar(select(Product).order_by(Product.id).limit(1))
        assert moved is not None
        assert model is not None
        assert moved.category == model.category
        assert db.session.scalar(select(ChangeBatch).filter_by(kind="put right")) is not None
        noted = db.session.scalars(select(ShopAuditNote).filter_by(action="catalogue.put_right")).all()
        assert any('"sku": "CROWD-9"' in one.details for one in noted)
    assert act(desk, f"/admin/to-put-right/{finding_id}/category").status_code == 404


def test_one_of_a_pair_is_withdrawn_and_the_pair_is_settled(shop: Flask, desk: FlaskClient) -> None:
    pair = sku_at(shop, 0), "TWIN"
    finding_id = open_pairs(shop, FindingKind.TWIN)[pair]
    assert act(desk, f"/admin/to-put-right/{finding_id}/withdraw", sku="not-of-the-pair").status_code == 400
    assert act(desk, f"/admin/to-put-right/{finding_id}/withdraw", sku="TWIN").status_code == 303
    assert pair not in open_pairs(shop, FindingKind.TWIN)
    assert shop.test_client().get("/products/TWIN").status_code == 404
    look(shop)
    assert pair not in open_pairs(shop, FindingKind.TWIN)


def test_a_picture_whose_file_was_lost_after_it_was_embedded_is_found(shop: Flask, desk: FlaskClient) -> None:
    with shop.app_context():
        blobs = wiring().blobs
        no_file, no_thumb = db.session.scalars(select(Product).order_by(Product.id).offset(4).limit(2))
        kept = blobs.get(no_thumb.images[0].blob_key)
        blobs.delete(no_file.images[0].blob_key)
        blobs.delete(no_thumb.images[0].thumb_key)
        gone, thumbless = (no_file.sku, ""), (no_thumb.sku, "")
    look(shop)
    assert {gone, thumbless} <= set(open_pairs(shop, FindingKind.MISSING_PICTURE))
    page = desk.get("/admin/to-put-right?kind=missing_picture").text
    assert page.count("The file of 1 of its pictures is gone: pages show a gap.") == 2
    with shop.app_context():
        store_picture(kept, blobs=blobs)
    look(shop)
    still_open = open_pairs(shop, FindingKind.MISSING_PICTURE)
    assert gone in still_open
    assert thumbless not in still_open


def test_the_catalogue_is_looked_through_every_night_once(shop: Flask) -> None:
    with shop.app_context():
        db.session.query(Job).filter_by(task="look_for_what_is_wrong").delete()
        started, next_night = now(), now() + timedelta(hours=26)
        assert not queue_the_nightly_look(started, running_since=started)
        assert queue_the_nightly_look(next_night, running_since=started)
        queue_the_nightly_look(next_night, running_since=started)
        job = db.session.scalars(select(Job).filter_by(task="look_for_what_is_wrong")).one()
        job.created_at = next_night
        db.session.commit()
        assert not queue_the_nightly_look(next_night + timedelta(minutes=1), running_since=started)
        assert queue_the_nightly_look(next_night + timedelta(hours=26), running_since=started)
        db.session.delete(job)
        db.session.commit()


def test_bad_addresses_are_answered_in_words(desk: FlaskClient) -> None:
    assert desk.get("/admin/to-put-right?kind=nonsense").status_code == 400
    assert desk.get("/admin/to-put-right?page=0").status_code == 400
    assert act(desk, "/admin/to-put-right/999999/right").status_code == 404
