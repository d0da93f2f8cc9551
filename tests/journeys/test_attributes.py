"""What garments are, on the command line and at the catalogue desk; a person's correction wins in both."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from accounts.models import Role
from catalog.products import list_products
from recommender.attribute_corrections import corrections_of
from recommender.attributes import NAMED_ATTRIBUTES
from recommender.errors import EncoderReadsNoAttributes
from recommender.garment_colours import FAMILIES
from recommender.models import AttributeCorrection
from recommender.onnx_attributes import OnnxAttributeReader
from storage.database import db
from tests.factories import drawn_look, encoded
from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import LiveShop, csrf_token
from tests.journeys.test_browser_staff import log_in as log_in_browser
from tests.journeys.test_shopper import log_in
from tests.needs import missing
from webapp.cli import vision


@pytest.fixture(autouse=True)
def _weights_that_read_attributes() -> None:
    try:
        OnnxAttributeReader()
    except EncoderReadsNoAttributes:
        missing("the released weights read no attributes")


@pytest.fixture
def no_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An instance folder that does not exist, for the commands."""
    yield from _commands_for(tmp_path / "nowhere", monkeypatch)


@pytest.fixture
def shop(instance: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The small shop's folder, for the commands."""
    yield from _commands_for(instance, monkeypatch)


def _commands_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DEMO", "1")
    monkeypatch.setenv("INSTANCE_DIR", str(folder))
    vision._wiring.cache_clear()
    yield folder
    vision._wiring.cache_clear()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "look.jpg").write_bytes(drawn_look())
    swatch = np.full((224, 224, 3), 255, np.uint8)
    swatch[40:180, 60:160] = (30, 60, 170)
    (folder / "swatch.png").write_bytes(encoded(swatch, "PNG"))
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(vision.vision, [str(word) for word in words])


def read(folder: Path, *options: str) -> dict[str, dict[str, object]]:
    done = run("attributes", folder, "--json", *options)
    assert done.exit_code == 0, done.output
    return {said["photo"]: said for said in map(json.loads, done.stdout.splitlines())}


def test_each_photo_is_one_json_object(no_shop: Path, photos: Path) -> None:
    for options in ((), ("--garment", "whole")):
        found = read(photos, *options)
        assert set(found) == {"look.jpg", "swatch.png"}
        for said in found.values():
            for name in NAMED_ATTRIBUTES:
                probabilities = [said[name]["probability"], *(one["probability"] for one in said[name]["others"])]
                assert probabilities == sorted(probabilities, reverse=True)
                assert 0 < sum(probabilities) <= 1.001
            assert sum(colour["share"] for colour in said["colours"]) == pytest.approx(1, abs=0.001)
            assert {colour["name"] for colour in said["colours"]} <= set(FAMILIES)
    assert not no_shop.exists(), "reading photos must not make a shop"


def test_a_blue_thing_on_white_ground_is_measured_without_the_ground(no_shop: Path, photos: Path) -> None:
    colours = read(photos)["swatch.png"]["colours"]
    assert [round(colour["share"], 2) for colour in colours] == [1.0]
    lightness, _, b = colours[0]["lab"]
    assert lightness < 50
    assert b < -30


def test_the_table_has_a_line_a_photo_and_unreadable_photos_are_named(no_shop: Path, photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"no photo")
    done = run("attributes", photos)
    assert done.exit_code == 1
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["look.jpg", "swatch.png"]
    assert "left out" in done.stderr
    assert "broken.jpg" in done.stderr


def test_a_correction_is_stored_wins_and_can_be_withdrawn(shop: Path, photos: Path) -> None:
    before = read(photos)
    assert run("correct", photos / "swatch.png", "--attribute", "articleType", "--value", "Skirts").exit_code == 0
    assert run("correct", photos / "swatch.png", "--attribute", "colour", "--value", "purple").exit_code == 0
    corrected = read(photos)
    assert corrected["swatch.png"]["articleType"] == {
        "value": "Skirts",
        "probability": 1.0,
        "others": [],
        "corrected": True,
    }
    main = corrected["swatch.png"]["colours"][0]
    assert (main["name"], main["probability"], main["corrected"]) == ("purple", 1.0, True)
    assert corrected["look.jpg"] == before["look.jpg"]
    for name in ("articleType", "colour"):
        assert run("correct", photos / "swatch.png", "--attribute", name, "--withdraw").exit_code == 0
    assert read(photos) == before


def test_a_correction_to_something_unknown_lists_what_there_is(shop: Path, photos: Path) -> None:
    wrong_value = run("correct", photos / "look.jpg", "--attribute", "pattern", "--value", "spotty")
    assert wrong_value.exit_code == 1
    assert all(value in wrong_value.stderr for value in ("solid", "striped", "checked", "printed", "other"))
    wrong_name = run("correct", photos / "look.jpg", "--attribute", "sleeves", "--value", "long")
    assert wrong_name.exit_code == 1
    assert "articleType" in wrong_name.stderr


