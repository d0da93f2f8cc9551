"""A program's journey: photo in, recommendations, masks and products out; one error shape."""

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from catalog.products import list_products
from privacy.models import ConsentRecord, GarmentCount, KeptPhoto
from segmentation.labels import GARMENTS
from segmentation.rle import decode_mask
from storage.database import db
from tests.factories import demo_settings, drawn_look, encoded, photo
from tests.journeys.test_shopper import upload
from tests.unit.test_read_photo import REFUSED
from webapp import create_app


@pytest.fixture(scope="module")
def look() -> bytes:
    return drawn_look()


def post(client: FlaskClient, path: str, content: bytes | None, name: str = "a.jpg", **fields: Any) -> TestResponse:
    data = dict(fields) if content is None else {**fields, "photo": (io.BytesIO(content), name)}
    return client.post(f"/api/v1/{path}", data=data, content_type="multipart/form-data")


def recommend(client: FlaskClient, content: bytes | None, name: str = "a.jpg", **fields: Any) -> TestResponse:
    return post(client, "recommendations", content, name, **({"consent": "recommendation"} | fields))


def test_a_photo_of_a_dressed_person_brings_matches_for_each_garment(client: FlaskClient, look: bytes) -> None:
    answer = recommend(client, look, limit=5)
    assert answer.status_code == 200
    assert len(answer.json["garments"]) >= 2
    assert not answer.json["whole_photo_used"]
    for garment in answer.json["garments"]:
        assert garment["label"] in GARMENTS.wearable
        similarities = [match["similarity"] for match in garment["matches"]]
        assert len(similarities) == 5
        assert similarities == sorted(similarities, reverse=True)
        assert len({match["sku"] for match in garment["matches"]}) == 5


def test_a_photo_without_clothes_is_used_whole_and_says_so(client: FlaskClient) -> None:
    answer = recommend(client, encoded(np.full((300, 300, 3), 255, np.uint8)))
    assert answer.json["whole_photo_used"] is True
    assert [garment["label"] for garment in answer.json["garments"]] == ["whole"]
    assert answer.json["garments"][0]["matches"]


@pytest.mark.parametrize(
    ("field", "value"), [("category", "dress"), ("gender", "men"), ("colour", "black"), ("in_stock", "1")]
)
def test_filters_are_exact(client: FlaskClient, look: bytes, field: str, value: str) -> None:
    in_catalogue = client.get(f"/api/v1/products?{field}={value}&limit=100").json
    answer = recommend(client, look, limit=50, **{field: value}).json
    allowed = {product["sku"] for product in in_catalogue["products"]}
    assert allowed
    for garment in answer["garments"]:
        assert {match["sku"] for match in garment["matches"]} == allowed


def test_price_bounds_hold(client: FlaskClient, look: bytes) -> None:
    answer = recommend(client, look, limit=50, min_price="20", max_price="60").json
    prices = [float(match["price"]["amount"]) for garment in answer["garments"] for match in garment["matches"]]
    assert prices
    assert all(20 <= price <= 60 for price in prices)


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("path", ["recommendations", "segmentations"])
def test_a_bad_photo_gets_a_4xx_with_its_code_and_nothing_is_kept(
    app: Flask, client: FlaskClient, name: str, path: str
) -> None:
    make, file_name, code = REFUSED[name]
    answer = post(client, path, make(), file_name, consent="recommendation")
    assert 400 <= answer.status_code < 500
    assert answer.json["error"]["code"] == code
    assert len(answer.json["error"]["message"]) > 20
    with app.app_context():
        assert db.session.query(ConsentRecord).count() == 0
        assert db.session.query(KeptPhoto).count() == 0
    assert client.get("/healthz").status_code == 200


def test_a_body_over_the_limit_is_refused_before_it_is_read(client: FlaskClient) -> None:
    answer = recommend(client, bytes(15_100_000))
    assert answer.status_code == 413
    assert answer.json["error"]["code"] == "request_too_large"


@pytest.mark.parametrize("consent", ["", "statistics"])
def test_without_consent_the_bytes_are_never_decoded(client: FlaskClient, consent: str) -> None:
    # These bytes would be refused as no image, had anything looked at them.
    answer = recommend(client, b"never looked at", consent=consent)
    assert answer.status_code == 403
    assert answer.json["error"]["code"] == "consent_missing"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"min_price": "9", "max_price": "1"}, "min_price"),
        ({"in_stock": "perhaps"}, "in_stock"),
    ],
)
def test_a_bad_value_names_its_field(client: FlaskClient, look: bytes, fields: dict[str, str], named: str) -> None:
    answer = recommend(client, look, **fields)
    assert answer.status_code == 400
    assert answer.json["error"]["field"] == named


