"""Google Merchant's product data, as XML and as a table, becomes rows of ours."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.errors import FeedUnreadable
from catalog.feed_google import google_category, our_cells
from catalog.feed_mapping import FeedMapping, mapping_from
from catalog.feed_reading import FeedFile, open_feed, sample_feed
from catalog.feed_rows import KnownPrice, parse_row
from catalog.vocabulary import Kind, slugs

ITEM = """
  <item>
    <title>Robe portefeuille</title><link>https://shop.example/r1</link>
    <description>En &lt;b&gt;lin&lt;/b&gt;</description>
    <g:id>R-1-M</g:id><g:price>49.90 EUR</g:price><g:availability>in_stock</g:availability>
    <g:image_link>https://cdn.example/r1.jpg</g:image_link>
    <g:additional_image_link>https://cdn.example/r1-b.jpg</g:additional_image_link>
    <g:additional_image_link>https://cdn.example/r1-c.jpg</g:additional_image_link>
    <g:shipping><g:country>FR</g:country><g:price>4.90 EUR</g:price></g:shipping>
    <g:google_product_category>2271</g:google_product_category>
    <g:gender>female</g:gender><g:age_group>adult</g:age_group><g:color>Navy/White</g:color><g:size>M</g:size>
    <g:pattern>Floral</g:pattern><g:brand>Ourika</g:brand><g:item_group_id>R</g:item_group_id>
  </item>"""


def rss(items: str, *, before: str = "") -> str:
    space = 'xmlns:g="http://base.google.com/ns/1.0"'
    return (
        f'<?xml version="1.0"?>{before}<rss version="2.0" {space}><channel><title>Shop</title>{items}</channel></rss>'
    )


def feed(folder: Path, content: str | bytes, name: str = "feed.xml") -> FeedFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_feed(path)


def test_an_item_of_google_becomes_a_product(tmp_path: Path) -> None:
    (row,) = feed(tmp_path, rss(ITEM)).read()
    product = parse_row(row.cells, FeedMapping(language="fr"))
    details = product.details
    assert (details.sku, details.titles, details.category) == ("R-1", {"fr": "Robe portefeuille"}, "dress")
    assert (details.price_minor_units, details.currency, details.stock) == (4990, "EUR", 1)
    assert (details.gender, details.colour, details.pattern, details.sizes) == ("women", "navy", "printed", ("M",))
    assert (details.brand, details.link) == ("Ourika", "https://shop.example/r1")
    assert product.image_names == tuple(f"https://cdn.example/r1{part}.jpg" for part in ("", "-b", "-c"))


def test_a_table_with_googles_columns_is_read_the_same(tmp_path: Path) -> None:
    header = "id\ttitle\tlink\timage link\tadditional image link\tprice\tavailability\tproduct type\n"
    links = "https://c.example/a.jpg\thttps://c.example/b.jpg,https://c.example/c,d.jpg"
    found = feed(
        tmp_path,
        f"{header}7\tRobe\thttps://s.example/\t{links}\t9.90 EUR\tout of stock\tFemme > Robes > Été\n",
        "f.tsv",
    )
    (row,) = found.read()
    product = parse_row(row.cells, FeedMapping())
    assert (product.details.stock, product.details.category, product.details.sub_category) == (0, "dress", "Été")
    assert product.image_names == ("https://c.example/a.jpg", "https://c.example/b.jpg", "https://c.example/c,d.jpg")
    assert {"sku", "g:id", "id", "image"} <= set(found.columns)


def test_a_mapping_can_read_an_attribute_of_google_otherwise(tmp_path: Path) -> None:
    (row,) = feed(tmp_path, rss(ITEM)).read()
    mapping = mapping_from({"fields": {"sku": "{g:item_group_id}-{g:size}"}})
    assert parse_row(row.cells, mapping).details.sku == "R-M"


def test_an_item_that_comes_twice_is_told_and_not_added_up(tmp_path: Path) -> None:
    assert [row.cells["sku"] for row in feed(tmp_path, rss(ITEM * 2)).read()] == ["R-1", "R-1"]


def test_a_table_with_our_own_columns_is_left_alone(tmp_path: Path) -> None:
    (row,) = feed(tmp_path, "sku,id,title,image_link,price\nA,1,Robe,x,9\n", "f.csv").read()
    assert row.cells["sku"] == "A"


def test_the_sample_of_an_xml_feed_shows_our_fields_and_googles(tmp_path: Path) -> None:
    feed(tmp_path, rss("".join(ITEM.replace("R-1-M", f"R-{number}-M") for number in range(30))))
    sample = sample_feed(tmp_path / "feed.xml", rows=3)
    assert len(sample.rows) == 3
    assert {"sku", "image", "g:item_group_id"} <= set(sample.columns)


def test_atom_entries_are_read_too(tmp_path: Path) -> None:
    entry = '<entry><link href="https://s.example/1"/>' + ITEM.split("<item>")[1].replace("</item>", "</entry>")
    entry = entry.replace("<link>https://shop.example/r1</link>", "")
    spaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"'
    (row,) = feed(tmp_path, f"<feed {spaces}>{entry}</feed>").read()
    assert row.cells["link"] == "https://s.example/1"


def test_an_xml_feed_may_be_in_an_encoding_that_it_names(tmp_path: Path) -> None:
    text = rss(ITEM.replace("Ourika", "Été")).replace('version="1.0"?', 'version="1.0" encoding="ISO-8859-1"?')
    (row,) = feed(tmp_path, text.encode("latin-1")).read()
    assert row.cells["brand"] == "Été"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html><body>no feed</body></html>", "no product feed"),
        (rss("<item><g:id>1</g:id>"), "line 1: broken XML"),
        ("", "broken XML"),
        (rss(ITEM, before='<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "document type"),
        (rss(ITEM, before='<!DOCTYPE rss SYSTEM "file:///etc/passwd">'), "document type"),
        (rss("<a>" * 60 + "</a>" * 60), "more than 50 deep"),
        (rss("<item><d>" + "x" * 600_000 + "</d></item>"), "an item has more than"),
        (rss("<item>" + "<d/>" * 600_000 + "</item>"), "an item has more than"),
        (rss("<!--" + "x" * 1_500_000 + "--><item/>"), "does not end"),
        (rss(ITEM).replace('"1.0"?', '"1.0" encoding="klingon"?'), "encoding"),
    ],
)
def test_what_is_no_feed_or_a_trap_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(FeedUnreadable, match=words):
        feed(tmp_path, text)


def test_a_sale_price_counts_within_its_dates_alone() -> None:
    item = {"id": "1", "price": "50 EUR", "sale_price": "30 EUR"}
    dated = item | {"sale_price_effective_date": "2026-06-01T00:00+02:00/2026-07-01T00:00+02:00"}
    assert our_cells(item)["price"] == "30 EUR"
    for month, price in ((5, "50 EUR"), (6, "30 EUR"), (7, "50 EUR")):
        assert our_cells(dated, moment=datetime(2026, month, 15, tzinfo=UTC))["price"] == price


@pytest.mark.parametrize(
    ("google", "own", "category", "finer"),
    [
        ("2271", (), "dress", ""),
        ("Apparel & Accessories > Clothing > Dresses", (), "dress", ""),
        ("Apparel & Accessories > Clothing > Skirts > Mini Skirts", (), "skirt", ""),
        ("2271", ("Sale > New in",), "dress", "New in"),
        ("1604", ("Women > T-shirts > Oversize",), "t-shirt", "Oversize"),
        ("Apparel & Accessories > Clothing > Sleepwear & Loungewear > Robes", (), "nightwear", ""),
        ("", ("Ponchos",), "Ponchos", ""),
    ],
)
def test_googles_categories_and_the_shops_own_path_become_ours(
    google: str, own: tuple[str, ...], category: str, finer: str
) -> None:
    cells = our_cells({"google_product_category": google, "product_type": own})
    assert (cells["category"], cells["sub_category"]) == (category, finer)


@pytest.mark.parametrize(
    ("gender", "age_group", "ours"),
    [("male", "kids", "boys"), ("Female", "", "women"), ("unisex", "toddler", "unisex"), ("", "kids", "")],
)
def test_gender_and_age_group_become_one(gender: str, age_group: str, ours: str) -> None:
    assert our_cells({"gender": gender, "age_group": age_group})["gender"] == ours


def test_every_node_of_googles_taxonomy_means_a_category_of_ours() -> None:
    named = {slug for slug in slugs(Kind.CATEGORY) if google_category(slug)}
    for slug in named:
        assert our_cells({"google_product_category": google_category(slug)})["category"] == slug
    assert len(named) > 20


def table(*rows: str) -> str:
    header = "id,title,image_link,price,availability,item_group_id,size,color,quantity\n"
    return header + "".join(f"{row}\n" for row in rows)


def test_sizes_that_are_items_of_their_own_become_one_product_again(tmp_path: Path) -> None:
    rows = ("7-s", "7-m"), ("8-S",), ("9",)
    text = table(*(f"{item},Robe,a.jpg,9 EUR,in stock,{item[0]},{item[2:]},,2" for group in rows for item in group))
    found = feed(tmp_path, text, "f.csv")
    read = [(row.number, row.cells["sku"], row.cells["sizes"], row.cells["stock"]) for row in found.read()]
    assert read == [(2, "7", ("s", "m"), "4"), (4, "8", ("S",), "2"), (5, "9", (), "2")]
    assert found.rows == 3


def test_numbers_without_a_size_are_told_apart_by_group_and_colour(tmp_path: Path) -> None:
    rows = [("1", "S", "Navy"), ("2", "M", "Navy"), ("3", "S", "Red")]
    text = table(*(f"{item},Robe,a.jpg,9 EUR,in stock,G,{size},{colour}," for item, size, colour in rows))
    found = list(feed(tmp_path, text, "f.csv").read())
    assert [(row.cells["sku"], row.cells["stock"]) for row in found] == [("G-navy", "2"), ("G-red", "1")]


def test_a_supplemental_feed_says_what_it_has_alone(tmp_path: Path) -> None:
    found = feed(tmp_path, "id\tprice\tavailability\n7\t9.90 EUR\tin stock\n", "f.tsv")
    (row,) = found.read()
    product = parse_row(row.cells, FeedMapping(), known=KnownPrice("EUR"))
    assert product.said == {"sku", "price", "stock"}
    assert FeedMapping().fields_of(found.columns) == {"sku", "price", "stock"}


def test_a_sale_that_is_over_says_nothing_of_a_price_that_is_not_there() -> None:
    item = {"id": "1", "sale_price": "30 EUR", "sale_price_effective_date": "2020-01-01T00:00Z/2020-02-01T00:00Z"}
    assert "price" not in our_cells(item)
    assert our_cells({"id": "1", "sale_price": "30 EUR"})["price"] == "30 EUR"


def test_an_empty_element_of_an_item_empties_its_field(tmp_path: Path) -> None:
    (row,) = feed(tmp_path, rss("<item><g:id>1</g:id><g:color></g:color></item>")).read()
    assert row.cells["colour"] == ""
    assert "brand" not in row.cells


def test_numbers_of_pieces_without_end_are_not_added_up(tmp_path: Path) -> None:
    rows = (f"7-{size},Robe,a.jpg,9 EUR,in stock,7,{size},,{'9' * 5000}" for size in "sm")
    (row,) = feed(tmp_path, table(*rows), "f.csv").read()
    assert row.cells["stock"] == "9" * 5000


def test_a_product_of_sizes_without_end_is_cut(tmp_path: Path) -> None:
    rows = (f"7-{size},Robe,a.jpg,9 EUR,in stock,7,{size},,1" for size in range(600))
    first, second = feed(tmp_path, table(*rows), "f.csv").read()
    assert (first.cells["sku"], first.cells["stock"]) == ("7", "500")
    assert second.cells["sku"] == "7"
