"""A corrected garment: sealed with its photo, first in the matches, gone with the photo, taken along in a copy."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from accounts.models import Role
from catalog.products import ProductFilter, facets, list_products
from privacy.sources import Scope
from recommender.from_photo import PhotoReading
from recommender.garment_corrections import GarmentCorrection, corrections_of
from storage.database import db
from tests.factories import drawn_look
from tests.journeys.conftest import csrf_token
from tests.journeys.test_requests_desk import pseudonym_of
from tests.journeys.test_shopper import log_in, photo_blobs, upload
from webapp.photo_flow import shelf


@pytest.fixture
def shopper(app: Flask) -> FlaskClient:
    client = app.test_client()
    log_in(client, app, Role.SHOPPER)
    return client


@pytest.fixture
def photo_id(shopper: FlaskClient) -> str:
    return upload(shopper, drawn_look()).location.rsplit("/", 1)[1]


def correct(client: FlaskClient, photo_id: str, number: int = 0, **said: str) -> int:
    token = csrf_token(client.get(f"/photos/{photo_id}").text)
    address = f"/photos/{photo_id}/garments/{number}/correction"
    return client.post(address, data=MultiDict({"csrf_token": token} | said)).status_code


def shown_skus(client: FlaskClient, photo_id: str, query: str = "") -> list[str]:
    import re

    page = client.get(f"/photos/{photo_id}{query}").text
    return re.findall(r'href="/products/([^"?]+)[?"]', page[page.index('id="matches"') :])


def test_a_corrected_type_and_colour_come_first_and_the_rest_follows(
    app: Flask, shopper: FlaskClient, photo_id: str
) -> None:
    before = shown_skus(shopper, photo_id)
    with app.app_context():
        kept = app.extensions["wiring"].vault.open(
            photo_id, pseudonym=pseudonym_of(app, Role.SHOPPER), has_account=True
        )
        reading = PhotoReading.from_json(kept.read("reading.json"))
        on_sale = facets()
        plain = shelf(ProductFilter()).answer_garment(reading.garments[0], reading, limit=24)
        # A type that the models did not put first, as a shopper would say it of a garment that was misread.
        first = plain.matches[0].product
        category = next(slug for slug in on_sale.categories if slug != first.category)
        colour = next(iter(facets(ProductFilter(categories=frozenset((category,)))).colours))
        said = GarmentCorrection(category, colour)
        corrected = shelf(ProductFilter()).answer_garment(reading.garments[0], reading, limit=24, correction=said)
        fitting = [m for m in corrected.matches if (m.product.category, m.product.colour) == (category, colour)]
        assert fitting
        assert corrected.matches[: len(fitting)] == fitting
        assert (plain.matches[0].product.category, plain.matches[0].product.colour) != (category, colour)
        similarities = [match.similarity for match in fitting]
        assert similarities == sorted(similarities, reverse=True)
        assert len({m.product.sku for m in corrected.matches}) == len(corrected.matches) == len(plain.matches)
    assert correct(shopper, photo_id, category=category, colour=colour) == 303
    after = shown_skus(shopper, photo_id)
    assert after != before
    assert after[: len(fitting)] == [match.product.sku for match in fitting]


def test_without_both_the_type_comes_first_and_then_the_colour(app: Flask, shopper: FlaskClient, photo_id: str) -> None:
    with app.app_context():
        kept = app.extensions["wiring"].vault.open(
            photo_id, pseudonym=pseudonym_of(app, Role.SHOPPER), has_account=True
        )
        reading = PhotoReading.from_json(kept.read("reading.json"))
        on_sale = facets()
        category, colour = next(
            (category, colour)
            for category in on_sale.categories
            for colour in on_sale.colours
            if not list_products(ProductFilter(categories=frozenset((category,)), colours=frozenset((colour,)))).total
        )
        said = GarmentCorrection(category, colour)
        matches = shelf(ProductFilter()).answer_garment(reading.garments[0], reading, limit=24, correction=said).matches
        fits = [(match.product.category == category, match.product.colour == colour) for match in matches]
    assert fits[0] == (True, False)
    assert fits == sorted(fits, reverse=True)


def test_a_filter_of_the_search_wins_over_the_correction(app: Flask, shopper: FlaskClient, photo_id: str) -> None:
    with app.app_context():
        one, other = list(facets().categories)[:2]
    correct(shopper, photo_id, category=one)
    filtered = shown_skus(shopper, photo_id, f"?category={other}")
    assert filtered
    with app.app_context():
        assert GarmentCorrection(one).narrowed(ProductFilter(categories=frozenset((other,)))).categories == {other}


def test_taken_back_the_models_speak_again(shopper: FlaskClient, photo_id: str) -> None:
    before = shown_skus(shopper, photo_id)
    correct(shopper, photo_id, category="hat", colour="gold")
    correct(shopper, photo_id, category="", colour="")
    assert shown_skus(shopper, photo_id) == before


def test_a_type_that_the_shop_does_not_sell_changes_nothing_else(shopper: FlaskClient, photo_id: str) -> None:
    before = shown_skus(shopper, photo_id)
    assert correct(shopper, photo_id, category="saree", colour="turquoise") == 303
    assert set(shown_skus(shopper, photo_id)) == set(before)


def test_what_was_said_is_sealed_with_the_photo_and_goes_with_it(
    app: Flask, shopper: FlaskClient, photo_id: str
) -> None:
    correct(shopper, photo_id, category="dress", colour="red")
    [stored] = [path for path in photo_blobs(app) if path.name == "corrections.json"]
    assert b"dress" not in stored.read_bytes()
    with app.app_context():
        kept = app.extensions["wiring"].vault.open(
            photo_id, pseudonym=pseudonym_of(app, Role.SHOPPER), has_account=True
        )
        assert corrections_of(kept) == {0: GarmentCorrection("dress", "red")}
    token = csrf_token(shopper.get(f"/photos/{photo_id}").text)
    shopper.post(f"/photos/{photo_id}/forget", data={"csrf_token": token})
    assert not [path for path in photo_blobs(app) if path.name == "corrections.json"]


def test_the_correction_is_in_the_persons_copy(app: Flask, shopper: FlaskClient, photo_id: str) -> None:
    correct(shopper, photo_id, category="dress")
    with app.app_context():
        scope = Scope(pseudonym_of(app, Role.SHOPPER))
        source = next(s for s in app.extensions["wiring"].personal_data_sources if s.name == "photo copies")
        [photo] = source.export(scope)["photos"]
    assert photo["garments"][0]["corrections"] == {"category": "dress"}


def test_the_source_takes_a_correction_over_too(app: Flask, shopper: FlaskClient, photo_id: str) -> None:
    pseudonym = pseudonym_of(app, Role.SHOPPER)
    with app.app_context():
        source = next(s for s in app.extensions["wiring"].personal_data_sources if s.name == "photo copies")
        source.rectify(Scope(pseudonym, photo_id=photo_id), {"garments": {"0": {"colour": "navy"}}, "name": "Anna"})
        db.session.commit()
    assert "navy" in shopper.get(f"/photos/{photo_id}").text


@pytest.mark.parametrize(
    ("number", "said", "status"),
    [
        (0, {"category": "spaceship"}, 400),
        (0, {"colour": "<script>"}, 400),
        (99, {"category": "dress"}, 400),
        (0, {"category": "x" * 5000}, 400),
    ],
)
def test_what_cannot_be_said_of_a_garment_is_refused(
    app: Flask, shopper: FlaskClient, photo_id: str, number: int, said: dict[str, str], status: int
) -> None:
    assert correct(shopper, photo_id, number, **said) == status
    assert not [path for path in photo_blobs(app) if path.name == "corrections.json"]


def test_nobody_corrects_anothers_photo(app: Flask, shopper: FlaskClient, photo_id: str) -> None:
    stranger = app.test_client()
    token = csrf_token(stranger.get("/").text)
    answer = stranger.post(f"/photos/{photo_id}/garments/0/correction", data={"csrf_token": token, "category": "dress"})
    assert answer.status_code == 404


def test_the_audit_knows_that_and_not_what_was_corrected(app: Flask, shopper: FlaskClient, photo_id: str) -> None:
    correct(shopper, photo_id, category="dress", colour="red")
    with app.app_context():
        from privacy.models import ShopAuditNote

        [note] = db.session.query(ShopAuditNote).filter_by(action="garment.corrected")
        assert json.loads(note.details) == {"attributes": "category, colour"}
