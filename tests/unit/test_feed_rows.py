import pytest

from catalog.errors import RowRejected
from catalog.feed_mapping import FeedMapping
from catalog.feed_rows import FeedProduct, parse_row

ROW = {
    "sku": "R-1",
    "title_fr": "Robe d'été",
    "title_en": "Summer dress",
    "category": "Robes",
    "colour": "Bleu marine",
    "gender": "Femme",
    "sizes": "S|M|L",
    "price": "49,90 €",
    "stock": "3",
    "image": "r1.jpg",
}


def parsed(mapping: FeedMapping = FeedMapping(), **changes: str | tuple[str, ...]) -> FeedProduct:
    return parse_row({**ROW, **changes}, mapping)


def problems(**changes: str | tuple[str, ...]) -> dict[str, str]:
    with pytest.raises(RowRejected) as rejected:
        parsed(**changes)
    return {problem.field: problem.reason for problem in rejected.value.problems}


def test_a_row_becomes_canonical_details() -> None:
    details = parsed().details
    assert (details.category, details.colour, details.gender) == ("dress", "navy", "women")
    assert (details.price_minor_units, details.currency, details.stock) == (4990, "EUR", 3)
    assert details.titles == {"en": "Summer dress", "fr": "Robe d'été"}
    assert details.sizes == ("S", "M", "L")


@pytest.mark.parametrize(
    ("field", "thing"),
    [("sku", "SKU"), ("category", "category"), ("price", "price"), ("stock", "stock"), ("image", "picture")],
)
def test_a_missing_field_is_rejected_with_what_to_do(field: str, thing: str) -> None:
    assert f"{thing} is needed" in problems(**{field: ""})[field]


def test_a_row_without_any_title_is_rejected() -> None:
    assert "a title is needed" in problems(title_fr=" ", title_en="")["title"]


def test_all_faults_of_a_row_are_told_at_once() -> None:
    assert set(problems(sku="", price="free €", colour="octarine", stock="-1", image="")) == {
        "sku",
        "price",
        "colour",
        "stock",
        "image",
    }


def test_an_unknown_colour_or_gender_names_the_allowed_ones() -> None:
    found = problems(colour="octarine", gender="dragons")
    assert "black, white" in found["colour"]
    assert "women, men, unisex" in found["gender"]


def test_a_colour_may_be_unknown_and_a_gender_left_out() -> None:
    details = parsed(colour="", gender="").details
    assert (details.colour, details.gender) == ("", "unisex")


@pytest.mark.parametrize("price", ["-1", "NaN", "12,345", "1e9", "99999999999"])
def test_a_price_that_cannot_be_is_rejected(price: str) -> None:
    assert "price" in problems(price=price, currency="EUR")


@pytest.mark.parametrize("field", ["sku", "price", "currency", "stock", "colour", "gender", "link"])
def test_a_reason_does_not_repeat_a_text_without_end(field: str) -> None:
    found = problems(**{field: "9 x" * 30_000})
    assert all(len(reason) < 400 for reason in found.values())
    assert found


def test_a_price_needs_a_currency_and_only_one() -> None:
    assert "currency" in problems(price="49.90")
    assert "EUR but the currency says USD" in problems(currency="USD")["currency"]
    assert parsed(price="49.90", currency="usd").details.currency == "USD"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "www.shop.example", "https://"])
def test_only_web_addresses_are_taken_as_links(link: str) -> None:
    assert "https://" in problems(link=link)["link"]


@pytest.mark.parametrize("sku", ["a/b", "..", "a b", "x" * 65, "<b>"])
def test_a_sku_that_cannot_stand_in_an_address_is_rejected(sku: str) -> None:
    assert "no SKU" in problems(sku=sku)["sku"]


@pytest.mark.parametrize("stock", ["-1", "2.5", "many", "99999999999"])
def test_a_stock_that_cannot_be_is_rejected(stock: str) -> None:
    assert "no stock" in problems(stock=stock)["stock"]


