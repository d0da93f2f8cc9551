"""The DPIA rests on tests that exist, and comes to a decision by its own rules."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, Text

from privacy.activities import PHOTOS
from privacy.declarations import Protection, personal
from privacy.dpia import CONTEXT, NECESSITY, Assessment
from privacy.dpia_risks import RISKS, Estimate, Level
from privacy.register import Controller, register_of
from privacy.retention import RetentionPolicy
from storage.database import db
from tests.architecture import test_declarations  # noqa: F401 - imports every table

ROOT = Path(__file__).resolve().parents[2]
TESTS_NAMED = sorted({test for risk in RISKS for measure in risk.measures for test in measure.tests})


def test_the_four_named_risks_are_assessed() -> None:
    assert [risk.name for risk in RISKS] == [
        "image leak",
        "re-identification through metadata",
        "third-party use or transfer outside the EU",
        "reuse for other purposes",
    ]
    assert all(len(risk.measures) >= 3 and all(measure.tests for measure in risk.measures) for risk in RISKS)


@pytest.mark.parametrize("test_id", TESTS_NAMED)
def test_each_test_that_the_dpia_names_exists(test_id: str) -> None:
    path, _, name = test_id.partition("::")
    functions = [
        node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)
    ]
    assert name in functions


def test_measures_lower_each_risk_and_what_is_left_is_acceptable() -> None:
    for risk in RISKS:
        assert not risk.before.is_acceptable, risk.name
        assert risk.after.is_acceptable, risk.name
        assert risk.after.likelihood < risk.before.likelihood
        assert risk.after.severity <= risk.before.severity


@pytest.mark.parametrize(
    ("severity", "likelihood", "acceptable"),
    [
        (Level.MAXIMUM, Level.NEGLIGIBLE, True),
        (Level.SIGNIFICANT, Level.LIMITED, True),
        (Level.MAXIMUM, Level.LIMITED, False),
        (Level.NEGLIGIBLE, Level.SIGNIFICANT, False),
        (Level.SIGNIFICANT, Level.SIGNIFICANT, False),
    ],
)
def test_what_may_be_taken(severity: Level, likelihood: Level, acceptable: bool) -> None:
    assert Estimate(severity, likelihood).is_acceptable is acceptable


def test_an_unacceptable_risk_or_an_unprotected_column_sends_to_the_authority() -> None:
    register = register_of(db.metadatas, RetentionPolicy.from_amounts({}), Controller("", "", ""))
    assert Assessment(register, RISKS).is_acceptable
    assert "Art. 36" not in Assessment(register, RISKS).decision.en
    untreated = tuple(replace(risk, after=risk.before) for risk in RISKS)
    assert "Art. 36" in Assessment(register, untreated).decision.en
    unprotected = MetaData()
    Table("kept", unprotected, Column("name", Text, info=personal(PHOTOS, Protection.SEALED)))
    gap = register_of({None: unprotected}, RetentionPolicy.from_amounts({}), Controller("", "", ""))
    assert "Art. 36" in Assessment(gap, RISKS).decision.en


def test_both_languages_say_something_of_their_own() -> None:
    every = [*CONTEXT, *NECESSITY]
    for risk in RISKS:
        every += [risk.title, risk.scenario, risk.residual, *(measure.words for measure in risk.measures)]
    for words in every:
        assert words.fr != words.en
        assert len(words.fr) > 10
        assert " ;" not in words.fr
        assert " :" not in words.fr


def test_the_register_lists_every_personal_column_once() -> None:
    register = register_of(db.metadatas, RetentionPolicy.from_amounts({}), Controller("", "", ""))
    names = [column.name for column in register.columns]
    assert len(names) == len(set(names))
    assert register.protected_share == 1.0
    for entry in register.entries:
        assert entry.retention_in_words("fr") != entry.retention_in_words("en")
