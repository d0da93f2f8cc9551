"""Listings that classify themselves: training from the catalogue, suggestions, the review queue, the API."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.models import Role
from catalog.history import undo_batch
from catalog.history_models import ChangeBatch
from catalog.merchandising import Act, Rule, Selection
from catalog.models import Product
from catalog.products import list_products, product_by_sku
from catalog.rule_editing import add_rule, remove_rule
from privacy.audit_notes import SYSTEM
from recommender.errors import ListingClassifierDamaged, NoEarlierClassifier
from recommender.listing_comparison import kept_reports
from recommender.listing_records import ListingLabel, ListingModel, ListingSuggestion, SuggestionState
from recommender.listing_suggestions import (
    QueueFilter,
    learn_from_form,
    open_suggestions,
    queue,
    queue_counts,
)
from recommender.listing_training import active_model, roll_back, training_material
from storage.database import db
from tests.factories import demo_settings, encoded, photo
from tests.journeys.browser import DESKTOP, PHONE, visit
from tests.journeys.conftest import csrf_token, serve
from tests.journeys.test_browser_staff import log_in as log_in_browser
from tests.journeys.test_shopper import log_in
from webapp import create_app
from webapp.admin.job_words import job_words
from webapp.jobs.models import Job, JobState
from webapp.jobs.queue import enqueue
from webapp.jobs.worker import run_next_job
from webapp.wiring import wiring

API = "/api/v1/classifications"
LESS_SAID = 6


def run_jobs() -> list[Job]:
    """Do all that waits, as the worker does; return every job there ever was."""
    while run_next_job():
        pass
    return list(db.session.scalars(select(Job).order_by(Job.id)))


@pytest.fixture(scope="module")
def trained_instance(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop, where some products do not say their colour, and a classifier has looked at all; copy it."""
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("trained") / "instance"))
    app = create_app(demo_settings(copy))
    with app.app_context():
        for product in list_products(page_size=LESS_SAID).items:
            product.colour = ""
        enqueue("train_classifier")
        db.session.commit()
        jobs = run_jobs()
        assert {job.task: job.state for job in jobs} == {
            "train_classifier": JobState.DONE,
            "suggest_for_catalogue": JobState.DONE,
        }, [job.result for job in jobs]
        assert all(job_words(job) for job in jobs)
    return copy


@pytest.fixture
def instance(trained_instance: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained_instance, tmp_path / "instance"))


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> FlaskClient:
    """A merchandiser's browser."""
    log_in(client, app, Role.MERCHANDISER)
    return client


def waiting(field: str = "colour") -> list[ListingSuggestion]:
    """The open suggestions of a field, the surest first."""
    wanted = select(ListingSuggestion).filter_by(field=field, state=SuggestionState.OPEN.value)
    return list(db.session.scalars(wanted.order_by(ListingSuggestion.probability.desc())))


def decide(desk: FlaskClient, app: Flask, sku: str, **form: object) -> int:
    """Press a button of a product's suggestions; return the answer's status."""
    token = csrf_token(desk.get("/admin/classification").text)
    return desk.post(f"/admin/products/{sku}/suggestions", data={"csrf_token": token, "queue": "1", **form}).status_code


def test_a_training_leaves_its_facts_and_a_suggestion_for_every_empty_field(context: Flask) -> None:
    model = active_model()
    assert model is not None
    assert model.examples == list_products().total
    assert {"category", "colour", "gender"} <= model.facts.keys()
    for facts in model.facts.values():
        assert facts["kept_apart"] > 0
        assert all(0 <= share <= 1 for share in facts["accuracy"].values())
    empty = db.session.scalars(select(Product.id).where(Product.colour == "")).all()
    assert len(empty) == LESS_SAID
    assert {suggestion.product_id for suggestion in waiting() if not suggestion.was} == set(empty)
    for suggestion in waiting():
        assert suggestion.product.sku not in suggestion.reasons, "a product is no reason for itself"
        chances = [suggestion.probability, *(probability for _value, probability in suggestion.others)]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) <= 1.001


def test_a_value_that_was_too_rare_to_be_learned_is_not_doubted(context: Flask) -> None:
    _model, classifier = wiring().listing_classifiers.active()
    learned = {value for head in classifier.fields["category"].heads.values() for value in head.values}
    rare = [product for product in db.session.scalars(select(Product)) if product.category not in learned]
    assert rare, "the small shop has categories with one product"
    doubted = {suggestion.product_id for suggestion in waiting("category")}
    assert doubted.isdisjoint(product.id for product in rare)


