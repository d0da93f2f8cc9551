"""A relevance panel from its opening to its dated report."""

import io
import json
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from accounts.models import Role
from catalog.history_models import ChangeBatch
from catalog.models import ProductImage
from privacy.models import ShopAuditNote
from privacy.sources import Scope
from recommender.panel_models import PanelJudgement, PanelMatch, PanelQuery, RelevancePanel
from recommender.panels import shuffled
from recommender.signals_source import JudgementsSource
from storage.database import db, now
from tests.factories import demo_settings, drawn_look
from tests.journeys.conftest import csrf_token
from tests.journeys.test_shopper import log_in
from webapp import create_app
from webapp.shop.looks import looks_on_offer
from webapp.wiring import wiring


@pytest.fixture(scope="module")
def shop(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("panels") / "instance"))
    return create_app(demo_settings(copy))


@pytest.fixture(scope="module")
def merchandiser(shop: Flask) -> FlaskClient:
    client = shop.test_client()
    log_in(client, shop, Role.MERCHANDISER)
    return client


@pytest.fixture(scope="module")
def officer(shop: Flask) -> FlaskClient:
    client = shop.test_client()
    log_in(client, shop, Role.PRIVACY_OFFICER)
    return client


def opened(client: FlaskClient, shop: Flask, *photos: bytes, looks: int = 1, title: str = "November") -> TestResponse:
    with shop.app_context():
        slugs = [look.slug for look in looks_on_offer(wiring().blobs)[:looks]]
    files = [(io.BytesIO(photo), f"photo-{number}.jpg") for number, photo in enumerate(photos)]
    token = csrf_token(client.get("/admin/panels").text)
    data = {"csrf_token": token, "title": title, "look": slugs, "photo": files}
    return client.post("/admin/panels", data=data, content_type="multipart/form-data")


