"""What a spreadsheet would run leaves as text, and comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feed_cells import harmless, unmarked

beginnings = st.text(alphabet="'=+-@\t\r\n＝＋－＠aé1 ", max_size=6)


@given(beginnings | st.text())
def test_a_harmless_cell_is_read_back_as_the_text_that_it_was(text: str) -> None:
    assert unmarked(harmless(text)) == text


@given(beginnings | st.text())
def test_no_harmless_cell_begins_a_formula(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@given(st.lists(beginnings, min_size=2))
def test_marks_survive_a_table(texts: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([harmless(text) for text in texts])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert [unmarked(cell) for cell in row] == texts


@pytest.mark.parametrize("text", ["Robe", "l'été", "'quoted'", "1-2", ""])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
    assert unmarked(text) == text
