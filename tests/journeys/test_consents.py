"""A shopper's consents without a browser: each purpose by itself, taken back with effect on the next request."""

import io
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from accounts.models import Role, WardrobeItem
from privacy.consent import CONSENT_TEXTS, Purpose, consents_in_force
from privacy.consent_texts import EARLIER_TEXTS
from privacy.models import ConsentRecord, GarmentCount, KeptPhoto, ShopAuditNote
from privacy.photo_vault import KEPT_UNTIL_REMOVED
from privacy.sources import Scope
from privacy.standing import change_standing
from privacy.statistics import months_of_garments
from privacy.withdrawals import KEEPING_A_PHOTO, unsettled_withdrawals
from storage.database import Model, db, now
from tests.factories import drawn_look
from tests.journeys.conftest import csrf_token
from tests.journeys.test_shopper import log_in, photo_blobs
from webapp.photo_consents import finish_withdrawals

ALL = tuple(Purpose)


@pytest.fixture(scope="module")
def look() -> bytes:
    return drawn_look(1)


@pytest.fixture
def shopper(app: Flask) -> FlaskClient:
    """Somebody with an account."""
    client = app.test_client()
    log_in(client, app, Role.SHOPPER)
    return client


def upload(client: FlaskClient, content: bytes, *purposes: str, name: str = "a.jpg") -> TestResponse:
    token = csrf_token(client.get("/").text)
    data = {"csrf_token": token, "consent": list(purposes), "photo": (io.BytesIO(content), name)}
    return client.post("/photos", data=data, content_type="multipart/form-data")


def sent(client: FlaskClient, content: bytes, *purposes: str) -> str:
    """Upload and return the photo's id."""
    answer = upload(client, content, *purposes)
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def switch(client: FlaskClient, photo_id: str, purpose: str, *, on: bool) -> TestResponse:
    return post(client, f"/photos/{photo_id}/consents/{purpose}", agreed=str(int(on)))


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    token = csrf_token(client.get("/").text)
    return client.post(path, data={"csrf_token": token, **fields})


def count_of(app: Flask, table: type[Model], **fields: str) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table).filter_by(**fields)) or 0


def agreed_to(app: Flask, photo_id: str) -> set[Purpose]:
    with app.app_context():
        return set(consents_in_force(photo_id))


def expires_at(app: Flask, photo_id: str) -> object:
    with app.app_context():
        return db.session.get_one(KeptPhoto, photo_id).expires_at


