"""What the models read, in the shop's words."""

from webapp.admin.attribute_words import words_of

TYPES = ("Tshirts", "Jackets", "Rain Jacket", "Casual Shoes", "Umbrellas")


def test_a_type_is_named_as_the_shop_names_it() -> None:
    assert words_of("articleType", "Tshirts", "en", among=TYPES) == "T-shirt"


def test_two_types_with_one_word_are_told_apart_by_the_models_own() -> None:
    shoes = ("Casual Shoes", "Espadrilles", "Heels")
    assert words_of("articleType", "Espadrilles", "fr", among=shoes).endswith(" · Espadrilles")
    assert " · " not in words_of("articleType", "Heels", "fr", among=shoes)