def test_a_correction_needs_a_shop_to_be_stored_in(no_shop: Path, photos: Path) -> None:
    done = run("correct", photos / "look.jpg", "--attribute", "pattern", "--value", "solid")
    assert done.exit_code == 1
    assert "flask db upgrade" in done.stderr
    assert not no_shop.exists()


@dataclass(frozen=True)
class OnSale:
    """A product of the shop, and what its picture is stored under."""

    address: str
    content_hash: str


@pytest.fixture
def product(app: Flask) -> OnSale:
    with app.app_context():
        found = list_products(page_size=1).items[0]
        return OnSale(f"/admin/products/{found.sku}", found.images[0].content_hash)


def corrections(app: Flask, product: OnSale) -> dict[str, str]:
    with app.app_context():
        return corrections_of(product.content_hash)


def form_of(client: FlaskClient, product: OnSale) -> dict[str, str]:
    """The hidden fields of the product's page."""
    return {"csrf_token": csrf_token(client.get(product.address).text), "content_hash": product.content_hash}


def test_a_merchandiser_corrects_a_product_and_the_correction_wins(
    app: Flask, client: FlaskClient, product: OnSale
) -> None:
    log_in(client, app, Role.MERCHANDISER)
    form = form_of(client, product) | {"pattern": "checked", "colour": "green"}
    assert client.post(f"{product.address}/attributes", data=form).status_code == 303
    assert corrections(app, product) == {"pattern": "checked", "colour": "green"}
    with app.app_context():
        assert set(db.session.scalars(db.select(AttributeCorrection.corrected_as))) == {"merchandiser"}
    again = client.get(product.address).text
    assert '<option value="checked" selected>' in again
    assert '<option value="green" selected>' in again
    client.post(f"{product.address}/attributes", data=form | {"pattern": ""})
    assert corrections(app, product) == {"colour": "green"}


def test_the_desk_refuses_unknown_values_and_a_picture_that_has_changed(
    app: Flask, client: FlaskClient, product: OnSale
) -> None:
    log_in(client, app, Role.MERCHANDISER)
    form = form_of(client, product)
    refused = client.post(f"{product.address}/attributes", data=form | {"pattern": "spotty"})
    assert refused.status_code == 400
    assert "striped" in refused.text
    other_picture = form | {"content_hash": "0" * 64, "pattern": "solid"}
    assert client.post(f"{product.address}/attributes", data=other_picture).status_code == 303
    assert corrections(app, product) == {}


def test_only_merchandisers_see_and_correct_it(app: Flask, client: FlaskClient, product: OnSale) -> None:
    log_in(client, app, Role.SHOPPER)
    assert client.get(product.address).status_code == 403
    form = {"csrf_token": csrf_token(client.get("/").text), "content_hash": product.content_hash, "pattern": "solid"}
    assert client.post(f"{product.address}/attributes", data=form).status_code == 403
    assert corrections(app, product) == {}


@pytest.mark.parametrize(("language", "width"), [("fr", PHONE), ("en", DESKTOP)])
def test_the_desk_shows_and_corrects_with_a_real_browser(open_shop: LiveShop, language: str, width: int) -> None:
    with visit(open_shop.url, language=language, width=width) as person:
        page, words = person.page, person.words
        log_in_browser(person, open_shop, "merchandiser")
        page.locator(".seen-link").first.click()
        page.wait_for_url("**/admin/products/*")
        person.look("desk-product")
        page.select_option("#correct-season", "Winter")
        page.get_by_role("button", name=words("Save the corrections")).click()
        page.locator(".notice-success").wait_for()
        assert page.locator("#correct-season").input_value() == "Winter"
        assert page.locator(".tag", has_text=words("Corrected")).count() == 1
        person.look("desk-product-corrected")
        page.select_option("#correct-season", "")
        page.get_by_role("button", name=words("Save the corrections")).click()
        page.locator(".notice-success").wait_for()


def test_what_is_no_picture_and_what_is_no_attribute_is_not_corrected(shop: Path, photos: Path) -> None:
    (photos / "notes.jpg").write_text("no picture")
    refused = run("correct", photos / "notes.jpg", "--attribute", "usage", "--value", "Sports")
    assert refused.exit_code == 1
    assert "notes.jpg" in refused.stderr
    withdrawn = run("correct", photos / "swatch.png", "--attribute", "weight", "--withdraw")
    assert withdrawn.exit_code == 1
    assert "there is no attribute 'weight'" in withdrawn.stderr
