"""What the desk says of the audit: every rule and fault has words, and nothing that a cell holds is a formula."""

import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from privacy.alert_rules import RuleName, WorkingHours
from privacy.audit_chain import Head, Waiting
from privacy.audit_models import Alert, AuditEntry
from privacy.audit_reading import as_csv_line
from privacy.audit_verification import ChainReport, Fault
from privacy.breach_errors import BreachProblem
from privacy.breaches import Nature
from webapp.privacy_words import (
    BREACH_FIELD_WORDS,
    NATURE_WORDS,
    RULE_WORDS,
    breach_problem_words,
    details_in_words,
    what_was_found,
    what_was_noticed,
    working_hours_words,
)


@pytest.fixture(autouse=True)
def words() -> Iterator[None]:
    app = Flask("words")
    Babel(app)
    with app.app_context():
        yield


def test_every_rule_and_every_fault_has_words() -> None:
    assert set(RULE_WORDS) == {rule.value for rule in RuleName}
    noticed = {what_was_noticed(Alert(rule=rule.value, count=3)) for rule in RuleName}
    reports = [ChainReport(7, Head(), fault, 8, Waiting(0, None)) for fault in (None, *Fault)]
    found = {what_was_found(report) for report in reports}
    assert (len(noticed), len(found)) == (len(RuleName), len(Fault) + 1)
    assert sum("8" in words for words in found) == 5
    assert "%(" not in "".join(noticed | found)


def test_every_problem_of_a_breach_and_every_nature_has_words() -> None:
    said = {breach_problem_words("found_at", problem, most_characters=9) for problem in BreachProblem}
    assert len(said) == len(BreachProblem)
    assert set(NATURE_WORDS) == {nature.value for nature in Nature}
    assert all(BREACH_FIELD_WORDS.values())


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ("{}", ""),
        ('{"found": true, "total": 3, "why": ""}', "found yes, total 3"),
        ("not JSON", "not JSON"),
        ("[1]", "[1]"),
    ],
)
def test_details_are_said_in_words_or_as_they_stand(details: str, words: str) -> None:
    assert details_in_words(AuditEntry(details=details)) == words


def test_working_hours_are_said_in_the_language_of_the_page() -> None:
    hours = WorkingHours.read("mon-fri 08:00-24:00", "Europe/Paris")
    assert working_hours_words(hours) == "Mon–Fri 08:00–24:00"
    with force_locale("fr"):
        assert working_hours_words(hours) == "lun.–ven. 08:00–24:00"


@given(st.lists(st.text(max_size=20) | st.sampled_from(["=1+1", "+1", "-1", "@x", "\t=1", "＝1", " =1"]), min_size=1))
def test_no_cell_begins_a_formula_and_each_is_read_back(cells: list[str]) -> None:
    cells = [cell.replace("\r", " ").replace("\x00", " ") for cell in cells]
    (read,) = csv.reader(io.StringIO(as_csv_line(cells), newline=""))
    assert [cell.removeprefix("'") for cell in read] == [cell.removeprefix("'") for cell in cells]
    assert not [cell for cell in read if cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))]
