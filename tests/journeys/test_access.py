"""Every page and act, tried by everybody: who gets in is written here once more, by address, apart from the code."""

import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from accounts.models import Role
from accounts.permissions import ROLES_WITH, Permission
from privacy.models import ShopAuditNote
from storage.database import db
from tests.factories import demo_settings
from tests.journeys.conftest import csrf_token
from tests.journeys.people import log_in
from webapp import create_app
from webapp.cli.access import access_page, staff_routes
from webapp.demo_accounts import demo_accounts
from webapp.jobs.models import Job
from webapp.jobs.queue import enqueue
from webapp.jobs.tasks import CATALOGUE_TASKS, TASKS

VISITOR = "visitor"
PEOPLE = (VISITOR, *(role.value for role in Role))
DESKS = {
    "/admin/panels": {"merchandiser", "privacy_officer", "admin"},
    "/admin": {"merchandiser", "admin"},
    "/privacy-desk": {"privacy_officer", "admin"},
}
"""Beginning of the address, the longest first -> who gets in."""


@pytest.fixture(scope="module")
def shop(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("access") / "instance"))
    app = create_app(demo_settings(copy))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture(scope="module")
def people(shop: Flask) -> dict[str, FlaskClient]:
    """A browser of each role, logged in, and a visitor's."""
    clients = {name: shop.test_client() for name in PEOPLE}
    for account in demo_accounts(shop.extensions["wiring"].settings):
        assert log_in(clients[account.role], account.email, account.password).status_code in (302, 303)
    return clients


def address_of(shop: Flask, rule: Rule) -> str:
    """An address of the route, with things that do not exist."""
    dummies = {
        name: 1 if isinstance(converter, IntegerConverter) else "nothing"
        for name, converter in rule._converters.items()
    }
    return shop.url_map.bind("localhost").build(rule.endpoint, dummies, method=methods_of(rule)[0])


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def desk_routes(shop: Flask) -> list[Rule]:
    return [rule for rule in shop.url_map.iter_rules() if rule.rule.startswith(tuple(DESKS))]


def who_gets_in(address: str) -> set[str]:
    return next(people for beginning, people in DESKS.items() if address.startswith(beginning))


def is_sent_to_log_in(answer: TestResponse) -> bool:
    return answer.status_code in (302, 303) and "/account/login" in (answer.location or "")


def test_every_page_of_a_desk_asks_for_a_permission_and_no_other_page_does(shop: Flask) -> None:
    guarded = {
        rule.rule for rule in shop.url_map.iter_rules() if hasattr(shop.view_functions[rule.endpoint], "permission")
    }
    assert guarded == {rule.rule for rule in desk_routes(shop)}


def test_each_role_opens_its_own_desk_only(shop: Flask, people: dict[str, FlaskClient]) -> None:
    wrong = []
    for rule in desk_routes(shop):
        address = address_of(shop, rule)
        permission: Permission = shop.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
        assert who_gets_in(address) >= {role.value for role in ROLES_WITH[permission]}, address
        for method in methods_of(rule):
            for name in PEOPLE:
                if name != VISITOR and Role(name) in ROLES_WITH[permission]:
                    continue
                # With a token of their own: it is the role that is refused, not the form.
                form = {"csrf_token": csrf_token(people[name].get("/").text)} if method != "GET" else None
                answer = people[name].open(address, method=method, data=form)
                refused = is_sent_to_log_in(answer) if name == VISITOR else answer.status_code == 403
                if not refused:
                    wrong.append((name, method, address, answer.status_code))
    assert wrong == []


def test_who_has_the_permission_gets_in(shop: Flask, people: dict[str, FlaskClient]) -> None:
    wrong = []
    for rule in desk_routes(shop):
        if "GET" not in methods_of(rule):
            continue
        address = address_of(shop, rule)
        permission: Permission = shop.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
        for role in ROLES_WITH[permission]:
            answer = people[role.value].get(address, buffered=True)
            if answer.status_code in (401, 403, 500) or is_sent_to_log_in(answer):
                wrong.append((role.value, address, answer.status_code))
    assert wrong == []


