"""What each job of the catalogue did is said in the page's language."""

from typing import Any

import pytest
from flask import Flask

from tests.factories import demo_settings
from webapp import create_app
from webapp.admin.job_words import job_words, outcome_words
from webapp.jobs.models import Job
from webapp.jobs.tasks import CATALOGUE_TASKS

INDEX = {"finished": True, "rows": 1200, "embedded": 3, "reused": 1197, "removed": 4, "unreadable": 0}
UNDONE = {"finished": True, "put_back": 2, "left_alone": 0}
IMPORTED = {"problem": "", "state": "finished", "created": 1500, "updated": 2, "unchanged": 3, "rejected": 4}
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("bulk_edit", {"finished": True, "changed": 1}, "1 product was changed.", "1 article a été modifié."),
    (
        "bulk_edit",
        {"finished": False, "changed": 3},
        "It was stopped before its end. 3 products were changed.",
        "L’opération a été arrêtée avant la fin. 3 articles ont été modifiés.",
    ),
    (
        "undo_changes",
        UNDONE,
        "2 products are again as they were before.",
        "2 articles sont de nouveau comme avant.",
    ),
    (
        "undo_feed_import",
        UNDONE | {"finished": False, "left_alone": 1},
        "The undo stopped before its end; undo again, and it goes on. "
        "2 products are again as they were before. 1 was changed again since: that stays.",
        "L’annulation s’est arrêtée avant sa fin\u202f; annulez de nouveau, elle continuera. "
        "2 articles sont de nouveau comme avant. 1 a été modifié depuis\u00a0: cela reste.",
    ),
    (
        "update_index",
        INDEX | {"unreadable": 3, "unreadable_skus": ["A-1", "A-2"]},
        "1,200 rows: 3 embedded, 1,197 embeddings reused, 4 removed. Pictures that cannot be read: 3 (A-1, A-2 …).",
        "Lignes\u00a0: 1\u202f200\u202f; calculées\u00a0: 3\u202f; reprises\u00a0: 1\u202f197\u202f; "
        "retirées\u00a0: 4. Images illisibles\u00a0: 3 (A-1, A-2 …).",
    ),
    (
        "roll_back_index",
        INDEX | {"unreadable_skus": [], "built_at": "2026-11-20T10:00:00+00:00"},
        "The index of 20/11/2026, 11:00 answers again. 1,200 rows: 3 embedded, 1,197 embeddings reused, 4 removed.",
        "L’index du 20/11/2026 11:00 répond de nouveau. Lignes\u00a0: 1\u202f200\u202f; calculées\u00a0: 3\u202f; "
        "reprises\u00a0: 1\u202f197\u202f; retirées\u00a0: 4.",
    ),
    (
        "fetch_feed",
        {"problem": "", "bytes": 1_200_001},
        "1,201 kB were fetched; their import is the next job.",
        "1\u202f201 ko récupérés\u202f; leur import est la tâche suivante.",
    ),
    (
        "fetch_feed",
        {"problem": "another feed is being imported", "bytes": 0},
        "another feed is being imported",
        "un autre flux est en cours d’import",
    ),
    (
        "check_feed",
        {"problem": "", "state": "checked", "rows": 20, "rejected": 1},
        "Rows: 20; rejected: 1.",
        "Lignes\u00a0: 20\u202f; rejetées\u00a0: 1.",
    ),
    (
        "check_feed",
        {"problem": "", "state": "uploaded", "rows": 5, "rejected": 0},
        "It was stopped before its end.",
        "L’opération a été arrêtée avant la fin.",
    ),
    (
        "import_feed",
        IMPORTED | {"state": "paused"},
        "The import is paused and can go on. New products: 1,500; changed: 2; unchanged: 3; rejected: 4.",
        "L’import est en pause et peut reprendre. Nouveaux articles\u00a0: 1\u202f500\u202f; modifiés\u00a0: 2\u202f; "
        "inchangés\u00a0: 3\u202f; rejetés\u00a0: 4.",
    ),
    (
        "train_classifier",
        {"finished": True, "products": 900, "seconds": 12, "accuracy": {"category": 0.931, "for whom": 0.5}},
        "It learned from 900 products in 12 seconds. Right on products kept apart: Category 93%, for whom 50%.",
        "Il a appris de 900 articles en 12 secondes. Exact sur des articles mis de côté\u00a0: Catégorie 93\u00a0%, "
        "for whom 50\u00a0%.",
    ),
    (
        "train_classifier",
        {"finished": False},
        "It was stopped before its end: the classifier of before answers.",
        "L’opération a été arrêtée avant la fin\u00a0: le classifieur d’avant répond.",
    ),
    (
        "suggest_for_catalogue",
        {"finished": True, "products": 900, "suggested": 12},
        "Products looked at: 900; fields with a suggestion: 12.",
        "Articles examinés\u00a0: 900\u202f; champs avec une suggestion\u00a0: 12.",
    ),
    ("accept_sure", {"finished": True, "accepted": 2}, "2 fields were filled in.", "2 champs ont été remplis."),
    (
        "compare_classifiers",
        {"finished": True, "products": 837, "accuracy": {"text": 0.9, "image": 0.8}},
        "Products compared: 837. Right answers: Text 90%, Photo 80%.",
        "Articles comparés\u00a0: 837. Réponses exactes\u00a0: Texte 90\u00a0%, Photo 80\u00a0%.",
    ),
    (
        "look_for_what_is_wrong",
        {"finished": True, "found": {"odd_price": 2, "twin": 1}},
        "Twice in the catalogue: 1 Odd prices: 2",
        "Deux fois au catalogue\u00a0: 1 Prix insolites\u00a0: 2",
    ),
    ("look_for_what_is_wrong", {"finished": True, "found": {}}, "Nothing was found.", "Rien n’a été trouvé."),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(demo_settings(tmp_path_factory.mktemp("job-words")))


@pytest.mark.parametrize(("task", "outcome", "english", "french"), CASES)
def test_what_a_job_did_is_said_in_both_languages(
    app: Flask, task: str, outcome: dict[str, Any], english: str, french: str
) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert " ".join(outcome_words(task, outcome)) == english
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert " ".join(outcome_words(task, outcome)) == french


def test_every_job_that_the_desk_shows_has_its_words() -> None:
    assert {task for task, *_ in CASES} == CATALOGUE_TASKS


def test_a_job_without_an_outcome_has_no_words_of_its_own() -> None:
    assert job_words(Job(task="bulk_edit", outcome={}, result="RuntimeError: the disk is full")) == []
