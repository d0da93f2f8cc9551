"""Hearts and thumbs on the shop's pages, and what the statistics learn of searches."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from accounts.models import Role
from catalog.models import Product
from privacy.models import KeptPhoto
from recommender import favourites
from recommender.search_counts import count_waiting_searches
from recommender.signal_models import Favourite, MatchOpinion, SearchCount
from storage.database import db, now
from tests.factories import drawn_look
from tests.journeys.conftest import csrf_token
from tests.journeys.test_shopper import log_in, upload
from webapp.jobs.worker import purge_lapsed_photos
from webapp.wiring import wiring


def send(client: FlaskClient, path: str, page: str, **fields: str) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_token(page), **fields})


def first_sku(page: str) -> str:
    found = re.search(r'id="item-([^"]+)"', page)
    assert found
    return found[1]


def token_in(page: str) -> str:
    found = re.search(r'name="search" value="([^"]+)"', page)
    assert found
    return found[1]


def counted(app: Flask) -> list[SearchCount]:
    with app.app_context():
        count_waiting_searches(wiring().searches)
        return list(db.session.scalars(select(SearchCount).order_by(SearchCount.kind)))


def test_a_heart_keeps_a_product_on_one_s_own_page(app: Flask, client: FlaskClient) -> None:
    visitors = client.get("/products").text
    sku = first_sku(visitors)
    assert "/account/login?next=/products" in visitors
    assert send(client, "/account/favourites", visitors, sku=sku, keep="yes").location.startswith("/account/login")
    log_in(client, app, Role.SHOPPER)
    page = client.get("/products").text
    kept = send(client, "/account/favourites", page, sku=sku, keep="yes", next="/products")
    assert kept.location == f"/products#item-{sku}"
    mine = client.get("/account/favourites").text
    assert f'id="item-{sku}"' in mine
    assert 'aria-pressed="true"' in mine
    answer = client.post(
        "/account/favourites",
        data={"csrf_token": csrf_token(mine), "sku": sku, "keep": "no"},
        headers={"Accept": "application/json"},
    )
    assert answer.json == {"sku": sku, "keep": "no"}
    assert f'id="item-{sku}"' not in client.get("/account/favourites").text


def test_a_product_that_was_withdrawn_stays_on_the_page_and_can_be_taken_away(app: Flask, client: FlaskClient) -> None:
    log_in(client, app, Role.SHOPPER)
    page = client.get("/products").text
    sku = first_sku(page)
    send(client, "/account/favourites", page, sku=sku, keep="yes")
    with app.app_context():
        db.session.scalars(select(Product).filter_by(sku=sku)).one().deleted_at = now()
        db.session.commit()
    mine = client.get("/account/favourites").text
    assert f'id="item-{sku}"' in mine
    assert f"/products/{sku}" not in mine
    assert send(client, "/account/favourites", mine, sku=sku, keep="yes").status_code == 404
    send(client, "/account/favourites", mine, sku=sku, keep="no")
    with app.app_context():
        assert db.session.scalars(select(Favourite)).all() == []


def test_a_visitor_judges_the_matches_of_a_photo_and_sees_it_again(app: Flask, client: FlaskClient) -> None:
    photo = upload(client, drawn_look()).location
    page = client.get(photo).text
    sku = first_sku(page)
    judged = send(client, "/opinions", page, search=token_in(page), sku=sku, good="no", next=photo)
    assert judged.location == f"{photo}#item-{sku}"
    assert client.get(photo).text.count('aria-pressed="true"') == 1
    assert 'aria-pressed="true"' not in app.test_client().get("/products?q=robe").text
    send(client, "/opinions", page, search=token_in(page), sku=sku, good="")
    with app.app_context():
        assert db.session.scalars(select(MatchOpinion)).all() == []


def test_what_no_button_of_the_shop_says_is_refused_and_nothing_is_kept(app: Flask, client: FlaskClient) -> None:
    page = client.get("/products?q=robe").text
    sku, token = first_sku(page), token_in(page)
    assert send(client, "/opinions", page, search="photo-" + "f" * 32, sku=sku, good="yes").status_code == 400
    assert send(client, "/opinions", page, search=token, sku=sku, good="maybe").status_code == 400
    assert send(client, "/opinions", page, search=token, sku="no such", good="yes").status_code == 404
    assert client.post("/opinions", data={"search": token, "sku": sku, "good": "yes"}).status_code == 400
    assert send(
        client, "/opinions", page, search=token, sku=sku, good="yes", next="//evil.example"
    ).location.startswith("/#")
    with app.app_context():
        assert len(db.session.scalars(select(MatchOpinion)).all()) == 1


def test_words_are_counted_by_what_they_name_and_a_click_through_is_noticed(app: Flask, client: FlaskClient) -> None:
    client.get("/products?q=robe rouge")
    assert counted(app) == [], "nothing is stored on a device only to count"
    client.get("/")
    page = client.get("/products?q=robe rouge").text
    client.get("/products?q=robe rouge&colour=red")
    found = re.search(r'href="(/products/[^"?]+\?via=[^"]+)"', page)
    assert found
    [search] = counted(app)
    assert (search.kind, search.garment, search.colour, search.clicked) == ("words", "dress", "red", False)
    app.test_client().get(found[1])
    client.get(f"/products?q=robe rouge&via={token_in(page)}")
    assert not counted(app)[0].clicked
    assert client.get(found[1]).status_code == 200
    assert [search.clicked for search in counted(app)] == [True]


def test_a_photo_is_counted_with_consent_to_statistics_alone_and_outlives_the_photo(
    app: Flask, client: FlaskClient
) -> None:
    client.get(upload(client, drawn_look()).location)
    assert counted(app) == []
    token = csrf_token(client.get("/").text)
    both = {"consent": ["recommendation", "statistics"], "photo": (io.BytesIO(drawn_look()), "a.jpg")}
    photo = client.post("/photos", data={"csrf_token": token, **both}, content_type="multipart/form-data").location
    for _ in range(2):
        client.get(photo)
    [search] = counted(app)
    assert search.photo_id == photo.rpartition("/")[2]
    with app.app_context():
        kept = db.session.get_one(KeptPhoto, search.photo_id)
        kept.expires_at = now() - timedelta(minutes=1)
        db.session.commit()
        purge_lapsed_photos()
    assert [search.photo_id for search in counted(app)] == [None]


def test_the_api_leaves_notes_only_with_consent_to_statistics(app: Flask, client: FlaskClient) -> None:
    for consent in ("recommendation", ["recommendation", "statistics"]):
        data = {"consent": consent, "photo": (io.BytesIO(drawn_look()), "a.jpg")}
        answer = client.post("/api/v1/recommendations", data=data, content_type="multipart/form-data")
        assert answer.status_code == 200
    said = answer.get_json()
    assert [search.photo_id for search in counted(app)] == [said["photo_id"]] * len(said["garments"])


def test_two_presses_at_once_are_one(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one looks before the first has written, and finds its row when it writes itself."""
    log_in(client, app, Role.SHOPPER)
    page = client.get("/products").text
    sku = first_sku(page)
    assert send(client, "/account/favourites", page, sku=sku, keep="yes").status_code == 303
    known, too_early = favourites.favourite_product_ids, [True]
    monkeypatch.setattr(
        favourites, "favourite_product_ids", lambda person: set() if too_early and too_early.pop() else known(person)
    )
    assert send(client, "/account/favourites", page, sku=sku, keep="yes").status_code == 303
    assert not too_early
    with app.app_context():
        assert len(db.session.scalars(select(Favourite)).all()) == 1
