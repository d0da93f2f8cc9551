"""Ids that come as text."""

import pytest

from storage.database import LARGEST_ID, id_in


@pytest.mark.parametrize(("text", "said"), [("7", 7), ("007", 7), (str(LARGEST_ID), LARGEST_ID)])
def test_a_number_that_an_integer_column_holds_is_an_id(text: str, said: int) -> None:
    assert id_in(text) == said


@pytest.mark.parametrize("text", ["", " 7", "-7", "7.0", "٣", "²", "x" * 400, "9" * 5000, str(LARGEST_ID + 1)])
def test_any_other_text_is_nobodys(text: str) -> None:
    assert id_in(text) is None
