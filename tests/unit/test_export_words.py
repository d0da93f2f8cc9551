"""What the page of a copy calls things; nobody's own words keep them from their copy."""

import pytest

from webapp.export_words import value_words


@pytest.mark.parametrize("said", ["2026-11-22T10:00 is when I wrote", "2026-99-99T99:99", "1999-12-31T23:59é"])
def test_words_that_begin_like_a_moment_are_shown_as_they_are(said: str) -> None:
    assert value_words(said, "words") == said
