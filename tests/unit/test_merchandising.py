"""Rules against plain words: what they take, who speaks first, and how lists and answers are arranged."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalog.editing import save_product, set_stock
from catalog.errors import RuleChangedMeanwhile, RuleNotFound
from catalog.merchandising import Act, Rule, Rules, Selection
from catalog.models import Product
from catalog.products import ProductFilter, categories_on_sale, facets, list_products, live_images
from catalog.rule_editing import add_rule, change_rule, remove_rule, rule_changes, rule_of, stored_rules, switch_rule
from recommender.arranging import PINS_A_LIST, STEP, Arrangement, Found, find_arranged
from recommender.ports import EncoderIdentity
from recommender.rule_book import RuleBook
from recommender.similar import Match, Query, QueryKind
from storage.database import db
from tests.doubles import InMemoryIndex
from tests.factories import database_in_memory, details, pictures

VALUES = {
    "category": ("dress", "shirt", "boots"),
    "sub_category": ("", "maxi"),
    "gender": ("women", "men"),
    "colour": ("red", "navy", ""),
    "brand": ("Ourika", "Étoile", ""),
    "season": ("summer", "winter", ""),
}
TODAY = date(2026, 3, 1)
ENCODER = EncoderIdentity("drawn by lot", "1", 8)


@pytest.fixture(scope="module")
def shop() -> Iterator[None]:
    """Sixty products of mixed values, one picture each or two; the tests do not change them."""
    dice = Random(7)
    with database_in_memory():
        for number in range(60):
            values = {name: dice.choice(choices) for name, choices in VALUES.items()}
            price = dice.choice((0, 500, 1000, 10_000))
            cost = dice.choice((None, 0, 300, 600, 1200))
            stock = dice.choice((0, 1, 5))
            said = details(f"p{number}", price_minor_units=price, cost_minor_units=cost, stock=stock, **values)
            save_product(said, pictures=pictures(*[f"{number}-{one}" for one in range(dice.randint(1, 2))]))
        db.session.commit()
        yield


@pytest.fixture
def unchanged(shop: None) -> Iterator[None]:
    yield
    db.session.rollback()


def products() -> list[Product]:
    return list(db.session.scalars(select(Product).order_by(Product.id)))


def some(name: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([value for value in VALUES[name] if value]), max_size=2)


bound = st.none() | st.integers(-50, 120)
selections = st.builds(
    Selection,
    skus=st.lists(st.sampled_from([f"p{number}" for number in range(60)]), max_size=3, unique=True).map(tuple),
    categories=some("category"),
    sub_categories=some("sub_category"),
    brands=some("brand"),
    colours=some("colour"),
    genders=some("gender"),
    seasons=some("season"),
    min_stock=st.none() | st.integers(0, 5),
    max_stock=st.none() | st.integers(0, 5),
    min_margin_percent=bound,
    max_margin_percent=bound,
)
broad = st.builds(Selection, categories=some("category"), brands=some("brand"), seasons=some("season"))
rules = st.builds(
    Rule,
    title=st.just("a rule"),
    act=st.sampled_from(Act),
    chooses=broad,
    strength=st.integers(1, 3),
    priority=st.integers(1, 3),
    id=st.integers(1, 1000),
)
rule_sets = st.lists(rules, max_size=5, unique_by=lambda rule: rule.id).map(lambda some: Rules.of(some, TODAY))
without_pins = st.lists(rules.filter(lambda one: one.act is not Act.PIN), max_size=5, unique_by=lambda one: one.id).map(
    lambda some: Rules.of(some, TODAY)
)
on_one_shop = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)


def rule(act: Act, *, id: int = 1, priority: int = 50, strength: int = 2, **chooses: object) -> Rule:
    return Rule("a rule", act, Selection(**chooses), strength=strength, priority=priority, id=id)  # type: ignore[arg-type]


def in_force(*some: Rule) -> Rules:
    return Rules.of(some, TODAY)


@on_one_shop
@given(selections)
def test_the_database_and_python_take_the_same_products(shop: None, chooses: Selection) -> None:
    for one in (Rule("", Act.BOOST, chooses), Rule("", Act.HIDE_SOLD_OUT, chooses)):
        taken = set(db.session.scalars(select(Product.sku).where(one.condition)))
        assert taken == {product.sku for product in products() if one.takes(product)}


@given(selections)
def test_a_selection_survives_its_way_through_the_store(chooses: Selection) -> None:
    assert Selection.from_said(chooses.said()) == chooses


@on_one_shop
@given(rule_sets)
def test_a_hidden_product_is_in_no_list_and_in_no_count(shop: None, holding: Rules) -> None:
    hidden = {product.sku for product in products() if any(one.takes(product) for one in holding.hiding)}
    shown = list_products(page_size=100, rules=holding)
    assert {product.sku for product in shown.items} == {product.sku for product in products()} - hidden
    assert shown.total == 60 - len(hidden)
    assert sum(categories_on_sale(holding).values()) == shown.total
    assert sum(facets(ProductFilter(), holding).genders.values()) == shown.total


@on_one_shop
@given(rule_sets)
def test_a_list_of_the_newest_is_pins_boosted_others_buried(shop: None, holding: Rules) -> None:
    def place(product: Product) -> tuple[float, int]:
        first = next((one for one in holding.in_force if not one.act.hides and one.takes(product)), None)
        group = (0, -holding.in_force.index(first)) if first and first.act is Act.PIN else (1, 0)
        lift = 0 if first is None or first.act is Act.PIN else first.strength * (1 if first.act is Act.BOOST else -1)
        return (group[0], -group[1], -lift, -product.id)  # type: ignore[return-value]

    visible = [product for product in products() if not holding.hides(product)]
    listed = [list_products(page=page, page_size=25, rules=holding).items for page in range(1, 4)]
    assert [product.sku for page in listed for product in page] == [p.sku for p in sorted(visible, key=place)]


def test_a_pin_shows_its_skus_as_they_were_listed(shop: None) -> None:
    holding = in_force(rule(Act.PIN, skus=("p9", "p31", "p4")))
    assert [product.sku for product in list_products(page_size=3, rules=holding).items] == ["p9", "p31", "p4"]


def test_the_higher_priority_speaks_and_then_the_older_rule(shop: None) -> None:
    weak = rule(Act.BOOST, id=1, priority=40, categories=frozenset({"dress"}))
    strong = rule(Act.BURY, id=2, priority=60, categories=frozenset({"dress"}))
    young = replace(strong, id=3, act=Act.PIN)
    dress = next(product for product in products() if product.category == "dress")
    assert in_force(weak, strong).mover(dress) == strong
    assert in_force(young, strong).mover(dress) == strong
    draft = replace(strong, id=None, act=Act.PIN)
    assert in_force(draft, strong).mover(dress) == strong


@pytest.mark.parametrize("act", [Act.PIN, Act.BOOST])
def test_hiding_wins_whatever_the_priority(shop: None, act: Act) -> None:
    holding = in_force(rule(act, priority=99, skus=("p1",)), rule(Act.HIDE, id=2, priority=1, skus=("p1",)))
    assert "p1" not in {product.sku for product in list_products(page_size=100, rules=holding).items}


def test_a_rule_holds_on_its_first_and_on_its_last_day(shop: None) -> None:
    dated = replace(rule(Act.HIDE, skus=("p1",)), starts_on=TODAY, ends_on=TODAY + timedelta(days=2))
    days = [TODAY + timedelta(days=step) for step in range(-1, 4)]
    assert [dated.is_in_force(day) for day in days] == [False, True, True, True, False]
    assert not replace(dated, is_on=False).is_in_force(TODAY)


def test_sold_out_products_leave_the_lists_and_keep_their_page(unchanged: None) -> None:
    holding = in_force(rule(Act.HIDE_SOLD_OUT))
    gone, there = set_stock("p1", 0), set_stock("p2", 1)
    assert holding.hides(gone)
    assert not holding.withholds(gone)
    assert not holding.hides(there)
    assert in_force(rule(Act.HIDE, skus=("p1",)), rule(Act.HIDE_SOLD_OUT, id=2)).withholds(gone)


@pytest.fixture(scope="module")
def index(shop: None) -> InMemoryIndex:
    """One random direction a picture, those of a category near each other."""
    dice = np.random.default_rng(3)
    middles = {category: dice.normal(size=8) for category in VALUES["category"]}
    categories = {image.id: product.category for product in products() for image in product.images}
    ids = np.array([image.image_id for image in live_images()], np.int64)
    vectors = np.stack([middles[categories[int(one)]] + 0.3 * dice.normal(size=8) for one in ids])
    found = InMemoryIndex()
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    found.replace_all(ids=ids, vectors=unit, encoder=ENCODER)
    return found


def near(category: str, index: InMemoryIndex) -> Query:
    """A query in the middle of a category."""
    ids = [image.id for product in products() if product.category == category for image in product.images]
    middle = np.mean([index._rows[one] for one in ids], axis=0)
    return Query((middle / np.linalg.norm(middle)).astype(np.float32), ENCODER, QueryKind.PHOTO)


def search(index: InMemoryIndex, holding: Rules, *, limit: int = 8, wanted: ProductFilter = ProductFilter()) -> Found:
    arrangement = Arrangement.of(holding)
    return find_arranged(near("dress", index), index=index, wanted=wanted, arrangement=arrangement, limit=limit)


def skus(found: Found) -> list[str]:
    return [match.product.sku for match in found.shown]


@on_one_shop
@given(without_pins, st.sampled_from((ProductFilter(), ProductFilter(genders=frozenset({"men"})))))
def test_an_answer_is_what_all_products_in_the_shops_order_begin_with(
    shop: None, index: InMemoryIndex, holding: Rules, wanted: ProductFilter
) -> None:
    def score(match: Match) -> float:
        by = holding.mover(match.product)
        return match.similarity + STEP[QueryKind.PHOTO] * (by.lift if by else 0)

    plain = search(index, in_force(), limit=60, wanted=wanted).nearest
    visible = [match for match in plain if not holding.hides(match.product)]
    found = search(index, holding, wanted=wanted)
    assert [match.product.sku for match in found.nearest] == [match.product.sku for match in visible[:8]]
    in_order = sorted(visible, key=lambda match: -score(match))
    assert skus(found) == [match.product.sku for match in in_order[:8]]


def test_a_pin_comes_first_where_it_answers_and_nowhere_else(shop: None, index: InMemoryIndex) -> None:
    dress = [product.sku for product in products() if product.category == "dress"]
    boots = [product.sku for product in products() if product.category == "boots"]
    holding = in_force(rule(Act.PIN, skus=(boots[0], dress[-1], dress[0])))
    assert skus(search(index, holding))[:2] == [dress[-1], dress[0]]
    assert boots[0] not in skus(search(index, holding))


def test_pins_leave_room_for_what_was_looked_for(shop: None, index: InMemoryIndex) -> None:
    dress = [product.sku for product in products() if product.category == "dress"]
    found = skus(search(index, in_force(rule(Act.PIN, skus=tuple(dress)))))
    assert found[:PINS_A_LIST] == dress[:PINS_A_LIST]
    assert len(found) == 8
    assert len(set(found)) == 8


def test_a_boost_reaches_what_lies_deep_and_keeps_its_likeness(shop: None, index: InMemoryIndex) -> None:
    plain = search(index, in_force(), limit=60).nearest
    deep = next(one for number, one in enumerate(plain) if number > 8 and one.similarity + 0.09 > plain[7].similarity)
    found = search(index, in_force(rule(Act.BOOST, strength=3, skus=(deep.product.sku,))))
    [match] = [one for one in found.shown if one.product.sku == deep.product.sku]
    assert (match.similarity, match.likeness) == (deep.similarity, deep.likeness)


def test_the_book_is_read_again_when_a_rule_changes_and_when_time_has_passed(unchanged: None) -> None:
    time = [0.0]
    book = RuleBook(fresh_seconds=15, clock=lambda: time[0])
    assert not book.current(TODAY).rules.in_force
    stored = add_rule(rule(Act.HIDE, skus=("p1",)), changed_as="merchandiser")
    first = book.current(TODAY)
    assert first.rules.in_force[0].chooses.skus == ("p1",)
    assert book.current(TODAY) is first
    time[0] = 16
    assert book.current(TODAY) is not first
    switch_rule(stored.id, on=False, changed_as="merchandiser")
    assert not book.current(TODAY).rules.in_force


def test_the_book_turns_its_page_at_midnight(unchanged: None) -> None:
    book = RuleBook(clock=lambda: 0.0)
    add_rule(replace(rule(Act.HIDE, skus=("p1",)), ends_on=TODAY), changed_as="admin")
    assert book.current(TODAY).rules.in_force
    assert not book.current(TODAY + timedelta(days=1)).rules.in_force


def test_every_change_of_a_rule_is_in_its_history(unchanged: None) -> None:
    wanted = rule(Act.BOOST, brands=frozenset({"Ourika"}))
    stored = add_rule(wanted, changed_as="merchandiser")
    assert replace(rule_of(stored), id=1) == wanted
    change_rule(stored.id, wanted, version=stored.version, changed_as="admin")
    change_rule(stored.id, replace(wanted, priority=70), version=stored.version, changed_as="admin")
    switch_rule(stored.id, on=False, changed_as="admin")
    remove_rule(stored.id, changed_as="admin")
    noted = [(change.what, change.changed_as) for change in rule_changes(stored.id)]
    assert noted == [("removed", "admin"), ("turned_off", "admin"), ("changed", "admin"), ("added", "merchandiser")]
    assert stored_rules() == []
    with pytest.raises(RuleNotFound):
        switch_rule(stored.id, on=True, changed_as="admin")


def test_a_rule_that_changed_meanwhile_is_not_written_over(unchanged: None) -> None:
    stored = add_rule(rule(Act.HIDE, skus=("p1",)), changed_as="merchandiser")
    seen = stored.version
    switch_rule(stored.id, on=False, changed_as="admin")
    with pytest.raises(RuleChangedMeanwhile):
        change_rule(stored.id, rule(Act.HIDE, skus=("p2",)), version=seen, changed_as="merchandiser")
    assert rule_of(stored).chooses.skus == ("p1",)