def test_two_photos_at_once_are_refused(client: FlaskClient, look: bytes) -> None:
    photos = [(io.BytesIO(look), "a.jpg"), (io.BytesIO(look), "b.jpg")]
    data = {"consent": "recommendation", "photo": photos}
    answer = client.post("/api/v1/recommendations", data=data, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["error"]["field"]) == (400, "photo")


@pytest.mark.parametrize("path", ["recommendations", "segmentations"])
def test_a_body_that_is_no_form_is_told_what_to_send(client: FlaskClient, path: str) -> None:
    answer = client.post(f"/api/v1/{path}", data=b"{}", content_type="application/json")
    assert (answer.status_code, answer.json["error"]["code"]) == (415, "media_type_not_supported")


def test_a_photo_that_waits_too_long_is_told_that_the_shop_is_busy(instance: Path, look: bytes) -> None:
    app = create_app(demo_settings(instance, photos_at_once=1, busy_after_seconds=0.1))
    with app.extensions["wiring"].photo_slots:
        answer = recommend(app.test_client(), look)
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "busy")
    assert recommend(app.test_client(), look).status_code == 200


def test_a_request_without_a_photo_is_told_so(client: FlaskClient) -> None:
    assert recommend(client, None).json["error"]["field"] == "photo"


def test_the_api_keeps_the_consent_and_not_the_photo(app: Flask, client: FlaskClient, look: bytes) -> None:
    instance = Path(app.extensions["wiring"].settings.instance)
    before = {path for path in instance.rglob("*") if path.is_file() and "sqlite3" not in path.name}
    assert recommend(client, look).status_code == 200
    assert {path for path in instance.rglob("*") if path.is_file() and "sqlite3" not in path.name} == before
    with app.app_context():
        [record] = db.session.query(ConsentRecord).all()
        assert record.purpose == "recommendation"
        assert len(record.text_sha256) == 64
        assert db.session.query(KeptPhoto).count() == 0


def test_a_segmentation_comes_as_an_indexed_png(client: FlaskClient, look: bytes) -> None:
    data = {"photo": (io.BytesIO(look), "a.jpg")}
    answer = client.post("/api/v1/segmentations", data=data, headers={"Accept": "image/png"})
    mask = Image.open(io.BytesIO(answer.data))
    assert answer.mimetype == "image/png"
    assert mask.mode == "P"
    assert mask.size == Image.open(io.BytesIO(look)).size
    assert set(np.unique(np.asarray(mask))) <= set(range(len(GARMENTS.names)))


def test_a_segmentation_comes_as_run_lengths_that_agree_with_the_boxes(client: FlaskClient, look: bytes) -> None:
    answer = post(client, "segmentations", look).json
    assert answer["labels"] == {str(number): name for number, name in enumerate(GARMENTS.names)}
    assert answer["regions"]
    for region in answer["regions"]:
        mask = decode_mask(region["mask"])
        rows, columns = np.nonzero(mask)
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert mask.shape == (answer["height"], answer["width"])
        assert region["area"] == mask.sum()
        assert region["box_xyxy"] == box
        assert 0 <= region["confidence"] <= 1


def test_a_format_that_is_not_on_offer_is_a_406(client: FlaskClient, look: bytes) -> None:
    data = {"photo": (io.BytesIO(look), "a.jpg")}
    answer = client.post("/api/v1/segmentations", data=data, headers={"Accept": "audio/ogg"})
    assert (answer.status_code, answer.json["error"]["code"]) == (406, "not_acceptable")


def test_products_are_paged_without_gaps_or_repeats(app: Flask, client: FlaskClient) -> None:
    first = client.get("/api/v1/products?limit=10").json
    skus = [product["sku"] for product in first["products"]]
    for page in range(2, first["pages"] + 1):
        skus += [product["sku"] for product in client.get(f"/api/v1/products?limit=10&page={page}").json["products"]]
    with app.app_context():
        total = list_products().total
    assert len(skus) == len(set(skus)) == total


