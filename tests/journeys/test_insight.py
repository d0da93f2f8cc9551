"""The insight page and its file: the same anonymous numbers, and nothing of the week that is not over."""

import csv
import html
import io
import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.models import Role
from recommender.insight import ROUNDED_TO, weeks_over
from recommender.wanted import family_of_colour, garment_of_category
from storage.database import db, now
from tests.factories import demo_settings
from tests.journeys.test_shopper import log_in
from webapp import create_app
from webapp.demo_shoppers import invent_shoppers


@pytest.fixture(scope="module")
def desk(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A merchandiser's browser, in a shop that had shoppers in its last three weeks."""
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("insight") / "instance"))
    app: Flask = create_app(demo_settings(copy))
    with app.app_context():
        invent_shoppers(now().date(), weeks=3)
        db.session.commit()
    client = app.test_client()
    log_in(client, app, Role.MERCHANDISER)
    return client


def lines_of(desk: FlaskClient) -> list[dict[str, str]]:
    answer = desk.get("/admin/insight.csv")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_page_draws_the_weeks_and_tells_the_latest_in_detail(desk: FlaskClient) -> None:
    page = desk.get("/admin/insight").text
    assert page.count('class="chart-column"') == 3
    assert page.count('class="chart-dot"') == 3
    assert "<script>" not in page
    latest = weeks_over(now().date(), weeks=1)[0]
    assert f'value="{latest.isoformat()}" selected' in page


def test_the_file_holds_the_numbers_of_the_page_and_nobody(desk: FlaskClient) -> None:
    lines = lines_of(desk)
    counts = [int(line["about"]) for line in lines if line["about"]]
    assert len(counts) > 20
    assert all(count % ROUNDED_TO == 0 and count >= 20 for count in counts)
    assert {line["week"] for line in lines} == {monday.isoformat() for monday in weeks_over(now().date(), weeks=3)}
    relevance = [line for line in lines if line["measure"] == "good matches"]
    assert all(float(line["share_low"]) <= float(line["share"]) <= float(line["share_high"]) for line in relevance)
    assert len(relevance) == 3
    page = desk.get(f"/admin/insight?week={lines[0]['week']}").text
    missed = [line for line in lines if line["measure"] == "searches without a good match"]
    assert missed
    assert all(line["about"] in page for line in missed if line["week"] == lines[0]["week"])


def test_what_was_looked_for_in_vain_leads_to_what_the_catalogue_has_of_it(desk: FlaskClient) -> None:
    addresses = re.findall(r'href="(/admin/[?](?:category|colour)=[^"]+)"', desk.get("/admin/insight").text)
    assert addresses
    for address in map(html.unescape, addresses):
        assert desk.get(address).status_code == 200
        asked = parse_qs(urlsplit(address).query)
        assert len({garment_of_category(category) for category in asked.get("category", ["dress"])}) == 1
        assert len({family_of_colour(colour) for colour in asked.get("colour", ["red"])}) == 1


@pytest.mark.parametrize("week", ["2001-01-01", "yesterday", "", "2026-11-17"])
def test_a_week_that_is_not_on_offer_is_no_page(desk: FlaskClient, week: str) -> None:
    assert desk.get("/admin/insight", query_string={"week": week}).status_code == 404


def test_a_shop_without_shoppers_says_that_there_is_too_little(client: FlaskClient, app: Flask) -> None:
    log_in(client, app, Role.MERCHANDISER)
    page = client.get("/admin/insight").text
    assert not any(drawn in page for drawn in ("chart-column", "chart-dot", 'class="bar"'))
    assert page.count("Trop peu de personnes") >= 8
