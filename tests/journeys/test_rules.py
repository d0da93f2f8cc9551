"""A merchandiser writes rules, and shoppers see the shop by them from the next search on."""

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from catalog.editing import set_stock
from catalog.merchandising import Act, Rule, Selection
from catalog.models import Product
from catalog.products import product_by_sku
from catalog.rule_editing import add_rule, rule_changes, rule_of, stored_rules
from catalog.rule_models import StoredRule
from privacy.models import ShopAuditNote
from storage.database import db
from tests.factories import demo_settings, drawn_look
from tests.journeys.conftest import csrf_token
from tests.journeys.people import staff_of
from webapp import create_app
from webapp.shop.looks import looks_on_offer
from webapp.wiring import wiring


@pytest.fixture(scope="module")
def shop(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("rules") / "instance"))
    return create_app(demo_settings(copy))


@pytest.fixture(scope="module")
def desk(shop: Flask) -> FlaskClient:
    return staff_of(shop)


@pytest.fixture
def shopper(shop: Flask) -> Iterator[FlaskClient]:
    """Somebody in a shop that has no rule, before and after."""
    yield shop.test_client()
    with shop.app_context():
        for stored in stored_rules():
            db.session.delete(stored)
        # The book is turned by the history's last line.
        add_rule(Rule("nothing", Act.PIN, Selection(skus=("nothing",)), is_on=False), changed_as="admin")
        db.session.execute(db.delete(StoredRule))
        db.session.commit()


def post(desk: FlaskClient, path: str, **fields: object) -> TestResponse:
    token = csrf_token(desk.get("/admin/rules/new").text)
    return desk.post(path, data={"csrf_token": token, **fields}, content_type="multipart/form-data")


def write(desk: FlaskClient, act: str, **fields: object) -> TestResponse:
    return post(desk, "/admin/rules", act=act, is_on="1", **fields)


def matches_of_a_look(shopper: FlaskClient) -> list[dict[str, Any]]:
    """The matches of the first garment, in their order."""
    form = {"consent": "recommendation", "photo": (io.BytesIO(drawn_look(1)), "look.jpg")}
    answer = shopper.post("/api/v1/recommendations", data=form, content_type="multipart/form-data")
    return list(answer.json["garments"][0]["matches"])


def seen_by_photo(shopper: FlaskClient, **fields: str) -> list[list[str]]:
    """The SKUs for each garment of a look, in their order."""
    form = {"consent": "recommendation", "photo": (io.BytesIO(drawn_look(1)), "look.jpg"), **fields}
    answer = shopper.post("/api/v1/recommendations", data=form, content_type="multipart/form-data")
    assert answer.status_code == 200
    return [[match["sku"] for match in garment["matches"]] for garment in answer.json["garments"]]


def listed(shopper: FlaskClient) -> list[str]:
    return [product["sku"] for product in shopper.get("/api/v1/products?limit=100").json["products"]]


def described(shopper: FlaskClient, words: str) -> list[str]:
    return [one["sku"] for one in shopper.get(f"/api/v1/products?q={words}&limit=20").json["products"]]


def test_a_hidden_product_is_nowhere_from_the_next_request_on(
    shop: Flask, desk: FlaskClient, shopper: FlaskClient
) -> None:
    sku = seen_by_photo(shopper)[0][0]
    before = seen_by_photo(shopper)
    neighbour = before[0][1]
    assert write(desk, "hide", skus=sku).status_code == 303
    assert sku not in listed(shopper)
    assert sku not in described(shopper, "red+dress")
    after = seen_by_photo(shopper)
    assert [len(garment) for garment in after] == [len(garment) for garment in before]
    assert not any(sku in garment for garment in after)
    assert shopper.get(f"/products/{sku}").status_code == 404
    assert post(desk, "/account/favourites", sku=sku, keep="yes").status_code == 404
    for page in ("/", "/products", f"/products/{neighbour}"):
        assert f"/products/{sku}" not in shopper.get(page).text
    assert desk.get(f"/admin/products/{sku}").status_code == 200


def test_nothing_of_a_product_that_is_hidden_later_is_told_to_who_kept_or_judges_it(
    shop: Flask, desk: FlaskClient, shopper: FlaskClient
) -> None:
    page = desk.get("/products?q=robe").text
    token = re.search(r'name="search" value="([^"]+)"', page)
    assert token
    sku = re.findall(r'id="item-([^"]+)"', page)[0]
    with shop.app_context():
        title = product_by_sku(sku).title("en")
        picture = product_by_sku(sku).images[0].thumb_key
    assert post(desk, "/account/favourites", sku=sku, keep="yes").status_code == 303
    assert write(desk, "hide", skus=sku).status_code == 303
    mine = desk.get("/account/favourites").text
    assert f'id="item-{sku}"' in mine
    assert title not in mine
    assert picture not in mine
    told = [post(desk, "/opinions", search=token[1], sku=each, good="yes").status_code for each in (sku, "UNKNOWN")]
    assert told == [404, 404]
    assert post(desk, "/account/favourites", sku=sku, keep="no").status_code == 303
    assert f'id="item-{sku}"' not in desk.get("/account/favourites").text