def test_nothing_but_the_search_is_agreed_to_unless_its_box_is_ticked(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    page = shopper.get("/").text
    assert page.count('name="consent"') == len(ALL)
    assert "checked" not in page.split('name="consent"', 1)[1].split("</fieldset>")[0]
    photo_id = sent(shopper, look, "recommendation")
    assert agreed_to(app, photo_id) == {Purpose.RECOMMENDATION}
    assert count_of(app, WardrobeItem) == count_of(app, GarmentCount) == 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_consent_is_recorded_with_its_words_its_language_and_its_time(
    app: Flask, shopper: FlaskClient, look: bytes, language: str
) -> None:
    post(shopper, "/language", language=language, next="/")
    began = now()
    photo_id = sent(shopper, look, *ALL)
    with app.app_context():
        records = consents_in_force(photo_id)
        owner = db.session.get_one(KeptPhoto, photo_id).pseudonym
        assert set(records) == set(ALL)
        for purpose, record in records.items():
            assert record.text_sha256 == CONSENT_TEXTS[purpose].sha256(language)
            assert (record.language, record.pseudonym) == (language, owner)
            assert began <= record.given_at <= now()
        given = select(func.count()).where(ShopAuditNote.action == "consent.given")
        assert db.session.scalar(given) == len(ALL)


def test_what_is_ticked_is_done_and_shown_on_the_result_and_account_pages(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    photo_id = sent(shopper, look, *ALL)
    garments = count_of(app, WardrobeItem)
    assert garments >= 2
    assert count_of(app, GarmentCount) == garments
    assert expires_at(app, photo_id) == KEPT_UNTIL_REMOVED
    for path in (f"/photos/{photo_id}", f"/photos/{photo_id}/consents", "/account/"):
        page = shopper.get(path).text
        assert page.count('aria-checked="true"') == len(ALL), path
    assert shopper.get("/account/wardrobe").text.count("wardrobe-item") == garments


def test_what_was_agreed_to_is_shown_in_the_words_of_then(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, "recommendation")
    [earlier] = EARLIER_TEXTS[Purpose.RECOMMENDATION]
    with app.app_context():
        db.session.execute(update(ConsentRecord).values(text_version=earlier.version))
        db.session.commit()
    page = shopper.get(f"/photos/{photo_id}/consents").text
    assert earlier.fr in page
    assert CONSENT_TEXTS[Purpose.RECOMMENDATION].fr not in page
    switch(shopper, photo_id, "recommendation", on=True)
    assert CONSENT_TEXTS[Purpose.RECOMMENDATION].fr in shopper.get(f"/photos/{photo_id}/consents").text


@pytest.mark.parametrize("purpose", ["yes", "RECOMMENDATION", "recommendation,wardrobe", "marketing"])
def test_an_unknown_purpose_is_refused_before_the_photo_is_decoded(
    app: Flask, shopper: FlaskClient, purpose: str
) -> None:
    answer = upload(shopper, b"never looked at", "recommendation", purpose)
    assert answer.status_code == 400
    assert count_of(app, ConsentRecord) == count_of(app, KeptPhoto) == 0


def test_a_purpose_named_twice_counts_once(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, "recommendation", "statistics", "recommendation", "statistics")
    assert count_of(app, ConsentRecord, photo_id=photo_id) == 2
    switch(shopper, photo_id, "statistics", on=True)
    assert count_of(app, ConsentRecord, photo_id=photo_id) == 2


def test_the_extra_purposes_alone_are_no_consent_to_look_at_the_photo(app: Flask, shopper: FlaskClient) -> None:
    answer = upload(shopper, b"never looked at", "wardrobe", "statistics", "training")
    assert answer.status_code == 403
    assert count_of(app, ConsentRecord) == 0


def test_a_visitor_without_an_account_gets_no_wardrobe(app: Flask, client: FlaskClient, look: bytes) -> None:
    assert upload(client, look, "recommendation", "wardrobe").status_code == 403
    assert count_of(app, ConsentRecord) == 0
    photo_id = sent(client, look, "recommendation", "statistics")
    assert switch(client, photo_id, "wardrobe", on=True).status_code == 403
    assert post(client, f"/photos/{photo_id}/wardrobe", garment="0").status_code == 403
    assert client.get("/account/wardrobe").status_code == 302
    assert agreed_to(app, photo_id) == {Purpose.RECOMMENDATION, Purpose.STATISTICS}


def test_the_search_taken_back_stops_it_and_the_wardrobe_keeps_the_photo(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    photo_id = sent(shopper, look, "recommendation", "wardrobe")
    assert switch(shopper, photo_id, "recommendation", on=False).status_code == 303
    answer = shopper.get(f"/photos/{photo_id}")
    assert answer.status_code == 303
    assert answer.location.endswith(f"/photos/{photo_id}/consents")
    assert shopper.get(answer.location).status_code == 200
    assert shopper.get(f"/photos/{photo_id}/crops/0").status_code == 200
    assert switch(shopper, photo_id, "recommendation", on=True).status_code == 303
    assert shopper.get(f"/photos/{photo_id}").status_code == 200


@pytest.mark.parametrize("others", [(), ("statistics",)])
def test_the_search_taken_back_erases_a_photo_that_nothing_else_keeps(
    app: Flask, shopper: FlaskClient, look: bytes, others: Sequence[str]
) -> None:
    photo_id = sent(shopper, look, "recommendation", *others)
    switch(shopper, photo_id, "recommendation", on=False)
    for path in ("", "/picture", "/crops/0", "/consents"):
        assert shopper.get(f"/photos/{photo_id}{path}").status_code == 404
    assert photo_blobs(app) == []
    assert count_of(app, KeptPhoto) == count_of(app, GarmentCount) == 0
    assert agreed_to(app, photo_id) == set()


def test_the_wardrobe_taken_back_empties_it_and_the_photo_lapses_again(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    photo_id = sent(shopper, look, "recommendation", "wardrobe")
    switch(shopper, photo_id, "wardrobe", on=False)
    assert count_of(app, WardrobeItem) == 0
    assert "wardrobe-item" not in shopper.get("/account/wardrobe").text
    assert expires_at(app, photo_id) < now() + timedelta(days=8)
    assert shopper.get(f"/photos/{photo_id}").status_code == 200


def test_statistics_taken_back_lose_the_photo_s_rows_alone(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    kept, withdrawn = (sent(shopper, look, "recommendation", "statistics") for _ in range(2))
    switch(shopper, withdrawn, "statistics", on=False)
    assert count_of(app, GarmentCount, photo_id=withdrawn) == 0
    assert count_of(app, GarmentCount, photo_id=kept) > 0
    assert shopper.get(f"/photos/{withdrawn}").status_code == 200


def test_taken_back_twice_nothing_more_happens(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, "recommendation", "statistics")
    for _ in range(2):
        assert switch(shopper, photo_id, "statistics", on=False).status_code == 303
    assert switch(shopper, photo_id, "training", on=False).status_code == 303
    assert agreed_to(app, photo_id) == {Purpose.RECOMMENDATION}
    assert count_of(app, ConsentRecord, photo_id=photo_id) == 2
    assert count_of(app, ShopAuditNote, action="consent.withdrawn") == 1


def test_the_proof_of_a_withdrawn_consent_stays_while_the_photo_does(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    photo_id = sent(shopper, look, "recommendation", "statistics")
    switch(shopper, photo_id, "statistics", on=False)
    switch(shopper, photo_id, "statistics", on=True)
    with app.app_context():
        records = db.session.scalars(select(ConsentRecord).filter_by(photo_id=photo_id, purpose="statistics")).all()
        assert sorted(record.withdrawn_at is not None for record in records) == [False, True]


@pytest.mark.parametrize("purpose", ["wardrobe", "statistics", "training", "recommendation"])
@pytest.mark.parametrize("on", [True, False])
def test_nobody_switches_the_purposes_of_somebody_else_s_photo(
    app: Flask, shopper: FlaskClient, client: FlaskClient, look: bytes, purpose: str, on: bool
) -> None:
    photo_id = sent(shopper, look, "recommendation", "wardrobe")
    before = agreed_to(app, photo_id)
    stranger = app.test_client()
    log_in(stranger, app, Role.MERCHANDISER)
    for other in (client, stranger):
        assert switch(other, photo_id, purpose, on=on).status_code == 404
        assert other.get(f"/photos/{photo_id}/consents").status_code == 404
        assert post(other, f"/photos/{photo_id}/wardrobe", garment="0").status_code == 404
    assert agreed_to(app, photo_id) == before


@pytest.mark.parametrize("on", [True, False])
def test_a_lapsed_photo_has_no_consents_to_change(app: Flask, shopper: FlaskClient, look: bytes, on: bool) -> None:
    photo_id = sent(shopper, look, "recommendation")
    with app.app_context():
        db.session.execute(update(KeptPhoto).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    assert switch(shopper, photo_id, "wardrobe", on=on).status_code == 404
    assert count_of(app, WardrobeItem) == 0


def test_a_drawn_look_asks_for_no_consent_and_takes_none(app: Flask, shopper: FlaskClient) -> None:
    page = shopper.get("/").text
    slug = page.split('action="/looks/')[1].split('"')[0]
    photo_id = post(shopper, f"/looks/{slug}").location.rsplit("/", 1)[1]
    assert 'role="switch"' not in shopper.get(f"/photos/{photo_id}").text
    for on in (True, False):
        assert switch(shopper, photo_id, "training", on=on).status_code == 409
    assert shopper.get(f"/photos/{photo_id}/consents").status_code == 409
    assert shopper.get(f"/photos/{photo_id}").status_code == 200
    assert count_of(app, ConsentRecord) == 0


@pytest.mark.parametrize(("purpose", "agreed"), [("recommendation", ""), ("recommendation", "2"), ("marketing", "1")])
def test_a_switch_says_what_it_understands(shopper: FlaskClient, look: bytes, purpose: str, agreed: str) -> None:
    photo_id = sent(shopper, look, "recommendation")
    assert post(shopper, f"/photos/{photo_id}/consents/{purpose}", agreed=agreed).status_code == 400


def test_a_switch_never_leads_to_another_site(shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, "recommendation")
    address = f"/photos/{photo_id}/consents/statistics"
    answer = post(shopper, address, agreed="1", next="https://elsewhere.example/")
    assert answer.location.endswith(f"/photos/{photo_id}/consents")


def test_data_on_hold_is_used_for_nothing_new_and_consents_can_still_be_taken_back(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    photo_id = sent(shopper, look, "recommendation", "wardrobe")
    with app.app_context():
        change_standing(db.session.get_one(KeptPhoto, photo_id).pseudonym, restricted=True)
        db.session.commit()
    assert upload(shopper, b"never looked at", "recommendation").status_code == 403
    assert switch(shopper, photo_id, "statistics", on=True).status_code == 403
    for path in (f"/photos/{photo_id}/consents", "/account/", "/account/wardrobe"):
        page = shopper.get(path)
        assert page.status_code == 200
        assert "/picture" not in page.text
        assert "/crops/" not in page.text
    assert switch(shopper, photo_id, "wardrobe", on=False).status_code == 303
    assert agreed_to(app, photo_id) == {Purpose.RECOMMENDATION}


def test_who_objects_to_statistics_is_neither_offered_them_nor_counted(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    photo_id = sent(shopper, look, "recommendation", "statistics")
    with app.app_context():
        assert months_of_garments(date.max, min_people=1)
        change_standing(db.session.get_one(KeptPhoto, photo_id).pseudonym, objects_to_statistics=True)
        db.session.commit()
        assert months_of_garments(date.max, min_people=1) == []
    assert 'value="statistics"' not in shopper.get("/").text
    assert upload(shopper, b"never looked at", "recommendation", "statistics").status_code == 403


def test_a_killed_withdrawal_is_finished_later(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, *ALL)
    with app.app_context():
        # As if the process had ended right after the mark was committed.
        db.session.execute(update(ConsentRecord).values(withdrawn_at=now()))
        db.session.commit()
        assert {scope.purpose for scope in unsettled_withdrawals()} == set(ALL)
        assert finish_withdrawals() is True
        assert unsettled_withdrawals(photo_id) == []
        finish_withdrawals()
    assert photo_blobs(app) == []
    assert count_of(app, KeptPhoto) == count_of(app, WardrobeItem) == count_of(app, GarmentCount) == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_switched_in_whatever_order_only_what_is_agreed_to_stays(
    app: Flask, shopper: FlaskClient, look: bytes, seed: int
) -> None:
    chance = random.Random(seed)
    photo_id, expected = sent(shopper, look, "recommendation"), {Purpose.RECOMMENDATION}
    for _ in range(30):
        purpose, on = chance.choice(ALL), chance.random() < 0.6
        switch(shopper, photo_id, purpose.value, on=on)
        expected = expected | {purpose} if on else expected - {purpose}
        if expected.isdisjoint(KEEPING_A_PHOTO):
            expected = set()
        assert agreed_to(app, photo_id) == expected
        assert bool(count_of(app, KeptPhoto)) == bool(expected)
        assert bool(photo_blobs(app)) == bool(expected)
        assert bool(count_of(app, WardrobeItem)) == (Purpose.WARDROBE in expected)
        assert bool(count_of(app, GarmentCount)) == (Purpose.STATISTICS in expected)
        if not expected:
            photo_id, expected = sent(shopper, look, "recommendation"), {Purpose.RECOMMENDATION}


def test_a_withdrawn_purpose_leaves_what_rests_on_the_others(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, *ALL)
    with app.app_context():
        pseudonym = db.session.get_one(KeptPhoto, photo_id).pseudonym
        for source in app.extensions["wiring"].personal_data_sources:
            before = source.remains(Scope(pseudonym, photo_id=photo_id))
            for purpose in ALL:
                concerned = source.remains(Scope(pseudonym, photo_id=photo_id, purpose=purpose))
                if not concerned:
                    source.erase(Scope(pseudonym, photo_id=photo_id, purpose=purpose))
            assert source.remains(Scope(pseudonym, photo_id=photo_id)) == before, source.name
            db.session.rollback()


def test_every_source_hands_out_what_it_holds_and_nothing_once_it_is_erased(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    photo_id = sent(shopper, look, *ALL)
    own = ("consents", "wardrobe", "statistics")
    with app.app_context():
        pseudonym = db.session.get_one(KeptPhoto, photo_id).pseudonym
        scope = Scope(pseudonym, photo_id=photo_id)
        sources = [one for one in app.extensions["wiring"].personal_data_sources if one.name in own]
        assert len(sources) >= len(own)
        for source in sources:
            other = Scope("0" * 32, photo_id=photo_id)
            source.erase(other)
            assert source.remains(scope)
            source.erase(scope)
            source.erase(scope)
            assert list(source.remains(scope)) == []
            assert source.export(scope) == {}
        db.session.commit()


def test_the_wardrobe_is_exported_with_its_names(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, "recommendation", "wardrobe")
    item = item_ids(app)[0]
    post(shopper, f"/account/wardrobe/{item}/name", name="Ma préférée")
    with app.app_context():
        pseudonym = db.session.get_one(KeptPhoto, photo_id).pseudonym
        exports = [one.export(Scope(pseudonym)) for one in app.extensions["wiring"].personal_data_sources]
    garments = next(export["wardrobe"] for export in exports if "wardrobe" in export)
    assert isinstance(garments, list)
    assert "Ma préférée" in {garment["name"] for garment in garments}
    consents = next(export["consents"] for export in exports if "consents" in export)
    assert isinstance(consents, list)
    assert {consent["words"] for consent in consents} == {
        CONSENT_TEXTS[purpose].fr for purpose in (Purpose.RECOMMENDATION, Purpose.WARDROBE)
    }


# The wardrobe


def item_ids(app: Flask) -> list[str]:
    with app.app_context():
        ordered = select(WardrobeItem.id).order_by(WardrobeItem.added_at, WardrobeItem.garment_number)
        return list(db.session.scalars(ordered))


def test_a_garment_gets_a_name_that_the_database_cannot_read(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    sent(shopper, look, "recommendation", "wardrobe")
    item = item_ids(app)[0]
    post(shopper, f"/account/wardrobe/{item}/name", name="  Robe  de\nfête ")
    assert "Robe de fête" in shopper.get("/account/wardrobe").text
    with app.app_context():
        sealed = db.session.get_one(WardrobeItem, item).name_sealed
        assert sealed is not None
        assert b"Robe" not in sealed
    post(shopper, f"/account/wardrobe/{item}/name", name="")
    assert "Robe de fête" not in shopper.get("/account/wardrobe").text


@pytest.mark.parametrize(("name", "status"), [("x" * 60, 303), ("x" * 61, 400), ("<script>alert(1)</script>", 303)])
def test_a_name_has_its_limit_and_is_never_code(
    app: Flask, shopper: FlaskClient, look: bytes, name: str, status: int
) -> None:
    sent(shopper, look, "recommendation", "wardrobe")
    answer = post(shopper, f"/account/wardrobe/{item_ids(app)[0]}/name", name=name)
    assert answer.status_code == status
    assert "<script>alert" not in shopper.get("/account/wardrobe").text


def test_chosen_garments_are_kept_and_the_others_go(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, "recommendation", "wardrobe")
    assert post(shopper, f"/photos/{photo_id}/wardrobe", garment=["1"]).status_code == 303
    with app.app_context():
        assert list(db.session.scalars(select(WardrobeItem.garment_number))) == [1]
    assert post(shopper, f"/photos/{photo_id}/wardrobe", garment=["0", "1"]).status_code == 303
    assert count_of(app, WardrobeItem) == 2
    for wrong in ("99", "-1", "one", "0x1", "99999999999999999999"):
        assert post(shopper, f"/photos/{photo_id}/wardrobe", garment=["0", wrong]).status_code == 400
    assert count_of(app, WardrobeItem) == 2
    assert post(shopper, f"/photos/{photo_id}/wardrobe").status_code == 303
    assert agreed_to(app, photo_id) == {Purpose.RECOMMENDATION}


def test_the_last_garment_taken_out_ends_the_keeping(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    photo_id = sent(shopper, look, "recommendation", "wardrobe")
    switch(shopper, photo_id, "recommendation", on=False)
    items = item_ids(app)
    for item in items:
        assert shopper.get(f"/account/wardrobe/{item}/picture").mimetype == "image/jpeg"
        assert post(shopper, f"/account/wardrobe/{item}/take-out").status_code == 303
    assert photo_blobs(app) == []
    assert count_of(app, KeptPhoto) == 0
    assert post(shopper, f"/account/wardrobe/{items[0]}/take-out").status_code == 404


def test_nobody_reaches_into_somebody_else_s_wardrobe(
    app: Flask, client: FlaskClient, shopper: FlaskClient, look: bytes
) -> None:
    sent(shopper, look, "recommendation", "wardrobe")
    item = item_ids(app)[0]
    stranger = app.test_client()
    log_in(stranger, app, Role.MERCHANDISER)
    assert stranger.get(f"/account/wardrobe/{item}/picture").status_code == 404
    assert post(stranger, f"/account/wardrobe/{item}/name", name="mine").status_code == 404
    assert post(stranger, f"/account/wardrobe/{item}/take-out").status_code == 404
    assert client.get(f"/account/wardrobe/{item}/picture").status_code == 302
    assert "wardrobe-item" not in stranger.get("/account/wardrobe").text
    assert item in item_ids(app)


def test_a_photo_in_a_wardrobe_does_not_lapse_by_itself(app: Flask, shopper: FlaskClient, look: bytes) -> None:
    kept = sent(shopper, look, "recommendation", "wardrobe")
    lapsing = sent(shopper, look, "recommendation")
    wiring = app.extensions["wiring"]
    with app.app_context():
        wiring.purger.purge(wiring.retention_policy, now() + timedelta(days=60), actor="system")
        finish_withdrawals()
    log_in(shopper, app, Role.SHOPPER)  # the log-in of sixty days ago has lapsed, too
    assert shopper.get(f"/photos/{lapsing}").status_code == 404
    assert shopper.get(f"/photos/{kept}").status_code == 200
    assert count_of(app, WardrobeItem) > 0


def test_a_photo_for_training_stays_longer_and_is_searched_as_long(
    app: Flask, shopper: FlaskClient, look: bytes
) -> None:
    photo_id = sent(shopper, look, "recommendation", "training")
    wiring = app.extensions["wiring"]
    with app.app_context():
        wiring.purger.purge(wiring.retention_policy, now() + timedelta(days=60), actor="system")
        finish_withdrawals()
    log_in(shopper, app, Role.SHOPPER)
    assert shopper.get(f"/photos/{photo_id}").status_code == 200
    with app.app_context():
        wiring.purger.purge(wiring.retention_policy, now() + timedelta(days=800), actor="system")
        finish_withdrawals()
    assert shopper.get(f"/photos/{photo_id}").status_code == 404
    assert photo_blobs(app) == []


# The notices and the cookies


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_notice_names_who_answers_why_how_long_and_the_rights(client: FlaskClient, language: str) -> None:
    post(client, "/language", language=language, next="/")
    page = client.get("/privacy").text
    for needed in ("Fashion-Insta (demo)", "privacy@demo.example", "CNIL", "Art. 6" if language == "en" else "art. 6"):
        assert needed in page
    for purpose in ALL:
        assert CONSENT_TEXTS[purpose].words(language) in page
    for article in ("15", "16", "17", "18", "20", "21", "22"):
        assert article in page
    assert ("7 days" if language == "en" else "7 jours") in page


def test_the_notices_are_linked_from_every_page(client: FlaskClient) -> None:
    footer = client.get("/products").text.split("<footer")[1]
    for path in ("/privacy", "/privacy/cookies", "/privacy/artificial-intelligence", "/privacy/people-in-photos"):
        assert f'href="{path}"' in footer
        assert client.get(path).status_code == 200


def test_no_cookie_is_set_but_those_that_the_page_lists(app: Flask, look: bytes, tmp_path: Path) -> None:
    from webapp.shop.cookies import CARRIED, cookies_set

    client = app.test_client()
    names: set[str] = set()
    keys: set[str] = set()

    def visit(answer: TestResponse) -> TestResponse:
        names.update(cookie.split("=", 1)[0] for cookie in answer.headers.getlist("Set-Cookie"))
        with client.session_transaction() as session:
            keys.update(session)
        return answer

    for path in ("/", "/products", "/privacy", "/privacy/cookies", "/account/login", "/nowhere", "/healthz"):
        visit(client.get(path))
    visit(post(client, "/language", language="en", next="/"))
    photo_id = visit(upload(client, look, "recommendation")).location.rsplit("/", 1)[1]
    visit(client.get(f"/photos/{photo_id}"))
    visit(switch(client, photo_id, "statistics", on=True))
    visit(log_in(client, app, Role.ADMIN))
    for path in ("/", "/account/", "/account/wardrobe", "/admin/", "/privacy-desk/"):
        visit(client.get(path))
    visit(post(client, "/account/logout"))
    with app.app_context():
        assert names == {cookie.name for cookie in cookies_set()}
    assert keys
    assert keys - set(CARRIED) == set(), "the cookie page does not say that the session carries this"