def test_no_act_is_done_without_the_token_of_a_form(shop: Flask, people: dict[str, FlaskClient]) -> None:
    acts = [(rule, method) for rule in desk_routes(shop) for method in methods_of(rule) if method != "GET"]
    assert acts
    answers = {
        (rule.rule, method): people["admin"].open(address_of(shop, rule), method=method) for rule, method in acts
    }
    assert {key: answer.status_code for key, answer in answers.items() if answer.status_code != 400} == {}
    assert all("form" in answer.text.lower() or "formulaire" in answer.text.lower() for answer in answers.values())


@pytest.mark.parametrize("number", ["0", "-1", str(2**31), str(2**63), str(10**30), "1.0", "abc"])
def test_a_number_that_names_nothing_is_not_found_on_any_page(
    shop: Flask, people: dict[str, FlaskClient], number: str
) -> None:
    token = csrf_token(people["admin"].get("/").text)
    wrong = []
    for rule in desk_routes(shop):
        if "<int:" not in rule.rule:
            continue
        address = re.sub("<int:[a-z_]+>", number, rule.rule)
        for method in methods_of(rule):
            answer = people["admin"].open(address, method=method, data={"csrf_token": token})
            # An empty form may be refused first; taking away what is not there has been done already.
            done_before = answer.status_code == 303 and address.endswith(("remove", "delete"))
            if answer.status_code not in (400, 404, 405) and not done_before:
                wrong.append((method, address, answer.status_code))
    assert wrong == []


def test_the_catalogue_s_desk_neither_shows_nor_stops_jobs_of_people_s_data(
    shop: Flask, people: dict[str, FlaskClient]
) -> None:
    assert set(TASKS) - CATALOGUE_TASKS == {"purge_lapsed", "make_export", "import_archive"}
    with shop.app_context():
        personal, ours = enqueue("make_export", archive_id="a", person="b").id, enqueue("update_index").id
        db.session.commit()
    desk = people["merchandiser"]
    form = {"csrf_token": csrf_token(desk.get("/").text)}
    for job, status in ((personal, 404), (ours, 200)):
        assert [desk.get(f"/admin/jobs/{job}{page}").status_code for page in ("", "/progress")] == [status, status]
        assert (f'href="/admin/jobs/{job}"' in desk.get("/admin/jobs").text) == (status == 200)
    assert desk.post(f"/admin/jobs/{personal}/cancel", data=form).status_code == 404
    assert desk.post(f"/admin/jobs/{ours}/cancel", data=form).status_code == 303
    with shop.app_context():
        assert db.session.get_one(Job, personal).state == "queued"
        assert db.session.get_one(Job, ours).state == "cancelled"
        assert "catalogue.job_stopped" in db.session.scalars(select(ShopAuditNote.action)).all()


@pytest.mark.parametrize(
    ("address", "action"),
    [
        ("/admin/to-put-right/look", "catalogue.looked_through"),
        ("/admin/classification/suggest-all", "catalogue.suggestions_asked"),
    ],
)
def test_what_staff_ask_of_the_background_is_in_the_audit(
    shop: Flask, people: dict[str, FlaskClient], address: str, action: str
) -> None:
    desk = people["merchandiser"]
    assert desk.post(address, data={"csrf_token": csrf_token(desk.get("/").text)}).status_code == 303
    with shop.app_context():
        assert action in db.session.scalars(select(ShopAuditNote.action)).all()


def test_a_merchandiser_may_do_nothing_with_personal_data_and_an_officer_nothing_with_the_catalogue() -> None:
    assert Role.MERCHANDISER not in ROLES_WITH[Permission.HANDLE_PERSONAL_DATA]
    officers = {permission for permission, roles in ROLES_WITH.items() if Role.PRIVACY_OFFICER in roles}
    assert officers == {Permission.HANDLE_PERSONAL_DATA, Permission.JUDGE_RELEVANCE}
    assert not any(Role.SHOPPER in roles for roles in ROLES_WITH.values())
    assert set(ROLES_WITH) == set(Permission)


def test_the_page_of_roles_is_up_to_date() -> None:
    documented = (Path(__file__).resolve().parents[2] / "docs" / "ACCESS.md").read_text(encoding="utf-8")
    assert documented == access_page(), "run `flask access document > docs/ACCESS.md`"


def test_the_command_lists_every_route_of_the_desks(shop: Flask) -> None:
    listed = {route for route, _ in staff_routes(shop)}
    assert listed == {f"{method} {rule.rule}" for rule in desk_routes(shop) for method in methods_of(rule)}