def test_a_rule_s_name_is_one_line_and_too_many_items_are_one_problem(
    shop: Flask, desk: FlaskClient, shopper: FlaskClient
) -> None:
    assert write(desk, "pin", skus=listed(shopper)[0], title="Sales\x00 of\r\n\tMay").status_code == 303
    with shop.app_context():
        assert [stored.title for stored in stored_rules()] == ["Sales of May"]
    refused = write(desk, "pin", skus=" ".join(f"DM-{number}" for number in range(51)))
    assert refused.status_code == 400
    assert re.findall(r'class="problem" id="([a-z_]+)-problem"', refused.text) == ["skus"]


def test_a_removed_rule_comes_back_once_as_it_was(shop: Flask, desk: FlaskClient, shopper: FlaskClient) -> None:
    sku = listed(shopper)[3]
    said = {"skus": sku, "title": "Embargo", "priority": "70", "starts_on": "2026-01-01", "ends_on": "2099-12-31"}
    assert write(desk, "hide", **said).status_code == 303
    with shop.app_context():
        [before] = map(rule_of, stored_rules())
    assert post(desk, f"/admin/rules/{before.id}/remove").status_code == 303
    assert sku in listed(shopper)
    with shop.app_context():
        removed, added = (change.id for change in rule_changes(before.id))
    for _ in range(2):
        assert post(desk, f"/admin/rules/changes/{removed}/back").status_code == 303
    with shop.app_context():
        [after] = map(rule_of, stored_rules())
    assert replace(after, id=before.id) == before
    assert sku not in listed(shopper)
    assert post(desk, f"/admin/rules/changes/{added}/back").status_code == 404


def test_a_rule_that_changes_nothing_today_says_so(shop: Flask, desk: FlaskClient, shopper: FlaskClient) -> None:
    said = {"over": {"ends_on": "2020-01-01"}, "to come": {"starts_on": "2099-01-01"}, "is off": {"is_on": ""}}
    for words, fields in said.items():
        assert post(desk, "/admin/rules", **{"act": "bury", "is_on": "1", "categories": "dress"} | fields).location
        assert words in desk.get("/admin/rules").text


def test_google_is_not_told_of_what_a_rule_never_shows(shop: Flask, desk: FlaskClient, shopper: FlaskClient) -> None:
    sku = listed(shopper)[0]

    def told(feed_format: str) -> bool:
        return sku in desk.get(f"/admin/feeds/export/file?format={feed_format}").text

    assert [told(one) for one in ("google-xml", "google-tsv", "csv", "jsonl")] == [True, True, True, True]
    assert write(desk, "hide", skus=sku).status_code == 303
    assert [told(one) for one in ("google-xml", "google-tsv", "csv", "jsonl")] == [False, False, True, True]


def test_a_pin_comes_first_in_lists_and_where_it_answers(shop: Flask, desk: FlaskClient, shopper: FlaskClient) -> None:
    plain = seen_by_photo(shopper)[0]
    with shop.app_context():
        category = db.session.scalar(select(Product.category).filter_by(sku=plain[0]))
        other = str(db.session.scalar(select(Product.sku).where(Product.category != category).order_by(Product.id)))
    last = plain[4]
    assert write(desk, "pin", skus=f"{last}, {other}").status_code == 303
    assert listed(shopper)[:2] == [last, other]
    with shop.app_context():
        answers = db.session.scalar(select(Product.category).filter_by(sku=last)) == category
    assert not answers or seen_by_photo(shopper)[0][0] == last
    assert seen_by_photo(shopper, category="no-such-category") == [[] for _ in seen_by_photo(shopper)]


