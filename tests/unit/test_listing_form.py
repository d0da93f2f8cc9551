"""The product form without a browser: whose change counts, and which places are shown."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.listing import ListedPicture, fingerprints, merge
from catalog.pictures import StoredPicture
from webapp.admin.listing_form import Typed, empty_form, parse, places_of

WORDS = st.sampled_from(("", "a", "b"))
FORMS = st.fixed_dictionaries({"brand": WORDS, "season": WORDS, "stock_lyon": WORDS})


@given(start=FORMS, mine=FORMS, theirs=FORMS)
def test_no_change_is_lost_and_only_what_both_changed_is_asked_about(
    start: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    merged = merge(mine, theirs, at_start=fingerprints(start))
    for name in start:
        if theirs[name] in (start[name], mine[name]):
            assert merged.fields[name] == mine[name]
        elif mine[name] == start[name]:
            assert merged.fields[name] == theirs[name]
            assert name in merged.taken_over
        else:
            assert merged.fields[name] == mine[name]
            assert name in merged.contested


def test_a_form_without_a_record_of_its_start_saves_what_it_says() -> None:
    merged = merge({"brand": "mine"}, {"brand": "theirs"}, at_start={})
    assert (merged.fields, merged.contested) == ({"brand": "mine"}, ())


def test_a_place_that_appeared_meanwhile_is_taken_over() -> None:
    merged = merge({"stock_nice": ""}, {"stock_nice": "5"}, at_start=fingerprints({"brand": ""}))
    assert merged.fields["stock_nice"] == "5"


def test_a_closed_shop_that_holds_pieces_is_shown_and_an_unknown_one_is_not_read() -> None:
    places = places_of(["lyon"], {"lyon": 1, "brest": 2})
    assert places == ["web", "lyon", "brest"]
    picture = ListedPicture(StoredPicture("0" * 64, 30, 40))
    filled = {"sku": "A", "title_en": "A", "category": "dress", "price": "5", "stock_brest": "1 000", "stock_oz": "7"}
    listing = parse(Typed({**empty_form("EUR").texts, **filled}, (picture,)), places=places).listing
    assert listing is not None
    assert listing.details.stock == 1000
    assert (listing.details.stock_by_place or {}).get("brest") == 1000


def test_a_picture_moves_by_one_place_and_stays_at_the_ends() -> None:
    typed = Typed({}, tuple(ListedPicture(StoredPicture(name, 1, 1)) for name in "abc"))

    def order(moved: Typed) -> str:
        return "".join(one.picture.content_hash for one in moved.pictures)

    assert order(typed.moved("a", 1)) == "bac"
    assert order(typed.moved("a", -1)) == order(typed.moved("c", 1)) == order(typed.moved("x", 1)) == "abc"
    assert order(typed.without("b")) == "ac"