@pytest.mark.parametrize(
    ("cell", "sizes"),
    [("S, M, L", ("S", "M", "L")), ("36,5|37", ("36,5", "37")), (("S", "M", "S"), ("S", "M")), ("", ())],
)
def test_sizes_are_split_at_the_separator_that_is_there(cell: str | tuple[str, ...], sizes: tuple[str, ...]) -> None:
    assert parsed(sizes=cell).details.sizes == sizes


def test_the_mappings_separator_splits_sizes_and_images() -> None:
    product = parsed(FeedMapping(list_separator="/"), sizes="S/M", image="a.jpg/b.jpg")
    assert product.details.sizes == ("S", "M")
    assert product.image_names == ("a.jpg", "b.jpg")


def test_texts_lose_control_characters_and_double_spaces() -> None:
    assert parsed(title_en="A\x00  red\u0007\n dress\ud800").details.titles["en"] == "A red dress"


def test_a_title_that_is_too_long_is_rejected() -> None:
    assert "300 at most" in problems(title_fr="x" * 301)["title_fr"]


def test_a_path_of_categories_means_the_deepest_that_is_known() -> None:
    assert parsed(category="Femme > Robes > Portefeuille d'été").details.category == "dress"
    assert parsed(category="Women > Ponchos").details.category == "ponchos"


@pytest.mark.parametrize(
    ("words", "slug"), [("Rayures", "striped"), ("Floral", "printed"), ("unie", "solid"), ("ikat", "other"), ("", "")]
)
def test_a_pattern_becomes_one_of_five(words: str, slug: str) -> None:
    assert parsed(pattern=words).details.pattern == slug


@pytest.mark.parametrize(("words", "slug"), [("Automne", "fall"), ("été", "summer"), ("SS 26", "ss-26"), ("", "")])
def test_a_season_is_one_of_four_or_the_shops_own(words: str, slug: str) -> None:
    assert parsed(season=words).details.season == slug


def test_a_cost_is_read_as_a_price_in_the_prices_currency() -> None:
    assert parsed(cost="19,90").details.cost_minor_units == 1990
    assert parsed(cost="").details.cost_minor_units is None
    assert "USD but the price in EUR" in problems(cost="19.90 USD")["cost"]
    assert "price" in problems(cost="cheap")["cost"]


def test_stock_by_place_adds_up_to_the_stock_and_the_web_has_the_rest() -> None:
    by_place = parsed(stock="", stock_lyon="2", stock_web="1").details
    assert (by_place.stock, by_place.stock_by_place) == (3, {"lyon": 2, "web": 1})
    rest = parsed(stock="5", stock_lyon="2").details
    assert (rest.stock, rest.stock_by_place) == (5, {"lyon": 2, "web": 3})
    assert parsed().details.stock_by_place is None


def test_a_row_of_very_many_shops_or_faults_is_told_in_few_words() -> None:
    stocks = {f"stock_s{number}": "1" for number in range(501)}
    assert problems(**stocks) == {"stock": "501 shops with pieces are too many for one row: 500 at most"}
    stocks.popitem()
    assert parsed(stock="", **stocks).details.stock == 500
    with pytest.raises(RowRejected) as rejected:
        parsed(stock="", **dict.fromkeys(stocks, "many"))
    assert [len(rejected.value.problems), rejected.value.problems[-1].field] == [21, "row"]
    assert rejected.value.problems[-1].reason == "480 more fields are wrong"


def test_places_that_hold_more_than_the_stock_are_a_problem_of_the_stock() -> None:
    assert "places hold 5" in problems(stock="3", stock_lyon="5")["stock"]
    assert "places hold 2" in problems(stock="3", stock_lyon="1", stock_web="1")["stock"]
    assert "no stock" in problems(stock_lyon="many")["stock_lyon"]