def test_a_boost_and_a_bury_move_and_leave_the_likeness(desk: FlaskClient, shopper: FlaskClient) -> None:
    plain = matches_of_a_look(shopper)
    # The closest pair: at least there a strong rule must change the order.
    first = min(range(len(plain) - 1), key=lambda place: plain[place]["similarity"] - plain[place + 1]["similarity"])
    upper, lower = plain[first]["sku"], plain[first + 1]["sku"]
    likeness = {match["sku"]: match["similarity"] for match in plain}
    write(desk, "boost", skus=lower, strength="3", title="Up")
    boosted = {match["sku"]: match["similarity"] for match in matches_of_a_look(shopper)}
    assert list(boosted).index(lower) < list(boosted).index(upper)
    write(desk, "bury", skus=lower, strength="3", priority="90", title="Down")
    buried = {match["sku"]: match["similarity"] for match in matches_of_a_look(shopper)}
    assert lower not in buried or list(buried).index(lower) > list(buried).index(upper)
    assert all(some.get(sku, cosine) == cosine for some in (boosted, buried) for sku, cosine in likeness.items())


def test_what_is_sold_out_goes_and_comes_back_with_the_stock(
    shop: Flask, desk: FlaskClient, shopper: FlaskClient
) -> None:
    sku = listed(shopper)[0]
    assert write(desk, "hide_sold_out").status_code == 303
    for stock, is_there in ((0, False), (3, True)):
        with shop.app_context():
            set_stock(sku, stock)
            db.session.commit()
        assert (sku in listed(shopper)) is is_there
        assert shopper.get(f"/products/{sku}").status_code == 200


def test_a_rule_that_is_off_or_not_yet_due_does_nothing(desk: FlaskClient, shopper: FlaskClient) -> None:
    sku = listed(shopper)[0]
    assert write(desk, "hide", skus=sku, starts_on="2999-01-01").status_code == 303
    assert post(desk, "/admin/rules", act="hide", skus=sku).status_code == 303
    assert sku in listed(shopper)
    page = desk.get("/admin/rules").text
    assert "not yet" in page
    assert "off" in page


def test_a_switch_turns_a_rule_off_and_on(shop: Flask, desk: FlaskClient, shopper: FlaskClient) -> None:
    sku = listed(shopper)[0]
    write(desk, "hide", skus=sku)
    with shop.app_context():
        rule_id = stored_rules()[0].id
    for on, is_there in (("", True), ("1", False)):
        assert post(desk, f"/admin/rules/{rule_id}/switch", on=on).status_code == 303
        assert (sku in listed(shopper)) is is_there


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"act": "boost"}, "Say which items"),
        ({"act": "explode", "skus": "SKU"}, "Choose one of the values on offer."),
        ({"act": "hide", "skus": "no-such-sku"}, "The shop has no item no-such-sku."),
        ({"act": "hide", "brands": "No Such Brand"}, "No item on sale has this: No Such Brand."),
        ({"act": "hide", "max_stock": "few"}, "This must be a whole number from 0 to 1000000."),
        ({"act": "hide", "min_stock": "5", "max_stock": "2"}, "The lower bound is above the upper one."),
        ({"act": "hide", "skus": "SKU", "ends_on": "tomorrow"}, "Write a day as 2026-12-24."),
        (
            {"act": "hide", "skus": "SKU", "starts_on": "2026-02-02", "ends_on": "2026-02-01"},
            "The last day is before the first.",
        ),
        ({"act": "hide", "skus": "SKU", "priority": "0"}, "This must be a whole number from 1 to 100."),
        ({"act": "hide", "skus": "SKU", "title": "x" * 81}, "Use at most 80 characters."),
        ({"act": "pin", "skus": " ".join(f"sku{number}" for number in range(51))}, "Name 50 items at most."),
    ],
)
def test_a_faulty_form_names_the_fault_and_saves_nothing(
    shop: Flask, desk: FlaskClient, shopper: FlaskClient, fields: dict[str, str], words: str
) -> None:
    sku = listed(shopper)[0]
    typed = {name: value.replace("SKU", sku) for name, value in fields.items()}
    answer = post(desk, "/admin/rules", **typed)
    assert answer.status_code == 400
    assert words in answer.text
    for name in ("skus", "title", "ends_on"):
        assert typed.get(name, "") in answer.text
    with shop.app_context():
        assert stored_rules() == []


def test_a_form_with_hundreds_of_ticks_is_read(shop: Flask, desk: FlaskClient, shopper: FlaskClient) -> None:
    answer = post(desk, "/admin/rules", act="hide", brands=[f"Brand {number}" for number in range(300)])
    assert answer.status_code == 400
    assert "No item on sale has this: Brand 0" in answer.text
    assert post(desk, "/admin/rules", act="hide", brands=["x"] * 2100).status_code == 413