def matches_on(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="(match-\d+)"', page)))


def say(client: FlaskClient, page: str, **said: str) -> TestResponse:
    action = re.search(r'action="(/admin/panels/\d+/photos/\d+)"', page)
    assert action
    return client.post(action[1], data={"csrf_token": csrf_token(page), **said})


def close(client: FlaskClient, panel: str) -> TestResponse:
    return client.post(f"{panel}/close", data={"csrf_token": csrf_token(client.get(panel).text)})


def count(shop: Flask, table: type[RelevancePanel] | type[PanelQuery] | type[PanelJudgement]) -> int:
    with shop.app_context():
        return len(db.session.scalars(select(table)).all())


def test_testers_judge_in_parts_and_the_closed_panel_has_a_report(
    shop: Flask, merchandiser: FlaskClient, officer: FlaskClient
) -> None:
    panel = opened(merchandiser, shop, drawn_look(1), looks=1).location
    page = merchandiser.get(f"{panel}/judge").text
    matches = matches_on(page)
    assert len(matches) == 10
    assert not re.search(r"DM-\d+", page), "a tester sees pictures alone"
    half = say(merchandiser, page, **dict.fromkeys(matches[:5], "yes"))
    assert half.location.endswith("?photo=1")
    assert merchandiser.get(half.location).text.count(" checked") == 5
    say(merchandiser, page, **dict.fromkeys(matches[5:], "no"), **dict.fromkeys(matches[:5], "yes"))
    second = merchandiser.get(f"{panel}/judge").text
    assert set(matches_on(second)).isdisjoint(matches)
    say(merchandiser, second, **dict.fromkeys(matches_on(second), "yes"))
    assert merchandiser.get(f"{panel}/judge").status_code == 303
    other = officer.get(f"{panel}/judge").text
    say(officer, other, **dict.fromkeys(matches_on(other), "yes"))
    assert "%" not in re.sub(r"<[^>]+>", "", officer.get(panel).text), "no result before the panel is closed"
    assert close(officer, panel).status_code == 303
    with shop.app_context():
        closed = db.session.scalars(select(RelevancePanel)).one()
        assert closed.report is not None
        assert (closed.report["judgements"], len(closed.report["judges"])) == (30, 2)
        assert closed.report["share"] == pytest.approx(25 / 30)
        assert closed.report["agreement"] == 0.5
    report = officer.get(panel).text
    assert "83" in report
    assert say(merchandiser, page, **{matches[0]: "no"}).status_code == 409
    assert close(merchandiser, panel).status_code == 409


def test_each_tester_has_an_order_of_their_own_that_stays(shop: Flask, merchandiser: FlaskClient) -> None:
    opened(merchandiser, shop, looks=1)
    with shop.app_context():
        query = db.session.scalars(select(PanelQuery).order_by(PanelQuery.id.desc())).first()
        assert query is not None
        orders = {tuple(match.rank for match in shuffled(query, f"{person:032x}")) for person in range(5)}
        assert len(orders) == 5
        assert all(sorted(order) == list(range(1, 11)) for order in orders)
        assert shuffled(query, "a" * 32) == shuffled(query, "a" * 32)


def test_a_panel_with_something_that_is_no_photo_is_not_opened_at_all(shop: Flask, merchandiser: FlaskClient) -> None:
    before = count(shop, RelevancePanel), count(shop, PanelQuery)
    refused = opened(merchandiser, shop, drawn_look(), b"no photo", looks=1)
    assert refused.status_code == 400
    assert "photo-1.jpg" in refused.text
    assert opened(merchandiser, shop, looks=0).status_code == 400
    assert opened(merchandiser, shop, *[drawn_look()] * 21, looks=0).status_code == 400
    assert opened(merchandiser, shop, title="  ").status_code == 400
    assert opened(merchandiser, shop, title="x" * 121).status_code == 400
    assert (count(shop, RelevancePanel), count(shop, PanelQuery)) == before


def test_what_is_no_answer_is_left_out_and_a_stranger_s_photo_is_not_found(
    shop: Flask, merchandiser: FlaskClient
) -> None:
    panel = opened(merchandiser, shop, looks=1).location
    before = count(shop, PanelJudgement)
    page = merchandiser.get(f"{panel}/judge").text
    wrong = {matches_on(page)[0]: "perhaps", "match-999999": "yes", "match-": "yes", "match-1e3": "no"}
    assert say(merchandiser, page, **wrong).status_code == 303
    assert count(shop, PanelJudgement) == before
    assert close(merchandiser, panel).status_code == 409
    assert merchandiser.get(f"{panel}/photos/999999/picture").status_code == 404
    for panel_id in (999999, 10**30):
        assert merchandiser.get(f"/admin/panels/{panel_id}").status_code == 404


def test_judgements_are_handed_out_and_go_with_the_tester(shop: Flask, merchandiser: FlaskClient) -> None:
    panel = opened(merchandiser, shop, looks=1).location
    page = merchandiser.get(f"{panel}/judge").text
    say(merchandiser, page, **{matches_on(page)[0]: "yes"})
    with shop.app_context():
        judgement = db.session.scalars(select(PanelJudgement).order_by(PanelJudgement.id.desc())).first()
        assert judgement is not None
        source, scope = JudgementsSource(), Scope(judgement.pseudonym)
        exported = source.export(scope)["panel_judgements"]
        assert isinstance(exported, list)
        assert {"at", "sku", "good_match"} == set(exported[0])
        source.erase(scope)
        db.session.commit()
        assert not source.remains(scope)


def test_a_deleted_panel_leaves_only_its_line_in_the_audit(shop: Flask, merchandiser: FlaskClient) -> None:
    kept, gone = (opened(merchandiser, shop, looks=looks, title=f"Of {looks}\x00").location for looks in (1, 2))
    page = merchandiser.get(f"{gone}/judge").text
    say(merchandiser, page, **dict.fromkeys(matches_on(page), "yes"))
    assert close(merchandiser, gone).status_code == 303
    judged = count(shop, PanelJudgement)
    with shop.app_context():
        first, second = db.session.get_one(RelevancePanel, int(gone.rsplit("/", 1)[1])).queries
        keys = first.blob_key, second.blob_key
    token = csrf_token(merchandiser.get(gone).text)
    assert merchandiser.post(f"{gone}/delete").status_code == 400
    assert merchandiser.post(f"{gone}/delete", data={"csrf_token": token}).location == "/admin/panels"
    assert merchandiser.get(gone).status_code == 404
    assert merchandiser.post(f"{gone}/delete", data={"csrf_token": token}).status_code == 404
    assert count(shop, PanelJudgement) == judged - 10
    with shop.app_context():
        assert [wiring().blobs.has(key) for key in keys] == [True, False], "the other panel shows the first one too"
        noted = db.session.scalars(select(ShopAuditNote).filter_by(action="panel.deleted")).one()
        details = json.loads(noted.details)
        assert (details["title"], details["share"], details["judgements"]) == ("Of 2", "1.00", 10)
    assert merchandiser.get(kept).status_code == 200


def test_an_open_panel_keeps_the_pictures_of_products_that_have_others_now(
    shop: Flask, merchandiser: FlaskClient
) -> None:
    opened(merchandiser, shop, looks=1)
    with shop.app_context():
        shown = db.session.scalars(select(PanelMatch.thumb_key).order_by(PanelMatch.id.desc())).first()
        assert shown is not None
        db.session.execute(delete(ProductImage).where(ProductImage.content_hash == shown.split("/")[1]))
        db.session.execute(delete(ChangeBatch))
        db.session.commit()
        assert "0 pictures deleted." in shop.test_cli_runner().invoke(args=["catalog", "sweep"]).output
        assert wiring().blobs.has(shown)
        db.session.execute(update(RelevancePanel).values(closed_at=now()))
        db.session.commit()
        assert "1 pictures deleted." in shop.test_cli_runner().invoke(args=["catalog", "sweep"]).output
        assert not wiring().blobs.has(shown)
