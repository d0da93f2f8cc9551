"""The merchandiser's list and changes of many products, on SQLite in memory."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from catalog import bulk_edit
from catalog.bulk_edit import BulkAction, BulkEdit, apply, apply_in_pieces, is_new_value, preview, read_bulk_edit
from catalog.editing import save_product, soft_delete
from catalog.errors import InvalidBulkEdit, InvalidSavedView
from catalog.history import changes_by, undo_batch
from catalog.models import Product
from catalog.product_list import FIELDS, ListFilter, Order, Shown, StockLevel, choices, conditions, find_products
from catalog.saved_views import MOST_VIEWS, drop_view, rename_view, save_view, views_of
from storage.database import db
from tests.factories import details, pictures

ANNA, BEN = "a" * 32, "b" * 32


def product(sku: str, **changes: object) -> Product:
    return save_product(details(sku, **changes), pictures=[] if changes.get("link") == "no picture" else pictures(sku))


@pytest.fixture
def shop(database: None) -> None:
    product("A-1", titles={"fr": "Robe d’été ÉCRUE", "en": "Summer dress"}, brand="Ourika", colour="cream", stock=9)
    product("A-2", titles={"en": "100% wool coat"}, category="coat", season="winter", stock=0, colour="navy")
    product("B-3", titles={"fr": "Bottines cœur"}, category="boots", price_minor_units=12000, colour="black")
    product("B-4", link="no picture", brand="ourika", sub_category="Midi", pattern="striped")
    soft_delete(product("C-5", category="shirt").sku)
    db.session.commit()


def found(**wanted: object) -> list[str]:
    return [each.sku for each in find_products(ListFilter(**wanted), order=Order.SKU).items]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        ("a-1", ["A-1"]),
        ("ete ecrue", ["A-1"]),
        ("ROBE", ["A-1", "B-4"]),
        ("dress OURIKA", ["A-1", "B-4"]),
        ("coeur", ["B-3"]),
        ("manteau hiver", ["A-2"]),
        ("100%", ["A-2"]),
        ("%", ["A-2"]),
        ("_", []),
        ("bleu marine", ["A-2"]),
        ("rayé", ["B-4"]),
        ("midi", ["B-4"]),
        ("robe manteau", []),
    ],
)
def test_every_word_must_be_found_whatever_its_accents_language_or_case(
    shop: None, words: str, skus: list[str]
) -> None:
    assert found(words=words) == skus


def test_filters_narrow_each_other(shop: None) -> None:
    assert found(categories=frozenset({"dress", "coat"}), stock=StockLevel.IN) == ["A-1", "B-4"]
    assert found(stock=StockLevel.OUT) == ["A-2"]
    assert found(stock=StockLevel.LOW) == ["B-3", "B-4"]
    assert found(brands=frozenset({"Ourika"})) == ["A-1"]
    assert found(min_price_minor_units=5000) == ["B-3"]
    assert found(max_price_minor_units=0) == []


def test_what_is_not_stated_can_be_asked_for(shop: None) -> None:
    assert found(colours=frozenset({"-"})) == ["B-4"]
    assert found(seasons=frozenset({"-", "winter"})) == ["A-1", "A-2", "B-3", "B-4"]
    assert choices("colour") == {"-": 1, "black": 1, "cream": 1, "navy": 1}


def test_withdrawn_products_and_those_without_picture_have_lists_of_their_own(shop: None) -> None:
    assert found(shown=Shown.WITHDRAWN) == ["C-5"]
    assert found(shown=Shown.WITHOUT_PICTURE) == ["B-4"]
    assert found(shown=Shown.ALL) == ["A-1", "A-2", "B-3", "B-4", "C-5"]


@pytest.mark.parametrize("order", Order)
def test_every_order_shows_every_product_once_over_its_pages(shop: None, order: Order) -> None:
    pages = [find_products(order=order, page=number, page_size=3) for number in (1, 2, 3)]
    assert sorted(each.sku for page in pages for each in page.items) == ["A-1", "A-2", "B-3", "B-4"]
    assert pages[0].total == 4


@pytest.mark.parametrize(
    ("action", "text", "edit"),
    [
        ("category", "Robe", BulkEdit(BulkAction.CATEGORY, "dress")),
        ("colour", "Navy blue", BulkEdit(BulkAction.COLOUR, "navy")),
        ("colour", "", BulkEdit(BulkAction.COLOUR, "")),
        ("brand", "Our\0ika", BulkEdit(BulkAction.BRAND, "Ourika")),
        ("brand", "  Ourika   Paris ", BulkEdit(BulkAction.BRAND, "Ourika Paris")),
        ("price", "-12,5 %", BulkEdit(BulkAction.PRICE, Decimal("-12.5"))),
        ("stock", "0", BulkEdit(BulkAction.STOCK, 0)),
        ("withdraw", "whatever", BulkEdit(BulkAction.WITHDRAW)),
    ],
)
def test_a_change_of_many_is_read_as_people_write_it(action: str, text: str, edit: BulkEdit) -> None:
    assert read_bulk_edit(action, text) == edit


@pytest.mark.parametrize(
    ("text", "amount"), [("1 299,00", "1299"), ("1\u202f299,90", "1299.9"), ("1.299,00", "1299"), ("0.01", "0.01")]
)
def test_an_amount_is_read_in_european_spellings(text: str, amount: str) -> None:
    assert read_bulk_edit("price_to", text, "99") == BulkEdit(BulkAction.PRICE_TO, Decimal(amount), ending=99)


@pytest.mark.parametrize(
    ("action", "text", "ending", "minor_units", "after"),
    [
        ("price", "-10", "", 4990, 4491),
        ("price", "-10", "0", 4990, 4500),
        ("price", "-10", "90", 4990, 4490),
        ("price", "-10", "95", 4990, 4495),
        ("price", "-10", "99", 4990, 4499),
        ("price", "0", "99", 5049, 5099),
        ("price", "0", "99", 5048, 4999),
        ("price", "0", "99", 4999, 4999),
        ("price", "-95", "99", 100, 99),
        ("price", "-95", "0", 100, 100),
        ("price", "-95", "", 1, 1),
        ("price", "10", "99", 0, 0),
        ("price_to", "1 299,00", "", 1, 129900),
        ("price_to", "1 299,00", "99", 1, 129899),
        ("price_to", "0,01", "", 4990, 1),
    ],
)
def test_a_changed_price_is_rounded_to_the_nearest_that_ends_so_and_never_to_nothing(
    action: str, text: str, ending: str, minor_units: int, after: int
) -> None:
    assert read_bulk_edit(action, text, ending).after(minor_units, "EUR") == after


@pytest.mark.parametrize(("currency", "after"), [("JPY", 13), ("EUR", 1299), ("KWD", 12990)])
def test_an_amount_and_its_ending_are_of_each_products_currency(currency: str, after: int) -> None:
    assert read_bulk_edit("price_to", "12,60", "99").after(1, currency) == after


@pytest.mark.parametrize(
    ("action", "text", "why"),
    [
        ("sku", "x", "action"),
        ("category", " ", "missing"),
        ("category", "日本", "letters"),
        ("brand", "x" * 61, "long"),
        ("price", "ten", "percent"),
        ("price", "NaN", "percent"),
        ("price", "-100", "percent"),
        ("price", "0", "percent"),
        ("price_to", "", "amount"),
        ("price_to", "0,00", "amount"),
        ("price_to", "1.299", "amount"),
        ("price_to", "-5", "amount"),
        ("price_to", "12 €", "amount"),
        ("stock", "-1", "pieces"),
        ("stock", "1.5", "pieces"),
        ("stock", "１２", "pieces"),
        ("stock", "9999999999", "pieces"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_reason(action: str, text: str, why: str) -> None:
    with pytest.raises(InvalidBulkEdit) as refused:
        read_bulk_edit(action, text)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("action", "text", "ending"), [("price", "-10", "50"), ("price_to", "12", "²"), ("price", "0", "x")]
)
def test_an_ending_that_is_not_offered_is_refused(action: str, text: str, ending: str) -> None:
    with pytest.raises(InvalidBulkEdit) as refused:
        read_bulk_edit(action, text, ending)
    assert refused.value.field == "ending"


@pytest.mark.parametrize(
    ("action", "text", "is_new"),
    [
        ("colour", "rouuge", True),
        ("colour", "Rouge", False),
        ("colour", "", False),
        ("category", "Drresses", True),
        ("gender", "femmme", True),
        ("brand", "Ourika", False),
        ("brand", "Ourikka", True),
        ("sub_category", "Midi", False),
        ("price", "-10", False),
        ("withdraw", "", False),
    ],
)
def test_a_value_that_no_product_has_and_no_label_names_is_new(
    shop: None, action: str, text: str, is_new: bool
) -> None:
    assert is_new_value(read_bulk_edit(action, text)) is is_new


def test_a_shops_own_value_is_new_once(shop: None) -> None:
    edit = read_bulk_edit("colour", "Rouge Ourika")
    assert is_new_value(edit)
    apply(edit, find_products(ListFilter(words="A-1")).items)
    assert not is_new_value(edit)


def test_a_preview_counts_and_changes_nothing_and_the_edit_can_be_undone(shop: None) -> None:
    products = find_products().items
    edit = read_bulk_edit("price", "-10")
    planned = preview(edit, conditions(ListFilter()), examples=2)
    assert (planned.total, planned.changing, len(planned.examples)) == (4, 4, 2)
    assert not db.session.dirty
    before = {each.sku: each.price_minor_units for each in products}
    with changes_by(ANNA, kind="bulk edit") as batch:
        assert apply(edit, products) == 4
    db.session.commit()
    assert {each.sku: each.price_minor_units for each in products} == {
        "A-1": 4491,
        "A-2": 4491,
        "B-3": 10800,
        "B-4": 4491,
    }
    undo_batch(batch, actor=ANNA)
    assert {each.sku: each.price_minor_units for each in products} == before


@pytest.mark.parametrize("field", FIELDS)
def test_values_in_use_are_counted_from_an_index_alone(shop: None, field: str) -> None:
    column = FIELDS[field][1]
    counted = select(column, func.count()).where(Product.deleted_at.is_(None)).group_by(column)
    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {counted}")).all()
    assert "COVERING INDEX" in str(plan)


def test_words_find_a_product_by_what_it_says_now(shop: None) -> None:
    with changes_by(ANNA, kind="form") as batch:
        find_products(ListFilter("ecrue")).items[0].titles = {"fr": "Jupe BLEUTÉE"}
    db.session.commit()
    assert find_products(ListFilter("ecrue")).total == 0
    assert find_products(ListFilter("bleutee")).total == 1
    undo_batch(batch, actor=ANNA)
    assert find_products(ListFilter("ecrue")).total == 1


def prices() -> dict[str, int]:
    return {each.sku: each.price_minor_units for each in find_products(order=Order.SKU).items}


@pytest.mark.parametrize("stops_after", [0, 1, 2, 3, 99])
def test_a_large_change_that_is_cut_short_goes_on_and_changes_no_product_twice(
    shop: None, monkeypatch: pytest.MonkeyPatch, stops_after: int
) -> None:
    monkeypatch.setattr(bulk_edit, "_A_PIECE", 1)
    edit, batch, steps = BulkEdit(BulkAction.PRICE, Decimal(10)), "c" * 32, []
    on_sale, before = conditions(ListFilter()), prices()

    def change(should_stop: Callable[[], bool]) -> bool:
        with changes_by(ANNA, kind="bulk edit", batch=batch):
            return apply_in_pieces(
                edit, on_sale, batch=batch, on_progress=lambda *step: steps.append(step), should_stop=should_stop
            )

    assert change(lambda: len(steps) >= stops_after) is (stops_after == 99)
    assert len(steps) == min(stops_after, 4)
    assert change(lambda: False)
    assert prices() == {"A-1": 5489, "A-2": 5489, "B-3": 13200, "B-4": 5489}
    assert undo_batch(batch, actor=ANNA).put_back == 4
    assert prices() == before


def test_a_large_change_comes_past_products_that_leave_its_list_by_it(
    shop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_edit, "_A_PIECE", 1)
    dresses = conditions(ListFilter(categories=frozenset({"dress"})))
    with changes_by(ANNA, kind="bulk edit") as batch:
        assert apply_in_pieces(BulkEdit(BulkAction.CATEGORY, "skirt"), dresses, batch=batch)
    assert choices("category") == {"skirt": 2, "boots": 1, "coat": 1}


def test_a_preview_has_another_fingerprint_once_somebody_changed_what_it_is_about(shop: None) -> None:
    edit, dresses = BulkEdit(BulkAction.PRICE, Decimal(10)), conditions(ListFilter(categories=frozenset({"dress"})))
    first, skirts = preview(edit, dresses), BulkEdit(BulkAction.CATEGORY, "skirt")
    apply(BulkEdit(BulkAction.BRAND, "Another"), find_products().items)
    assert preview(edit, dresses) == first, "the brand is none of its business"
    apply(edit, find_products(ListFilter(words="A-1")).items)
    second = preview(edit, dresses)
    apply(skirts, find_products(ListFilter(words="A-1")).items)
    assert len({each.fingerprint for each in (first, second, preview(edit, dresses))}) == 3


def test_withdrawing_what_is_withdrawn_changes_nothing(shop: None) -> None:
    everything = find_products(ListFilter(shown=Shown.ALL)).items
    assert apply(BulkEdit(BulkAction.WITHDRAW), everything) == 4
    assert apply(BulkEdit(BulkAction.WITHDRAW), everything) == 0
    assert apply(BulkEdit(BulkAction.RESTORE), everything) == 5


def test_views_are_a_persons_own(shop: None) -> None:
    view = save_view(ANNA, "  My   dresses ", "category=dress")
    save_view(ANNA, "My dresses", "category=dress&stock=out")
    assert [(each.name, each.query) for each in views_of(ANNA)] == [("My dresses", "category=dress&stock=out")]
    drop_view(BEN, view.id)
    assert views_of(BEN) == []
    assert len(views_of(ANNA)) == 1
    drop_view(ANNA, view.id)
    assert views_of(ANNA) == []


@pytest.mark.parametrize(
    ("name", "query", "why"), [(" ", "", "length"), ("x" * 61, "", "length"), ("x", "q" * 1001, "too much")]
)
def test_a_view_that_cannot_be_kept_is_refused(shop: None, name: str, query: str, why: str) -> None:
    with pytest.raises(InvalidSavedView) as refused:
        save_view(ANNA, name, query)
    assert refused.value.why == why


def test_a_view_is_renamed_by_its_owner_alone_and_takes_no_other_views_name(shop: None) -> None:
    view, other = save_view(ANNA, "Dresses", "category=dress"), save_view(ANNA, "Coats", "category=coat")
    save_view(BEN, "Gowns", "")
    assert rename_view(BEN, view.id, "Mine") is None
    assert rename_view(ANNA, view.id, " Gowns  ") is view
    assert [(each.name, each.query) for each in views_of(ANNA)] == [
        ("Coats", "category=coat"),
        ("Gowns", "category=dress"),
    ]
    assert rename_view(ANNA, view.id, "Gowns") is view, "its own name again is no other's"
    for name, why in (("Coats", "taken"), (" ", "length"), ("x" * 61, "length")):
        with pytest.raises(InvalidSavedView) as refused:
            rename_view(ANNA, view.id, name)
        assert refused.value.why == why
    drop_view(ANNA, other.id)
    assert rename_view(ANNA, other.id, "Coats") is None


def test_nobody_keeps_more_views_than_a_page_can_show(shop: None) -> None:
    for number in range(MOST_VIEWS):
        save_view(ANNA, str(number), "")
    save_view(ANNA, "0", "q=again")
    with pytest.raises(InvalidSavedView):
        save_view(ANNA, "one more", "")