def test_two_merchandisers_do_not_write_over_each_other(shop: Flask, desk: FlaskClient, shopper: FlaskClient) -> None:
    sku = listed(shopper)[0]
    write(desk, "hide", skus=sku, title="Mine")
    with shop.app_context():
        rule_id = stored_rules()[0].id
    seen = re.search(r'name="version" value="(\d+)"', desk.get(f"/admin/rules/{rule_id}").text)
    assert seen
    first = post(desk, f"/admin/rules/{rule_id}", act="bury", skus=sku, version=seen[1], title="Mine")
    second = post(desk, f"/admin/rules/{rule_id}", act="pin", skus=sku, version=seen[1], title="Typed in vain")
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Typed in vain" in second.text
    with shop.app_context():
        assert stored_rules()[0].act == "bury"


def test_each_act_is_in_the_history_and_in_the_audit(shop: Flask, desk: FlaskClient, shopper: FlaskClient) -> None:
    sku = listed(shopper)[0]
    write(desk, "hide", skus=sku)
    with shop.app_context():
        rule_id = stored_rules()[0].id
    assert post(desk, f"/admin/rules/{rule_id}", act="bury", skus=sku, version="1", is_on="1").status_code == 303
    assert post(desk, f"/admin/rules/{rule_id}/remove").status_code == 303
    assert desk.get(f"/admin/rules/{rule_id}").status_code == 404
    with shop.app_context():
        assert [change.what for change in rule_changes(rule_id)] == ["removed", "changed", "added"]
        assert {change.changed_as for change in rule_changes(rule_id)} == {"merchandiser"}
        noted = db.session.scalars(select(ShopAuditNote).where(ShopAuditNote.action.startswith("catalogue.rule")))
        ours = [one for one in noted if f'"rule": {rule_id}' in one.details]
    assert [one.action for one in ours] == [f"catalogue.rule_{what}" for what in ("added", "changed", "removed")]
    assert all(re.fullmatch("[0-9a-f]{32}", one.actor) for one in ours)


def test_a_rule_without_a_name_is_said_once_and_an_english_day_comes_before_its_month(
    shop: Flask, desk: FlaskClient, shopper: FlaskClient
) -> None:
    sku = listed(shopper)[0]
    write(desk, "hide", skus=sku)
    with shop.app_context():
        rule_changes()[0].at = datetime(2026, 2, 1, 12, tzinfo=UTC)
        db.session.commit()
    page = desk.get("/admin/rules").text
    assert f"<p>Never shows: item {sku}.</p>" not in page
    assert "01/02/2026, " in page


def test_contradicting_rules_are_named_with_the_winner(desk: FlaskClient, shopper: FlaskClient) -> None:
    sku = listed(shopper)[0]
    write(desk, "pin", skus=sku, title="Stars", priority="90")
    write(desk, "hide", skus=sku, title="Not yet")
    write(desk, "bury", skus=sku, title="Old", priority="95")
    page = desk.get("/admin/rules").text
    assert "“Not yet” and “Stars” contradict each other about 1 item: “Not yet” wins." in page
    assert "“Old” and “Stars” contradict each other about 1 item: “Old” wins." in page
    assert "“Not yet” and “Old”" not in page


@pytest.mark.parametrize("asked", ["look", "photo", "words"])
def test_a_draft_is_previewed_and_not_saved(shop: Flask, desk: FlaskClient, shopper: FlaskClient, asked: str) -> None:
    with shop.app_context():
        slug = looks_on_offer(wiring().blobs)[1].slug
    sku = seen_by_photo(shopper)[0][0] if asked != "words" else described(shopper, "dress")[0]
    what: dict[str, object] = {
        "look": {"look": slug},
        "photo": {"photo": (io.BytesIO(drawn_look(1)), "look.jpg")},
        "words": {"words": "dress"},
    }[asked]
    answer = post(desk, "/admin/rules/preview", act="hide", skus=sku, **what)
    assert answer.status_code == 200
    without, with_rule = re.split('class="preview-list"', answer.text)[1:3]
    assert f"/admin/products/{sku}" in without
    assert f"/admin/products/{sku}" not in with_rule
    assert f">{sku}</textarea>" in answer.text
    assert sku in listed(shopper)


def test_a_preview_of_nothing_or_of_a_broken_photo_says_so(desk: FlaskClient, shopper: FlaskClient) -> None:
    sku = listed(shopper)[0]
    nothing = post(desk, "/admin/rules/preview", act="hide", skus=sku)
    assert nothing.status_code == 400
    assert "Choose a look or a photo" in nothing.text
    assert f">{sku}</textarea>" in nothing.text
    broken = {"photo": (io.BytesIO(b"no photo"), "look.jpg")}
    unreadable = post(desk, "/admin/rules/preview", act="hide", skus=sku, **broken)
    assert unreadable.status_code == 415
    assert "This is no photo that we can read" in unreadable.text
    assert f">{sku}</textarea>" in unreadable.text
