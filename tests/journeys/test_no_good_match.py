"""The shop says calmly when it has nothing like what is asked, in pages and in the API."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image

from demo.draw import draw_garment
from demo.products import demo_products
from recommender.onnx_encoder import WEIGHTS
from tests.factories import encoded
from tests.journeys.browser import DESKTOP, PHONE, send, visit
from tests.journeys.conftest import PRODUCTS, LiveShop, csrf_token
from tests.journeys.test_shopper import upload
from training.match_pictures import drawn_nonsense
from webapp.cli.vision import vision

NONSENSE = ("refrigerator repair", "qzx vrrk 0000", "politique monétaire", "pneu de voiture")
WORDS = ("robe rouge", "blue jeans", "a black leather handbag", "baskets blanches")
STREETS_AND_NOISE = (1000, 1003, 1008)


def noise() -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, (300, 260, 3), np.uint8)


def garment(number: int) -> NDArray[np.uint8]:
    product = demo_products()[number]
    return draw_garment(product.spec, side_pixels=400, seed=product.seed + 1).image


def recommend(client: FlaskClient, pixels: NDArray[np.uint8]) -> list[dict[str, object]]:
    data = {"consent": "recommendation", "limit": "3", "photo": (io.BytesIO(encoded(pixels)), "a.jpg")}
    garments: list[dict[str, object]] = client.post("/api/v1/recommendations", data=data).json["garments"]
    return garments


def test_photos_of_nothing_to_wear_have_no_good_match_and_show_the_nearest_all_the_same(client: FlaskClient) -> None:
    for pixels in [noise(), *map(drawn_nonsense, STREETS_AND_NOISE)]:
        for seen in recommend(client, pixels):
            assert seen["no_good_match"] is True, seen
            assert 0 <= seen["match_probability"] < 0.5
            assert len(seen["matches"]) == 3


def test_garments_that_the_shop_sells_have_good_matches(client: FlaskClient) -> None:
    every = len(demo_products()) // PRODUCTS
    judged = [recommend(client, garment(place * every))[0] for place in range(0, PRODUCTS, 4)]
    refused = [seen["match_probability"] for seen in judged if seen["no_good_match"]]
    assert len(refused) <= len(judged) // 6, refused


@pytest.mark.parametrize(("asked", "expected"), [(NONSENSE, True), (WORDS, False)])
def test_words_are_judged_too(client: FlaskClient, asked: tuple[str, ...], expected: bool) -> None:
    answers = {words: client.get("/api/v1/products", query_string={"q": words}).json for words in asked}
    assert {words: answer["no_good_match"] for words, answer in answers.items()} == dict.fromkeys(asked, expected)
    assert all(answer["products"] for answer in answers.values())


def test_how_many_matches_are_asked_for_does_not_change_the_judgement(client: FlaskClient) -> None:
    one, many = (
        client.get("/api/v1/products", query_string={"q": "robe rouge", "limit": limit}).json["match_probability"]
        for limit in (1, 40)
    )
    assert one == many


def test_the_pages_say_so_above_the_nearest_items(client: FlaskClient) -> None:
    page = client.get(upload(client, encoded(noise())).location).text
    assert page.index('id="no-good-match"') < page.index('class="product-card"')
    assert 'id="no-good-match"' not in client.get(upload(client, encoded(garment(0))).location).text
    assert 'id="no-good-match"' in client.get("/products", query_string={"q": NONSENSE[0]}).text
    assert 'id="no-good-match"' not in client.get("/products", query_string={"q": WORDS[0]}).text
    assert 'id="no-good-match"' not in client.get("/products").text


def test_a_shop_with_another_encoder_says_nothing_about_it(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    said = json.loads((WEIGHTS / "match_calibration.json").read_text())
    said["encoder"]["revision"] = "of another time"
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(said))
    from recommender.abstention import MatchCalibration

    app.extensions["wiring"].__dict__["match_calibration"] = MatchCalibration.read(path)
    answer = client.get("/api/v1/products", query_string={"q": NONSENSE[0]}).json
    assert answer["match_probability"] is None
    assert answer["no_good_match"] is None
    assert answer["products"]
    assert 'id="no-good-match"' not in client.get("/products", query_string={"q": NONSENSE[0]}).text


def test_vision_search_judges_every_query(app: Flask, tmp_path: Path) -> None:
    gallery = tmp_path / "gallery"
    gallery.mkdir()
    for number in range(30):
        Image.fromarray(garment(number)).save(gallery / f"{number}.png")
    Image.fromarray(noise()).save(tmp_path / "noise.png")
    queries = tmp_path / "queries.jsonl"
    asked = [{"photo": "noise.png"}, {"photo": "gallery/3.png"}, {"text": NONSENSE[0]}]
    queries.write_text("\n".join(map(json.dumps, asked)))
    options = ["search", "--gallery", str(gallery), "--queries", str(queries), "--limit", "3"]
    result = app.test_cli_runner().invoke(vision, [*options, "--json"])
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["no_good_match"] for answer in answers] == [True, False, True]
    assert all(0 <= answer["match_probability"] <= 1 and len(answer["names"]) == 3 for answer in answers)
    assert app.test_cli_runner().invoke(vision, options).stdout.count("(no good match)") == 2


@pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])
def test_a_browser_shows_the_message_and_the_nearest_items(
    open_shop: LiveShop, tmp_path: Path, language: str, width: int
) -> None:
    photo = tmp_path / "street.jpg"
    photo.write_bytes(encoded(drawn_nonsense(1003)))
    with visit(open_shop.url, language=language, width=width) as shopper:
        send(shopper, photo)
        notice = shopper.words("Nothing in the shop really looks like this. The nearest items are below.")
        assert shopper.page.locator("#no-good-match").inner_text() == notice
        assert shopper.page.locator(".product-card").count() > 0
        shopper.look("photo-no-good-match")
        shopper.go("/products?q=refrigerator+repair")
        notice = shopper.words("No item really answers these words. The nearest ones are below.")
        assert shopper.page.locator("#no-good-match").inner_text() == notice
        shopper.look("words-no-good-match")


def test_the_shops_own_drawn_looks_are_never_sent_away(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept-Language": "en"}).text
    slugs = re.findall(r'action="/looks/([^"]+)"', page)
    assert slugs
    token = csrf_token(page)
    for slug in slugs:
        shown = client.post(f"/looks/{slug}", data={"csrf_token": token}, follow_redirects=True)
        assert shown.status_code == 200
        assert "Nothing in the shop really looks like this" not in shown.text
