"""What seems wrong with prices and categories, and that a word on it is kept."""

from random import Random

import pytest

from catalog.editing import save_product, soft_delete
from catalog.errors import FindingNotFound
from catalog.findings import (
    FEWEST_TO_COMPARE,
    Finding,
    FindingKind,
    Priced,
    finding,
    findings_of,
    keep_findings,
    missing_pictures,
    open_counts,
    settle,
    wrong_prices,
)
from recommender.putting_right import LEAST_VOTE_COSINE, NEIGHBOURS, VOTES_AGAINST, SeenProduct, doubtful_category
from storage.database import db
from tests.factories import details


def priced(*prices: int, category: str = "dress", currency: str = "EUR", cost: int | None = None) -> list[Priced]:
    return [Priced(number, category, price, currency, cost) for number, price in enumerate(prices, start=1)]


def found(some: list[Priced], kind: FindingKind) -> list[int]:
    return [one.product_id for one in wrong_prices(some) if one.kind is kind]


@pytest.mark.parametrize("factor", [100, 0.01, 10])
def test_a_price_with_a_wrong_decimal_point_is_odd(factor: float) -> None:
    dice = Random(1)
    usual = [round(4990 * dice.uniform(0.6, 1.6)) for _ in range(30)]
    assert found(priced(*usual), FindingKind.ODD_PRICE) == []
    assert found(priced(*usual, round(4990 * factor)), FindingKind.ODD_PRICE) == [31]


def test_a_price_is_compared_within_its_category_and_its_currency() -> None:
    coats = [Priced(100 + one.product_id, "coat", 10 * one.price, "EUR", None) for one in priced(*[4000] * 10)]
    yen = [Priced(200 + one.product_id, "dress", 150 * one.price, "JPY", None) for one in priced(*[4000] * 10)]
    assert found([*priced(*[4000] * 10), *coats, *yen], FindingKind.ODD_PRICE) == []


def test_few_products_say_nothing_of_a_price() -> None:
    few = [1000] * (FEWEST_TO_COMPARE - 2)
    assert found(priced(*few, 900_000), FindingKind.ODD_PRICE) == []
    assert found(priced(*few, 1000, 900_000), FindingKind.ODD_PRICE) == [FEWEST_TO_COMPARE]


def test_a_free_item_and_equal_prices_do_not_break_the_count() -> None:
    assert found(priced(*[1000] * 20, 2000), FindingKind.ODD_PRICE) == []
    assert found(priced(*[1000] * 20, 2100), FindingKind.ODD_PRICE) == [21]
    assert found(priced(*[1000] * 20, 0), FindingKind.ODD_PRICE) == [21]
    assert found([], FindingKind.ODD_PRICE) == []


def test_what_costs_as_much_as_it_brings_is_a_loss() -> None:
    assert found(priced(999, 1000, 1001, cost=1000), FindingKind.PRICE_BELOW_COST) == [1, 2]


def test_a_stray_currency_is_named_where_nearly_all_have_another() -> None:
    stray = Priced(99, "dress", 100, "USD", None)
    assert found([*priced(*[1000] * 12), stray], FindingKind.OTHER_CURRENCY) == [99]
    assert found([*priced(*[1000] * 5), stray], FindingKind.OTHER_CURRENCY) == []


def neighbours(*categories: str, cosine: float = 0.95) -> list[tuple[SeenProduct, float]]:
    return [(SeenProduct(n, f"p{n}", each, "", "", ""), cosine) for n, each in enumerate(categories)]


def test_a_category_is_doubtful_when_nearly_all_neighbours_are_of_one_other() -> None:
    shirt = SeenProduct(99, "p99", "shirt", "", "", "")
    against = ["dress"] * VOTES_AGAINST
    doubtful = doubtful_category(shirt, neighbours(*against, "boots", "shirt"))
    assert doubtful is not None
    assert doubtful.evidence["suggested"] == "dress"
    assert doubtful.evidence["votes"] == VOTES_AGAINST
    assert doubtful_category(shirt, neighbours(*against, "shirt", "shirt")) is None
    assert doubtful_category(shirt, neighbours(*against[1:], "boots", "boots", "shirt")) is None
    assert doubtful_category(shirt, neighbours(*["dress"] * NEIGHBOURS, cosine=LEAST_VOTE_COSINE - 0.01)) is None
    assert doubtful_category(shirt, []) is None


@pytest.fixture
def shop(database: None) -> list[int]:
    """Two products without a picture; their ids."""
    made = [save_product(details(sku, stock=stock)) for sku, stock in (("few", 1), ("many", 9))]
    return [product.id for product in made]


KIND = FindingKind.ODD_PRICE


def kept(**options: bool) -> list[int]:
    return [one.product_id for one in findings_of(KIND, page=1, page_size=10, **options)]


def test_a_gap_of_pictures_is_found_and_what_is_most_in_stock_comes_first(shop: list[int]) -> None:
    assert keep_findings(missing_pictures(), {FindingKind.MISSING_PICTURE}) == 2
    listed = findings_of(FindingKind.MISSING_PICTURE, page=1, page_size=10)
    assert [one.product.sku for one in listed] == ["many", "few"]
    soft_delete("many")
    assert open_counts() == {FindingKind.MISSING_PICTURE: 1}
    assert len(list(missing_pictures())) == 1


def test_what_is_right_is_asked_again_only_when_it_changes(shop: list[int]) -> None:
    one = Finding(KIND, shop[0], seen="dress 100")
    keep_findings([one], {KIND})
    settle(findings_of(KIND, page=1, page_size=1)[0], right_as="merchandiser")
    assert keep_findings([one], {KIND}) == 0
    assert (kept(), kept(right=True)) == ([], [shop[0]])
    assert keep_findings([Finding(KIND, shop[0], seen="dress 999")], {KIND}) == 1


def test_what_is_no_longer_found_goes_and_other_kinds_stay(shop: list[int]) -> None:
    other = Finding(FindingKind.TWIN, shop[0], seen="a b", other_id=shop[1])
    keep_findings([Finding(KIND, shop[0], seen="x"), Finding(KIND, shop[1], seen="y")], {KIND})
    keep_findings([other], {FindingKind.TWIN})
    keep_findings([Finding(KIND, shop[1], seen="y", weight=3)], {KIND})
    assert kept() == [shop[1]]
    assert open_counts() == {FindingKind.TWIN: 1, KIND: 1}


def test_a_pair_is_settled_when_either_leaves_the_shop(shop: list[int]) -> None:
    keep_findings([Finding(FindingKind.TWIN, shop[0], seen="a b", other_id=shop[1])], {FindingKind.TWIN})
    soft_delete("many")
    assert open_counts() == {}


def test_a_finding_that_was_settled_is_gone(shop: list[int]) -> None:
    keep_findings([Finding(KIND, shop[0], seen="x")], {KIND})
    found_id = findings_of(KIND, page=1, page_size=1)[0].id
    settle(finding(found_id))
    db.session.expire_all()
    with pytest.raises(FindingNotFound):
        finding(found_id)
