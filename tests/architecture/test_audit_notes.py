"""The audit holds known acts and pseudonyms: every call of `note` names an act of the list, and each act has words."""

import ast
from collections.abc import Iterator
from pathlib import Path

from privacy.audit_actions import ACTIONS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "catalog", "privacy", "recommender", "segmentation", "storage", "webapp")
COLUMN_LENGTH = 60


def calls_of_note() -> Iterator[tuple[str, ast.Call]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "note":
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_note_names_an_act_of_the_list() -> None:
    unknown = [
        f"{place}: {action.value!r}"
        for place, call in calls_of_note()
        for action in call.args[:1]
        if isinstance(action, ast.Constant) and action.value not in ACTIONS
    ]
    assert unknown == [], "add it to privacy/audit_actions.py, with its words in both languages"


def test_every_act_has_words_in_both_languages_and_fits_its_column() -> None:
    assert [action.name for action in ACTIONS.values() if not (action.fr and action.en)] == []
    assert [action.name for action in ACTIONS.values() if action.fr == action.en] == []
    assert max(map(len, ACTIONS)) <= COLUMN_LENGTH


def test_no_act_is_named_twice() -> None:
    source = (ROOT / "privacy" / "audit_actions.py").read_text(encoding="utf-8")
    names = [
        call.args[0].value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "AuditAction"
        if isinstance(call.args[0], ast.Constant)
    ]
    assert sorted(names) == sorted(ACTIONS)
