"""A merchandiser changes many products at once, and takes it back: the real application without a browser."""

import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.feed_models import FeedState, FeedUpload
from catalog.history import changes_by
from catalog.listing import any_product
from catalog.product_list import find_products
from storage.database import db
from tests.factories import demo_settings
from tests.journeys.conftest import csrf_token
from tests.journeys.people import log_in
from webapp import create_app
from webapp.admin import catalogue as catalogue_pages
from webapp.admin import history as history_pages
from webapp.demo_accounts import demo_accounts
from webapp.jobs.models import JobState
from webapp.jobs.queue import claim_next, finish, open_jobs
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
    assert "48 articles sont de nouveau comme avant." in desk.get(answer.location).text


def work(shop: Flask) -> None:
    with shop.app_context():
        while run_next_job():
            pass


def test_a_change_of_more_than_a_request_can_do_is_made_in_the_background_and_undone(
    shop: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_pages, "CHANGED_AT_ONCE", 2)
    dresses = "category=dress"
    count = len(ticked(desk, 50, dresses))
    form = previewed(desk, all="1", query=dresses, action="sub_category", value="Soirée")
    assert "ids" not in form, "a catalogue's ids are not carried through a form"
    first, again = (desk.post("/admin/bulk", data=form) for _ in range(2))
    assert first.location == again.location
    assert "/admin/jobs/" in first.location
    early = desk.post(f"/admin/history/{form['batch']}/undo", data={"csrf_token": form["csrf_token"]})
    # Its first piece makes the act; until then there is nothing to undo.
    assert early.status_code == 404
    work(shop)
    page = desk.get(first.location).text
    assert f"<p>{count} articles ont été modifiés.</p>" in page
    assert f"/admin/history/{form['batch']}" in page
    assert len(ticked(desk, 50, "sub_category=Soir%C3%A9e")) == count
    assert desk.post("/admin/bulk", data=form).location == first.location, "sent again much later, it does nothing"
    desk.post(f"/admin/history/{form['batch']}/undo", data={"csrf_token": form["csrf_token"]})
    work(shop)
    assert ticked(desk, 50, "sub_category=Soir%C3%A9e") == []


