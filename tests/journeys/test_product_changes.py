"""A merchandiser changes many products at once, and takes it back: the real application without a browser."""

import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import demo_settings
from tests.journeys.conftest import csrf_token
from tests.journeys.people import log_in
from webapp import create_app
from webapp.admin import history as history_pages
from webapp.demo_accounts import demo_accounts
from webapp.jobs.worker import run_next_job


@pytest.fixture(scope="module")
def shop(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("changes") / "instance"))
    return create_app(demo_settings(copy))


@pytest.fixture(scope="module")
def desk(shop: Flask) -> FlaskClient:
    client = shop.test_client()
    accounts = {account.role: account for account in demo_accounts(shop.extensions["wiring"].settings)}
    log_in(client, accounts["merchandiser"].email, accounts["merchandiser"].password)
    return client


def ticked(desk: FlaskClient, count: int, query: str = "") -> list[str]:
    return re.findall(r'name="id" value="(\d+)"', desk.get(f"/admin/?{query}").text)[:count]


def previewed(desk: FlaskClient, **fields: object) -> dict[str, str]:
    """Preview a change; return what the page's form would send."""
    page = desk.post("/admin/bulk/preview", data={"csrf_token": csrf_token(desk.get("/admin/").text), **fields})
    assert page.status_code == 200
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


def test_a_change_sent_twice_is_made_once(desk: FlaskClient) -> None:
    form = previewed(desk, id=ticked(desk, 3), action="price", value="+10")
    first, again = (desk.post("/admin/bulk", data=form) for _ in range(2))
    assert first.location == again.location
    act = desk.get(f"/admin/history/{form['batch']}").text
    assert act.count("→") == 3
    history = desk.get("/admin/history").text
    assert history.count(form["batch"]) == 2, "one link, one button"


def test_a_large_act_is_undone_in_the_background(
    shop: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_pages, "UNDONE_AT_ONCE", 10)
    form = previewed(desk, all="1", query="", action="withdraw")
    desk.post("/admin/bulk", data=form)
    assert ticked(desk, 50) == []
    answer = desk.post(f"/admin/history/{form['batch']}/undo", data={"csrf_token": form["csrf_token"]})
    assert "/admin/jobs/" in answer.location
    with shop.app_context():
        while run_next_job():
            pass
    assert len(ticked(desk, 50)) == 48
    assert "48 products put back" in desk.get(answer.location).text


def test_nobody_is_named_in_the_history(shop: Flask, desk: FlaskClient) -> None:
    accounts = {account.role: account for account in demo_accounts(shop.extensions["wiring"].settings)}
    form = previewed(desk, id=ticked(desk, 1), action="brand", value="Maison Test")
    desk.post("/admin/bulk", data=form)
    colleague = shop.test_client()
    log_in(colleague, accounts["admin"].email, accounts["admin"].password)
    for language in ("fr", "en"):
        colleague.post("/language", data={"language": language, "csrf_token": csrf_token(colleague.get("/").text)})
        page = colleague.get(f"/admin/history/{form['batch']}").text
        assert re.search(r"Merchandis\w+ [0-9a-f]{6}\b", page)
        assert not re.search(r"\b[0-9a-f]{32}\b", re.sub(r'(href|action|value)="[^"]*"', "", page))
        assert accounts["merchandiser"].email not in page
