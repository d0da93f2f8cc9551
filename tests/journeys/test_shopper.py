"""A shopper's journey through the pages, without a browser: consent, the vault, the end of a visit."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from accounts.models import Role
from catalog.editing import ProductDetails, save_product
from catalog.products import list_products
from privacy.errors import ConsentMissing
from privacy.models import ConsentRecord, KeptPhoto
from storage.database import db, now
from tests.factories import drawn_look
from tests.journeys.conftest import csrf_token
from webapp.demo_accounts import demo_accounts


@pytest.fixture(scope="module")
def look() -> bytes:
    return drawn_look()


def upload(client: FlaskClient, content: bytes, *, consent: str = "recommendation") -> TestResponse:
    token = csrf_token(client.get("/").text)
    data = {"csrf_token": token, "consent": consent, "photo": (io.BytesIO(content), "a.jpg")}
    return client.post("/photos", data=data, content_type="multipart/form-data")


def log_in(client: FlaskClient, app: Flask, role: Role) -> TestResponse:
    account = next(a for a in demo_accounts(app.extensions["wiring"].settings) if a.role == role.value)
    token = csrf_token(client.get("/account/login").text)
    return client.post(
        "/account/login", data={"csrf_token": token, "email": account.email, "password": account.password}
    )


def photo_blobs(app: Flask) -> list[Path]:
    instance: Path = app.extensions["wiring"].settings.instance
    return [path for path in (instance / "blobs").rglob("photos/**/*") if path.is_file()]


def test_a_photo_with_consent_leads_to_its_garments_and_matches(client: FlaskClient, look: bytes) -> None:
    answer = upload(client, look)
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "/products/" in page.text
    second = client.get(f"{answer.location}?garment=1")
    assert second.status_code == 200
    assert client.get(f"{answer.location}/picture").mimetype == "image/jpeg"
    assert client.get(f"{answer.location}/crops/0").mimetype == "image/jpeg"


def test_without_consent_nothing_is_kept_and_the_page_says_why(app: Flask, client: FlaskClient, look: bytes) -> None:
    answer = upload(client, look, consent="")
    assert answer.status_code == 403
    assert photo_blobs(app) == []
    with app.app_context():
        assert db.session.query(KeptPhoto).count() == 0


def test_what_is_kept_is_sealed(app: Flask, client: FlaskClient, look: bytes) -> None:
    upload(client, look)
    blobs = photo_blobs(app)
    assert blobs
    for blob in blobs:
        content = blob.read_bytes()
        assert not content.startswith(b"\xff\xd8")
        assert b"JFIF" not in content
        assert b"embedding" not in content


def test_another_visitor_cannot_see_the_photo(app: Flask, client: FlaskClient, look: bytes) -> None:
    address = upload(client, look).location
    stranger = app.test_client()
    for path in (address, f"{address}/picture", f"{address}/crops/0"):
        assert stranger.get(path).status_code == 404


def test_a_forgotten_photo_is_gone_with_all_that_was_made_of_it(app: Flask, client: FlaskClient, look: bytes) -> None:
    address = upload(client, look).location
    token = csrf_token(client.get(address).text)
    assert client.post(f"{address}/forget", data={"csrf_token": token}).status_code == 303
    assert client.get(address).status_code == 404
    assert photo_blobs(app) == []
    with app.app_context():
        assert db.session.query(KeptPhoto).count() == 0
        assert db.session.query(ConsentRecord).filter_by(withdrawn_at=None).count() == 0


def test_a_lapsed_photo_is_refused_at_once_and_erased_by_the_purge(
    app: Flask, client: FlaskClient, look: bytes
) -> None:
    address = upload(client, look).location
    with app.app_context():
        db.session.execute(update(KeptPhoto).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    assert client.get(address).status_code == 404
    result = app.test_cli_runner().invoke(args=["photos", "purge"])
    assert "1 photos erased" in result.output
    assert photo_blobs(app) == []


def test_a_withdrawn_consent_acts_on_the_next_request(app: Flask, client: FlaskClient, look: bytes) -> None:
    address = upload(client, look).location
    with app.app_context():
        db.session.execute(update(ConsentRecord).values(withdrawn_at=now()))
        db.session.commit()
    assert client.get(address).status_code == 403


def test_a_tampered_photo_does_not_open(app: Flask, client: FlaskClient, look: bytes) -> None:
    address = upload(client, look).location
    [picture] = [path for path in photo_blobs(app) if path.name == "photo.jpg"]
    content = bytearray(picture.read_bytes())
    content[100] ^= 1
    picture.write_bytes(bytes(content))
    assert client.get(f"{address}/picture").status_code == 500


def test_logging_in_ends_the_visit_and_its_photos(app: Flask, client: FlaskClient, look: bytes) -> None:
    address = upload(client, look).location
    assert log_in(client, app, Role.SHOPPER).status_code == 302
    assert client.get(address).status_code == 404
    assert photo_blobs(app) == []


def test_a_shopper_with_an_account_finds_the_photo_on_the_own_page(
    app: Flask, client: FlaskClient, look: bytes
) -> None:
    log_in(client, app, Role.SHOPPER)
    address = upload(client, look).location
    assert address in client.get("/account/").text


def test_a_form_without_its_token_is_refused(client: FlaskClient, look: bytes) -> None:
    data = {"consent": "recommendation", "photo": (io.BytesIO(look), "a.jpg")}
    assert client.post("/photos", data=data, content_type="multipart/form-data").status_code == 400


def test_a_drawn_look_can_be_tried_with_one_tap_and_makes_up_no_consent(app: Flask, client: FlaskClient) -> None:
    landing = client.get("/").text
    slug = landing.split("/looks/")[1].split('"')[0].removesuffix(".jpg")
    answer = client.post(f"/looks/{slug}", data={"csrf_token": csrf_token(landing)})
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    with app.app_context():
        assert db.session.query(ConsentRecord).count() == 0


def test_the_vault_keeps_no_photo_of_a_person_without_consent(app: Flask) -> None:
    with app.app_context(), pytest.raises(ConsentMissing):
        app.extensions["wiring"].vault.keep(photo_id="a" * 32, pseudonym="b" * 32, has_account=False)


def test_words_find_products_in_both_languages(client: FlaskClient) -> None:
    for words in ("red dress", "robe rouge"):
        page = client.get("/products", query_string={"q": words})
        assert page.status_code == 200
        assert "/products/" in page.text


def test_a_product_page_shows_similar_items_and_not_itself(client: FlaskClient) -> None:
    sku = client.get("/api/v1/products?limit=1").json["products"][0]["sku"]
    page = client.get(f"/products/{sku}").text
    assert page.count('href="/products/DM-') >= 4
    assert f'href="/products/{sku}"' not in page


def test_products_without_a_picture_leave_every_page_standing(app: Flask, client: FlaskClient, look: bytes) -> None:
    with app.app_context():
        save_product(ProductDetails("BARE-1", {"en": "Bare dress"}, "dress", 4990, "EUR", 2), pictures=[])
        emptied = list_products().items[-1]
        emptied.images.clear()
        db.session.commit()
        skus = ("BARE-1", emptied.sku)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    for path in ("/", "/products", "/products?q=dress", "/products?category=dress", "/api/v1/products"):
        assert client.get(path).status_code == 200, path
    assert "BARE-1" in client.get("/products").text
    for sku in skus:
        assert "No picture yet" in client.get(f"/products/{sku}").text
    assert client.get(upload(client, look).location).status_code == 200
    log_in(client, app, Role.SHOPPER)
    token = csrf_token(client.get("/products").text)
    client.post("/account/favourites", data={"csrf_token": token, "sku": "BARE-1", "keep": "yes"})
    mine = client.get("/account/favourites").text
    assert 'href="/products/BARE-1"' in mine, "it is on sale"
    assert "No longer in the shop" not in mine


@pytest.mark.parametrize("target", ["//evil.example", "/%0d%0aX", "/%09/evil.example", "https://evil.example"])
def test_logging_in_never_leaves_the_site(client: FlaskClient, app: Flask, target: str) -> None:
    account = demo_accounts(app.extensions["wiring"].settings)[0]
    token = csrf_token(client.get("/account/login").text)
    data = {"csrf_token": token, "email": account.email, "password": account.password}
    assert client.post(f"/account/login?next={target}", data=data).location == "/"


def test_a_page_behind_the_last_is_not_there(client: FlaskClient) -> None:
    assert client.get("/products?page=1").status_code == 200
    assert client.get("/products?page=999").status_code == 404


@pytest.mark.parametrize(
    "key", ["looks/" + "a" * 3000 + ".jpg", "photos/x/photo.jpg", "looks/../photos/x", "products/none/full.jpg"]
)
def test_media_serves_the_shops_pictures_alone(client: FlaskClient, key: str) -> None:
    assert client.get(f"/media/{key}").status_code in (400, 404)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "",
        "/\t/evil.example",
        "/\n/evil",
        "/a\r\nX: y",
        "/ /e",
    ],
)
def test_choosing_a_language_never_leaves_the_site(client: FlaskClient, target: str) -> None:
    token = csrf_token(client.get("/").text)
    answer = client.post("/language", data={"csrf_token": token, "language": "en", "next": target})
    assert answer.location == "/"


def test_the_language_is_kept_and_the_page_declares_it(client: FlaskClient) -> None:
    for language in ("en", "fr"):
        token = csrf_token(client.get("/").text)
        client.post("/language", data={"csrf_token": token, "language": language, "next": "/"})
        assert f'<html lang="{language}"' in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/products", "/privacy", "/account/login", "/nothing", "/photos/unknown"])
def test_every_page_carries_the_strict_policy_and_no_inline_code(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert " style=" not in page.text
    assert "<style" not in page.text
    assert " onclick=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "role"),
    [("/admin/", Role.MERCHANDISER), ("/privacy-desk/", Role.PRIVACY_OFFICER), ("/account/", Role.SHOPPER)],
)
def test_staff_pages_open_for_their_role_alone(app: Flask, path: str, role: Role) -> None:
    assert app.test_client().get(path).status_code == 302
    for account in Role:
        visitor = app.test_client()
        log_in(visitor, app, account)
        allowed = account in (role, Role.ADMIN) or role is Role.SHOPPER
        assert visitor.get(path).status_code == (200 if allowed else 403), account


def test_a_wrong_password_is_refused_and_not_explained(client: FlaskClient) -> None:
    token = csrf_token(client.get("/account/login").text)
    for email in ("shopper@demo.example", "nobody@demo.example"):
        answer = client.post("/account/login", data={"csrf_token": token, "email": email, "password": "guess"})
        assert answer.status_code == 401


def test_guessing_passwords_is_slowed_down(client: FlaskClient) -> None:
    token = csrf_token(client.get("/account/login").text)
    data = {"csrf_token": token, "email": "shopper@demo.example", "password": "guess"}
    answers = [client.post("/account/login", data=data).status_code for _ in range(12)]
    assert answers[-1] == 429
