"""Every writer leaves a history, and what an act did can be taken back, on SQLite in memory."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from catalog.editing import replace_pictures, restore, save_product, set_stock, soft_delete
from catalog.errors import ChangeBatchNotFound, HistoryBypassed
from catalog.history import UNRECORDED, changes_by, undo_batch
from catalog.history_models import ChangeBatch, ProductChange
from catalog.history_source import HISTORY_LAPSES, CatalogueWork
from catalog.models import CREATION_UNDONE, Product
from catalog.places import WEB
from catalog.saved_views import save_view
from catalog.stock import put_stock, stock_by_place
from privacy.audit_notes import COMMAND_LINE
from privacy.retention import RetentionPolicy
from privacy.sources import Scope
from storage.database import db, now
from tests.factories import details, pictures

ANNA, BEN = "a" * 32, "b" * 32


@pytest.fixture
def dress(database: None) -> Product:
    """A product with two pictures, on sale, whose values are not loaded."""
    product = save_product(details("dress-1"), pictures=pictures("front", "back"))
    db.session.commit()
    return product


def history_of(product: Product) -> list[ProductChange]:
    return list(db.session.scalars(select(ProductChange).filter_by(product_id=product.id).order_by(ProductChange.id)))


def content_hashes(product: Product) -> list[str]:
    db.session.expire_all()
    return [image.content_hash for image in product.images]


def test_a_creation_is_recorded_without_its_values(dress: Product) -> None:
    (creation,) = history_of(dress)
    assert (creation.before, creation.after, creation.is_creation) == (None, {}, True)


def test_a_change_of_a_value_that_was_not_loaded_keeps_the_old_one(dress: Product) -> None:
    with changes_by(ANNA, kind="form", role="merchandiser") as batch_id:
        dress.brand = "Ourika"
    db.session.commit()
    change = history_of(dress)[-1]
    assert (change.before, change.after, change.batch_id) == ({"brand": ""}, {"brand": "Ourika"}, batch_id)
    assert (change.batch.actor, change.batch.role, change.batch.kind) == (ANNA, "merchandiser", "form")


def test_saving_what_is_so_already_leaves_no_history(dress: Product) -> None:
    save_product(details("dress-1"), pictures=pictures("front", "back"))
    db.session.commit()
    assert len(history_of(dress)) == 1


def test_a_writer_who_says_nothing_is_the_system_and_each_transaction_is_an_act(dress: Product) -> None:
    for stock in (5, 6):
        set_stock("dress-1", stock)
        db.session.commit()
    creation, first, second = history_of(dress)
    assert len({creation.batch_id, first.batch_id, second.batch_id}) == 3
    assert (first.batch.actor, first.batch.role, first.batch.kind) == ("", "system", "")


def test_what_is_rolled_back_leaves_no_history(dress: Product) -> None:
    with changes_by(ANNA, kind="form") as batch_id:
        set_stock("dress-1", 9)
        db.session.rollback()
        set_stock("dress-1", 7)
    db.session.commit()
    assert [change.after for change in history_of(dress)] == [{}, {"stock": 7}]
    assert db.session.get(ChangeBatch, batch_id) is not None


def test_a_statement_behind_the_sessions_back_is_refused(dress: Product) -> None:
    with pytest.raises(HistoryBypassed):
        db.session.execute(update(Product).values(stock=1))
    db.session.execute(update(Product).values(stock=1), execution_options=UNRECORDED)


def test_an_act_is_undone_and_the_undo_is_undone(dress: Product) -> None:
    with changes_by(ANNA, kind="bulk edit") as batch_id:
        save_product(details("dress-1", category="skirt", sizes=("S", "M"), cost_minor_units=1000))
        soft_delete("dress-1")
    db.session.commit()
    undone = undo_batch(batch_id, actor=BEN)
    assert (undone.put_back, undone.withdrawn, undone.left_alone) == (1, 0, 0)
    assert (dress.category, dress.sizes, dress.cost_minor_units, dress.deleted_at) == ("dress", [], None, None)
    undo_batch(undone.batch, actor=ANNA)
    assert (dress.category, dress.sizes, dress.cost_minor_units) == ("skirt", ["S", "M"], 1000)
    assert dress.deleted_at is not None


def test_what_was_changed_again_since_is_left_alone_and_named(dress: Product) -> None:
    with changes_by(ANNA, kind="import") as batch_id:
        save_product(details("dress-1", brand="Ourika", stock=50))
    db.session.commit()
    set_stock("dress-1", 3)
    db.session.commit()
    undone = undo_batch(batch_id, actor=ANNA)
    assert (dress.brand, dress.stock) == ("", 3)
    assert (undone.put_back, undone.left_alone) == (1, 1)
    assert [(left.sku, left.fields) for left in undone.examples] == [("dress-1", ("stock",))]


def test_undoing_again_changes_nothing(dress: Product) -> None:
    with changes_by(ANNA, kind="import") as batch_id:
        save_product(details("dress-1", brand="Ourika"))
        save_product(details("dress-2"))
    db.session.commit()
    assert undo_batch(batch_id, actor=ANNA).put_back == 2
    again = undo_batch(batch_id, actor=ANNA)
    assert (again.put_back, again.left_alone) == (0, 0)


def test_a_product_that_the_act_created_is_withdrawn_and_one_edited_since_is_not(database: None) -> None:
    with changes_by(COMMAND_LINE, kind="import") as batch_id:
        plain, edited = save_product(details("plain")), save_product(details("edited"))
    db.session.commit()
    edited.brand = "Ourika"
    db.session.commit()
    undone = undo_batch(batch_id, actor=ANNA)
    assert (undone.withdrawn, undone.left_alone) == (1, 1)
    assert undone.examples[0].fields == ("created",)
    assert plain.deleted_at is not None
    assert edited.deleted_at is None


def test_a_creation_that_was_undone_is_forgotten_when_somebody_restores_the_product(database: None) -> None:
    with changes_by(ANNA, kind="import") as batch_id:
        save_product(details("a"))
    db.session.commit()
    undo_batch(batch_id, actor=ANNA)
    assert db.session.scalars(select(Product)).one().row_hash == CREATION_UNDONE
    assert restore("a").row_hash == ""


def test_pictures_come_back_in_their_order(dress: Product) -> None:
    kept = {image.content_hash: image.id for image in dress.images}
    with changes_by(ANNA, kind="form") as batch_id:
        replace_pictures(dress, pictures("new", "back"))
    db.session.commit()
    assert content_hashes(dress) == ["new", "back"]
    undo_batch(batch_id, actor=ANNA)
    assert content_hashes(dress) == ["front", "back"]
    assert [image.blob_key for image in dress.images] == ["products/front/full.jpg", "products/back/full.jpg"]
    assert dress.images[1].id == kept["back"], "one that stayed keeps its place in the index"
    assert dress.images[0].id != kept["front"], "one that went and comes back is a new row of the index"


def test_a_new_order_of_pictures_is_a_change(dress: Product) -> None:
    with changes_by(ANNA, kind="form") as batch_id:
        dress.images[0].position, dress.images[1].position = 1, 0
    db.session.commit()
    assert content_hashes(dress) == ["back", "front"]
    undo_batch(batch_id, actor=ANNA)
    assert content_hashes(dress) == ["front", "back"]


def test_the_shops_pieces_come_back_with_the_total(dress: Product) -> None:
    put_stock(dress, {"lyon": 3, "lille": 1, WEB: 2})
    db.session.commit()
    with changes_by(ANNA, kind="bulk edit") as batch_id:
        dress.stock = 1
    db.session.commit()
    assert stock_by_place(dress) == {"lille": 1}
    undo_batch(batch_id, actor=ANNA)
    assert stock_by_place(dress) == {"lyon": 3, "lille": 1, WEB: 2}


def test_the_shops_pieces_stay_when_the_total_was_changed_since(dress: Product) -> None:
    with changes_by(ANNA, kind="form") as batch_id:
        put_stock(dress, {"lyon": 3, WEB: 2})
    db.session.commit()
    dress.stock = 4
    db.session.commit()
    assert undo_batch(batch_id, actor=ANNA).examples[0].fields == ("shop_stock", "stock")
    assert stock_by_place(dress) == {"lyon": 3, WEB: 1}


def test_an_undo_that_was_stopped_goes_on(database: None) -> None:
    with changes_by(ANNA, kind="import") as batch_id:
        for number in range(450):
            save_product(details(f"sku-{number}"))
    db.session.commit()
    seen: list[tuple[int, int]] = []
    stopped = undo_batch(
        batch_id,
        actor=ANNA,
        on_progress=lambda done, total: seen.append((done, total)),
        should_stop=lambda: len(seen) == 2,
    )
    assert (stopped.finished, stopped.withdrawn, seen) == (False, 400, [(200, 450), (400, 450)])
    rest = undo_batch(batch_id, actor=ANNA)
    assert (rest.finished, rest.withdrawn, rest.left_alone) == (True, 50, 0)


def test_an_act_that_never_was_is_refused(database: None) -> None:
    with pytest.raises(ChangeBatchNotFound):
        undo_batch("f" * 32, actor=ANNA)


EDITS = st.lists(
    st.tuples(st.sampled_from(["brand", "colour", "stock", "season"]), st.integers(0, 3)), min_size=1, max_size=12
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_undoing_all_acts_last_first_brings_the_first_state_back(dress: Product, edits: list[tuple[str, int]]) -> None:
    def state() -> tuple[object, ...]:
        return dress.brand, dress.colour, dress.stock, dress.season

    before, batches = state(), []
    for name, number in edits:
        with changes_by(ANNA, kind="form") as batch_id:
            setattr(dress, name, number if name == "stock" else str(number))
        db.session.commit()
        if db.session.get(ChangeBatch, batch_id):
            batches.append(batch_id)
    for batch_id in reversed(batches):
        assert undo_batch(batch_id, actor=ANNA).left_alone == 0
    assert state() == before


def test_what_a_colleague_did_stays_and_by_whom_is_forgotten_with_the_account(dress: Product) -> None:
    for who in (ANNA, BEN):
        with changes_by(who, kind="form", role="merchandiser"):
            dress.brand = who
        save_view(who, "Dresses", "category=dress")
        db.session.commit()
    source, anna = CatalogueWork(), Scope(ANNA)
    exported = source.export(anna)
    assert [act["kind"] for act in exported["catalogue_acts"]] == ["form"]  # type: ignore[attr-defined]
    assert exported["saved_views"] == [{"name": "Dresses", "query": "category=dress"}]
    source.erase(Scope(ANNA, photo_id="c" * 32))
    assert len(source.remains(anna)) == 2, "a photo's erasure is not the person's"
    source.erase(anna)
    db.session.commit()
    assert list(source.remains(anna)) == []
    assert source.export(anna) == {}
    assert len(source.remains(Scope(BEN))) == 2
    assert [change.after.get("brand") for change in history_of(dress)] == [None, ANNA, BEN]
    assert [change.batch.actor for change in history_of(dress)] == ["", "", BEN]


def test_an_act_past_its_period_goes_with_its_changes(dress: Product) -> None:
    with changes_by(ANNA, kind="form") as recent:
        dress.brand = "Ourika"
    db.session.commit()
    db.session.execute(update(ChangeBatch).where(ChangeBatch.id != recent).values(at=now() - timedelta(days=366)))
    policy = RetentionPolicy.from_amounts({})
    lapsed = HISTORY_LAPSES.lapsed(policy, now())
    assert len(lapsed) == 1
    HISTORY_LAPSES.erase_lapsed(lapsed)
    db.session.commit()
    assert [change.batch_id for change in history_of(dress)] == [recent]