@pytest.mark.parametrize("at_once", [2000, 2])
def test_prices_are_set_and_rounded_at_once_or_in_the_background_and_put_back(
    shop: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(catalogue_pages, "CHANGED_AT_ONCE", at_once)
    dresses = "category=dress"

    def prices() -> set[str]:
        return set(re.findall(r'text-nowrap">([^<]+)<', desk.get(f"/admin/?{dresses}").text))

    before = prices()
    form = previewed(desk, all="1", query=dresses, action="price_to", value="1 299,00", ending="90")
    assert form["ending"] == "90"
    desk.post("/admin/bulk", data=form)
    work(shop)
    assert len(prices()) == 1
    assert "298" in prices().pop()
    desk.post(f"/admin/history/{form['batch']}/undo", data={"csrf_token": form["csrf_token"]})
    work(shop)
    assert prices() == before


def test_the_page_of_a_job_says_how_prices_are_rounded(desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_pages, "CHANGED_AT_ONCE", 2)
    form = previewed(desk, all="1", query="category=dress", action="price", value="0", ending="90")
    page = desk.get(desk.post("/admin/bulk", data=form).location)
    assert page.status_code == 200
    assert ",90" in page.text


def test_the_preview_names_a_value_that_is_new_to_the_catalogue_and_the_list_offers_it_afterwards(
    desk: FlaskClient,
) -> None:
    asked = {"csrf_token": csrf_token(desk.get("/admin/").text), "id": ticked(desk, 1), "action": "colour"}
    warned = [desk.post("/admin/bulk/preview", data=asked | {"value": value}).text for value in ("rouuge", "navy")]
    assert ["Rouuge." in page for page in warned] == [True, False]
    form = previewed(desk, id=asked["id"], action="colour", value="rouuge")
    offered = '<option value="Rouuge">'
    assert offered not in desk.get("/admin/").text
    desk.post("/admin/bulk", data=form)
    assert offered in desk.get("/admin/").text
    desk.post(f"/admin/history/{form['batch']}/undo", data={"csrf_token": form["csrf_token"]})
    assert offered not in desk.get("/admin/").text


def test_a_change_that_runs_is_not_undone_beside_it(
    shop: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_pages, "CHANGED_AT_ONCE", 10)
    form = previewed(desk, all="1", query="", action="season", value="ss99")
    job = desk.post("/admin/bulk", data=form).location
    with shop.app_context():
        claim_next()
        with changes_by("a" * 32, kind="bulk edit", batch=form["batch"]):
            any_product(find_products().items[0].sku).season = "ss99"
        db.session.commit()
    undone = desk.post(f"/admin/history/{form['batch']}/undo", data={"csrf_token": form["csrf_token"]})
    assert undone.location == job
    assert len(ticked(desk, 50, "season=ss99")) == 1
    with shop.app_context():
        finish(int(job.rsplit("/", 1)[1]), JobState.CANCELLED)
    desk.post(f"/admin/history/{form['batch']}/undo", data={"csrf_token": form["csrf_token"]})
    assert ticked(desk, 50, "season=ss99") == []


def test_a_preview_that_no_longer_holds_is_shown_again_and_nothing_changes(desk: FlaskClient) -> None:
    for chosen in ({"id": ticked(desk, 3)}, {"all": "1", "query": "stock=in"}):
        mine = previewed(desk, action="price", value="-10", **chosen)
        theirs = previewed(desk, id=ticked(desk, 1), action="price", value="+50")
        desk.post("/admin/bulk", data=theirs)
        answer = desk.post("/admin/bulk", data=mine)
        assert answer.status_code == 409
        assert desk.get(f"/admin/history/{mine['batch']}").status_code == 404
        seen = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
        assert desk.post("/admin/bulk", data=seen).status_code == 303
        assert desk.get(f"/admin/history/{seen['batch']}").status_code == 200


@pytest.mark.parametrize(
    ("query", "kept"),
    [("category=dress&min_price=30&max_price=10", "category=dress&max_price=10"), ("q=robe&sort=no", "q=robe")],
)
def test_a_filter_that_cannot_be_is_said_beside_the_list_without_it(desk: FlaskClient, query: str, kept: str) -> None:
    answer = desk.get(f"/admin/?{query}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert re.findall(r'name="id" value="(\d+)"', answer.text) == ticked(desk, 50, kept)


def test_a_view_of_too_many_fields_is_refused(desk: FlaskClient) -> None:
    form = {"csrf_token": csrf_token(desk.get("/admin/").text), "name": "Many", "query": "&".join(["q=a"] * 501)}
    assert desk.post("/admin/views", data=form).status_code == 400


def test_a_saved_view_is_renamed_and_one_that_is_gone_is_said(desk: FlaskClient) -> None:
    token = {"csrf_token": csrf_token(desk.get("/admin/").text)}
    kept = desk.post("/admin/views", data=token | {"name": "Dreses", "query": "category=dress"}, follow_redirects=True)
    (view,) = re.findall(r'<option value="(\d+)" selected>Dreses<', kept.text)
    renamed = desk.post("/admin/views/rename", data=token | {"view": view, "name": "Dresses"})
    assert renamed.location.endswith("/admin/?category=dress")
    page = desk.get(renamed.location).text
    assert ">Dresses</a>" in page
    assert "Dreses" not in page
    desk.post(f"/admin/views/{view}/remove", data=token)
    for gone in (view, "x", ""):
        assert desk.post("/admin/views/rename", data=token | {"view": gone, "name": "Again"}).status_code == 400


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


def test_an_undo_that_is_still_at_work_is_not_undone(
    shop: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = previewed(desk, id=ticked(desk, 3), action="season", value="aw98")
    desk.post("/admin/bulk", data=form)
    with shop.app_context(), changes_by("a" * 32, kind="undo", undoes=form["batch"]) as undo:
        product = any_product(find_products().items[0].sku)
        product.season = "aw97"
        db.session.commit()
    monkeypatch.setattr(history_pages, "UNDONE_AT_ONCE", 1)
    token = {"csrf_token": form["csrf_token"]}
    job = desk.post(f"/admin/history/{form['batch']}/undo", data=token).location
    again = desk.post(f"/admin/history/{undo}/undo", data=token)
    assert again.location == job
    assert "Cette modification est en cours" in desk.get(job).text
    work(shop)
    monkeypatch.undo()
    assert "/history/" in desk.post(f"/admin/history/{undo}/undo", data=token).location


def test_a_preview_beside_an_import_says_which_of_them_speaks_last(shop: Flask, desk: FlaskClient) -> None:
    with shop.app_context():
        upload = FeedUpload(folder="f" * 32, file="maison.csv", size_bytes=1, state=FeedState.IMPORTING)
        db.session.add(upload)
        db.session.commit()
        upload_id = upload.id
    fields = {"id": ticked(desk, 1), "action": "season", "value": "ss01"}
    token = csrf_token(desk.get("/admin/").text)
    page = desk.post("/admin/bulk/preview", data={"csrf_token": token, **fields}).text
    assert f'href="/admin/feeds/{upload_id}">maison.csv</a>' in page
    with shop.app_context():
        db.session.get_one(FeedUpload, upload_id).state = FeedState.FINISHED
        db.session.commit()
    assert "maison.csv" not in desk.post("/admin/bulk/preview", data={"csrf_token": token, **fields}).text


def test_what_an_undo_changes_is_looked_at_by_another_update_of_the_index_than_one_that_runs(
    shop: Flask, desk: FlaskClient
) -> None:
    form = previewed(desk, id=ticked(desk, 2), action="withdraw")
    desk.post("/admin/bulk", data=form)
    with shop.app_context():
        running = claim_next({"update_index"})
        assert running is not None
        running_id = running.id
    desk.post(f"/admin/history/{form['batch']}/undo", data={"csrf_token": form["csrf_token"]})
    with shop.app_context():
        latest = open_jobs("update_index")[-1]
        assert latest.state == JobState.QUEUED
        assert latest.id > running_id
    work(shop)