def test_products_speak_the_language_asked_for(client: FlaskClient) -> None:
    french, english = (
        client.get("/api/v1/products?limit=1", headers={"Accept-Language": language}).json["products"][0]["title"]
        for language in ("fr", "en")
    )
    assert french != english


def test_words_and_filters_find_products_together(client: FlaskClient) -> None:
    found = client.get("/api/v1/products", query_string={"q": "robe", "in_stock": "1", "limit": 8}).json["products"]
    assert len(found) == 8
    assert all(product["in_stock"] for product in found)
    similarities = [product["similarity"] for product in found]
    assert similarities == sorted(similarities, reverse=True)


def test_an_upload_never_touches_the_disk(
    client: FlaskClient, look: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Any temporary file would have to be made here.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    for consent, status in (("recommendation", 200), ("", 403), ("no", 400)):
        body, content_type = multipart(consent, look + bytes(3_000_000))
        assert client.post("/api/v1/recommendations", data=body, content_type=content_type).status_code == status


def multipart(consent: str, content: bytes) -> tuple[bytes, str]:
    """A form's bytes made by hand: the test client itself would spool them to a file."""
    part = "--end\r\nContent-Disposition: form-data; name="
    head = f'{part}"consent"\r\n\r\n{consent}\r\n{part}"photo"; filename="a.jpg"\r\n\r\n'
    return head.encode() + content + b"\r\n--end--\r\n", "multipart/form-data; boundary=end"


@pytest.mark.parametrize(("method", "path", "status"), [("get", "nothing", 404), ("get", "recommendations", 405)])
def test_every_error_has_the_one_shape(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = getattr(client, method)(f"/api/v1/{path}")
    assert answer.status_code == status
    assert set(answer.json["error"]) == {"code", "message"}


def test_a_photo_of_many_pixels_is_read_at_the_working_size(client: FlaskClient) -> None:
    answer = recommend(client, encoded(photo(3000, 4000)))
    assert answer.status_code == 200
    assert answer.json["photo"] == {"width": 750, "height": 1000}


def test_several_consents_are_recorded_counted_and_taken_back(app: Flask, client: FlaskClient, look: bytes) -> None:
    answer = recommend(client, look, consent=["recommendation", "statistics", "statistics"])
    assert answer.status_code == 200
    assert answer.json["consents"] == ["recommendation", "statistics"]
    with app.app_context():
        assert db.session.query(ConsentRecord).count() == 2
        counted = db.session.query(GarmentCount).all()
        assert sorted(count.garment for count in counted) == sorted(one["label"] for one in answer.json["garments"])
    address = f"/api/v1/photos/{answer.json['photo_id']}/consents"
    for _ in range(2):
        assert client.delete(f"{address}/statistics").status_code == 204
    with app.app_context():
        assert db.session.query(GarmentCount).count() == 0
        assert db.session.query(ConsentRecord).filter_by(withdrawn_at=None).count() == 1
    assert client.delete(f"{address}/marketing").json["error"]["code"] == "unknown_purpose"


@pytest.mark.parametrize("photo_id", ["0" * 32, "nobody", "%2e%2e"])
def test_consents_of_no_known_photo_cannot_be_taken_back(client: FlaskClient, photo_id: str) -> None:
    answer = client.delete(f"/api/v1/photos/{photo_id}/consents/statistics")
    assert answer.status_code == 404


def test_consents_of_a_photo_sent_on_the_pages_are_out_of_the_api_s_reach(app: Flask, look: bytes) -> None:
    visitor = app.test_client()
    photo_id = upload(visitor, look).location.rsplit("/", 1)[1]
    assert app.test_client().delete(f"/api/v1/photos/{photo_id}/consents/recommendation").status_code == 404
    assert visitor.get(f"/photos/{photo_id}").status_code == 200


@pytest.mark.parametrize(
    ("consent", "code"),
    [
        (["recommendation", "marketing"], "unknown_purpose"),
        (["recommendation", "wardrobe"], "invalid_value"),
        (["recommendation", "training"], "invalid_value"),
    ],
)
def test_a_purpose_that_the_api_cannot_serve_is_refused_by_name(
    app: Flask, client: FlaskClient, consent: list[str], code: str
) -> None:
    answer = recommend(client, b"never looked at", consent=consent)
    assert answer.status_code == 400
    assert (answer.json["error"]["code"], answer.json["error"]["field"]) == (code, "consent")
    with app.app_context():
        assert db.session.query(ConsentRecord).count() == 0
