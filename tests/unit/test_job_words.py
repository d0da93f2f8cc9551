"""What a bulk edit and its undo report is said in the page's language."""

import pytest
from flask import Flask

from tests.factories import demo_settings
from webapp import create_app
from webapp.admin.job_words import report_words


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(demo_settings(tmp_path_factory.mktemp("job-words")))


@pytest.mark.parametrize(
    ("report", "english", "french"),
    [
        ("1 products changed", "1 product was changed.", "1 article a été modifié."),
        (
            "3 products changed (stopped early)",
            "3 products were changed. It was stopped before its end.",
            "3 articles ont été modifiés. L’opération a été arrêtée avant la fin.",
        ),
        (
            "2 products put back, 0 were changed since and are left so",
            "2 products are again as they were before.",
            "2 articles sont de nouveau comme avant.",
        ),
        (
            "2 products put back, 1 were changed since and are left so (stopped early; undoing again goes on)",
            "The undo stopped before its end; undo again, and it goes on. "
            "2 products are again as they were before. 1 was changed again since: that stays.",
            "L’annulation s’est arrêtée avant sa fin\u202f; annulez de nouveau, elle continuera. "
            "2 articles sont de nouveau comme avant. 1 a été modifié depuis\u00a0: cela reste.",
        ),
        ("RuntimeError: the disk is full", "", ""),
    ],
)
def test_the_report_of_a_bulk_edit_is_said_in_both_languages(
    app: Flask, report: str, english: str, french: str
) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert report_words(report) == english
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert report_words(report) == french