def test_looking_through_the_catalogue_in_small_steps_changes_nothing(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_found() -> list[tuple[int, str, str, float]]:
        rows = db.session.scalars(select(ListingSuggestion))
        return sorted((one.product_id, one.field, one.value, round(one.probability, 4)) for one in rows)

    before = as_found()
    monkeypatch.setattr("recommender.listing_suggestions._PRODUCTS_A_BATCH", 7)
    enqueue("suggest_for_catalogue")
    db.session.commit()
    assert run_jobs()[-1].state == JobState.DONE
    assert as_found() == before


def test_the_queue_shows_the_least_certain_first_and_by_field(context: Flask) -> None:
    found = queue(QueueFilter(), page=1).items
    lowest = [min(one.probability for one in queued.suggestions) for queued in found]
    assert lowest == sorted(lowest)
    assert {one.field for queued in queue(QueueFilter(field="colour"), page=1).items for one in queued.suggestions} == {
        "colour"
    }
    counts = queue_counts(sure_from=0.9)
    assert counts.sure + counts.unsure == sum(counts.by_field.values())
    unsure = queue(QueueFilter(below=0.9), page=1).items
    assert sum(len(queued.suggestions) for queued in unsure) == counts.unsure
    assert queue(QueueFilter(doubtful_only=True, field="colour"), page=1).total == 0


def test_a_suggestion_is_accepted_with_one_click_and_learned_from(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        one = waiting()[0]
        sku, suggestion_id, value = one.product.sku, one.id, one.value
    assert decide(desk, app, sku, accept=suggestion_id) == 303
    with app.app_context():
        assert product_by_sku(sku).colour == value
        label = db.session.get_one(ListingLabel, (product_by_sku(sku).id, "colour"))
        assert (label.value, label.suggested, label.labelled_as) == (value, value, "merchandiser")
        assert open_suggestions(product_by_sku(sku).id) == []
        batch = db.session.scalars(select(ChangeBatch).order_by(ChangeBatch.at.desc())).first()
        assert batch is not None
        assert (batch.kind, batch.role) == ("suggestion", "merchandiser")
    assert decide(desk, app, sku, accept=suggestion_id) == 303, "a second click finds it decided"


def test_a_correction_is_training_data_and_wins_over_what_a_feed_writes(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        one = waiting()[-1]
        sku, suggestion_id, suggested = one.product.sku, one.id, one.value
    assert decide(desk, app, sku, correct=suggestion_id, **{f"value-{suggestion_id}": "spotty"}) == 400
    assert decide(desk, app, sku, correct=suggestion_id, **{f"value-{suggestion_id}": "olive"}) == 303
    with app.app_context():
        product = product_by_sku(sku)
        assert product.colour == "olive"
        label = db.session.get_one(ListingLabel, (product.id, "colour"))
        assert (label.value, label.suggested) == ("olive", suggested)
        product.colour = "white"
        db.session.commit()
        material = training_material(wiring().serving.image_encoder.identity)
        [example] = [example for example in material.examples if example.key == sku]
        assert example.values["colour"] == "olive"
        assert material.from_people == 1


def test_what_was_accepted_and_undone_is_suggested_again(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        one = waiting()[0]
        sku, suggestion_id, value = one.product.sku, one.id, one.value
    assert decide(desk, app, sku, accept=suggestion_id) == 303
    with app.app_context():
        batch = db.session.scalars(select(ChangeBatch).filter_by(kind="suggestion")).one()
        undo_batch(batch.id, actor=SYSTEM)
        assert product_by_sku(sku).colour == ""
        enqueue("suggest_for_catalogue")
        db.session.commit()
        assert run_jobs()[-1].state == JobState.DONE
        [again] = [one for one in open_suggestions(product_by_sku(sku).id) if one.field == "colour"]
        assert again.value == value


def test_what_a_person_left_empty_is_not_asked_about_again(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        one = waiting()[-1]
        sku, suggestion_id = one.product.sku, one.id
    assert decide(desk, app, sku, keep=suggestion_id) == 303
    with app.app_context():
        enqueue("suggest_for_catalogue")
        db.session.commit()
        run_jobs()
        product = product_by_sku(sku)
        assert product.colour == ""
        assert [one.field for one in open_suggestions(product.id) if one.field == "colour"] == []
        assert db.session.get(ListingLabel, (product.id, "colour")) is None, "nothing was said of its colour"


def test_all_sure_suggestions_are_filled_in_as_one_act_that_can_be_undone_and_teaches_nothing(context: Flask) -> None:
    expected = {one.product.sku: one.value for one in waiting() if not one.was and one.probability >= 0.5}
    assert expected
    enqueue("accept_sure", actor=SYSTEM, role="", sure_from=0.5)
    db.session.commit()
    assert str(len(expected)) in job_words(run_jobs()[-1])[0]
    for sku, value in expected.items():
        assert product_by_sku(sku).colour == value
    assert db.session.scalars(select(ListingLabel)).all() == []
    material = training_material(wiring().serving.image_encoder.identity)
    assert not [example for example in material.examples if example.key in expected and "colour" in example.values]
    batch = db.session.scalars(select(ChangeBatch).filter_by(kind="suggestions")).one()
    undo_batch(batch.id, actor=SYSTEM)
    assert {product_by_sku(sku).colour for sku in expected} == {""}


def test_a_field_that_changed_since_is_not_overwritten(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        one = waiting()[0]
        sku, suggestion_id = one.product.sku, one.id
        one.product.colour = "olive"
        db.session.commit()
    assert decide(desk, app, sku, accept=suggestion_id) == 303
    with app.app_context():
        assert product_by_sku(sku).colour == "olive"


def test_a_suggestion_of_another_product_is_refused(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        first, second = waiting()[:2]
        sku, foreign = first.product.sku, second.id
    assert decide(desk, app, sku, accept=foreign) == 303
    with app.app_context():
        assert product_by_sku(sku).colour == ""
        assert {one.id for one in waiting()} >= {foreign}


def test_a_button_that_names_nothing_is_a_clear_error(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        sku = waiting()[0].product.sku
    for form in ({"accept": "x"}, {"accept": "-1"}, {"keep": "-1"}, {"correct": "99999999999"}):
        assert decide(desk, app, sku, **form) == 400, form
    for form in ({}, {"accept": ""}, {"keep": "999999"}, {"correct": "999999", "value-999999": "olive"}):
        assert decide(desk, app, sku, **form) == 303, form
    assert decide(desk, app, "nothing", accept="all") == 404
    with app.app_context():
        assert product_by_sku(sku).colour == ""
        assert db.session.scalars(select(ListingLabel)).all() == []


def test_a_new_classifier_replaces_the_old_one_which_can_be_brought_back(context: Flask) -> None:
    first = active_model()
    assert first is not None
    with pytest.raises(NoEarlierClassifier):
        roll_back(wiring().listing_classifiers)
    first_id = first.id
    enqueue("train_classifier")
    db.session.commit()
    run_jobs()
    second = active_model()
    assert second is not None
    assert second.id != first_id
    assert roll_back(wiring().listing_classifiers).id == first_id
    assert wiring().listing_classifiers.active()[0].id == first_id


def test_a_training_that_is_stopped_leaves_the_old_classifier(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = active_model()
    assert before is not None
    job = enqueue("train_classifier")
    db.session.commit()
    monkeypatch.setattr("webapp.jobs.queue.JobProgress.should_stop", lambda self: True)
    run_jobs()
    stopped = db.session.get_one(Job, job.id)
    assert stopped.state == JobState.CANCELLED
    assert job_words(stopped) != job_words(db.session.get_one(Job, 1))
    after = active_model()
    assert after is not None
    assert after.folder == before.folder


def test_the_api_says_what_a_listing_is_from_words_a_photo_or_both(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        product = list_products(page_size=LESS_SAID + 1).items[-1]
        words, picture = product.title("en"), wiring().blobs.get(product.images[0].blob_key)
        kept = db.session.scalar(select(ListingModel.id))
    for form in ({"title": words}, {"photo": (io.BytesIO(picture), "p.jpg")}, None):
        data = form or {"title": words, "description": "Soft.", "photo": (io.BytesIO(picture), "p.jpg")}
        answer = client.post(API, data=data, content_type="multipart/form-data")
        assert answer.status_code == 200, answer.text
        said = answer.get_json()
        assert set(said["read"]) == set(data)
        for field in said["fields"].values():
            chances = [one["probability"] for one in field["values"]]
            assert chances == sorted(chances, reverse=True)
            assert field["sure"] == (chances[0] >= 0.9)
            assert field["nearest"]
        assert said["model"]["examples"] > 0
    assert kept is not None


def test_the_api_names_no_example_that_a_rule_withholds(client: FlaskClient, app: Flask) -> None:
    def named() -> set[str]:
        fields = client.post(API, data={"title": "a red dress"}).get_json()["fields"]
        return {near["sku"] for field in fields.values() for near in field["nearest"]}

    withheld = sorted(named())[0]
    with app.app_context():
        rule = add_rule(Rule("Embargo", Act.HIDE, Selection(skus=(withheld,))), changed_as="admin")
        db.session.commit()
        assert withheld not in named()
        remove_rule(rule.id, changed_as="admin")
        db.session.commit()
    assert withheld in named()


def test_the_api_keeps_nothing_and_says_what_is_wrong(client: FlaskClient, app: Flask) -> None:
    def post(**data: object) -> tuple[int, str, str]:
        answer = client.post(API, data=data, content_type="multipart/form-data")
        error = answer.get_json()["error"]
        return answer.status_code, error["code"], error.get("field", "")

    assert post() == (400, "invalid_value", "photo")
    assert post(title="   ") == (400, "invalid_value", "photo")
    assert post(title="x" * 501) == (400, "invalid_value", "title")
    assert post(photo=(io.BytesIO(b"no picture"), "p.jpg"))[:2] == (415, "image_format_not_supported")
    assert client.post(API, json={"title": "dress"}).status_code == 415
    two = {"photo": [(io.BytesIO(encoded(photo())), "a.jpg"), (io.BytesIO(encoded(photo())), "b.jpg")]}
    assert client.post(API, data=two, content_type="multipart/form-data").status_code == 400
    with client.session_transaction() as session:
        assert "visit" not in session


def test_without_a_classifier_the_api_and_the_desk_say_how_to_get_one(seeded_instance: Path, tmp_path: Path) -> None:
    app = create_app(demo_settings(Path(shutil.copytree(seeded_instance, tmp_path / "untrained"))))
    client = app.test_client()
    answer = client.post(API, data={"title": "a red dress"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "classifier_missing")
    log_in(client, app, Role.MERCHANDISER)
    page = client.get("/admin/classification")
    assert page.status_code == 200
    token = csrf_token(page.text)
    assert client.post("/admin/classification/roll-back", data={"csrf_token": token}).status_code == 409
    with app.app_context():
        enqueue("suggest_for_catalogue")
        db.session.commit()
        assert run_jobs()[-1].state == JobState.FAILED


def test_files_of_a_classifier_that_are_gone_are_named(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        model = active_model()
        assert model is not None
        folder = wiring().settings.instance / "classifiers" / model.folder
    for file in folder.iterdir():
        file.write_bytes(b"damaged")
    with app.app_context(), pytest.raises(ListingClassifierDamaged):
        wiring().listing_classifiers.active()
    answer = client.post(API, data={"title": "a red dress"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "classifier_damaged")


def test_beside_a_form_the_fields_are_suggested_and_nothing_is_kept(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        product = list_products(page_size=1).items[0]
        form = {"title": product.title("fr"), "picture": product.images[0].content_hash}
        before = db.session.scalars(select(ListingSuggestion.id)).all()
    form["csrf_token"] = csrf_token(desk.get("/admin/classification").text)
    answer = desk.post("/admin/classification/suggest", data=form)
    assert answer.status_code == 200
    assert 'data-field="category"' in answer.text
    assert 'data-field="colour"' in answer.text
    assert desk.post("/admin/classification/suggest", data=form | {"picture": "../secret"}).status_code == 400
    assert desk.post("/admin/classification/suggest", data=form | {"picture": "0" * 64}).status_code == 404
    with app.app_context():
        assert db.session.scalars(select(ListingSuggestion.id)).all() == before


def test_a_product_shows_what_is_suggested_for_it(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        one = waiting()[0]
        sku, value = one.product.sku, one.id
    page = desk.get(f"/admin/products/{sku}").text
    assert f'name="accept" value="{value}"' in page
    form = {"csrf_token": csrf_token(page), "accept": value}
    assert desk.post(f"/admin/products/{sku}/suggestions", data=form).location == f"/admin/products/{sku}"
    assert f'name="accept" value="{value}"' not in desk.get(f"/admin/products/{sku}").text


def test_the_return_key_in_a_word_of_ones_own_saves_that_word(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        one = waiting()[0]
        sku, one.field = one.product.sku, "sub_category"
        suggestion = one.id
        db.session.commit()
    page = desk.get(f"/admin/products/{sku}").text
    [form] = [form for form in page.split("<form")[1:] if f'name="value-{suggestion}"' in form]
    first = form[form.index('type="submit"') :].split(">")[0]
    assert f'name="correct" value="{suggestion}"' in first, "not the button that accepts"


def test_what_was_chosen_instead_of_a_suggestion_beside_the_form_is_learned(context: Flask) -> None:
    one = waiting()[0]
    product, role = one.product, Role.MERCHANDISER.value
    learn_from_form(product, {}, labelled_as=role)
    assert db.session.scalars(select(ListingLabel)).all() == [], "nothing was shown, nothing was changed"
    product.colour = "olive" if one.value != "olive" else "navy"
    product.sub_category = ""
    learn_from_form(product, {"category": product.category, "sub_category": "maxi"}, labelled_as=role)
    labels = {label.field: label for label in db.session.scalars(select(ListingLabel))}
    assert labels.keys() == {"colour", "category"}, "an empty field says nothing"
    assert (labels["colour"].value, labels["colour"].suggested) == (product.colour, one.value)
    assert one.state == SuggestionState.CORRECTED
    assert labels["category"].suggested == product.category


def test_an_address_of_the_queue_that_makes_no_sense_is_a_clear_error(desk: FlaskClient) -> None:
    for address in ("?field=price", "?kind=all", "?page=0", "?page=x"):
        assert desk.get(f"/admin/classification{address}").status_code == 400, address


def test_a_merchandiser_reviews_and_lets_a_form_fill_itself_with_a_real_browser(instance: Path) -> None:
    with serve(instance) as shop, visit(shop.url, language="fr", width=PHONE) as person:
        page, words = person.page, person.words
        log_in_browser(person, shop, "merchandiser")
        person.go("/admin/classification")
        person.look("desk-classification")
        first = page.locator(".queued").first
        first.locator(".suggestion-other summary").first.click()
        person.look("desk-classification-correcting")
        first.locator("select").first.select_option("olive")
        first.get_by_role("button", name=words("Save this instead")).first.click()
        page.locator(".notice-success").wait_for()
        page.set_viewport_size({"width": DESKTOP, "height": 900})
        person.width = DESKTOP
        page.locator(".queued h3 a").first.click()
        page.locator("#suggestions-title").wait_for()
        person.look("desk-product-suggested")
        page.get_by_role("link", name=words("Change the item")).click()
        page.get_by_role("button", name=words("Suggest the fields")).click()
        suggested = page.locator("[data-field=colour]")
        suggested.wait_for()
        person.look("desk-form-suggested")
        suggested.locator("[data-take]").click()
        assert page.locator("#colour").input_value() == suggested.get_attribute("data-value")
        page.locator(".listing-save button").click()
        page.locator(".notice-success").wait_for()


def test_text_photo_and_both_are_compared_on_the_shops_own_products(
    app: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.listing_comparison._SEEDS", range(1))
    assert desk.get("/admin/classification/report").status_code == 200
    with app.app_context():
        # The small shop's categories are small: two that a study can tell apart.
        for product in db.session.scalars(select(Product)):
            product.category = "shirt" if product.id % 2 else "dress"
        db.session.commit()
        enqueue("compare_classifiers")
        db.session.commit()
        job = run_jobs()[-1]
        assert job.state == JobState.DONE, job.result
        assert job_words(job)
        [kept] = kept_reports()
        assert kept.products == list_products().total
        assert set(kept.report["models"]) == {"text", "image", "both"}
    page = desk.get("/admin/classification/report")
    assert page.status_code == 200
    with desk.session_transaction() as session:
        session["language"] = "en"
    english = desk.get("/admin/classification/report").text
    assert "95%" in english
    assert "100%" in english
    assert "\N{NO-BREAK SPACE}%" not in english, "numbers in the language of an earlier visitor"
    assert page.text.count('class="dots-row"') == 2 * 3
    assert desk.get(f"/admin/classification/report?number={kept.id}").status_code == 200
    assert desk.get("/admin/classification/report?number=99").status_code == 404
    assert desk.get("/admin/classification/report?number=x").status_code == 400
