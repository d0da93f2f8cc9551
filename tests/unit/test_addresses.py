"""A page's own address, with something of its query changed."""

import pytest
from flask import Flask

from webapp.addresses import address_to_return_to, address_with, address_without, address_without_filters


@pytest.fixture(scope="module")
def app() -> Flask:
    return Flask(__name__)


def test_a_field_is_replaced_and_the_others_stay(app: Flask) -> None:
    with app.test_request_context("/photos/1?garment=0&colour=red&colour=blue"):
        assert address_with(garment=2) == "/photos/1?colour=red&colour=blue&garment=2"


def test_a_field_set_to_none_is_left_out(app: Flask) -> None:
    with app.test_request_context("/products?page=3&gender=women"):
        assert address_with(page=None) == "/products?gender=women"


def test_one_of_two_values_is_removed_and_the_list_begins_at_its_first_page(app: Flask) -> None:
    with app.test_request_context("/products?colour=red&colour=blue&page=4"):
        assert address_without("colour", "red") == "/products?colour=blue"


def test_a_whole_field_is_removed(app: Flask) -> None:
    with app.test_request_context("/products?min_price=10&q=robe"):
        assert address_without("min_price") == "/products?q=robe"


def test_removing_all_filters_keeps_words_and_garment(app: Flask) -> None:
    asked = "/products?q=robe+%26+jupe&garment=1&brand=A%26B&max_price=3&in_stock=1&page=2"
    with app.test_request_context(asked):
        assert address_without_filters() == "/products?q=robe+%26+jupe&garment=1"


def test_the_address_to_return_to_is_the_page_itself_or_the_front_page_after_a_form(app: Flask) -> None:
    with app.test_request_context("/products?gender=men"):
        assert address_to_return_to() == "/products?gender=men"
    with app.test_request_context("/privacy"):
        assert address_to_return_to() == "/privacy"
    with app.test_request_context("/photos", method="POST"):
        assert address_to_return_to() == "/"
